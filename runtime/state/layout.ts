/**
 * How one group of an aggregation lies in memory: an entry of 8-byte words, one entry after another in order of first
 * appearance. `[key words … | null mask | weight | accumulators …]`; the mask is there if a key can be NULL, the weight
 * (number of rows) if rows can be retracted.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { AggregateCall } from '../../plan/plan.js';
import type { Schema, SqlType } from '../../plan/types.js';
import { physicalKind, type PhysicalKind } from '../columns/column.js';

export interface KeyPart {
  /** Column of the input. */
  readonly column: number;
  readonly physical: PhysicalKind;
  readonly nullable: boolean;
  /** First word within the entry. Text stands as the id of the table's interner number `interner`. */
  readonly word: number;
  readonly interner: number;
}

/**
 * `sum_int`: i64 that wraps, and how often it did, so that the sum is exact. `sum_i128`: the same with 128 bits.
 * `sum_double`: plain, in row order. `sum_exact`: can be retracted from without a trace. `extreme`: the best so far.
 * `multiset_extreme`: the best of a multiset of values.
 */
export type AccumulatorKind =
  'count' | 'sum_int' | 'sum_i128' | 'sum_double' | 'sum_exact' | 'extreme' | 'multiset_extreme';

export interface Accumulator {
  readonly kind: AccumulatorKind;
  readonly call: AggregateCall;
  readonly argument: { readonly column: number; readonly physical: PhysicalKind; readonly nullable: boolean } | null;
  readonly argumentType: SqlType | null;
  readonly filter: { readonly column: number; readonly nullable: boolean } | null;
  /** +1: the largest wins; -1: the smallest. */
  readonly sign: 1 | -1;
  /** First word within the entry. */
  readonly word: number;
  /** Word that counts the values that were not NULL; -1 where there must be one. */
  readonly nonNullWord: number;
  /** Index of the multiset that feeds it; -1 = rows do. */
  readonly multiset: number;
}

export interface MultisetLayout {
  readonly accumulator: number;
  readonly argument: { readonly column: number; readonly physical: PhysicalKind; readonly nullable: boolean };
  readonly filter: { readonly column: number; readonly nullable: boolean } | null;
  /** Kept in order: the largest (+1) or smallest (-1) value on top; 0 = not. */
  readonly order: 1 | -1 | 0;
  readonly keyWords: number;
  readonly strideWords: number;
}

export interface TableLayout {
  readonly keys: readonly KeyPart[];
  /** Words that tell groups apart: the keys and the mask. */
  readonly keyWords: number;
  readonly nullMaskWord: number;
  readonly weightWord: number;
  readonly strideWords: number;
  readonly accumulators: readonly Accumulator[];
  readonly multisets: readonly MultisetLayout[];
  /** What a new group's words are, if not all zero. */
  readonly template: Int32Array | null;
  readonly internerCount: number;
}

export interface LayoutRequest {
  readonly schema: Schema;
  readonly keyColumns: readonly number[];
  readonly aggregates: readonly AggregateCall[];
  readonly weighted: boolean;
  /** A group may exist without any row. */
  readonly global: boolean;
}

export function tableLayout(request: LayoutRequest): TableLayout {
  const { schema, keyColumns, aggregates, weighted } = request;
  const keys: KeyPart[] = [];
  let word = 0;
  let internerCount = 0;
  for (const column of keyColumns) {
    const field = schema[column];
    invariant(field !== undefined, `group column ${column} is not in the input`);
    const physical = physicalKind(field.type);
    keys.push({
      column,
      physical,
      nullable: field.nullable,
      word,
      interner: physical === 'bytes' ? internerCount++ : -1,
    });
    word += physical === 'i128' ? 2 : 1;
  }
  invariant(keys.length <= 32, 'an aggregate has more than 32 group columns');
  const nullMaskWord = keys.some((key) => key.nullable) ? word++ : -1;
  const keyWords = word;
  const weightWord = weighted ? word++ : -1;
  const multisets: MultisetLayout[] = [];
  const accumulators = aggregates.map((call, index): Accumulator => {
    const accumulator = accumulatorOf(request, call, word, index, multisets);
    word = (accumulator.nonNullWord >= 0 ? accumulator.nonNullWord : accumulator.word - 1) + 1;
    if (accumulator.nonNullWord < 0) word += wordsOf(accumulator);
    return accumulator;
  });
  const strideWords = Math.max(1, word);
  return {
    keys,
    keyWords,
    nullMaskWord,
    weightWord,
    strideWords,
    accumulators,
    multisets,
    template: templateOf(accumulators, strideWords),
    internerCount,
  };
}

