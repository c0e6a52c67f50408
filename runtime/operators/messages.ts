/** ESQL855x: what operators meet in the rows of a running job. */
import { diagnosticsFrom, message } from '../../grammar/diagnostics/diagnostic.js';

export const operatorMessages = {
  ESQL8550: message<{ operator: string; error: string; what: string }>(
    'error',
    'Record failed',
    (p) => `operator \`${p.operator}\` stopped at a record: ${p.what} (${p.error})`,
  ),
  ESQL8551: message<{ operator: string; column: string; what: string }>(
    'error',
    'Aggregate out of range',
    (p) => `column \`${p.column}\` of operator \`${p.operator}\`: ${p.what}`,
  ),
} as const;

export const operatorDiagnostic = diagnosticsFrom(operatorMessages);
