/**
 * Names within the folder of a file sink:
 *
 *     batch=00000000000000000042/country=DE/part-0.jsonl    rows; the partition folders only with partition_by
 *     _committed/00000000000000000042.json                  the manifest: with it, and only with it, the batch is there
 *     _epochs/00000000000000000007.json                     drivers that registered
 *     _tmp/…                                                files being written
 */
import { createHash } from 'node:crypto';
import { numberName } from '../../paths.js';

export const COMMITTED = '_committed';
export const EPOCHS = '_epochs';
export const TEMPORARY = '_tmp';
/** What Hive, Spark and DuckDB take for NULL in a folder name. */
const NULL_VALUE = '__HIVE_DEFAULT_PARTITION__';
/** File systems allow 255 bytes a name. */
const SEGMENT_LENGTH_MAX = 200;
const HASH_LENGTH = 32;

export function batchFolder(batch: number): string {
  return `batch=${numberName(batch)}`;
}

export function partName(part: number, extension: string): string {
  return `part-${part}.${extension}`;
}

export function manifestName(batch: number): string {
  return `${COMMITTED}/${numberName(batch)}.json`;
}

export function epochName(epoch: number): string {
  return `${EPOCHS}/${numberName(epoch)}.json`;
}

/** The number of a name such as `00000000000000000042.json`; null for any other name. */
export function numberOfName(name: string): number | null {
  const match = /^(\d{20})\.json$/u.exec(name);
  const value = Number(match?.[1] ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : null;
}

/** `column=value` as one folder name. Nothing of a value can end the name or leave the folder. */
export function partitionSegment(column: string, value: string | null): string {
  return `${percentEncode(column)}=${value === null ? NULL_VALUE : percentEncode(value)}`;
}

function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    // A point is encoded too, so that no name begins or ends with one.
    encoded += /[A-Za-z0-9_-]/u.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (encoded.length <= SEGMENT_LENGTH_MAX / 2) return encoded;
  // Too long for a name: its beginning, and a hash that keeps different values apart.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  return `${encoded.slice(0, SEGMENT_LENGTH_MAX / 2 - HASH_LENGTH - 1)}~${hash}`;
}
