/** State is stored under operator ids: what is added or changed elsewhere must not move them. */
import { describe, expect, it } from 'vitest';
import { planOf } from './support.js';

const W = 'TUMBLE(orders, ts, 1m)';
const BASE = `CREATE VIEW busy AS SELECT store, COUNT(*) AS n FROM orders GROUP BY store;
CREATE STREAM first AS SELECT window_start, SUM(amount) AS total FROM ${W} GROUP BY window_start;
CREATE STREAM second AS SELECT store FROM busy WHERE n > 10;`;

function ids(text: string): readonly string[] {
  return planOf(text).operators.map((operator) => operator.id);
}

describe('operator ids', () => {
  it('come from names', () => {
    expect(ids(BASE)).toEqual([
      'orders',
      'orders/watermark',
      'first/aggregate',
      'first/project',
      'busy/aggregate',
      'second/filter',
      'second/project',
    ]);
  });

  it('stay when streams are added before or after, or a filter is', () => {
    const before = ids(BASE);
    const more = [
      `CREATE STREAM zeroth AS SELECT store, MAX(amount) AS m FROM orders WHERE id > 1 GROUP BY store; ${BASE}`,
      `${BASE} CREATE STREAM third AS SELECT COUNT(*) AS n FROM busy;`,
      BASE.replace('FROM orders GROUP', 'FROM orders WHERE store > 0 GROUP'),
      `-- a comment\n${BASE}`,
    ];
    for (const text of more) expect(ids(text)).toEqual(expect.arrayContaining([...before]));
  });

  it('tell equal steps of one query apart in the order of the text', () => {
    const found = ids(
      'CREATE STREAM s AS SELECT n, COUNT(*) AS m FROM (SELECT store, COUNT(*) AS n FROM orders GROUP BY store) GROUP BY n;',
    );
    expect(found.filter((id) => id.includes('aggregate'))).toEqual(['s/aggregate', 's/aggregate_2']);
  });

  it('keep slashes in names apart from their own', () => {
    expect(ids('CREATE STREAM "a/b" AS SELECT id FROM orders WHERE id > 1;')).toContain('a%2Fb/filter');
  });
});
