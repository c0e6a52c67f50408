/**
 * Avro schemas (https://avro.apache.org/docs/1.12.0/specification/) as a graph of types: names are resolved, so that a
 * recursive record holds itself. Defaults are not kept: they are for readers, and the reader here is the SQL schema.
 */

export type AvroLogical =
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'date' }
  | { readonly kind: 'time'; readonly unit: 'milli' | 'micro' }
  | { readonly kind: 'timestamp'; readonly unit: 'milli' | 'micro' | 'nano' }
  | { readonly kind: 'uuid' };

export type AvroPrimitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';

export interface AvroRecord {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  /** Other names that a column may have. */
  readonly aliases: readonly string[];
  readonly type: AvroType;
}

export type AvroType =
  | { readonly kind: AvroPrimitive; readonly logical: AvroLogical | null }
  | { readonly kind: 'fixed'; readonly name: string; readonly size: number; readonly logical: AvroLogical | null }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | AvroRecord;

export type ParsedAvroSchema =
  { readonly ok: true; readonly record: AvroRecord } | { readonly ok: false; readonly why: string };

/** A schema is read into memory as a whole, and every type of it once. */
export const AVRO_SCHEMA_BYTES_MAX = 1024 * 1024;
const TYPES_MAX = 20_000;
const DEPTH_MAX = 64;
const FIXED_BYTES_MAX = 2 ** 30;
const SHOWN_MAX = 40;
const PRIMITIVES: ReadonlySet<string> = new Set<AvroPrimitive>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);

/**
 * The record that a schema's text describes; rows are records, so another type is refused. `references`: texts of
 * schemas whose named types it uses, each behind those that it uses itself.
 */
export function parseAvroSchema(text: string, references: readonly string[] = []): ParsedAvroSchema {
  const reader = new SchemaReader();
  try {
    for (const reference of references) reader.type(jsonOf(reference), '', 0);
    const type = reader.type(jsonOf(text), '', 0);
    if (type.kind === 'record') return { ok: true, record: type };
    return { ok: false, why: `expected a record, found ${avroTypeToText(type)}` };
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return { ok: false, why: error.message };
  }
}

function jsonOf(text: string): unknown {
  if (text.length > AVRO_SCHEMA_BYTES_MAX) throw new SchemaError('it has more than 1 MiB');
  try {
    return JSON.parse(text);
  } catch {
    throw new SchemaError('it is no JSON');
  }
}

/** How messages name a type. */
export function avroTypeToText(type: AvroType): string {
  switch (type.kind) {
    case 'record':
    case 'enum':
      return `${type.kind} ${type.name}`;
    case 'array':
      return `array of ${avroTypeToText(type.items)}`;
    case 'map':
      return `map of ${avroTypeToText(type.values)}`;
    case 'union':
      return `union of ${type.branches.map(avroTypeToText).join(', ')}`;
    case 'fixed':
    case 'null':
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'bytes':
    case 'string':
      return type.logical === null ? type.kind : `${type.kind} (${logicalToText(type.logical)})`;
  }
}

function logicalToText(logical: AvroLogical): string {
  switch (logical.kind) {
    case 'decimal':
      return `decimal ${String(logical.precision)},${String(logical.scale)}`;
    case 'time':
    case 'timestamp':
      return `${logical.kind}-${logical.unit}s`;
    case 'date':
    case 'uuid':
      return logical.kind;
  }
}

class SchemaError extends Error {}

type JsonObject = Readonly<Record<string, unknown>>;

class SchemaReader {
  readonly #named = new Map<string, AvroType>();
  #count = 0;

  /** `namespace`: of the named type around. */
  type(json: unknown, namespace: string, depth: number): AvroType {
    if (depth > DEPTH_MAX) throw new SchemaError(`types are nested more than ${String(DEPTH_MAX)} deep`);
    this.#count += 1;
    if (this.#count > TYPES_MAX) throw new SchemaError(`it has more than ${String(TYPES_MAX)} types`);
    if (typeof json === 'string')
      return isPrimitive(json) ? { kind: json, logical: null } : this.#find(json, namespace);
    if (Array.isArray(json)) return this.#union(json, namespace, depth);
    if (!isObject(json)) throw new SchemaError(`expected a type, found ${shown(json)}`);
    const { type: name } = json;
    // `{"type": {…}}` and `{"type": […]}` are the type inside.
    if (typeof name !== 'string') return this.type(name, namespace, depth + 1);
    switch (name) {
      case 'record':
      case 'error':
        return this.#record(json, namespace, depth);
      case 'enum':
        return this.#enum(json, namespace);
      case 'fixed':
        return this.#fixed(json, namespace);
      case 'array':
        return { kind: 'array', items: this.type(json['items'], namespace, depth + 1) };
      case 'map':
        return { kind: 'map', values: this.type(json['values'], namespace, depth + 1) };
    }
    return isPrimitive(name) ? { kind: name, logical: logicalOf(name, json, null) } : this.#find(name, namespace);
  }

  #union(branches: readonly unknown[], namespace: string, depth: number): AvroType {
    if (branches.length === 0) throw new SchemaError('a union has no types');
    const types = branches.map((branch) => this.type(branch, namespace, depth + 1));
    if (types.some(({ kind }) => kind === 'union')) throw new SchemaError('a union holds a union');
    return { kind: 'union', branches: types };
  }

