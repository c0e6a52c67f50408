/**
 * All rows of all inputs, in order of inputs. Inputs that carry rows of one source arrive interleaved, chunk by chunk;
 * the later ones are kept until the end of the micro-batch, because the order of rows must not depend on how the source
 * was cut.
 */
import type { UnionOperator } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { BuildContext } from './build-context.js';
import { copyColumn } from './copy-rows.js';
import { newCounters, resetCounters } from './counters.js';
import type { Emit, RuntimeOperator } from './operator.js';

export class UnionRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly #emit: Emit;
  readonly #ordinalSpan: number;
  readonly #isKept: readonly boolean[];
  readonly #keepsOrigin: boolean;
  #kept: { readonly input: number; readonly rows: ColumnBatch }[] = [];

  constructor(operator: UnionOperator, context: BuildContext) {
    this.#emit = context.emit(operator.id, 'rows');
    this.#ordinalSpan = Math.max(...operator.inputs.map(({ from }) => context.ordinalSpan(from)));
    this.#isKept = context.interleavedInputs(operator);
    this.#keepsOrigin = context.errorsOf(operator.id) !== null;
  }

  begin(): void {
    resetCounters(this.counters);
    this.#kept = [];
  }

  push(input: number, rows: ColumnBatch): void {
    const count = selectedCount(rows);
    this.counters.rowsIn += count;
    if (this.#isKept[input] === true) this.#kept.push({ input, rows: copyRows(rows) });
    else this.#pass(input, rows);
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    const kept = this.#kept.sort((a, b) => a.input - b.input);
    this.#kept = [];
    for (const { input, rows } of kept) this.#pass(input, rows);
    return inputWatermarks_us.reduce((least, watermark_us) => (watermark_us < least ? watermark_us : least));
  }

  #pass(input: number, rows: ColumnBatch): void {
    this.counters.rowsOut += selectedCount(rows);
    // Ordinals of different inputs differ: RANDOM() behind a union gives different rows different values.
    const ordinal_base = rows.ordinal_base + input * this.#ordinalSpan;
    this.#emit({ ...rows, origin: this.#keepsOrigin ? rows.origin : null, ordinal_base });
  }
}

/**
 * All physical rows, because their ordinals count them. Whole heaps are copied: what a row outside of the selection
 * refers to is unspecified.
 */
function copyRows(rows: ColumnBatch): ColumnBatch {
  const heaps = new Map<Uint8Array, Uint8Array>();
  const copyHeap = (heap: Uint8Array): Uint8Array => {
    const copy = heaps.get(heap) ?? heap.slice();
    heaps.set(heap, copy);
    return copy;
  };
  const { origin } = rows;
  return {
    rowCount: rows.rowCount,
    columns: rows.columns.map((column) => copyColumn(column, rows.rowCount, copyHeap)),
    selection: rows.selection?.slice() ?? null,
    weights: rows.weights?.slice(0, rows.rowCount) ?? null,
    origin:
      origin === null
        ? null
        : {
            ...origin,
            heap: copyHeap(origin.heap),
            starts: origin.starts.slice(0, rows.rowCount),
            lengths: origin.lengths.slice(0, rows.rowCount),
            positions: origin.positions?.slice(0, rows.rowCount) ?? null,
          },
    ordinal_base: rows.ordinal_base,
  };
}
