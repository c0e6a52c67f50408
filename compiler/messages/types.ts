/** ESQL3xxx: expressions and columns whose types don't fit. Each code has a page in docs/diagnostics. */
import { diagnosticsFrom, message } from '../../grammar/diagnostics/diagnostic.js';

export const typeMessages = {
  ESQL3001: message(
    'error',
    'Wrong operand type',
    (p: { operator: string; found: string }) => `\`${p.operator}\` can't be applied to ${p.found}`,
  ),
  ESQL3002: message(
    'error',
    'Incomparable types',
    (p: { left: string; right: string }) => `${p.left} can't be compared with ${p.right}`,
  ),
  ESQL3003: message(
    'error',
    'Wrong number of arguments',
    (p: { name: string; expected: string; found: number }) =>
      `${p.name} takes ${p.expected} ${p.expected === '1' ? 'argument' : 'arguments'}, found ${p.found}`,
  ),
  ESQL3004: message(
    'error',
    'Wrong argument type',
    (p: { name: string; found: string }) => `${p.name} can't be applied to (${p.found})`,
  ),
  ESQL3005: message(
    'error',
    'Condition is not BOOLEAN',
    (p: { where: string; found: string }) => `${p.where} needs BOOLEAN, found ${p.found}`,
  ),
  ESQL3006: message(
    'error',
    'No common type',
    (p: { what: string; first: string; found: string }) => `${p.what}: ${p.first} and ${p.found} have no common type`,
  ),
  ESQL3007: message(
    'error',
    'Impossible cast',
    (p: { from: string; to: string }) => `${p.from} can't be cast to ${p.to}`,
  ),
  ESQL3008: message(
    'error',
    'Column outside GROUP BY',
    (p: { name: string }) => `\`${p.name}\` has no single value per group`,
  ),
  ESQL3009: message(
    'error',
    'Aggregate out of place',
    (p: { name: string; where: string }) => `${p.name} can't stand in ${p.where}`,
  ),
  ESQL3010: message(
    'error',
    'Aggregate inside an aggregate',
    (p: { name: string }) => `${p.name} stands inside another aggregate`,
  ),
  ESQL3011: message('error', 'Malformed literal', (p: { text: string; type: string }) => `${p.text} is no ${p.type}`),
  ESQL3012: message(
    'error',
    'Different numbers of columns',
    (p: { left: number; right: number }) => `the first query has ${p.left} columns, this one ${p.right}`,
  ),
  ESQL3013: message(
    'error',
    'Wrong time column',
    (p: { found: string }) => `a time column is TIMESTAMP or TIMESTAMPTZ, found ${p.found}`,
  ),
  ESQL3014: message(
    'error',
    'Wrong duration',
    (p: { what: string; expected: string }) => `${p.what} has to be ${p.expected}`,
  ),
  ESQL3016: message('error', 'Wrong type', (p: { problem: string }) => p.problem),
  ESQL3017: message('error', 'Wrong watermark', (p: { problem: string }) => p.problem),
  ESQL3018: message('error', 'Wrong computed column', (p: { problem: string }) => p.problem),
  ESQL3019: message(
    'error',
    'Ordinal out of range',
    (p: { found: string; count: number }) =>
      `SELECT has ${p.count} ${p.count === 1 ? 'column' : 'columns'}, found position ${p.found}`,
  ),
  ESQL3020: message(
    'error',
    'Aggregate clause out of place',
    (p: { clause: string; name: string }) => `${p.clause} has no meaning for ${p.name}`,
  ),
  ESQL3022: message(
    'error',
    'Expression too deep',
    (p: { limit: number }) => `an expression may have ${p.limit} levels`,
  ),
  ESQL3023: message(
    'error',
    'Wrong metadata type',
    (p: { name: string; expected: string; found: string }) =>
      `metadata \`${p.name}\` is ${p.expected}, declared as ${p.found}`,
  ),
  ESQL3025: message('error', "Columns don't fit", (p: { problem: string }) => p.problem),
} as const;

export const typeDiagnostic = diagnosticsFrom(typeMessages);
