/**
 * Everything that the sink needs in the database, as T-SQL that SQL Server 2016 and later, Azure SQL and Babelfish
 * understand (S11): the schema, the table of progress, the target table and the two procedures.
 */
import type { SinkShape } from '../connector.js';
import { procedureName, sinkName } from '../database/names.js';
import { WRITER_ROLE, type CreateStatement } from '../database/script.js';
import { PROGRESS_TABLE, targetOf as anyTarget, type Target, type TargetOptions } from '../database/target.js';
import { literal, qualified, quoteName } from './names.js';
import { applyText, registerText } from './procedures.js';
import { declaredType, keyCharacters } from './types.js';

export interface MssqlTarget extends Target {
  /** Rows per statement inside the procedure. */
  readonly batchRows: number;
}

export interface SinkObjects {
  readonly progress: string;
  readonly register: string;
  readonly apply: string;
  readonly target: string;
}

export interface SinkOptions extends TargetOptions {
  readonly batch_rows: number;
}

const SCHEMA = 'dbo';

/** Names are checked before the database is asked for anything. Throws ESQL8431. */
export function targetOf(shape: SinkShape, options: SinkOptions): MssqlTarget {
  return { ...anyTarget(shape, options, SCHEMA), batchRows: options.batch_rows };
}

/** Quoted names of all objects. */
export function objectsOf(target: MssqlTarget): SinkObjects {
  const { schema } = target;
  const inSchema = (name: string): string => qualified({ schema, name });
  const progress = inSchema(PROGRESS_TABLE);
  const name = sinkName(target.shape.sinkId);
  return {
    progress,
    target: qualified(target.table),
    register: inSchema(procedureName('register', '', registerText('', progress))),
    apply: inSchema(procedureName('apply', name, applyText('', progress, target))),
  };
}

/** Statements that make what is missing and leave alone what is there; in this order. */
export function createStatements(target: MssqlTarget): readonly CreateStatement[] {
  const objects = objectsOf(target);
  const schema = quoteName(target.schema);
  return [
    {
      what: `schema ${schema}`,
      sql: `IF SCHEMA_ID(${literal(target.schema)}) IS NULL EXEC(N'CREATE SCHEMA ${doubled(schema)}');`,
    },
    { what: `table ${objects.progress}`, sql: ifMissing(objects.progress, 'U', progressTable(objects.progress)) },
    { what: `table ${objects.target}`, sql: ifMissing(objects.target, 'U', createTable(target)) },
    {
      what: `procedure ${objects.register}`,
      sql: ifMissing(objects.register, 'P', registerText(objects.register, objects.progress)),
    },
    {
      what: `procedure ${objects.apply}`,
      sql: ifMissing(objects.apply, 'P', applyText(objects.apply, objects.progress, target)),
    },
  ];
}

function ifMissing(name: string, kind: 'U' | 'P', create: string): string {
  return `IF OBJECT_ID(${literal(name)}, N'${kind}') IS NULL EXEC(N'${doubled(create)}');`;
}

function doubled(text: string): string {
  return text.replaceAll("'", "''");
}

function progressTable(name: string): string {
  return `CREATE TABLE ${name} (
  [query_id] NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL,
  [sink_id] NVARCHAR(200) COLLATE Latin1_General_BIN2 NOT NULL,
  [target] NVARCHAR(300) COLLATE Latin1_General_BIN2 NOT NULL,
  [epoch] BIGINT NOT NULL,
  [batch_id] BIGINT NOT NULL,
  [digest] VARCHAR(64) NOT NULL,
  [intent_hash] VARCHAR(128) NOT NULL,
  [intent] NVARCHAR(MAX) NOT NULL,
  [seen_epoch] BIGINT NOT NULL,
  PRIMARY KEY ([query_id], [sink_id])
)`;
}

/** The target table with the exact types of the plan. A key that may be NULL is unique instead of primary. */
export function createTable({ table, shape }: Target): string {
  const characters = keyCharacters(shape);
  const columns = shape.schema.map((field, index) => {
    const type = declaredType(field.type, shape.key.includes(index) ? characters : null);
    return `  ${quoteName(field.name)} ${type} ${field.nullable ? 'NULL' : 'NOT NULL'}`;
  });
  if (shape.key.length > 0) {
    const nullable = shape.key.some((index) => shape.schema[index]?.nullable === true);
    const names = shape.key.map((index) => quoteName(shape.schema[index]?.name ?? ''));
    columns.push(`  ${nullable ? 'UNIQUE' : 'PRIMARY KEY'} (${names.join(', ')})`);
  }
  return `CREATE TABLE ${qualified(table)} (\n${columns.join(',\n')}\n)`;
}

/**
 * What a login of the sink needs and no more: it runs the procedures, and sees the target's definition (not its rows)
 * for the comparison at the start.
 */
export function grantStatements(target: MssqlTarget): readonly CreateStatement[] {
  const role = quoteName(WRITER_ROLE);
  return [
    {
      what: `role ${role}`,
      sql: `IF DATABASE_PRINCIPAL_ID(${literal(WRITER_ROLE)}) IS NULL EXEC(N'CREATE ROLE ${role}');`,
    },
    { what: 'the procedures', sql: `GRANT EXECUTE ON SCHEMA::${quoteName(target.schema)} TO ${role};` },
    {
      what: 'the definition of the table',
      sql: `GRANT VIEW DEFINITION ON OBJECT::${qualified(target.table)} TO ${role};`,
    },
  ];
}
