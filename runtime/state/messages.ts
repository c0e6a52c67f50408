/** ESQL850x: what can be wrong with stored operator state. */
import { diagnosticsFrom, message } from '../../grammar/diagnostics/diagnostic.js';

export const stateMessages = {
  ESQL8501: message<{ operator: string; section: string; why: string }>(
    'error',
    'Damaged operator state',
    (p) => `section \`${p.section}\` of operator \`${p.operator}\`: ${p.why}`,
  ),
  ESQL8502: message<{ operator: string; found: number; supported: number }>(
    'error',
    'Operator state of another version',
    (p) => `the state of operator \`${p.operator}\` has format ${p.found}, this version reads ${p.supported}`,
  ),
  ESQL8503: message<{ rows: string }>(
    'error',
    'More rows taken back than came',
    (p) => `a group of an aggregate has ${p.rows} rows: changes take rows back that never came`,
  ),
} as const;

export const stateDiagnostic = diagnosticsFrom(stateMessages);
