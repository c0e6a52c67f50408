import { describe, expect, it } from 'vitest';
import { findFunction } from '../../../plan/functions/index.js';
import { resolveCall } from '../../../plan/functions/resolve.js';
import { BIGINT, INT, VARCHAR } from '../../../plan/types.js';
import { RecordError, type Value } from '../../../plan/values.js';
import { evaluateCall } from '../../support/example-expressions.js';

function call(name: string, ...texts: (string | number)[]): Value {
  return evaluateCall(
    name,
    texts.map((value) => ({ value, type: typeof value === 'string' ? VARCHAR : INT })),
  ).value;
}

/** These would run for minutes or for ever in a matcher that backtracks; the test's own time limit is the assertion. */
describe('hostile patterns', { timeout: 10_000 }, () => {
  it('LIKE takes length times pattern steps at most', () => {
    expect(call('LIKE', 'a'.repeat(60), `${'%a'.repeat(30)}%b`)).toBe(false);
    expect(call('LIKE', 'a'.repeat(20_000), `${'%a'.repeat(500)}%b`)).toBe(false);
    expect(call('LIKE', 'a'.repeat(20_000), `%${'a'.repeat(1000)}b`)).toBe(false);
  });

  it('regular expressions that backtrack elsewhere run in linear time', () => {
    expect(call('REGEXP_LIKE', `${'a'.repeat(30_000)}!`, '^(a+)+$')).toBe(false);
    expect(call('REGEXP_LIKE', 'a'.repeat(20_000), '(a|aa)+b')).toBe(false);
    expect(call('SIMILAR_TO', 'a'.repeat(5_000), `${'(a|aa)*'.repeat(5)}b`)).toBe(false);
  });

  it('patterns and texts beyond the limits are errors of the record', () => {
    expect(() => call('LIKE', 'a', 'a'.repeat(1025))).toThrow(RecordError);
    expect(() => call('REGEXP_LIKE', 'a', 'a'.repeat(1025))).toThrow(RecordError);
    expect(() => call('REGEXP_LIKE', 'a'.repeat(65_537), 'a')).toThrow(RecordError);
    expect(() => call('REGEXP_LIKE', 'a', '((a{100}){100}){100}')).toThrow(RecordError);
    expect(() => call('REGEXP_LIKE', 'a', '(((a{1,9}){1,9}){1,9}){1,9}')).toThrow(RecordError);
    expect(() => call('REGEXP_LIKE', 'a', '(')).toThrow(RecordError);
    expect(() => call('REPEAT', 'ab', 2_000_000_000)).toThrow(RecordError);
    expect(() => call('LPAD', 'ab', 2_000_000_000)).toThrow(RecordError);
    expect(() => call('REPLACE', 'a'.repeat(10_000), 'a', 'b'.repeat(10_000))).toThrow(RecordError);
  });

  it('JSON that is nested too deeply or has names of prototypes is only text', () => {
    expect(call('IS_JSON', '['.repeat(100_000))).toBe(false);
    expect(call('JSON_VALUE', '{"__proto__":{"polluted":"yes"}}', '$.__proto__.polluted')).toBe('yes');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(call('JSON_VALUE', '{"a":1}', '$.constructor')).toBe(null);
    expect(call('JSON_GET_TEXT', '{"a":1}', 'toString')).toBe(null);
  });

  it('names of prototypes are no functions', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(findFunction(name)).toBeUndefined();
      expect(resolveCall(name, []).kind).toBe('unknown_function');
    }
  });
});

describe('resolution of calls', () => {
  it('widens to the nearest overload', () => {
    const found = resolveCall('abs', [INT]);
    expect(found).toMatchObject({ kind: 'resolved', type: INT, argumentTypes: [INT] });
    expect(resolveCall('sqrt', [BIGINT])).toMatchObject({ argumentTypes: [{ kind: 'double' }] });
    expect(resolveCall('GREATEST', [INT, null, BIGINT])).toMatchObject({
      type: BIGINT,
      argumentTypes: [BIGINT, BIGINT, BIGINT],
    });
  });

  it('says what is wrong', () => {
    expect(resolveCall('ABSS', [INT])).toMatchObject({ kind: 'unknown_function', name: 'ABSS' });
    expect(resolveCall('SUBSTRING', [VARCHAR])).toMatchObject({ kind: 'wrong_argument_count', expected: '2 or 3' });
    expect(resolveCall('CONCAT', [])).toMatchObject({ kind: 'wrong_argument_count', expected: 'at least 1' });
    expect(resolveCall('UPPER', [INT])).toMatchObject({
      kind: 'wrong_argument_types',
      found: ['INT'],
      signatures: ['UPPER(VARCHAR)'],
    });
    expect(resolveCall('GREATEST', [INT, VARCHAR]).kind).toBe('wrong_argument_types');
  });
});
