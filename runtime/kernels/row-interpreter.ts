/** Evaluates expressions on single rows of a batch: the interpreter kernel's core and the loops' way out. */
import { evaluate, type EvaluationContext } from '../../plan/evaluate.js';
import type { BatchValueExpression, ColumnExpression, Expression } from '../../plan/expression.js';
import type { Value } from '../../plan/values.js';
import type { ColumnBatch } from '../columns/batch.js';
import { readValue } from '../columns/read.js';
import type { BatchContext } from '../operators/operator.js';
import { randomAt, randomBase, uuidAt } from './batch-values.js';

export class RowInterpreter implements EvaluationContext {
  #input: ColumnBatch | undefined;
  #context: BatchContext | undefined;
  #row = 0;

  /** The batch that `evaluateAt` reads from next. */
  enter(input: ColumnBatch, context: BatchContext): void {
    this.#input = input;
    this.#context = context;
  }

  /** Throws `RecordError`. */
  evaluateAt(expression: Expression, row: number): Value {
    this.#row = row;
    return evaluate(expression, this);
  }

  column(expression: ColumnExpression): Value {
    return readValue(this.#input!.columns[expression.index]!, this.#row, expression.type);
  }

  batchValue(expression: BatchValueExpression): Value {
    const { now_us, seed } = this.#context!;
    if (expression.value === 'now') return now_us;
    const ordinal = this.#input!.ordinal_base + this.#row;
    const base = randomBase(seed, expression.site);
    return expression.value === 'random' ? randomAt(base, ordinal) : uuidAt(base, ordinal);
  }
}
