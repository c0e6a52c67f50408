/**
 * The exact JSON parser: decides what a record is, and finds the values of the needed members. The fast scanners accept
 * a subset of what it accepts, with the same values, so that it alone defines the format:
 *
 * - A record is one JSON object by the grammar of RFC 8259, from the first to the last byte of its line; white space
 * (blank,
 *   tab, carriage return) may surround it. All of it is checked, members that nobody reads included.
 * - Nesting deeper than RECORD_DEPTH_MAX is `too_deep`.
 * - Bytes beyond ASCII may stand in strings only. They must be valid UTF-8 in strings that are read; others are not
 * checked.
 * - Of members with the same name the last one counts, as with JSON.parse and in PostgreSQL's jsonb; earlier ones only
 * have to
 *   be valid JSON. Names are compared after their escapes are decoded.
 */
import { RecordError } from '../../plan/values.js';
import { blanksEnd, checkedStringEnd, plainStringEnd, valueEnd } from '../kernels/scan-twin-values.js';
import { RECORD_DEPTH_MAX } from './format.js';

/** What stands at a member: nothing, a string (with or without escapes), … */
export const SPAN_NONE = 0;
export const SPAN_STRING = 1;
export const SPAN_ESCAPED = 2;
export const SPAN_NUMBER = 3;
export const SPAN_TRUE = 4;
export const SPAN_FALSE = 5;
export const SPAN_NULL = 6;
export const SPAN_NESTED = 7;

/** Members remembered for prediction; a record may have more. */
const MEMBERS_REMEMBERED_MAX = 96;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const LINE_FEED = 0x0a;
/** Kinds by the first byte of a value that is no string; all others begin numbers. */
const FIRST_KINDS = new Uint8Array(256).fill(SPAN_NUMBER);
FIRST_KINDS[0x7b] = FIRST_KINDS[0x5b] = SPAN_NESTED;
FIRST_KINDS[0x74] = SPAN_TRUE;
FIRST_KINDS[0x66] = SPAN_FALSE;
FIRST_KINDS[0x6e] = SPAN_NULL;

export class ExactJson {
  /** Per needed member: one of SPAN_…, and where the value stands (strings without their quotes). */
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The record's members in their order: span of the key without quotes; those with escapes are left out. */
  readonly keyStarts = new Int32Array(MEMBERS_REMEMBERED_MAX);
  readonly keyEnds = new Int32Array(MEMBERS_REMEMBERED_MAX);
  readonly keyColumns = new Int32Array(MEMBERS_REMEMBERED_MAX);
  /** Where the separators in front of a key begin, and where its value does. */
  readonly leadStarts = new Int32Array(MEMBERS_REMEMBERED_MAX);
  readonly valueStarts = new Int32Array(MEMBERS_REMEMBERED_MAX);
  keyCount = 0;
  /** Behind the last value of a record that was good; -1 otherwise. */
  valuesEnd = -1;
  readonly #names: readonly Uint8Array[];
  /** By length of name, up to 255: whether any has it. */
  readonly #lengths = new Uint8Array(256);
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #at = 0;
  #end = 0;
  #escaped = false;
  #kind = SPAN_NONE;
  #lastEnd = 0;

