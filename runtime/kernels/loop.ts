/**
 * Makes and runs generated loops. A loop goes over the selected rows and stops at a row it does not take (an error of
 * the record, or a case too rare to have code for); the caller interprets that row and lets the loop go on behind it.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { Schema } from '../../plan/types.js';
import { RecordError } from '../../plan/values.js';
import type { ColumnBatch } from '../columns/batch.js';
import type { BatchContext } from '../operators/operator.js';
import { randomBase } from './batch-values.js';
import { LoopCode } from './loop-code.js';
import { emit } from './loop-expression.js';
import { loopHelpers } from './loop-helpers.js';
import type { OutputColumn } from './output-column.js';

/** What a loop reads and writes beside its constants. `count` lives across the calls for one batch. */
export interface LoopState {
  readonly columns: unknown[];
  readonly validities: Uint8Array[];
  readonly outputs: readonly OutputColumn[];
  readonly now: BigInt64Array;
  readonly bases: bigint[];
  ordinal: number;
  /** Rows a predicate selected so far. */
  selected: Int32Array;
  count: number;
}

/** Works on selected rows `from … to - 1` and returns the first it did not take, or `to`. */
type LoopFunction = (state: LoopState, selection: Int32Array | null, from: number, to: number) => number;

export class Loop {
  readonly #run: LoopFunction;
  readonly #code: LoopCode;
  /** Index of the input column of each column the loop reads. */
  readonly #inputs: readonly number[];
  #ones = new Uint8Array(0);

  /** `write` puts the statements for one row into the code. */
  constructor(options: { readonly nulls: boolean; readonly selection: boolean }, write: (code: LoopCode) => void) {
    const code = new LoopCode(options.nulls, emit);
    write(code);
    this.#code = code;
    this.#inputs = [...code.columns.keys()];
    this.#run = makeLoop(code, options.selection);
  }

  /** Prepares the state for a batch. */
  bind(state: LoopState, input: ColumnBatch, context: BatchContext): void {
    state.now[0] = context.now_us;
    state.ordinal = input.ordinal_base;
    state.count = 0;
    for (const [n, site] of this.#code.sites.entries()) state.bases[n] = randomBase(context.seed, site);
    for (const [n, index] of this.#inputs.entries()) {
      const column = input.columns[index];
      if (column === undefined || column.kind !== this.#code.columnKinds[n]) {
        throw new InternalError(`column ${index} is ${column?.kind ?? 'missing'} and not what the schema says`);
      }
      state.columns[n] = column.kind === 'bytes' ? column : column.values;
      if (this.#code.nulls) state.validities[n] = column.valid ?? this.#allValid(input.rowCount);
    }
  }

  run(state: LoopState, selection: Int32Array | null, from: number, to: number): number {
    return this.#run(state, selection, from, to);
  }

  #allValid(rows: number): Uint8Array {
    if (this.#ones.length < rows) this.#ones = new Uint8Array(Math.max(rows, 1024)).fill(1);
    return this.#ones;
  }
}

function makeLoop(code: LoopCode, hasSelection: boolean): LoopFunction {
  const prelude: string[] = [];
  code.columnKinds.forEach((kind, n) => {
    prelude.push(
      kind === 'bytes'
        ? `const h${n} = X.columns[${n}].heap, p${n} = X.columns[${n}].starts, l${n} = X.columns[${n}].lengths;`
        : `const c${n} = X.columns[${n}];`,
    );
    if (code.nulls) prelude.push(`const m${n} = X.validities[${n}];`);
  });
  const objects = code.objects.map((_, n) => `g${n} = G[${n}]`);
  const rows = [
    'loop: for (; s < to; s++) {',
    hasSelection ? 'const i = selection[s];' : 'const i = s;',
    code.body,
    '}',
  ];
  const guarded = code.throws
    ? ['try {', ...rows, '} catch (error) { if (!(error instanceof RecordError)) throw error; }']
    : rows;
  const source = [
    '"use strict";',
    objects.length === 0 ? '' : `const ${objects.join(', ')};`,
    'return function (X, selection, from, to) {',
    ...prelude,
    'const outputs = X.outputs, NOW = X.now, BASES = X.bases, ORDINAL = X.ordinal, selected = X.selected;',
    'let count = X.count, s = from;',
    ...outputPrelude(code),
    ...guarded,
    'X.count = count;',
    'return s;',
    '};',
  ].join('\n');
  const scratch = new BigInt64Array(1);
  // Text made by LoopCode only; everything that came from a query is in the arrays behind it.
  const make = new Function('K', 'I', 'D', 'G', 'LITERALS', 'T', 'S64', 'S32', 'H', 'RecordError', source) as (
    ...constants: readonly unknown[]
  ) => LoopFunction;
  return make(
    BigInt64Array.from(code.longs),
    Int32Array.from(code.ints),
    Float64Array.from(code.doubles),
    code.objects,
    Uint8Array.from(code.literalBytes),
    new BigInt64Array(code.slotCount),
    scratch,
    new Int32Array(scratch.buffer),
    loopHelpers,
    RecordError,
  );
}

/** Locals for the output columns a projection writes. */
function outputPrelude(code: LoopCode): readonly string[] {
  return code.outputs.map((kind, n) =>
    kind === 'bytes' ? `const w${n} = outputs[${n}];` : `const w${n} = outputs[${n}], o${n} = w${n}.values;`,
  );
}

/**
 * Kernels are cached per schema by their operator; a schema is needed to check that columns are what they were compiled
 * for.
 */
export function checkSchema(input: ColumnBatch, schema: Schema): void {
  if (input.columns.length !== schema.length) {
    throw new InternalError(`a batch of ${input.columns.length} columns where ${schema.length} were compiled for`);
  }
}