  #record(json: JsonObject, namespace: string, depth: number): AvroType {
    const { name, space } = fullName(json, namespace);
    const fields: AvroField[] = [];
    const record: AvroRecord = { kind: 'record', name, fields };
    // Before its fields, which may hold the record itself.
    this.#define(name, record);
    const { fields: written } = json;
    if (!Array.isArray(written)) throw new SchemaError(`record ${name} has no list of fields`);
    const names = new Set<string>();
    for (const field of written as readonly unknown[]) {
      if (!isObject(field) || typeof field['name'] !== 'string' || field['name'] === '') {
        throw new SchemaError(`a field of record ${name} has no name`);
      }
      if (names.has(field['name'])) throw new SchemaError(`record ${name} has two fields ${shown(field['name'])}`);
      names.add(field['name']);
      if (field['type'] === undefined) throw new SchemaError(`field ${shown(field['name'])} has no type`);
      const type = this.type(fieldType(field), space, depth + 1);
      fields.push({ name: field['name'], aliases: textsOf(field['aliases']), type });
    }
    return record;
  }

  #enum(json: JsonObject, namespace: string): AvroType {
    const { name } = fullName(json, namespace);
    const { symbols } = json;
    const texts = textsOf(symbols);
    if (!Array.isArray(symbols) || texts.length !== symbols.length || texts.length === 0) {
      throw new SchemaError(`enum ${name} has no list of symbols`);
    }
    return this.#define(name, { kind: 'enum', name, symbols: texts });
  }

  #fixed(json: JsonObject, namespace: string): AvroType {
    const { name } = fullName(json, namespace);
    const { size } = json;
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > FIXED_BYTES_MAX) {
      throw new SchemaError(`fixed ${name} has no size`);
    }
    return this.#define(name, { kind: 'fixed', name, size, logical: logicalOf('fixed', json, size) });
  }

  #define(name: string, type: AvroType): AvroType {
    if (this.#named.has(name)) throw new SchemaError(`${name} is defined twice`);
    this.#named.set(name, type);
    return type;
  }

  #find(name: string, namespace: string): AvroType {
    const inSpace = name.includes('.') || namespace === '' ? undefined : this.#named.get(`${namespace}.${name}`);
    const found = inSpace ?? this.#named.get(name);
    if (found === undefined) throw new SchemaError(`there is no type ${shown(name)} before its use`);
    return found;
  }
}

/** Some writers put the logical type beside the type's name, into the field itself. */
function fieldType(field: JsonObject): unknown {
  const { type, logicalType } = field;
  return typeof type === 'string' && isPrimitive(type) && typeof logicalType === 'string' ? field : type;
}

function fullName(json: JsonObject, around: string): { readonly name: string; readonly space: string } {
  const { name, namespace, type } = json;
  if (typeof name !== 'string' || name === '') throw new SchemaError(`a type of kind ${String(type)} has no name`);
  const point = name.lastIndexOf('.');
  if (point >= 0) return { name, space: name.slice(0, point) };
  const space = typeof namespace === 'string' ? namespace : around;
  return { name: space === '' ? name : `${space}.${name}`, space };
}

/** Null where there is none, or none that the type can have: such ones are ignored, as the specification asks for. */
function logicalOf(kind: AvroPrimitive | 'fixed', json: JsonObject, size: number | null): AvroLogical | null {
  const on = (wanted: AvroPrimitive, logical: AvroLogical): AvroLogical | null => (kind === wanted ? logical : null);
  switch (json['logicalType']) {
    case 'decimal':
      return kind === 'bytes' || kind === 'fixed' ? decimalOf(json) : null;
    case 'date':
      return on('int', { kind: 'date' });
    case 'time-millis':
      return on('int', { kind: 'time', unit: 'milli' });
    case 'time-micros':
      return on('long', { kind: 'time', unit: 'micro' });
    case 'timestamp-millis':
    case 'local-timestamp-millis':
      return on('long', { kind: 'timestamp', unit: 'milli' });
    case 'timestamp-micros':
    case 'local-timestamp-micros':
      return on('long', { kind: 'timestamp', unit: 'micro' });
    case 'timestamp-nanos':
    case 'local-timestamp-nanos':
      return on('long', { kind: 'timestamp', unit: 'nano' });
    case 'uuid':
      return kind === 'string' || (kind === 'fixed' && size === UUID_BYTES) ? { kind: 'uuid' } : null;
  }
  return null;
}

const UUID_BYTES = 16;

function decimalOf({ precision, scale = 0 }: JsonObject): AvroLogical | null {
  const isInteger = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);
  if (!isInteger(precision) || !isInteger(scale) || precision < 1 || scale < 0 || scale > precision) return null;
  return { kind: 'decimal', precision, scale };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isPrimitive(name: string): name is AvroPrimitive {
  return PRIMITIVES.has(name);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
