/** Durations (`30s`) and sizes (`64MB`) as text: what stands in queries, plans and messages. */

export const durationUnits_us = {
  d: 86_400_000_000n,
  h: 3_600_000_000n,
  m: 60_000_000n,
  s: 1_000_000n,
  ms: 1_000n,
  us: 1n,
} as const;

/** Powers of 1024, as in PostgreSQL. */
export const sizeUnits_bytes = {
  TB: 1_099_511_627_776n,
  GB: 1_073_741_824n,
  MB: 1_048_576n,
  KB: 1_024n,
  B: 1n,
} as const;

const SIGNED_64_MAX = 9_223_372_036_854_775_807n;

/**
 * Microseconds of `30s`, `500ms`, `0s`; undefined for any other text. Whole numbers with one unit, at most 2^63-1 µs.
 */
export function durationFromText(text: string): bigint | undefined {
  const match = /^(\d{1,20})(us|ms|s|m|h|d)$/u.exec(text);
  if (match === null) return undefined;
  const unit = durationUnits_us[match[2] as keyof typeof durationUnits_us];
  const value_us = BigInt(match[1] ?? '') * unit;
  return value_us <= SIGNED_64_MAX ? value_us : undefined;
}

/** The canonical text: the largest unit that gives a whole number; `0s` for nothing. */
export function durationToText(value_us: bigint): string {
  if (value_us === 0n) return '0s';
  if (value_us < 0n) return `-${durationToText(-value_us)}`;
  for (const [unit, factor] of Object.entries(durationUnits_us)) {
    if (value_us % factor === 0n) return `${String(value_us / factor)}${unit}`;
  }
  return `${String(value_us)}us`;
}

/** Bytes of `64MB`, `512B`, or of a number alone; undefined for any other text. At most 2^53-1. */
export function sizeFromText(text: string): bigint | undefined {
  const match = /^(\d{1,19})(B|KB|MB|GB|TB)?$/iu.exec(text);
  if (match === null) return undefined;
  const unit = (match[2] ?? 'B').toUpperCase() as keyof typeof sizeUnits_bytes;
  const value_bytes = BigInt(match[1] ?? '') * sizeUnits_bytes[unit];
  return value_bytes <= BigInt(Number.MAX_SAFE_INTEGER) ? value_bytes : undefined;
}

/** The canonical text: the largest unit that gives a whole number; `0B` for nothing. */
export function sizeToText(value_bytes: bigint): string {
  if (value_bytes === 0n) return '0B';
  for (const [unit, factor] of Object.entries(sizeUnits_bytes)) {
    if (value_bytes % factor === 0n) return `${String(value_bytes / factor)}${unit}`;
  }
  return `${String(value_bytes)}B`;
}
