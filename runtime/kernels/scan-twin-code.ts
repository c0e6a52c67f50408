/**
 * Writes the source of the TypeScript scanner for one list of members. Only numbers made here are spliced into it:
 * addresses, lengths, and the bytes of keys as 32-bit words; never text of a query or of the data.
 *
 * Strings are searched four bytes at a time: `(x - 0x01…01) & ~x & 0x80…80` has a bit where a byte of x is zero (A.
 * Mycroft, 1987). Bytes of the input that are not ASCII are masked out; a borrow only reaches bytes behind the first
 * hit.
 */
import * as layout from './scan-layout.js';
import type { ScanColumn, ScanMember, ScanTarget } from './scan.js';

const NULL_WORD = 0x6c6c756e;
const TRUE_WORD = 0x65757274;
const ALSE_WORD = 0x65736c61;
const RECORD_BYTES_MAX = 16 * 1024 * 1024;
/** Bits of a seen word that stay small integers. */
const SEEN_BITS = 30;

/**
 * Parameters: `U` bytes, `W` 32-bit words, `F` doubles, `D` DataView, all of the whole memory; `H` helpers, `K` keys.
 */
export function scannerSource(members: readonly ScanMember[], target: ScanTarget): string {
  const seenWords = Array.from(
    { length: Math.ceil(target.columns.length / SEEN_BITS) },
    (_, index) => `s${String(index)}`,
  );
  return `
"use strict";
const { POWERS, valueEnd, checkedStringEnd, decodeString, beyondAscii, unknownMemberEnd, findMember } = H;
const { storeDigits, storeInteger } = H;
const { dateDays, clockMicroseconds, secondMicroseconds, offsetMicroseconds } = H;
let t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, cached = NaN;
return function scan(U, W, F, D, p, end, row, rowsMax, trusted, out) {
  let record = p, searches = 0, untrusted = 0, crowded = 0, side = out.side, recordSide = side, q = 0, w = 0, t = 0, h = 0, c = 0, v = 0, n = 0, f = 0, u = 0;
  ${seenWords.map((word) => `let ${word} = 0;`).join(' ')}
  rows: while (p < end && row < rowsMax) {
    record = p;
    recordSide = side;
    if (U[p] !== 123) break;
    p++;
    ${seenWords.map((word) => `${word} = 0;`).join(' ')}
    let m = 0;
    members: for (;;) {
      known: {
        switch (m) {
${members.map((member, index) => memberSource(member, index, target)).join('')}
        }
        m = ${String(members.length)};
      }
      searches++;
      n = findMember(U, p, K);
      if (n >= 0) { m = n; continue members; }
      p = unknownMemberEnd(U, D, p);
      if (p < 0) break rows;
      ${separatorSource()}
    }
    v = p - record;
    if (U[p] === 13) p++;
    if (U[p] !== 10 || v > ${String(RECORD_BYTES_MAX)}) break;
    ${missingSource(target.columns)}
    p++;
    W[${String(target.starts >> 2)} + row] = record;
    W[${String(target.lengths >> 2)} + row] = v;
    row++;
    record = p;
    recordSide = side;
  }
  out.side = recordSide;
  out.position = record;
  out.searches = searches;
  out.untrusted = untrusted !== 0;
  out.crowded = crowded !== 0;
  return row;
};`;
}

function separatorSource(): string {
  return `c = U[p++]; if (c === 44) { if (U[p] === 32) p++; } else if (c === 125) break members; else break rows;`;
}

function memberSource({ key, column }: ScanMember, index: number, target: ScanTarget): string {
  const spec = target.columns[column];
  return `          case ${String(index)}:
            if (!(${keyTest(key)})) { m = ${String(index)}; break known; }
            p += ${String(key.length)};
            if (U[p] === 32) p++;
            ${spec === undefined ? skipSource() : neededSource(spec, column)}
            ${separatorSource()}
`;
}

/** Whether the key's bytes stand at p, in words; the last one may overlap the one before. */
function keyTest(key: Uint8Array): string {
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  if (key.length < 4) return [...key].map((byte, i) => `U[p + ${String(i)}] === ${String(byte)}`).join(' && ');
  const tests: string[] = [];
  for (let i = 0; i < key.length; i += 4) {
    const at = Math.min(i, key.length - 4);
    tests.push(`D.getInt32(p + ${String(at)}, true) === ${String(view.getInt32(at, true))}`);
  }
  return tests.join(' && ');
}

