/**
 * An aggregate with a merged window assignment that tables of panes can't serve: the windows are assigned first, as a
 * `window` operator would, and the aggregate reads their rows.
 */
import type { AggregateOperator, OutputShape } from '../../plan/plan.js';
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { ColumnBatch } from '../columns/batch.js';
import { AggregateRuntime } from './aggregate.js';
import type { BuildContext } from './build-context.js';
import { newCounters, resetCounters } from './counters.js';
import type { OperatorState, RuntimeOperator, StateSection } from './operator.js';
import { WindowRuntime } from './window.js';

const PREFIX = 'window.';

export class WindowedAggregateRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state: OperatorState;
  readonly #windows: WindowRuntime;
  readonly #aggregate: AggregateRuntime;

  constructor(operator: AggregateOperator, pane: NonNullable<AggregateOperator['pane']>, context: BuildContext) {
    const input = context.inputShapes(operator)[0];
    const time = input?.schema[pane.column];
    if (input === undefined || time === undefined)
      throw new InternalError(`aggregate ${operator.id} has no time column`);
    const shape: OutputShape = {
      ...input,
      schema: [
        ...input.schema,
        { name: 'window_start', type: time.type, nullable: false },
        { name: 'window_end', type: time.type, nullable: false },
      ],
    };
    this.#aggregate = new AggregateRuntime({ ...operator, pane: null }, { ...context, inputShapes: () => [shape] });
    this.#windows = new WindowRuntime({ id: operator.id, ...pane }, (rows) => {
      this.#aggregate.push(0, rows);
    });
    this.state = this.#joinedState();
  }

  begin(): void {
    resetCounters(this.counters);
    this.#windows.begin();
    this.#aggregate.begin();
  }

  push(input: number, rows: ColumnBatch): void {
    this.#windows.push(input, rows);
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    const watermark_us = this.#aggregate.finish([this.#windows.finish(inputWatermarks_us)]);
    const { counters } = this;
    counters.rowsIn += this.#windows.counters.rowsIn;
    counters.late += this.#windows.counters.late;
    counters.buffered += this.#aggregate.counters.buffered;
    counters.rowsOut += this.#aggregate.counters.rowsOut;
    return watermark_us;
  }

  #joinedState(): OperatorState {
    const windows = this.#windows.state;
    const aggregate = this.#aggregate.state;
    return {
      get bytes(): number {
        return windows.bytes + aggregate.bytes;
      },
      dump: (): readonly StateSection[] => [
        ...windows.dump().map(({ name, parts }) => ({ name: PREFIX + name, parts })),
        ...aggregate.dump(),
      ],
      load: (sections): void => {
        const own = sections.filter(({ name }) => name.startsWith(PREFIX));
        windows.load(own.map(({ name, parts }) => ({ name: name.slice(PREFIX.length), parts })));
        aggregate.load(sections.filter((section) => !own.includes(section)));
      },
    };
  }
}
