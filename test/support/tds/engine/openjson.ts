/** OPENJSON: rows of a JSON text, typed or as keys and values. */
import { type JsonColumn, type Source } from './ast.js';
import { Binder, type BindHost, converted, type Env, type PlannedQuery, type Scope, type ScopeColumn } from './bind.js';
import { convert } from './convert.js';
import { SqlError } from './errors.js';
import { follow, type Json, JsonError, type JsonPath, parseJson, parsePath } from './json.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Values } from './storage.js';

const badPath = (): SqlError =>
  new SqlError(13607, 'JSON path is not properly formatted. Unexpected character is found.', 16, 4);

function pathOf(text: string): JsonPath {
  const path = parsePath(text);
  if (path === null) throw badPath();
  return path;
}

interface TypedColumn {
  readonly column: ScopeColumn;
  readonly path: JsonPath;
  readonly isJson: boolean;
}

/** Throws SqlError 13607 for a path, and while it runs 13609 for a text that is none. */
export function planOpenJson(
  host: BindHost,
  source: Extract<Source, { kind: 'openjson' }>,
  scope: Scope,
): PlannedQuery {
  const binder = new Binder(host, scope);
  const json = converted(binder.expression(source.json), sql.nvarchar(-1));
  const path = source.path === null ? null : converted(binder.expression(source.path), sql.nvarchar(-1));
  const typed = source.columns?.map((column) => typedColumn(host, column)) ?? null;
  return {
    columns: typed?.map(({ column }) => column) ?? UNTYPED,
    run: (env: Env) => {
      const text = json.evaluate(env) as string | null;
      if (text === null) return [];
      const root = parsed(text);
      const found = path === null ? root : follow(root, pathOf(path.evaluate(env) as string));
      if (found === undefined) return [];
      return typed === null ? untypedRows(text, found) : typedRows(text, found, typed);
    },
  };
}

let last: { readonly text: string; readonly value: Json } | null = null;

/** One text is mostly read by several statements in a row. */
function parsed(text: string): Json {
  if (last?.text === text) return last.value;
  try {
    const value = parseJson(text);
    if (value.kind !== 'array' && value.kind !== 'object') throw new JsonError(0);
    last = { text, value };
    return value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new SqlError(
      13609,
      `JSON text is not properly formatted. Unexpected character '${text.charAt(error.at)}' is found at position ${error.at}.`,
      16,
      4,
    );
  }
}

function typedColumn(host: BindHost, column: JsonColumn): TypedColumn {
  const type = host.resolveType(column.type);
  const path = pathOf(column.path ?? `$."${column.name}"`);
  return {
    column: { name: column.name, type, isNullable: true, isIdentity: false },
    path,
    isJson: column.isJson,
  };
}

/** The objects of an array, or one object alone. */
function typedRows(text: string, found: Json, columns: readonly TypedColumn[]): readonly Values[] {
  const items = found.kind === 'array' ? found.items : [found];
  return items.map((item) => columns.map((column) => typedValue(text, item, column)));
}

function typedValue(text: string, item: Json, { column, path, isJson }: TypedColumn): SqlValue {
  const value = follow(item, path);
  if (value === undefined) {
    if (path.isStrict) throw new SqlError(13608, 'Property cannot be found on the specified JSON path.', 16, 6);
    return null;
  }
  const isNested = value.kind === 'array' || value.kind === 'object';
  if (isNested !== isJson) {
    if (path.isStrict) throw new SqlError(13624, 'Object or array cannot be found in the specified JSON path.', 16, 1);
    return null;
  }
  if (isNested) return text.slice(value.start, value.end);
  return value.kind === 'null' ? null : typedScalar(scalarText(value), column.type);
}

const scalarText = (value: Exclude<Json, { kind: 'array' | 'object' }>): string =>
  value.kind === 'string' || value.kind === 'number' ? value.text : value.kind;

/** A scalar is a string first; binary comes as base64. */
function typedScalar(text: string, type: SqlType): SqlValue {
  if (sql.isBinary(type)) return convert(Buffer.from(text, 'base64'), sql.varbinary(-1), type);
  return convert(text, sql.nvarchar(-1), type);
}

const UNTYPED: readonly ScopeColumn[] = [
  { name: 'key', type: sql.nvarchar(4000, 'bin'), isNullable: false, isIdentity: false },
  { name: 'value', type: sql.nvarchar(-1), isNullable: true, isIdentity: false },
  { name: 'type', type: sql.TINYINT, isNullable: false, isIdentity: false },
];

const TYPE_NUMBERS: Readonly<Record<Json['kind'], bigint>> = {
  null: 0n,
  string: 1n,
  number: 2n,
  true: 3n,
  false: 3n,
  array: 4n,
  object: 5n,
};

function untypedRows(text: string, found: Json): readonly Values[] {
  const entries: readonly (readonly [string, Json])[] =
    found.kind === 'array'
      ? found.items.map((item, at) => [at.toString(), item])
      : found.kind === 'object'
        ? [...found.fields]
        : [];
  return entries.map(([key, value]) => {
    const isNested = value.kind === 'array' || value.kind === 'object';
    const shown = isNested ? text.slice(value.start, value.end) : value.kind === 'null' ? null : scalarText(value);
    return [key, shown, TYPE_NUMBERS[value.kind]];
  });
}