  /** `names`: the needed members. */
  constructor(names: readonly string[]) {
    const encoder = new TextEncoder();
    this.#names = names.map((name) => encoder.encode(name));
    for (const name of this.#names) this.#lengths[Math.min(name.length, 255)] = 1;
    this.kinds = new Uint8Array(names.length);
    this.starts = new Int32Array(names.length);
    this.ends = new Int32Array(names.length);
  }

  /**
   * Checks the record and fills the spans. Throws RecordError (`malformed_record`, `too_deep`). With a view of the same
   * bytes, records without errors are read by functions that give no reasons, and only what those refuse is read again.
   */
  parse(bytes: Uint8Array, start: number, end: number, view: DataView | null = null): void {
    // The functions without bounds stop at a line feed, which may have a carriage return before it.
    const bounded = bytes[end] === LINE_FEED || (bytes[end] === 0x0d && bytes[end + 1] === LINE_FEED);
    if (view !== null && bounded && this.#parseQuickly(bytes, view, start)) return;
    this.#bytes = bytes;
    this.#start = start;
    this.#at = start;
    this.#end = end;
    this.kinds.fill(SPAN_NONE);
    this.forget();
    this.#blanks();
    if (this.#peek() !== 0x7b) throw this.#unexpected('an object');
    this.#record();
    this.#blanks();
    if (this.#at < this.#end) throw this.#unexpected('the end of the record');
    this.valuesEnd = this.#lastEnd;
  }

  /** Checks a single JSON value (a CSV field). Throws RecordError. */
  parseValue(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#at = start;
    this.#end = end;
    this.#blanks();
    this.#value(0);
    this.#blanks();
    if (this.#at < this.#end) throw this.#unexpected('the end of the value');
  }

  /** Forgets the members of the last record: its bytes are not there any more. */
  forget(): void {
    this.keyCount = 0;
    this.valuesEnd = -1;
  }

  /** The same as `parse` for a record whose errors nobody wants to hear. */
  tryParse(bytes: Uint8Array, start: number, end: number): void {
    try {
      this.parse(bytes, start, end);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
    }
  }

  /** The record at `start`, which a line feed follows; false if it is malformed or unusual. */
  #parseQuickly(bytes: Uint8Array, view: DataView, start: number): boolean {
    this.kinds.fill(SPAN_NONE);
    this.forget();
    let lead = start;
    let at = blanksEnd(bytes, start);
    if (bytes[at] !== 0x7b) return false;
    at = blanksEnd(bytes, at + 1);
    let expected = 0;
    let more = bytes[at] !== 0x7d;
    if (!more) at++;
    while (more) {
      const key = at + 1;
      const keyEnd = bytes[at] === QUOTE ? plainStringEnd(bytes, view, key) : -1;
      if (keyEnd < 0) return false;
      const column = this.#find(bytes, key, keyEnd, expected);
      at = keyEnd + 1;
      if (bytes[at] !== COLON) at = blanksEnd(bytes, at);
      if (bytes[at] !== COLON) return false;
      at++;
      if ((bytes[at] ?? 0) <= 0x20) at = blanksEnd(bytes, at);
      this.#remember(lead, key, keyEnd, at, column);
      if (column >= 0) {
        expected = column + 1;
        at = this.#neededQuickly(bytes, view, at, column);
      } else {
        at = valueEnd(bytes, view, at);
      }
      if (at < 0) return false;
      lead = at;
      if ((bytes[at] ?? 0) <= 0x20) at = blanksEnd(bytes, at);
      const separator = bytes[at++];
      if (separator !== COMMA) {
        if (separator !== 0x7d) return false;
        more = false;
      } else if ((bytes[at] ?? 0) <= 0x20) {
        at = blanksEnd(bytes, at);
      }
    }
    if (bytes[blanksEnd(bytes, at)] !== LINE_FEED) return false;
    this.valuesEnd = lead;
    return true;
  }

  /** The span of the needed member whose value begins at `at`; the place behind it, or -1. */
  #neededQuickly(bytes: Uint8Array, view: DataView, at: number, column: number): number {
    const first = bytes[at] ?? 0;
    if (first === QUOTE) {
      const plain = plainStringEnd(bytes, view, at + 1);
      const end = plain >= 0 ? plain + 1 : checkedStringEnd(bytes, view, at + 1);
      this.kinds[column] = plain >= 0 ? SPAN_STRING : SPAN_ESCAPED;
      this.starts[column] = at + 1;
      this.ends[column] = end - 1;
      return end;
    }
    const end = valueEnd(bytes, view, at);
    this.kinds[column] = FIRST_KINDS[first] ?? SPAN_NUMBER;
    this.starts[column] = at;
    this.ends[column] = end;
    return end;
  }

  #record(): void {
    this.#lastEnd = this.#start;
    this.#at++;
    this.#blanks();
    if (this.#peek() === 0x7d) {
      this.#at++;
      return;
    }
    let expected = 0;
    for (;;) {
      const column = this.#memberName(expected);
      if (column >= 0) expected = column + 1;
      const start = this.#at;
      this.#value(1);
      this.#lastEnd = this.#at;
      if (column >= 0) {
        const quote = this.#kind === SPAN_STRING || this.#kind === SPAN_ESCAPED ? 1 : 0;
        this.kinds[column] = this.#kind;
        this.starts[column] = start + quote;
        this.ends[column] = this.#at - quote;
      }
      this.#blanks();
      if (!this.#more(0x7d, "',' or '}'")) return;
    }
  }

  /** Reads `"name" :` and the blanks around; the index of the needed member, or -1. */
  #memberName(expected: number): number {
    const start = this.#at + 1;
    this.#string('a member name');
    const end = this.#at - 1;
    const escaped = this.#escaped;
    const column = escaped ? this.#findDecoded(start, end) : this.#find(this.#bytes, start, end, expected);
    this.#colon();
    if (!escaped) this.#remember(this.#lastEnd, start, end, this.#at, column);
    return column;
  }

  #remember(lead: number, key: number, keyEnd: number, value: number, column: number): void {
    if (this.keyCount === MEMBERS_REMEMBERED_MAX) return;
    this.leadStarts[this.keyCount] = lead;
    this.keyStarts[this.keyCount] = key;
    this.keyEnds[this.keyCount] = keyEnd;
    this.valueStarts[this.keyCount] = value;
    this.keyColumns[this.keyCount++] = column;
  }

  #findDecoded(start: number, end: number): number {
    const name = new Uint8Array(end - start);
    const size = decodeEscapes(this.#bytes, start, end, name, 0);
    return size < 0 ? -1 : this.#find(name, 0, size, 0);
  }

  #find(bytes: Uint8Array, start: number, end: number, expected: number): number {
    const names = this.#names;
    const size = end - start;
    if (this.#lengths[Math.min(size, 255)] === 0) return -1;
    // From the expected one on, and then those before it: members mostly keep the order of the columns.
    for (let i = 0, index = expected; i < names.length; i++, index++) {
      if (index >= names.length) index -= names.length;
      const name = names[index];
      if (name?.length === size && equalBytes(name, bytes, start)) return index;
    }
    return -1;
  }

  #value(depth: number): void {
    const c = this.#peek();
    if (c === QUOTE) {
      this.#string('a value');
      this.#kind = this.#escaped ? SPAN_ESCAPED : SPAN_STRING;
    } else if (c === 0x7b || c === 0x5b) {
      this.#nested(c, depth + 1);
      this.#kind = SPAN_NESTED;
    } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      this.#number();
      this.#kind = SPAN_NUMBER;
    } else if (c === 0x74) {
      this.#literal('true', SPAN_TRUE);
    } else if (c === 0x66) {
      this.#literal('false', SPAN_FALSE);
    } else if (c === 0x6e) {
      this.#literal('null', SPAN_NULL);
    } else {
      throw this.#unexpected('a value');
    }
  }

  #nested(open: number, depth: number): void {
    if (depth > RECORD_DEPTH_MAX) {
      throw new RecordError('too_deep', `expected at most ${String(RECORD_DEPTH_MAX)} levels of nesting, found more`);
    }
    const object = open === 0x7b;
    const close = object ? 0x7d : 0x5d;
    this.#at++;
    this.#blanks();
    if (this.#peek() === close) {
      this.#at++;
      return;
    }
    do {
      if (object) {
        this.#string('a member name');
        this.#colon();
      }
      this.#value(depth);
      this.#blanks();
    } while (this.#more(close, object ? "',' or '}'" : "',' or ']'"));
  }

  #colon(): void {
    this.#blanks();
    if (this.#peek() !== COLON) throw this.#unexpected("':'");
    this.#at++;
    this.#blanks();
  }

  /** After a value: true behind a comma, false behind the closing bracket. */
  #more(close: number, expected: string): boolean {
    const c = this.#peek();
    if (c !== COMMA && c !== close) throw this.#unexpected(expected);
    this.#at++;
    if (c === close) return false;
    this.#blanks();
    return true;
  }

  #string(expected: string): void {
    if (this.#peek() !== QUOTE) throw this.#unexpected(expected);
    const bytes = this.#bytes;
    this.#escaped = false;
    let at = this.#at + 1;
    for (; at < this.#end; at++) {
      const c = bytes[at] ?? 0;
      if (c === QUOTE) {
        this.#at = at + 1;
        return;
      }
      if (c < 0x20) break;
      if (c !== BACKSLASH) continue;
      this.#escaped = true;
      at = this.#escape(at + 1);
    }
    this.#at = at;
    throw this.#unexpected('the rest of a string');
  }

  /** Checks the escape whose letter is at `at`; its last byte. */
  #escape(at: number): number {
    const c = at < this.#end ? (this.#bytes[at] ?? 0) : 0;
    if (c === 0x75) {
      for (let i = 1; i <= 4; i++) {
        if (at + i < this.#end && hexDigit(this.#bytes[at + i] ?? 0) >= 0) continue;
        this.#at = at + i;
        throw this.#unexpected('a hexadecimal digit');
      }
      return at + 4;
    }
    if (simpleEscape(c) >= 0) return at;
    this.#at = at;
    throw this.#unexpected('an escape');
  }

  #number(): void {
    if (this.#peek() === 0x2d) this.#at++;
    if (this.#peek() === 0x30) this.#at++;
    else this.#digits();
    if (this.#peek() === 0x2e) {
      this.#at++;
      this.#digits();
    }
    if ((this.#peek() | 0x20) !== 0x65) return;
    this.#at++;
    if (this.#peek() === 0x2b || this.#peek() === 0x2d) this.#at++;
    this.#digits();
  }

  #digits(): void {
    const start = this.#at;
    while (this.#peek() >= 0x30 && this.#peek() <= 0x39) this.#at++;
    if (this.#at === start) throw this.#unexpected('a digit');
  }

  #literal(text: string, kind: number): void {
    for (let i = 0; i < text.length; i++, this.#at++) {
      if (this.#peek() !== text.charCodeAt(i)) throw this.#unexpected(`'${text}'`);
    }
    this.#kind = kind;
  }

  #blanks(): void {
    let c = this.#peek();
    while (c === 0x20 || c === 0x09 || c === 0x0d || c === 0x0a) {
      this.#at++;
      c = this.#peek();
    }
  }

  /** The byte at the position; -1 at the end. */
  #peek(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at] ?? -1) : -1;
  }

  #unexpected(expected: string): RecordError {
    const found = this.#at < this.#end ? describeByte(this.#bytes[this.#at] ?? 0) : 'the end of the record';
    return new RecordError(
      'malformed_record',
      `expected ${expected} at byte ${String(this.#at - this.#start + 1)} of the record, found ${found}`,
    );
  }
}

function describeByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}

