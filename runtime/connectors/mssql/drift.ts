/** The live table compared with what the stream writes, before the first batch: every column that differs is named. */
import type { Field, SqlType } from '../../../plan/types.js';
import type { MssqlDatabase, MssqlValue } from '../../remote/mssql.js';
import { furtherColumns, keyDifference, refuseDrift, tableMissing, type Difference } from '../database/drift.js';
import { createTable, objectsOf, type MssqlTarget } from './ddl.js';
import { declaredType, KEY_CHARACTERS_TAKEN } from './types.js';
import type { LengthLimit } from './values.js';

const COLUMNS = `SELECT c.name, t.name, CAST(c.max_length AS INT), CAST(c.precision AS INT), CAST(c.scale AS INT),
CAST(c.is_nullable AS INT), c.collation_name, CAST(c.is_identity AS INT), CAST(c.is_computed AS INT),
CASE WHEN c.default_object_id <> 0 THEN 1 ELSE 0 END
FROM sys.columns AS c JOIN sys.types AS t ON t.user_type_id = c.system_type_id
WHERE c.object_id = OBJECT_ID(@table, N'U') ORDER BY c.column_id`;

/** An index that ignores duplicates would drop rows without a word. */
const UNIQUE_INDEXES = `SELECT i.index_id, c.name
FROM sys.indexes AS i
JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.object_id = OBJECT_ID(@table, N'U') AND i.is_unique = 1 AND i.has_filter = 0 AND i.ignore_dup_key = 0
AND i.is_disabled = 0 AND k.is_included_column = 0 ORDER BY i.index_id, k.key_ordinal`;

interface LiveColumn {
  readonly name: string;
  readonly type: string;
  /** Bytes; -1 = any number. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly nullable: boolean;
  readonly collation: string | null;
  readonly generated: boolean;
  readonly hasDefault: boolean;
}

/** How long values of each column of the stream may be. Rejects with ESQL8663 or ESQL8664. */
export async function compareTable(
  database: MssqlDatabase,
  target: MssqlTarget,
  place: string,
): Promise<readonly LengthLimit[]> {
  const table = { kind: 'text', value: objectsOf(target).target } as const;
  const live = (await database.query(COLUMNS, { table })).map(liveColumn);
  const fitting = createTable(target);
  if (live.length === 0) {
    const hint = "Create it, or set `create = 'if_missing'`; or grant VIEW DEFINITION on it.";
    throw tableMissing(target, fitting, place, hint);
  }
  const { shape } = target;
  const indexes = await database.query(UNIQUE_INDEXES, { table });
  const keys = indexes.map(([index, name]) => [String(index), String(name)] as const);
  const differences = [
    ...shape.schema.flatMap((field, index) => columnDifference(field, shape.key.includes(index), live)),
    ...furtherColumns(shape, live, fold, describe),
    ...keyDifference(shape, keys, fold),
  ];
  refuseDrift(target, differences, fitting, place);
  return shape.schema.map((field, index) => limitOf(field, shape.key.includes(index), live));
}

function liveColumn(row: readonly MssqlValue[]): LiveColumn {
  const [name, type, length, precision, scale, nullable, collation, identity, computed, hasDefault] = row;
  return {
    name: String(name),
    type: String(type),
    length: Number(length),
    precision: Number(precision),
    scale: Number(scale),
    nullable: Number(nullable) === 1,
    collation: collation === null || collation === undefined ? null : String(collation),
    generated: Number(identity) === 1 || Number(computed) === 1 || type === 'timestamp' || type === 'rowversion',
    hasDefault: Number(hasDefault) === 1,
  };
}

const fold = (name: string): string => name.toLowerCase();
const same = (a: string, b: string): boolean => fold(a) === fold(b);

function columnDifference(field: Field, isKey: boolean, live: readonly LiveColumn[]): readonly Difference[] {
  const expected = `a column ${field.name} ${declaredType(field.type, null)}${field.nullable ? ' that allows NULL' : ''}`;
  const column = live.find(({ name }) => same(name, field.name));
  if (column === undefined) return [{ expected, found: `the columns ${live.map(({ name }) => name).join(', ')}` }];
  if (!takes(column, field.type) || (field.nullable && !column.nullable) || column.generated) {
    return [{ expected, found: describe(column) }];
  }
  // Under another collation keys that differ for the stream are one for the table.
  if (isKey && column.collation !== null && !/_BIN2?$/iu.test(column.collation)) {
    return [{ expected: `a binary collation of the key column ${field.name}`, found: column.collation }];
  }
  return [];
}

/** Whether the column holds every value of the type as it is. */
function takes({ type, precision, scale }: LiveColumn, wanted: SqlType): boolean {
  switch (wanted.kind) {
    case 'boolean':
      return type === 'bit';
    case 'int':
      return type === 'int' || type === 'bigint';
    case 'bigint':
    case 'interval':
      return type === 'bigint';
    case 'double':
      return type === 'float' && precision === 53;
    case 'decimal':
      return (
        (type === 'decimal' || type === 'numeric') &&
        scale >= wanted.scale &&
        precision - scale >= wanted.precision - wanted.scale
      );
    case 'varchar':
    case 'json':
      return type === 'nvarchar';
    case 'varbinary':
      return type === 'varbinary';
    case 'date':
      return type === 'date';
    case 'time':
      return type === 'time' && scale >= 6;
    case 'timestamp':
      return type === 'datetime2' && scale >= 6;
    case 'timestamptz':
      return type === 'datetimeoffset' && scale >= 6;
  }
}

function limitOf(field: Field, isKey: boolean, live: readonly LiveColumn[]): LengthLimit {
  const column = live.find(({ name }) => same(name, field.name));
  if (column === undefined || (column.type !== 'nvarchar' && column.type !== 'varbinary')) return null;
  const units = column.type === 'nvarchar' ? 2 : 1;
  const taken = isKey ? (KEY_CHARACTERS_TAKEN * 2) / units : null;
  if (column.length === -1) return taken;
  const own = column.length / units;
  return taken === null ? own : Math.min(own, taken);
}

function describe({ name, type, length, precision, scale, nullable, generated }: LiveColumn): string {
  const size =
    type === 'decimal' || type === 'numeric'
      ? `(${precision},${scale})`
      : /char|binary/u.test(type)
        ? `(${length === -1 ? 'MAX' : type.startsWith('n') ? length / 2 : length})`
        : /^(?:datetime2|datetimeoffset|time)$/u.test(type)
          ? `(${scale})`
          : '';
  return `${name} ${type.toUpperCase()}${size}${nullable ? '' : ' NOT NULL'}${generated ? ' (generated)' : ''}`;
}
