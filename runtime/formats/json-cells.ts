/**
 * Values of JSON members as column values. The rules, which the fast scanners follow too:
 *
 * | type                   | JSON value                                                                              |
 * |------------------------|-----------------------------------------------------------------------------------------|
 * | BOOLEAN                | true, false                                                                             |
 * | INT, BIGINT            | a number without fraction (`1`, `1.0`, `1e3`), exactly; never a string                  |
 * | DOUBLE                 | a number; beyond the largest double it is out of range                                  |
 * | DECIMAL                | a number that fits exactly; digits are never rounded away                               |
 * | VARCHAR                | a string                                                                                |
 * | VARBINARY              | a string in base64                                                                      |
 * | JSON                   | any value but null; its text as it came                                                 |
 * | DATE, TIME, INTERVAL   | a string (text-time.ts)                                                                 |
 * | TIMESTAMP, TIMESTAMPTZ | a string (text-time.ts), or an integer number of epoch milliseconds                     |
 *
 * null and a missing member are NULL; in a NOT NULL column they are `missing_value`.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { SqlType } from '../../plan/types.js';
import type { RecordError } from '../../plan/values.js';
import type { Arena } from './arena.js';
import type { Cells } from './cells.js';
import {
  decodeEscapes,
  SPAN_ESCAPED,
  SPAN_FALSE,
  SPAN_NESTED,
  SPAN_NONE,
  SPAN_NULL,
  SPAN_NUMBER,
  SPAN_STRING,
  SPAN_TRUE,
  type ExactJson,
} from './exact-json.js';
import type { RowBuffers } from './row-buffers.js';

const SPAN_NAMES: ReadonlyMap<number, string> = new Map([
  [SPAN_STRING, 'a string'],
  [SPAN_ESCAPED, 'a string'],
  [SPAN_NUMBER, 'a number'],
  [SPAN_TRUE, 'true'],
  [SPAN_FALSE, 'false'],
  [SPAN_NESTED, 'an object or array'],
]);

/** Writes member `member` of the parsed record into row `row` of its column. Throws RecordError. */
export function writeJsonCell(
  exact: ExactJson,
  member: number,
  cells: Cells,
  arena: Arena,
  buffers: RowBuffers,
  column: { readonly index: number; readonly type: SqlType },
  row: number,
): void {
  const { index, type } = column;
  const kind = exact.kinds[member] ?? SPAN_NONE;
  const start = exact.starts[member] ?? 0;
  const end = exact.ends[member] ?? 0;
  if (kind === SPAN_NONE || kind === SPAN_NULL) {
    cells.null(index, row);
    return;
  }
  const isString = kind === SPAN_STRING || kind === SPAN_ESCAPED;
  switch (type.kind) {
    case 'boolean':
      if (kind !== SPAN_TRUE && kind !== SPAN_FALSE) throw mismatch(cells, index, type, kind);
      cells.boolean(index, row, kind === SPAN_TRUE);
      return;
    case 'int':
    case 'bigint':
    case 'double':
    case 'decimal':
      if (kind !== SPAN_NUMBER) throw mismatch(cells, index, type, kind);
      cells.number(index, row, type, start, end);
      return;
    case 'json':
      cells.text(index, row, type, isString ? start - 1 : start, isString ? end + 1 : end);
      return;
    case 'timestamp':
    case 'timestamptz':
      if (kind === SPAN_NUMBER) {
        cells.epochMilliseconds(index, row, type, start, end);
        return;
      }
      break;
    case 'varchar':
    case 'varbinary':
    case 'date':
    case 'time':
    case 'interval':
      break;
  }
  if (kind === SPAN_STRING) {
    cells.text(index, row, type, start, end);
  } else if (kind === SPAN_ESCAPED) {
    const address = arena.sideSpace(end - start);
    buffers.refresh();
    const size = decodeEscapes(arena.bytes, start, end, arena.bytes, address);
    if (size < 0) throw cells.fail(index, 'invalid_utf8', 'expected paired surrogates, found an unpaired one');
    if (size > end - start) throw new InternalError('a decoded string is longer than its text');
    cells.text(index, row, type, address, address + size);
  } else {
    throw mismatch(cells, index, type, kind);
  }
}

function mismatch(cells: Cells, index: number, type: SqlType, kind: number): RecordError {
  return cells.wrongType(index, type, SPAN_NAMES.get(kind) ?? 'something else');
}
