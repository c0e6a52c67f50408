/** 128-bit words of wide decimals: low 64 bits at `2 * row`, high (signed) at `2 * row + 1`. */

export function readI128(values: BigInt64Array, row: number): bigint {
  return (values[2 * row + 1]! << 64n) | BigInt.asUintN(64, values[2 * row]!);
}

/** The value must fit 128 bits: every DECIMAL does. */
export function writeI128(values: BigInt64Array, row: number, value: bigint): void {
  values[2 * row] = BigInt.asIntN(64, value);
  values[2 * row + 1] = value >> 64n;
}
