/** From accumulators to values: one loop per output column over the entries that are emitted. */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { SqlType } from '../../plan/types.js';
import { RecordError } from '../../plan/values.js';
import { writeI128 } from '../columns/i128.js';
import type { AggregateTable } from './aggregate-table.js';
import type { Accumulator, KeyPart } from './layout.js';
import type { OutputColumn } from './output-columns.js';

/** Three views of entries: a table's own, or those from before the micro-batch. */
export interface Entries {
  readonly i32: Int32Array;
  readonly i64: BigInt64Array;
  readonly f64: Float64Array;
}

/** `count` entries (by number within `from`) that go to `positions` of the output. */
export interface Emission {
  readonly table: AggregateTable;
  readonly from: Entries;
  readonly entries: Int32Array;
  readonly positions: Int32Array;
  readonly count: number;
}

export function writeKey(key: KeyPart, emission: Emission, out: OutputColumn): void {
  const { table, from, entries, positions, count } = emission;
  const { strideWords, nullMaskWord } = table.programs.layout;
  const bit = key.nullable ? 1 << table.programs.layout.keys.indexOf(key) : 0;
  const interner = key.interner >= 0 ? table.interners[key.interner]! : null;
  if (bit === 0 && key.physical === 'i64') {
    copyWords(emission, strideWords, key.word, out.i64);
    return;
  }
  for (let i = 0; i < count; i += 1) {
    const base = entries[i]! * strideWords;
    const to = positions[i]!;
    if (bit !== 0 && (from.i32[2 * (base + nullMaskWord)]! & bit) !== 0) {
      out.setNull(to);
      continue;
    }
    writeWords(key.physical, from, base + key.word, interner, to, out);
  }
}

/** The most frequent columns as a loop without a choice per row. */
function copyWords(emission: Emission, strideWords: number, word: number, out: BigInt64Array): void {
  const { entries, positions, count } = emission;
  const { i64 } = emission.from;
  for (let i = 0; i < count; i += 1) out[positions[i]!] = i64[entries[i]! * strideWords + word]!;
}

function writeWords(
  physical: KeyPart['physical'],
  from: Entries,
  word: number,
  interner: AggregateTable['interners'][number] | null,
  to: number,
  out: OutputColumn,
): void {
  switch (physical) {
    case 'u8':
      out.u8[to] = from.i32[2 * word]!;
      return;
    case 'i32':
      out.i32[to] = from.i32[2 * word]!;
      return;
    case 'i64':
      out.i64[to] = from.i64[word]!;
      return;
    case 'f64':
      out.f64[to] = from.f64[word]!;
      return;
    case 'i128':
      out.i64[2 * to] = from.i64[word]!;
      out.i64[2 * to + 1] = from.i64[word + 1]!;
      return;
    case 'bytes': {
      invariant(interner !== null, 'text without an interner');
      const id = from.i32[2 * word]!;
      const start = interner.ends[id]!;
      out.setBytes(to, interner.heap, start, interner.ends[id + 1]! - start);
    }
  }
}

export function writeAccumulator(accumulator: Accumulator, index: number, emission: Emission, out: OutputColumn): void {
  const { table, from, entries, positions, count } = emission;
  const stride = table.programs.layout.strideWords;
  const { nonNullWord } = accumulator;
  const physical = accumulator.argument?.physical ?? 'i64';
  if (accumulator.kind === 'count') {
    copyWords(emission, stride, accumulator.word, out.i64);
    return;
  }
  for (let i = 0; i < count; i += 1) {
    const base = entries[i]! * stride;
    const word = base + accumulator.word;
    const to = positions[i]!;
    if (nonNullWord >= 0 && from.i32[2 * (base + nonNullWord)] === 0 && from.i32[2 * (base + nonNullWord) + 1] === 0) {
      out.setNull(to);
      continue;
    }
    switch (accumulator.kind) {
      case 'sum_int':
        writeIntegerSum(accumulator, from, base, to, out);
        break;
      case 'sum_i128':
        writeWideSum(accumulator, from, base, to, out);
        break;
      case 'sum_double':
      case 'sum_exact':
        out.f64[to] =
          accumulator.call.function === 'avg'
            ? from.f64[word]! / Number(from.i64[base + nonNullWord]!)
            : from.f64[word]!;
        break;
      case 'extreme':
        if (physical === 'bytes') {
          out.setBytes(to, table.heaps[index]!.heap, from.i32[2 * word]!, from.i32[2 * word + 1]!);
        } else writeWords(physical, from, word, null, to, out);
        break;
      case 'multiset_extreme':
        if (from.i32[2 * (word + (physical === 'i128' ? 2 : 1))] === 0) out.setNull(to);
        else writeWords(physical, from, word, table.multisets[accumulator.multiset]!.interners[0] ?? null, to, out);
        break;
    }
  }
}

