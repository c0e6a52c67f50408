/**
 * FORMAT PROTOBUF: each message of a broker is one record. With a registry a record begins with the id of its schema
 * and the path to its message; else all records are one message of the schema in the query. Fields are columns by
 * name; others are passed over.
 */
import { InternalError, invariant } from '../../../grammar/diagnostics/internal-error.js';
import { chooseMessage, protoFits } from '../../../plan/formats/protobuf/fit.js';
import { protoTypeToText, type ProtoMessage, type ProtoSchema } from '../../../plan/formats/protobuf/model.js';
import { parseProtoSchema } from '../../../plan/formats/protobuf/schema.js';
import type { SourceColumn } from '../../../plan/plan.js';
import { typeToText } from '../../../plan/types.js';
import { RecordError } from '../../../plan/values.js';
import type { Clock } from '../../env.js';
import { BOUNDS_ONLY, type RawChunk } from '../format.js';
import { RecordDecoder } from '../record-decoder.js';
import { FRAME_BYTES, KnownSchemas, requireSchemaId } from '../registry/known-schemas.js';
import type { RegisteredSchema, SchemaRegistry } from '../registry/registry.js';
import { ProtoCells, type FieldReader } from './cells.js';
import { malformed, WireCursor } from './cursor.js';
import { readIndexes, type Occurrences } from './json.js';

export interface ProtobufDecodeOptions {
  /** Full name of the message that records have to be; null: whatever they are. */
  readonly message: string | null;
  readonly schema:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'registry'; readonly registry: SchemaRegistry; readonly clock: Clock };
}

interface Slot {
  readonly index: number;
  readonly reader: FieldReader;
  readonly found: Occurrences;
  isThere: boolean;
}

/** What to do with the fields of one message. */
interface Program {
  readonly slots: readonly Slot[];
  readonly byNumber: ReadonlyMap<number, Slot>;
  /** Columns that the message has no field for. */
  readonly missing: readonly number[];
}

interface Known {
  readonly schema: ProtoSchema;
  /** By the path to the message. */
  readonly programs: Map<string, Program | RecordError>;
}

export class ProtobufDecoder extends RecordDecoder {
  readonly framing = BOUNDS_ONLY;
  readonly prepare?: (chunk: RawChunk) => Promise<void>;
  readonly #columns: readonly SourceColumn[];
  readonly #wanted: string | null;
  readonly #cursor = new WireCursor();
  readonly #cells: ProtoCells;
  readonly #fixed: Program | null;
  readonly #known: KnownSchemas<Known> | null;

  /** A schema in the query that does not fit is the compiler's to refuse. */
  constructor(columns: readonly SourceColumn[], { message, schema }: ProtobufDecodeOptions) {
    super(columns);
    this.#columns = columns;
    this.#wanted = message;
    this.#cells = new ProtoCells(this.#cursor, this.arena, this.buffers, this.cells);
    if (schema.kind === 'text') {
      const parsed = parseProtoSchema(schema.text);
      invariant(parsed.ok, 'a schema that the compiler has seen');
      const chosen = chooseMessage(parsed.schema, message);
      invariant(chosen.ok, 'a message that the compiler has seen');
      this.#fixed = this.#program(chosen.message);
      this.#known = null;
      return;
    }
    const known = new KnownSchemas(schema.registry, schema.clock, usable);
    this.#fixed = null;
    this.#known = known;
    this.prepare = (chunk) => known.prepare(chunk);
  }

  protected override decodePiece(): void {
    throw new InternalError('records of Protobuf have bounds');
  }

  protected override decodeRecord(start: number, end: number): void {
    this.record(start, end, this.#fill);
  }

  readonly #fill = (row: number, start: number, end: number): void => {
    this.#cells.refresh();
    const cursor = this.#cursor;
    cursor.range(start, end);
    const program = this.#fixed ?? this.#programOf(start, end);
    for (const slot of program.slots) {
      slot.isThere = false;
      slot.found.length = 0;
    }
    while (cursor.tag()) {
      const slot = program.byNumber.get(cursor.number);
      if (slot === undefined) cursor.skip();
      else this.#value(slot, row);
    }
    for (const slot of program.slots) this.#finish(slot, row);
    for (const index of program.missing) this.cells.null(index, row);
  };

