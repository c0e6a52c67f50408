/**
 * Writes single values into row buffers, exactly and slowly: what the exact JSON parser and CSV share. Throws
 * RecordError; a row that failed may be half written, because the next row overwrites all of it.
 */
import { isUtf8 } from 'node:buffer';
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { SourceColumn } from '../../plan/plan.js';
import { typeToText, type SqlType } from '../../plan/types.js';
import { RecordError, type RecordErrorCode } from '../../plan/values.js';
import type { Arena } from './arena.js';
import { decodeBase64 } from './base64.js';
import { FastCells } from './fast-cells.js';
import type { ColumnViews, RowBuffers } from './row-buffers.js';
import { parseDecimal, parseDouble, parseInteger } from './text-number.js';
import { parseDate, parseInterval, parseTime, parseTimestamp } from './text-time.js';
import { isUtf8Range } from './utf8.js';

const INT_MAX = 2n ** 31n;
const BIGINT_MAX = 2n ** 63n;
const DAY_US = 86_400_000_000n;
/** DATE is from year 1 to year 9999. */
const DAYS_MIN = -719_162n;
const DAYS_MAX = 2_932_896n;
/** As many texts of a piece are checked one by one before all of it is checked at once. */
const TEXTS_CHECKED_SINGLY = 32;
/** How much of a value a message may show. */
const SHOWN_MAX = 40;

/** The types that are spelt as a string in JSON and as plain text in CSV. */
export type SpeltType = Extract<
  SqlType,
  { kind: 'date' | 'time' | 'timestamp' | 'timestamptz' | 'interval' | 'varbinary' | 'varchar' | 'json' }
>;
export type NumericType = Extract<SqlType, { kind: 'int' | 'bigint' | 'double' | 'decimal' }>;

/** What numbers of time count; below `max` they stay within 64 bits as microseconds. */
export interface TimeUnit {
  readonly unit_us: bigint;
  readonly max: bigint;
}

export const MILLISECONDS: TimeUnit = { unit_us: 1000n, max: BIGINT_MAX / 1000n };
export const MICROSECONDS: TimeUnit = { unit_us: 1n, max: BIGINT_MAX };

export class Cells {
  readonly #arena: Arena;
  readonly #buffers: RowBuffers;
  readonly #columns: readonly SourceColumn[];

  /** The shortcut for usual spellings; null for the reference of the tests, which takes none. */
  readonly #fast: FastCells | null;
  #pieceStart = 0;
  #pieceEnd = 0;
  #pieceIsUtf8: boolean | null = null;
  #texts = 0;

  constructor(arena: Arena, buffers: RowBuffers, columns: readonly SourceColumn[], shortcuts: boolean) {
    this.#fast = shortcuts ? new FastCells(arena, buffers) : null;
    this.#arena = arena;
    this.#buffers = buffers;
    this.#columns = columns;
  }

  /**
   * The values to come stand at `[start, end)` of the arena, and begin and end with whole characters if that is UTF-8.
   */
  beginPiece(start: number, end: number): void {
    this.#pieceStart = start;
    this.#pieceEnd = end;
    this.#pieceIsUtf8 = null;
    this.#texts = 0;
  }

  /** Whether all of the piece is valid UTF-8: so is then every value, which is cut out at ASCII characters. */
  get pieceIsUtf8(): boolean {
    this.#pieceIsUtf8 ??= isUtf8(this.#arena.bytes.subarray(this.#pieceStart, this.#pieceEnd));
    return this.#pieceIsUtf8;
  }

  /** Escapes and doubled quotes are undone to whole characters, so that the piece answers for decoded values too. */
  #isUtf8(start: number, end: number): boolean {
    if (this.#fast !== null && ++this.#texts > TEXTS_CHECKED_SINGLY && this.pieceIsUtf8) return true;
    return isUtf8Range(this.#arena.bytes, start, end);
  }

  #view(index: number): ColumnViews {
    const view = this.#buffers.views[index];
    if (view === undefined) throw new InternalError(`no column ${String(index)}`);
    return view;
  }

