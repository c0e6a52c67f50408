/**
 * Found by fuzzing: a line that ends like an object, but does not begin like one, was a row where no column is read.
 */
import { expect, it } from 'vitest';
import { decodeAll, KERNELS } from '../../support/decoding.js';

const LINES = ['}', '"a":1}\n}', '{"a":1}\n}', ',"a":1}', '{"a":1}\n,"a":1}', '{"a":1}\n"a":1}', '{}\n}\n}'];

it.each(KERNELS)('a record begins with a brace: %s', (kernel) => {
  for (const columns of [['pos BIGINT NOT NULL METADATA FROM offset'], ['a BIGINT']]) {
    for (const lines of LINES) {
      const { rows, bad } = decodeAll(columns, `${lines}\n{"a":1}\n{"a":2}\n`, kernel);
      const records = lines.split('\n');
      const objects = records.filter((line) => line.startsWith('{')).length;
      expect(rows.length, `${kernel} ${lines}`).toBe(objects + 2);
      expect(bad.length, `${kernel} ${lines}`).toBe(records.length - objects);
    }
  }
});
