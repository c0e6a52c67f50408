/**
 * The `console` sink: prints the net changes of every micro-batch when it is complete. What was printed can't be taken
 * back, and a terminal keeps no progress: after a crash the batches since the last checkpoint are printed again (at
 * least once).
 */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import { valueToText } from '../../../plan/literals.js';
import type { Schema } from '../../../plan/types.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { readValue } from '../../columns/read.js';
import { EncodeBuffer } from '../../formats/encode-buffer.js';
import { createEncoder, type RowEncoder } from '../../formats/encode.js';
import type { Sink, SinkOutcome, SinkProgress } from '../connector.js';
import type { SinkContext } from '../context.js';
import { emptyProgress } from '../progress.js';
import { forEachRow } from '../rows.js';
import { renderTable, type TableRow } from './table.js';

export type ConsoleOptions = OptionsOf<'console', 'sink'>;

/** What a cell counts for besides its text. */
const CELL_BYTES = 16;

export class ConsoleSink implements Sink {
  readonly #context: SinkContext;
  readonly #options: ConsoleOptions;
  readonly #encoder: RowEncoder;
  readonly #lines = new EncodeBuffer();
  #rows: TableRow[] = [];
  #bytes = 0;
  /** The table's head is printed once, above the first rows. */
  #headed = false;

  constructor(context: SinkContext, options: ConsoleOptions) {
    this.#context = context;
    this.#options = options;
    this.#encoder = createEncoder({ name: 'json' }, context.shape.schema);
  }

  open(epoch: number): Promise<SinkProgress> {
    return Promise.resolve(emptyProgress(epoch));
  }

  begin(): void {
    this.#lines.reset();
    this.#rows = [];
    this.#bytes = 0;
  }

  write(rows: ColumnBatch): void {
    forEachRow(rows, (row, weight) => {
      for (let copies = Math.abs(weight); copies > 0; copies--) {
        if (this.#options.format === 'json') this.#addJson(rows, row, weight);
        else this.#addCells(rows, row, weight);
      }
    });
  }

  get buffered_bytes(): number {
    return this.#bytes + this.#lines.length;
  }

  commit(): Promise<SinkOutcome> {
    const { output } = this.#context.env;
    if (this.#options.format === 'json') {
      if (this.#lines.length > 0) output.write(this.#lines.view().toString('utf8'));
    } else if (this.#rows.length > 0) {
      const { schema } = this.#context.shape;
      output.write(renderTable(schema, this.#rows, { head: !this.#headed, columns: output.terminal?.columns ?? null }));
      this.#headed = true;
    }
    this.begin();
    return Promise.resolve('applied');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #addJson(batch: ColumnBatch, row: number, weight: number): void {
    const lines = this.#lines;
    lines.ascii(weight < 0 ? '{"change":"delete","row":' : '{"change":"insert","row":');
    this.#encoder.encode(batch, row, lines);
    // The row ends with a line break: the closing brace goes in front of it.
    lines.length -= 1;
    lines.ascii('}\n');
  }

  #addCells(batch: ColumnBatch, row: number, weight: number): void {
    const cells = cellsOf(this.#context.shape.schema, batch, row);
    this.#rows.push({ sign: weight < 0 ? '-' : '+', cells });
    this.#bytes += cells.reduce((sum, cell) => sum + (cell?.length ?? 0) * 2 + CELL_BYTES, 0);
  }
}

function cellsOf(schema: Schema, batch: ColumnBatch, row: number): (string | null)[] {
  return schema.map((field, index) => {
    const column = batch.columns[index];
    const value = column === undefined ? null : readValue(column, row, field.type);
    return value === null ? null : valueToText(value, field.type);
  });
}
