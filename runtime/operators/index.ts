/** What runs for each kind of operator. A new kind does not compile until it stands here. */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { OperatorTable } from '../../plan/plan.js';
import { AggregateRuntime } from './aggregate.js';
import { needsWindowRows } from './aggregate-plan.js';
import type { BuildContext } from './build-context.js';
import { FilterRuntime } from './filter.js';
import { LateRuntime } from './late.js';
import { LookupRuntime } from './lookup.js';
import type { RuntimeOperator } from './operator.js';
import { ProjectRuntime } from './project.js';
import { SinkRuntime } from './sink.js';
import { SourceRuntime } from './source.js';
import { TableRuntime } from './table.js';
import { UnionRuntime } from './union.js';
import { WatermarkRuntime } from './watermark.js';
import { WindowRuntime } from './window.js';
import { WindowedAggregateRuntime } from './windowed-aggregate.js';

export const operatorBuilders: OperatorTable<BuildContext, RuntimeOperator> = {
  source: (operator, context) => new SourceRuntime(operator, context),
  filter: (operator, context) => new FilterRuntime(operator, context),
  project: (operator, context) => new ProjectRuntime(operator, context),
  watermark: (operator, context) => new WatermarkRuntime(operator, context),
  window: (operator, context) => new WindowRuntime(operator, context.emit(operator.id, 'rows')),
  late: (operator, context) => new LateRuntime(operator, context),
  table: (operator, context) => new TableRuntime(operator, context),
  lookup: (operator, context) => new LookupRuntime(operator, context),
  aggregate: (operator, context) => {
    const input = context.inputShapes(operator)[0];
    if (input === undefined) throw new InternalError(`aggregate ${operator.id} has no input`);
    return operator.pane !== null && needsWindowRows(operator, input.schema)
      ? new WindowedAggregateRuntime(operator, operator.pane, context)
      : new AggregateRuntime(operator, context);
  },
  union: (operator, context) => new UnionRuntime(operator, context),
  sink: (operator, context) => new SinkRuntime(operator, context),
};
