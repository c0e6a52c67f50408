/** `esql checkpoint ls|show|verify`: what a store holds, as data and as text. Reads only; takes no lock. */
import { sha256Hex } from '../../plan/fingerprint.js';
import type { Env } from '../env.js';
import { runtimeError } from '../messages.js';
import { listQueries, openStore } from '../storage/open.js';
import type { ObjectStore } from '../storage/object-store.js';
import { decodeIntent, GENESIS_HASH } from '../wal/intent.js';
import { decodeManifest, isFinished, stateObjects, tableObjects, type Manifest } from './manifest.js';
import {
  checkpointName,
  CHECKPOINTS,
  CORRUPT,
  EPOCHS,
  firstOfTable,
  INTENTS,
  intentName,
  numberOf,
  STATE,
  stateName,
  TABLES,
} from './paths.js';
import { objectProblem } from './snapshot.js';

export interface StoreLocation {
  readonly uri: string;
  readonly workingDirectory: string;
}

export interface QuerySummary {
  readonly queryId: string;
  readonly epoch: number;
  readonly lastIntent: number | null;
  readonly checkpoints: readonly CheckpointSummary[];
  readonly corruptObjects: number;
}

export type CheckpointSummary =
  | {
      readonly ok: true;
      readonly batch: number;
      readonly now_us: bigint;
      readonly epoch: number;
      readonly stateBytes: number;
      readonly finished: boolean;
    }
  | { readonly ok: false; readonly batch: number; readonly why: string };

/** Every query in a store, or the one named. */
export async function listCheckpoints(
  env: Env,
  location: StoreLocation,
  queryId: string | null,
): Promise<readonly QuerySummary[]> {
  const summaries: QuerySummary[] = [];
  for (const id of await queriesOf(env, location, queryId))
    summaries.push(await summarise(open(env, location, id), id));
  return summaries;
}

/** Ids of the queries in a store, or the one named. Rejects with ESQL8009 if there is none. */
export async function queriesOf(env: Env, location: StoreLocation, queryId: string | null): Promise<readonly string[]> {
  const found = await listQueries(env, location.uri, location.workingDirectory);
  if (queryId === null) {
    if (found.length > 0) return found;
  } else if (found.includes(queryId)) return [queryId];
  throw runtimeError(
    'ESQL8009',
    { what: queryId === null ? 'job' : `job \`${queryId}\`` },
    {
      place: location.uri,
      facts: found.length > 0 ? [`Jobs in this store: ${found.join(', ')}.`] : [],
      hint: 'Name the folder that was given to `esql run` as --checkpoint-dir.',
    },
  );
}

function open(env: Env, location: StoreLocation, queryId: string): ObjectStore {
  return openStore(env, { ...location, queryId, lowSpace: () => undefined, reserve_bytes: 0 });
}

async function summarise(store: ObjectStore, queryId: string): Promise<QuerySummary> {
  const checkpoints: CheckpointSummary[] = [];
  for (const batch of await numbersIn(store, CHECKPOINTS)) {
    const found = await readManifest(store, batch);
    if (!found.ok) checkpoints.push({ ok: false, batch, why: found.why });
    else {
      const { manifest } = found;
      const { now_us, epoch } = manifest;
      checkpoints.push({
        ok: true,
        batch,
        now_us,
        epoch,
        stateBytes: stateBytes(manifest),
        finished: isFinished(manifest),
      });
    }
  }
  return {
    queryId,
    epoch: (await numbersIn(store, EPOCHS)).at(-1) ?? 0,
    lastIntent: (await numbersIn(store, INTENTS)).at(-1) ?? null,
    checkpoints,
    corruptObjects: (await store.list(CORRUPT)).length,
  };
}

/** One checkpoint's manifest; the newest if `batch` is null. Rejects with ESQL8009 or ESQL8106. */
export async function showCheckpoint(
  env: Env,
  location: StoreLocation,
  queryId: string,
  batch: number | null,
): Promise<Manifest> {
  await queriesOf(env, location, queryId);
  const store = open(env, location, queryId);
  const batches = await numbersIn(store, CHECKPOINTS);
  const wanted = batch ?? batches.at(-1);
  if (wanted === undefined || !batches.includes(wanted)) {
    throw runtimeError(
      'ESQL8009',
      { what: wanted === undefined ? 'checkpoint' : `checkpoint of batch ${String(wanted)}` },
      {
        place: store.uri,
        facts: batches.length > 0 ? [`Checkpoints of batches: ${batches.join(', ')}.`] : [],
        hint: 'List them with `esql checkpoint ls`.',
      },
    );
  }
  const found = await readManifest(store, wanted);
  if (found.ok) return found.manifest;
  throw runtimeError(
    'ESQL8106',
    { why: found.why },
    {
      place: `${store.uri}/${checkpointName(wanted)}`,
      hint: 'Check every object of the store with `esql checkpoint verify`; a run falls back to an older checkpoint by itself.',
    },
  );
}

export interface Verification {
  readonly queryId: string;
  readonly objects: number;
  readonly bytes: number;
  /** Newest checkpoint from which a run can go on; null = none. */
  readonly restorable: number | null;
  readonly problems: readonly { readonly object: string; readonly why: string }[];
  /** State objects that no checkpoint refers to; a run removes them after a while. */
  readonly unreferenced: number;
}

