/**
 * CSV after RFC 4180: fields between delimiters; a field that begins with a quote ends with one, and may hold
 * delimiters, line breaks and doubled quotes. Records end with a line feed (a carriage return before it belongs to it)
 * outside of quotes.
 *
 * A quote anywhere else is an error of its record; only quotes at the beginning of a field hide line breaks, so that
 * one stray quote damages one record.
 */
import { RecordError } from '../../plan/values.js';
import type { CsvOptions } from './csv-options.js';
import type { Framing } from './format.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Kinds of field. */
export const FIELD_PLAIN = 0;
export const FIELD_QUOTED = 1;
/** With doubled quotes to be undone. */
export const FIELD_DOUBLED = 2;

export class CsvRecord {
  /** Fields of the record: where their content stands (without quotes), and their kinds. */
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  kinds = new Uint8Array(64);
  count = 0;
  /** Behind the record's line break. */
  next = 0;
  /** The record's end, without line break. */
  end = 0;
  /** What is wrong with the record; null for a good one. */
  error: string | null = null;
  readonly #delimiter: number;
  readonly #quote: number;
  /** The two characters in each byte of a word. */
  readonly #delimiters: number;
  readonly #quotes: number;

  constructor(delimiter: number, quote: number) {
    this.#delimiter = delimiter;
    this.#quote = quote;
    this.#delimiters = Math.imul(delimiter, 0x01010101);
    this.#quotes = Math.imul(quote, 0x01010101);
  }

  /**
   * Reads the record at `start`; `end` is the end of the input. `view`: of the same bytes, a few more of which may be
   * read.
   */
  read(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    this.count = 0;
    this.error = null;
    let at = start;
    for (;;) {
      at = bytes[at] === this.#quote && at < end ? this.#quoted(bytes, at + 1, end) : this.#plain(bytes, view, at, end);
      if (at >= end || bytes[at] === LINE_FEED) break;
      at++;
    }
    this.next = Math.min(at + 1, end);
    this.end = at > start && at < end + 1 && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
  }

  /** An unquoted field; the place of the delimiter or line feed behind it. */
  #plain(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    let at = this.#specialAt(view, start, end);
    while (at < end && bytes[at] === this.#quote) {
      this.error ??= 'expected quotes around a whole field, found one inside of it';
      at = this.#specialAt(view, at + 1, end);
    }
    const lineEnd = at >= end || bytes[at] === LINE_FEED;
    const cut = lineEnd && at > start && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at;
    this.#add(start, cut, FIELD_PLAIN);
    return at;
  }

  /**
   * The first delimiter, line feed or quote from `start` on, or `end`. Four bytes at a time: `(x - 0x01…01) & ~x &
   * 0x80…80` has a bit where a byte of x is zero, and a borrow only reaches bytes behind it (A. Mycroft, 1987); none of
   * the three is beyond ASCII.
   */
  #specialAt(view: DataView, start: number, end: number): number {
    const delimiters = this.#delimiters;
    const quotes = this.#quotes;
    for (let at = start; at < end; at += 4) {
      const w = view.getInt32(at, true);
      const hits =
        (((w ^ delimiters) - 0x01010101) | ((w ^ quotes) - 0x01010101) | ((w ^ 0x0a0a0a0a) - 0x01010101)) &
        ~w &
        -2139062144;
      if (hits !== 0) return Math.min(at + ((31 - Math.clz32(hits & -hits)) >> 3), end);
    }
    return end;
  }

  #quoted(bytes: Uint8Array, start: number, end: number): number {
    const quote = this.#quote;
    let kind = FIELD_QUOTED;
    let at = start;
    for (; at < end; at++) {
      if (bytes[at] !== quote) continue;
      if (bytes[at + 1] !== quote || at + 1 >= end) break;
      kind = FIELD_DOUBLED;
      at++;
    }
    this.#add(start, at, kind);
    if (at >= end) {
      this.error ??= 'expected a closing quote, found the end of the input';
      return end;
    }
    at++;
    if (bytes[at] === CARRIAGE_RETURN && (at + 1 >= end || bytes[at + 1] === LINE_FEED)) at++;
    while (at < end && bytes[at] !== this.#delimiter && bytes[at] !== LINE_FEED) {
      this.error ??= 'expected a delimiter behind a closing quote, found another character';
      at++;
    }
    return at;
  }

  #add(start: number, end: number, kind: number): void {
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.kinds[this.count++] = kind;
  }

  #grow(): void {
    const bigger = <T extends Int32Array | Uint8Array>(target: T, from: T): T => {
      target.set(from);
      return target;
    };
    const size = this.count * 2;
    this.starts = bigger(new Int32Array(size), this.starts);
    this.ends = bigger(new Int32Array(size), this.ends);
    this.kinds = bigger(new Uint8Array(size), this.kinds);
  }

  /** Throws RecordError if the record is malformed or hasn't `columns` fields. */
  check(columns: number): void {
    if (this.error !== null) throw new RecordError('malformed_record', this.error);
    if (this.count !== columns) {
      throw new RecordError('malformed_record', `expected ${String(columns)} fields, found ${String(this.count)}`);
    }
  }
}

/** Copies the field with doubled quotes at `[start, end)` to `at` of the same bytes; its size. */
export function undoubleQuotes(bytes: Uint8Array, start: number, end: number, at: number, quote: number): number {
  let out = at;
  for (let i = start; i < end; i++) {
    const c = bytes[i] ?? 0;
    bytes[out++] = c;
    if (c === quote) i++;
  }
  return out - at;
}

export function csvFraming({ delimiter, quote, header }: CsvOptions): Framing {
  return {
    header,
    lastRecordEnd(bytes, start, end) {
      let last = start;
      let fieldStart = true;
      for (let at = start; at < end; at++) {
        const c = bytes[at] ?? 0;
        if (c === quote && fieldStart) {
          at = closingQuote(bytes, at + 1, end, quote);
          fieldStart = false;
        } else if (c === LINE_FEED) {
          last = at + 1;
          fieldStart = true;
        } else {
          fieldStart = c === delimiter;
        }
      }
      return last;
    },
  };
}

/** The quote that closes the field whose content is at `start`, or `end`. */
function closingQuote(bytes: Uint8Array, start: number, end: number, quote: number): number {
  let at = start;
  for (;;) {
    const found = bytes.indexOf(quote, at);
    if (found < 0 || found >= end) return end;
    if (found + 1 >= end || bytes[found + 1] !== quote) return found;
    at = found + 2;
  }
}
