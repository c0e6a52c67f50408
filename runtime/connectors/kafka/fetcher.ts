/**
 * Keeps the partitions' queues filled: one request at a time to each leader, within a budget of bytes. A leader that
 * moved or a broker that is away is asked again with growing pauses, for five minutes; after that, and at once for what
 * no repetition cures, the fetcher fails.
 */
import type { Clock } from '../../env.js';
import {
  KafkaError,
  kafkaCodeError,
  OFFSET_OUT_OF_RANGE,
  type FetchedPartition,
  type KafkaCluster,
} from '../../remote/kafka.js';
import { asDiagnostic, batchDiagnostic, unreachable } from './failures.js';
import type { PartitionState } from './partition.js';
import type { Pulse } from './pulse.js';
import type { TopicSettings } from './settings.js';

/** All queues together, beyond what a reader waits for. */
const PREFETCH_BYTES = 32 * 1024 * 1024;
const PARTITION_BYTES_MIN = 1024 * 1024;
const REQUEST_BYTES = 8 * 1024 * 1024;
/** How long a broker waits for the first record … */
const WAIT_MS = 500;
/** … and how long if other partitions of it may soon have room again. */
const WAIT_SHORT_MS = 20;
export const PATIENCE_MS = 5 * 60 * 1000;
const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 5000;

export interface FetcherTopic {
  readonly cluster: KafkaCluster;
  readonly settings: TopicSettings;
  readonly place: string;
  readonly clock: Clock;
  readonly partitions: ReadonlyMap<number, PartitionState>;
  /** Learns leaders anew, and refuses a topic that is not the same any more. */
  refresh(): Promise<void>;
  /** Rejects with a diagnostic if the topic does not have `offset`. */
  checkRange(partition: number, offset: number): Promise<void>;
}

export class Fetcher {
  readonly #topic: FetcherTopic;
  readonly #changed: Pulse;
  readonly #closing = new AbortController();
  /** By leader. */
  readonly #loops = new Map<number, Promise<void>>();
  /** Partitions that were served last come last: a full answer must not starve those behind. */
  readonly #served = new Map<number, number>();
  #requests = 0;
  #failure: Error | null = null;

  /** `changed` beats when there is something new: records, a failure. */
  constructor(topic: FetcherTopic, changed: Pulse) {
    this.#topic = topic;
    this.#changed = changed;
  }

  get failure(): Error | null {
    return this.#failure;
  }

