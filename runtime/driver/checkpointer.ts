/** Steps B6 and B7: state objects, then the manifest, then what is no longer needed goes. */
import { runtimeError } from '../messages.js';
import type { SealedManifest } from '../checkpoint/manifest.js';
import { decodeManifest, encodeManifest, stateObjects, type Manifest } from '../checkpoint/manifest.js';
import { Collector, superseded } from '../checkpoint/collector.js';
import { checkpointName } from '../checkpoint/paths.js';
import { writeSnapshot } from '../checkpoint/snapshot.js';
import { objectInTheWay, PUBLISH_ATTEMPTS_MAX } from '../storage/disk-failures.js';
import type { Job, JobParts } from './job.js';
import type { SourceTrack } from './source-track.js';
import type { TableTrack } from './table-track.js';

export interface Position {
  readonly batch: number;
  readonly intentHash: string;
  /** The batch's time. */
  readonly now_us: bigint;
}

export class Checkpointer {
  readonly #job: Job;
  readonly #epoch: number;
  readonly #collector: Collector;
  /** Hashes of state objects that are surely in the store: verified at the start, or written since. */
  #known = new Set<string>();
  #trimmedBatch = 0;

  constructor(job: Job, epoch: number) {
    this.#job = job;
    this.#epoch = epoch;
    this.#collector = new Collector({
      store: job.store,
      epoch,
      policy: job.settings.retention,
      retained: job.protocol.retainedCheckpoints,
    });
  }

  /** `restored`: the checkpoint whose objects have all been read and verified. */
  async load(restored: Manifest | null): Promise<void> {
    await this.#collector.load();
    this.#known = new Set(restored === null ? [] : stateObjects(restored));
  }

  tableWritten(name: string): void {
    this.#collector.tableWritten(name);
  }

  intentPublished(batch: number): void {
    this.#collector.intentPublished(batch);
  }

  /** All sinks have the batch (I4): the caller has seen every commit return. */
  async write(
    parts: JobParts,
    tracks: readonly SourceTrack[],
    tables: readonly TableTrack[],
    at: Position,
  ): Promise<void> {
    const { store, clock, observer } = this.#job;
    const started_ms = clock.monotonic_ms();
    const snapshot = await writeSnapshot(store, parts.pipeline.states, this.#known);
    const sealed = encodeManifest({
      queryId: this.#job.queryId,
      batch: at.batch,
      epoch: this.#epoch,
      engineVersion: this.#job.engineVersion,
      plan: this.#job.plan.text,
      planFingerprint: this.#job.plan.fingerprint,
      intentHash: at.intentHash,
      now_us: at.now_us,
      sources: tracks.map((track) => track.manifest()),
      sinks: parts.sinks.map(({ id }) => ({ id, batch: at.batch })),
      state: snapshot.state,
      tables: tables.flatMap((table) => table.manifest()),
    });
    const manifest = await this.#publish(sealed);
    observer.event({
      kind: 'checkpoint',
      batch: at.batch,
      stateBytes: snapshot.bytes,
      writtenBytes: snapshot.writtenBytes,
      duration_ms: clock.monotonic_ms() - started_ms,
    });
    const now_us = clock.now_us() > at.now_us ? clock.now_us() : at.now_us;
    const round = await this.#collector.checkpointPublished(manifest, now_us, this.#known);
    await this.#trim(tracks, round.floor);
  }

  /** Publishes, or accepts what an earlier attempt at the same batch left, if it says the same. */
  async #publish(sealed: SealedManifest): Promise<Manifest> {
    const { store } = this.#job;
    const name = checkpointName(sealed.manifest.batch);
    for (let attempt = 0; attempt < PUBLISH_ATTEMPTS_MAX; attempt += 1) {
      if ((await store.publish(name, [Buffer.from(sealed.text)])) === 'created') return sealed.manifest;
      const bytes = await store.read(name);
      if (bytes === null) continue;
      const found = decodeManifest(bytes);
      if (!found.ok) {
        // Without this, one bad object would keep the job from ever writing this checkpoint.
        await store.quarantine(name);
        continue;
      }
      const { manifest } = found.value;
      if (manifest.epoch > this.#epoch) throw superseded(this.#epoch, manifest.epoch);
      if (comparable(manifest) === comparable(sealed.manifest)) return manifest;
      throw runtimeError(
        'ESQL8202',
        { what: `checkpoint of batch ${String(manifest.batch)}`, expected: found.value.hash, found: sealed.hash },
        {
          place: `${store.uri}/${name}`,
          facts: ['The batch was computed before from the same input, with another outcome.'],
          hint: 'Report it together with the query; the results of the first run are untouched.',
        },
      );
    }
    throw objectInTheWay(store.uri, name);
  }

  async #trim(tracks: readonly SourceTrack[], floor: Manifest): Promise<void> {
    if (floor.batch <= this.#trimmedBatch) return;
    this.#trimmedBatch = floor.batch;
    for (const track of tracks) {
      const cursor = floor.sources.find((source) => source.id === track.id)?.cursor ?? null;
      if (cursor !== null) await track.source.trim(cursor);
    }
  }
}

/** Everything that two runs over the same intents must agree on: all but who wrote it. */
function comparable(manifest: Manifest): string {
  const { batch, intentHash, planFingerprint } = manifest;
  const objects = [...stateObjects(manifest)].sort();
  const sources = manifest.sources.map(({ id, cursor, ended }) => [id, cursor, ended]);
  const tables = manifest.tables.map(({ id, first, objects: parts }) => [id, first, parts]);
  return JSON.stringify([batch, intentHash, planFingerprint, objects, sources, tables]);
}
