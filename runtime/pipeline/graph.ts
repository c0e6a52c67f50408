/**
 * What the shape of a plan's graph says about its operators: where rows come from, and in which order they can arrive.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import {
  ERROR_SCHEMA,
  type InputReference,
  type Operator,
  type OperatorId,
  type OutputName,
  type OutputShape,
  type Plan,
  type SinkOperator,
  type SourceOperator,
} from '../../plan/plan.js';

const ERROR_SHAPE: OutputShape = { schema: ERROR_SCHEMA, key: null, changelog: 'append', event_time: [] };
/** More rows than a micro-batch can have; nested unions multiply it. */
const ORDINALS_PER_SOURCE = 2 ** 36;

export interface Consumer {
  readonly operator: OperatorId;
  readonly input: number;
}

export class PlanGraph {
  readonly #operators: ReadonlyMap<OperatorId, Operator>;
  readonly #consumers = new Map<string, Consumer[]>();

  constructor(plan: Plan) {
    this.#operators = new Map(plan.operators.map((operator) => [operator.id, operator]));
    for (const operator of plan.operators) {
      operator.inputs.forEach(({ from, output }, input) => {
        const key = edge(from, output);
        const consumers = this.#consumers.get(key) ?? [];
        consumers.push({ operator: operator.id, input });
        this.#consumers.set(key, consumers);
      });
    }
  }

  operator(id: OperatorId): Operator {
    const operator = this.#operators.get(id);
    if (operator === undefined) throw new InternalError(`the plan has no operator ${id}`);
    return operator;
  }

  consumers(id: OperatorId, output: OutputName): readonly Consumer[] {
    return this.#consumers.get(edge(id, output)) ?? [];
  }

  inputShapes(operator: Operator): readonly OutputShape[] {
    return operator.inputs.map(({ from, output }) => (output === 'errors' ? ERROR_SHAPE : this.operator(from).output));
  }

  /** The source whose records `id`'s rows still are, one to one; null once that is lost. */
  sourceOf(id: OperatorId): SourceOperator | null {
    const operator = this.operator(id);
    if (operator.op === 'source') return operator;
    // Where a row may match several rows of a table it is repeated.
    if (operator.op === 'lookup' && operator.matches === 'many') return null;
    if (operator.op === 'aggregate' || operator.inputs.some(({ output }) => output === 'errors')) return null;
    const sources = streamInputs(operator).map(({ from }) => this.sourceOf(from));
    const [first] = sources;
    return first !== undefined && sources.every((source) => source === first) ? first : null;
  }

  /**
   * Inputs of a union that must wait for the end of the micro-batch: they carry rows of a source that an earlier input
   * carries, too, and both get them chunk by chunk.
   */
  interleavedInputs(operator: Operator): readonly boolean[] {
    const seen = new Set<OperatorId>();
    return operator.inputs.map((input) => {
      const sources = this.#pushedSources(input);
      const isInterleaved = sources.some((source) => seen.has(source));
      for (const source of sources) seen.add(source);
      return isInterleaved;
    });
  }

  /**
   * Whether the keys of a sink are the groups of one aggregate, with nothing between that could part or repeat a
   * group's rows. An aggregate says at most one thing about a group in a micro-batch: its row, that the row is gone, or
   * both, the old row right before the new one. Windows have tables of their own, so their ends must be among the
   * groups.
   */
  isNettedByKey(sink: SinkOperator): boolean {
    const [input] = sink.inputs;
    const schema = this.inputShapes(sink)[0]?.schema;
    if (input === undefined || schema === undefined || input.output === 'errors') return false;
    let columns = sink.key.map((name) => schema.findIndex((field) => field.name === name));
    let operator = this.operator(input.from);
    while (operator.op === 'filter' || operator.op === 'project') {
      const before = operator.inputs[0];
      if (before === undefined || before.output === 'errors') return false;
      if (operator.op === 'project') {
        const { expressions } = operator;
        columns = columns.map((column) => {
          const expression = expressions[column];
          return expression?.kind === 'column' ? expression.index : -1;
        });
      }
      operator = this.operator(before.from);
    }
    if (operator.op !== 'aggregate') return false;
    const { group, window_end } = operator;
    if (window_end !== null && !group.includes(window_end)) return false;
    const { length } = group;
    return columns.every((column) => column >= 0 && column < length) && new Set(columns).size === length;
  }

  ordinalSpan(id: OperatorId): number {
    const operator = this.operator(id);
    const spans = operator.inputs.map(({ from }) => this.ordinalSpan(from));
    const span = operator.op === 'union' ? spans.length * Math.max(...spans) : Math.max(ORDINALS_PER_SOURCE, ...spans);
    if (span > Number.MAX_SAFE_INTEGER) throw new InternalError('unions are nested too deeply to number their rows');
    return span;
  }

  /** Sources whose rows reach an input while they are pushed, not only when the micro-batch finishes. */
  #pushedSources({ from, output }: InputReference): OperatorId[] {
    const operator = this.operator(from);
    if (output === 'errors' || operator.op === 'aggregate') return [];
    if (operator.op === 'source') return [operator.id];
    return streamInputs(operator).flatMap((input) => this.#pushedSources(input));
  }
}

/** Inputs that rows come from: not the table of a lookup. */
function streamInputs(operator: Operator): readonly InputReference[] {
  return operator.op === 'lookup' ? operator.inputs.slice(0, 1) : operator.inputs;
}

function edge(id: OperatorId, output: OutputName): string {
  return `${output} ${id}`;
}
