/** ESQL1xxx: what can be wrong with the text of a file. Each code has a page in docs/diagnostics. */
import { diagnosticsFrom, message } from './diagnostics/diagnostic.js';

type NoParameters = Readonly<Record<string, never>>;

export const syntaxDiagnostic = diagnosticsFrom({
  ESQL1001: message(
    'error',
    'Syntax error',
    (p: { expected: string; found: string }) => `expected ${p.expected}, found ${p.found}`,
  ),
  ESQL1002: message('error', 'Unexpected character', (p: { found: string }) => `${p.found} has no meaning here`),
  ESQL1003: message('error', 'String without end', (p: { quote: string }) => `no closing ${p.quote} follows`),
  ESQL1004: message<NoParameters>('error', 'Comment without end', () => 'no closing `*/` follows'),
  ESQL1005: message('error', 'Malformed number', (p: { found: string }) => `\`${p.found}\` is not a number`),
  ESQL1006: message('error', 'Unbalanced parenthesis', (p: { sign: string; problem: string }) =>
    p.problem === 'open' ? `this \`${p.sign}\` is never closed` : `nothing is open that \`${p.sign}\` could close`,
  ),
  ESQL1007: message('error', 'Missing semicolon', (p: { next: string }) => `expected \`;\` before ${p.next}`),
  ESQL1008: message('error', 'Missing comma', (p: { found: string }) => `expected \`,\` before ${p.found}`),
  ESQL1009: message('error', 'Trailing comma', (p: { found: string }) => `nothing follows this comma but ${p.found}`),
  ESQL1010: message('error', 'Keyword used as a name', (p: { word: string }) => `\`${p.word}\` is a reserved word`),
  ESQL1011: message(
    'error',
    'Unknown keyword',
    (p: { found: string; expected: string }) => `expected ${p.expected}, found \`${p.found}\``,
  ),
  ESQL1012: message('error', 'Wrong operator', (p: { found: string }) => `\`${p.found}\` is not an operator`),
  ESQL1013: message(
    'error',
    'Double quotes around a string',
    (p: { name: string }) => `"${p.name}" in double quotes is a name, expected a string`,
  ),
  ESQL1014: message(
    'error',
    'Malformed duration',
    (p: { found: string }) => `expected a duration such as \`30s\`, found ${p.found}`,
  ),
  ESQL1015: message('error', 'Unknown statement', (p: { found: string }) => `no statement starts with ${p.found}`),
  ESQL1016: message('error', 'Not supported yet', (p: { construct: string }) => `${p.construct} is not supported yet`),
  ESQL1017: message('error', 'Unknown type', (p: { name: string }) => `there is no type \`${p.name}\``),
  ESQL1018: message('error', 'Malformed type', (p: { problem: string }) => p.problem),
  ESQL1019: message('error', 'Malformed interval', (p: { problem: string }) => p.problem),
  ESQL1020: message('error', 'Clause given twice', (p: { clause: string }) => `${p.clause} stands here a second time`),
  ESQL1021: message(
    'error',
    'Clause in the wrong place',
    (p: { clause: string; place: string }) => `${p.clause} does not belong to ${p.place}`,
  ),
  ESQL1022: message('error', 'Incomplete expression', (p: { problem: string }) => p.problem),
  ESQL1023: message(
    'error',
    'Comparisons in a chain',
    (p: { operator: string }) => `\`${p.operator}\` compares the result of another comparison`,
  ),
  ESQL1024: message('error', 'Malformed window', (p: { problem: string }) => p.problem),
  ESQL1025: message<NoParameters>('error', 'Star in the wrong place', () => '`*` is not a value'),
  ESQL1026: message('error', 'Unknown option value', (p: { found: string }) => `\`${p.found}\` gives no option value`),
  ESQL1027: message(
    'error',
    'Clause missing',
    (p: { clause: string; place: string }) => `${p.place} has no ${p.clause}`,
  ),
  ESQL1028: message(
    'error',
    'Qualified name of a table',
    (p: { name: string }) => `\`${p.name}\` has a dot, the names of sources, tables and views have none`,
  ),
  ESQL1090: message(
    'error',
    'Text too long',
    (p: { limit: string; found: string }) => `the file has ${p.found}, the limit is ${p.limit}`,
  ),
  ESQL1091: message(
    'error',
    'Nesting too deep',
    (p: { limit: string }) => `nested more than ${p.limit} levels deep here`,
  ),
  ESQL1092: message(
    'error',
    'Too many columns',
    (p: { limit: string; found: string }) => `${p.found} columns, the limit is ${p.limit}`,
  ),
});
