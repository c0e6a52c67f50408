import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExactSums } from '../../../runtime/state/exact-sums.js';

function sumOf(values: readonly (readonly [number, number])[]): number {
  const sums = new ExactSums();
  const words = new Float64Array(4);
  for (const [value, weight] of values) sums.add(words, 0, 0, value, weight);
  sums.settle(words, 0, 0);
  return words[0]!;
}

/** A finite double as a fraction with denominator 2^1074, read from its binary digits. */
function units(value: number): bigint {
  const [whole = '', fraction = ''] = Math.abs(value).toString(2).split('.');
  const magnitude = BigInt(`0b${whole}${fraction.padEnd(1074, '0')}`);
  return value < 0 ? -magnitude : magnitude;
}

function neighbours(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  return [-1n, 1n].map((step) => {
    view.setFloat64(0, value === 0 ? 0 : value);
    view.setBigInt64(0, view.getBigInt64(0) + step);
    return value === 0 && step < 0n ? -Number.MIN_VALUE : view.getFloat64(0);
  });
}

function distance(exact: bigint, value: number): bigint {
  const difference = exact - units(value);
  return difference < 0n ? -difference : difference;
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });

describe('exact sums', () => {
  it('are the double nearest to the exact sum', () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 12 }), (values) => {
        const result = sumOf(values.map((value) => [value, 1]));
        const exact = values.reduce((sum, value) => sum + units(value), 0n);
        for (const other of neighbours(result)) expect(distance(exact, result) <= distance(exact, other)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('forget what is taken out again', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 12 }), fc.double(), (values, rest) => {
        const all = [rest, ...values].map((value): [number, number] => [value, 1]);
        const gone = values.map((value): [number, number] => [value, -1]);
        expect(sumOf([...all, ...gone])).toBe(Object.is(rest, -0) ? 0 : rest);
      }),
      { numRuns: 300 },
    );
  });

  it('know infinities, the smallest and the largest', () => {
    expect(
      sumOf([
        [Infinity, 1],
        [-Infinity, 1],
      ]),
    ).toBeNaN();
    expect(
      sumOf([
        [Infinity, 1],
        [NaN, 1],
        [NaN, -1],
      ]),
    ).toBe(Infinity);
    expect(sumOf([[Number.MIN_VALUE, 3]])).toBe(Number.MIN_VALUE * 3);
    expect(sumOf([[Number.MAX_VALUE, 2]])).toBe(Infinity);
    expect(
      sumOf([
        [Number.MAX_VALUE, 2],
        [Number.MAX_VALUE, -1],
      ]),
    ).toBe(Number.MAX_VALUE);
    expect(
      sumOf([
        [1e100, 1],
        [1, 1],
        [-1e100, 1],
      ]),
    ).toBe(1);
  });
});
