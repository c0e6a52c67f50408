/**
 * Avro container files as input. Positions are numbers of records. A file's schema is held against the columns when it
 * is first planned.
 */
import { missingIsNull } from '../../../plan/formats/missing-columns.js';
import type { SourceOperator } from '../../../plan/plan.js';
import { AvroContainer } from '../../formats/avro/container.js';
import { AvroDecoder } from '../../formats/avro/decoder.js';
import { avroError } from '../../formats/avro/messages.js';
import { AvroFileError, type AvroFileProblem } from '../../formats/avro/problem.js';
import type { AvroProgram } from '../../formats/avro/program.js';
import type { SourceBuffers, SourceReader } from '../connector.js';
import type { Cut, FileRange, FormatReader } from './format-reader.js';
import type { OpenedFile } from './open-file.js';
import { OpenedFiles } from './opened-files.js';

interface OpenedContainer {
  readonly container: AvroContainer;
  readonly program: AvroProgram;
}

export class AvroReader implements FormatReader {
  readonly whole = true;
  readonly #decoder: AvroDecoder;
  readonly #opened = new OpenedFiles<OpenedContainer>(async (bytes) => {
    const container = await AvroContainer.open(bytes);
    const mismatch = this.#decoder.mismatch(container.record);
    if (mismatch !== undefined) throw new AvroFileError(mismatch);
    return { container, program: this.#decoder.programOf(container.record) };
  });

  constructor(operator: Pick<SourceOperator, 'columns' | 'format'>) {
    this.#decoder = new AvroDecoder(operator.columns, missingIsNull('avro', operator.format?.options ?? {}));
  }

  async cut(file: OpenedFile, start: number, budget: number): Promise<Cut> {
    return guarded(file.name, async () => {
      const { container } = await this.#opened.of(file);
      const { end, bytes, done } = await container.cut(start, budget);
      return { at: end, done, bytes };
    });
  }

  begin(): void {
    this.#decoder.begin();
  }

  async read(file: OpenedFile, range: FileRange, _buffers: SourceBuffers, reader: SourceReader): Promise<void> {
    await guarded(file.name, async () => {
      const { container, program } = await this.#opened.of(file);
      for (let row = range.start; row < range.end;) {
        const { firstRow, bytes, starts, lengths } = await container.blockOf(row);
        const from = row - firstRow;
        const to = Math.min(starts.length, range.end - firstRow);
        this.#decoder.use(program);
        this.#decoder.decode(
          {
            heap: bytes,
            start: 0,
            end: bytes.length,
            partition: 0,
            resource: range.file,
            positions: { each: Float64Array.from({ length: to - from }, (_, i) => row + i) },
            records: { starts: starts.subarray(from, to), lengths: lengths.subarray(from, to) },
          },
          reader,
        );
        row = firstRow + to;
      }
    });
  }
}

async function guarded<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof AvroFileError ? problemDiagnostic(error.problem, name, error) : error;
  }
}

function problemDiagnostic(problem: AvroFileProblem, place: string, cause: Error): Error {
  switch (problem.kind) {
    case 'damaged':
      return avroError(
        'ESQL8640',
        { why: problem.why },
        { place, cause, hint: 'Write the file again, or take it out of the folder.' },
      );
    case 'type': {
      const { column, expected, found } = problem;
      return avroError(
        'ESQL8641',
        { column, expected, found },
        { place, cause, hint: 'Declare the column with a type that fits, and CAST it in the query.' },
      );
    }
    case 'missing':
      return avroError(
        'ESQL8642',
        { column: problem.column },
        {
          place,
          cause,
          facts: [`Fields of the schema: ${problem.fields.slice(0, 50).join(', ')}.`],
          hint: "Correct the name, or make the column nullable and set missing_columns = 'null'.",
        },
      );
  }
}
