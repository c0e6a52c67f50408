/**
 * Incremental aggregation against the naive one, at every prefix, over random inserts, retractions, cuts and restarts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AggregateCall, AggregateOperator } from '../../plan/plan.js';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  INT,
  TIMESTAMP,
  VARBINARY,
  VARCHAR,
  decimal,
  type Schema,
  type SqlType,
} from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { WATERMARK_END, WATERMARK_NONE, type StateSection } from '../../runtime/operators/operator.js';
import { aggregateOperator, field, shape } from '../support/plan-builder.js';
import { NaiveAggregate } from '../support/naive-aggregate.js';
import {
  OperatorHarness,
  applyTo,
  batchContext,
  batchOf,
  rowText,
  type WeightedRow,
} from '../support/operator-harness.js';
import type { ColumnBatch } from '../../runtime/columns/batch.js';

const TIME = 0;
const END = 1;
const KEYS = [2, 3, 4, 5, 6];
const FILTER = 7;

const ARGUMENTS: readonly SqlType[] = [
  INT,
  BIGINT,
  DOUBLE,
  decimal(10, 2),
  decimal(30, 2),
  VARCHAR,
  BOOLEAN,
  TIMESTAMP,
  DATE,
  VARBINARY,
];
const FIRST_ARGUMENT = 8;

/** Every argument type twice: with and without NULLs. */
const SCHEMA: Schema = [
  field('ts', TIMESTAMP, true),
  field('bound', TIMESTAMP),
  field('k_big', BIGINT, true),
  field('k_text', VARCHAR, true),
  field('k_double', DOUBLE),
  field('k_wide', decimal(30, 0), true),
  field('k_bool', BOOLEAN),
  field('f', BOOLEAN, true),
  ...ARGUMENTS.flatMap((type, i) => [field(`a${i}`, type), field(`n${i}`, type, true)]),
];

class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Mulberry32 by Tommy Ettinger. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

function randomValue(random: Random, type: SqlType): NonNullable<Value> {
  switch (type.kind) {
    case 'int':
      return random.pick([0, 1, -1, 7, 2 ** 31 - 1, -(2 ** 31)]);
    case 'date':
      return random.pick([-3, 0, 20_000]);
    case 'bigint':
      return random.pick([0n, 1n, -1n, 5n, -(2n ** 40n), 2n ** 53n + 1n, 2n ** 59n]);
    case 'double':
      return random.pick([0, -0, 0.25, -1.5, 1024, 3, NaN, Infinity, -Infinity, 0.5, 0.75, 2]);
    case 'decimal':
      return type.precision > 18
        ? random.pick([0n, -1n, 10n ** 29n, -(10n ** 28n), 7n])
        : random.pick([0n, 199n, -50n]);
    case 'varchar':
      return random.pick(['', 'a', 'ab', 'b', 'é', 'zebra crossing', '\u{1f600}']);
    case 'varbinary':
      return random.pick([new Uint8Array([]), new Uint8Array([0]), new Uint8Array([255, 1])]);
    case 'boolean':
      return random.below(2) === 0;
    case 'timestamp':
      return random.pick([0n, -1n, 1_700_000_000_000_000n, 253_402_300_799_000_000n]);
    case 'json':
    case 'time':
    case 'timestamptz':
    case 'interval':
      throw new Error(`no values of ${type.kind} in this test`);
  }
}

/** Event times: mostly rising, sometimes early, negative, or far beyond 2^53. */
function randomTime(random: Random, batch: number): bigint {
  const offset = random.pick([0n, 0n, 0n, 0n, -70n, 2n ** 57n]);
  return BigInt(batch * 8 + random.below(24) - 40) + offset;
}

function randomRow(random: Random, batch: number): readonly Value[] {
  return SCHEMA.map((column, c) => {
    if (column.nullable && random.below(5) === 0) return null;
    if (c === TIME) return randomTime(random, batch);
    if (c === END) return BigInt(batch * 8 + random.pick([-10, 0, 10, 20]));
    if (c === 4) return random.pick([0, -0, NaN, 1.5]);
    return randomValue(random, column.type);
  });
}

