/** The manifest of a committed batch, and the progress that it is. Read back, it is checked before it is believed. */
import { createHash } from 'node:crypto';
import type { SinkProgress } from '../connector.js';
import { connectorError } from '../messages.js';

export interface CommittedFile {
  /** Below the sink's folder. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly rows: number;
}

export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly version: typeof MANIFEST_VERSION;
  readonly queryId: string;
  readonly sinkId: string;
  readonly batch: number;
  readonly epoch: number;
  readonly digest: string;
  readonly intentHash: string;
  readonly intent: string;
  readonly files: readonly CommittedFile[];
}

export const MANIFEST_FORMAT = 'esql-file-sink';
export const MANIFEST_VERSION = 1;

/** SHA-256 of the names and contents of a batch's files: the batch's digest. */
export function digestOf(files: readonly CommittedFile[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.path}\0${file.size}\0${file.sha256}\n`);
  return hash.digest('hex');
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`, 'utf8');
}

export function decodeManifest(bytes: Uint8Array, place: string): Manifest {
  const value = parse(bytes);
  if (!isManifest(value)) throw damaged('the manifest is not one of a file sink', place);
  if (digestOf(value.files) !== value.digest) throw damaged('the digest in the manifest does not fit its files', place);
  return value;
}

export function progressOf(manifest: Manifest, epoch: number): SinkProgress {
  const { batch, digest, intentHash, intent } = manifest;
  return { epoch, batch, digest, intentHash, intent };
}

export function damaged(why: string, place: string): Error {
  return connectorError(
    'ESQL8451',
    { why },
    {
      place,
      hint: 'Restore the folder from a copy that fits the checkpoint, or start with an empty folder and a new checkpoint.',
    },
  );
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return null;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || value['format'] !== MANIFEST_FORMAT || value['version'] !== MANIFEST_VERSION) return false;
  const texts = ['queryId', 'sinkId', 'digest', 'intentHash', 'intent'].every(
    (name) => typeof value[name] === 'string',
  );
  const { batch, epoch, files } = value;
  return texts && isCount(batch) && isCount(epoch) && Array.isArray(files) && files.every(isCommittedFile);
}

function isCommittedFile(value: unknown): value is CommittedFile {
  if (!isRecord(value)) return false;
  const { path, size, rows, sha256 } = value;
  return typeof path === 'string' && isInside(path) && isCount(size) && isCount(rows) && typeof sha256 === 'string';
}

/** A manifest is input like any other: its paths must not lead out of the folder. */
function isInside(path: string): boolean {
  return (
    path.startsWith('batch=') &&
    !path.includes('\0') &&
    path.split('/').every((part) => !['', '.', '..'].includes(part))
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
