/** ESQL7xxx: the command line. */
import { diagnosticsFrom, message } from '../grammar/diagnostics/diagnostic.js';

export const cliMessages = {
  ESQL7001: message<{ name: string }>('error', 'Unknown command', (p) => `there is no command \`${p.name}\``),
  ESQL7002: message<{ option: string; command: string }>(
    'error',
    'Unknown option',
    (p) => `\`${p.option}\` is not an option of \`esql ${p.command}\``,
  ),
  ESQL7003: message<{ option: string; expected: string; found: string }>(
    'error',
    'Wrong option value',
    (p) => `\`${p.option}\` takes ${p.expected}, found ${p.found}`,
  ),
  ESQL7004: message<{ command: string; expected: string; found: string }>(
    'error',
    'Wrong number of arguments',
    (p) => `\`esql ${p.command}\` takes ${p.expected}, found ${p.found}`,
  ),
  ESQL7005: message<{ path: string; reason: string }>(
    'error',
    'Cannot read the file',
    (p) => `\`${p.path}\` ${p.reason}`,
  ),
  ESQL7006: message<{ path: string; reason: string }>(
    'error',
    'Cannot write the file',
    (p) => `\`${p.path}\` ${p.reason}`,
  ),
  ESQL7007: message<{ path: string; bytes: number }>(
    'error',
    'Not a text file',
    (p) => `\`${p.path}\` is not UTF-8 text: byte ${p.bytes} cannot be decoded`,
  ),
  ESQL7008: message<{ path: string; size: string; limit: string }>(
    'error',
    'File too large',
    (p) => `\`${p.path}\` has ${p.size}; at most ${p.limit} are read`,
  ),
  ESQL7009: message<{ name: string }>('error', 'No such stream', (p) => `the plan has no stream \`${p.name}\``),
  ESQL7010: message<{ count: number }>(
    'error',
    'Files are not in canonical form',
    (p) => `${p.count} ${p.count === 1 ? 'file differs' : 'files differ'} from what \`esql fmt\` writes`,
  ),
  ESQL7012: message<{ attempts: number; exit: string }>(
    'error',
    'Job keeps failing',
    (p) => `${p.attempts} starts in a row ended without a finished batch; the last one ended with ${p.exit}`,
  ),
  ESQL7014: message<{ name: string }>(
    'error',
    'No such sink of a database',
    (p) => `the plan has no sink \`${p.name}\` that is a database`,
  ),
  ESQL7013: message<{ path: string }>('error', 'Nothing to run', (p) => `no stream in \`${p.path}\` writes to a sink`),
};

export const cliDiagnostic = diagnosticsFrom(cliMessages);
