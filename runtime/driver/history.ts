/** Reads what a query's store says about its past: the facts that recovery decides from. */
import type { Diagnostic } from '../../grammar/diagnostics/diagnostic.js';
import { decodeManifest, READER_VERSION, type Manifest } from '../checkpoint/manifest.js';
import {
  checkpointName,
  CHECKPOINTS,
  CORRUPT,
  EPOCHS,
  intentName,
  INTENTS,
  numberOf,
  stateName,
  tableName,
} from '../checkpoint/paths.js';
import { objectProblem, type LoadedState } from '../checkpoint/snapshot.js';
import { runtimeDiagnostic, runtimeError } from '../messages.js';
import type { StateSection } from '../operators/operator.js';
import type { ObjectStore, StoredObject } from '../storage/object-store.js';
import { decodeIntent, type SealedIntent } from '../wal/intent.js';

export type IntentFact =
  | { readonly batch: number; readonly ok: true; readonly sealed: SealedIntent }
  | { readonly batch: number; readonly ok: false; readonly why: string };

export interface SkippedCheckpoint {
  readonly batch: number;
  readonly why: string;
  /** Names of the bad objects. */
  readonly objects: readonly string[];
}

export interface History {
  /** The newest valid checkpoint with all its objects. */
  readonly checkpoint: { readonly manifest: Manifest; readonly state: LoadedState } | null;
  /** Newer checkpoints that can't be used. */
  readonly skipped: readonly SkippedCheckpoint[];
  /** Batches of all checkpoint objects, good or bad, rising. */
  readonly checkpointBatches: readonly number[];
  /** Intents behind the checkpoint (all, without one), by batch. */
  readonly intents: readonly IntentFact[];
  /** Epochs of earlier drivers exist, or bad objects were moved away. */
  readonly hasPast: boolean;
}

export type VerifyObject = typeof objectProblem;

/**
 * `ownEpoch` (already claimed; 0 = none) is not part of the past. Rejects with ESQL8105 or ESQL8107 when a sound
 * checkpoint must not be used at all.
 */
export async function readHistory(
  store: ObjectStore,
  queryId: string,
  ownEpoch: number,
  verify: VerifyObject = objectProblem,
): Promise<History> {
  const checkpointBatches = batchNumbers(CHECKPOINTS, await store.list(CHECKPOINTS));
  const skipped: SkippedCheckpoint[] = [];
  let checkpoint: History['checkpoint'] = null;
  for (const batch of [...checkpointBatches].reverse()) {
    const candidate = await readCheckpoint(store, queryId, batch, verify);
    if (candidate.ok) {
      checkpoint = candidate;
      break;
    }
    skipped.push(candidate);
  }
  const from = checkpoint?.manifest.batch ?? 0;
  const intents: IntentFact[] = [];
  for (const batch of batchNumbers(INTENTS, await store.list(INTENTS))) {
    if (batch > from) intents.push(await readIntent(store, batch));
  }
  const epochs = (await store.list(EPOCHS)).filter((object) => numberOf(EPOCHS, object.name) !== ownEpoch);
  const corrupt = await store.list(CORRUPT);
  return { checkpoint, skipped, checkpointBatches, intents, hasPast: epochs.length > 0 || corrupt.length > 0 };
}

/** Whether the store has anything in it at all. */
export async function isUntouched(store: ObjectStore): Promise<boolean> {
  for (const folder of [EPOCHS, INTENTS, CHECKPOINTS, CORRUPT]) if ((await store.list(folder)).length > 0) return false;
  return true;
}

export async function readIntent(store: ObjectStore, batch: number): Promise<IntentFact> {
  const bytes = await store.read(intentName(batch));
  if (bytes === null) return { batch, ok: false, why: 'it is missing' };
  const decoded = decodeIntent(bytes);
  if (!decoded.ok) return { batch, ok: false, why: decoded.why };
  if (decoded.value.intent.batch !== batch) return { batch, ok: false, why: 'it is the intent of another batch' };
  return { batch, ok: true, sealed: decoded.value };
}

