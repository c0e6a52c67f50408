/** Files as reference data: everything that the file source finds at one moment, read to its end. */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { SourceOperator } from '../../../plan/plan.js';
import type { RowSink } from '../../formats/format.js';
import type { FileTree } from '../../storage/file-tree.js';
import type { SourceBuffers, SourceReader, TableReader } from '../connector.js';
import type { SourceContext, TableContext } from '../context.js';
import { FileSource } from './source.js';

export type FileTableOptions = Pick<OptionsOf<'file', 'table'>, 'path' | 'compression'>;

/** A part that is read at once; the rows are copied, so it bounds what is in memory besides them. */
const PART_BYTES = 32 * 1024 * 1024;

export class FileTable implements TableReader {
  readonly #context: TableContext;
  readonly #options: FileTableOptions;
  readonly #connect: () => Promise<FileTree>;

  constructor(context: TableContext, options: FileTableOptions, connect: () => Promise<FileTree>) {
    this.#context = context;
    this.#options = options;
    this.#connect = connect;
  }

  async read(rows: RowSink): Promise<void> {
    const { decoder } = this.#context;
    const { path, compression } = this.#options;
    const source = new FileSource(
      this.#sourceContext(),
      { path, compression, follow: false, order: 'name' },
      this.#connect,
    );
    const buffers: SourceBuffers = {
      framing: decoder?.framing ?? NO_FRAMING,
      allocate: (bytes) => decoder?.allocate(bytes) ?? new Uint8Array(bytes),
    };
    const reader: SourceReader = {
      bytes: (chunk) => {
        invariant(decoder !== null, 'bytes have a format');
        decoder.decode(chunk, rows);
      },
      rows: (batch) => {
        rows.rows(batch);
      },
      bad: (record) => {
        rows.bad(record);
      },
    };
    try {
      await source.open(null);
      for (let ended = false; !ended;) {
        const ranges = await source.plan({ bytes_max: PART_BYTES });
        invariant(ranges.length > 0, 'a source that is not followed comes to its end');
        decoder?.begin();
        await source.read(ranges, buffers, reader);
        ended = ranges.some((range) => range.final);
      }
    } finally {
      await source.close();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #sourceContext(): SourceContext {
    const { env, operator, workingDirectory, excluded, decoder } = this.#context;
    const { id, inputs, output, connector, options, format, columns, unused, table } = operator;
    const source: SourceOperator = {
      op: 'source',
      v: 1,
      ...{ id, inputs, output, connector, options, format, columns, unused },
      source: table,
      on_error: 'fail',
      wal: 'auto',
    };
    const framing = decoder?.framing ?? null;
    return { env, operator: source, workingDirectory, logDirectory: null, epoch: 0, framing, excluded };
  }
}

/** Formats of whole files have no records that a framing could find. */
const NO_FRAMING = {
  lastRecordEnd: (_bytes: Uint8Array, start: number): number => start,
};