function accumulatorOf(
  request: LayoutRequest,
  call: AggregateCall,
  word: number,
  index: number,
  multisets: MultisetLayout[],
): Accumulator {
  const { schema, weighted, global } = request;
  const field = call.argument === null ? null : schema[call.argument];
  const filterField = call.filter === null ? null : schema[call.filter];
  invariant(field !== undefined && filterField !== undefined, 'an aggregate refers to a column that is not there');
  const argument =
    field === null || call.argument === null
      ? null
      : { column: call.argument, physical: physicalKind(field.type), nullable: field.nullable };
  const filter =
    filterField === null || call.filter === null ? null : { column: call.filter, nullable: filterField.nullable };
  const kind = accumulatorKind(call, argument?.physical ?? null, weighted);
  const distinct = call.distinct && argument !== null && kind !== 'extreme' && kind !== 'multiset_extreme';
  let multiset = -1;
  if (argument !== null && (distinct || kind === 'multiset_extreme')) {
    multiset = multisets.length;
    multisets.push(multisetLayout(argument, filter, index, distinct ? 0 : call.function === 'max' ? 1 : -1));
  }
  const canBeEmpty = kind !== 'count' && (argument?.nullable === true || filter !== null || global);
  const needsCount = call.function === 'avg' || (canBeEmpty && kind !== 'multiset_extreme');
  const partial = { kind, argument };
  return {
    kind,
    call,
    argument,
    argumentType: field?.type ?? null,
    filter,
    sign: call.function === 'min' ? -1 : 1,
    word,
    nonNullWord: needsCount ? word + wordsOf(partial) : -1,
    multiset,
  };
}

function accumulatorKind(call: AggregateCall, physical: PhysicalKind | null, weighted: boolean): AccumulatorKind {
  switch (call.function) {
    case 'count':
      return 'count';
    case 'min':
    case 'max':
      return weighted ? 'multiset_extreme' : 'extreme';
    case 'sum':
    case 'avg':
      invariant(physical !== null && physical !== 'bytes', `${call.function} of something that is not a number`);
      if (physical === 'f64') return weighted ? 'sum_exact' : 'sum_double';
      return physical === 'i128' ? 'sum_i128' : 'sum_int';
  }
}

function wordsOf(accumulator: Pick<Accumulator, 'kind' | 'argument'>): number {
  const wide = accumulator.argument?.physical === 'i128';
  switch (accumulator.kind) {
    case 'count':
    case 'sum_double':
      return 1;
    case 'sum_int':
      return 2;
    case 'sum_i128':
      return 3;
    case 'sum_exact':
      return 4;
    case 'extreme':
      return wide ? 2 : 1;
    case 'multiset_extreme':
      return wide ? 3 : 2;
  }
}

/**
 * An entry: group, value (one or two words), count (f64), and for an ordered one the heap's links and whether it is in
 * it.
 */
function multisetLayout(
  argument: MultisetLayout['argument'],
  filter: MultisetLayout['filter'],
  accumulator: number,
  order: 1 | -1 | 0,
): MultisetLayout {
  const keyWords = argument.physical === 'i128' ? 3 : 2;
  return { accumulator, argument, filter, order, keyWords, strideWords: keyWords + 1 + (order === 0 ? 0 : 2) };
}

/** Extremes begin with the value that every other one beats, so that the loops need no first-time test. */
function templateOf(accumulators: readonly Accumulator[], strideWords: number): Int32Array | null {
  const words = new BigInt64Array(strideWords);
  const doubles = new Float64Array(words.buffer);
  let used = false;
  for (const accumulator of accumulators) {
    if (accumulator.kind !== 'extreme') continue;
    used = true;
    const { word, sign } = accumulator;
    switch (accumulator.argument?.physical) {
      case 'f64':
        doubles[word] = sign > 0 ? -Infinity : NaN;
        break;
      case 'i128':
        words[word] = sign > 0 ? 0n : -1n;
        words[word + 1] = sign > 0 ? -(2n ** 63n) : 2n ** 63n - 1n;
        break;
      case 'bytes':
        new Int32Array(words.buffer)[2 * word] = -1;
        break;
      case 'u8':
      case 'i32':
      case 'i64':
        words[word] = sign > 0 ? -(2n ** 63n) : 2n ** 63n - 1n;
        break;
      case undefined:
        invariant(false, 'MIN and MAX have an argument');
    }
  }
  return used ? new Int32Array(words.buffer) : null;
}
