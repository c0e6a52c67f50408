/** The live table compared with what the stream writes, before the first batch: every column that differs is named. */
import type { Field, SqlType } from '../../../plan/types.js';
import type { PostgresDatabase } from '../../remote/postgres.js';
import { furtherColumns, keyDifference, refuseDrift, tableMissing, type Difference } from '../database/drift.js';
import type { Target } from '../database/target.js';
import { createTable, hasNullableKey } from './ddl.js';
import { declaredType } from './types.js';
import type { ColumnTarget } from './values.js';

const TABLE = `FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace`;
const IS_TABLE = `n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`;

/** Of the catalogue's own types: a type of the same name in another schema is another type. */
const COLUMNS = `SELECT a.attname, CASE WHEN t.typnamespace = 'pg_catalog'::regnamespace THEN t.typname ELSE '' END,
a.atttypmod, pg_catalog.format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
a.attgenerated <> '' OR a.attidentity = 'a', a.atthasdef OR a.attidentity <> '', coalesce(l.collisdeterministic, true)
${TABLE}
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
WHERE ${IS_TABLE} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

/** Indexes that ON CONFLICT can name: whole, valid, checked at once, without expressions. */
const UNIQUE_INDEXES = `SELECT i.indexrelid, a.attname, i.indnullsnotdistinct
${TABLE}
JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
WHERE ${IS_TABLE} AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
AND k.place <= i.indnkeyatts AND NOT EXISTS (
  SELECT 1 FROM pg_catalog.pg_collation AS l
  WHERE l.oid = ANY (i.indcollation::oid[]) AND NOT l.collisdeterministic
) ORDER BY i.indexrelid, k.place`;

interface LiveColumn {
  readonly name: string;
  /** Empty for a type that is none of the catalogue's own. */
  readonly type: string;
  /** What is in brackets behind the type; -1 = nothing. */
  readonly modifier: number;
  readonly spelling: string;
  readonly nullable: boolean;
  readonly generated: boolean;
  readonly hasDefault: boolean;
  readonly deterministic: boolean;
}

const asIs = (name: string): string => name;

/** What each column of the stream's takes. Rejects with ESQL8663 or ESQL8664. */
export async function compareTable(
  database: PostgresDatabase,
  target: Target,
  place: string,
): Promise<readonly ColumnTarget[]> {
  const names = [target.table.schema, target.table.name];
  const live = (await database.query(COLUMNS, names)).map(liveColumn);
  const fitting = createTable(target);
  if (live.length === 0) {
    throw tableMissing(target, fitting, place, "Create it, or set `create = 'if_missing'`; a view is no table.");
  }
  const { shape } = target;
  const isTaken = (index: number): boolean => shape.key.includes(index);
  const nullsAlike = hasNullableKey(shape);
  const indexes = (await database.query(UNIQUE_INDEXES, names))
    .filter(([, , notDistinct]) => notDistinct === 't' || !nullsAlike)
    .map(([index, name]) => [String(index), String(name)] as const);
  refuseDrift(
    target,
    [
      ...shape.schema.flatMap((field, index) => columnDifference(field, isTaken(index), live)),
      ...furtherColumns(shape, live, asIs, describe),
      ...keyDifference(shape, indexes, asIs, nullsAlike ? 'a unique key with NULLS NOT DISTINCT' : undefined),
    ],
    fitting,
    place,
  );
  return shape.schema.map((field) => {
    const column = live.find(({ name }) => name === field.name);
    return {
      field,
      characters: column?.type === 'varchar' && column.modifier >= 0 ? column.modifier - HEADER : null,
      binaryJson: column?.type === 'jsonb',
    };
  });
}

function liveColumn(row: readonly (string | null)[]): LiveColumn {
  const [name, type, modifier, spelling, nullable, generated, hasDefault, deterministic] = row;
  return {
    name: name ?? '',
    type: type ?? '',
    modifier: Number(modifier),
    spelling: spelling ?? '',
    nullable: nullable === 't',
    generated: generated === 't',
    hasDefault: hasDefault === 't',
    deterministic: deterministic === 't',
  };
}

function columnDifference(field: Field, isKey: boolean, live: readonly LiveColumn[]): readonly Difference[] {
  const type = declaredType(field.type, isKey);
  const expected = `a column ${field.name} ${type}${field.nullable ? ' that allows NULL' : ''}`;
  const column = live.find(({ name }) => name === field.name);
  if (column === undefined) return [{ expected, found: `the columns ${live.map(({ name }) => name).join(', ')}` }];
  if (!takes(column, field.type, isKey) || (field.nullable && !column.nullable) || column.generated) {
    return [{ expected, found: describe(column) }];
  }
  // Under such a collation keys that differ for the stream are one for the table.
  if (isKey && !column.deterministic) {
    return [{ expected: `a deterministic collation of the key column ${field.name}`, found: 'another one' }];
  }
  return [];
}

/** Of text and numeric modifiers. */
const HEADER = 4;

/** Whether the column holds every value of the type as it is. */
function takes({ type, modifier }: LiveColumn, wanted: SqlType, isKey: boolean): boolean {
  switch (wanted.kind) {
    case 'boolean':
      return type === 'bool';
    case 'int':
      return type === 'int4' || type === 'int8';
    case 'bigint':
      return type === 'int8';
    case 'double':
      return type === 'float8';
    case 'decimal':
      return type === 'numeric' && takesDigits(modifier, wanted);
    case 'varchar':
      return type === 'text' || type === 'varchar';
    case 'json':
      return type === 'text' || type === 'varchar' || (!isKey && (type === 'json' || type === 'jsonb'));
    case 'varbinary':
      return type === 'bytea';
    case 'date':
      return type === 'date';
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return type === wanted.kind && (modifier === -1 || modifier === 6);
    case 'interval':
      return type === 'interval' && modifier === -1;
  }
}

/** numeric(p,s): the upper half of the modifier is p, the lower eleven bits are s, which may be negative. */
function takesDigits(modifier: number, { precision, scale }: { precision: number; scale: number }): boolean {
  if (modifier === -1) return true;
  const packed = modifier - HEADER;
  const liveScale = ((packed & 0x7ff) ^ 0x400) - 0x400;
  const livePrecision = (packed >> 16) & 0xffff;
  return liveScale >= scale && livePrecision - liveScale >= precision - scale;
}

function describe({ name, spelling, nullable, generated }: LiveColumn): string {
  return `${name} ${spelling}${nullable ? '' : ' NOT NULL'}${generated ? ' (generated)' : ''}`;
}
