/**
 * Values of columns as text in a byte buffer, per type, without quotes. One spelling per value, that of
 * plan/literals.ts, so that a replayed batch has the same bytes.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import { dateFromDays } from '../../plan/calendar.js';
import { decimalToText, doubleToText } from '../../plan/literals.js';
import type { SqlType, TypeKind } from '../../plan/types.js';
import type { Column, ColumnOf, PhysicalKind } from '../columns/column.js';
import { readI128 } from '../columns/i128.js';
import type { EncodeBuffer } from './encode-buffer.js';

/** Writes the value at `row`, which is not NULL. */
export type ValueWriter = (out: EncodeBuffer, column: Column, row: number, type: SqlType) => void;

const T = 84;
const Z = 90;
const COLON = 58;
const DASH = 45;
const US_PER_DAY = 86_400_000_000;
const BIG_US_PER_DAY = 86_400_000_000n;

function expectColumn<K extends PhysicalKind>(column: Column, kind: K): ColumnOf<K> {
  if (column.kind !== kind) throw new InternalError(`expected a column of ${kind}, found ${column.kind}`);
  // Just checked; TypeScript does not narrow a union by a generic discriminant.
  return column as ColumnOf<K>;
}

// One 64-bit word and its halves: a value moves from typed array to typed array without becoming a BigInt on the heap.
const word = new BigInt64Array(1);
const halves = new Int32Array(word.buffer);
const UPPER = 4_294_967_296;
/** |upper half| below it: the value lies within ±2^53. */
const UPPER_SAFE = 2 ** 21;

/**
 * The value at `row` as a number, or NaN if a number doesn't hold it exactly. Typed arrays are little-endian here, as
 * on every host.
 */
function safeNumber(values: BigInt64Array, row: number): number {
  word[0] = values[row]!;
  const low = halves[0]!;
  const high = halves[1]!;
  if (high === low >> 31) return low;
  return high < UPPER_SAFE && high > -UPPER_SAFE ? high * UPPER + (low >>> 0) : Number.NaN;
}

function writeI64(out: EncodeBuffer, values: BigInt64Array, row: number): void {
  const number = safeNumber(values, row);
  if (number === number) out.integer(number);
  else out.ascii(String(values[row]));
}

export function writeDate(out: EncodeBuffer, days: number): void {
  const { year, month, day } = dateFromDays(days);
  if (year >= 0 && year <= 9999) {
    out.padded(year, 4);
  } else {
    out.ascii(year < 0 ? '-' : '+');
    out.padded(Math.abs(year), Math.max(4, String(Math.abs(year)).length));
  }
  out.byte(DASH);
  out.padded(month, 2);
  out.byte(DASH);
  out.padded(day, 2);
}

/** `time_us` within one day. */
function writeTime(out: EncodeBuffer, time_us: number): void {
  const seconds = Math.floor(time_us / 1_000_000);
  const minutes = Math.floor(seconds / 60);
  out.padded(Math.floor(minutes / 60), 2);
  out.byte(COLON);
  out.padded(minutes % 60, 2);
  out.byte(COLON);
  out.padded(seconds % 60, 2);
  out.fraction(time_us - seconds * 1_000_000);
}

function writeTimestamp(out: EncodeBuffer, values: BigInt64Array, row: number): void {
  const number = safeNumber(values, row);
  let days: number;
  let time_us: number;
  if (number === number) {
    days = Math.floor(number / US_PER_DAY);
    time_us = number - days * US_PER_DAY;
  } else {
    const value = values[row]!;
    const rest = ((value % BIG_US_PER_DAY) + BIG_US_PER_DAY) % BIG_US_PER_DAY;
    days = Number((value - rest) / BIG_US_PER_DAY);
    time_us = Number(rest);
  }
  writeDate(out, days);
  out.byte(T);
  writeTime(out, time_us);
}

function writeBytes(out: EncodeBuffer, column: Column, row: number): void {
  const { heap, starts, lengths } = expectColumn(column, 'bytes');
  const start = starts[row]!;
  out.append(heap, start, start + lengths[row]!);
}

const bigintWriter: ValueWriter = (out, column, row) => {
  writeI64(out, expectColumn(column, 'i64').values, row);
};

/** A new type does not compile until it has a spelling here. VARBINARY is base64 (RFC 4648) in every text format. */
export const VALUE_WRITERS: { readonly [K in TypeKind]: ValueWriter } = {
  boolean: (out, column, row) => {
    out.ascii(expectColumn(column, 'u8').values[row] === 0 ? 'false' : 'true');
  },
  int: (out, column, row) => {
    out.integer(expectColumn(column, 'i32').values[row]!);
  },
  bigint: bigintWriter,
  interval: bigintWriter,
  double: (out, column, row) => {
    const value = expectColumn(column, 'f64').values[row]!;
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) out.integer(value);
    else out.ascii(doubleToText(value));
  },
  decimal: (out, column, row, type) => {
    const scale = type.kind === 'decimal' ? type.scale : 0;
    const unscaled =
      column.kind === 'i64' ? (column.values[row] ?? 0n) : readI128(expectColumn(column, 'i128').values, row);
    out.ascii(decimalToText(unscaled, scale));
  },
  varchar: writeBytes,
  json: writeBytes,
  varbinary: (out, column, row) => {
    const { heap, starts, lengths } = expectColumn(column, 'bytes');
    const start = starts[row]!;
    out.ascii(Buffer.from(heap.buffer, heap.byteOffset + start, lengths[row]).toString('base64'));
  },
  date: (out, column, row) => {
    writeDate(out, expectColumn(column, 'i32').values[row]!);
  },
  time: (out, column, row) => {
    writeTime(out, Number(expectColumn(column, 'i64').values[row]!));
  },
  timestamp: (out, column, row) => {
    writeTimestamp(out, expectColumn(column, 'i64').values, row);
  },
  timestamptz: (out, column, row) => {
    writeTimestamp(out, expectColumn(column, 'i64').values, row);
    out.byte(Z);
  },
};
