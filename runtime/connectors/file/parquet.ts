/**
 * Parquet files as input. Positions are numbers of rows. A file is checked against the columns when it is first
 * planned.
 */
import { optionTexts } from '../../../plan/connectors/options.js';
import { formats } from '../../../plan/formats/index.js';
import type { SourceOperator } from '../../../plan/plan.js';
import { ParquetFile } from '../../formats/parquet/file.js';
import { ParquetError, type FileProblem } from '../../formats/parquet/problem.js';
import { ParquetRows } from '../../formats/parquet/rows.js';
import type { SourceBuffers, SourceReader } from '../connector.js';
import { connectorError } from '../messages.js';
import type { Content } from './content.js';
import type { Cut, FileRange, FormatReader } from './format-reader.js';
import type { OpenedFile } from './open-file.js';

export class ParquetReader implements FormatReader {
  readonly whole = true;
  readonly #operator: Pick<SourceOperator, 'columns'>;
  readonly #missingIsNull: boolean;
  readonly #rows: ParquetRows;
  /** Files being planned and read; they go with their content. */
  readonly #opened = new WeakMap<Content, { readonly version: string; readonly file: Promise<ParquetFile> }>();

  constructor(operator: Pick<SourceOperator, 'columns' | 'format'>) {
    const { missing_columns } = optionTexts(operator.format?.options ?? {});
    this.#operator = operator;
    this.#missingIsNull = (missing_columns ?? formats.parquet.options.missing_columns.fallback) === 'null';
    this.#rows = new ParquetRows(operator.columns);
  }

  async cut(file: OpenedFile, start: number, budget: number): Promise<Cut> {
    return guarded(file.name, async () => {
      const opened = await this.#open(file);
      const { end, bytes } = opened.cut(start, budget);
      return { at: end, done: end >= opened.rowCount, bytes };
    });
  }

  begin(): void {
    this.#rows.begin();
  }

  async read(file: OpenedFile, range: FileRange, _buffers: SourceBuffers, reader: SourceReader): Promise<void> {
    await guarded(file.name, async () => {
      await this.#rows.read(await this.#open(file), range.file, range, reader);
    });
  }

  #open({ content, status }: OpenedFile): Promise<ParquetFile> {
    const version = `${status.identity}/${String(status.size)}/${String(status.modified_ms)}`;
    const known = this.#opened.get(content);
    if (known?.version === version) return known.file;
    const bytes = {
      size: status.size,
      read: (target: Uint8Array, position: number) => content.read(target, position),
    };
    const file = ParquetFile.open(bytes, this.#operator.columns, this.#missingIsNull);
    this.#opened.set(content, { version, file });
    return file;
  }
}

async function guarded<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof ParquetError ? problemDiagnostic(error.problem, name, error) : error;
  }
}

function problemDiagnostic(problem: FileProblem, place: string, cause: Error): Error {
  switch (problem.kind) {
    case 'damaged':
      return connectorError(
        'ESQL8470',
        { why: problem.why },
        { place, cause, hint: 'Write the file again, or take it out of the folder.' },
      );
    case 'type': {
      const { column, expected, found } = problem;
      return connectorError(
        'ESQL8471',
        { column, expected, found },
        { place, cause, hint: 'Declare the column with the type that the file has, and CAST it in the query.' },
      );
    }
    case 'missing':
      return connectorError(
        'ESQL8472',
        { column: problem.column },
        {
          place,
          cause,
          facts: [`Columns of the file: ${problem.columns.join(', ')}.`],
          hint: "Correct the name, or set missing_columns = 'null' to read it as NULL.",
        },
      );
  }
}
