/** Kernels as generated loops: what runs. interpret.ts is the reference they equal. */
import { operandsOf, type Expression } from '../../plan/expression.js';
import type { Schema } from '../../plan/types.js';
import { RecordError, type Value } from '../../plan/values.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { BatchContext } from '../operators/operator.js';
import type { PredicateKernel, ProjectionKernel, RowFailure } from './kernel.js';
import { checkSchema, Loop, type LoopState } from './loop.js';
import type { LoopCode } from './loop-code.js';
import { OutputColumn } from './output-column.js';
import { RowInterpreter } from './row-interpreter.js';

function columnsRead(expressions: readonly Expression[]): readonly number[] {
  const found = new Set<number>();
  const visit = (expression: Expression): void => {
    if (expression.kind === 'column') found.add(expression.index);
    for (const operand of operandsOf(expression)) visit(operand);
  };
  for (const expression of expressions) visit(expression);
  return [...found];
}

/** Up to four variants of one loop: with and without NULLs in the input, with and without a selection. */
class LoopFamily {
  readonly #columns: readonly number[];
  readonly #write: (code: LoopCode) => void;
  readonly #loops: (Loop | undefined)[] = [];

  constructor(expressions: readonly Expression[], write: (code: LoopCode) => void) {
    this.#columns = columnsRead(expressions);
    this.#write = write;
  }

  for(input: ColumnBatch): Loop {
    const nulls = this.#columns.some((index) => (input.columns[index]?.valid ?? null) !== null);
    const selection = input.selection !== null;
    const variant = (nulls ? 2 : 0) + (selection ? 1 : 0);
    return (this.#loops[variant] ??= new Loop({ nulls, selection }, this.#write));
  }
}

function createState(outputs: readonly OutputColumn[]): LoopState {
  return {
    columns: [],
    validities: [],
    outputs,
    now: new BigInt64Array(1),
    bases: [],
    ordinal: 0,
    selected: new Int32Array(0),
    count: 0,
  };
}

const NO_FAILURES: readonly RowFailure[] = [];

/** Runs a loop over a batch; `interpretRow` does the rows it leaves. */
function runLoop(
  loop: Loop,
  state: LoopState,
  input: ColumnBatch,
  context: BatchContext,
  interpretRow: (row: number) => void,
): readonly RowFailure[] {
  loop.bind(state, input, context);
  const count = selectedCount(input);
  let failures: RowFailure[] | undefined;
  let next = loop.run(state, input.selection, 0, count);
  while (next < count) {
    const row = input.selection === null ? next : input.selection[next]!;
    try {
      interpretRow(row);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      (failures ??= []).push({ row, error });
    }
    next = loop.run(state, input.selection, next + 1, count);
  }
  return failures ?? NO_FAILURES;
}

function writeOutput(code: LoopCode, expression: Expression, n: number): void {
  const value = code.emit(expression);
  const output = code.addOutput(expression.type);
  const present: string[] = [];
  if (output === 'bytes') {
    if (value.slice !== null) {
      const { heap, start, length } = value.slice;
      present.push(`w${n}.putSlice(i, ${heap}, ${start}, ${length});`);
    } else {
      const method = expression.type.kind === 'varbinary' ? 'putBytes' : 'putText';
      present.push(`w${n}.${method}(i, ${value.code ?? "''"});`);
    }
  } else if (output === 'i128') {
    const word = code.constant('v', value.code ?? '0n');
    present.push(`o${n}[2 * i] = ${word}; o${n}[2 * i + 1] = ${word} >> 63n;`);
  } else {
    present.push(`o${n}[i] = ${output === 'u8' ? `${value.code ?? 'false'} ? 1 : 0` : (value.code ?? '0')};`);
  }
  if (value.isNull === null) {
    code.line(present.join(' '));
    return;
  }
  code.line(`if (${value.isNull}) { w${n}.setNull(i); } else { ${present.join(' ')} }`);
}

/** The selection without failed rows; both are in ascending order. */
function withoutFailed(input: ColumnBatch, failures: readonly RowFailure[], pool: Int32Array): Int32Array {
  const count = selectedCount(input);
  let kept = 0;
  let failed = 0;
  for (let index = 0; index < count; index += 1) {
    const row = input.selection === null ? index : input.selection[index]!;
    if (failures[failed]?.row === row) failed += 1;
    else pool[kept++] = row;
  }
  return pool.subarray(0, kept);
}

/** One column per expression. Plain columns are handed on without a copy. */
export function compileProjection(expressions: readonly Expression[], inputSchema: Schema): ProjectionKernel {
  const computed = expressions.filter((expression) => expression.kind !== 'column');
  const outputs = computed.map((expression) => new OutputColumn(expression.type));
  const state = createState(outputs);
  const interpreter = new RowInterpreter();
  const family = new LoopFamily(computed, (code) => {
    computed.forEach((expression, n) => {
      writeOutput(code, expression, n);
    });
  });
  let selectionPool = new Int32Array(0);
  const interpretRow = (row: number): void => {
    const values: Value[] = computed.map((expression) => interpreter.evaluateAt(expression, row));
    for (const [n, value] of values.entries()) outputs[n]!.put(row, value);
  };
  return (input, context) => {
    checkSchema(input, inputSchema);
    let failures = NO_FAILURES;
    if (computed.length > 0) {
      for (const output of outputs) output.begin(input.rowCount);
      interpreter.enter(input, context);
      failures = runLoop(family.for(input), state, input, context, interpretRow);
    }
    let n = 0;
    const columns = expressions.map((expression): Column => {
      if (expression.kind === 'column') return input.columns[expression.index]!;
      n += 1;
      return outputs[n - 1]!.finish();
    });
    if (failures.length === 0) return { columns, selection: input.selection, failures };
    if (selectionPool.length < input.rowCount) selectionPool = new Int32Array(input.rowCount);
    return { columns, selection: withoutFailed(input, failures, selectionPool), failures };
  };
}

/** The selected rows for which the expression is TRUE. */
export function compilePredicate(expression: Expression, inputSchema: Schema): PredicateKernel {
  const state = createState([]);
  const interpreter = new RowInterpreter();
  const family = new LoopFamily([expression], (code) => {
    const value = code.emit(expression);
    const test = value.code ?? 'false';
    // Written in any case and counted if it is true: no branch that the processor could guess wrong.
    code.line(
      `selected[count] = i; count += (${value.isNull === null ? test : `!(${value.isNull}) && ${test}`}) ? 1 : 0;`,
    );
  });
  const interpretRow = (row: number): void => {
    if (interpreter.evaluateAt(expression, row) !== true) return;
    state.selected[state.count] = row;
    state.count += 1;
  };
  return (input, context) => {
    checkSchema(input, inputSchema);
    if (state.selected.length < input.rowCount) state.selected = new Int32Array(Math.max(1024, input.rowCount));
    interpreter.enter(input, context);
    const failures = runLoop(family.for(input), state, input, context, interpretRow);
    return { selection: state.selected.subarray(0, state.count), failures };
  };
}
