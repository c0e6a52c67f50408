/** Query and plan files as text, with diagnostics for everything that can be wrong with a file. */
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DiagnosticError } from '../grammar/diagnostics/diagnostic.js';
import { SourceFile } from '../grammar/diagnostics/source.js';
import { systemCode } from './host/system-code.js';
import { cliDiagnostic } from './messages.js';

/** What messages call `-`. */
export const STANDARD_INPUT = '<stdin>';

const FILE_BYTES_MAX = 64 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a directory',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ENOTDIR: 'lies below something that is not a directory',
  ELOOP: 'is a circle of symbolic links',
  ENAMETOOLONG: 'has a name that is too long',
  ENOSPC: 'does not fit: the disk is full',
  EROFS: 'lies on a read-only file system',
};

export function reasonOf(error: unknown): string {
  const code = systemCode(error);
  return (code === undefined ? undefined : REASONS[code]) ?? `could not be used (${code ?? String(error)})`;
}

/** Reads a whole text file; `-` is standard input. Throws a DiagnosticError (ESQL7005, 7007, 7008). */
export async function readTextFile(path: string): Promise<SourceFile> {
  const bytes = await readBytes(path);
  try {
    return new SourceFile(
      path === '-' ? STANDARD_INPUT : path,
      new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    );
  } catch (error) {
    throw new DiagnosticError(
      cliDiagnostic('ESQL7007', { path, bytes: firstInvalidByte(bytes) }, { hint: 'Save the file as UTF-8.' }),
      { cause: error },
    );
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    if (path === '-') return await readStandardInput();
    const status = await fs.stat(path);
    if (status.isFile() && status.size > FILE_BYTES_MAX) {
      throw new DiagnosticError(
        cliDiagnostic('ESQL7008', {
          path,
          size: `${String(Math.ceil(status.size / 1024 / 1024))} MiB`,
          limit: `${String(FILE_BYTES_MAX / 1024 / 1024)} MiB`,
        }),
      );
    }
    return await fs.readFile(path);
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    throw new DiagnosticError(
      cliDiagnostic('ESQL7005', { path, reason: reasonOf(error) }, { hint: await nearbyHint(path) }),
      { cause: error },
    );
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const HINT_FALLBACK = 'Name a file; relative paths begin at the current folder.';

async function nearbyHint(path: string): Promise<string> {
  try {
    const names = (await fs.readdir(dirname(path))).filter(
      (name) => name.endsWith('.esql') || name.endsWith('.plan.json'),
    );
    const { nearest } = await import('../grammar/diagnostics/suggest.js');
    const found = nearest(
      path,
      names.map((name) => join(dirname(path), name)),
    );
    return found === undefined ? HINT_FALLBACK : `\`${found}\` might be meant.`;
  } catch {
    return HINT_FALLBACK;
  }
}

/** Offset of the first byte that is not UTF-8. */
function firstInvalidByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let valid = true;
    try {
      decoder.decode(bytes.subarray(0, middle + 1), { stream: true });
    } catch {
      valid = false;
    }
    if (valid) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Writes a whole file by way of a temporary one, so that a reader sees the old or the new text. */
export async function writeTextFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    await fs.writeFile(temporary, text);
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    // The file itself need not exist: what is missing is a folder on the way to it.
    const missing = systemCode(error) === 'ENOENT';
    throw new DiagnosticError(
      cliDiagnostic(
        'ESQL7006',
        { path, reason: missing ? 'lies in a folder that does not exist' : reasonOf(error) },
        { hint: missing ? 'Make the folder, or choose another place.' : 'Choose another place, or free this one.' },
      ),
      { cause: error },
    );
  }
}
