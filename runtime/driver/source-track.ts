/**
 * One source as the driver follows it: where it stands, which partitions it has, and what the clock says about them.
 * What is decided here is only when and what to plan; the intent fixes it, and a replay takes it from there.
 */
import type { Source, SourceCursor, SourceRange } from '../connectors/connector.js';
import type { ManifestSource, PartitionFacts } from '../checkpoint/manifest.js';
import type { IntentSource } from '../wal/intent.js';
import type { JobSource, SourceTime } from './job.js';

export interface PlannedSource {
  readonly intent: IntentSource;
  /** Something happens: rows, the end, or time that moves a watermark. */
  readonly needed: boolean;
}

export class SourceTrack {
  readonly id: string;
  readonly source: Source;
  readonly tolerant: boolean;
  readonly #bounded: boolean;
  readonly #time: SourceTime | null;
  readonly #partitions = new Map<number, PartitionFacts>();
  #cursor: SourceCursor | null = null;
  #ended = false;
  #advancedTo_us: bigint | null = null;
  #idle: ReadonlySet<number> = new Set();
  /** Silence is counted from here at the earliest: while the job was down nobody listened. */
  #listening_us = 0n;

  constructor(job: JobSource) {
    this.id = job.id;
    this.source = job.source;
    this.tolerant = job.tolerant;
    this.#bounded = job.bounded;
    this.#time = job.time;
  }

  get cursor(): SourceCursor | null {
    return this.#cursor;
  }

  get ended(): boolean {
    return this.#ended;
  }

  restore(stored: ManifestSource): void {
    this.#cursor = stored.cursor;
    this.#ended = stored.ended;
    this.#advancedTo_us = stored.advancedTo_us;
    this.#partitions.clear();
    for (const partition of stored.partitions) this.#partitions.set(partition.partition, partition);
  }

  listen(now_us: bigint): void {
    this.#listening_us = now_us;
  }

  /** Decides this source's part of the next batch from the ranges that wait. */
  plan(ranges: readonly SourceRange[], now_us: bigint): PlannedSource {
    const ended = !this.#ended && this.#bounded && ranges.length === 0 && this.#allFinal();
    const idlePartitions = this.#idleAt(ranges, now_us);
    const advanceTo_us = ranges.length > 0 || this.#ended || ended ? null : this.#advanceAt(now_us);
    const newlyIdle = idlePartitions.some((partition) => !this.#idle.has(partition));
    return {
      intent: { id: this.id, ranges, idlePartitions, ended: ended || this.#ended, advanceTo_us },
      needed: ranges.length > 0 || ended || (newlyIdle && !this.#ended) || advanceTo_us !== null,
    };
  }

  /**
   * Partitions that may still deliver, those of the batch included: from the history alone, so a replay sees the same.
   */
  openPartitions(intent: IntentSource): readonly number[] {
    const final = new Map([...this.#partitions.values()].map((known) => [known.partition, known.final]));
    for (const range of intent.ranges) final.set(range.partition, range.final);
    const open = [...final].filter(([, ended]) => !ended).map(([partition]) => partition);
    return open.sort((a, b) => a - b);
  }

  /** Follows a batch whose intent is fixed. */
  apply(intent: IntentSource, now_us: bigint): void {
    if (intent.ranges.length > 0) this.#cursor = this.source.advance(this.#cursor, intent.ranges);
    for (const { partition, name, final } of intent.ranges)
      this.#partitions.set(partition, { partition, name, final, active_us: now_us });
    this.#idle = new Set(intent.idlePartitions);
    this.#ended = intent.ended;
    if (intent.advanceTo_us !== null) this.#advancedTo_us = intent.advanceTo_us;
  }

  manifest(): ManifestSource {
    return {
      id: this.id,
      cursor: this.#cursor,
      ended: this.#ended,
      advancedTo_us: this.#advancedTo_us,
      partitions: [...this.#partitions.values()].sort((a, b) => a.partition - b.partition),
    };
  }

  /** Milliseconds until the clock alone can make a batch necessary; Infinity = never. */
  nextDeadline_ms(now_us: bigint): number {
    if (this.#time === null || this.#ended) return Infinity;
    const moments: bigint[] = [];
    for (const partition of this.#partitions.values())
      if (!partition.final) moments.push(this.#silentSince(partition) + this.#time.idle_us + 1n);
    const { timeout_us } = this.#time;
    if (timeout_us !== null) {
      moments.push(this.#sourceSilentSince() + timeout_us);
      for (const { slide_us, end_us } of this.#time.windows)
        moments.push(floorTo(now_us - timeout_us - end_us, slide_us) + end_us + slide_us + timeout_us);
    }
    let next_ms = Infinity;
    for (const at_us of moments)
      if (at_us > now_us) next_ms = Math.min(next_ms, Number((at_us - now_us + 999n) / 1000n));
    return next_ms;
  }

  #allFinal(): boolean {
    return [...this.#partitions.values()].every((partition) => partition.final);
  }

  #silentSince(partition: PartitionFacts): bigint {
    return partition.active_us > this.#listening_us ? partition.active_us : this.#listening_us;
  }

  #sourceSilentSince(): bigint {
    let since_us = this.#listening_us;
    for (const { active_us } of this.#partitions.values()) if (active_us > since_us) since_us = active_us;
    return since_us;
  }

  #idleAt(ranges: readonly SourceRange[], now_us: bigint): readonly number[] {
    const time = this.#time;
    if (time === null) return [];
    const read = new Set(ranges.map((range) => range.partition));
    const idle = [...this.#partitions.values()].filter(
      (p) => !p.final && !read.has(p.partition) && now_us - this.#silentSince(p) > time.idle_us,
    );
    return idle.map((p) => p.partition).sort((a, b) => a - b);
  }

  /**
   * EMIT FINAL TIMEOUT: when the whole source has been silent for the timeout, event time is taken to follow the wall
   * clock at that distance. Only a moment at which a window ends is worth a batch.
   */
  #advanceAt(now_us: bigint): bigint | null {
    const time = this.#time;
    if (time === null || time.timeout_us === null) return null;
    if (now_us - this.#sourceSilentSince() < time.timeout_us) return null;
    const target_us = now_us - time.timeout_us;
    const before_us = this.#advancedTo_us;
    const closes = time.windows.some(
      ({ slide_us, end_us }) =>
        before_us === null || floorTo(target_us - end_us, slide_us) > floorTo(before_us - end_us, slide_us),
    );
    return closes ? target_us : null;
  }
}

/** The largest multiple of `step` that is not above `value`. */
function floorTo(value: bigint, step: bigint): bigint {
  const rest = ((value % step) + step) % step;
  return value - rest;
}