function equalBytes(name: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const letter = c | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The byte that `\c` stands for, or -1. */
function simpleEscape(c: number): number {
  switch (c) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f:
      return c;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return -1;
  }
}

/**
 * Decodes the (checked) string `bytes[start … end)` into `target` at `at` as UTF-8; never more bytes than it was.
 * Returns the size, or -1 for an unpaired surrogate, which no UTF-8 can hold.
 */
export function decodeEscapes(bytes: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  let out = at;
  for (let i = start; i < end; i++) {
    const c = bytes[i] ?? 0;
    if (c !== BACKSLASH) {
      target[out++] = c;
      continue;
    }
    i++;
    if (bytes[i] !== 0x75) {
      target[out++] = simpleEscape(bytes[i] ?? 0);
      continue;
    }
    let code = hexUnit(bytes, i + 1);
    i += 4;
    if (code >= 0xd800 && code < 0xe000) {
      const low = i + 6 < end && bytes[i + 1] === BACKSLASH && bytes[i + 2] === 0x75 ? hexUnit(bytes, i + 3) : 0;
      if (code >= 0xdc00 || low < 0xdc00 || low >= 0xe000) return -1;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i += 6;
    }
    out = encodeCodePoint(code, target, out);
  }
  return out - at;
}

function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let i = at; i < at + 4; i++) unit = unit * 16 + hexDigit(bytes[i] ?? 0);
  return unit;
}

function encodeCodePoint(code: number, target: Uint8Array, at: number): number {
  let out = at;
  if (code < 0x80) {
    target[out++] = code;
    return out;
  }
  if (code < 0x800) {
    target[out++] = 0xc0 | (code >> 6);
  } else {
    if (code < 0x10000) {
      target[out++] = 0xe0 | (code >> 12);
    } else {
      target[out++] = 0xf0 | (code >> 18);
      target[out++] = 0x80 | ((code >> 12) & 0x3f);
    }
    target[out++] = 0x80 | ((code >> 6) & 0x3f);
  }
  target[out++] = 0x80 | (code & 0x3f);
  return out;
}
