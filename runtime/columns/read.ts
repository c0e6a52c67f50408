/** One row of a column as the interpreter's value. For edges (sinks, errors, tests), not for hot loops. */
import type { SqlType } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import type { Column } from './column.js';
import { readI128 } from './i128.js';
import { decodeUtf8 } from './utf8.js';

export function isNullAt(column: Column, row: number): boolean {
  return column.valid !== null && column.valid[row] === 0;
}

/** The value at `row`; `type` tells text from bytes. VARBINARY is copied, because heaps are reused. */
export function readValue(column: Column, row: number, type: SqlType): Value {
  if (isNullAt(column, row)) return null;
  switch (column.kind) {
    case 'u8':
      return column.values[row] !== 0;
    case 'i32':
    case 'f64':
      return column.values[row]!;
    case 'i64':
      return column.values[row]!;
    case 'i128':
      return readI128(column.values, row);
    case 'bytes': {
      const start = column.starts[row]!;
      const length = column.lengths[row]!;
      return type.kind === 'varbinary'
        ? column.heap.slice(start, start + length)
        : decodeUtf8(column.heap, start, length);
    }
  }
}
