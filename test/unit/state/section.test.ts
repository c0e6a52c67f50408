import { describe, expect, it } from 'vitest';
import { SectionReader, writeSection } from '../../../runtime/state/section.js';

const whole = Buffer.concat(writeSection('table-0', 'table', [Uint8Array.of(1, 2, 3), new Uint8Array(0)]).parts);
const read = (bytes: Uint8Array) => new SectionReader('agg', { name: 'table-0', parts: [bytes] }, 'table');

describe('a stored section', () => {
  it('is read when it is whole', () => {
    expect(() => read(whole)).not.toThrow();
  });

  it('of another format is refused before anything else is believed', () => {
    const other = Buffer.from(whole);
    other.writeUInt32LE(7, 4);
    expect(() => read(other)).toThrow(/ESQL8502.*format 7/u);
  });

  it.each([
    ['its content', whole.length - 1],
    ['its checksum', 12],
    ['its kind', 8],
    ['its first word', 0],
  ])('is refused when %s is another', (_, at) => {
    const other = Buffer.from(whole);
    other[at] = (other[at] ?? 0) ^ 1;
    expect(() => read(other)).toThrow('ESQL8501');
  });
});
