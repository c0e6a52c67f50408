/**
 * The intent of a micro-batch (docs/exactly-once.md §1): the write-once record of everything about it that is not
 * determined by the checkpoint and the source's bytes. Each names the hash of the one before it, so a gap or a fork
 * shows (I8).
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { JsonValue, SourceRange } from '../connectors/connector.js';
import { count, FieldError, fields, flag, integer, itemPath, list, raw, text } from './fields.js';
import { encodeTables, readTables, type TableReference } from './tables.js';
import { failed, seal, unseal, type SealedRecord, type Unsealed } from './sealed.js';

export interface Intent {
  readonly queryId: string;
  /** From 1. */
  readonly batch: number;
  /** Hash of the intent before; of batch 1, GENESIS_HASH. */
  readonly previous: string;
  /** The epoch that planned it. */
  readonly epoch: number;
  readonly planFingerprint: string;
  readonly engineVersion: string;
  /** The batch's time; never below the one before. Microseconds since the epoch. */
  readonly now_us: bigint;
  /** Unsigned 64 bits. */
  readonly seed: bigint;
  /** In plan order, every source of the plan. */
  readonly sources: readonly IntentSource[];
  /** In plan order, every table of the plan: the snapshot that the batch joins with. */
  readonly tables: readonly TableReference[];
}

export interface IntentSource {
  readonly id: string;
  readonly ranges: readonly SourceRange[];
  readonly idlePartitions: readonly number[];
  readonly ended: boolean;
  readonly advanceTo_us: bigint | null;
}

export const GENESIS_HASH = '0'.repeat(64);
const INTENT_KIND = 'esql-intent';
/** The second version has tables; without any, the first is written. */
const INTENT_VERSIONS = [1, 2] as const;
/** An intent names ranges, not rows: even 10,000 files stay far below. */
export const INTENT_BYTES_MAX = 16 * 1024 * 1024;
const DEPTH_MAX = 24;
export const SOURCES_MAX = 1000;
export const PARTITIONS_MAX = 1_000_000;

export interface SealedIntent extends SealedRecord {
  readonly intent: Intent;
}

export function encodeIntent(intent: Intent): SealedIntent {
  const sealed = seal(INTENT_KIND, intent.tables.length === 0 ? 1 : 2, {
    queryId: intent.queryId,
    batch: intent.batch,
    previous: intent.previous,
    epoch: intent.epoch,
    planFingerprint: intent.planFingerprint,
    engineVersion: intent.engineVersion,
    now_us: String(intent.now_us),
    seed: intent.seed.toString(16).padStart(16, '0'),
    sources: intent.sources.map((source) => ({
      id: source.id,
      ranges: source.ranges.map((range) => ({ ...range })),
      idlePartitions: source.idlePartitions,
      ended: source.ended,
      advanceTo_us: source.advanceTo_us === null ? null : String(source.advanceTo_us),
    })),
    ...(intent.tables.length === 0 ? {} : { tables: encodeTables(intent.tables) }),
  });
  invariant(sealed.text.length <= INTENT_BYTES_MAX, 'an intent within its size limit');
  return { ...sealed, intent };
}

/** Strict and bounded: whatever the bytes are, the result is an intent or a reason. */
export function decodeIntent(bytes: Uint8Array): Unsealed<SealedIntent> {
  const unsealed = unseal(INTENT_KIND, bytes, { bytes_max: INTENT_BYTES_MAX, depth_max: DEPTH_MAX });
  if (!unsealed.ok) return unsealed;
  const { version, hash, body } = unsealed.value;
  if (!INTENT_VERSIONS.some((known) => known === version)) return failed(`its version ${String(version)} is unknown`);
  try {
    return { ok: true, value: { intent: readIntent(body, version), hash, text: new TextDecoder().decode(bytes) } };
  } catch (error) {
    if (error instanceof FieldError) return failed(error.message);
    throw error;
  }
}

export function decodeIntentText(intentText: string): Unsealed<SealedIntent> {
  return decodeIntent(new TextEncoder().encode(intentText));
}

export const HASH_PATTERN = /^[0-9a-f]{64}$/u;
export const QUERY_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/u;
export const OPERATOR_ID_PATTERN = /^[^\u0000-\u001f\u007f]{1,512}$/u;
export const VERSION_PATTERN = /^[0-9A-Za-z.+-]{1,64}$/u;
const SEED_PATTERN = /^[0-9a-f]{16}$/u;
const NAME_PATTERN = /^[^\u0000]{0,4096}$/u;

function readIntent(body: JsonValue, version: number): Intent {
  const from = fields(body, 'intent', [
    'queryId',
    'batch',
    'previous',
    'epoch',
    'planFingerprint',
    'engineVersion',
    'now_us',
    'seed',
    'sources',
    ...(version === 1 ? [] : ['tables']),
  ]);
  const batch = count(from, 'batch');
  const epoch = count(from, 'epoch');
  if (batch === 0 || epoch === 0) throw new FieldError('intent.batch and intent.epoch start at 1');
  return {
    queryId: text(from, 'queryId', QUERY_ID_PATTERN),
    batch,
    previous: text(from, 'previous', HASH_PATTERN),
    epoch,
    planFingerprint: text(from, 'planFingerprint', HASH_PATTERN),
    engineVersion: text(from, 'engineVersion', VERSION_PATTERN),
    now_us: integer(from, 'now_us'),
    seed: BigInt(`0x${text(from, 'seed', SEED_PATTERN)}`),
    sources: list(from, 'sources', SOURCES_MAX).map((value, i) => readSource(value, itemPath(from, 'sources', i))),
    tables: version === 1 ? [] : readTables(from),
  };
}

function readSource(value: JsonValue, path: string): IntentSource {
  const from = fields(value, path, ['id', 'ranges', 'idlePartitions', 'ended', 'advanceTo_us']);
  return {
    id: text(from, 'id', OPERATOR_ID_PATTERN),
    ranges: list(from, 'ranges', PARTITIONS_MAX).map((range, i) => readRange(range, itemPath(from, 'ranges', i))),
    idlePartitions: readPartitions(list(from, 'idlePartitions', PARTITIONS_MAX), `${path}.idlePartitions`),
    ended: flag(from, 'ended'),
    advanceTo_us: raw(from, 'advanceTo_us') === null ? null : integer(from, 'advanceTo_us'),
  };
}

function readRange(value: JsonValue, path: string): SourceRange {
  const from = fields(value, path, ['partition', 'name', 'start', 'end', 'final']);
  return {
    partition: count(from, 'partition', PARTITIONS_MAX),
    name: text(from, 'name', NAME_PATTERN),
    start: raw(from, 'start'),
    end: raw(from, 'end'),
    final: flag(from, 'final'),
  };
}

function readPartitions(values: readonly JsonValue[], path: string): readonly number[] {
  let before = -1;
  return values.map((value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= before)
      throw new FieldError(`${path} is not a rising list of partitions`);
    before = value;
    return value;
  });
}
