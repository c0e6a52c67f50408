/** The end of a stream: appended rows go on untouched where there is no key; with a key, only net changes do. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { SinkOperator } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { SinkWriter } from '../pipeline/pipeline.js';
import type { BuildContext } from './build-context.js';
import { newCounters, resetCounters } from './counters.js';
import { NetChanges } from './net-changes.js';
import type { BatchContext, RuntimeOperator } from './operator.js';

export class SinkRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly #writer: SinkWriter;
  readonly #changes: NetChanges | null;
  readonly #id: string;

  constructor(operator: SinkOperator, context: BuildContext) {
    const input = context.inputShapes(operator)[0];
    if (input === undefined) throw new InternalError(`sink ${operator.id} has no input`);
    const weighted = input.changelog === 'changes';
    invariant(operator.key.length > 0 || !weighted, `sink ${operator.id} has no key, but its input has changes`);
    this.#id = operator.id;
    this.#writer = context.writer(operator.id);
    this.#changes =
      operator.key.length === 0
        ? null
        : new NetChanges({
            schema: input.schema,
            key: operator.key.map((name) => input.schema.findIndex((field) => field.name === name)),
            weighted,
            keepsFirst: operator.conflict === 'ignore',
          });
  }

  begin(context: BatchContext): void {
    resetCounters(this.counters);
    this.#changes?.begin();
    this.#writer.begin(context.batch);
  }

  push(_input: number, rows: ColumnBatch): void {
    const count = selectedCount(rows);
    this.counters.rowsIn += count;
    if (this.#changes !== null) {
      this.#changes.push(rows, count);
      return;
    }
    invariant(rows.weights === null, `sink ${this.#id} got weights on an append-only edge`);
    this.counters.rowsOut += count;
    if (count > 0) this.#writer.write(rows);
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    if (this.#changes !== null) {
      const written = this.#changes.flush((rows) => {
        this.#writer.write(rows);
      });
      this.counters.rowsOut += written;
      this.counters.filtered += this.counters.rowsIn - written;
    }
    return inputWatermarks_us[0]!;
  }
}
