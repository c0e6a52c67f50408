/** Base64 (RFC 4648 §4, or §5 with `-` and `_`), the spelling of VARBINARY in text formats. Padding may be left out. */

const INVALID = 255;
const DIGITS = new Uint8Array(256).fill(INVALID);
'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').forEach((letter, index) => {
  DIGITS[letter.charCodeAt(0)] = index;
});
DIGITS[0x2d] = 62;
DIGITS[0x5f] = 63;

/** Decodes `bytes[start … end)` into `target` at `at`; the size, or -1 if it is no base64. */
export function decodeBase64(bytes: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  let last = end;
  while (last > start && end - last < 2 && bytes[last - 1] === 0x3d) last--;
  const padded = last < end;
  const rest = (last - start) % 4;
  if (rest === 1 || (padded && (end - start) % 4 !== 0)) return -1;
  let out = at;
  let bits = 0;
  let held = 0;
  for (let i = start; i < last; i++) {
    const digit = DIGITS[bytes[i] ?? 0] ?? INVALID;
    if (digit === INVALID) return -1;
    held = (held << 6) | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    target[out++] = (held >> bits) & 0xff;
    held &= (1 << bits) - 1;
  }
  return out - at;
}
