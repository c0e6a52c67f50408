/**
 * What the generated scanner calls for values that are only checked, and for strings that are not plain: the rules of
 * exact-json.ts without its messages. `view` is a view of the same bytes. All return -1 for what isn't well formed; no
 * loop passes the line feed behind the record.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const RECORD_DEPTH_MAX = 64;

/** Values of hexadecimal digits; 255 for other bytes. */
const HEX = Uint8Array.from({ length: 256 }, (_, c) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(c).toLowerCase());
  return c < 0x80 && value >= 0 ? value : 255;
});

/** The byte that `\c` stands for, or 0. */
const ESCAPES = new Uint8Array(256);
for (const [letter, byte] of [
  ['"', QUOTE],
  ['\\', BACKSLASH],
  ['/', 0x2f],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
] as const) {
  ESCAPES[letter.charCodeAt(0)] = byte;
}

/**
 * The first byte from `p` on that ends a plain run of a string: a quote, a backslash or a control byte. Four bytes at a
 * time; scan-twin-code.ts says how.
 */
function plainRunEnd(view: DataView, p: number): number {
  let q = p;
  for (;;) {
    const w = view.getInt32(q, true);
    const hits =
      (((w ^ 0x22222222) - 0x01010101) | ((w ^ 0x5c5c5c5c) - 0x01010101) | (w - 0x20202020)) & ~w & -2139062144;
    if (hits !== 0) return q + ((31 - Math.clz32(hits & -hits)) >> 3);
    q += 4;
  }
}

/** The closing quote of the string whose first byte is at `p`; -1 if it has escapes or isn't well formed. */
export function plainStringEnd(bytes: Uint8Array, view: DataView, p: number): number {
  const q = plainRunEnd(view, p);
  return bytes[q] === QUOTE ? q : -1;
}

/** Behind the string whose first byte is at `p`; escapes are checked. */
export function checkedStringEnd(bytes: Uint8Array, view: DataView, p: number): number {
  let q = p;
  for (;;) {
    q = plainRunEnd(view, q);
    const c = bytes[q];
    if (c === QUOTE) return q + 1;
    if (c !== BACKSLASH) return -1;
    const letter = bytes[q + 1] ?? 0;
    if (letter === 0x75) {
      if (hexUnit(bytes, q + 2) < 0) return -1;
      q += 6;
    } else {
      if (ESCAPES[letter] === 0) return -1;
      q += 2;
    }
  }
}

