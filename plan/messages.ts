/**
 * ESQL5xxx: what can be wrong with a plan and with the options that stand in one. Each code has a page in
 * docs/diagnostics.
 */
import { diagnosticsFrom, message } from '../grammar/diagnostics/diagnostic.js';

export const planDiagnostic = diagnosticsFrom({
  ESQL5001: message('error', 'Malformed plan', (p: { problem: string }) => p.problem),
  ESQL5002: message(
    'error',
    'Unknown plan version',
    (p: { expected: string; found: string }) => `expected ${p.expected}, found ${p.found}`,
  ),
  ESQL5003: message(
    'error',
    'Wrong member in a plan',
    (p: { path: string; expected: string; found: string }) => `${p.path}: expected ${p.expected}, found ${p.found}`,
  ),
  ESQL5004: message('error', 'Inconsistent plan', (p: { path: string; problem: string }) => `${p.path}: ${p.problem}`),
  ESQL5005: message(
    'error',
    'Plan too large',
    (p: { limit: string; found: string }) => `the limit is ${p.limit}, found ${p.found}`,
  ),
  ESQL5006: message(
    'error',
    'Plan does not fit its checkpoint',
    (p: { operators: string }) => `the state of ${p.operators} can't be taken over`,
  ),
  ESQL5007: message(
    'error',
    'Plan changed since its checkpoint',
    (p: { operators: string }) => `${p.operators} changed in a way that keeps the state`,
  ),
  ESQL5010: message(
    'error',
    'Unknown option',
    (p: { option: string; owner: string }) => `${p.owner} has no option \`${p.option}\``,
  ),
  ESQL5011: message(
    'error',
    'Missing option',
    (p: { options: string; owner: string; condition: string }) => `${p.owner} needs ${p.options}${p.condition}`,
  ),
  ESQL5012: message(
    'error',
    'Wrong option value',
    (p: { option: string; expected: string; found: string }) => `\`${p.option}\` takes ${p.expected}, found ${p.found}`,
  ),
  ESQL5013: message(
    'error',
    'Option out of range',
    (p: { option: string; expected: string; found: string }) => `\`${p.option}\` takes ${p.expected}, found ${p.found}`,
  ),
  ESQL5014: message(
    'error',
    'Secret in clear text',
    (p: { option: string }) => `\`${p.option}\` is a secret, found its value in clear text`,
  ),
  ESQL5015: message(
    'error',
    'Option of another role',
    (p: { option: string; owner: string; role: string }) =>
      `\`${p.option}\` of ${p.owner} has no meaning for a ${p.role}`,
  ),
  ESQL5016: message(
    'error',
    'Option given twice',
    (p: { option: string }) => `\`${p.option}\` stands here a second time`,
  ),
  ESQL5017: message(
    'error',
    'Reference without a value',
    (p: { option: string; reference: string }) => `\`${p.option}\`: ${p.reference} has no value`,
  ),
});
