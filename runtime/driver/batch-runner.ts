/** Plans, runs and checkpoints batches, one after the other: steps B1 to B7. */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { superseded } from '../checkpoint/collector.js';
import { isFinished, type Manifest } from '../checkpoint/manifest.js';
import { intentName } from '../checkpoint/paths.js';
import type { SinkOutcome } from '../connectors/connector.js';
import { runtimeDiagnostic, runtimeError } from '../messages.js';
import type { BatchContext } from '../operators/operator.js';
import { objectInTheWay, PUBLISH_ATTEMPTS_MAX } from '../storage/disk-failures.js';
import type { BatchReport } from '../pipeline/pipeline.js';
import { encodeIntent, GENESIS_HASH, type Intent, type IntentSource, type SealedIntent } from '../wal/intent.js';
import type { TableReference } from '../wal/tables.js';
import { Checkpointer } from './checkpointer.js';
import { readIntent } from './history.js';
import type { Job, JobParts, RunOutcome } from './job.js';
import { PoisonBreaker } from './poison.js';
import type { Base } from './recovery.js';
import { SourceTrack } from './source-track.js';
import { TableTrack } from './table-track.js';

/** Longest sleep while nothing waits: a source that misses a wake-up is asked again after it. */
const WAIT_MAX_MS = 1000;

export class BatchRunner {
  readonly #job: Job;
  readonly #parts: JobParts;
  readonly #epoch: number;
  readonly #tracks: readonly SourceTrack[];
  readonly #tables: readonly TableTrack[];
  readonly #checkpointer: Checkpointer;
  readonly #breaker: PoisonBreaker;
  #batch = 0;
  #intentHash = GENESIS_HASH;
  #now_us = 0n;
  /** Last batch that is in a checkpoint. */
  #checkpointed = 0;
  #lastCheckpoint_ms: number;
  #nextPlan_ms = 0;
  #waiting = false;

  constructor(job: Job, parts: JobParts, epoch: number) {
    this.#job = job;
    this.#parts = parts;
    this.#epoch = epoch;
    this.#tracks = parts.sources.map((source) => new SourceTrack(source));
    this.#tables = parts.tables.map((table) => new TableTrack(table, job.protocol.objectProblem));
    this.#checkpointer = new Checkpointer(job, epoch);
    this.#breaker = new PoisonBreaker(job.settings.poison);
    this.#lastCheckpoint_ms = job.clock.monotonic_ms();
  }

  /** The last complete batch. */
  get batch(): number {
    return this.#batch;
  }

