/**
 * The usual spellings of values, straight from the bytes: plain numbers of up to 15 digits, and dates and times of the
 * shapes
 * `YYYY-MM-DD` and `HH:MM:SS[.f]`. Everything else, wrong or only unusual, is left to the exact parsers in cells.ts.
 */
import type { SqlType } from '../../plan/types.js';
import { clockMicroseconds, dateDays, POWERS, secondMicroseconds, storeInteger } from '../kernels/scan-twin-helpers.js';
import type { Arena } from './arena.js';
import type { RowBuffers } from './row-buffers.js';

const DIGITS_MAX = 15;

export class FastCells {
  readonly #arena: Arena;
  readonly #buffers: RowBuffers;
  #words = new Int32Array(0);
  #doubles = new Float64Array(0);
  #generation = -1;
  /** Result of `#number`: the digits as an integer, and how many stand behind the point. */
  #value = 0;
  #places = 0;

  constructor(arena: Arena, buffers: RowBuffers) {
    this.#arena = arena;
    this.#buffers = buffers;
  }

  /** Writes the value at `[start, end)`; false if it isn't spelt in the usual way. */
  write(index: number, row: number, type: SqlType, start: number, end: number): boolean {
    if (this.#generation !== this.#arena.generation) {
      this.#generation = this.#arena.generation;
      this.#words = new Int32Array(this.#arena.memory.buffer);
      this.#doubles = new Float64Array(this.#arena.memory.buffer);
    }
    const space = this.#buffers.spaces[index];
    if (space === undefined || !this.#writeValue(space.values, row, type, start, end)) return false;
    if (space.valid !== 0) this.#arena.bytes[space.valid + row] = 1;
    return true;
  }

  #writeValue(values: number, row: number, type: SqlType, start: number, end: number): boolean {
    const words = this.#words;
    const word = (values >> 2) + 2 * row;
    switch (type.kind) {
      case 'int':
        if (!this.#number(start, end) || this.#places > 0 || this.#value !== (this.#value | 0)) return false;
        words[(values >> 2) + row] = this.#value;
        return true;
      case 'bigint':
        if (!this.#number(start, end) || this.#places > 0) return false;
        storeInteger(this.#value, words, word);
        return true;
      case 'double':
        if (!this.#number(start, end)) return false;
        this.#doubles[(values >> 3) + row] = this.#value / (POWERS[this.#places] ?? NaN);
        return true;
      case 'decimal': {
        if (type.precision > 18 || !this.#number(start, end) || this.#places > type.scale) return false;
        const unscaled = this.#value * (POWERS[type.scale - this.#places] ?? NaN);
        if (!(Math.abs(unscaled) < Math.min(POWERS[type.precision] ?? 0, 1e15))) return false;
        storeInteger(unscaled, words, word);
        return true;
      }
      case 'date': {
        const days = end - start === 10 ? dateDays(this.#arena.bytes, start) : NaN;
        if (Number.isNaN(days)) return false;
        words[(values >> 2) + row] = days;
        return true;
      }
      case 'time':
        return this.#time(clockMicroseconds(this.#arena.bytes, start), start + 8, end, word);
      case 'timestamp':
      case 'timestamptz': {
        const zulu = this.#arena.bytes[end - 1] === 0x5a ? 1 : 0;
        if (end - start < 19) return false;
        return this.#time(secondMicroseconds(this.#arena.bytes, start), start + 19, end - zulu, word);
      }
      case 'boolean':
      case 'varchar':
      case 'varbinary':
      case 'json':
      case 'interval':
        return false;
    }
  }

  /** Stores `seconds` (microseconds) with the fraction at `[at, end)`. */
  #time(seconds: number, at: number, end: number, word: number): boolean {
    const size = end - at;
    if (Number.isNaN(seconds) || size < 0 || size === 1 || size > 7) return false;
    let fraction = 0;
    if (size > 0) {
      if (this.#arena.bytes[at] !== 0x2e) return false;
      for (let i = at + 1; i < end; i++) {
        const digit = (this.#arena.bytes[i] ?? 0) - 0x30;
        if (digit < 0 || digit > 9) return false;
        fraction = fraction * 10 + digit;
      }
      fraction *= POWERS[7 - size] ?? NaN;
    }
    storeInteger(seconds + fraction, this.#words, word);
    return true;
  }

  #number(start: number, end: number): boolean {
    const bytes = this.#arena.bytes;
    const negative = bytes[start] === 0x2d;
    let at = negative ? start + 1 : start;
    let value = 0;
    let point = -1;
    const first = at;
    for (; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (digit === -2 && point < 0) point = at;
      else return false;
    }
    const digits = at - first - (point < 0 ? 0 : 1);
    if (digits === 0 || digits > DIGITS_MAX) return false;
    this.#value = negative ? -value : value;
    this.#places = point < 0 ? 0 : end - point - 1;
    return true;
  }
}
