/** A snapshot's bytes: the same rows give the same ones, and whatever else comes is no snapshot. */
import { expect, it } from 'vitest';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  INT,
  JSON_TYPE,
  TIMESTAMP,
  VARBINARY,
  VARCHAR,
  type Schema,
} from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { BatchBuilder } from '../../../runtime/columns/batch-builder.js';
import { readValue } from '../../../runtime/columns/read.js';
import { decodeSnapshot, encodeSnapshot } from '../../../runtime/tables/snapshot-bytes.js';
import { SnapshotBuilder, type TableSnapshot } from '../../../runtime/tables/snapshot.js';
import { field } from '../../support/plan-builder.js';

const SCHEMA: Schema = [
  field('a', BOOLEAN, true),
  field('b', INT, true),
  field('c', BIGINT),
  field('d', DOUBLE, true),
  field('e', decimal(30, 4), true),
  field('f', VARCHAR, true),
  field('g', VARBINARY, true),
  field('h', JSON_TYPE, true),
  field('i', DATE, true),
  field('j', TIMESTAMP, true),
];

const ROWS: readonly (readonly Value[])[] = [
  [true, 1, 2n, 0.5, 123456789012345678901234n, 'söme text', Uint8Array.of(0, 255), '{"x":1}', 19_000, 5n],
  [null, null, -1n, null, null, null, null, null, null, null],
  [false, -5, 0n, -0, -1n, '', Uint8Array.of(), 'null', 0, -1n],
];

function snapshot(rows: readonly (readonly Value[])[], selection: Int32Array | null = null): TableSnapshot {
  const builder = new SnapshotBuilder(SCHEMA, 1 << 20, 'test');
  const batch = new BatchBuilder(SCHEMA);
  for (const row of rows) batch.appendRow(row);
  builder.add({ ...batch.finish(), selection });
  return builder.finish();
}

function valuesOf({ rowCount, columns }: TableSnapshot): readonly (readonly Value[])[] {
  return Array.from({ length: rowCount }, (_, row) =>
    SCHEMA.map((column, index) => readValue(columns[index]!, row, column.type)),
  );
}

const bytesOf = (given: TableSnapshot): Buffer => Buffer.concat(encodeSnapshot(given));

it('comes back as it was, every type and NULL', () => {
  const decoded = decodeSnapshot(SCHEMA, bytesOf(snapshot(ROWS)));
  expect(decoded === null ? null : valuesOf(decoded)).toEqual(ROWS);
});

it('of the same rows has the same bytes, whatever lay between them', () => {
  const shuffled = [ROWS[1]!, ROWS[0]!, ROWS[2]!, ROWS[1]!, ROWS[2]!];
  expect(bytesOf(snapshot(shuffled, Int32Array.of(1, 3, 4)))).toEqual(bytesOf(snapshot(ROWS)));
  const decoded = decodeSnapshot(SCHEMA, bytesOf(snapshot(ROWS)));
  expect(decoded === null ? null : bytesOf(decoded)).toEqual(bytesOf(snapshot(ROWS)));
});

it('without rows is one, too', () => {
  expect(decodeSnapshot(SCHEMA, bytesOf(snapshot([])))?.rowCount).toBe(0);
});

it('refuses every truncation, an extension and other columns', () => {
  const bytes = bytesOf(snapshot(ROWS));
  for (let length = 0; length < bytes.length; length += 1) {
    expect(decodeSnapshot(SCHEMA, bytes.subarray(0, length))).toBeNull();
  }
  expect(decodeSnapshot(SCHEMA, Buffer.concat([bytes, Buffer.of(0)]))).toBeNull();
  expect(decodeSnapshot(SCHEMA.slice(1), bytes)).toBeNull();
  expect(decodeSnapshot([...SCHEMA].reverse(), bytes)).toBeNull();
});

it('takes any flipped bit without throwing', () => {
  const bytes = bytesOf(snapshot(ROWS));
  for (let at = 0; at < bytes.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      expect(() => decodeSnapshot(SCHEMA, flipped)).not.toThrow();
    }
  }
});

it('stops at its limit of memory', () => {
  const builder = new SnapshotBuilder([field('text', VARCHAR)], 1000, 'table `t`');
  const batch = new BatchBuilder([field('text', VARCHAR)]);
  batch.appendRow(['x'.repeat(900)]);
  builder.add(batch.finish());
  expect(() => {
    builder.add(batch.finish());
  }).toThrow(/ESQL8206/u);
});
