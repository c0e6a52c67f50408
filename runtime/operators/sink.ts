/** The end of a stream: appended rows go on untouched where there is no key; with a key, only net changes do. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { SinkOperator } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { SinkWriter } from '../pipeline/pipeline.js';
import type { BuildContext } from './build-context.js';
import { AdjacentChanges } from './adjacent-changes.js';
import { newCounters, resetCounters } from './counters.js';
import { NetChanges } from './net-changes.js';
import type { BatchContext, RuntimeOperator } from './operator.js';

export class SinkRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly #writer: SinkWriter;
  /** Null where rows go on as they come. */
  readonly #changes: NetChanges | null;
  /** In place of `#changes` where an aggregate has netted the keys. */
  readonly #adjacent: AdjacentChanges | null;
  readonly #id: string;

  readonly #write = (rows: ColumnBatch): void => {
    this.#writer.write(rows);
  };

  constructor(operator: SinkOperator, context: BuildContext) {
    const input = context.inputShapes(operator)[0];
    if (input === undefined) throw new InternalError(`sink ${operator.id} has no input`);
    const weighted = input.changelog === 'changes';
    invariant(operator.key.length > 0 || !weighted, `sink ${operator.id} has no key, but its input has changes`);
    this.#id = operator.id;
    this.#writer = context.writer(operator.id);
    const key = operator.key.map((name) => input.schema.findIndex((field) => field.name === name));
    const isNetted = key.length > 0 && context.isNettedByKey(operator);
    this.#adjacent = isNetted ? new AdjacentChanges(key, input.schema.length) : null;
    this.#changes =
      key.length === 0 || isNetted
        ? null
        : new NetChanges({ schema: input.schema, key, weighted, keepsFirst: operator.conflict === 'ignore' });
  }

  begin(context: BatchContext): void {
    resetCounters(this.counters);
    this.#changes?.begin();
    this.#adjacent?.begin();
    this.#writer.begin(context.batch);
  }

  push(_input: number, rows: ColumnBatch): void {
    const count = selectedCount(rows);
    this.counters.rowsIn += count;
    if (this.#changes !== null) {
      this.#changes.push(rows, count);
      return;
    }
    if (this.#adjacent !== null) {
      this.#countWritten(this.#adjacent.push(rows, this.#write), count);
      return;
    }
    invariant(rows.weights === null, `sink ${this.#id} got weights on an append-only edge`);
    this.counters.rowsOut += count;
    if (count > 0) this.#writer.write(rows);
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    if (this.#changes !== null) this.#countWritten(this.#changes.flush(this.#write), this.counters.rowsIn);
    return inputWatermarks_us[0]!;
  }

  #countWritten(written: number, of: number): void {
    this.counters.rowsOut += written;
    this.counters.filtered += of - written;
  }
}
