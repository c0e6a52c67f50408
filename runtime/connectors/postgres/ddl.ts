/**
 * Everything that the sink needs in the database, as SQL that PostgreSQL 15 and later understand: the schema, the table
 * of progress, the target table and the two functions.
 */
import type { SinkShape } from '../connector.js';
import { procedureName, sinkName, type TableName } from '../database/names.js';
import { WRITER_ROLE, type CreateStatement } from '../database/script.js';
import {
  keyNames,
  PROGRESS_TABLE,
  targetOf as anyTarget,
  type Target,
  type TargetOptions,
} from '../database/target.js';
import { applyText, registerText } from './functions.js';
import { checkNameBytes, dollarQuoted, literal, qualified, quoteName } from './names.js';
import { declaredType } from './types.js';

export interface SinkObjects {
  readonly progress: TableName;
  readonly register: TableName;
  readonly apply: TableName;
  readonly target: TableName;
}

const SCHEMA = 'public';

/** Names are checked before the database is asked for anything. Throws ESQL8431. */
export function targetOf(shape: SinkShape, options: TargetOptions): Target {
  const target = anyTarget(shape, options, SCHEMA);
  checkNameBytes('schema', target.table.schema);
  checkNameBytes('table', target.table.name);
  checkNameBytes('schema', target.schema);
  for (const field of shape.schema) checkNameBytes('column', field.name);
  return target;
}

export function objectsOf(target: Target): SinkObjects {
  const { schema } = target;
  const progress = { schema, name: PROGRESS_TABLE };
  const name = sinkName(target.shape.sinkId);
  return {
    progress,
    target: target.table,
    register: { schema, name: procedureName('register', '', registerText('', qualified(progress))) },
    apply: { schema, name: procedureName('apply', name, applyText('', qualified(progress), target)) },
  };
}

/** Statements that make what is missing and leave alone what is there; in this order. */
export function createStatements(target: Target): readonly CreateStatement[] {
  const objects = objectsOf(target);
  const progress = qualified(objects.progress);
  const register = qualified(objects.register);
  const apply = qualified(objects.apply);
  return [
    {
      what: `schema ${quoteName(target.schema)}`,
      sql: ifMissing(
        `SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${literal(target.schema)}`,
        `CREATE SCHEMA ${quoteName(target.schema)};`,
      ),
    },
    { what: `table ${progress}`, sql: ifMissing(tableExists(objects.progress), `${progressTable(progress)};`) },
    {
      what: `table ${qualified(objects.target)}`,
      sql: ifMissing(tableExists(objects.target), `${createTable(target)};`),
    },
    { what: `function ${register}`, sql: functionIfMissing(objects.register, registerText(register, progress)) },
    { what: `function ${apply}`, sql: functionIfMissing(objects.apply, applyText(apply, progress, target)) },
  ];
}

function ifMissing(query: string, create: string): string {
  const body = `BEGIN\n  IF NOT EXISTS (${query}) THEN\n${create}\n  END IF;\nEND`;
  return `DO ${dollarQuoted(body, 'esql')};`;
}

/** Everybody may execute a new function, unless that is taken back. */
function functionIfMissing(name: TableName, create: string): string {
  return ifMissing(functionExists(name), `${create}\nREVOKE ALL ON FUNCTION ${qualified(name)} FROM PUBLIC;`);
}

function tableExists({ schema, name }: TableName): string {
  return `SELECT 1 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(name)}`;
}

function functionExists({ schema, name }: TableName): string {
  return `SELECT 1 FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = ${literal(schema)} AND p.proname = ${literal(name)}`;
}

/** Whether functions and table are there, as one row of `t` or `f`, and the version of the server. */
export function existenceQuery(objects: SinkObjects): string {
  const queries = [functionExists(objects.register), functionExists(objects.apply), tableExists(objects.target)];
  return `SELECT ${queries.map((query) => `EXISTS (${query})`).join(', ')}, current_setting('server_version_num')`;
}

function progressTable(name: string): string {
  return `CREATE TABLE ${name} (
  query_id text NOT NULL,
  sink_id text NOT NULL,
  target text NOT NULL,
  epoch bigint NOT NULL,
  batch_id bigint NOT NULL,
  digest text NOT NULL,
  intent_hash text NOT NULL,
  intent text NOT NULL,
  seen_epoch bigint NOT NULL,
  PRIMARY KEY (query_id, sink_id)
)`;
}

/** The target table with the exact types of the plan. A key that may be NULL is unique instead of primary. */
export function createTable({ table, shape }: Target): string {
  const columns = shape.schema.map((field, index) => {
    const type = declaredType(field.type, shape.key.includes(index));
    return `  ${quoteName(field.name)} ${type}${field.nullable ? '' : ' NOT NULL'}`;
  });
  const names = keyNames(shape).map(quoteName);
  if (names.length > 0) {
    columns.push(`  ${hasNullableKey(shape) ? 'UNIQUE NULLS NOT DISTINCT' : 'PRIMARY KEY'} (${names.join(', ')})`);
  }
  return `CREATE TABLE ${qualified(table)} (\n${columns.join(',\n')}\n)`;
}

export function hasNullableKey({ schema, key }: SinkShape): boolean {
  return key.some((index) => schema[index]?.nullable === true);
}

/** What a login of the sink needs and no more: it runs the functions. Definitions of tables everybody may see. */
export function grantStatements(target: Target): readonly CreateStatement[] {
  const objects = objectsOf(target);
  const role = quoteName(WRITER_ROLE);
  return [
    {
      what: `role ${role}`,
      sql: ifMissing(
        `SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ${literal(WRITER_ROLE)}`,
        `CREATE ROLE ${role} NOLOGIN;`,
      ),
    },
    { what: 'its rights', sql: `GRANT USAGE ON SCHEMA ${quoteName(target.schema)} TO ${role};` },
    ...[objects.register, objects.apply].map((name) => ({
      what: 'the function',
      sql: `GRANT EXECUTE ON FUNCTION ${qualified(name)} TO ${role};`,
    })),
  ];
}
