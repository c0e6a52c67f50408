/**
 * ESQL84xx: what can go wrong at a source or a sink. 840x files as input, 842x sockets, 843x SQLite, 844x progress of
 * any sink, 845x files as output, 846x files on other machines, 847x Parquet; ESQL866x and 867x databases. No message
 * holds data of a row, and none holds an option's value but paths, names and addresses.
 */
import { errorsFrom, message } from '../../grammar/diagnostics/diagnostic.js';

export const CONNECTOR_MESSAGES = {
  ESQL8400: message<{ path: string }>('error', 'Input file missing', (p) => `there is no file or folder \`${p.path}\``),
  ESQL8401: message<{ code: string }>('error', 'Input not readable', (p) => `the operating system says ${p.code}`),
  ESQL8402: message<{ path: string }>('error', 'No input files', (p) => `no file is matched by \`${p.path}\``),
  ESQL8403: message('error', 'Input is not a file', () => 'expected a regular file, found a device, pipe or socket'),
  ESQL8404: message<{ expected: string; found: string }>(
    'error',
    'Input changed after it was logged',
    (p) => `expected ${p.expected}, found ${p.found}`,
  ),
  ESQL8405: message<{ target: string }>(
    'error',
    'Link out of the input folder',
    (p) => `the file is a link to \`${p.target}\``,
  ),
  ESQL8406: message<{ why: string }>('error', 'Malformed file pattern', (p) => p.why),
  ESQL8407: message<{ why: string }>('error', 'Damaged compressed file', (p) => p.why),
  ESQL8408: message<{ why: string }>('error', 'Position of another source', (p) => p.why),
  ESQL8409: message(
    'error',
    'Input folder of a file sink',
    () => 'the folder holds batches and manifests of a file sink',
  ),
  ESQL8410: message<{ limit: number }>(
    'error',
    'Too many input files',
    (p) => `more than ${p.limit} files are matched`,
  ),

  ESQL8420: message<{ address: string; why: string }>(
    'error',
    'No connection',
    (p) => `\`${p.address}\` can't be reached: ${p.why}`,
  ),
  ESQL8421: message<{ why: string }>('error', 'Damaged socket log', (p) => p.why),
  ESQL8422: message<{ why: string }>('error', 'Malformed frame', (p) => p.why),
  ESQL8423: message<{ start: string; first: string; end: string }>(
    'error',
    'Socket log does not reach the checkpoint',
    (p) => `the checkpoint continues at record ${p.start}, the log holds ${p.first} up to ${p.end}`,
  ),
  ESQL8424: message<{ what: string; limit: number }>(
    'error',
    'Sender over the limit',
    (p) => `${p.what} beyond ${p.limit}`,
  ),
  ESQL8425: message<{ code: string }>('error', 'Socket log not writable', (p) => `the operating system says ${p.code}`),
  ESQL8426: message('error', 'Socket log in use', () => 'another driver holds the lock of this log'),
  ESQL8427: message<{ host: string }>('error', 'Malformed host', (p) => `\`${p.host}\` is no host name or address`),

  ESQL8428: message(
    'error',
    'Log needs a disk',
    () =>
      'a socket source keeps what it received in a log beside the checkpoint, and this store has no folder on a disk',
  ),
  ESQL8430: message<{ table: string; expected: string; found: string }>(
    'error',
    'Table of another shape',
    (p) => `\`${p.table}\`: expected ${p.expected}, found ${p.found}`,
  ),
  ESQL8431: message<{ what: string; name: string; why: string }>(
    'error',
    'Name not allowed',
    (p) => `${p.what} \`${p.name}\` ${p.why}`,
  ),
  ESQL8432: message<{ code: string }>('error', 'Database not opened', (p) => `SQLite says ${p.code}`),
  ESQL8433: message<{ code: string; doing: string }>(
    'error',
    'Database failed',
    (p) => `SQLite says ${p.code} while ${p.doing}`,
  ),
  ESQL8434: message<{ table: string }>('error', 'Table missing', (p) => `there is no table \`${p.table}\``),
  ESQL8435: message<{ found: string; needed: string }>(
    'error',
    'SQLite too old',
    (p) => `version ${p.found}, at least ${p.needed} is needed`,
  ),
  ESQL8436: message<{ column: string }>(
    'error',
    'Value not storable',
    (p) => `column \`${p.column}\` takes no NULL, and SQLite stores a NaN as NULL`,
  ),

  ESQL8440: message<{ epoch: number; newer: number }>(
    'error',
    'Fenced by a newer driver',
    (p) => `this driver has epoch ${p.epoch}, epoch ${p.newer} is registered at the sink`,
  ),
  ESQL8441: message<{ expected: number; found: number }>(
    'error',
    'Gap at the sink',
    (p) => `expected batch ${p.expected}, found batch ${p.found}`,
  ),
  ESQL8442: message<{ batch: number }>(
    'error',
    'Batch differs from the one applied',
    (p) => `batch ${p.batch} was applied before with other rows`,
  ),
  ESQL8443: message<{ why: string }>('error', 'Sink belongs to another pipeline', (p) => p.why),
  ESQL8444: message<{ why: string }>('error', 'Damaged progress', (p) => p.why),

  ESQL8450: message<{ code: string }>(
    'error',
    'Output folder not writable',
    (p) => `the operating system says ${p.code}`,
  ),
  ESQL8451: message<{ why: string }>('error', 'Damaged output', (p) => p.why),
  ESQL8452: message('error', 'Output is not a folder', () => 'expected a folder, found a file'),
  ESQL8453: message<{ column: string; columns: string }>(
    'error',
    'Unknown partition column',
    (p) => `\`${p.column}\` is no column of the stream: ${p.columns}`,
  ),
  ESQL8454: message<{ format: string; why: string }>(
    'error',
    'Rows do not fit the format',
    (p) => `FORMAT ${p.format} ${p.why}`,
  ),

  ESQL8460: message<{ why: string }>('error', 'Malformed address of remote files', (p) => p.why),
  ESQL8461: message('error', 'Two credentials', () => 'both `account_key` and `sas_token` are given'),
  ESQL8462: message<{ said: string; code: string }>(
    'error',
    'Remote files not reachable',
    (p) => `the service can't be used now: ${p.said}, ${p.code}`,
  ),
  ESQL8463: message<{ said: string }>('error', 'Remote files refused', (p) => `the service refuses to ${p.said}`),
  ESQL8470: message<{ why: string }>('error', 'Not a readable Parquet file', (p) => `the file can't be read: ${p.why}`),
  ESQL8471: message<{ column: string; expected: string; found: string }>(
    'error',
    'Column of another type in a Parquet file',
    (p) => `column \`${p.column}\`: expected ${p.expected}, found ${p.found}`,
  ),
  ESQL8472: message<{ column: string }>(
    'error',
    'Column missing in a Parquet file',
    (p) => `the file has no column \`${p.column}\``,
  ),
  ESQL8473: message('error', 'Parquet is not compressed again', () => 'FORMAT PARQUET compresses its own pages'),
  ESQL8660: message<{ said: string; doing: string }>(
    'error',
    'Database not reachable',
    (p) => `the database can't be used now: ${p.said} while ${p.doing}`,
  ),
  ESQL8661: message<{ said: string }>('error', 'Login refused', (p) => `the database refuses the login: ${p.said}`),
  ESQL8662: message<{ said: string }>('error', 'Connection not safe', (p) => p.said),
  ESQL8663: message<{ what: string }>('error', 'Missing in the database', (p) => `there is no ${p.what}`),
  ESQL8664: message<{ table: string; expected: string; found: string }>(
    'error',
    'Table does not fit the stream',
    (p) => `\`${p.table}\`: expected ${p.expected}, found ${p.found}`,
  ),
  ESQL8665: message<{ said: string }>(
    'error',
    'Key written by another',
    (p) => `a row with the same key or unique value appeared: ${p.said}`,
  ),
  ESQL8666: message<{ limit: string }>('error', 'Batch over the limit', (p) => `the rows of a batch exceed ${p.limit}`),
  ESQL8667: message<{ column: string; why: string }>(
    'error',
    'Value not storable in the database',
    (p) => `column \`${p.column}\` ${p.why}`,
  ),
  ESQL8668: message<{ said: string; doing: string }>(
    'error',
    'Database refused',
    (p) => `the database says no while ${p.doing}: ${p.said}`,
  ),
  ESQL8669: message<{ why: string }>('error', 'Connection not described', (p) => p.why),
  ESQL8670: message<{ said: string; doing: string }>(
    'error',
    'Permission missing in the database',
    (p) => `this login may not go on with ${p.doing}: ${p.said}`,
  ),
  ESQL8671: message<{ expected: string; found: string }>(
    'error',
    'Database too old',
    (p) => `the server: expected ${p.expected}, found ${p.found}`,
  ),
} as const;

/** An error to throw, for I/O edges that cannot return a diagnostic. */
export const connectorError = errorsFrom(CONNECTOR_MESSAGES);