  #value(slot: Slot, row: number): void {
    const cursor = this.#cursor;
    const { reader } = slot;
    if (reader.kind === 'noted') {
      cursor.skip();
      slot.found.push(cursor.wire, cursor.valueStart, cursor.valueEnd);
    } else if (cursor.wire === reader.wire) {
      slot.isThere = true;
      try {
        reader.read(row);
      } catch (error) {
        throw this.#ofColumn(error, slot.index);
      }
    } else cursor.skip();
  }

  #finish({ reader, found, isThere, index }: Slot, row: number): void {
    try {
      if (reader.kind === 'noted') reader.read(row, found);
      else if (!isThere) reader.absent(row);
    } catch (error) {
      throw this.#ofColumn(error, index);
    }
  }

  #ofColumn(error: unknown, index: number): unknown {
    if (!(error instanceof RecordError) || error.message.startsWith('column ')) return error;
    return this.cells.fail(index, error.code, error.message);
  }

  /** What the frame at the cursor says; the cursor is behind it then. */
  #programOf(start: number, end: number): Program {
    invariant(this.#known !== null, 'a registry without a schema in the query');
    const { schema, programs } = this.#known.get(requireSchemaId(this.#cursor.bytes, start, end));
    this.#cursor.range(start + FRAME_BYTES, end);
    const path = readIndexes(this.#cursor);
    const key = path.join('.');
    const program = programs.get(key) ?? this.#newProgram(schema, path);
    programs.set(key, program);
    if (program instanceof RecordError) throw program;
    return program;
  }

  #newProgram(schema: ProtoSchema, path: readonly number[]): Program | RecordError {
    let message: ProtoMessage | undefined;
    let among = schema.messages;
    for (const index of path) {
      message = among[index];
      if (message === undefined) return malformed('the index of a message of the schema', 'another one');
      among = message.nested;
    }
    if (message === undefined) return malformed('the index of a message', 'none');
    if (this.#wanted !== null && message.fullName !== this.#wanted) {
      return new RecordError('wrong_type', `expected a message ${this.#wanted}, found ${message.fullName}`);
    }
    try {
      return this.#program(message);
    } catch (error) {
      if (error instanceof RecordError) return error;
      throw error;
    }
  }

  #program(message: ProtoMessage): Program {
    const byName = new Map(message.fields.map((field) => [field.name, field]));
    const byNumber = new Map<number, Slot>();
    const missing: number[] = [];
    for (const [index, { from, name, field }] of this.#columns.entries()) {
      if (from !== 'record') continue;
      const found = byName.get(name);
      if (found === undefined) {
        missing.push(index);
        continue;
      }
      if (!protoFits(found, field.type)) {
        const kind = `${found.repeated ? 'repeated ' : ''}${protoTypeToText(found.type)}`;
        throw this.cells.fail(index, 'wrong_type', `expected what fits ${typeToText(field.type)}, found ${kind}`);
      }
      const reader = this.#cells.reader(found, field.type, index);
      byNumber.set(found.number, { index, reader, found: [], isThere: false });
    }
    return { slots: [...byNumber.values()], byNumber, missing };
  }
}

/** Throws RecordError for a schema that can't be read. */
function usable({ type, text, references }: RegisteredSchema): Known {
  if (type !== 'PROTOBUF') throw new RecordError('unknown_schema', `expected a schema of Protobuf, found ${type}`);
  const parsed = parseProtoSchema(text, new Map(references.map((reference) => [reference.name, reference.text])));
  if (!parsed.ok) throw new RecordError('unknown_schema', `expected a readable schema: ${parsed.why}`);
  return { schema: parsed.schema, programs: new Map() };
}
