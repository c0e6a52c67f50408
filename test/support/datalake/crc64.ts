/**
 * The CRC-64 of Azure Storage: polynomial 0x9A6C9329AC4BC9B5, reflected, all ones before and after, little-endian in
 * base64. Kept in two 32-bit halves, for `BigInt` is a hundred times slower, and eight bytes a step ("slicing by 8",
 * Kounavis and Berry 2005): every block of a blob is summed. Known values: test/integration/datalake/behaviour.test.ts.
 */
const POLYNOMIAL_HIGH = 0x9a6c9329;
const POLYNOMIAL_LOW = 0xac4bc9b5;
const SLICES = 8;

/** `HIGH[slice * 256 + byte]`: the sum of the byte followed by `slice` zeros, upper half. */
const HIGH = new Uint32Array(SLICES * 256);
const LOW = new Uint32Array(SLICES * 256);

for (let byte = 0; byte < 256; byte++) {
  let upper = 0;
  let lower = byte;
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (lower & 1) === 1;
    lower = ((lower >>> 1) | (upper << 31)) >>> 0;
    upper >>>= 1;
    if (isOdd) {
      upper ^= POLYNOMIAL_HIGH;
      lower ^= POLYNOMIAL_LOW;
    }
  }
  HIGH[byte] = upper >>> 0;
  LOW[byte] = lower >>> 0;
}
for (let index = 256; index < SLICES * 256; index++) {
  const upper = HIGH[index - 256]!;
  const lower = LOW[index - 256]!;
  const next = lower & 0xff;
  LOW[index] = (((lower >>> 8) | (upper << 24)) ^ LOW[next]!) >>> 0;
  HIGH[index] = ((upper >>> 8) ^ HIGH[next]!) >>> 0;
}

export function crc64(bytes: Uint8Array): string {
  let high = 0xffffffff;
  let low = 0xffffffff;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  for (; offset + 8 <= bytes.length; offset += 8) {
    const first = low ^ view.getUint32(offset, true);
    const second = high ^ view.getUint32(offset + 4, true);
    const a = 1792 + (first & 0xff);
    const b = 1536 + ((first >>> 8) & 0xff);
    const c = 1280 + ((first >>> 16) & 0xff);
    const d = 1024 + (first >>> 24);
    const e = 768 + (second & 0xff);
    const f = 512 + ((second >>> 8) & 0xff);
    const g = 256 + ((second >>> 16) & 0xff);
    const h = second >>> 24;
    low = LOW[a]! ^ LOW[b]! ^ LOW[c]! ^ LOW[d]! ^ LOW[e]! ^ LOW[f]! ^ LOW[g]! ^ LOW[h]!;
    high = HIGH[a]! ^ HIGH[b]! ^ HIGH[c]! ^ HIGH[d]! ^ HIGH[e]! ^ HIGH[f]! ^ HIGH[g]! ^ HIGH[h]!;
  }
  for (; offset < bytes.length; offset++) {
    const index = (low ^ bytes[offset]!) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ LOW[index]!;
    high = (high >>> 8) ^ HIGH[index]!;
  }
  const sum = Buffer.alloc(8);
  sum.writeUInt32LE(~low >>> 0, 0);
  sum.writeUInt32LE(~high >>> 0, 4);
  return sum.toString('base64');
}
