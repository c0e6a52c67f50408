/**
 * The checkpoint's manifest: the write-once record that makes a batch the place to restart from. It names everything
 * needed: the plan, each source's cursor and partitions, each sink's batch, and the state objects by their content's
 * hash.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { JsonValue, SourceCursor } from '../connectors/connector.js';
import { count, FieldError, fields, flag, integer, itemPath, list, raw, text, type Fields } from '../wal/fields.js';
import {
  HASH_PATTERN,
  OPERATOR_ID_PATTERN,
  PARTITIONS_MAX,
  QUERY_ID_PATTERN,
  SOURCES_MAX,
  VERSION_PATTERN,
} from '../wal/intent.js';
import { encodeTables, readTables, type TableReference } from '../wal/tables.js';
import { failed, isArray, seal, unseal, type SealedRecord, type Unsealed } from '../wal/sealed.js';
import { tableName } from './paths.js';

export interface Manifest {
  readonly queryId: string;
  /** The last batch whose effects are all in the sinks; 0 = none. */
  readonly batch: number;
  readonly epoch: number;
  readonly engineVersion: string;
  /** Canonical bytes of the plan, and their hash. */
  readonly plan: string;
  readonly planFingerprint: string;
  /** Hash of the intent of `batch`; of batch 0, GENESIS_HASH. */
  readonly intentHash: string;
  /** The batch's time. */
  readonly now_us: bigint;
  readonly sources: readonly ManifestSource[];
  readonly sinks: readonly { readonly id: string; readonly batch: number }[];
  /** Stateful operators in plan order. */
  readonly state: readonly ManifestState[];
  /** The snapshots that batch `batch` joined with. */
  readonly tables: readonly TableReference[];
}

export interface ManifestSource {
  readonly id: string;
  /** Null while nothing was read. */
  readonly cursor: SourceCursor | null;
  readonly ended: boolean;
  readonly advancedTo_us: bigint | null;
  readonly partitions: readonly PartitionFacts[];
}

/** What the driver has to know about a partition to decide about idleness and the end. */
export interface PartitionFacts {
  readonly partition: number;
  readonly name: string;
  readonly final: boolean;
  /** Time of the last batch that had a range of it. */
  readonly active_us: bigint;
}

export interface ManifestState {
  readonly operator: string;
  readonly sections: readonly ManifestSection[];
}

export interface ManifestSection {
  readonly name: string;
  /** One after another they are the section. */
  readonly objects: readonly { readonly sha256: string; readonly size: number }[];
}

const MANIFEST_KIND = 'esql-checkpoint';
/** What this code reads; old versions keep their readers. The second has tables: without any, the first is written. */
export const READER_VERSION = 2;
export const MANIFEST_BYTES_MAX = 256 * 1024 * 1024;
const DEPTH_MAX = 24;
const PLAN_LENGTH_MAX = 64 * 1024 * 1024;
const OPERATORS_MAX = 10_000;
const SECTIONS_MAX = 100_000;
const SECTION_NAME = /^[a-z0-9_.-]{1,64}$/u;

export interface SealedManifest extends SealedRecord {
  readonly manifest: Manifest;
}

export function encodeManifest(manifest: Manifest): SealedManifest {
  const version = manifest.tables.length === 0 ? 1 : 2;
  const sealed = seal(MANIFEST_KIND, version, {
    minReaderVersion: version,
    queryId: manifest.queryId,
    batch: manifest.batch,
    epoch: manifest.epoch,
    engineVersion: manifest.engineVersion,
    plan: manifest.plan,
    planFingerprint: manifest.planFingerprint,
    intentHash: manifest.intentHash,
    now_us: String(manifest.now_us),
    sources: manifest.sources.map((source) => ({
      id: source.id,
      cursor: source.cursor,
      ended: source.ended,
      advancedTo_us: source.advancedTo_us === null ? null : String(source.advancedTo_us),
      partitions: source.partitions.map((p) => ({ ...p, active_us: String(p.active_us) })),
    })),
    sinks: manifest.sinks.map((sink) => ({ ...sink })),
    state: manifest.state.map((state) => ({
      operator: state.operator,
      sections: state.sections.map((section) => ({
        name: section.name,
        objects: section.objects.map((object) => ({ ...object })),
      })),
    })),
    // The version again, because the header line is not under the checksum.
    ...(version === 1 ? {} : { version, tables: encodeTables(manifest.tables) }),
  });
  invariant(sealed.text.length <= MANIFEST_BYTES_MAX, 'a manifest within its size limit');
  return { ...sealed, manifest };
}

/** `newer`: the record is sound, but of a version that this reader must not interpret. */
export type DecodedManifest =
  Unsealed<SealedManifest> | { readonly ok: false; readonly why: string; readonly newer: number };

