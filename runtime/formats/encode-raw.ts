/** RAW: the one VARCHAR or VARBINARY column as it is, and a line break. NULL is an empty line. */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { Schema } from '../../plan/types.js';
import { isNullAt } from '../columns/read.js';
import type { RowEncoder } from './encode.js';

const LINE_BREAK = 10;

export function createRawEncoder(schema: Schema): RowEncoder {
  invariant(schema.length === 1, 'RAW has one column');
  return {
    extension: 'txt',
    header: new Uint8Array(0),
    terminator_bytes: 1,
    encode(batch, row, out) {
      const column = batch.columns[0];
      invariant(column?.kind === 'bytes', 'RAW has a column of text or bytes');
      if (!isNullAt(column, row)) {
        const start = column.starts[row]!;
        out.append(column.heap, start, start + column.lengths[row]!);
      }
      out.byte(LINE_BREAK);
    },
  };
}
