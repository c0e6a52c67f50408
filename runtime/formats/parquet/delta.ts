/**
 * Differences between values (parquet-format, Encodings.md, DELTA_*), walked before the library follows them: it copies
 * prefixes as long as they say.
 */
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { varint, type Span } from './hybrid.js';
import { PageError } from './problem.js';

const BLOCK_VALUES_MAX = 1 << 20;
const BITS_MAX = 64;
/** Of 64 bits in groups of seven. */
const LONG_BYTES_MAX = 10;

/** Where `count` integers end. Throws PageError where they are no such ones. */
export function endOfIntegers(page: Uint8Array, { start, end }: Span, count: number): number {
  const size = varint(page, start, end);
  const pieces = varint(page, size.next, end);
  const total = varint(page, pieces.next, end);
  const per = size.value / pieces.value;
  const plausible = size.value > 0 && size.value <= BLOCK_VALUES_MAX && Number.isInteger(per) && per % 8 === 0;
  if (!plausible || total.value !== count) throw new PageError('has differences in blocks of a wrong size');
  let at = endOfLong(page, total.next, end);
  for (let seen = 1; seen < count;) {
    const widths = endOfLong(page, at, end);
    at = widths + pieces.value;
    if (at > end) throw new PageError('ends within a block of differences');
    for (let i = 0; i < pieces.value && seen < count; i++) {
      const width = page[widths + i] ?? 0;
      const used = Math.min(per, count - seen);
      if (width > BITS_MAX || at + Math.ceil((used * width) / 8) > end) {
        throw new PageError('ends within a block of differences');
      }
      at += (per * width) / 8;
      seen += used;
    }
  }
  return Math.min(at, end);
}

function endOfLong(page: Uint8Array, start: number, end: number): number {
  for (let i = 0; i < LONG_BYTES_MAX && start + i < end; i++) if ((page[start + i] ?? 0) < 0x80) return start + i + 1;
  throw new PageError('ends within a block of differences');
}

/** Texts by their lengths, and by what they share with the one before. Throws PageError. */
export function checkDeltaBytes(
  page: Uint8Array,
  span: Span,
  count: number,
  prefixed: boolean,
  bytes_max: number,
): void {
  let { start } = span;
  const lengths = (): Int32Array => {
    const after = endOfIntegers(page, { start, end: span.end }, count);
    const values = new Int32Array(count);
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    const reader = { view, offset: start };
    deltaBinaryUnpack(reader, count, values);
    start = after;
    if (reader.offset !== after) throw new PageError('has differences in blocks of a wrong size');
    return values;
  };
  const prefixes = prefixed ? lengths() : null;
  const suffixes = lengths();
  let [before, stored, whole] = [0, 0, 0];
  suffixes.forEach((suffix, i) => {
    const prefix = prefixes?.[i] ?? 0;
    if (suffix < 0 || prefix < 0 || prefix > before) throw new PageError('has a text of a wrong length');
    before = prefix + suffix;
    stored += suffix;
    whole += before;
  });
  if (stored > span.end - start || whole > bytes_max) throw new PageError('has a text of a wrong length');
}

/**
 * Whether the first of 32-bit integers has its highest bit beyond what the library reads of it: in zigzag it is the
 * 33rd, which writers set for unsigned numbers.
 */
export function losesHighestBit(page: Uint8Array, { start, end }: Span): boolean {
  let at = start;
  for (let i = 0; i < 3; i++) at = varint(page, at, end).next;
  for (let i = 0; i < 4; i++) if ((page[at + i] ?? 0) < 0x80) return false;
  return ((page[at + 4] ?? 0) & 0x10) !== 0;
}
