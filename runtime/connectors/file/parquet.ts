/**
 * Parquet files as input. Positions are numbers of rows. A file is checked against the columns when it is first
 * planned.
 */
import { missingIsNull } from '../../../plan/formats/missing-columns.js';
import type { SourceOperator } from '../../../plan/plan.js';
import { ParquetFile } from '../../formats/parquet/file.js';
import { ParquetError, type FileProblem } from '../../formats/parquet/problem.js';
import { ParquetRows } from '../../formats/parquet/rows.js';
import type { SourceBuffers, SourceReader } from '../connector.js';
import { connectorError } from '../messages.js';
import type { Cut, FileRange, FormatReader } from './format-reader.js';
import type { OpenedFile } from './open-file.js';
import { OpenedFiles } from './opened-files.js';

export class ParquetReader implements FormatReader {
  readonly whole = true;
  readonly #rows: ParquetRows;
  readonly #opened: OpenedFiles<ParquetFile>;

  constructor(operator: Pick<SourceOperator, 'columns' | 'format'>) {
    const { columns, format } = operator;
    const isNull = missingIsNull('parquet', format?.options ?? {});
    this.#opened = new OpenedFiles((bytes) => ParquetFile.open(bytes, columns, isNull));
    this.#rows = new ParquetRows(columns);
  }

  async cut(file: OpenedFile, start: number, budget: number): Promise<Cut> {
    return guarded(file.name, async () => {
      const opened = await this.#opened.of(file);
      const { end, bytes } = opened.cut(start, budget);
      return { at: end, done: end >= opened.rowCount, bytes };
    });
  }

  begin(): void {
    this.#rows.begin();
  }

  async read(file: OpenedFile, range: FileRange, _buffers: SourceBuffers, reader: SourceReader): Promise<void> {
    await guarded(file.name, async () => {
      await this.#rows.read(await this.#opened.of(file), range.file, range, reader);
    });
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