  #present(index: number, row: number): ColumnViews {
    const view = this.#view(index);
    if (view.valid.length > 0) view.valid[row] = 1;
    return view;
  }

  fail(index: number, code: RecordErrorCode, what: string): RecordError {
    return new RecordError(code, `column ${this.#columns[index]?.field.name ?? ''}: ${what}`);
  }

  wrongType(index: number, type: SqlType, found: string): RecordError {
    return this.fail(index, 'wrong_type', `expected ${typeToText(type)}, found ${found}`);
  }

  null(index: number, row: number): void {
    const view = this.#view(index);
    if (view.valid.length === 0) throw this.fail(index, 'missing_value', 'expected a value (NOT NULL), found none');
    view.valid[row] = 0;
  }

  boolean(index: number, row: number, value: boolean): void {
    this.#present(index, row).u8[row] = value ? 1 : 0;
  }

  /** The number that stands at `start … end`. */
  number(index: number, row: number, type: NumericType, start: number, end: number): void {
    if (this.#fast?.write(index, row, type, start, end) === true) return;
    const text = this.#latin1(start, end);
    switch (type.kind) {
      case 'int':
      case 'bigint': {
        const limit = type.kind === 'int' ? INT_MAX : BIGINT_MAX;
        const value = this.#within(index, type, text, () => parseInteger(text));
        if (value < -limit || value >= limit) throw this.#outOfRange(index, type, text);
        const view = this.#present(index, row);
        if (type.kind === 'int') view.i32[row] = Number(value);
        else view.i64[row] = value;
        return;
      }
      case 'double': {
        const value = this.#within(index, type, text, () => parseDouble(text));
        if (!Number.isFinite(value)) throw this.#outOfRange(index, type, text);
        this.#present(index, row).f64[row] = value;
        return;
      }
      case 'decimal': {
        const value = this.#within(index, type, text, () => parseDecimal(text, type.precision, type.scale));
        const view = this.#present(index, row);
        if (this.#buffers.spaces[index]?.kind === 'i64') {
          view.i64[row] = value;
        } else {
          view.i64[2 * row] = BigInt.asIntN(64, value);
          view.i64[2 * row + 1] = value >> 64n;
        }
      }
    }
  }

  double(index: number, row: number, value: number): void {
    this.#present(index, row).f64[row] = value;
  }

  /** An integer of epoch milliseconds for TIMESTAMP and TIMESTAMPTZ. */
  epochMilliseconds(index: number, row: number, type: SqlType, start: number, end: number): void {
    this.microseconds(index, row, type, start, end, MILLISECONDS);
  }

  /**
   * An integer that counts from 1970 or midnight in units of `unit_us`; for TIME within the day, for others within 64
   * bits.
   */
  microseconds(index: number, row: number, type: SqlType, start: number, end: number, unit: TimeUnit): void {
    const text = this.#latin1(start, end);
    const value = this.#within(index, type, text, () => parseInteger(text));
    const isWithin =
      type.kind === 'time' ? value >= 0n && value * unit.unit_us < DAY_US : value > -unit.max && value < unit.max;
    if (!isWithin) throw this.#outOfRange(index, type, text);
    this.#present(index, row).i64[row] = value * unit.unit_us;
  }

  /** An integer of days since 1970 for DATE. */
  epochDays(index: number, row: number, type: SqlType, start: number, end: number): void {
    const text = this.#latin1(start, end);
    const value = this.#within(index, type, text, () => parseInteger(text));
    if (value < DAYS_MIN || value > DAYS_MAX) throw this.#outOfRange(index, type, text);
    this.#present(index, row).i32[row] = Number(value);
  }

  /** The text at `start … end`, for the types that are spelt as text. */
  text(index: number, row: number, type: SpeltType, start: number, end: number): void {
    switch (type.kind) {
      case 'varchar':
      case 'json':
        if (!this.#isUtf8(start, end)) {
          throw this.fail(index, 'invalid_utf8', 'expected valid UTF-8, found other bytes');
        }
        this.slice(index, row, start, end - start);
        return;
      case 'varbinary': {
        const address = this.#arena.sideSpace(end - start);
        this.#buffers.refresh();
        const size = decodeBase64(this.#arena.bytes, start, end, this.#arena.bytes, address);
        if (size < 0) throw this.wrongType(index, type, `${this.#shown(this.#latin1(start, end))}, which is no base64`);
        this.slice(index, row, address, size);
        return;
      }
      case 'date': {
        if (this.#fast?.write(index, row, type, start, end) === true) return;
        const text = this.#latin1(start, end);
        const value = this.#within(index, type, text, () => parseDate(text));
        this.#present(index, row).i32[row] = value;
        return;
      }
      case 'time':
      case 'timestamp':
      case 'timestamptz':
      case 'interval': {
        if (this.#fast?.write(index, row, type, start, end) === true) return;
        const text = this.#latin1(start, end);
        const value = this.#within(index, type, text, () => parseMicroseconds(type, text));
        this.#present(index, row).i64[row] = value;
      }
    }
  }

  /** Any bytes of the arena. */
  slice(index: number, row: number, start: number, length: number): void {
    const view = this.#present(index, row);
    view.i32[row] = start;
    view.lengths[row] = length;
  }

  /** Calls `read`, and says which column and text it was if that gives nothing or fails. */
  #within<T>(index: number, type: SqlType, text: string, read: () => T | undefined): T {
    let value: T | undefined;
    try {
      value = read();
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      throw this.fail(index, error.code, `${error.message} for ${typeToText(type)}, found ${this.#shown(text)}`);
    }
    if (value === undefined) {
      // The commonest mistake with times: only the other type has a place for the offset.
      const offset = type.kind === 'timestamp' && parseTimestamp(text, true) !== undefined;
      throw this.wrongType(index, type, `${this.#shown(text)}${offset ? ', whose offset only TIMESTAMPTZ takes' : ''}`);
    }
    return value;
  }

  #outOfRange(index: number, type: SqlType, text: string): RecordError {
    return this.fail(
      index,
      'out_of_range',
      `expected a number in the range of ${typeToText(type)}, found ${this.#shown(text)}`,
    );
  }

  #shown(text: string): string {
    const plain = text.slice(0, SHOWN_MAX).replace(/[^\x20-\x7e]/gu, '?');
    return text.length > SHOWN_MAX ? `'${plain.slice(0, SHOWN_MAX - 1)}…'` : `'${plain}'`;
  }

  #latin1(start: number, end: number): string {
    const bytes = this.#arena.bytes;
    // Bytes beyond ASCII stand in no number, date or time: what they become doesn't matter.
    if (end - start > 64) return new TextDecoder('latin1').decode(bytes.subarray(start, end));
    let text = '';
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] ?? 0);
    return text;
  }
}

function parseMicroseconds(
  type: Extract<SpeltType, { kind: 'time' | 'timestamp' | 'timestamptz' | 'interval' }>,
  text: string,
): bigint | undefined {
  switch (type.kind) {
    case 'time':
      return parseTime(text);
    case 'timestamp':
      return parseTimestamp(text, false);
    case 'timestamptz':
      return parseTimestamp(text, true);
    case 'interval':
      return parseInterval(text, type.unit);
  }
}