/** From the first byte of a string at `q` to the first that is not plain; `h` collects the bytes of needed ones. */
function stringSource(needed: boolean): string {
  return `
              ${needed ? 'h = 0;' : ''}
              for (;;) {
                w = D.getInt32(q, true);
                ${needed ? 'h |= w;' : ''}
                t = (((w ^ 0x22222222) - 0x01010101) | ((w ^ 0x5c5c5c5c) - 0x01010101) | (w - 0x20202020)) & ~w & -2139062144;
                if (t !== 0) break;
                q += 4;
              }
              q += (31 - Math.clz32(t & -t)) >> 3;`;
}

/** Refuses the record if `[from … to)` has bytes beyond ASCII that may be no UTF-8. */
function trustSource(from: string, to: string): string {
  return `if (!trusted && beyondAscii(U, ${from}, ${to})) { untrusted = 1; break rows; }`;
}

function skipSource(): string {
  return `if (U[p] === 34) {
              q = p + 1;${stringSource(false)}
              p = U[q] === 34 ? q + 1 : checkedStringEnd(U, D, q);
            } else p = valueEnd(U, D, p);
            if (p < 0) break rows;`;
}

/** A needed string; one with escapes is decoded into the side space. */
function textSource(spec: ScanColumn): string {
  const [start, size] = [`W[${String(spec.values >> 2)} + row]`, `W[${String(spec.lengths >> 2)} + row]`];
  return `if (U[p] !== 34) break rows;
              q = p + 1;${stringSource(true)}
              if (U[q] === 34) {
                if ((h & -2139062144) !== 0 && !trusted) { untrusted = 1; break rows; }
                ${start} = p + 1; ${size} = q - p - 1;
                p = q + 1;
              } else {
                q = checkedStringEnd(U, D, q);
                if (q < 0) break rows;
                ${trustSource('p', 'q')}
                if (side + (q - p) > out.sideEnd) { crowded = 1; break rows; }
                t = decodeString(U, p + 1, q - 1, side);
                if (t < 0) break rows;
                ${start} = side; ${size} = t - side;
                side = t;
                p = q;
              }`;
}

function neededSource(spec: ScanColumn, column: number): string {
  const word = `s${String(Math.floor(column / SEEN_BITS))}`;
  const bit = String(1 << (column % SEEN_BITS));
  const seen = `if (${word} & ${bit}) break rows; ${word} |= ${bit};`;
  const value = valueSource(spec);
  if (spec.valid === 0) return `${seen}\n            ${value}`;
  return `${seen}
            if (U[p] === 110 && D.getInt32(p, true) === ${String(NULL_WORD)}) {
              U[${String(spec.valid)} + row] = 0; p += 4;
            } else {
              U[${String(spec.valid)} + row] = 1;
              ${value}
            }`;
}

function missingSource(columns: readonly ScanColumn[]): string {
  return columns
    .map(({ valid }, index) => {
      const absent = `(s${String(Math.floor(index / SEEN_BITS))} & ${String(1 << (index % SEEN_BITS))}) === 0`;
      return `if (${absent}) ${valid === 0 ? 'break' : `U[${String(valid)} + row] = 0`};`;
    })
    .join('\n    ');
}

function valueSource(spec: ScanColumn): string {
  const word = String(spec.values >> 2);
  switch (spec.kind) {
    case layout.KIND_TEXT:
      return textSource(spec);
    case layout.KIND_JSON:
      return `q = valueEnd(U, D, p);
              if (q < 0) break rows;
              ${trustSource('p', 'q')}
              W[${word} + row] = p; W[${String(spec.lengths >> 2)} + row] = q - p;
              p = q;`;
    case layout.KIND_BOOLEAN:
      return `if (D.getInt32(p, true) === ${String(TRUE_WORD)}) { U[${String(spec.values)} + row] = 1; p += 4; }
              else if (U[p] === 102 && D.getInt32(p + 1, true) === ${String(ALSE_WORD)}) { U[${String(spec.values)} + row] = 0; p += 5; }
              else break rows;`;
    case layout.KIND_INT:
      return `${integerSource(15)}
              if (n) v = -v;
              if (v !== (v | 0)) break rows;
              W[${word} + row] = v; p = q;`;
    case layout.KIND_BIGINT:
      return `${integerSource(18)}
              if (q - p > 15) storeDigits(U, p, q, n !== 0, W, ${word} + 2 * row);
              else { ${storeSource(word, 'n ? -v : v')} }
              p = q;`;
    case layout.KIND_TIMESTAMP:
    case layout.KIND_TIMESTAMPTZ:
      return timestampSource(word, spec.kind === layout.KIND_TIMESTAMPTZ);
    case layout.KIND_DOUBLE:
      return `${pointNumberSource()}
              v /= POWERS[f];
              F[${String(spec.values >> 3)} + row] = n ? -v : v; p = q;`;
    case layout.KIND_DECIMAL:
    case layout.KIND_DECIMAL_WIDE:
      return decimalSource(spec, word);
    case layout.KIND_DATE:
      return `if (U[p] !== 34 || U[p + 11] !== 34) break rows;
              v = dateDays(U, p + 1);
              if (v !== v) break rows;
              W[${word} + row] = v; p += 12;`;
    case layout.KIND_TIME:
      return `if (U[p] !== 34) break rows;
              v = clockMicroseconds(U, p + 1);
              if (v !== v) break rows;
              q = p + 9;
              ${fractionSource()}
              if (U[q] !== 34) break rows;
              ${storeSource(word, 'v + u')} p = q + 1;`;
    default:
      return 'break rows;';
  }
}

