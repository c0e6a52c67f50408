/**
 * Strings of the SIMD scanner. Callers search for the closing quote with `plainStops` themselves; what stops them at
 * anything else than a quote comes here: escapes, bytes beyond ASCII, and control bytes, which no string may hold.
 */

/** What the last string (or nested value) had: escapes, bytes beyond ASCII. Callers clear them. */
export let escaped: bool = false;
export let beyond: bool = false;

export function forget(): void {
  escaped = false;
  beyond = false;
}

/** Which of sixteen bytes are anything but plain ASCII: a quote, a backslash, a control byte, a byte beyond ASCII. */
export function plainStops(block: v128): i32 {
  const special = v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c)));
  return i8x16.bitmask(v128.or(special, i8x16.lt_s(block, i8x16.splat(0x20))));
}

/** The address behind the closing quote of the string that goes on at `q`; 0 = malformed. All escapes are checked. */
export function restOfString(p: usize): usize {
  let q = p;
  while (true) {
    const block = v128.load(q);
    const special = v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c)));
    const control = i8x16.eq(v128.and(block, i8x16.splat(-32)), i8x16.splat(0));
    const stop = i8x16.bitmask(v128.or(special, control));
    const high = i8x16.bitmask(block);
    if (stop == 0) {
      if (high != 0) beyond = true;
      q += 16;
      continue;
    }
    const at = ctz(stop);
    if ((high & ((1 << at) - 1)) != 0) beyond = true;
    q += at;
    const c = load<u8>(q);
    if (c == 0x22) return q + 1;
    if (c != 0x5c) return 0;
    escaped = true;
    q = escapeEnd(q + 1);
    if (q == 0) return 0;
  }
}

/** Behind the escape whose letter is at `p`, or 0. */
function escapeEnd(p: usize): usize {
  const c = load<u8>(p);
  if (c == 0x75) return hexUnit(p + 1) >= 0 ? p + 5 : 0;
  return simpleEscape(c) != 0 ? p + 1 : 0;
}

/** The byte that `\c` stands for, or 0. */
function simpleEscape(c: u32): u32 {
  switch (c) {
    case 0x22:
    case 0x5c:
    case 0x2f:
      return c;
    case 0x6e:
      return 0x0a;
    case 0x74:
      return 0x09;
    case 0x72:
      return 0x0d;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    default:
      return 0;
  }
}

function hexDigit(c: i32): i32 {
  const digit = c - 0x30;
  if (u32(digit) <= 9) return digit;
  const letter = (c | 0x20) - 0x61;
  return u32(letter) <= 5 ? letter + 10 : -1;
}

/** The four hexadecimal digits at `p`, or a negative number. */
function hexUnit(p: usize): i32 {
  const a = hexDigit(load<u8>(p));
  const b = a < 0 ? -1 : hexDigit(load<u8>(p + 1));
  const c = b < 0 ? -1 : hexDigit(load<u8>(p + 2));
  const d = c < 0 ? -1 : hexDigit(load<u8>(p + 3));
  return d < 0 ? -1 : (a << 12) | (b << 8) | (c << 4) | d;
}

/**
 * Decodes the (checked) string `[start, end)` to `target`, as UTF-8 and never longer; up to sixteen bytes behind it are
 * overwritten. Returns the address behind the last byte, or 0 for an unpaired surrogate, which no UTF-8 can hold.
 */
export function decodeEscapes(start: usize, end: usize, target: usize): usize {
  let i = start;
  let out = target;
  while (true) {
    const block = v128.load(i);
    v128.store(out, block);
    const stop = i8x16.bitmask(i8x16.eq(block, i8x16.splat(0x5c)));
    const run = min<usize>(stop == 0 ? 16 : usize(ctz(stop)), end - i);
    i += run;
    out += run;
    if (i >= end) return out;
    if (load<u8>(i) != 0x5c) continue;
    const c = load<u8>(i + 1);
    i += 2;
    if (c != 0x75) {
      store<u8>(out, u8(simpleEscape(c)));
      out++;
      continue;
    }
    let code = hexUnit(i);
    i += 4;
    if (code >= 0xd800 && code < 0xe000) {
      // Behind the end stands a quote: a pair that is cut off there is none.
      const low = load<u16>(i) == 0x755c ? hexUnit(i + 2) : 0;
      if (code >= 0xdc00 || low < 0xdc00 || low >= 0xe000) return 0;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i += 6;
    }
    out = encodeCodePoint(code, out);
  }
}

function encodeCodePoint(code: i32, out: usize): usize {
  if (code < 0x80) {
    store<u8>(out, u8(code));
    return out + 1;
  }
  if (code < 0x800) {
    store<u8>(out, u8(0xc0 | (code >> 6)));
    store<u8>(out + 1, u8(0x80 | (code & 0x3f)));
    return out + 2;
  }
  if (code < 0x10000) {
    store<u8>(out, u8(0xe0 | (code >> 12)));
    store<u8>(out + 1, u8(0x80 | ((code >> 6) & 0x3f)));
    store<u8>(out + 2, u8(0x80 | (code & 0x3f)));
    return out + 3;
  }
  store<u8>(out, u8(0xf0 | (code >> 18)));
  store<u8>(out + 1, u8(0x80 | ((code >> 12) & 0x3f)));
  store<u8>(out + 2, u8(0x80 | ((code >> 6) & 0x3f)));
  store<u8>(out + 3, u8(0x80 | (code & 0x3f)));
  return out + 4;
}
