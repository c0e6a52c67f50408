/** The `ON LATE INTO` stream: rows that came too late for at least one window, once each, with their lateness. */
import type { LateOperator } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { BuildContext } from './build-context.js';
import { newCounters, resetCounters } from './counters.js';
import { WATERMARK_END, WATERMARK_NONE, type Emit, type RuntimeOperator } from './operator.js';
import { WatermarkState } from './watermark-state.js';
import { openWindows } from './windows.js';

const I64_MAX = 2n ** 63n - 1n;

export class LateRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state: WatermarkState;
  readonly #operator: LateOperator;
  readonly #emit: Emit;
  #selection = new Int32Array(0);
  #lateness = new BigInt64Array(0);
  #valid = new Uint8Array(0);

  constructor(operator: LateOperator, context: BuildContext) {
    this.#operator = operator;
    this.#emit = context.emit(operator.id, 'rows');
    this.state = new WatermarkState(operator.id);
  }

  begin(): void {
    resetCounters(this.counters);
  }

  push(_input: number, rows: ColumnBatch): void {
    const column = rows.columns[this.#operator.column];
    invariant(column?.kind === 'i64', `late ${this.#operator.id} watches a column that is not a time`);
    const count = selectedCount(rows);
    this.#reserve(rows.rowCount);
    const watermark_us = this.state.watermark_us;
    const soonest_us = this.#soonestOpen(watermark_us);
    let late = 0;
    for (let i = 0; i < count; i += 1) {
      const row = rows.selection === null ? i : rows.selection[i]!;
      const isNull = column.valid !== null && column.valid[row] === 0;
      const time_us = column.values[row]!;
      if (!isNull && (time_us >= soonest_us || !this.#isLate(time_us, watermark_us))) continue;
      this.#valid[row] = isNull || watermark_us === WATERMARK_NONE ? 0 : 1;
      this.#lateness[row] = isNull ? 0n : clamp(watermark_us - time_us);
      this.#selection[late] = row;
      late += 1;
    }
    this.counters.rowsIn += count;
    this.counters.rowsOut += late;
    this.counters.filtered += count - late;
    if (late === 0) return;
    this.#emit({
      ...rows,
      selection: this.#selection.subarray(0, late),
      columns: [...rows.columns, { kind: 'i64', values: this.#lateness, valid: this.#valid }],
    });
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    this.state.watermark_us = inputWatermarks_us[0]!;
    return this.state.watermark_us;
  }

  /** From here on, times are surely not late: the watermark itself, if it is a time. */
  #soonestOpen(watermark_us: bigint): bigint {
    if (watermark_us === WATERMARK_NONE || watermark_us === WATERMARK_END) return watermark_us;
    const reach = this.#operator.windows.reduce((most, { size_us }) => (size_us > most ? size_us : most), 0n);
    return watermark_us > I64_MAX - 2n * reach ? WATERMARK_END : watermark_us;
  }

  #isLate(time_us: bigint, watermark_us: bigint): boolean {
    return this.#operator.windows.some((window) => openWindows(time_us, window, watermark_us).isLate);
  }

  #reserve(rows: number): void {
    if (this.#selection.length >= rows) return;
    const length = Math.max(rows, 1024);
    this.#selection = new Int32Array(length);
    this.#lateness = new BigInt64Array(length);
    this.#valid = new Uint8Array(length);
  }
}

function clamp(value: bigint): bigint {
  return value > I64_MAX ? I64_MAX : value;
}
