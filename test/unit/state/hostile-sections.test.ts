/** Stored state that is not as it was written: refused with a diagnostic, never a crash and never a wrong result. */
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import type { AggregateCall } from '../../../plan/plan.js';
import { BIGINT, DOUBLE, VARCHAR, type Schema } from '../../../plan/types.js';
import { WATERMARK_NONE, type StateSection } from '../../../runtime/operators/operator.js';
import { writeSection } from '../../../runtime/state/section.js';
import { aggregateOperator, field, shape } from '../../support/plan-builder.js';
import { OperatorHarness, batchContext, batchOf } from '../../support/operator-harness.js';

const SCHEMA: Schema = [field('k', VARCHAR, true), field('x', DOUBLE), field('t', VARCHAR)];

function call(name: AggregateCall['function'], argument: number | null, distinct = false): AggregateCall {
  const type = name === 'count' ? BIGINT : SCHEMA[argument ?? 0]!.type;
  return {
    function: name,
    argument,
    distinct,
    filter: null,
    field: field(`${name}${argument}${distinct}`, type, true),
  };
}

const changing = [shape(SCHEMA, { changelog: 'changes' })];
const operator = aggregateOperator({ id: 'in', output: changing[0]! }, 'agg', {
  group: [0],
  aggregates: [call('count', null), call('sum', 1), call('max', 2), call('min', 1), call('count', 2, true)],
});

function filled(): OperatorHarness {
  const harness = new OperatorHarness(operator, changing);
  const rows = Array.from({ length: 40 }, (_, i) => [i % 7 === 0 ? null : `k${i % 5}`, i / 4, `text ${i % 9}`]);
  harness.run(batchContext(1), [batchOf(SCHEMA, rows)], WATERMARK_NONE);
  harness.run(
    batchContext(2),
    [batchOf(SCHEMA, rows.slice(0, 9), { weights: new Int32Array(9).fill(-1) })],
    WATERMARK_NONE,
  );
  return harness;
}

function load(sections: readonly StateSection[]): OperatorHarness {
  const harness = new OperatorHarness(operator, changing);
  harness.runtime.state!.load(sections);
  return harness;
}

function expectRefused(sections: readonly StateSection[], what: string): void {
  let found: unknown;
  try {
    load(sections);
  } catch (error) {
    found = error;
  }
  expect(found, what).toBeInstanceOf(DiagnosticError);
  expect((found as DiagnosticError).diagnostic.code, what).toMatch(/^ESQL850[12]$/u);
}

describe('stored state', () => {
  const whole = filled().dump();

  it('is loaded when it is whole', () => {
    expect(load(whole).dump()).toEqual(whole);
  });

  it('is refused wherever it is cut off', () => {
    for (const [s, section] of whole.entries()) {
      const bytes = section.parts[0]!;
      for (let length = 0; length < bytes.length; length += 1 + (bytes.length >> 7)) {
        const cut = whole.map((other, i) => (i === s ? { ...other, parts: [bytes.slice(0, length)] } : other));
        expectRefused(cut, `${section.name} cut at ${length}`);
      }
    }
  });

  it('is refused whichever bit is flipped', () => {
    for (const [s, section] of whole.entries()) {
      const bytes = section.parts[0]!;
      for (let bit = 0; bit < 8 * bytes.length; bit += 1 + (bytes.length >> 6)) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const sections = whole.map((other, i) => (i === s ? { ...other, parts: [flipped] } : other));
        expectRefused(sections, `${section.name} bit ${bit}`);
      }
    }
  });

  it('is refused when a section is missing, doubled or of another kind', () => {
    expectRefused([], 'nothing');
    expectRefused(whole.slice(1), 'no list of tables');
    expectRefused(whole.slice(0, 1), 'no table');
    expectRefused([...whole, { ...whole[1]!, name: 'table-7' }], 'one too many');
    expectRefused([whole[0]!, { ...whole[0]!, name: 'table-0' }], 'the list as a table');
  });

  it('is refused when checksums hold but the content does not', () => {
    const reader = new OperatorHarness(operator, changing);
    reader.run(batchContext(1), [batchOf(SCHEMA, [['a', 1, 'x']])], WATERMARK_NONE);
    const parts = reader.runtime.state!.dump()[1]!.parts.slice(1);
    const corrupt = (change: (words: Int32Array) => void, part: number): void => {
      const copies = parts.map((bytes) => bytes.slice());
      const target = copies[part]!;
      change(new Int32Array(target.buffer, target.byteOffset, target.length >> 2));
      expectRefused([whole[0]!, writeSection('table-0', 'table', copies)], `part ${part}`);
    };
    corrupt((words) => (words[0] = 3), 0);
    corrupt((words) => (words[0] = 17), 1);
    corrupt((words) => (words[1] = 100), 2);
    expectRefused([whole[0]!, writeSection('table-0', 'table', parts.slice(0, -1))], 'a part less');
    expectRefused([whole[0]!, writeSection('table-0', 'table', [...parts, new Uint8Array(8)])], 'a part more');
  });
});
