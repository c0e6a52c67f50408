/** What stands in the sinks of a job at this moment, read as other programs would read them. */
import Database from 'better-sqlite3';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkOperator } from '../../../plan/plan.js';
import type { Field, SqlType } from '../../../plan/types.js';

/** A value's text, the same for every engine and file format; null for NULL. */
type CanonicalValue = string | null;
export type CanonicalRow = readonly CanonicalValue[];

/** Rows by sink name; in the order of the sink where it has one. */
export type SinkContent = ReadonlyMap<string, readonly CanonicalRow[]>;

/** Relative paths of the sinks are below `folder`. Synchronous, so that an observer can call it between batches. */
export function readContent(sinks: readonly SinkOperator[], folder: string): SinkContent {
  return new Map(sinks.map((sink) => [sink.sink, readSink(sink, folder)]));
}

function readSink(sink: SinkOperator, folder: string): readonly CanonicalRow[] {
  const { path, table } = sink.options;
  if (typeof path !== 'string' || typeof table === 'object') return [];
  if (sink.connector === 'sqlite') return readTable(join(folder, path), String(table), sink);
  if (sink.connector === 'file') return readFolder(join(folder, path), sink);
  throw new Error(`no way to read connector ${sink.connector}`);
}

function readTable(path: string, table: string, { output, key }: SinkOperator): readonly CanonicalRow[] {
  if (!existsSync(path)) return [];
  const database = new Database(path);
  try {
    const exists = database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table);
    if (exists === undefined) return [];
    const columns = output.schema.map((field) => `"${field.name}"`).join(', ');
    const order = key.length === 0 ? 'rowid' : key.map((name) => `"${name}"`).join(', ');
    const statement = database.prepare<[], SqliteValue[]>(`SELECT ${columns} FROM "${table}" ORDER BY ${order}`);
    const rows = statement.raw(true).safeIntegers(true).all();
    return rows.map((row) => output.schema.map((field, index) => fromSqlite(row[index] ?? null, field)));
  } finally {
    database.close();
  }
}

function fromSqlite(value: SqliteValue, { type }: Field): CanonicalValue {
  if (value === null) return null;
  if (type.kind === 'boolean') return value === 1n ? 'true' : 'false';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex').toUpperCase();
  return canonical(String(value), type);
}

type SqliteValue = null | bigint | number | string | Uint8Array;

interface Manifest {
  readonly files: readonly { readonly path: string }[];
}

/** Only what a manifest names is there for readers. */
function readFolder(folder: string, sink: SinkOperator): readonly CanonicalRow[] {
  const committed = join(folder, '_committed');
  if (!existsSync(committed)) return [];
  return readdirSync(committed)
    .sort()
    .flatMap((name) => {
      const { files } = JSON.parse(readFileSync(join(committed, name), 'utf8')) as Manifest;
      return files.flatMap((file) => rowsOfText(readFileSync(join(folder, file.path), 'utf8'), sink));
    });
}

function rowsOfText(text: string, { format, output }: SinkOperator): readonly CanonicalRow[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const { schema } = output;
  if (format?.name === 'csv') {
    return lines.slice(1).map((line) =>
      line.split(',').map((cell, index) => {
        const field = schema[index];
        return field === undefined || cell === '' ? null : fromText(cell, field);
      }),
    );
  }
  return lines.map((line) => {
    const record = JSON.parse(withoutNumbers(line)) as Readonly<Record<string, unknown>>;
    return schema.map((field) => {
      const value = record[field.name];
      if (value === null || value === undefined) return null;
      return fromText(typeof value === 'string' ? value : JSON.stringify(value), field);
    });
  });
}

/** JSON with its numbers as strings: JSON.parse would round them. */
function withoutNumbers(line: string): string {
  return line.replace(
    /("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/gu,
    (_, text: string | undefined, number: string) => text ?? `"${number}"`,
  );
}

function fromText(text: string, { type }: Field): CanonicalValue {
  if (type.kind === 'varbinary') return Buffer.from(text, 'base64').toString('hex').toUpperCase();
  return canonical(text, type);
}

/** One spelling per value: `1.50` is `1.5`, `2026-01-01T00:00:00.500Z` is `2026-01-01 00:00:00.5`. */
export function canonical(text: string, type: SqlType): string {
  switch (type.kind) {
    case 'decimal':
      return withoutZeros(text);
    case 'double':
      return String(Number(text.replace(/^inf/u, 'Infinity').replace(/^-inf/u, '-Infinity').replace(/^nan/u, 'NaN')));
    case 'time':
      return withoutZeros(text);
    case 'timestamp':
    case 'timestamptz':
      return withoutZeros(text.replace('T', ' ').replace(/(?:Z|\+00)$/u, ''));
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'interval':
    case 'varchar':
    case 'json':
    case 'varbinary':
    case 'date':
      return text;
  }
}

/** At the end of a fraction. */
function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/u, '') : text;
}

/** Lines for a golden file: an object per row, numbers and truth values bare. */
export function contentText(rows: readonly CanonicalRow[], sink: SinkOperator, ignored: ReadonlySet<string>): string {
  const lines = rows.map((row) => {
    const members = sink.output.schema.flatMap((field, index) => {
      const value = row[index] ?? null;
      if (ignored.has(field.name)) return [];
      return [`${JSON.stringify(field.name)}:${value === null ? 'null' : spelled(value, field.type)}`];
    });
    return `{${members.join(',')}}\n`;
  });
  return lines.join('');
}

function spelled(value: string, type: SqlType): string {
  const isBare = ['boolean', 'int', 'bigint', 'interval', 'decimal'].includes(type.kind);
  return isBare || (type.kind === 'double' && Number.isFinite(Number(value))) ? value : JSON.stringify(value);
}
