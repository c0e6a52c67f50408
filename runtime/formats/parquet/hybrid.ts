/**
 * Runs of equal values and of packed bits (parquet-format, Encodings.md, RLE/bit-packing hybrid): walked before the
 * library follows them, which repeats a value as often as a run says.
 */
import { PageError } from './problem.js';

/** Bytes `[start, end)` of a page. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Tally {
  /** The largest value. */
  readonly most: number;
  /** How many values are the one that was asked for. */
  readonly matches: number;
}

/** The library reads no wider ones than these where they are packed. */
const PACKED_BITS_MAX = 24;
/** Writers fill up the last group of eight, and some the last run. */
const GROUPS_SPARE = 64;

/** Walks `count` values of `width` bits. Throws PageError where there are not as many, or more than that. */
export function tallyHybrid(page: Uint8Array, span: Span, width: number, count: number, wanted: number): Tally {
  if (width > 32) throw new PageError('has values of more than 32 bits');
  let at = span.start;
  let [seen, most, matches] = [0, 0, 0];
  while (seen < count) {
    const { value: header, next } = varint(page, at, span.end);
    at = next;
    if ((header & 1) === 0) {
      const run = header >>> 1;
      const bytes = (width + 7) >> 3;
      if (run > count - seen || at + bytes > span.end) throw new PageError('has a run of a wrong length');
      let value = 0;
      for (let i = 0; i < bytes; i++) value += (page[at + i] ?? 0) * 2 ** (8 * i);
      at += bytes;
      seen += run;
      if (run > 0) most = Math.max(most, value);
      if (value === wanted) matches += run;
      continue;
    }
    const groups = header >>> 1;
    const used = Math.min(groups * 8, count - seen);
    const fits = groups > 0 && groups <= Math.ceil(used / 8) + GROUPS_SPARE && width <= PACKED_BITS_MAX;
    if (!fits || at + Math.ceil((used * width) / 8) > span.end) throw new PageError('has a run of a wrong length');
    const tally = width === 1 ? ones(page, at, used, wanted) : packed(page, at, used, width, wanted);
    most = Math.max(most, tally.most);
    matches += tally.matches;
    at += groups * width;
    seen += used;
  }
  return { most, matches };
}

/** At most five bytes, unsigned. */
export function varint(
  page: Uint8Array,
  start: number,
  end: number,
): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let i = 0; i < 5 && start + i < end; i++) {
    const byte = page[start + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (value >= 2 ** 32) break;
      return { value, next: start + i + 1 };
    }
  }
  throw new PageError('has a run of a wrong length');
}

function packed(page: Uint8Array, start: number, count: number, width: number, wanted: number): Tally {
  const mask = 2 ** width - 1;
  let [at, bits, have, most, matches] = [start, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    for (; have < width; have += 8) bits |= (page[at++] ?? 0) << have;
    const value = bits & mask;
    bits >>>= width;
    have -= width;
    if (value > most) most = value;
    if (value === wanted) matches += 1;
  }
  return { most, matches };
}

/** Values of one bit, as almost all levels are. */
function ones(page: Uint8Array, start: number, count: number, wanted: number): Tally {
  let found = 0;
  for (let i = 0; i < count; i += 8) {
    const left = count - i;
    let byte = page[start + (i >> 3)] ?? 0;
    if (left < 8) byte &= 2 ** left - 1;
    byte -= (byte >> 1) & 0x55;
    byte = (byte & 0x33) + ((byte >> 2) & 0x33);
    found += (byte + (byte >> 4)) & 0x0f;
  }
  return { most: found > 0 ? 1 : 0, matches: wanted === 1 ? found : wanted === 0 ? count - found : 0 };
}
