import { describe, expect, it } from 'vitest';
import { castValue } from '../../../plan/casts.js';
import { scalarFunctions } from '../../../plan/functions/index.js';
import { VARCHAR } from '../../../plan/types.js';
import { evaluateExample } from '../../support/example-expressions.js';

describe('examples of the catalogue', () => {
  it.each(scalarFunctions.map((entry) => [entry.name, entry.example] as const))('%s', (name, example) => {
    expect(example.sql).toContain(name);
    const found = evaluateExample(example.sql);
    const wanted = evaluateExample(example.result);
    if (wanted.type === null || found.type === null) {
      expect(found.value).toBe(null);
      return;
    }
    if (found.type.kind === 'json') expect(found.value).toBe(wanted.value);
    else expect(found.value).toEqual(castValue(castValue(wanted.value, wanted.type, VARCHAR), VARCHAR, found.type));
  });

  it('has no name twice', () => {
    const names = scalarFunctions.flatMap((entry) => [entry.name, ...entry.aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('documents every function in one sentence and gives every one a spelling or a reason for Spark', () => {
    for (const entry of scalarFunctions) {
      expect(entry.doc).toMatch(/[.)]$/u);
      expect('template' in entry.spark ? entry.spark.template : entry.spark.unsupported).not.toBe('');
    }
    expect(scalarFunctions.length).toBeGreaterThanOrEqual(120);
  });
});

describe('where other engines differ', () => {
  const text = (sql: string): unknown => {
    const { value, type } = evaluateExample(sql);
    return type === null ? null : castValue(value, type, VARCHAR);
  };

  it.each([
    ["UPPER('straße')", 'STRASSE'],
    ["DATE_TRUNC('century', TIMESTAMP '2024-02-29 13:45:10')", '2001-01-01 00:00:00'],
    ["DATE_TRUNC('millennium', TIMESTAMP '2000-12-31 00:00:00')", '1001-01-01 00:00:00'],
    ["DATEDIFF('week', TIMESTAMP '2026-03-01 23:00:00', TIMESTAMP '2026-03-02 01:00:00')", '1'],
    ["TIMESTAMPDIFF('week', TIMESTAMP '2026-03-01 23:00:00', TIMESTAMP '2026-03-02 01:00:00')", '0'],
    ["AT_TIME_ZONE(TIMESTAMP '2026-03-31 12:00:00', 'UTC+02:30')", '2026-03-31 09:30:00+00'],
    [
      "TO_CHAR(TIMESTAMP '2026-03-01 00:05:09.5', 'FMDay, FMDD FMMonth YYYY HH12:MI:SS.MS AM')",
      'Sunday, 1 March 2026 12:05:09.500 AM',
    ],
    ["TO_TIMESTAMP('Mar 1, 2026 12:05 am', 'Mon DD, YYYY HH12:MI AM')", '2026-03-01 00:05:00'],
    ["DATE_FORMAT(TIMESTAMP '2026-03-01 00:05:09.5', 'EEE d MMM ''''yy h:mm a SSS')", "Sun 1 Mar '26 12:05 AM 500"],
    ["SUBSTRING('abc', -1, 3)", 'a'],
    ["RIGHT('😀b', -1)", 'b'],
    ["REGEXP_REPLACE('aaa', 'a', 'b')", 'baa'],
    ["REGEXP_REPLACE('ab', '(a)(b)', '\\2\\1\\&')", 'baab'],
    ["JSON_VALUE('{\"a\":12345678901234567890.10}', '$.a')", '12345678901234567890.10'],
    ["CONCAT_WS(',', NULL, 'a')", 'a'],
    ['CONCAT(NULL)', ''],
  ])('%s', (sql, wanted) => {
    expect(text(sql)).toBe(wanted);
  });
});