function writeIntegerSum(accumulator: Accumulator, from: Entries, base: number, to: number, out: OutputColumn): void {
  const word = base + accumulator.word;
  const wraps = from.i32[2 * word + 2]!;
  if (accumulator.call.function === 'sum' && out.kind === 'i64' && wraps === 0 && out.type.kind !== 'decimal') {
    out.i64[to] = from.i64[word]!;
    return;
  }
  const total = from.i64[word]! + BigInt(wraps) * 2n ** 64n;
  writeTotal(accumulator, total, from, base, to, out);
}

function writeWideSum(accumulator: Accumulator, from: Entries, base: number, to: number, out: OutputColumn): void {
  const word = base + accumulator.word;
  const low = (from.i64[word + 1]! << 64n) | BigInt.asUintN(64, from.i64[word]!);
  writeTotal(accumulator, low + BigInt(from.i32[2 * word + 4]!) * 2n ** 128n, from, base, to, out);
}

/** SUM or AVG from the exact total in units of the argument's scale. */
function writeTotal(
  accumulator: Accumulator,
  total: bigint,
  from: Entries,
  base: number,
  to: number,
  out: OutputColumn,
): void {
  const scale = scaleOf(accumulator.argumentType);
  const average = accumulator.call.function === 'avg';
  const count = average ? from.i64[base + accumulator.nonNullWord]! : 1n;
  if (out.kind === 'f64') {
    out.f64[to] = Number(total) / Number(count) / 10 ** scale;
    return;
  }
  const target = scaleOf(out.type);
  const up = target >= scale ? 10n ** BigInt(target - scale) : 1n;
  const down = target >= scale ? 1n : 10n ** BigInt(scale - target);
  writeInteger(divideRounded(total * up, count * down), out, to);
}

function scaleOf(type: SqlType | null): number {
  return type?.kind === 'decimal' ? type.scale : 0;
}

/** Rounded half away from zero, as PostgreSQL rounds NUMERIC. */
function divideRounded(value: bigint, by: bigint): bigint {
  if (by === 1n) return value;
  const quotient = value / by;
  const rest = value % by;
  const magnitude = rest < 0n ? -rest : rest;
  return 2n * magnitude >= by ? quotient + (value < 0n ? -1n : 1n) : quotient;
}

function writeInteger(value: bigint, out: OutputColumn, to: number): void {
  const limit = limitOf(out.type);
  if (value > limit || value < (out.type.kind === 'decimal' ? -limit : -limit - 1n)) {
    throw new RecordError('overflow', `a result of ${value} is out of the range of its type`);
  }
  switch (out.kind) {
    case 'i32':
      out.i32[to] = Number(value);
      return;
    case 'i64':
      out.i64[to] = value;
      return;
    case 'i128':
      writeI128(out.i64, to, value);
      return;
    case 'u8':
    case 'f64':
    case 'bytes':
      throw new InternalError(`a sum in a column of kind ${out.kind}`);
  }
}

function limitOf(type: SqlType): bigint {
  if (type.kind === 'decimal') return 10n ** BigInt(type.precision) - 1n;
  return type.kind === 'int' || type.kind === 'date' ? 2n ** 31n - 1n : 2n ** 63n - 1n;
}
