/**
 * A topic as a source. Ranges are offsets of partitions, planned from what has been fetched: under `read_committed` a
 * broker hands out nothing behind the last stable offset, so what is planned can be read again. Positions stand in the
 * checkpoint and nowhere else: no consumer group, no commit. A topic that can't give the same records again is refused.
 */
import { InternalError, invariant } from '../../../grammar/diagnostics/internal-error.js';
import { metadataOrigin, type MetadataOrigin } from '../../../plan/connectors/metadata.js';
import { KafkaError, type KafkaCluster, type TopicDescription } from '../../remote/kafka.js';
import type { PlanLimits, Source, SourceBuffers, SourceCursor, SourceRange, SourceReader } from '../connector.js';
import type { SourceContext } from '../context.js';
import { withRetries, type RetryPolicy } from '../retry.js';
import { ChunkWriter, type ChunkShape } from './chunks.js';
import { decompress } from '../../compression/decompress.js';
import { asDiagnostic, batchDiagnostic } from './failures.js';
import { Fetcher, PATIENCE_MS } from './fetcher.js';
import { kafkaError } from './messages.js';
import { batchCost_bytes, PartitionState } from './partition.js';
import {
  advanceCursor,
  positionJson,
  readCursor,
  readPosition,
  type KafkaCursor,
  type TopicIdentity,
} from './positions.js';
import { Pulse } from './pulse.js';
import type { RecordBatch } from './record-batch.js';
import type { TopicSettings } from './settings.js';
import { checkEpochs, checkIdentity, checkPolicy, checkReach, selectPartitions, startingPoints } from './topic.js';

/** A broker that does not answer at the start is asked again for so long. */
const OPEN_PATIENCE: RetryPolicy = { first_ms: 200, longest_ms: 200, total_ms: 15_000 };
/** Between two looks at what has not arrived yet. */
const LOOK_MS = 200;
/** A broker that was just started may not know its topics yet. */
const MISSING_PATIENCE_MS = 15_000;
/** So much is delivered before others get their turn (heartbeats, fetches under way). */
const TURN_BYTES = 8 * 1024 * 1024;

export interface KafkaTarget {
  readonly settings: TopicSettings;
  connect(): Promise<KafkaCluster>;
}

interface Opened {
  readonly cluster: KafkaCluster;
  readonly settings: TopicSettings;
  readonly identity: TopicIdentity;
  readonly partitions: Map<number, PartitionState>;
  readonly fetcher: Fetcher;
}

export class KafkaSource implements Source {
  readonly #context: SourceContext;
  readonly #target: () => Promise<KafkaTarget>;
  readonly #shape: Omit<ChunkShape, 'partition' | 'resource'>;
  readonly #changed = new Pulse();
  readonly #closing = new AbortController();
  #opened: Opened | null = null;
  #discovery: Promise<void> = Promise.resolve();
  #refreshing: Promise<void> | null = null;
  #missing_ms: number | null = null;

  /** `target` reads the options: it rejects with a diagnostic where they can't be. */
  constructor(context: SourceContext, target: () => Promise<KafkaTarget>) {
    this.#context = context;
    this.#target = target;
    this.#shape = shapeOf(context);
  }

