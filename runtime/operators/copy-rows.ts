/** Copies of rows in another order or number, for operators that repeat rows or keep them. */
import type { Column } from '../columns/column.js';
import { compareSlices } from '../columns/compare-slices.js';

/** Physical rows `rows[0 … count)` of a column as a column of its own; text shares its heap. */
export function gatherColumn(column: Column, rows: Int32Array, count: number): Column {
  const valid = column.valid === null ? null : gather(column.valid, new Uint8Array(count), rows, count);
  switch (column.kind) {
    case 'u8':
      return { kind: 'u8', values: gather(column.values, new Uint8Array(count), rows, count), valid };
    case 'i32':
      return { kind: 'i32', values: gather(column.values, new Int32Array(count), rows, count), valid };
    case 'f64':
      return { kind: 'f64', values: gather(column.values, new Float64Array(count), rows, count), valid };
    case 'i64': {
      const values = new BigInt64Array(count);
      for (let i = 0; i < count; i += 1) values[i] = column.values[rows[i]!]!;
      return { kind: 'i64', values, valid };
    }
    case 'i128': {
      const values = new BigInt64Array(2 * count);
      for (let i = 0; i < count; i += 1) {
        values[2 * i] = column.values[2 * rows[i]!]!;
        values[2 * i + 1] = column.values[2 * rows[i]! + 1]!;
      }
      return { kind: 'i128', values, valid };
    }
    case 'bytes':
      return {
        kind: 'bytes',
        heap: column.heap,
        starts: gather(column.starts, new Int32Array(count), rows, count),
        lengths: gather(column.lengths, new Int32Array(count), rows, count),
        valid,
      };
  }
}

export function gather<A extends Uint8Array | Int32Array | Float64Array>(
  from: A,
  to: A,
  rows: Int32Array,
  count: number,
): A {
  for (let i = 0; i < count; i += 1) to[i] = from[rows[i]!]!;
  return to;
}

/** The first `count` rows as a column that doesn't refer to the producer's buffers any more. */
export function copyColumn(column: Column, count: number, copyHeap: (heap: Uint8Array) => Uint8Array): Column {
  const valid = column.valid?.slice(0, count) ?? null;
  switch (column.kind) {
    case 'u8':
      return { kind: 'u8', values: column.values.slice(0, count), valid };
    case 'i32':
      return { kind: 'i32', values: column.values.slice(0, count), valid };
    case 'i64':
      return { kind: 'i64', values: column.values.slice(0, count), valid };
    case 'f64':
      return { kind: 'f64', values: column.values.slice(0, count), valid };
    case 'i128':
      return { kind: 'i128', values: column.values.slice(0, 2 * count), valid };
    case 'bytes':
      return {
        kind: 'bytes',
        heap: copyHeap(column.heap),
        starts: column.starts.slice(0, count),
        lengths: column.lengths.slice(0, count),
        valid,
      };
  }
}

/** Whether two rows hold the same values: NULL equals NULL, NaN equals NaN. */
export function sameRow(columns: readonly Column[], a: number, b: number): boolean {
  return columns.every((column) => sameValue(column, a, b));
}

function sameValue(column: Column, a: number, b: number): boolean {
  if (column.valid !== null) {
    if (column.valid[a] !== column.valid[b]) return false;
    if (column.valid[a] === 0) return true;
  }
  switch (column.kind) {
    case 'u8':
    case 'i32':
      return column.values[a] === column.values[b];
    case 'f64':
      return (
        column.values[a] === column.values[b] || (Number.isNaN(column.values[a]) && Number.isNaN(column.values[b]))
      );
    case 'i64':
      return column.values[a] === column.values[b];
    case 'i128':
      return column.values[2 * a] === column.values[2 * b] && column.values[2 * a + 1] === column.values[2 * b + 1];
    case 'bytes': {
      const { heap, starts, lengths } = column;
      return compareSlices(heap, starts[a]!, lengths[a]!, heap, starts[b]!, lengths[b]!) === 0;
    }
  }
}