/** The four hexadecimal digits at `p`, or -1. */
function hexUnit(bytes: Uint8Array, p: number): number {
  let unit = 0;
  for (let i = p; i < p + 4; i++) {
    const digit = HEX[bytes[i] ?? 0] ?? 255;
    if (digit === 255) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/** Whether any of `bytes[p … q)` is not ASCII. */
export function beyondAscii(bytes: Uint8Array, p: number, q: number): boolean {
  let all = 0;
  for (let i = p; i < q; i++) all |= bytes[i] ?? 0;
  return all > 0x7f;
}

/**
 * Decodes the (checked) string `bytes[start … end)` to `at` of the same bytes, as UTF-8 and never longer. Returns the
 * address behind the last byte, or -1 for an unpaired surrogate.
 */
export function decodeString(bytes: Uint8Array, start: number, end: number, at: number): number {
  let out = at;
  let i = start;
  while (i < end) {
    const c = bytes[i++] ?? 0;
    if (c !== BACKSLASH) {
      bytes[out++] = c;
      continue;
    }
    const letter = bytes[i++] ?? 0;
    if (letter !== 0x75) {
      bytes[out++] = ESCAPES[letter] ?? 0;
      continue;
    }
    let code = hexUnit(bytes, i);
    i += 4;
    if (code >= 0xd800 && code < 0xe000) {
      const low = i < end && bytes[i] === BACKSLASH && bytes[i + 1] === 0x75 ? hexUnit(bytes, i + 2) : 0;
      if (code >= 0xdc00 || low < 0xdc00 || low >= 0xe000) return -1;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i += 6;
    }
    if (code < 0x80) {
      bytes[out++] = code;
      continue;
    }
    if (code < 0x800) {
      bytes[out++] = 0xc0 | (code >> 6);
    } else {
      if (code < 0x10000) {
        bytes[out++] = 0xe0 | (code >> 12);
      } else {
        bytes[out++] = 0xf0 | (code >> 18);
        bytes[out++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[out++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[out++] = 0x80 | (code & 0x3f);
  }
  return out;
}

function digitsEnd(bytes: Uint8Array, p: number): number {
  let q = p;
  let c = bytes[q] ?? 0;
  while (c >= 0x30 && c <= 0x39) c = bytes[++q] ?? 0;
  return q;
}

function numberEnd(bytes: Uint8Array, p: number): number {
  const first = bytes[p] === 0x2d ? p + 1 : p;
  let q = digitsEnd(bytes, first);
  if (q === first || (bytes[first] === 0x30 && q > first + 1)) return -1;
  if (bytes[q] === 0x2e) {
    const fraction = q + 1;
    q = digitsEnd(bytes, fraction);
    if (q === fraction) return -1;
  }
  if (((bytes[q] ?? 0) | 0x20) !== 0x65) return q;
  q++;
  const exponent = bytes[q] === 0x2b || bytes[q] === 0x2d ? q + 1 : q;
  q = digitsEnd(bytes, exponent);
  return q === exponent ? -1 : q;
}

function literalEnd(bytes: Uint8Array, p: number): number {
  switch (bytes[p] ?? 0) {
    case 0x74:
      return bytes[p + 1] === 0x72 && bytes[p + 2] === 0x75 && bytes[p + 3] === 0x65 ? p + 4 : -1;
    case 0x66:
      return bytes[p + 1] === 0x61 && bytes[p + 2] === 0x6c && bytes[p + 3] === 0x73 && bytes[p + 4] === 0x65
        ? p + 5
        : -1;
    case 0x6e:
      return bytes[p + 1] === 0x75 && bytes[p + 2] === 0x6c && bytes[p + 3] === 0x6c ? p + 4 : -1;
    default:
      return numberEnd(bytes, p);
  }
}

/** Behind any value of a member of the record. */
export function valueEnd(bytes: Uint8Array, view: DataView, p: number): number {
  const c = bytes[p] ?? 0;
  if (c === QUOTE) return checkedStringEnd(bytes, view, p + 1);
  return c === 0x7b || c === 0x5b ? nestedEnd(bytes, view, p, 2) : literalEnd(bytes, p);
}

/** Behind blanks; a line feed is none, because it ends the record. */
export function blanksEnd(bytes: Uint8Array, p: number): number {
  let q = p;
  for (;;) {
    const c = bytes[q] ?? 0;
    if (c !== 0x20 && c !== 0x09 && c !== 0x0d) return q;
    q++;
  }
}

/** Behind the object or array at `p`, which lies `depth` levels deep. */
function nestedEnd(bytes: Uint8Array, view: DataView, p: number, depth: number): number {
  if (depth > RECORD_DEPTH_MAX) return -1;
  const object = bytes[p] === 0x7b;
  const close = object ? 0x7d : 0x5d;
  let q = blanksEnd(bytes, p + 1);
  if (bytes[q] === close) return q + 1;
  for (;;) {
    if (object) {
      q = nameEnd(bytes, view, q);
      if (q < 0) return -1;
    }
    const c = bytes[q] ?? 0;
    if (c === QUOTE) q = checkedStringEnd(bytes, view, q + 1);
    else if (c === 0x7b || c === 0x5b) q = nestedEnd(bytes, view, q, depth + 1);
    else q = literalEnd(bytes, q);
    if (q < 0) return -1;
    if ((bytes[q] ?? 0) <= 0x20) q = blanksEnd(bytes, q);
    const separator = bytes[q++];
    if (separator === close) return q;
    if (separator !== 0x2c) return -1;
    if ((bytes[q] ?? 0) <= 0x20) q = blanksEnd(bytes, q);
  }
}

/** Behind `"name" :` and the blanks around the colon. */
function nameEnd(bytes: Uint8Array, view: DataView, p: number): number {
  if (bytes[p] !== QUOTE) return -1;
  let q = checkedStringEnd(bytes, view, p + 1);
  if (q < 0) return -1;
  if (bytes[q] !== 0x3a) {
    q = blanksEnd(bytes, q);
    if (bytes[q] !== 0x3a) return -1;
  }
  q++;
  return (bytes[q] ?? 0) <= 0x20 ? blanksEnd(bytes, q) : q;
}
