/**
 * RAW: the line is the value of the one VARCHAR (valid UTF-8) or VARBINARY column; empty lines are rows too. A carriage
 * return before the line feed belongs to the line break.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { SourceColumn } from '../../plan/plan.js';
import { typeToText } from '../../plan/types.js';
import { CARRIAGE_RETURN, LINE_FEED, newlineFraming } from './newline-framing.js';
import { RecordDecoder } from './record-decoder.js';

const VARCHAR = { kind: 'varchar' } as const;

export class RawDecoder extends RecordDecoder {
  readonly framing = newlineFraming;
  /** Index of the column and whether it is text; null if the query reads metadata only. */
  readonly #column: { readonly index: number; readonly text: boolean } | null = null;

  constructor(columns: readonly SourceColumn[]) {
    super(columns);
    for (const [index, column] of columns.entries()) {
      if (column.from !== 'record') continue;
      const { kind } = column.field.type;
      if (this.#column !== null || (kind !== 'varchar' && kind !== 'varbinary')) {
        throw new InternalError(`RAW has one VARCHAR or VARBINARY column, not ${typeToText(column.field.type)}`);
      }
      this.#column = { index, text: kind === 'varchar' };
    }
  }

  protected override decodePiece(start: number, end: number): void {
    for (let at = start; at < end;) {
      const found = this.arena.bytes.indexOf(LINE_FEED, at);
      const lineEnd = found < 0 || found >= end ? end : found;
      const cut = lineEnd > at && this.arena.bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd;
      this.record(at, cut, this.#fill);
      at = lineEnd + 1;
    }
  }

  protected override decodeRecord(start: number, end: number): void {
    this.record(start, end, this.#fill);
  }

  /** A message without a value is a row with NULL. */
  protected override decodeMissing(): void {
    this.record(this.arena.sideEnd, this.arena.sideEnd, this.#fillNull);
  }

  readonly #fillNull = (row: number): void => {
    if (this.#column !== null) this.cells.null(this.#column.index, row);
  };

  readonly #fill = (row: number, start: number, end: number): void => {
    if (this.#column === null) return;
    if (this.#column.text) this.cells.text(this.#column.index, row, VARCHAR, start, end);
    else this.cells.slice(this.#column.index, row, start, end - start);
  };
}