/** Reads every object of a query and checks it and its links. */
export async function verifyStore(env: Env, location: StoreLocation, queryId: string): Promise<Verification> {
  await queriesOf(env, location, queryId);
  return verifyObjects(open(env, location, queryId), queryId);
}

export async function verifyObjects(store: ObjectStore, queryId: string): Promise<Verification> {
  const problems: { object: string; why: string }[] = [];
  const stored = await store.list(STATE);
  const badState = await verifyState(
    store,
    stored.map((object) => object.name),
    problems,
  );
  const tables = new Set((await store.list(TABLES)).map((object) => object.name));
  const referenced = new Set<string>();
  let restorable: Manifest | null = null;
  for (const batch of await numbersIn(store, CHECKPOINTS)) {
    const name = checkpointName(batch);
    const found = await readManifest(store, batch);
    if (!found.ok) {
      problems.push({ object: name, why: found.why });
      continue;
    }
    const objects = [...stateObjects(found.manifest)];
    for (const hash of objects) referenced.add(hash);
    const lacking = tableObjects(found.manifest).find((object) => !tables.has(object));
    const bad = objects.find((hash) => badState.has(hash) || !stored.some((object) => object.name === stateName(hash)));
    if (bad !== undefined) problems.push({ object: name, why: `${stateName(bad)} is missing or damaged` });
    else if (lacking !== undefined) problems.push({ object: name, why: `${lacking} is missing` });
    else if (found.manifest.queryId !== queryId)
      problems.push({ object: name, why: `it belongs to \`${found.manifest.queryId}\`` });
    else restorable = found.manifest;
  }
  await verifyIntents(store, restorable, problems);
  await verifyTables(store, problems);
  const all = await store.list('');
  return {
    queryId,
    objects: all.length,
    bytes: all.reduce((sum, object) => sum + object.size, 0),
    restorable: restorable?.batch ?? null,
    problems,
    unreferenced: stored.filter((object) => !referenced.has(object.name.slice(STATE.length + 1))).length,
  };
}

async function verifyState(
  store: ObjectStore,
  names: readonly string[],
  problems: { object: string; why: string }[],
): Promise<ReadonlySet<string>> {
  const bad = new Set<string>();
  for (const name of names) {
    const hash = name.slice(STATE.length + 1);
    const bytes = await store.read(name);
    if (bytes !== null && sha256Hex(bytes) === hash) continue;
    problems.push({
      object: name,
      why: objectProblem(bytes, { sha256: hash, size: bytes?.length ?? 0 }) ?? 'is missing',
    });
    bad.add(hash);
  }
  return bad;
}

/** Snapshots of tables, each with the hash of its content in its name. */
async function verifyTables(store: ObjectStore, problems: { object: string; why: string }[]): Promise<void> {
  for (const { name } of await store.list(TABLES)) {
    if (firstOfTable(name) === null) continue;
    const sha256 = name.slice(-64);
    const bytes = await store.read(name);
    const why = objectProblem(bytes, { sha256, size: bytes?.length ?? 0 });
    if (why !== null) problems.push({ object: name, why });
  }
}

async function verifyIntents(
  store: ObjectStore,
  restorable: Manifest | null,
  problems: { object: string; why: string }[],
): Promise<void> {
  const from = restorable?.batch ?? 0;
  let previous: string | null = restorable?.intentHash ?? GENESIS_HASH;
  let expected = from + 1;
  for (const batch of await numbersIn(store, INTENTS)) {
    const name = intentName(batch);
    const bytes = await store.read(name);
    const decoded = bytes === null ? null : decodeIntent(bytes);
    if (decoded?.ok !== true) {
      problems.push({ object: name, why: decoded?.why ?? 'is missing' });
      if (batch > from) previous = null;
    } else if (batch > from) {
      if (batch !== expected) problems.push({ object: intentName(expected), why: 'is missing' });
      else if (previous !== null && decoded.value.intent.previous !== previous)
        problems.push({ object: name, why: 'it does not follow the intent before it' });
      previous = decoded.value.hash;
    }
    if (batch > from) expected = batch + 1;
  }
}

type ManifestRead = { readonly ok: true; readonly manifest: Manifest } | { readonly ok: false; readonly why: string };

async function readManifest(store: ObjectStore, batch: number): Promise<ManifestRead> {
  const bytes = await store.read(checkpointName(batch));
  if (bytes === null) return { ok: false, why: 'it is missing' };
  const decoded = decodeManifest(bytes);
  return decoded.ok ? { ok: true, manifest: decoded.value.manifest } : { ok: false, why: decoded.why };
}

async function numbersIn(
  store: ObjectStore,
  folder: typeof EPOCHS | typeof INTENTS | typeof CHECKPOINTS,
): Promise<readonly number[]> {
  return (await store.list(folder)).map((object) => numberOf(folder, object.name)).filter((n) => n !== null);
}

export function stateBytes(manifest: Manifest): number {
  let bytes = 0;
  for (const { sections } of manifest.state)
    for (const { objects } of sections) for (const { size } of objects) bytes += size;
  return bytes;
}
