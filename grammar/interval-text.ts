/**
 * Durations and intervals: `1.5h`, `INTERVAL '2' MINUTE`, `INTERVAL '1 day 02:00:00'`.
 *
 * Months have no fixed length, so a value is a pair of months and microseconds; arithmetic is exact on bigints.
 */
import type { DurationUnit } from './ast.js';

export interface IntervalValue {
  readonly months: bigint;
  readonly microseconds: bigint;
}

export const microsecondsPerUnit: Readonly<Record<DurationUnit, bigint>> = {
  us: 1n,
  ms: 1_000n,
  s: 1_000_000n,
  m: 60_000_000n,
  h: 3_600_000_000n,
  d: 86_400_000_000n,
};

const unitsFromLargest: readonly DurationUnit[] = ['d', 'h', 'm', 's', 'ms', 'us'];

type IntervalUnit = DurationUnit | 'week' | 'month' | 'quarter' | 'year';

const unitNames: ReadonlyMap<string, IntervalUnit> = new Map<string, IntervalUnit>([
  ...names('us', 'us', 'microsecond', 'usec'),
  ...names('ms', 'ms', 'millisecond', 'msec'),
  ...names('s', 's', 'second', 'sec'),
  ...names('m', 'm', 'minute', 'min'),
  ...names('h', 'h', 'hour', 'hr'),
  ...names('d', 'd', 'day'),
  ...names('week', 'week'),
  ...names('month', 'month', 'mon'),
  ...names('quarter', 'quarter'),
  ...names('year', 'year'),
]);

export const INTERVAL_UNITS_HINT =
  "Units are YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND and MICROSECOND: INTERVAL '30' SECOND.";

function names(unit: IntervalUnit, ...spellings: string[]): [string, IntervalUnit][] {
  return spellings.flatMap((spelling): [string, IntervalUnit][] => [
    [spelling, unit],
    ...(spelling.length > 2 ? [[`${spelling}s`, unit] satisfies [string, IntervalUnit]] : []),
  ]);
}

/** Whether the word may stand after `INTERVAL '…'`; one-letter units only stand inside the string. */
export function isIntervalUnit(word: string): boolean {
  return word.length > 2 && unitNames.has(word.toLowerCase());
}

/** The value of a duration token, or undefined where it has a part smaller than a microsecond. */
export function durationOfToken(
  text: string,
): { amount: bigint; unit: DurationUnit; microseconds: bigint } | undefined {
  const found = /^([0-9.]+)([a-z]+)$/u.exec(text.toLowerCase());
  const unit = unitNames.get(found?.[2] ?? '');
  if (found?.[1] === undefined || unit === undefined || !(unit in microsecondsPerUnit)) return undefined;
  const durationUnit = unit as DurationUnit;
  const microseconds = multiply(found[1], microsecondsPerUnit[durationUnit]);
  if (microseconds === undefined) return undefined;
  return inUnits(microseconds, durationUnit);
}

/** In `unit` where that gives a whole number, in the next smaller one that does otherwise. */
export function inUnits(
  microseconds: bigint,
  unit: DurationUnit,
): { amount: bigint; unit: DurationUnit; microseconds: bigint } {
  const from = unitsFromLargest.indexOf(unit);
  const fitting = unitsFromLargest.slice(from).find((u) => microseconds % microsecondsPerUnit[u] === 0n) ?? 'us';
  return { amount: microseconds / microsecondsPerUnit[fitting], unit: fitting, microseconds };
}

/** The largest unit that gives a whole number. */
export function naturalUnit(microseconds: bigint): DurationUnit {
  return unitsFromLargest.find((unit) => microseconds % microsecondsPerUnit[unit] === 0n) ?? 'us';
}

/** `decimal` × `factor`, undefined unless whole. */
function multiply(decimal: string, factor: bigint): bigint | undefined {
  const found = /^([0-9]*)\.?([0-9]*)$/u.exec(decimal);
  if (found === null || decimal === '.' || decimal === '') return undefined;
  const fraction = found[2] ?? '';
  const product = BigInt(`${found[1] ?? ''}${fraction}`) * factor;
  const scale = 10n ** BigInt(fraction.length);
  return product % scale === 0n ? product / scale : undefined;
}

const none: IntervalValue = { months: 0n, microseconds: 0n };

