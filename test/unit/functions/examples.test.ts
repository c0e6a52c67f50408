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
