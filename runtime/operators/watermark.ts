/** Follows event time: the largest value per partition, and from it, at the end of a micro-batch, the watermark. */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { WatermarkOperator } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import { SectionReader, writeSection } from '../state/section.js';
import type { BuildContext } from './build-context.js';
import { newCounters, resetCounters } from './counters.js';
import {
  WATERMARK_END,
  WATERMARK_NONE,
  type BatchContext,
  type Emit,
  type OperatorState,
  type RuntimeOperator,
  type StateSection,
} from './operator.js';

const SECTION = 'watermark';

export class WatermarkRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state: OperatorState;
  readonly #operator: WatermarkOperator;
  readonly #emit: Emit;
  /** Largest event time by partition. */
  readonly #largest_us = new Map<number, bigint>();
  #watermark_us = WATERMARK_NONE;
  #context: BatchContext | null = null;

  constructor(operator: WatermarkOperator, context: BuildContext) {
    this.#operator = operator;
    this.#emit = context.emit(operator.id, 'rows');
    const largest = this.#largest_us;
    this.state = {
      get bytes(): number {
        return 8 + 16 * largest.size;
      },
      dump: () => this.#dump(),
      load: (sections) => {
        this.#load(sections);
      },
    };
  }

  begin(context: BatchContext): void {
    this.#context = context;
    resetCounters(this.counters);
  }

  push(_input: number, rows: ColumnBatch): void {
    const count = selectedCount(rows);
    this.counters.rowsIn += count;
    this.counters.rowsOut += count;
    this.#observe(rows, count);
    this.#emit(rows);
  }

  finish(): bigint {
    const facts = this.#context?.sources.get(this.#operator.source);
    invariant(facts !== undefined, `no facts about source ${this.#operator.source}`);
    if (facts.ended) {
      this.#watermark_us = WATERMARK_END;
      return WATERMARK_END;
    }
    let lowest: bigint | null = null;
    for (const [partition, largest_us] of this.#largest_us) {
      if (facts.idlePartitions.includes(partition)) continue;
      if (lowest === null || largest_us < lowest) lowest = largest_us;
    }
    const silent = facts.openPartitions.some(
      (partition) => !this.#largest_us.has(partition) && !facts.idlePartitions.includes(partition),
    );
    if (lowest !== null && !silent) this.#advance(lowest - this.#operator.delay_us);
    if (facts.advanceTo_us !== null) this.#advance(facts.advanceTo_us);
    return this.#watermark_us;
  }

  #advance(to_us: bigint): void {
    // Only the end of a source is the end: an event time at the end of the calendar must not look like it.
    const bounded = to_us >= WATERMARK_END ? WATERMARK_END - 1n : to_us;
    if (bounded > this.#watermark_us) this.#watermark_us = bounded;
  }

  #observe(rows: ColumnBatch, count: number): void {
    const column = rows.columns[this.#operator.column];
    invariant(column?.kind === 'i64', `watermark ${this.#operator.id} watches a column that is not a time`);
    const { values, valid } = column;
    const { selection } = rows;
    const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    let best = -1;
    let high = 0;
    let low = 0;
    for (let i = 0; i < count; i += 1) {
      const row = selection === null ? i : selection[i]!;
      if (valid !== null && valid[row] === 0) continue;
      const rowHigh = halves[2 * row + 1]!;
      const rowLow = halves[2 * row]! >>> 0;
      if (best < 0 || rowHigh > high || (rowHigh === high && rowLow > low)) {
        best = row;
        high = rowHigh;
        low = rowLow;
      }
    }
    if (best < 0) return;
    const partition = rows.origin?.partition ?? 0;
    const known = this.#largest_us.get(partition);
    const value = values[best]!;
    if (known === undefined || value > known) this.#largest_us.set(partition, value);
  }

  #dump(): readonly StateSection[] {
    const partitions = [...this.#largest_us.keys()].sort((a, b) => a - b);
    const words = BigInt64Array.from([
      this.#watermark_us,
      ...partitions.flatMap((partition) => [BigInt(partition), this.#largest_us.get(partition) ?? 0n]),
    ]);
    return [writeSection(SECTION, 'watermark', [words])];
  }

  #load(sections: readonly StateSection[]): void {
    const section = sections.find((candidate) => candidate.name === SECTION);
    const reader = new SectionReader(this.#operator.id, section ?? { name: SECTION, parts: [] }, 'watermark');
    if (sections.length !== 1) reader.fail(`${sections.length} sections were found, 1 was expected`);
    const words = reader.words(null, 'partitions');
    reader.end();
    if (words.length % 2 !== 1) reader.fail('its partitions are cut off');
    this.#largest_us.clear();
    for (let i = 1; i < words.length; i += 2) this.#largest_us.set(Number(words[i]!), words[i + 1]!);
    this.#watermark_us = words[0]!;
  }
}
