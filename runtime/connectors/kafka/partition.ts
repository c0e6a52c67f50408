/** One partition while it is read: what has been fetched and not yet delivered, and how far planning has come. */
import type { FetchedPartition, PartitionDescription } from '../../remote/kafka.js';
import type { Position } from './positions.js';
import { readBatches, type RecordBatch } from './record-batch.js';

/** What a compressed batch counts for in a byte budget: messages shrink by about so much. */
const EXPANSION = 4;

export interface PartitionStart {
  readonly from: Position;
  /** Nothing from here on is read (`stop`); null = without end. */
  readonly stop: number | null;
  /** Nothing more is read at all. */
  readonly final: boolean;
}

export class PartitionState {
  readonly partition: number;
  readonly stop: number | null;
  /** -1: none at the moment. */
  leader: number;
  leaderEpoch: number;
  /** A reader waits for the records up to here: they are fetched even if the queue is full. */
  wanted = 0;
  /** A range of it has been planned: the driver knows that there is this partition. */
  announced = false;
  /** Counts restarts: the answer to a fetch from before one is thrown away. */
  generation = 0;
  #final: boolean;
  #planned: Position;
  /** The queue covers `[#covered, #fetched)` without a gap, whatever compaction took out of it. */
  #covered: number;
  #fetched: number;
  #queue: RecordBatch[] = [];
  #queued_bytes = 0;

  constructor({ partition, leader, leaderEpoch }: PartitionDescription, { from, stop, final }: PartitionStart) {
    this.partition = partition;
    this.leader = leader;
    this.leaderEpoch = leaderEpoch;
    this.stop = stop;
    this.#final = final;
    this.#planned = from;
    this.#covered = from.offset;
    this.#fetched = from.offset;
  }

  get final(): boolean {
    return this.#final;
  }

  /** The next record to plan. */
  get planned(): Position {
    return this.#planned;
  }

  /** The next record to fetch. */
  get fetched(): number {
    return this.#fetched;
  }

  get queued_bytes(): number {
    return this.#queued_bytes;
  }

  /** Planning goes on from here. */
  planFrom(position: Position, final: boolean): void {
    this.#planned = position;
    this.#final = final;
    this.announced = true;
  }

  /** Takes what a fetch from `fetched` on returned; the number of new batches. Throws `BatchError`. */
  accept({ records, aborted }: FetchedPartition): number {
    let taken = 0;
    for (const batch of readBatches(records, aborted)) {
      if (batch.nextOffset <= this.#fetched) continue;
      this.#fetched = batch.nextOffset;
      this.#queue.push(batch);
      this.#queued_bytes += batch.end - batch.start;
      taken += 1;
    }
    return taken;
  }

  /** Reading goes on at `offset`: from the queue if it has it, otherwise everything is fetched anew. */
  readFrom(offset: number): void {
    if (offset >= this.#covered && offset <= this.#fetched) {
      this.dropBefore(offset);
      return;
    }
    this.#queue = [];
    this.#queued_bytes = 0;
    this.#covered = offset;
    this.#fetched = offset;
    this.generation += 1;
  }

  /** What lies before `offset` is not needed again. */
  dropBefore(offset: number): void {
    const kept = this.#queue.findIndex(({ nextOffset }) => nextOffset > offset);
    const dropped = this.#queue.splice(0, kept < 0 ? this.#queue.length : kept);
    for (const { start, end } of dropped) this.#queued_bytes -= end - start;
    this.#covered = Math.max(this.#covered, offset);
  }

  /** The batches that are there behind `offset` and before the stop, in order. */
  batchesBehind(offset: number): readonly RecordBatch[] {
    const { stop } = this;
    const first = this.#queue.findIndex(({ nextOffset }) => nextOffset > offset);
    if (first < 0) return [];
    const behind = first === 0 ? this.#queue : this.#queue.slice(first);
    return stop === null ? behind : behind.filter(({ baseOffset }) => baseOffset < stop);
  }
}

/** What a batch counts for in the byte budget of a micro-batch. */
export function batchCost_bytes({ start, end, codec }: RecordBatch): number {
  return codec === 'none' ? end - start : (end - start) * EXPANSION;
}
