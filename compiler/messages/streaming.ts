/**
 * ESQL4xxx: queries that are good SQL and yet can't run on streams as written. Each code has a page in
 * docs/diagnostics.
 */
import { diagnosticsFrom, message } from '../../grammar/diagnostics/diagnostic.js';

export const streamingMessages = {
  ESQL4001: message(
    'error',
    'Stream without checkpoint',
    (p: { stream: string }) => `stream \`${p.stream}\` writes to a sink and has no CHECKPOINT`,
  ),
  ESQL4002: message(
    'error',
    'KEY does not identify the rows',
    (p: { missing: string }) => `the query's own key has ${p.missing} too`,
  ),
  ESQL4003: message('error', 'Missing KEY', (p: { sink: string }) => `sink \`${p.sink}\` needs a KEY`),
  ESQL4004: message(
    'error',
    'Unknown KEY column',
    (p: { name: string; stream: string }) => `stream \`${p.stream}\` has no column \`${p.name}\``,
  ),
  ESQL4005: message(
    'error',
    'No key of its own',
    (p: { stream: string }) => `results of \`${p.stream}\` change, and no columns of it identify a row`,
  ),
  ESQL4006: message(
    'error',
    'Sink takes no changes',
    (p: { connector: string; stream: string }) =>
      `connector \`${p.connector}\` can't change what it has written, and results of \`${p.stream}\` change`,
  ),
  ESQL4007: message(
    'error',
    'IGNORE with changing results',
    (p: { stream: string }) => `results of \`${p.stream}\` change, and ON CONFLICT IGNORE keeps the first`,
  ),
  ESQL4008: message('error', 'EMIT FINAL without windows', (p: { problem: string }) => p.problem),
  ESQL4009: message('error', 'EMIT FINAL without watermark', (p: { problem: string }) => p.problem),
  ESQL4010: message(
    'error',
    'Slide greater than size',
    (p: { slide: string; size: string }) => `a slide of ${p.slide} leaves gaps between windows of ${p.size}`,
  ),
  ESQL4011: message('error', 'Stream does not fit its sink', (p: { problem: string }) => p.problem),
  ESQL4012: message(
    'error',
    'Source cannot be read again',
    (p: { source: string; connector: string }) =>
      `WAL OFFSETS logs positions only, and connector \`${p.connector}\` of \`${p.source}\` can't be read again`,
  ),
  ESQL4013: message(
    'error',
    'Sink used twice',
    (p: { sink: string; stream: string }) => `sink \`${p.sink}\` already belongs to stream \`${p.stream}\``,
  ),
  ESQL4014: message(
    'note',
    'Growing state',
    (p: { stream: string; per: string }) => `\`${p.stream}\` keeps state per ${p.per}, without end`,
  ),
  ESQL4015: message(
    'error',
    'Delivery not reached',
    (p: { stream: string; found: string }) => `\`${p.stream}\` is ${p.found}`,
  ),
  ESQL4016: message(
    'error',
    'Unrepeatable value over changing rows',
    (p: { name: string }) => `${p.name} gives another value when a row is taken back`,
  ),
  ESQL4017: message(
    'error',
    'KEY column may be NULL',
    (p: { name: string }) => `\`${p.name}\` may be NULL, and NULL identifies no row`,
  ),
  ESQL4018: message('error', 'EMIT out of place', (p: { where: string }) => `EMIT can't stand in ${p.where}`),
  ESQL4019: message(
    'error',
    'Too many windows per row',
    (p: { found: string; limit: string }) => `a row would be in ${p.found} windows, at most ${p.limit} are allowed`,
  ),
  ESQL4020: message(
    'error',
    'Windows that cut windows',
    (p: { outer: string; inner: string }) =>
      `windows of ${p.outer} over \`window_start\` cut the windows of ${p.inner} they are made of`,
  ),
  ESQL4021: message(
    'warning',
    'Nobody reads it',
    (p: { name: string; what: string }) => `no stream reads \`${p.name}\`: ${p.what} are counted and dropped`,
  ),
  ESQL4022: message(
    'error',
    'ON LATE without watermark',
    (p: { source: string }) => `source \`${p.source}\` has no WATERMARK, so no row of it is late`,
  ),
  ESQL4024: message(
    'error',
    'Conflict policy not available',
    (p: { connector: string; policy: string }) => `connector \`${p.connector}\` has no ON CONFLICT ${p.policy}`,
  ),
  ESQL4025: message('error', 'Watermark out of reach', (p: { problem: string }) => p.problem),
  ESQL4026: message(
    'error',
    'No window for late rows',
    (p: { name: string; source: string }) => `\`${p.name}\` stays empty: no window reads \`${p.source}\``,
  ),
  ESQL4027: message('error', 'Different settings for one source', (p: { problem: string }) => p.problem),
  ESQL4028: message(
    'error',
    'Not in a source of changes',
    (p: { what: string; source: string }) => `\`${p.source}\` gives changes of rows, which have no ${p.what}`,
  ),
  ESQL4040: message(
    'error',
    'Table read as a stream',
    (p: { name: string }) => `\`${p.name}\` is a table, not a stream`,
  ),
  ESQL4041: message('error', 'Table on the wrong side of a join', (p: { problem: string }) => p.problem),
  ESQL4042: message(
    'error',
    'Join without equality',
    (p: { table: string }) => `no \`=\` here compares the stream with table \`${p.table}\``,
  ),
  ESQL4043: message(
    'error',
    'Changing rows joined with a refreshed table',
    (p: { table: string }) => `rows that change are joined with table \`${p.table}\`, which is loaded again`,
  ),
} as const;

export const streamingDiagnostic = diagnosticsFrom(streamingMessages);
