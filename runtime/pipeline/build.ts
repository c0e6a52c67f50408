/** Makes a plan executable: builds its operators, wires them, and runs micro-batches through them. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import { dispatchOperator, type OperatorId, type OutputName, type Plan, type SourceOperator } from '../../plan/plan.js';
import type { Decoder } from '../formats/format.js';
import type { BuildContext, KernelMakers } from '../operators/build-context.js';
import { assertRowsAccounted } from '../operators/counters.js';
import { operatorBuilders } from '../operators/index.js';
import {
  WATERMARK_NONE,
  type BatchContext,
  type Emit,
  type OperatorState,
  type RowCounters,
  type RuntimeOperator,
} from '../operators/operator.js';
import { SourceErrors } from '../operators/source-errors.js';
import { SourceRuntime } from '../operators/source.js';
import { TableRuntime } from '../operators/table.js';
import { StateBudget } from '../state/budget.js';
import { PlanGraph } from './graph.js';
import type { BatchReport, Pipeline, PipelineSource, SinkWriter } from './pipeline.js';

export interface PipelineParts {
  /** By sink operator id; every sink of the plan has an entry. */
  readonly sinks: ReadonlyMap<OperatorId, SinkWriter>;
  /** Compiled expressions. */
  readonly kernels: KernelMakers;
  readonly decoderFor: (source: SourceOperator) => Decoder;
}

/** The plan must have been validated; what doesn't fit here is a bug and throws InternalError. */
export function buildPipelineFrom(plan: Plan, parts: PipelineParts): Pipeline {
  return new RuntimePipeline(plan, parts);
}

class RuntimePipeline implements Pipeline {
  readonly states: ReadonlyMap<string, OperatorState>;
  readonly tables: ReadonlyMap<string, TableRuntime>;
  readonly #plan: Plan;
  readonly #graph: PlanGraph;
  readonly #budget: StateBudget;
  readonly #operators = new Map<OperatorId, RuntimeOperator>();
  readonly #errors = new Map<OperatorId, SourceErrors>();
  #isRunning = false;

  constructor(plan: Plan, parts: PipelineParts) {
    this.#plan = plan;
    this.#graph = new PlanGraph(plan);
    this.#budget = new StateBudget(Number(plan.settings.state_bytes_max));
    for (const operator of plan.operators) {
      if (operator.op === 'source') this.#errors.set(operator.id, new SourceErrors(operator.source));
    }
    const context = this.#buildContext(parts);
    for (const operator of plan.operators) {
      this.#operators.set(operator.id, dispatchOperator(operatorBuilders, operator, context));
    }
    const states = new Map<string, OperatorState>();
    for (const [id, operator] of this.#operators) if (operator.state !== null) states.set(id, operator.state);
    this.states = states;
    const tables = new Map<string, TableRuntime>();
    for (const [id, operator] of this.#operators) if (operator instanceof TableRuntime) tables.set(id, operator);
    this.tables = tables;
  }

  get stateBytes(): number {
    let bytes = 0;
    for (const state of this.states.values()) bytes += state.bytes;
    for (const table of this.tables.values()) bytes += table.bytes;
    return bytes;
  }

  begin(context: BatchContext): void {
    invariant(!this.#isRunning, 'a micro-batch begins while another one runs');
    this.#isRunning = true;
    for (const operator of this.#operators.values()) operator.begin(context);
  }

  source(id: string): PipelineSource {
    const operator = this.#operators.get(id);
    if (!(operator instanceof SourceRuntime)) throw new InternalError(`the plan has no source ${id}`);
    return operator;
  }

  finish(): BatchReport {
    invariant(this.#isRunning, 'a micro-batch ends before it began');
    for (const operator of this.#operators.values()) {
      if (operator instanceof SourceRuntime) operator.flushErrors();
    }
    const finished = new Map<OperatorId, bigint>();
    const watermarks_us = new Map<string, bigint>();
    const counters = new Map<string, Readonly<RowCounters>>();
    for (const planned of this.#plan.operators) {
      const operator = this.#operator(planned.id);
      // Errors have no event time: whatever was planned over them waits for none.
      const inputs = planned.inputs.map(({ from, output }) =>
        output === 'errors' ? WATERMARK_NONE : (finished.get(from) ?? WATERMARK_NONE),
      );
      const watermark_us = operator.finish(inputs);
      finished.set(planned.id, watermark_us);
      if (watermark_us !== WATERMARK_NONE) watermarks_us.set(planned.id, watermark_us);
    }
    // Only now: an operator gets rows while those before it finish.
    for (const planned of this.#plan.operators) {
      const operator = this.#operator(planned.id);
      assertRowsAccounted(planned, operator.counters);
      counters.set(planned.id, { ...operator.counters });
    }
    this.#isRunning = false;
    return { counters, watermarks_us };
  }

  #operator(id: OperatorId): RuntimeOperator {
    const operator = this.#operators.get(id);
    if (operator === undefined) throw new InternalError(`operator ${id} was not built`);
    return operator;
  }

  #buildContext(parts: PipelineParts): BuildContext {
    const graph = this.#graph;
    return {
      budget: this.#budget,
      kernels: parts.kernels,
      emit: (id, output) => this.#emitTo(id, output),
      inputShapes: (operator) => graph.inputShapes(operator),
      errorsOf: (id) => {
        const source = graph.sourceOf(id);
        return source === null ? null : (this.#errors.get(source.id) ?? null);
      },
      interleavedInputs: (operator) => graph.interleavedInputs(operator),
      isNettedByKey: (sink) => graph.isNettedByKey(sink),
      ordinalSpan: (id) => graph.ordinalSpan(id),
      table: (id) => {
        const table = this.#operators.get(id);
        if (!(table instanceof TableRuntime)) throw new InternalError(`the plan has no table ${id}`);
        return table;
      },
      decoder: parts.decoderFor,
      writer: (id) => {
        const writer = parts.sinks.get(id);
        if (writer === undefined) throw new InternalError(`sink ${id} has no writer`);
        return writer;
      },
    };
  }

  /** Consumers are built after their producers: they are looked up when the first rows flow. */
  #emitTo(id: OperatorId, output: OutputName): Emit {
    const consumers = this.#graph.consumers(id, output);
    let targets: { readonly operator: RuntimeOperator; readonly input: number }[] | null = null;
    return (rows) => {
      targets ??= consumers.map(({ operator, input }) => ({ operator: this.#operator(operator), input }));
      for (const { operator, input } of targets) operator.push(input, rows);
    };
  }
}