type CheckpointRead =
  ({ readonly ok: true } & NonNullable<History['checkpoint']>) | ({ readonly ok: false } & SkippedCheckpoint);

async function readCheckpoint(
  store: ObjectStore,
  queryId: string,
  batch: number,
  verify: VerifyObject,
): Promise<CheckpointRead> {
  const name = checkpointName(batch);
  const bytes = await store.read(name);
  if (bytes === null) return { ok: false, batch, why: 'it is missing', objects: [] };
  const decoded = decodeManifest(bytes);
  if (!decoded.ok) {
    if ('newer' in decoded) throw newerVersion(store, name, decoded.newer);
    return { ok: false, batch, why: decoded.why, objects: [name] };
  }
  const { manifest } = decoded.value;
  if (manifest.batch !== batch)
    return { ok: false, batch, why: 'it is the checkpoint of another batch', objects: [name] };
  if (manifest.queryId !== queryId) throw otherQuery(store, name, manifest.queryId, queryId);
  const snapshot = await readState(store, manifest, verify);
  const tables = snapshot.ok ? await tableProblem(store, manifest, verify) : null;
  if (tables !== null) return { ok: false, batch, why: tables.why, objects: [tables.object, name] };
  if (snapshot.ok) return { ok: true, manifest, state: snapshot.state };
  return { ok: false, batch, why: snapshot.why, objects: [snapshot.object, name] };
}

type StateRead =
  | { readonly ok: true; readonly state: LoadedState }
  | { readonly ok: false; readonly why: string; readonly object: string };

/** Reads and verifies every state object of a manifest. */
async function readState(store: ObjectStore, manifest: Manifest, verify: VerifyObject): Promise<StateRead> {
  const state = new Map<string, readonly StateSection[]>();
  for (const operator of manifest.state) {
    const sections: StateSection[] = [];
    for (const section of operator.sections) {
      const parts: Uint8Array[] = [];
      for (const object of section.objects) {
        const name = stateName(object.sha256);
        const bytes = await store.read(name);
        const why = verify(bytes, object);
        if (why !== null) return { ok: false, why: `${name} ${why}`, object: name };
        parts.push(bytes ?? new Uint8Array(0));
      }
      sections.push({ name: section.name, parts });
    }
    state.set(operator.operator, sections);
  }
  return { ok: true, state };
}

/** What is wrong with the snapshots of a manifest's tables, or null. */
async function tableProblem(
  store: ObjectStore,
  manifest: Manifest,
  verify: VerifyObject,
): Promise<{ readonly why: string; readonly object: string } | null> {
  for (const { first, objects } of manifest.tables) {
    for (const object of objects) {
      const name = tableName(first, object.sha256);
      const why = verify(await store.read(name), object);
      if (why !== null) return { why: `${name} ${why}`, object: name };
    }
  }
  return null;
}

export function skippedWarning(skipped: SkippedCheckpoint): Diagnostic {
  return runtimeDiagnostic(
    'ESQL8110',
    { batch: skipped.batch, why: skipped.why },
    {
      place: checkpointName(skipped.batch),
      facts: ['An older checkpoint is used and the batches behind it are replayed; the results are the same.'],
      hint: 'Check the disk that holds the checkpoints; the bad objects are kept in corrupt/.',
    },
  );
}

function newerVersion(store: ObjectStore, name: string, found: number): Error {
  return runtimeError(
    'ESQL8105',
    { found, supported: READER_VERSION },
    {
      place: `${store.uri}/${name}`,
      hint: 'Run the job with the version of esql that wrote the checkpoint, or a newer one.',
    },
  );
}

function otherQuery(store: ObjectStore, name: string, found: string, expected: string): Error {
  return runtimeError(
    'ESQL8107',
    { found, expected },
    { place: `${store.uri}/${name}`, hint: `Run it with --query-id ${found}, or name another --checkpoint-dir.` },
  );
}

function batchNumbers(folder: typeof INTENTS | typeof CHECKPOINTS, objects: readonly StoredObject[]): number[] {
  return objects.map((object) => numberOf(folder, object.name)).filter((batch) => batch !== null);
}
