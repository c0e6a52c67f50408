/** Text as characters (code points). Text without surrogates, nearly all there is, is worked on in place. */

const SURROGATE = /[\ud800-\udfff]/;

export function hasSurrogates(text: string): boolean {
  return SURROGATE.test(text);
}

export function characterCount(text: string): number {
  if (!hasSurrogates(text)) return text.length;
  return Array.from(text).length;
}

/** Characters `[start, end)`. */
export function sliceCharacters(text: string, start: number, end: number): string {
  if (!hasSurrogates(text)) return text.slice(start, end);
  return Array.from(text).slice(start, end).join('');
}

/** The number of characters before a position given in UTF-16 units. */
export function charactersBefore(text: string, unit: number): number {
  return characterCount(text.slice(0, unit));
}

/** A bigint clamped into what positions within a text can be. */
export function clampPosition(value: bigint): number {
  const limit = 2n ** 31n;
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}
