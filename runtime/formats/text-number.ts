/** Numbers from their decimal text, exactly: integers and decimals never pass through a double. */
import { RecordError } from '../../plan/values.js';

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/u;
/** Beyond it a number with a non-zero digit is out of the range of every type; its digits are not even built. */
const EXPONENT_MAX = 1000;

/** Why a text is not an exact decimal of the wanted shape. */
type Misfit = 'no_number' | 'decimal_places' | 'digits';

function scaledInteger(text: string, precision: number, scale: number): bigint | Misfit {
  const match = NUMBER.exec(text);
  if (match === null) return 'no_number';
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return 'no_number';
  const digits = (whole + fraction).replace(/^0+/u, '');
  const significant = digits.replace(/0+$/u, '');
  if (significant === '') return 0n;
  // The number is significant × 10^exponent.
  const exponent = Number(exponentText) - fraction.length + (digits.length - significant.length);
  const grow = exponent + scale;
  if (grow < 0) return 'decimal_places';
  if (grow > EXPONENT_MAX || significant.length + grow > precision) return 'digits';
  const value = BigInt(significant) * 10n ** BigInt(grow);
  return sign === '-' ? -value : value;
}

/**
 * `text × 10^scale` as an exact integer. A number with more non-zero digits behind the point than `scale`, or with more
 * than
 * `precision` digits, is `out_of_range`: digits are never rounded away. Undefined if it isn't a number.
 */
export function parseDecimal(text: string, precision: number, scale: number): bigint | undefined {
  const value = scaledInteger(text, precision, scale);
  if (typeof value === 'bigint') return value;
  if (value === 'no_number') return undefined;
  const places = value === 'decimal_places';
  const room = places
    ? `${String(scale)} decimal places`
    : `${String(precision)} digits, ${String(scale)} of them decimal`;
  throw new RecordError('out_of_range', `expected at most ${room}`);
}

/** An exact integer; `1.0` and `1e3` are integers too. Undefined if it is no number, or one with a fraction. */
export function parseInteger(text: string): bigint | undefined {
  const value = scaledInteger(text, EXPONENT_MAX, 0);
  if (typeof value === 'bigint') return value;
  if (value !== 'digits') return undefined;
  throw new RecordError('out_of_range', 'expected an integer of a few digits');
}

/** The nearest double; Infinity for numbers that are too large. Undefined if it isn't a number. */
export function parseDouble(text: string): number | undefined {
  return NUMBER.test(text) && /\d/u.test(text) ? Number(text) : undefined;
}