  /** Looks at the partitions anew: after leaders, room or wishes have changed. */
  wake(): void {
    if (this.#closing.signal.aborted || this.#failure !== null) return;
    for (const { leader, final } of this.#topic.partitions.values())
      if (!final && !this.#loops.has(leader)) this.#loops.set(leader, this.#loop(leader));
    this.#changed.beat();
  }

  fail(error: unknown): void {
    const failure = asDiagnostic(error, this.#topic.place);
    this.#failure ??= failure instanceof Error ? failure : new Error(String(failure));
    this.#changed.beat();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#changed.beat();
    await Promise.all(this.#loops.values());
  }

  async #loop(leader: number): Promise<void> {
    const { clock } = this.#topic;
    let troubled_ms: number | null = null;
    while (this.#running()) {
      const own = [...this.#topic.partitions.values()].filter((state) => state.leader === leader && !state.final);
      if (own.length === 0) break;
      const open = own.filter((state) => this.#hasRoom(state));
      if (open.length === 0) {
        await this.#changed.wait(clock, PAUSE_MAX_MS, this.#closing.signal);
        continue;
      }
      try {
        if (leader < 0) throw new KafkaError('stale', `partition ${String(own[0]?.partition)} has no leader`);
        await this.#fetch(leader, open, open.length < own.length ? WAIT_SHORT_MS : WAIT_MS);
        troubled_ms = null;
      } catch (error) {
        const now_ms = clock.monotonic_ms();
        troubled_ms ??= now_ms;
        await this.#trouble(error, now_ms - troubled_ms);
      }
    }
    this.#loops.delete(leader);
  }

  /** After a failed attempt: pauses and learns the leaders anew, or gives up. */
  async #trouble(error: unknown, since_ms: number): Promise<void> {
    if (!(error instanceof KafkaError) || !error.passing) {
      this.fail(error);
      return;
    }
    if (since_ms > PATIENCE_MS) {
      this.fail(unreachable(error, this.#topic.place));
      return;
    }
    const pause_ms = Math.min(PAUSE_MAX_MS, Math.max(PAUSE_FIRST_MS, since_ms / 4));
    await this.#topic.clock.sleep(pause_ms, this.#closing.signal);
    if (!this.#running()) return;
    try {
      await this.#topic.refresh();
    } catch (problem) {
      // One that passes comes again with the next attempt.
      if (!(problem instanceof KafkaError) || !problem.passing) this.fail(problem);
    }
  }

  async #fetch(leader: number, open: readonly PartitionState[], wait_ms: number): Promise<void> {
    const { cluster, settings, clock } = this.#topic;
    const turn = (state: PartitionState): number => this.#served.get(state.partition) ?? 0;
    const asked = [...open].sort((a, b) => turn(a) - turn(b));
    const generations = new Map(asked.map((state) => [state.partition, state.generation]));
    const started_ms = clock.monotonic_ms();
    const answers = await cluster.fetch({
      topic: settings.topic,
      leader,
      isolation: settings.isolation,
      wait_ms,
      bytes_max: REQUEST_BYTES,
      partitions: asked.map(({ partition, fetched, leaderEpoch }) => ({
        partition,
        offset: fetched,
        leaderEpoch,
        bytes_max: this.#partitionBytes,
      })),
    });
    this.#requests += 1;
    let taken = 0;
    const refused: FetchedPartition[] = [];
    for (const answer of answers) {
      const state = this.#topic.partitions.get(answer.partition);
      if (state === undefined || state.generation !== generations.get(answer.partition)) continue;
      if (answer.error === 0) taken += this.#accept(state, answer);
      else refused.push(answer);
    }
    if (taken > 0) this.#changed.beat();
    await this.#refused(refused);
    // A throttled broker answers at once and with nothing (Event Hubs): that is no reason to ask all the faster.
    if (taken === 0 && clock.monotonic_ms() - started_ms < wait_ms / 2)
      await clock.sleep(PAUSE_FIRST_MS, this.#closing.signal);
  }

  #accept(state: PartitionState, answer: FetchedPartition): number {
    try {
      const taken = state.accept(answer);
      if (taken > 0) this.#served.set(state.partition, this.#requests);
      return taken;
    } catch (error) {
      throw batchDiagnostic(error, state.partition, state.fetched, this.#topic.place);
    }
  }

  async #refused(answers: readonly FetchedPartition[]): Promise<void> {
    for (const { partition, error } of answers) {
      const offset = this.#topic.partitions.get(partition)?.fetched ?? 0;
      if (error === OFFSET_OUT_OF_RANGE) await this.#topic.checkRange(partition, offset);
    }
    const [first] = answers;
    if (first === undefined) return;
    const what = `fetch of partition ${String(first.partition)}`;
    // Inside the range after all: the leader that said so is behind.
    if (first.error === OFFSET_OUT_OF_RANGE) throw new KafkaError('stale', what);
    throw kafkaCodeError(first.error, what);
  }

  get #partitionBytes(): number {
    return Math.max(PARTITION_BYTES_MIN, Math.floor(PREFETCH_BYTES / Math.max(1, this.#topic.partitions.size)));
  }

  #hasRoom(state: PartitionState): boolean {
    if (state.stop !== null && state.fetched >= state.stop && state.wanted <= state.fetched) return false;
    if (state.wanted > state.fetched) return true;
    let queued_bytes = 0;
    for (const each of this.#topic.partitions.values()) queued_bytes += each.queued_bytes;
    return queued_bytes < PREFETCH_BYTES && state.queued_bytes < this.#partitionBytes;
  }

  #running(): boolean {
    return !this.#closing.signal.aborted && this.#failure === null;
  }
}