/** Strict and bounded: whatever the bytes are, the result is a manifest or a reason. */
export function decodeManifest(bytes: Uint8Array): DecodedManifest {
  const unsealed = unseal(MANIFEST_KIND, bytes, { bytes_max: MANIFEST_BYTES_MAX, depth_max: DEPTH_MAX });
  if (!unsealed.ok) return unsealed;
  const { version, hash, body } = unsealed.value;
  try {
    if (version > READER_VERSION) {
      const newer = minReaderVersion(body);
      if (newer > READER_VERSION) return { ok: false, why: `it needs reader version ${String(newer)}`, newer };
    }
    return { ok: true, value: { manifest: readManifest(body, version), hash, text: new TextDecoder().decode(bytes) } };
  } catch (error) {
    if (error instanceof FieldError) return failed(error.message);
    throw error;
  }
}

function minReaderVersion(body: JsonValue): number {
  const found = typeof body === 'object' && body !== null && !isArray(body) ? body['minReaderVersion'] : null;
  if (typeof found !== 'number') throw new FieldError('checkpoint.minReaderVersion is missing');
  return found;
}

function readManifest(body: JsonValue, version: number): Manifest {
  const from = fields(body, 'checkpoint', [
    'minReaderVersion',
    'queryId',
    'batch',
    'epoch',
    'engineVersion',
    'plan',
    'planFingerprint',
    'intentHash',
    'now_us',
    'sources',
    'sinks',
    'state',
    ...(version === 1 ? [] : ['tables', 'version']),
  ]);
  if (version > 1 && count(from, 'version') !== version) throw new FieldError('checkpoint.version is another one');
  const plan = raw(from, 'plan');
  if (typeof plan !== 'string' || plan.length > PLAN_LENGTH_MAX) throw new FieldError('checkpoint.plan is not a text');
  return {
    queryId: text(from, 'queryId', QUERY_ID_PATTERN),
    batch: count(from, 'batch'),
    epoch: count(from, 'epoch'),
    engineVersion: text(from, 'engineVersion', VERSION_PATTERN),
    plan,
    planFingerprint: text(from, 'planFingerprint', HASH_PATTERN),
    intentHash: text(from, 'intentHash', HASH_PATTERN),
    now_us: integer(from, 'now_us'),
    sources: items(from, 'sources', SOURCES_MAX, readSource),
    sinks: items(from, 'sinks', SOURCES_MAX, readSink),
    state: items(from, 'state', OPERATORS_MAX, readState),
    tables: version === 1 ? [] : readTables(from),
  };
}

function items<T>(
  from: Fields,
  name: string,
  length_max: number,
  read: (value: JsonValue, path: string) => T,
): readonly T[] {
  return list(from, name, length_max).map((value, index) => read(value, itemPath(from, name, index)));
}

function readSource(value: JsonValue, path: string): ManifestSource {
  const from = fields(value, path, ['id', 'cursor', 'ended', 'advancedTo_us', 'partitions']);
  return {
    id: text(from, 'id', OPERATOR_ID_PATTERN),
    cursor: raw(from, 'cursor'),
    ended: flag(from, 'ended'),
    advancedTo_us: raw(from, 'advancedTo_us') === null ? null : integer(from, 'advancedTo_us'),
    partitions: items(from, 'partitions', PARTITIONS_MAX, readPartition),
  };
}

function readPartition(value: JsonValue, path: string): PartitionFacts {
  const from = fields(value, path, ['partition', 'name', 'final', 'active_us']);
  return {
    partition: count(from, 'partition', PARTITIONS_MAX),
    name: text(from, 'name', /^[^\u0000]{0,4096}$/u),
    final: flag(from, 'final'),
    active_us: integer(from, 'active_us'),
  };
}

function readSink(value: JsonValue, path: string): { readonly id: string; readonly batch: number } {
  const from = fields(value, path, ['id', 'batch']);
  return { id: text(from, 'id', OPERATOR_ID_PATTERN), batch: count(from, 'batch') };
}

function readState(value: JsonValue, path: string): ManifestState {
  const from = fields(value, path, ['operator', 'sections']);
  return {
    operator: text(from, 'operator', OPERATOR_ID_PATTERN),
    sections: items(from, 'sections', SECTIONS_MAX, readSection),
  };
}

function readSection(value: JsonValue, path: string): ManifestSection {
  const from = fields(value, path, ['name', 'objects']);
  return {
    name: text(from, 'name', SECTION_NAME),
    objects: items(from, 'objects', SECTIONS_MAX, (object, objectPath) => {
      const member = fields(object, objectPath, ['sha256', 'size']);
      return { sha256: text(member, 'sha256', HASH_PATTERN), size: count(member, 'size') };
    }),
  };
}

/** Every source has ended: there is nothing left to run. */
export function isFinished(manifest: Manifest): boolean {
  return manifest.sources.length > 0 && manifest.sources.every((source) => source.ended);
}

/** Hashes of all state objects of a manifest. */
export function stateObjects(manifest: Manifest): ReadonlySet<string> {
  const found = new Set<string>();
  for (const state of manifest.state)
    for (const section of state.sections) for (const object of section.objects) found.add(object.sha256);
  return found;
}

/** Names of the objects that hold the snapshots of a manifest's tables. */
export function tableObjects(manifest: Manifest): readonly string[] {
  return manifest.tables.flatMap(({ first, objects }) => objects.map(({ sha256 }) => tableName(first, sha256)));
}
