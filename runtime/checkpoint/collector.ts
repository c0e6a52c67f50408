/**
 * Deletes what retention gives up. Manifests go first, then intents and state objects: a crash in between leaves
 * garbage, never a reference to nothing. Before every kind of deletion the driver makes sure that it still owns the
 * query.
 */
import { DiagnosticError, type Diagnostic } from '../../grammar/diagnostics/diagnostic.js';
import { runtimeDiagnostic } from '../messages.js';
import type { ObjectStore, StoredObject } from '../storage/object-store.js';
import { decodeManifest, stateObjects, tableObjects, type Manifest } from './manifest.js';
import {
  checkpointName,
  CHECKPOINTS,
  epochName,
  EPOCH_MAX,
  firstOfTable,
  INTENTS,
  intentName,
  numberOf,
  STATE,
  TABLES,
} from './paths.js';
import type { RetainedCheckpoint, RetentionPolicy } from './retention.js';

export interface CollectorOptions {
  readonly store: ObjectStore;
  readonly epoch: number;
  readonly policy: RetentionPolicy;
  readonly retained: (
    checkpoints: readonly RetainedCheckpoint[],
    now_us: bigint,
    policy: RetentionPolicy,
  ) => ReadonlySet<number>;
}

interface Known {
  readonly batch: number;
  readonly now_us: bigint;
  readonly objects: ReadonlySet<string>;
  readonly manifest: Manifest;
}

export interface CollectorRound {
  /** Batch of the oldest kept checkpoint, and its manifest. */
  readonly floor: Manifest;
  readonly removed: number;
}

export class Collector {
  readonly #options: CollectorOptions;
  readonly #checkpoints = new Map<number, Known>();
  #intents: number[] = [];
  /** Objects of snapshots of tables. */
  #tables: string[] = [];
  /** Whether state objects may have lost their last reference since the last sweep. */
  #sweepDue = true;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Reads what there is. Bad manifests are moved away, so that only valid ones count. */
  async load(): Promise<void> {
    const { store } = this.#options;
    for (const object of await store.list(CHECKPOINTS)) {
      const bytes = numberOf(CHECKPOINTS, object.name) === null ? null : await store.read(object.name);
      if (bytes === null) continue;
      const decoded = decodeManifest(bytes);
      if (decoded.ok) this.#add(decoded.value.manifest);
      else await store.quarantine(object.name);
    }
    this.#intents = numbers(await store.list(INTENTS));
    this.#tables = (await store.list(TABLES)).map((object) => object.name);
  }

  tableWritten(name: string): void {
    this.#tables.push(name);
  }

  intentPublished(batch: number): void {
    this.#intents.push(batch);
  }

  /** After a checkpoint became durable. `known` loses the hashes whose objects are deleted. */
  async checkpointPublished(manifest: Manifest, now_us: bigint, known: Set<string>): Promise<CollectorRound> {
    this.#add(manifest);
    const all = [...this.#checkpoints.values()];
    const keep = this.#options.retained(all, now_us, this.#options.policy);
    const drop = all.filter((checkpoint) => !keep.has(checkpoint.batch));
    let removed = 0;
    if (drop.length > 0) {
      await this.#checkOwner();
      for (const checkpoint of drop) {
        await this.#options.store.remove(checkpointName(checkpoint.batch));
        this.#checkpoints.delete(checkpoint.batch);
      }
      this.#sweepDue = true;
      removed += drop.length;
    }
    const floor = [...this.#checkpoints.values()].reduce((a, b) => (b.batch < a.batch ? b : a), {
      batch: manifest.batch,
      manifest,
    });
    removed += await this.#removeIntents(floor.batch);
    removed += await this.#removeTables(floor.batch);
    if (this.#sweepDue) removed += await this.#sweep(now_us, known);
    return { floor: floor.manifest, removed };
  }

  async #removeIntents(floor: number): Promise<number> {
    const gone = this.#intents.filter((batch) => batch <= floor);
    if (gone.length === 0) return 0;
    await this.#checkOwner();
    for (const batch of gone) await this.#options.store.remove(intentName(batch));
    this.#intents = this.#intents.filter((batch) => batch > floor);
    return gone.length;
  }

  /**
   * A batch behind the floor joins with a snapshot that the floor's checkpoint names, or with one that was loaded for a
   * later batch: nothing else is needed any more.
   */
  async #removeTables(floor: number): Promise<number> {
    if (this.#tables.length === 0) return 0;
    const named = new Set([...this.#checkpoints.values()].flatMap(({ manifest }) => tableObjects(manifest)));
    const gone = this.#tables.filter((name) => {
      const first = firstOfTable(name);
      return first !== null && first <= floor && !named.has(name);
    });
    if (gone.length === 0) return 0;
    await this.#checkOwner();
    for (const name of gone) await this.#options.store.remove(name);
    this.#tables = this.#tables.filter((name) => !gone.includes(name));
    return gone.length;
  }

  async #sweep(now_us: bigint, known: Set<string>): Promise<number> {
    const { store, policy } = this.#options;
    const referenced = new Set<string>();
    for (const checkpoint of this.#checkpoints.values()) for (const hash of checkpoint.objects) referenced.add(hash);
    const unreferenced = (await store.list(STATE)).filter(
      (object) => !referenced.has(object.name.slice(STATE.length + 1)),
    );
    const gone = unreferenced.filter((object) => isOlder(object, now_us, policy.grace_us));
    if (gone.length > 0) await this.#checkOwner();
    for (const object of gone) {
      const hash = object.name.slice(STATE.length + 1);
      known.delete(hash);
      await store.remove(object.name);
    }
    this.#sweepDue = unreferenced.length > gone.length;
    return gone.length;
  }

  /** Only the owner deletes (§4.5). Epochs are claimed in order, so the next one's absence shows that there is none. */
  async #checkOwner(): Promise<void> {
    const { store, epoch } = this.#options;
    if (epoch >= EPOCH_MAX || (await store.read(epochName(epoch + 1))) === null) return;
    throw superseded(epoch, epoch + 1);
  }

  #add(manifest: Manifest): void {
    const { batch, now_us } = manifest;
    this.#checkpoints.set(batch, { batch, now_us, objects: stateObjects(manifest), manifest });
  }
}

export function supersededDiagnostic(own: number, found: number): Diagnostic {
  return runtimeDiagnostic(
    'ESQL8201',
    { own, found },
    {
      facts: ['Nothing is lost: what this driver had not finished is done by the other one, from the same intents.'],
      hint: 'Leave the job to the other driver.',
    },
  );
}

export function superseded(own: number, found: number): DiagnosticError {
  return new DiagnosticError(supersededDiagnostic(own, found));
}

function isOlder(object: StoredObject, now_us: bigint, grace_us: bigint): boolean {
  return now_us - BigInt(Math.floor(object.modified_ms)) * 1000n >= grace_us;
}

function numbers(objects: readonly StoredObject[]): number[] {
  return objects.map((object) => numberOf(INTENTS, object.name)).filter((batch) => batch !== null);
}