/** Stores an integer below 2^53 (`-0` is 0) as 64 bits. */
function storeSource(word: string, value: string): string {
  return `v = ${value};
              if (v === (v | 0)) { W[${word} + 2 * row] = v; W[${word} + 2 * row + 1] = v >> 31; }
              else storeInteger(v, W, ${word} + 2 * row);`;
}

/**
 * Reads `[-]digits` at p: `n` the sign, `v` the value (if it has 15 digits or fewer), `p` and `q` around the digits.
 */
function integerSource(digitsMax: number): string {
  return `n = 0;
              if (U[p] === 45) { n = 1; p++; }
              v = U[p] - 48;
              if (v < 0 || v > 9) break rows;
              q = p + 1;
              if (v !== 0) for (c = U[q] - 48; c >= 0 && c <= 9; c = U[++q] - 48) v = v * 10 + c;
              if (q - p > ${String(digitsMax)}) break rows;`;
}

/** Reads `[-]digits[.digits]` of 15 digits in all: `v` without its point, `f` digits behind it. */
function pointNumberSource(): string {
  return `${integerSource(15)}
              f = 0;
              if (U[q] === 46) {
                t = ++q;
                for (c = U[q] - 48; c >= 0 && c <= 9; c = U[++q] - 48) v = v * 10 + c;
                f = q - t;
                if (f === 0 || q - p > 16) break rows;
              }`;
}

function decimalSource({ scale, precision, kind, values }: ScanColumn, word: string): string {
  const limit = String(Math.min(10 ** Math.min(precision, 15), Number.MAX_SAFE_INTEGER));
  const store =
    kind === layout.KIND_DECIMAL
      ? storeSource(word, 'n ? -v : v')
      : `v = n ? -v : v;
              storeInteger(v, W, ${String(values >> 2)} + 4 * row);
              W[${word} + 4 * row + 2] = W[${word} + 4 * row + 3] = v < 0 ? -1 : 0;`;
  return `${pointNumberSource()}
              f = ${String(scale)} - f;
              if (f < 0 || f > 15) break rows;
              v *= POWERS[f];
              if (v >= ${limit}) break rows;
              ${store} p = q;`;
}

/** Reads `[.f]` at q into `u` as microseconds. */
function fractionSource(): string {
  return `u = 0;
              if (U[q] === 46) {
                t = ++q;
                for (c = U[q] - 48; c >= 0 && c <= 9; c = U[++q] - 48) u = u * 10 + c;
                f = q - t;
                if (f === 0 || f > 6) break rows;
                u *= POWERS[6 - f];
              }`;
}

function timestampSource(word: string, zoned: boolean): string {
  const offset = zoned
    ? `else if (U[q] !== 34) { f = offsetMicroseconds(U, q); if (f !== f) break rows; u -= f; q += 6; }`
    : '';
  return `if (U[p] === 34) {
                if (cached !== cached || D.getInt32(p + 1, true) !== t0 || D.getInt32(p + 5, true) !== t1 || D.getInt32(p + 9, true) !== t2 ||
                  D.getInt32(p + 13, true) !== t3 || D.getInt32(p + 16, true) !== t4) {
                  v = secondMicroseconds(U, p + 1);
                  if (v !== v) break rows;
                  t0 = D.getInt32(p + 1, true); t1 = D.getInt32(p + 5, true); t2 = D.getInt32(p + 9, true);
                  t3 = D.getInt32(p + 13, true); t4 = D.getInt32(p + 16, true); cached = v;
                }
                q = p + 20;
                ${fractionSource()}
                if (U[q] === 90) q++; ${offset}
                if (U[q] !== 34) break rows;
                storeInteger(cached + u, W, ${word} + 2 * row);
                p = q + 1;
              } else {
                ${integerSource(13)}
                if (v > 9000000000000) break rows;
                storeInteger((n ? -v : v) * 1000, W, ${word} + 2 * row);
                p = q;
              }`;
}
