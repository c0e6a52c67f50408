import type { FailureHints } from '../database/failures.js';

export const HINTS: FailureHints = {
  login: 'Check the login, and the firewall of the server.',
  refused: 'Look the number up in the manual of the server.',
};