function resultType(name: AggregateCall['function'], type: SqlType, random: Random): SqlType {
  if (name === 'count') return BIGINT;
  if (name === 'min' || name === 'max') return type;
  if (type.kind === 'double') return DOUBLE;
  if (name === 'avg') return random.pick([DOUBLE, decimal(38, 6)]);
  return type.kind === 'decimal' ? decimal(38, type.scale) : decimal(38, 0);
}

function randomCall(random: Random, index: number): AggregateCall {
  const column = random.below(2 * ARGUMENTS.length);
  const type = ARGUMENTS[column >> 1]!;
  const isNumeric = ['int', 'bigint', 'double', 'decimal'].includes(type.kind);
  const name = random.pick(
    isNumeric ? (['sum', 'avg', 'min', 'max', 'count'] as const) : (['min', 'max', 'count'] as const),
  );
  const isStar = name === 'count' && random.below(2) === 0;
  return {
    function: name,
    argument: isStar ? null : FIRST_ARGUMENT + column,
    distinct: !isStar && random.below(3) === 0,
    filter: random.below(3) === 0 ? FILTER : null,
    field: field(`r${index}`, resultType(name, type, random), true),
  };
}

const WINDOW_KINDS = ['none', 'value', 'tumble', 'hop', 'uneven hop', 'windows not grouped'] as const;

function randomOperator(random: Random, weighted: boolean): AggregateOperator {
  const kind = random.pick(WINDOW_KINDS);
  const keys = KEYS.filter(() => random.below(3) === 0);
  const aggregates = Array.from({ length: random.below(5) }, (_, i) => randomCall(random, i));
  const input = { id: 'in', output: shape(SCHEMA, { changelog: weighted ? 'changes' : 'append' }) };
  if (kind === 'none') {
    const group = aggregates.length === 0 && keys.length === 0 ? [2] : keys;
    return aggregateOperator(input, 'agg', { group, aggregates });
  }
  const emit = random.pick(['changes', 'final'] as const);
  if (kind === 'value') {
    return aggregateOperator(input, 'agg', { group: [END, ...keys], aggregates, emit, window_end: END });
  }
  const size_us = 12n;
  const slide_us = kind === 'tumble' ? 12n : kind === 'uneven hop' ? 5n : 4n;
  const pane = { column: TIME, window: { size_us, slide_us, offset_us: BigInt(random.below(12)) - 5n } };
  const start = SCHEMA.length;
  if (kind === 'windows not grouped') {
    return aggregateOperator(input, 'agg', { group: keys.length === 0 ? [2] : keys, aggregates, pane });
  }
  const maximum: AggregateCall = {
    function: 'max',
    argument: start + 1,
    distinct: false,
    filter: null,
    field: field('last_end', TIMESTAMP, true),
  };
  return aggregateOperator(input, 'agg', {
    group: [start, start + 1, ...keys],
    aggregates: random.below(6) === 0 ? [...aggregates, maximum] : aggregates,
    emit,
    pane,
    window_start: start,
    window_end: start + 1,
  });
}

/** A micro-batch's rows: new ones, and (if weighted) some of those that are there taken out again. */
function randomRows(random: Random, batch: number, weighted: boolean, alive: WeightedRow[]): WeightedRow[] {
  return Array.from({ length: random.below(14) }, () => {
    if (weighted && alive.length > 0 && random.below(5) < 2) {
      const [row] = alive.splice(random.below(alive.length), 1);
      return { values: row!.values, weight: -row!.weight };
    }
    const row = { values: randomRow(random, batch), weight: weighted ? random.pick([1, 1, 1, 2, 3]) : 1 };
    alive.push(row);
    return row;
  });
}

