import { describe, expect, test } from 'vitest';
import { durationOfToken, isIntervalUnit, parseInterval } from '../../../grammar/interval-text.js';

const second = 1_000_000n;

describe('intervals', () => {
  test.each([
    ['30', 'SECOND', undefined, 0n, 30n * second],
    ['1.5', 'hours', undefined, 0n, 5_400n * second],
    ['2', 'WEEK', undefined, 0n, 14n * 86_400n * second],
    ['1', 'QUARTER', undefined, 3n, 0n],
    ['-1-2', 'YEAR', 'MONTH', -14n, 0n],
    ['1 02:03', 'DAY', 'MINUTE', 0n, (86_400n + 7_380n) * second],
    ['02:03.5', 'MINUTE', 'SECOND', 0n, 123_500_000n],
    ['5 seconds', undefined, undefined, 0n, 5n * second],
    ['1 month -3 days', undefined, undefined, 1n, -3n * 86_400n * second],
    ['1 day 02:30:00.25', undefined, undefined, 0n, (86_400n + 9_000n) * second + 250_000n],
    ['-00:30', undefined, undefined, 0n, -1_800n * second],
  ])('%s %s %s', (text, unit, lastUnit, months, microseconds) => {
    expect(parseInterval(text, unit, lastUnit)).toEqual({ months, microseconds });
  });

  test.each(['', 'soon', '5', '1 parsec', '1 day and', '0.0000001 s', '--1 s', '1.2.3 s'])('"%s" is none', (text) => {
    expect(parseInterval(text)).toBeUndefined();
  });

  test('a duration keeps its unit where that gives a whole number', () => {
    expect(durationOfToken('90s')).toEqual({ amount: 90n, unit: 's', microseconds: 90n * second });
    expect(durationOfToken('1.5h')).toEqual({ amount: 90n, unit: 'm', microseconds: 5_400n * second });
    expect(durationOfToken('0.5us')).toBeUndefined();
    expect(durationOfToken('1.2.3s')).toBeUndefined();
  });

  test('one-letter units stand only inside the string', () => {
    expect(isIntervalUnit('SECOND')).toBe(true);
    expect(isIntervalUnit('s')).toBe(false);
  });
});
