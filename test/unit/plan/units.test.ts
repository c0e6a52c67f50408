import { expect, test } from 'vitest';
import { durationFromText, durationToText, sizeFromText, sizeToText } from '../../../plan/units.js';

test.each([
  [30_000_000n, '30s'],
  [90_000_000n, '90s'],
  [5_400_000_000n, '90m'],
  [86_400_000_000n, '1d'],
  [500_000n, '500ms'],
  [1n, '1us'],
  [0n, '0s'],
])('%s µs is %s', (value_us, text) => {
  expect(durationToText(value_us)).toBe(text);
  expect(durationFromText(text)).toBe(value_us);
});

test('durations: other units are read, other texts are not', () => {
  expect(durationFromText('60s')).toBe(60_000_000n);
  for (const text of ['', '30', 's', '30 s', '1h30m', '-1s', '1.5s', '106751992d', '30S']) {
    expect(durationFromText(text), text).toBeUndefined();
  }
  expect(durationToText(-30_000_000n)).toBe('-30s');
});

test.each([
  [67_108_864n, '64MB'],
  [1_025n, '1025B'],
  [2_048n, '2KB'],
  [0n, '0B'],
])('%s bytes are %s', (value, text) => {
  expect(sizeToText(value)).toBe(text);
  expect(sizeFromText(text)).toBe(value);
});

test('sizes: a number alone is bytes', () => {
  expect(sizeFromText('512')).toBe(512n);
  expect(sizeFromText('1kb')).toBe(1024n);
  for (const text of ['', 'MB', '1 MB', '-1B', '1.5GB', '9007199254740992', '1PB'])
    expect(sizeFromText(text)).toBeUndefined();
});