/** The rows as column batches of random lengths, with rows between them that are not selected. */
function cut(random: Random, rows: readonly WeightedRow[], batch: number): ColumnBatch[] {
  const batches: ColumnBatch[] = [];
  for (let at = 0; at < rows.length;) {
    const part = rows.slice(at, (at += 1 + random.below(6)));
    const padded = part.flatMap((row) =>
      random.below(3) === 0
        ? [
            { row: { values: randomRow(random, batch), weight: 1 }, selected: false },
            { row, selected: true },
          ]
        : [{ row, selected: true }],
    );
    const isWhole = padded.length === part.length;
    batches.push(
      batchOf(
        SCHEMA,
        padded.map(({ row }) => row.values),
        {
          selection: isWhole ? null : Int32Array.from(padded.flatMap(({ selected }, i) => (selected ? [i] : []))),
          weights: part.every(({ weight }) => weight === 1) ? null : Int32Array.from(padded, ({ row }) => row.weight),
        },
      ),
    );
  }
  return batches;
}

function dumpText(sections: readonly StateSection[]): string {
  return sections.map(({ name, parts }) => `${name}:${Buffer.concat(parts).toString('latin1')}`).join('\n');
}

function textOf(rows: readonly WeightedRow[]): string[] {
  return rows.map(({ values, weight }) => `${weight} × ${rowText(values)}`);
}

function runCase(seed: number, weighted: boolean): void {
  const random = new Random(seed);
  const operator = randomOperator(random, weighted);
  const inputs = [shape(SCHEMA, { changelog: weighted ? 'changes' : 'append' })];
  const naive = new NaiveAggregate(operator, [...SCHEMA, field('s', TIMESTAMP), field('e', TIMESTAMP)]);
  const engine = new OperatorHarness(operator, inputs);
  const recut = new OperatorHarness(operator, inputs);
  let restored = new OperatorHarness(operator, inputs);
  const content = new Map<string, number>();
  const alive: WeightedRow[] = [];
  let watermark_us = WATERMARK_NONE;
  let late = 0;
  const batches = 3 + random.below(6);
  for (let batch = 1; batch <= batches; batch += 1) {
    const rows = randomRows(random, batch, weighted, alive);
    naive.add(rows, watermark_us);
    if (random.below(3) > 0)
      watermark_us = watermark_us > BigInt(batch * 8) ? watermark_us : BigInt(batch * 8 - 12 + random.below(10));
    if (batch === batches && random.below(2) === 0) watermark_us = WATERMARK_END;
    const context = batchContext(batch);
    const { rows: out } = engine.run(context, cut(random, rows, batch), watermark_us);
    applyTo(content, out);
    expect(content).toEqual(naive.content(watermark_us));
    late += engine.runtime.counters.late;
    expect(late).toBe(naive.late);
    expect(textOf(recut.run(context, cut(random, rows, batch), watermark_us).rows)).toEqual(textOf(out));
    expect(textOf(restored.run(context, cut(random, rows, batch), watermark_us).rows)).toEqual(textOf(out));
    const dump = engine.dump();
    expect(dumpText(restored.dump()) === dumpText(dump), 'a restored operator dumps the same bytes').toBe(true);
    expect(dumpText(recut.dump()) === dumpText(dump), 'other cuts give the same bytes').toBe(true);
    if (random.below(2) === 0) {
      restored = new OperatorHarness(operator, inputs);
      restored.runtime.state!.load(dump);
      expect(dumpText(restored.dump()) === dumpText(dump), 'what was loaded is dumped again').toBe(true);
    }
  }
}

describe('aggregate', () => {
  it('equals the naive aggregation of append-only rows at every prefix', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        runCase(seed, false);
      }),
      { numRuns: 80 },
    );
  });

  it('equals the naive aggregation of rows that come and go at every prefix', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        runCase(seed, true);
      }),
      { numRuns: 80 },
    );
  });
});
