/** ESQL870x: reference data. No message holds data of a row but for 40 characters of a value that does not read. */
import { diagnosticsFrom, errorsFrom, message } from '../../grammar/diagnostics/diagnostic.js';

export const TABLE_MESSAGES = {
  ESQL8700: message<{ table: string; what: string }>(
    'error',
    'Row of a table not readable',
    (p) => `table \`${p.table}\`: ${p.what}`,
  ),
  ESQL8701: message<{ table: string; key: string }>(
    'error',
    'Primary key of a table not unique',
    (p) => `two rows of table \`${p.table}\` have the same ${p.key}`,
  ),
  ESQL8702: message<{ table: string; expected: string; found: string }>(
    'error',
    'Table has other columns',
    (p) => `table \`${p.table}\`: expected ${p.expected}, found ${p.found}`,
  ),
  ESQL8703: message<{ table: string; since: string; why: string }>(
    'warning',
    'Table not refreshed',
    (p) => `table \`${p.table}\` stays as it was at ${p.since}: ${p.why}`,
  ),
  ESQL8704: message<{ table: string; batch: number; why: string }>(
    'error',
    'Snapshot of a table lost',
    (p) => `batch ${String(p.batch)} was begun with a snapshot of table \`${p.table}\` that ${p.why}`,
  ),
} as const;

export const tableDiagnostic = diagnosticsFrom(TABLE_MESSAGES);

export const tableError = errorsFrom(TABLE_MESSAGES);
