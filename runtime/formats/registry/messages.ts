/** ESQL8650–8656: what can go wrong between a job and a schema registry. No message holds a credential. */
import { errorsFrom, message } from '../../../grammar/diagnostics/diagnostic.js';

export const REGISTRY_MESSAGES = {
  ESQL8650: message<{ said: string; doing: string }>(
    'error',
    'Schema registry not reachable',
    (p) => `the registry can't be used now: ${p.said} while ${p.doing}`,
  ),
  ESQL8651: message<{ said: string; doing: string }>(
    'error',
    'Schema registry login refused',
    (p) => `the registry refuses the login while ${p.doing}: ${p.said}`,
  ),
  ESQL8652: message<{ said: string; doing: string }>(
    'error',
    'Refused by the schema registry',
    (p) => `the registry says no while ${p.doing}: ${p.said}`,
  ),
  ESQL8653: message<{ id: number }>(
    'error',
    'Another schema under a known id',
    (p) => `the registry answers another schema for id ${p.id} than before`,
  ),
  ESQL8654: message<{ option: string; expected: string; found: string }>(
    'error',
    'Option of a schema registry',
    (p) => `\`${p.option}\`: expected ${p.expected}, found ${p.found}`,
  ),
  ESQL8655: message<{ subject: string }>(
    'error',
    'Schema not registered',
    (p) => `subject \`${p.subject}\` does not have the schema of the sink`,
  ),
} as const;

/** An error to throw, for I/O edges that cannot return a diagnostic. */
export const registryError = errorsFrom(REGISTRY_MESSAGES);
