/** A writer's schema against the columns of a source: what to do with each field of a record, in order. */
import { avroFieldColumns, avroMismatch, type AvroColumn, type AvroMismatch } from '../../../plan/formats/avro/fit.js';
import type { AvroRecord } from '../../../plan/formats/avro/schema.js';
import type { SourceColumn } from '../../../plan/plan.js';
import { RecordError } from '../../../plan/values.js';
import { AvroCells, type AvroTarget, type CellReader } from './cells.js';
import { skipAvro } from './skip.js';

/** Reads one record at the cursor into a row. Throws RecordError. */
export type AvroProgram = (row: number) => void;

/** The columns that are fields of records; null for metadata. */
export function avroColumns(columns: readonly SourceColumn[]): readonly (AvroColumn | null)[] {
  return columns.map(({ from, name, field }) => (from === 'record' ? { name, field } : null));
}

export class AvroPrograms {
  readonly #target: AvroTarget;
  readonly #cells: AvroCells;
  readonly #columns: readonly (AvroColumn | null)[];
  readonly #missingIsNull: boolean;

  /** `missingIsNull`: a nullable column that a schema lacks is NULL. */
  constructor(target: AvroTarget, missingIsNull: boolean) {
    this.#target = target;
    this.#cells = new AvroCells(target);
    this.#columns = avroColumns(target.columns);
    this.#missingIsNull = missingIsNull;
  }

  /** To be called before rows are read. */
  refresh(): void {
    this.#cells.refresh();
  }

  /** What keeps records of the schema from being rows; undefined if nothing does. */
  mismatch(record: AvroRecord): AvroMismatch | undefined {
    return avroMismatch(record, this.#columns, this.#missingIsNull);
  }

  /** The program for a schema without mismatch. */
  of(record: AvroRecord): AvroProgram {
    const { cursor } = this.#target;
    const found = avroFieldColumns(record, this.#columns);
    const names = record.fields.map(({ name }) => `field ${name}`);
    const steps = record.fields.map(({ type }, field): CellReader => {
      const index = found[field] ?? -1;
      if (index >= 0) return this.#cells.reader(type, index);
      return () => {
        skipAvro(type, cursor);
      };
    });
    this.#columns.forEach((column, index) => {
      if (column === null || found.includes(index)) return;
      names.push(`column ${column.field.name}`);
      steps.push(this.#cells.missing(index));
    });
    return (row) => {
      let step = 0;
      try {
        for (; step < steps.length; step++) steps[step]!(row);
      } catch (error) {
        throw error instanceof RecordError ? new RecordError(error.code, `${names[step]}: ${error.message}`) : error;
      }
      if (cursor.at === cursor.end) return;
      const more = String(cursor.end - cursor.at);
      throw new RecordError('malformed_record', `expected the record's end by its schema, found ${more} bytes more`);
    };
  }
}
