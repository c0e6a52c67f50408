/** What the builders of operators are given: their place in the graph and what the pipeline shares. */
import type { Expression } from '../../plan/expression.js';
import type { Operator, OperatorId, OutputName, OutputShape, SinkOperator, SourceOperator } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import type { Decoder } from '../formats/format.js';
import type { PredicateKernel, ProjectionKernel } from '../kernels/kernel.js';
import type { SinkWriter } from '../pipeline/pipeline.js';
import type { StateBudget } from '../state/budget.js';
import type { Emit } from './operator.js';
import type { SourceErrors } from './source-errors.js';
import type { TableRuntime } from './table.js';

/** Makers of compiled expressions: the generated loops, or the interpreter. */
export interface KernelMakers {
  projection(expressions: readonly Expression[], input: Schema): ProjectionKernel;
  predicate(expression: Expression, input: Schema): PredicateKernel;
}

export interface BuildContext {
  readonly budget: StateBudget;
  readonly kernels: KernelMakers;
  /** Delivers to every consumer of an operator's output. */
  emit(id: OperatorId, output: OutputName): Emit;
  /** The shape of each input: the output it comes from. */
  inputShapes(operator: Operator): readonly OutputShape[];
  /** Where rows of `id` can be reported as errors: the one source they came from, or null once that is lost. */
  errorsOf(id: OperatorId): SourceErrors | null;
  /**
   * Whether inputs of a union carry rows of one source at the same time, so that their order depends on how it was cut.
   */
  interleavedInputs(operator: Operator): readonly boolean[];
  /**
   * Whether an aggregate before the sink has brought each of the sink's keys down to one change, or one pair of them.
   */
  isNettedByKey(sink: SinkOperator): boolean;
  /** Ordinals of `id`'s rows within a micro-batch are below this. */
  ordinalSpan(id: OperatorId): number;
  /** A table, built before the lookups in it. */
  table(id: OperatorId): TableRuntime;
  decoder(source: SourceOperator): Decoder;
  writer(sink: OperatorId): SinkWriter;
}
