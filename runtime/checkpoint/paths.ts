/** Every object name of a query's store is made and read here (docs/storage-layout.md). */
import { invariant } from '../../grammar/diagnostics/internal-error.js';

export const EPOCHS = 'epochs';
export const INTENTS = 'intents';
export const CHECKPOINTS = 'checkpoints';
export const STATE = 'state';
/** Snapshots of tables. */
export const TABLES = 'tables';
export const CORRUPT = 'corrupt';

/** Fixed widths, so that the order of names is the order of numbers. */
const EPOCH_DIGITS = 8;
const BATCH_DIGITS = 20;
export const EPOCH_MAX = 99_999_999;

export function epochName(epoch: number): string {
  invariant(Number.isInteger(epoch) && epoch >= 1 && epoch <= EPOCH_MAX, 'an epoch of at most eight digits');
  return `${EPOCHS}/${String(epoch).padStart(EPOCH_DIGITS, '0')}`;
}

export function intentName(batch: number): string {
  return `${INTENTS}/${batchDigits(batch)}`;
}

export function checkpointName(batch: number): string {
  return `${CHECKPOINTS}/${batchDigits(batch)}`;
}

export function stateName(sha256: string): string {
  invariant(/^[0-9a-f]{64}$/u.test(sha256), 'a SHA-256 in hex');
  return `${STATE}/${sha256}`;
}

/** A part of a snapshot that was loaded for the batch `first`. */
export function tableName(first: number, sha256: string): string {
  invariant(/^[0-9a-f]{64}$/u.test(sha256), 'a SHA-256 in hex');
  return `${TABLES}/${batchDigits(first)}-${sha256}`;
}

/** The batch that the object was loaded for, or null if the name is not one of ours. */
export function firstOfTable(name: string): number | null {
  const match = /^tables\/(\d{20})-[0-9a-f]{64}$/u.exec(name);
  const value = Number(match?.[1] ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : null;
}

/** The number in a name of this folder, or null if the name is not one of ours. */
export function numberOf(folder: typeof EPOCHS | typeof INTENTS | typeof CHECKPOINTS, name: string): number | null {
  const digits = name.startsWith(`${folder}/`) ? name.slice(folder.length + 1) : '';
  const width = folder === EPOCHS ? EPOCH_DIGITS : BATCH_DIGITS;
  if (digits.length !== width || !/^[0-9]+$/u.test(digits)) return null;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : null;
}

function batchDigits(batch: number): string {
  invariant(Number.isSafeInteger(batch) && batch >= 0, 'a batch number');
  return String(batch).padStart(BATCH_DIGITS, '0');
}