function add(a: IntervalValue, b: IntervalValue): IntervalValue {
  return { months: a.months + b.months, microseconds: a.microseconds + b.microseconds };
}

function negate(value: IntervalValue): IntervalValue {
  return { months: -value.months, microseconds: -value.microseconds };
}

const monthsPerUnit = { month: 1n, quarter: 3n, year: 12n } as const;

function amountOf(number: string, unit: IntervalUnit): IntervalValue | undefined {
  if (unit === 'month' || unit === 'quarter' || unit === 'year') {
    const months = multiply(number, monthsPerUnit[unit]);
    return months === undefined ? undefined : { months, microseconds: 0n };
  }
  const perUnit = unit === 'week' ? 7n * microsecondsPerUnit.d : microsecondsPerUnit[unit];
  const microseconds = multiply(number, perUnit);
  return microseconds === undefined ? undefined : { months: 0n, microseconds };
}

/**
 * The value of `INTERVAL 'text' [unit [TO lastUnit]]`, or undefined where the text is none. Without a unit the text
 * names its own, as in PostgreSQL: `5 seconds`, `1 year 2 months`, `1 day 02:30:00`.
 */
export function parseInterval(text: string, unit?: string, lastUnit?: string): IntervalValue | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (/^[+-]/u.test(trimmed) && !/\s/u.test(trimmed)) {
    const value = parseInterval(trimmed.slice(1), unit, lastUnit);
    return value === undefined ? undefined : trimmed.startsWith('-') ? negate(value) : value;
  }
  if (unit === undefined) return parseWords(trimmed);
  const first = unitNames.get(unit.toLowerCase());
  if (first === undefined) return undefined;
  if (/^[0-9.]+$/u.test(trimmed) && lastUnit === undefined) return amountOf(trimmed, first);
  return parseFields(trimmed, first, lastUnit === undefined ? undefined : unitNames.get(lastUnit.toLowerCase()));
}

const fieldUnits: readonly IntervalUnit[] = ['d', 'h', 'm', 's'];

/** `'1-2' YEAR TO MONTH`, `'1 02:03' DAY TO MINUTE`, `'02:03.5' MINUTE TO SECOND`. */
function parseFields(text: string, first: IntervalUnit, last: IntervalUnit | undefined): IntervalValue | undefined {
  if (last === undefined) return undefined;
  if (first === 'year' && last === 'month') {
    const found = /^([0-9]+)-([0-9]+)$/u.exec(text);
    return found === null
      ? undefined
      : { months: BigInt(found[1] ?? '') * 12n + BigInt(found[2] ?? ''), microseconds: 0n };
  }
  const from = fieldUnits.indexOf(first);
  const to = fieldUnits.indexOf(last);
  const parts = text.split(/[\s:]+/u);
  if (from < 0 || to < from || parts.length !== to - from + 1) return undefined;
  return sum(parts.map((part, index) => amountOf(part, fieldUnits[from + index] ?? 's')));
}

function sum(values: readonly (IntervalValue | undefined)[]): IntervalValue | undefined {
  let total: IntervalValue | undefined = none;
  for (const value of values) total = value === undefined ? undefined : total && add(total, value);
  return total;
}

const pairPattern = /^([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([a-z]+)(?:\s+|$)/iu;
const clockPattern = /^([+-]?)([0-9]+):([0-9]{1,2})(?::([0-9]{1,2}(?:\.[0-9]+)?))?(?:\s+|$)/u;

function parseWords(text: string): IntervalValue | undefined {
  let rest = text;
  let total = none;
  while (rest !== '') {
    const pair = pairPattern.exec(rest);
    const clock = pair === null ? clockPattern.exec(rest) : null;
    let value: IntervalValue | undefined;
    if (pair !== null) {
      const unit = unitNames.get((pair[3] ?? '').toLowerCase());
      value = unit === undefined ? undefined : amountOf(pair[2] ?? '', unit);
    } else if (clock !== null) {
      value = sum([amountOf(clock[2] ?? '', 'h'), amountOf(clock[3] ?? '', 'm'), amountOf(clock[4] ?? '0', 's')]);
    }
    const found = pair ?? clock;
    if (value === undefined || found === null) return undefined;
    total = add(total, found[1] === '-' ? negate(value) : value);
    rest = rest.slice(found[0].length);
  }
  return total;
}
