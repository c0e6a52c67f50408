/**
 * AVRO with a schema registry: a message begins with a zero byte and the id of its schema. Every schema is held against
 * the columns once; one that does not fit makes its records bad ones.
 */
import { parseAvroSchema } from '../../../plan/formats/avro/schema.js';
import type { SourceColumn } from '../../../plan/plan.js';
import { RecordError } from '../../../plan/values.js';
import type { Clock } from '../../env.js';
import type { RawChunk } from '../format.js';
import { FRAME_BYTES, KnownSchemas, requireSchemaId } from '../registry/known-schemas.js';
import type { RegisteredSchema, SchemaRegistry } from '../registry/registry.js';
import { AvroDecoder } from './decoder.js';
import type { AvroProgram } from './program.js';

export class RegisteredAvroDecoder extends AvroDecoder {
  readonly #known: KnownSchemas<AvroProgram>;

  /** `missingIsNull`: a nullable column that a schema lacks is NULL. */
  constructor(columns: readonly SourceColumn[], missingIsNull: boolean, registry: SchemaRegistry, clock: Clock) {
    super(columns, missingIsNull);
    this.#known = new KnownSchemas(registry, clock, (schema) => this.#usable(schema));
  }

  prepare(chunk: RawChunk): Promise<void> {
    return this.#known.prepare(chunk);
  }

  protected override decodeRecord(start: number, end: number): void {
    this.record(start, end, this.#framed);
  }

  readonly #framed = (row: number, start: number, end: number): void => {
    this.use(this.#known.get(requireSchemaId(this.arena.bytes, start, end)));
    this.fill(row, start + FRAME_BYTES, end);
  };

  /** Throws RecordError for a schema that can't be read or does not fit the columns. */
  #usable({ type, text, references }: RegisteredSchema): AvroProgram {
    if (type !== 'AVRO') throw new RecordError('unknown_schema', `expected a schema of Avro, found ${type}`);
    const texts = references.map((reference) => reference.text);
    const parsed = parseAvroSchema(text, texts);
    if (!parsed.ok) throw new RecordError('unknown_schema', `expected a readable schema: ${parsed.why}`);
    const mismatch = this.mismatch(parsed.record);
    if (mismatch === undefined) return this.programOf(parsed.record);
    const problem =
      mismatch.kind === 'missing'
        ? 'expected a field of that name in the schema, found none'
        : `expected what fits ${mismatch.expected}, found ${mismatch.found}`;
    throw new RecordError('wrong_type', `column ${mismatch.column}: ${problem}`);
  }
}
