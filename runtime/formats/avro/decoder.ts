/**
 * AVRO, one datum a record: the bytes of a message are a record of the schema that the source names, without any frame.
 */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import { optionTexts } from '../../../plan/connectors/options.js';
import type { AvroMismatch } from '../../../plan/formats/avro/fit.js';
import { parseAvroSchema, type AvroRecord } from '../../../plan/formats/avro/schema.js';
import { missingIsNull } from '../../../plan/formats/missing-columns.js';
import type { OptionValues, SourceColumn } from '../../../plan/plan.js';
import { BOUNDS_ONLY } from '../format.js';
import { RecordDecoder } from '../record-decoder.js';
import { AvroCursor } from './cursor.js';
import { AvroPrograms, type AvroProgram } from './program.js';

/** The decoder of messages whose schema stands in the format's options. */
export function createAvroDecoder(columns: readonly SourceColumn[], options: OptionValues): AvroDecoder {
  const { schema } = optionTexts(options);
  const decoder = new AvroDecoder(columns, missingIsNull('avro', options));
  const parsed = parseAvroSchema(schema ?? '');
  invariant(parsed.ok, 'the compiler has checked the schema');
  const mismatch = decoder.mismatch(parsed.record);
  invariant(mismatch === undefined, 'the compiler has held the schema against the columns');
  decoder.use(decoder.programOf(parsed.record));
  return decoder;
}

export class AvroDecoder extends RecordDecoder {
  readonly framing = BOUNDS_ONLY;
  readonly #cursor = new AvroCursor();
  readonly #programs: AvroPrograms;
  #program: AvroProgram | null = null;

  constructor(columns: readonly SourceColumn[], missingIsNull: boolean) {
    super(columns);
    const { arena, buffers, cells } = this;
    this.#programs = new AvroPrograms({ cursor: this.#cursor, arena, buffers, cells, columns }, missingIsNull);
  }

  /** Records are of this schema from now on. */
  use(program: AvroProgram): void {
    this.#program = program;
  }

  /** What keeps records of a schema from being rows; undefined if nothing does. */
  mismatch(record: AvroRecord): AvroMismatch | undefined {
    return this.#programs.mismatch(record);
  }

  programOf(record: AvroRecord): AvroProgram {
    return this.#programs.of(record);
  }

  protected override decodePiece(): void {
    invariant(false, 'records of Avro come with their bounds');
  }

  protected override decodeRecord(start: number, end: number): void {
    this.record(start, end, this.fill);
  }

  /** Reads the datum of `start` to `end` into a row. Throws RecordError. */
  protected readonly fill = (row: number, start: number, end: number): void => {
    const program = this.#program;
    invariant(program !== null, 'a schema before its records');
    this.#programs.refresh();
    this.#cursor.reset(this.arena.bytes, start, end);
    program(row);
  };
}
