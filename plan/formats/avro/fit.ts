/** Which Avro types become which columns: the rules that the compiler checks and the decoder goes by. */
import { typeToText, type Field, type Schema, type SqlType } from '../../types.js';
import {
  avroTypeToText,
  type AvroField,
  type AvroLogical,
  type AvroPrimitive,
  type AvroRecord,
  type AvroType,
} from './schema.js';

/** What is wrong between a schema and the columns of a source. */
export type AvroMismatch =
  | { readonly kind: 'type'; readonly column: string; readonly expected: string; readonly found: string }
  | { readonly kind: 'missing'; readonly column: string; readonly fields: readonly string[] };

/** A column that is a field of records, under its name in them. */
export interface AvroColumn {
  readonly name: string;
  readonly field: Field;
}

/**
 * Whether values of an Avro type can become values of a column: exactly, or by Avro's own promotions. Of a union one
 * branch beside null has to fit; a value of another branch is an error of its record.
 */
export function avroFits(avro: AvroType, type: SqlType): boolean {
  if (type.kind === 'json') return true;
  switch (avro.kind) {
    case 'union':
      return avro.branches.some((branch) => branch.kind !== 'null' && avroFits(branch, type));
    case 'null':
      return true;
    case 'boolean':
      return type.kind === 'boolean';
    case 'int':
    case 'long':
      return integerFits(avro, type);
    case 'float':
    case 'double':
      return type.kind === 'double';
    case 'bytes':
    case 'fixed':
      if (avro.logical?.kind === 'decimal') return type.kind === 'decimal' && type.scale >= avro.logical.scale;
      if (avro.logical?.kind === 'uuid' && type.kind === 'varchar') return true;
      return type.kind === 'varbinary' || (type.kind === 'varchar' && avro.kind === 'bytes');
    case 'string':
      return type.kind === 'varchar' || type.kind === 'varbinary';
    case 'enum':
      return type.kind === 'varchar';
    case 'array':
    case 'map':
    case 'record':
      return false;
  }
}

function integerFits(
  { kind, logical }: { readonly kind: AvroPrimitive; readonly logical: AvroLogical | null },
  type: SqlType,
): boolean {
  switch (type.kind) {
    case 'int':
      return kind === 'int' && logical === null;
    case 'bigint':
    case 'double':
    case 'decimal':
      return logical === null;
    case 'interval':
      return kind === 'long' && logical === null;
    case 'date':
      return logical?.kind === 'date';
    case 'time':
      return logical?.kind === 'time';
    case 'timestamp':
    case 'timestamptz':
      return logical?.kind === 'timestamp';
    case 'boolean':
    case 'varchar':
    case 'varbinary':
    case 'json':
      return false;
  }
}

/**
 * For each field of the record the index of the column that takes it, or -1: by its name, else by one of its aliases.
 */
export function avroFieldColumns(record: AvroRecord, columns: readonly (AvroColumn | null)[]): readonly number[] {
  const indexes = new Map<string, number>();
  columns.forEach((column, index) => {
    if (column !== null) indexes.set(column.name, index);
  });
  const names = new Set(record.fields.map(({ name }) => name));
  return record.fields.map(({ name, aliases }) => {
    const alias = aliases.find((each) => indexes.has(each) && !names.has(each));
    return indexes.get(name) ?? (alias === undefined ? -1 : (indexes.get(alias) ?? -1));
  });
}

/** The first mistake, or undefined. `missingIsNull`: a column that the schema lacks is NULL. */
export function avroMismatch(
  record: AvroRecord,
  columns: readonly (AvroColumn | null)[],
  missingIsNull: boolean,
): AvroMismatch | undefined {
  const found = avroFieldColumns(record, columns);
  for (const [index, column] of columns.entries()) {
    if (column === null) continue;
    const { name, field } = column;
    const source: AvroField | undefined = record.fields[found.indexOf(index)];
    if (source === undefined) {
      if (missingIsNull && field.nullable) continue;
      return { kind: 'missing', column: name, fields: record.fields.map((each) => each.name) };
    }
    if (avroFits(source.type, field.type)) continue;
    return { kind: 'type', column: name, expected: typeToText(field.type), found: avroTypeToText(source.type) };
  }
  return undefined;
}

/** The schema of a sink's rows, as JSON text: one spelling for the same columns. */
export function avroSchemaOf(schema: Schema, recordName: string): string {
  const fields = schema.map(({ name, type, nullable }) =>
    nullable ? { name, type: ['null', avroTypeOf(type)], default: null } : { name, type: avroTypeOf(type) },
  );
  const point = recordName.lastIndexOf('.');
  const named =
    point < 0 ? { name: recordName } : { name: recordName.slice(point + 1), namespace: recordName.slice(0, point) };
  return JSON.stringify({ type: 'record', ...named, fields });
}

/** INTERVAL and JSON have no Avro type: they are their number and their text. */
function avroTypeOf(type: SqlType): unknown {
  switch (type.kind) {
    case 'boolean':
    case 'int':
    case 'double':
      return type.kind;
    case 'bigint':
    case 'interval':
      return 'long';
    case 'varchar':
    case 'json':
      return 'string';
    case 'varbinary':
      return 'bytes';
    case 'decimal':
      return { type: 'bytes', logicalType: 'decimal', precision: type.precision, scale: type.scale };
    case 'date':
      return { type: 'int', logicalType: 'date' };
    case 'time':
      return { type: 'long', logicalType: 'time-micros' };
    case 'timestamp':
      return { type: 'long', logicalType: 'local-timestamp-micros' };
    case 'timestamptz':
      return { type: 'long', logicalType: 'timestamp-micros' };
  }
}

/** Whether Avro can name a field so: a letter or `_`, then letters, digits and `_`. */
export function isAvroName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/u.test(name);
}

/** A name with or without namespace. */
export function isAvroFullName(name: string): boolean {
  return name.split('.').every(isAvroName);
}