  /** Goes to the checkpoint (null: the very beginning) and opens the sources there. */
  async restore(manifest: Manifest | null, base: Base): Promise<void> {
    this.#batch = base.batch;
    this.#checkpointed = base.batch;
    this.#intentHash = base.intentHash;
    this.#now_us = manifest?.now_us ?? 0n;
    const listening_us = this.#job.clock.now_us();
    for (const track of this.#tracks) {
      const stored = manifest?.sources.find((source) => source.id === track.id);
      if (stored !== undefined) track.restore(stored);
      track.listen(listening_us);
    }
    for (const table of this.#tables) table.restore(manifest?.tables.find(({ id }) => id === table.id) ?? null);
    await this.#checkpointer.load(manifest);
    if (manifest !== null && isFinished(manifest)) return;
    for (const track of this.#tracks) await track.source.open(track.cursor);
  }

  async replay(intents: readonly SealedIntent[]): Promise<void> {
    for (const sealed of intents) {
      await this.#runBatch(sealed, true);
      this.#seek(sealed.intent);
      if (this.#checkpointDue()) await this.#checkpoint();
    }
  }

  /** New batches, until every source has ended or the run is asked to stop; then the last checkpoint. */
  async runToEnd(): Promise<RunOutcome> {
    const { signal, observer, lowSpace } = this.#job;
    while (!this.#allEnded()) {
      if (signal.aborted || lowSpace()) {
        observer.event({ kind: 'stopping', why: signal.aborted ? 'signal' : 'disk full' });
        break;
      }
      await this.#step();
    }
    const finished = this.#allEnded();
    if (this.#batch > this.#checkpointed) await this.#checkpoint();
    if (!finished && lowSpace()) throw outOfSpace(this.#job);
    return { kind: finished ? 'finished' : 'stopped', already: false, epoch: this.#epoch, batch: this.#batch };
  }

  async #step(): Promise<void> {
    if (await this.#paced()) return;
    const planned = await this.#plan();
    if (planned === null) {
      await this.#wait();
    } else {
      this.#waiting = false;
      const sealed = await this.#publishIntent(encodeIntent(planned));
      await this.#runBatch(sealed, false);
    }
    if (this.#checkpointDue()) await this.#checkpoint();
  }

  /** Keeps the batch interval; true if it slept. */
  async #paced(): Promise<boolean> {
    const { clock, signal, settings } = this.#job;
    if (settings.batch_ms === 0) return false;
    const now_ms = clock.monotonic_ms();
    const left_ms = this.#nextPlan_ms - now_ms;
    if (left_ms > 0) {
      await clock.sleep(left_ms, signal);
      return true;
    }
    this.#nextPlan_ms = now_ms + settings.batch_ms;
    return false;
  }

  /** B1: asks every source what waits and fixes all that the clock decides. Null if nothing would happen. */
  async #plan(): Promise<Intent | null> {
    const { clock, random, settings, queryId, plan, engineVersion } = this.#job;
    const open = this.#tracks.filter((track) => !track.ended);
    const bytes_max = Math.max(1, Math.floor(settings.batchBytes_max / Math.max(1, open.length)));
    const ranges = new Map<SourceTrack, Awaited<ReturnType<SourceTrack['source']['plan']>>>();
    for (const track of open) ranges.set(track, await track.source.plan({ bytes_max }));
    const wall_us = clock.now_us();
    const now_us = wall_us > this.#now_us ? wall_us : this.#now_us;
    const planned = this.#tracks.map((track) => track.plan(ranges.get(track) ?? [], now_us));
    if (!planned.some(({ needed }) => needed)) return null;
    const tables = await this.#planTables(now_us);
    return {
      queryId,
      batch: this.#batch + 1,
      previous: this.#intentHash,
      epoch: this.#epoch,
      planFingerprint: plan.fingerprint,
      engineVersion,
      now_us,
      seed: seedFrom(random.bytes(8)),
      sources: planned.map(({ intent }) => intent),
      tables,
    };
  }

  /** The snapshots that the next batch joins with; what was loaded is durable when this resolves. */
  async #planTables(now_us: bigint): Promise<readonly TableReference[]> {
    const { store, settings, observer } = this.#job;
    const references: TableReference[] = [];
    for (const table of this.#tables) {
      references.push(
        await table.plan({
          store,
          batch: this.#batch + 1,
          now_us,
          bytes_max: Math.max(0, settings.stateBytes_max - this.#parts.pipeline.stateBytes),
          warn: (warning) => {
            observer.event({ kind: 'table kept', warning });
          },
          wrote: (name) => {
            this.#checkpointer.tableWritten(name);
          },
        }),
      );
    }
    return references;
  }

  /** B2. The result is what the batch is made from: the own intent, or one that an older driver published before. */
  async #publishIntent(own: SealedIntent): Promise<SealedIntent> {
    const { store, protocol } = this.#job;
    const { batch } = own.intent;
    const name = intentName(batch);
    for (let attempt = 0; attempt < PUBLISH_ATTEMPTS_MAX; attempt += 1) {
      if ((await store.publish(name, [Buffer.from(own.text)])) === 'created') return this.#published(own);
      const found = await readIntent(store, batch);
      if (!found.ok) {
        // No sink has the batch: this driver is about to begin it, and older ones are fenced.
        await store.quarantine(name);
        continue;
      }
      const { sealed } = found;
      switch (protocol.decideCollision(own, sealed)) {
        case 'ours':
          return this.#published(own);
        case 'adopt':
          this.#seek(sealed.intent);
          return this.#published(sealed);
        case 'superseded':
          throw superseded(this.#epoch, sealed.intent.epoch);
        case 'broken':
          throw brokenChain(batch, name);
      }
    }
    throw objectInTheWay(store.uri, name);
  }

  #published(sealed: SealedIntent): SealedIntent {
    this.#checkpointer.intentPublished(sealed.intent.batch);
    return sealed;
  }

  /** B3 to B5. */
  async #runBatch(sealed: SealedIntent, replayed: boolean): Promise<void> {
    const { clock, observer } = this.#job;
    const { pipeline } = this.#parts;
    const { intent } = sealed;
    invariant(intent.batch === this.#batch + 1 && intent.previous === this.#intentHash, 'batches follow each other');
    const started_ms = clock.monotonic_ms();
    const facts = this.#tracks.map((track) => ({ track, source: sourceOf(intent, track.id) }));
    for (const table of this.#tables) await table.use(tableOf(intent, table.id), this.#job.store, intent.batch);
    pipeline.begin(contextOf(intent, this.#tracks));
    for (const { track, source } of facts) {
      if (source.ranges.length === 0) continue;
      const { buffers, reader } = pipeline.source(track.id);
      await track.source.read(source.ranges, buffers, reader);
    }
    const report = pipeline.finish();
    this.#checkLimits(intent, report);
    const sinks = new Map<string, SinkOutcome>();
    for (const { id, sink } of this.#parts.sinks) {
      const { batch } = intent;
      sinks.set(id, await sink.commit({ epoch: this.#epoch, batch, intentHash: sealed.hash, intent: sealed.text }));
    }
    for (const { track, source } of facts) track.apply(source, intent.now_us);
    this.#batch = intent.batch;
    this.#intentHash = sealed.hash;
    this.#now_us = intent.now_us;
    observer.event({
      kind: 'batch',
      batch: intent.batch,
      replayed,
      counters: report.counters,
      watermarks_us: report.watermarks_us,
      sinks,
      stateBytes: pipeline.stateBytes,
      duration_ms: clock.monotonic_ms() - started_ms,
    });
  }

  /** Before anything of the batch has an effect. */
  #checkLimits(intent: Intent, report: BatchReport): void {
    for (const track of this.#tracks) {
      const counters = report.counters.get(track.id);
      if (track.tolerant && counters !== undefined)
        this.#breaker.check(track.id, intent.now_us, counters.errors, counters.rowsIn);
    }
    const { stateBytes } = this.#parts.pipeline;
    const limit = this.#job.settings.stateBytes_max;
    if (stateBytes <= limit) return;
    throw runtimeError(
      'ESQL8206',
      { bytes: String(stateBytes), limit: String(limit) },
      {
        facts: ['`EXPLAIN STATE` says what each operator keeps and until when.', 'Nothing of this batch was written.'],
        hint: 'Bound the state (a window, STATE TTL), or raise the limit with `SET state_bytes_max`.',
      },
    );
  }

  #seek(intent: Intent): void {
    for (const track of this.#tracks) {
      const { ranges } = sourceOf(intent, track.id);
      if (ranges.length > 0) track.source.seek(ranges);
    }
  }

  #allEnded(): boolean {
    return this.#tracks.every((track) => track.ended);
  }

  /** Sleeps until a source may have something, the clock alone makes a batch necessary, or a checkpoint is due. */
  async #wait(): Promise<void> {
    const { clock, signal, observer, settings } = this.#job;
    if (!this.#waiting) observer.event({ kind: 'waiting', batch: this.#batch });
    this.#waiting = true;
    const now_us = clock.now_us();
    let timeout_ms = WAIT_MAX_MS;
    for (const track of this.#tracks) timeout_ms = Math.min(timeout_ms, track.nextDeadline_ms(now_us));
    if (this.#batch > this.#checkpointed) {
      const due_ms = this.#lastCheckpoint_ms + settings.checkpoint_ms - clock.monotonic_ms();
      timeout_ms = Math.min(timeout_ms, Math.max(0, due_ms));
    }
    const others = new AbortController();
    const stop = (): void => {
      others.abort();
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      const waits = this.#tracks.filter((t) => !t.ended).map((t) => t.source.wait(timeout_ms, others.signal));
      // The losers of the race may still fail, with nobody left to hear it.
      for (const wait of waits) wait.catch(() => undefined);
      await Promise.race([clock.sleep(timeout_ms, others.signal), ...waits]);
    } finally {
      signal.removeEventListener('abort', stop);
      others.abort();
    }
  }

  #checkpointDue(): boolean {
    if (this.#batch === this.#checkpointed) return false;
    return this.#job.clock.monotonic_ms() - this.#lastCheckpoint_ms >= this.#job.settings.checkpoint_ms;
  }

  async #checkpoint(): Promise<void> {
    const at = { batch: this.#batch, intentHash: this.#intentHash, now_us: this.#now_us };
    await this.#checkpointer.write(this.#parts, this.#tracks, this.#tables, at);
    this.#checkpointed = this.#batch;
    this.#lastCheckpoint_ms = this.#job.clock.monotonic_ms();
  }
}

function seedFrom(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0);
}

function sourceOf(intent: Intent, id: string): IntentSource {
  return intent.sources.find((source) => source.id === id) ?? lacks(intent, `source \`${id}\``);
}

function tableOf(intent: Intent, id: string): TableReference {
  return intent.tables.find((table) => table.id === id) ?? lacks(intent, `table \`${id}\``);
}

function lacks(intent: Intent, what: string): never {
  throw new DiagnosticError(
    runtimeDiagnostic(
      'ESQL8103',
      { batch: intent.batch, why: `it has no ${what}` },
      { place: intentName(intent.batch), hint: 'Run the plan that began this batch.' },
    ),
  );
}

function contextOf(intent: Intent, tracks: readonly SourceTrack[]): BatchContext {
  return {
    batch: intent.batch,
    now_us: intent.now_us,
    seed: intent.seed,
    sources: new Map(
      tracks.map((track) => {
        const source = sourceOf(intent, track.id);
        const { idlePartitions, ended, advanceTo_us } = source;
        return [track.id, { openPartitions: track.openPartitions(source), idlePartitions, ended, advanceTo_us }];
      }),
    ),
  };
}

function brokenChain(batch: number, name: string): DiagnosticError {
  return runtimeError(
    'ESQL8104',
    { batch, why: 'another intent is there that does not follow the same past' },
    { place: name, hint: 'Make sure that one plan at a time runs under this --query-id, then start it again.' },
  );
}

function outOfSpace(job: Job): DiagnosticError {
  return runtimeError(
    'ESQL8004',
    { what: `writing to ${job.store.uri}` },
    {
      place: job.store.uri,
      facts: ['The last batch was finished and a checkpoint written with the space kept aside for this.'],
      hint: 'Free space on this disk, then start the job again.',
    },
  );
}
