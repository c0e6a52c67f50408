/** ESQL2xxx: names that are unknown, taken or of another kind. Each code has a page in docs/diagnostics. */
import { diagnosticsFrom, message } from '../../grammar/diagnostics/diagnostic.js';

export const nameMessages = {
  ESQL2001: message(
    'error',
    'Unknown column',
    (p: { name: string; relation: string }) => `no column \`${p.name}\` on ${p.relation}`,
  ),
  ESQL2002: message('error', 'Unknown relation', (p: { name: string }) => `nothing named \`${p.name}\` can be read`),
  ESQL2003: message('error', 'Ambiguous column', (p: { name: string }) => `\`${p.name}\` stands for several columns`),
  ESQL2004: message(
    'error',
    'Name declared twice',
    (p: { name: string; found: string }) => `\`${p.name}\` is already the name of ${p.found}`,
  ),
  ESQL2005: message('error', 'Unknown sink', (p: { name: string }) => `there is no sink \`${p.name}\``),
  ESQL2006: message(
    'error',
    'Wrong kind of name',
    (p: { name: string; expected: string; found: string }) => `expected ${p.expected}, found ${p.found} \`${p.name}\``,
  ),
  ESQL2007: message('error', 'Circular definition', (p: { path: string }) => `${p.path} read each other in a circle`),
  ESQL2008: message('error', 'Included file not found', (p: { path: string }) => `there is no file \`${p.path}\``),
  ESQL2009: message('error', 'Circular include', (p: { path: string }) => `\`${p.path}\` includes itself`),
  ESQL2010: message(
    'error',
    'Includes too deep',
    (p: { limit: number }) => `more than ${p.limit} files include each other`,
  ),
  ESQL2011: message('error', 'Unknown setting', (p: { name: string }) => `there is no setting \`${p.name}\``),
  ESQL2012: message('error', 'Unknown connector', (p: { name: string }) => `there is no connector \`${p.name}\``),
  ESQL2013: message('error', 'Unknown format', (p: { name: string }) => `there is no format ${p.name}`),
  ESQL2014: message('error', 'Column declared twice', (p: { name: string }) => `\`${p.name}\` is already a column`),
  ESQL2015: message(
    'error',
    'Output column twice',
    (p: { name: string }) => `\`${p.name}\` is already a column of this SELECT`,
  ),
  ESQL2016: message('error', 'Unknown table name', (p: { name: string }) => `FROM has nothing named \`${p.name}\``),
  ESQL2017: message(
    'error',
    'Wrong number of column names',
    (p: { expected: number; found: number }) => `expected ${p.expected} names, found ${p.found}`,
  ),
  ESQL2018: message(
    'error',
    'Unknown metadata',
    (p: { name: string; connector: string }) => `connector \`${p.connector}\` offers no metadata \`${p.name}\``,
  ),
  ESQL2019: message('error', 'Unknown function', (p: { name: string }) => `there is no function \`${p.name}\``),
  ESQL2020: message('error', 'Unknown stream', (p: { name: string }) => `there is no stream \`${p.name}\``),
  ESQL2021: message('error', 'Missing connector', (p: { what: string }) => `${p.what} names no connector`),
  ESQL2022: message(
    'error',
    'Wrong setting value',
    (p: { name: string; expected: string; found: string }) => `\`${p.name}\` takes ${p.expected}, found ${p.found}`,
  ),
  ESQL2023: message(
    'error',
    'Wrong connector role',
    (p: { name: string; role: string }) => `connector \`${p.name}\` can't be a ${p.role}`,
  ),
  ESQL2024: message('error', 'Format out of place', (p: { problem: string }) => p.problem),
  ESQL2090: message('error', 'Not supported yet', (p: { construct: string }) => `${p.construct} is not supported yet`),
  ESQL2091: message(
    'error',
    'Limit exceeded',
    (p: { what: string; limit: string; found: string }) => `at most ${p.limit} ${p.what}, found ${p.found}`,
  ),
} as const;

export const nameDiagnostic = diagnosticsFrom(nameMessages);
