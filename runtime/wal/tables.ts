/** Which snapshot of a table a batch joins with: how intents and checkpoints name it. */
import type { JsonValue } from '../connectors/connector.js';
import { count, FieldError, fields, integer, itemPath, list, text, type Fields } from './fields.js';

/** Snapshots are kept as objects `tables/<first>-<sha256>` (runtime/checkpoint/paths.ts). */
export interface TableReference {
  /** The plan's table operator. */
  readonly id: string;
  /** SHA-256 (hex) of what the table was when it was loaded: where it is, its format and columns. */
  readonly definition: string;
  /** The batch that the snapshot was loaded for; it and later ones join with it. */
  readonly first: number;
  /** When the table was last looked at, and still held this snapshot; microseconds. */
  readonly loaded_us: bigint;
  /** One after another they are the snapshot's bytes. */
  readonly objects: readonly { readonly sha256: string; readonly size: number }[];
}

const HASH = /^[0-9a-f]{64}$/u;
const ID = /^[^\u0000-\u001f\u007f]{1,512}$/u;
const TABLES_MAX = 1000;
const OBJECTS_MAX = 10_000;

export function encodeTables(tables: readonly TableReference[]): JsonValue {
  return tables.map((table) => ({
    id: table.id,
    definition: table.definition,
    first: table.first,
    loaded_us: String(table.loaded_us),
    objects: table.objects.map((object) => ({ ...object })),
  }));
}

/** The member `tables` of a record. */
export function readTables(from: Fields): readonly TableReference[] {
  return list(from, 'tables', TABLES_MAX).map((value, index) => readTable(value, itemPath(from, 'tables', index)));
}

function readTable(value: JsonValue, path: string): TableReference {
  const from = fields(value, path, ['id', 'definition', 'first', 'loaded_us', 'objects']);
  const first = count(from, 'first');
  if (first === 0) throw new FieldError(`${path}.first starts at 1`);
  return {
    id: text(from, 'id', ID),
    definition: text(from, 'definition', HASH),
    first,
    loaded_us: integer(from, 'loaded_us'),
    objects: list(from, 'objects', OBJECTS_MAX).map((object, index) => {
      const member = fields(object, itemPath(from, 'objects', index), ['sha256', 'size']);
      return { sha256: text(member, 'sha256', HASH), size: count(member, 'size') };
    }),
  };
}

export function sameSnapshot(a: TableReference, b: TableReference): boolean {
  return (
    a.definition === b.definition &&
    a.first === b.first &&
    a.objects.length === b.objects.length &&
    a.objects.every((object, index) => object.sha256 === b.objects[index]?.sha256)
  );
}
