/** Result types: literals, widening, decimal arithmetic, times, aggregates. */
import { describe, expect, it } from 'vitest';
import { decimalResult, type DecimalType } from '../../../compiler/check/decimal-types.js';
import { typeToText } from '../../../plan/types.js';
import { columnsOf, typeOf } from './support.js';

describe('literals', () => {
  it.each([
    ['1', 'INT NOT NULL'],
    ['2147483647', 'INT NOT NULL'],
    ['2147483648', 'BIGINT NOT NULL'],
    ['-2147483648', 'INT NOT NULL'],
    ['9223372036854775807', 'BIGINT NOT NULL'],
    ['-9223372036854775808', 'BIGINT NOT NULL'],
    ['9223372036854775808', 'DECIMAL(19,0) NOT NULL'],
    ['0.10', 'DECIMAL(2,2) NOT NULL'],
    ['00012.50', 'DECIMAL(4,2) NOT NULL'],
    ['1.', 'DECIMAL(1,0) NOT NULL'],
    ['1e3', 'DOUBLE NOT NULL'],
    ["'x'", 'VARCHAR NOT NULL'],
    ['NULL', 'VARCHAR'],
    ['TRUE', 'BOOLEAN NOT NULL'],
    ["DATE '2026-01-31'", 'DATE NOT NULL'],
    ['30s', 'INTERVAL NOT NULL'],
    ["INTERVAL '2' YEAR", 'INTERVAL MONTH NOT NULL'],
  ])('%s is %s', (text, type) => {
    expect(typeOf(text)).toBe(type);
  });
});

describe('arithmetic', () => {
  it.each([
    ['store + 1', 'INT NOT NULL'],
    ['store + id', 'BIGINT NOT NULL'],
    ['id / 2', 'BIGINT NOT NULL'],
    ['id + amount', 'DECIMAL(22,2)'],
    ['amount + price', 'DOUBLE'],
    ['amount * 2', 'DECIMAL(14,2)'],
    ['amount * store', 'DECIMAL(23,2)'],
    ['amount + amount', 'DECIMAL(13,2)'],
    ['amount * amount', 'DECIMAL(25,4)'],
    ['amount / amount', 'DECIMAL(27,15)'],
    ['amount % 100', 'DECIMAL(5,2)'],
    ['-price', 'DOUBLE'],
    ['store + NULL', 'INT'],
    ["store + '5'", 'INT NOT NULL'],
    ['ts - 5s', 'TIMESTAMP NOT NULL'],
    ["ts + INTERVAL '1' MONTH", 'TIMESTAMP NOT NULL'],
    ['ts - ts', 'INTERVAL NOT NULL'],
    ['day + 1', 'DATE NOT NULL'],
    ['day - day', 'INT NOT NULL'],
    ['1m * 3', 'INTERVAL NOT NULL'],
  ])('%s is %s', (text, type) => {
    expect(typeOf(text)).toBe(type);
  });

  // SQL Server, "Precision, scale, and length": the examples of its table and of its paragraph on reduced scale.
  it.each([
    ['add', 10, 2, 5, 4, 'DECIMAL(13,4)'],
    ['multiply', 38, 10, 38, 10, 'DECIMAL(38,6)'],
    ['multiply', 30, 10, 30, 10, 'DECIMAL(38,6)'],
    ['multiply', 20, 2, 20, 2, 'DECIMAL(38,4)'],
    ['divide', 38, 10, 38, 10, 'DECIMAL(38,6)'],
    ['divide', 10, 2, 5, 2, 'DECIMAL(18,8)'],
    ['modulo', 10, 2, 5, 4, 'DECIMAL(5,4)'],
    ['add', 38, 0, 38, 10, 'DECIMAL(38,6)'],
  ] as const)('%s of DECIMAL(%i,%i) and DECIMAL(%i,%i) is %s', (operator, p1, s1, p2, s2, expected) => {
    const left: DecimalType = { kind: 'decimal', precision: p1, scale: s1 };
    const right: DecimalType = { kind: 'decimal', precision: p2, scale: s2 };
    expect(typeToText(decimalResult(operator, left, right))).toBe(expected);
  });
});

describe('common types', () => {
  it.each([
    ['COALESCE(store, id)', 'BIGINT NOT NULL'],
    ['COALESCE(customer, NULL)', 'VARCHAR'],
    ['CASE WHEN store = 1 THEN 1 ELSE amount END', 'DECIMAL(12,2)'],
    ['CASE store WHEN 1 THEN 1 END', 'INT'],
    ["ts > '2026-01-01'", 'BOOLEAN NOT NULL'],
    ["customer = 'x'", 'BOOLEAN'],
    ['customer IS NULL', 'BOOLEAN NOT NULL'],
    ['day = ts', 'BOOLEAN NOT NULL'],
    ['CAST(store AS VARCHAR)', 'VARCHAR NOT NULL'],
    ['TRY_CAST(customer AS INT)', 'INT'],
    ['CURRENT_DATE', 'DATE NOT NULL'],
    ['NOW()', 'TIMESTAMPTZ NOT NULL'],
    ["customer || '-'", 'VARCHAR'],
    ["doc ->> 'a'", 'VARCHAR'],
    ["ts AT TIME ZONE '+02:00'", 'TIMESTAMPTZ NOT NULL'],
    ['EXTRACT(YEAR FROM ts)', 'BIGINT NOT NULL'],
  ])('%s is %s', (text, type) => {
    expect(typeOf(text)).toBe(type);
  });
});

it('types aggregates', () => {
  expect(
    columnsOf(`SELECT COUNT(*) AS n, SUM(store) AS a, SUM(id) AS b, SUM(amount) AS c, SUM(price) AS d, SUM(ts - ts) AS e,
      AVG(store) AS f, AVG(amount) AS g, AVG(amount::DECIMAL(20,10)) AS h, MIN(customer) AS i, MAX(day) AS j FROM orders`),
  ).toEqual([
    'n BIGINT NOT NULL',
    'a BIGINT',
    'b BIGINT',
    'c DECIMAL(38,2)',
    'd DOUBLE',
    'e INTERVAL',
    'f DOUBLE',
    'g DECIMAL(38,6)',
    'h DECIMAL(38,10)',
    'i VARCHAR',
    'j DATE',
  ]);
});

it('names columns as PostgreSQL does', () => {
  expect(
    columnsOf(
      'SELECT store, store::BIGINT AS b, UPPER(customer), 1, 2, CASE WHEN TRUE THEN 1 END, o.id FROM orders AS o',
    ).map((column) => column.split(' ')[0]),
  ).toEqual(['store', 'b', 'upper', 'column_1', 'column_2', 'case', 'id']);
});