  async open(cursor: SourceCursor | null): Promise<void> {
    const stored = cursor === null ? null : readCursor(cursor);
    const target = await this.#target();
    const { settings } = target;
    const cluster = await target.connect();
    try {
      const opened = await this.#patiently(() => this.#begin(cluster, settings, stored));
      this.#opened = opened;
      opened.fetcher.wake();
      if (settings.stop === 'never') this.#discovery = this.#discover(opened);
    } catch (error) {
      await cluster.close();
      throw asDiagnostic(error, this.#context.operator.source);
    }
  }

  plan({ bytes_max }: PlanLimits): Promise<readonly SourceRange[]> {
    const opened = this.#open;
    const states = [...opened.partitions.values()].sort((a, b) => a.partition - b.partition);
    const ends = takeTurns(states, bytes_max);
    const ranges: SourceRange[] = [];
    for (const state of states) {
      if (state.final) continue;
      const { partition, planned: start, stop } = state;
      const end = ends.get(partition) ?? start;
      const final = stop !== null && end.offset >= stop;
      // A partition without records is planned once, too: it holds the watermark until it has been silent long enough.
      if (end.offset === start.offset && state.announced && !final) continue;
      state.planFrom(end, final);
      const name = rangeName(opened, partition);
      ranges.push({ partition, name, start: positionJson(start), end: positionJson(end), final });
    }
    const { failure } = opened.fetcher;
    // What was fetched is processed before the failure is reported.
    return ranges.length === 0 && failure !== null ? Promise.reject(failure) : Promise.resolve(ranges);
  }

  seek(ranges: readonly SourceRange[]): void {
    for (const { partition, end, final } of ranges)
      this.#open.partitions.get(partition)?.planFrom(readPosition(end), final);
    this.#open.fetcher.wake();
  }

  async read(ranges: readonly SourceRange[], buffers: SourceBuffers, reader: SourceReader): Promise<void> {
    const opened = this.#open;
    const { topic } = opened.settings;
    for (const range of ranges) {
      const { partition } = range;
      const state = opened.partitions.get(partition);
      if (state === undefined) {
        throw kafkaError(
          'ESQL8608',
          { partitions: String(partition) },
          { place: this.#place, hint: 'Start the job with the options that it was begun with.' },
        );
      }
      checkRangeName(opened, range, this.#place);
      const writer = new ChunkWriter(buffers, reader, { ...this.#shape, partition, resource: topic });
      await this.#readRange(opened, state, range, writer);
    }
  }

  advance(cursor: SourceCursor | null, ranges: readonly SourceRange[]): SourceCursor {
    return advanceCursor(cursor, ranges, this.#open.identity);
  }

  trim(): Promise<void> {
    return Promise.resolve();
  }

  async wait(timeout_ms: number, signal: AbortSignal): Promise<void> {
    const { partitions, fetcher } = this.#open;
    if (fetcher.failure !== null) return;
    const waiting = [...partitions.values()].some(
      (state) => !state.final && (!state.announced || state.batchesBehind(state.planned.offset).length > 0),
    );
    if (!waiting) await this.#changed.wait(this.#context.env.clock, timeout_ms, signal);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    await Promise.all([opened.fetcher.close(), this.#discovery]);
    await opened.cluster.close();
  }

  get #open(): Opened {
    invariant(this.#opened !== null, 'the source is open');
    return this.#opened;
  }

  get #place(): string {
    return this.#context.operator.source;
  }

  async #begin(cluster: KafkaCluster, settings: TopicSettings, cursor: KafkaCursor | null): Promise<Opened> {
    const description = await this.#describe(cluster, settings.topic);
    const { clusterId, topicId } = description;
    if (cursor !== null) checkIdentity(cursor, description, this.#place);
    await checkPolicy(cluster, settings.topic, this.#place);
    const selected = selectPartitions(description, settings, cursor?.partitions.keys() ?? [], this.#place);
    const starts = await startingPoints(cluster, settings, selected, cursor, this.#place);
    const partitions = new Map<number, PartitionState>();
    for (const partition of selected) {
      const start = starts.get(partition.partition);
      invariant(start !== undefined, 'every partition has a start');
      const state = new PartitionState(partition, start);
      state.announced = cursor?.partitions.has(partition.partition) ?? false;
      partitions.set(partition.partition, state);
    }
    const { clock } = this.#context.env;
    const fetcher = new Fetcher(
      {
        cluster,
        settings,
        place: this.#place,
        clock,
        partitions,
        refresh: () => this.#refresh(),
        checkRange: async (partition, offset) => this.#checkRange(partition, offset),
      },
      this.#changed,
    );
    return { cluster, settings, identity: { clusterId, topicId }, partitions, fetcher };
  }

  async #describe(cluster: KafkaCluster, topic: string): Promise<TopicDescription> {
    const found = await cluster.describe(topic);
    if (found !== null) {
      this.#missing_ms = null;
      return found;
    }
    const now_ms = this.#context.env.clock.monotonic_ms();
    this.#missing_ms ??= now_ms;
    const patience_ms = this.#opened === null ? MISSING_PATIENCE_MS / 10 : MISSING_PATIENCE_MS;
    if (now_ms - this.#missing_ms < patience_ms) throw new KafkaError('stale', `no topic ${topic}`);
    throw kafkaError(
      'ESQL8604',
      { topic },
      { place: this.#place, hint: 'Correct the name of the topic, or create it.' },
    );
  }

  /** While the job starts: a broker that is being started itself is given some time. */
  #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const passes = (error: unknown): boolean => error instanceof KafkaError && error.passing;
    return withRetries(this.#context.env, OPEN_PATIENCE, passes, this.#closing.signal, attempt);
  }

  async #discover({ settings, fetcher }: Opened): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      await this.#context.env.clock.sleep(settings.discovery_ms, signal);
      if (signal.aborted || fetcher.failure !== null) return;
      try {
        await this.#refresh();
      } catch (error) {
        // The fetches notice, too, when the broker is away, and are patient for longer.
        if (!(error instanceof KafkaError) || !error.passing) fetcher.fail(error);
      }
    }
  }

  /** One at a time, whoever asks. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refreshOnce(): Promise<void> {
    const opened = this.#opened;
    if (opened === null) return;
    const { cluster, settings, identity, partitions, fetcher } = opened;
    const description = await this.#describe(cluster, settings.topic);
    checkIdentity(identity, description, this.#place);
    const selected = selectPartitions(description, settings, partitions.keys(), this.#place);
    const added = selected.filter(({ partition }) => !partitions.has(partition));
    const moved = selected.flatMap((found) => {
      const state = partitions.get(found.partition);
      return state !== undefined && state.leaderEpoch !== found.leaderEpoch ? [state] : [];
    });
    await checkEpochs(cluster, settings.topic, new Map(moved.map((s) => [s.partition, s.planned])), this.#place);
    if (added.length > 0) {
      const known: KafkaCursor = { ...identity, partitions: new Map() };
      const starts = await startingPoints(cluster, settings, added, known, this.#place);
      for (const found of added) {
        const start = starts.get(found.partition);
        if (start !== undefined) partitions.set(found.partition, new PartitionState(found, start));
      }
    }
    for (const found of selected) {
      const state = partitions.get(found.partition);
      if (state === undefined) continue;
      state.leader = found.leader;
      state.leaderEpoch = found.leaderEpoch;
    }
    fetcher.wake();
  }

  async #checkRange(partition: number, offset: number): Promise<void> {
    const { cluster, settings } = this.#open;
    // A topic that was made anew is refused as such, whatever its offsets are.
    await this.#refresh();
    const [first] = await cluster.offsets(settings.topic, 'read_uncommitted', [{ partition, at: 'earliest' }]);
    const [end] = await cluster.offsets(settings.topic, 'read_uncommitted', [{ partition, at: 'latest' }]);
    checkReach(partition, offset, first?.offset ?? offset, end?.offset ?? offset, this.#place);
  }

  /** Delivers `[start, end)`, from the queue as far as it has it. */
  async #readRange(opened: Opened, state: PartitionState, range: SourceRange, writer: ChunkWriter): Promise<void> {
    const { clock } = this.#context.env;
    const start = readPosition(range.start).offset;
    const end = readPosition(range.end).offset;
    if (start === end) return;
    state.readFrom(start);
    state.wanted = end;
    let at = start;
    let progress_ms = clock.monotonic_ms();
    let turn_bytes = 0;
    try {
      while (at < end) {
        const batches = state.batchesBehind(at);
        for (const batch of batches) {
          if (at >= end) break;
          await this.#deliver(state, batch, at, end, writer);
          at = Math.min(end, batch.nextOffset);
          turn_bytes += batch.end - batch.start;
          if (turn_bytes >= TURN_BYTES) break;
        }
        state.dropBefore(at);
        opened.fetcher.wake();
        if (turn_bytes >= TURN_BYTES) {
          turn_bytes = 0;
          await clock.sleep(0);
        }
        if (batches.length > 0) progress_ms = clock.monotonic_ms();
        else if (at < end) await this.#moreRecords(opened, state, at, end, progress_ms);
      }
    } finally {
      state.wanted = 0;
    }
    await writer.flush();
  }

  async #deliver(
    state: PartitionState,
    batch: RecordBatch,
    from: number,
    to: number,
    writer: ChunkWriter,
  ): Promise<void> {
    if (batch.visibility !== 'visible' || batch.recordCount === 0) return;
    const { bytes, start, end, codec } = batch;
    try {
      const stored = bytes.subarray(start, end);
      await writer.add(batch, codec === 'none' ? stored : decompress(codec, stored), from, to);
    } catch (error) {
      throw batchDiagnostic(error, state.partition, batch.baseOffset, this.#place);
    }
  }

  async #moreRecords(
    { fetcher }: Opened,
    state: PartitionState,
    at: number,
    end: number,
    since_ms: number,
  ): Promise<void> {
    const { clock } = this.#context.env;
    if (fetcher.failure !== null) throw fetcher.failure;
    if (this.#closing.signal.aborted) throw new InternalError('a source is read after it was closed');
    if (clock.monotonic_ms() - since_ms > PATIENCE_MS) {
      throw kafkaError(
        'ESQL8614',
        { partition: state.partition, offset: at, end },
        { place: this.#place, hint: 'Check the broker of this partition, then start the job again.' },
      );
    }
    await this.#changed.wait(clock, LOOK_MS, this.#closing.signal);
  }
}

/** Batch after batch, one of each partition in turn, until the budget is used: where each partition's range ends. */
function takeTurns(
  states: readonly PartitionState[],
  bytes_max: number,
): ReadonlyMap<number, { offset: number; leaderEpoch: number }> {
  const ends = new Map<number, { offset: number; leaderEpoch: number }>();
  const waiting = states
    .filter(({ final }) => !final)
    .map((state) => ({ state, batches: state.batchesBehind(state.planned.offset) }));
  let bytes = 0;
  for (let turn = 0, more = true; more && bytes < bytes_max; turn += 1) {
    more = false;
    for (const { state, batches } of waiting) {
      const batch = batches[turn];
      if (batch === undefined || bytes >= bytes_max) continue;
      more = true;
      bytes += batchCost_bytes(batch);
      const offset = state.stop === null ? batch.nextOffset : Math.min(batch.nextOffset, state.stop);
      ends.set(state.partition, { offset, leaderEpoch: batch.leaderEpoch });
    }
  }
  return ends;
}

/** For people, and with the topic's id: records of another topic of this name are no replay. */
function rangeName({ settings, identity }: Pick<Opened, 'settings' | 'identity'>, partition: number): string {
  const name = `${settings.topic}-${String(partition)}`;
  return identity.topicId === null ? name : `${name}@${identity.topicId}`;
}

function checkRangeName(opened: Opened, { name, partition }: SourceRange, place: string): void {
  const found = rangeName(opened, partition);
  const known = name.includes('@') && found.includes('@');
  if (name === found || (!known && name.replace(/@.*$/u, '') === found.replace(/@.*$/u, ''))) return;
  throw kafkaError(
    'ESQL8607',
    { what: 'topic', expected: name, found },
    { place, hint: 'Start a new job with another --query-id and an empty sink.' },
  );
}

const ENVELOPE: ReadonlySet<MetadataOrigin> = new Set(['timestamp', 'key', 'headers', 'leader_epoch']);

function shapeOf({ operator }: SourceContext): Omit<ChunkShape, 'partition' | 'resource'> {
  const wanted = new Set(
    operator.columns.flatMap((column) => (column.from === 'metadata' ? (metadataOrigin(column.name) ?? []) : [])),
  );
  const enveloped = [...wanted].some((origin) => ENVELOPE.has(origin));
  return {
    // An unclosed quote of CSV would reach into the next message.
    lines: operator.format?.name === 'json',
    missing: operator.format?.name === 'raw' ? 'deliver' : 'skip',
    envelope: enveloped ? { keys: wanted.has('key'), headers: wanted.has('headers') } : null,
  };
}
