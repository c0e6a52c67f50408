/** Keys, changes and event time as they are derived, and which KEY is accepted. */
import { describe, expect, it } from 'vitest';
import { codesOf, operatorNamed, planOf } from './support.js';

function shapeOf(query: string): string {
  const plan = planOf(`CREATE STREAM result AS ${query};`);
  const { key, changelog, event_time } = operatorNamed(plan, plan.streams[0]!.operator).output;
  return `${changelog} key ${key === null ? 'none' : `(${key.join(', ')})`} time (${event_time.join(', ')})`;
}

const W = 'TUMBLE(orders, ts, 1m)';

describe('derived shapes', () => {
  it.each([
    ['SELECT id, store FROM orders', 'append key (id) time ()'],
    ['SELECT store FROM orders', 'append key none time ()'],
    ['SELECT id AS number, id AS again FROM orders', 'append key (number) time ()'],
    [`SELECT id, ts, window_start, window_end FROM ${W}`, 'append key (id) time (ts, window_end)'],
    ['SELECT id, window_end FROM HOP(orders, ts, 1m, 5m)', 'append key (id, window_end) time (window_end)'],
    ['SELECT store, COUNT(*) AS n FROM orders GROUP BY store', 'changes key (store) time ()'],
    ['SELECT COUNT(*) AS n FROM orders', 'changes key () time ()'],
    ['SELECT DISTINCT store, customer FROM orders', 'append key (store, customer) time ()'],
    [`SELECT window_start, store, COUNT(*) AS n FROM ${W} GROUP BY 1, 2`, 'changes key (window_start, store) time ()'],
    [`SELECT window_end, COUNT(*) AS n FROM ${W} GROUP BY 1`, 'changes key (window_end) time (window_end)'],
    [`SELECT window_end, COUNT(*) AS n FROM ${W} GROUP BY 1 EMIT FINAL`, 'append key (window_end) time (window_end)'],
    ['SELECT id FROM orders UNION ALL SELECT id FROM orders', 'append key none time ()'],
    ['SELECT id FROM orders UNION SELECT store FROM orders', 'append key (id) time ()'],
    [
      `SELECT store, MAX(n) AS m FROM (SELECT store, customer, COUNT(*) AS n FROM orders GROUP BY store, customer) GROUP BY store`,
      'changes key (store) time ()',
    ],
  ])('%s: %s', (query, shape) => {
    expect(shapeOf(query)).toBe(shape);
  });
});

describe('KEY', () => {
  const into = (query: string, key: string): readonly string[] =>
    codesOf(
      `CREATE SINK t WITH (connector = 'sqlite', path = 'x', table = 't'); CREATE STREAM result AS ${query} WITH CHECKPOINT 1s INTO t KEY ${key};`,
    ).filter((code) => code !== 'ESQL4014');

  it.each([
    [`SELECT window_start, window_end, store, COUNT(*) AS n FROM ${W} GROUP BY 1, 2, 3`, 'window_start, store', []],
    [`SELECT window_start, window_end, store, COUNT(*) AS n FROM ${W} GROUP BY 1, 2, 3`, 'window_end, store', []],
    [`SELECT window_start, store, COUNT(*) AS n FROM ${W} GROUP BY 1, 2`, 'store, window_start, n', []],
    [`SELECT window_start, store, COUNT(*) AS n FROM ${W} GROUP BY 1, 2`, 'store', ['ESQL4002']],
    ['SELECT id, store FROM orders', 'store', ['ESQL4002']],
    ['SELECT store, amount FROM orders', 'store', []],
    ['SELECT customer, COUNT(*) AS n FROM orders GROUP BY customer', 'customer', ['ESQL4017']],
    ["SELECT customer, COUNT(*) AS n FROM orders WHERE customer <> '' GROUP BY customer", 'customer', []],
    ['SELECT customer, COUNT(*) AS n FROM orders GROUP BY customer HAVING customer IS NOT NULL', 'customer', []],
    ["SELECT COALESCE(customer, '') AS who, COUNT(*) AS n FROM orders GROUP BY 1", 'who', []],
    // A group has a row, so an aggregate of a column without NULL has a value.
    ['SELECT store, MAX(id) AS last FROM orders GROUP BY store', 'store, last', []],
    [
      'SELECT store, SUM(id) AS sum, MIN(ts) AS first, AVG(id) AS mean FROM orders GROUP BY 1',
      'store, sum, first, mean',
      [],
    ],
    [`SELECT window_start, MAX(id) AS last FROM ${W} GROUP BY 1`, 'window_start, last', []],
    ['SELECT store, MAX(amount) AS most FROM orders WHERE amount > 0 GROUP BY 1', 'store, most', []],
    ['SELECT store, MAX(window_end) AS last FROM TUMBLE(orders, ts, 1m) GROUP BY 1', 'store, last', []],
    [
      'SELECT store, MAX(n) AS m FROM (SELECT store, id, COUNT(*) AS n FROM orders GROUP BY 1, 2) GROUP BY 1',
      'store, m',
      [],
    ],
    ['SELECT store, MAX(amount) AS most FROM orders GROUP BY 1', 'store, most', ['ESQL4017']],
    ['SELECT store, MAX(id) FILTER (WHERE id > 5) AS last FROM orders GROUP BY 1', 'store, last', ['ESQL4017']],
    ['SELECT MAX(id) AS last FROM orders', 'last', ['ESQL4017']],
  ] as const)('%s KEY %s', (query, key, codes) => {
    expect(into(query, key)).toEqual(codes);
  });
});
