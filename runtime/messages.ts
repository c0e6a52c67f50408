/** ESQL80xx–83xx: what can go wrong while a job runs. 80xx store, 81xx history, 82xx running, 83xx change of plan. */
import { diagnosticsFrom, errorsFrom, message } from '../grammar/diagnostics/diagnostic.js';

export const RUNTIME_MESSAGES = {
  ESQL8001: message<{ scheme: string }>(
    'error',
    'Checkpoint store not supported',
    (p) => `addresses with \`${p.scheme}:\` are not supported yet`,
  ),
  ESQL8002: message<{ why: string }>('error', 'Malformed checkpoint store address', (p) => p.why),
  ESQL8003: message<{ query: string }>(
    'error',
    'Checkpoint store in use',
    (p) => `another driver is running \`${p.query}\` on this checkpoint store`,
  ),
  ESQL8004: message<{ what: string }>('error', 'Disk full', (p) => `no space left while ${p.what}`),
  ESQL8005: message<{ what: string; cause: string }>(
    'error',
    'Checkpoint store failed',
    (p) => `${p.what} failed: ${p.cause}`,
  ),
  ESQL8006: message<{ what: string; cause: string }>(
    'error',
    'Checkpoint store not accessible',
    (p) => `${p.what} failed: ${p.cause}`,
  ),
  ESQL8007: message<{ name: string }>(
    'error',
    'Invalid query id',
    (p) => `\`${p.name}\` is not 1 to 64 letters, digits, \`_\` or \`-\``,
  ),
  ESQL8008: message<{ what: string; cause: string }>(
    'error',
    'No checkpoint store can be there',
    (p) => `${p.what} failed: ${p.cause}`,
  ),
  ESQL8009: message<{ what: string }>('error', 'No such checkpoint', (p) => `there is no ${p.what} in this store`),

  ESQL8101: message<{ why: string }>('error', 'No valid checkpoint', (p) => p.why),
  ESQL8102: message<{ sink: string; progress: string; expected: string }>(
    'error',
    'Sink belongs to another history',
    (p) => `sink \`${p.sink}\` has applied batch ${p.progress}, expected ${p.expected}`,
  ),
  ESQL8103: message<{ batch: number; why: string }>(
    'error',
    'Damaged intent',
    (p) => `the intent of batch ${String(p.batch)} can't be used: ${p.why}`,
  ),
  ESQL8104: message<{ batch: number; why: string }>(
    'error',
    'Broken chain of intents',
    (p) => `at batch ${String(p.batch)}: ${p.why}`,
  ),
  ESQL8105: message<{ found: number; supported: number }>(
    'error',
    'Checkpoint from a newer version',
    (p) => `it needs reader version ${String(p.found)}, this version reads up to ${String(p.supported)}`,
  ),
  ESQL8106: message<{ why: string }>('error', 'Damaged checkpoint', (p) => p.why),
  ESQL8107: message<{ found: string; expected: string }>(
    'error',
    'Checkpoint of another query',
    (p) => `it belongs to query id \`${p.found}\`, expected \`${p.expected}\``,
  ),
  ESQL8108: message<{ batch: number; found: string; running: string }>(
    'error',
    'Unfinished batch of another engine version',
    (p) => `batch ${String(p.batch)} was begun by version ${p.found}, this is version ${p.running}`,
  ),
  ESQL8109: message<{ why: string }>('error', 'State does not fit the plan', (p) => p.why),
  ESQL8110: message<{ batch: number; why: string }>(
    'warning',
    'Damaged checkpoint skipped',
    (p) => `the checkpoint of batch ${String(p.batch)} is not used: ${p.why}`,
  ),

  ESQL8201: message<{ own: number; found: number }>(
    'error',
    'Driver superseded',
    (p) => `a driver with epoch ${String(p.found)} took over from this one (epoch ${String(p.own)})`,
  ),
  ESQL8202: message<{ what: string; expected: string; found: string }>(
    'error',
    'Replay gave other rows',
    (p) => `${p.what}: expected digest ${p.expected}, found ${p.found}`,
  ),
  ESQL8204: message<{ attempts: number }>(
    'error',
    'Epoch not claimed',
    (p) => `${String(p.attempts)} attempts were lost to other drivers`,
  ),
  ESQL8205: message<{ source: string; errors: number; rows: number }>(
    'error',
    'Too many bad records',
    (p) => `${String(p.errors)} of the last ${String(p.rows)} records of \`${p.source}\` can't be decoded`,
  ),
  ESQL8206: message<{ bytes: string; limit: string }>(
    'error',
    'State too large',
    (p) => `the state takes ${p.bytes} bytes, the limit is ${p.limit}`,
  ),

  ESQL8303: message<{ first: number; last: number }>(
    'error',
    'Plan changed with unfinished batches',
    (p) => `batches ${String(p.first)} to ${String(p.last)} were begun with the old plan`,
  ),
  ESQL8304: message<{ why: string }>('error', 'Stored plan unreadable', (p) => p.why),
} as const;

export const runtimeDiagnostic = diagnosticsFrom(RUNTIME_MESSAGES);

/** The exception that carries a runtime diagnostic. */
export const runtimeError = errorsFrom(RUNTIME_MESSAGES);
