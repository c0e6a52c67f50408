/** Joins with a snapshot: every type of key against a plain loop over all pairs, residual conditions, failures. */
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../plan/expression.js';
import type { LookupOperator } from '../../../plan/plan.js';
import { BIGINT, BOOLEAN, decimal, DOUBLE, INT, VARBINARY, VARCHAR, type SqlType } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { BatchBuilder } from '../../../runtime/columns/batch-builder.js';
import type { ColumnBatch } from '../../../runtime/columns/batch.js';
import { SnapshotBuilder } from '../../../runtime/tables/snapshot.js';
import { SeededRandom } from '../../simulation/random.js';
import { batchContext, OperatorHarness, rowText } from '../../support/operator-harness.js';
import { columnAt, field, lookupOperator, shape, sourceOperator, tableOperator } from '../../support/plan-builder.js';

type Row = readonly Value[];

function batchOf(types: readonly SqlType[], rows: readonly Row[], weights: readonly number[] = []): ColumnBatch {
  const builder = new BatchBuilder(types.map((type, index) => field(`c${String(index)}`, type, true)));
  rows.forEach((row, index) => {
    builder.appendRow(row, weights[index] ?? 1);
  });
  return builder.finish();
}

interface Setup {
  readonly types: readonly SqlType[];
  readonly table: readonly Row[];
  readonly options: Pick<LookupOperator, 'kind' | 'matches'> & Partial<LookupOperator>;
  /** Columns that are compared; all of them without. */
  readonly keys?: readonly number[];
}

/** Stream and table have the same columns. */
function harness({ types, table, options, keys }: Setup): OperatorHarness {
  const schema = types.map((type, index) => field(`c${String(index)}`, type, true));
  const stream = sourceOperator('stream', schema);
  const reference = tableOperator('t', schema, null);
  const operator = lookupOperator(stream, reference, 'joined', {
    keys: (keys ?? [...types.keys()]).map((index) => ({
      stream: columnAt(schema, index),
      table: columnAt(schema, index),
    })),
    ...options,
  });
  const made = new OperatorHarness(operator, [shape(schema), reference.output], 1 << 30, reference);
  const builder = new SnapshotBuilder(schema, 1 << 30, 'test');
  builder.add(batchOf(types, table));
  made.table?.load(builder.finish());
  return made;
}

function textsOf(found: OperatorHarness, batches: readonly ColumnBatch[]): readonly string[] {
  return found
    .run(batchContext(1), batches, 0n)
    .rows.map(({ values, weight }) => `${rowText(values)} ×${String(weight)}`);
}

