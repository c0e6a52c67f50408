/**
 * Tells whether a file is still the one that a range was planned from. A file may grow; it may not be replaced, cut, or
 * written over. Same size means same time of change; beyond that, samples of the content are compared: the first 4 KiB
 * and the 16 KiB before the position. A range of less than 16 KiB is compared completely; a larger one that was changed
 * in its middle while the file also grew is caught by the digest in the sink's progress instead.
 */
import { createHash } from 'node:crypto';
import type { ReadHandle } from '../../env.js';
import { connectorError } from '../messages.js';
import type { OpenedFile } from './open-file.js';
import type { FileEnd } from './positions.js';

const HEAD_BYTES = 4 * 1024;
const TAIL_BYTES = 16 * 1024;

/** `at` counts bytes on the disk; a compressed file is sampled as a whole. */
export async function contentMark(handle: ReadHandle, at: number): Promise<string> {
  const hash = createHash('sha256');
  const head = Buffer.alloc(Math.min(HEAD_BYTES, at));
  hash.update(head.subarray(0, await handle.read(head, 0)));
  const tailStart = Math.max(head.length, at - TAIL_BYTES);
  const tail = Buffer.alloc(at - tailStart);
  if (tail.length > 0) hash.update(tail.subarray(0, await handle.read(tail, tailStart)));
  return hash.digest('hex').slice(0, 32);
}

/** Rejects with a diagnostic if the opened file is not what `end` says. */
export async function refuseIfChanged(file: OpenedFile, end: FileEnd, compressed: boolean): Promise<void> {
  const { status } = file;
  const size = (bytes: number): string => `${bytes} bytes`;
  if (status.identity !== end.identity) throw changed(end.file, 'the same file', 'another one under its name');
  if (status.size < end.size) throw changed(end.file, size(end.size), size(status.size));
  if (compressed && status.size !== end.size) throw changed(end.file, size(end.size), size(status.size));
  if (status.size === end.size && status.modified_ms !== end.modified_ms) {
    throw changed(end.file, 'an unchanged file', 'one of the same size that was written to');
  }
  if (file.identified) return;
  const mark = await contentMark(file.handle, compressed ? end.size : end.at);
  if (mark !== end.mark) throw changed(end.file, 'the content that was read before', 'other content');
}

export function changed(file: string, expected: string, found: string): Error {
  return connectorError(
    'ESQL8404',
    { expected, found },
    {
      place: file,
      facts: ['What was read of the file stands in the checkpoint; a repetition would give other rows.'],
      hint: 'Restore the file, or start with an empty sink and a new checkpoint folder.',
    },
  );
}