/** NaN equals itself, -0 equals 0, NULL nothing. */
function equal(a: Value, b: Value): boolean {
  if (a === null || b === null) return false;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.from(a).equals(b);
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

const VALUES: readonly (readonly [string, SqlType, readonly Value[]])[] = [
  ['BOOLEAN', BOOLEAN, [true, false, null]],
  ['INT', INT, [0, 1, -1, 2_147_483_647, null]],
  ['BIGINT', BIGINT, [0n, 1n, -1n, 4_294_967_296n, 2n ** 63n - 1n, null]],
  ['DOUBLE', DOUBLE, [0, -0, Number.NaN, Infinity, 0.1, null]],
  ['DECIMAL(38,2)', decimal(38, 2), [0n, 10n ** 30n, -(10n ** 30n), 1n << 64n, null]],
  ['VARCHAR', VARCHAR, ['', 'a', 'aa', 'ä', 'a longer text than four bytes', null]],
  ['VARBINARY', VARBINARY, [Uint8Array.of(), Uint8Array.of(0), Uint8Array.of(0, 0), null]],
];

describe.each(VALUES)('keys of type %s', (_, type, values) => {
  it.each(['inner', 'left'] as const)('join as comparing all pairs does (%s)', (kind) => {
    const random = new SeededRandom(7);
    const pick = (): Row => [values[random.below(values.length)] ?? null, BigInt(random.below(3))];
    const table = Array.from({ length: 20 }, pick);
    const rows = Array.from({ length: 50 }, pick);
    const types = [type, BIGINT];
    const expected = rows.flatMap((row) => {
      const matches = table.filter((other) => row.every((value, index) => equal(value, other[index] ?? null)));
      const beside = matches.length === 0 && kind === 'left' ? [[null, null]] : matches;
      return beside.map((other) => `${rowText([...row, ...other])} ×1`);
    });
    const found = harness({ types, table, options: { kind, matches: 'many' } });
    expect(textsOf(found, [batchOf(types, rows.slice(0, 20)), batchOf(types, rows.slice(20))])).toEqual(expected);
  });
});

const small: Expression = {
  kind: 'comparison',
  operator: 'lt',
  left: { kind: 'column', index: 3, name: 't_c1', type: BIGINT, nullable: true },
  right: { kind: 'literal', value: '10', type: BIGINT, nullable: false },
  type: BOOLEAN,
  nullable: true,
};

/** 10 / column < 10: fails where the column is 0. */
const failing: Expression = {
  ...small,
  left: {
    kind: 'arithmetic',
    operator: 'divide',
    left: { kind: 'literal', value: '10', type: BIGINT, nullable: false },
    right: { kind: 'column', index: 3, name: 't_c1', type: BIGINT, nullable: true },
    type: BIGINT,
    nullable: true,
  },
};

const TYPES = [VARCHAR, BIGINT];
const TABLE: readonly Row[] = [
  ['a', 1n],
  ['b', 20n],
  ['c', null],
  ['d', 0n],
];
const STREAM = ['a', 'b', 'c', 'd', 'e', null].map((k, i): Row => [k, BigInt(i)]);

describe.each(['one', 'many'] as const)('with %s match', (matches) => {
  const of = (options: Partial<LookupOperator> & Pick<LookupOperator, 'kind'>): OperatorHarness =>
    harness({ types: TYPES, table: TABLE, keys: [0], options: { matches, ...options } });

  it('a further condition takes matches away, and LEFT keeps the row', () => {
    const rows = [batchOf(TYPES, STREAM)];
    expect(textsOf(of({ kind: 'inner', residual: small }), rows)).toEqual([
      '"a" | 0n | "a" | 1n ×1',
      '"d" | 3n | "d" | 0n ×1',
    ]);
    expect(textsOf(of({ kind: 'left', residual: small }), rows)).toEqual([
      '"a" | 0n | "a" | 1n ×1',
      '"b" | 1n | NULL | NULL ×1',
      '"c" | 2n | NULL | NULL ×1',
      '"d" | 3n | "d" | 0n ×1',
      '"e" | 4n | NULL | NULL ×1',
      'NULL | 5n | NULL | NULL ×1',
    ]);
  });

  it('a condition that fails for a row is an error of the row', () => {
    const rows = [batchOf(TYPES, STREAM)];
    const tolerant = of({ kind: 'left', residual: failing, on_error: 'skip' });
    expect(textsOf(tolerant, rows).map((row) => row.slice(0, 3))).toEqual(['"a"', '"b"', '"c"', '"e"', 'NUL']);
    expect(tolerant.runtime.counters).toMatchObject({ rowsIn: 6, rowsOut: 5, errors: 1, filtered: 0 });
    expect(() => textsOf(of({ kind: 'inner', residual: failing }), rows)).toThrow(/ESQL8550/u);
  });

  it('rows that are taken back take back what they were joined with', () => {
    const rows = [batchOf(TYPES, STREAM.slice(0, 2), [1, -1])];
    expect(textsOf(of({ kind: 'inner' }), rows)).toEqual(['"a" | 0n | "a" | 1n ×1', '"b" | 1n | "b" | 20n ×-1']);
  });

  it('a table without rows matches nothing', () => {
    const empty = harness({ types: TYPES, table: [], options: { kind: 'left', matches } });
    expect(textsOf(empty, [batchOf(TYPES, [['a', 1n]])])).toEqual(['"a" | 1n | NULL | NULL ×1']);
    const inner = harness({ types: TYPES, table: [], options: { kind: 'inner', matches } });
    expect(textsOf(inner, [batchOf(TYPES, [['a', 1n]])])).toEqual([]);
  });
});

it('many matches come in batches of bounded size, numbered whatever the cut', () => {
  const table = Array.from({ length: 5000 }, (_, i): Row => ['a', BigInt(i)]);
  const rows = Array.from({ length: 5 }, (_, i): Row => ['a', BigInt(i)]);
  const setup: Setup = { types: TYPES, table, keys: [0], options: { kind: 'inner', matches: 'many' } };
  const whole = harness(setup);
  whole.run(batchContext(1), [batchOf(TYPES, rows)], 0n);
  expect(whole.out).toHaveLength(25_000);
  expect(Math.max(...whole.batches.map((batch) => batch.rowCount))).toBeLessThanOrEqual(8192);
  const ends = whole.batches.map((batch) => batch.ordinal_base + batch.rowCount);
  expect(whole.batches.map((batch) => batch.ordinal_base)).toEqual([0, ...ends.slice(0, -1)]);
  const cut = harness(setup);
  cut.run(batchContext(1), [batchOf(TYPES, rows.slice(0, 1)), batchOf(TYPES, rows.slice(1))], 0n);
  expect(cut.out).toEqual(whole.out);
});

it('counts the memory of table and index', () => {
  const found = harness({ types: TYPES, table: TABLE, options: { kind: 'inner', matches: 'one' } });
  expect(found.table?.bytes).toBe(found.budget.used_bytes);
  expect(found.budget.used_bytes).toBeGreaterThan(0);
});
