/** Functions about the session, the server and what is in the catalogue. */
import { randomUUID } from 'node:crypto';
import { bound, type Bound, converted, type Env } from './bind.js';
import { type Database, type SessionInfo } from './database.js';
import { type SqlError } from './errors.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Table } from './storage.js';
import { DAYS_TO_1970, momentOf, TICKS_PER_DAY } from './temporal.js';
import { bytesMax } from './type-names.js';

export interface SessionState {
  readonly database: Database;
  readonly info: SessionInfo;
  readonly rowCount: bigint;
  readonly transactionCount: number;
  readonly isDoomed: boolean;
  readonly errorNumber: number;
  /** The error that the innermost CATCH is about. */
  readonly caught: SqlError | null;
  readonly identity: bigint | null;
  readonly nesting: number;
  readonly lockTimeout_ms: number;
  readonly optionBits: number;
  findTemporary(name: string): Table | null;
}

export const VERSION_TEXT =
  'Microsoft SQL Server 2019 (RTM) - 15.0.2000.5 (X64) - protocol double for tests, no Microsoft software inside';
export const VERSION_NUMBERS = [15, 0, 2000] as const;

type Evaluate = (state: SessionState, args: readonly SqlValue[]) => SqlValue;

const constant = (type: SqlType, evaluate: Evaluate): { readonly type: SqlType; readonly evaluate: Evaluate } => ({
  type,
  evaluate,
});
const NAME = sql.nvarchar(128);

/** Ticks of the server's clock in UTC. */
function nowTicks({ database }: SessionState): bigint {
  return BigInt(Math.round(database.settings.now() * 1000)) * 10n + DAYS_TO_1970 * TICKS_PER_DAY;
}

const clock = (type: SqlType) => constant(type, (state) => momentOf(nowTicks(state), 0, type));

const PROPERTIES: Readonly<Record<string, (state: SessionState) => SqlValue>> = {
  productversion: () => '15.0.2000.5',
  productlevel: () => 'RTM',
  edition: ({ database }) => (database.settings.engineEdition === 5 ? 'SQL Azure' : 'Developer Edition (64-bit)'),
  engineedition: ({ database }) => BigInt(database.settings.engineEdition),
  servername: ({ database }) => database.settings.serverName,
  machinename: ({ database }) => database.settings.serverName,
  collation: () => 'SQL_Latin1_General_CP1_CI_AS',
  productmajorversion: () => '15',
  isintegratedsecurityonly: () => 0n,
};

const FUNCTIONS: Readonly<Record<string, { readonly type: SqlType; readonly evaluate: Evaluate }>> = {
  '@@ROWCOUNT': constant(sql.INT, ({ rowCount }) => rowCount),
  ROWCOUNT_BIG: constant(sql.BIGINT, ({ rowCount }) => rowCount),
  '@@TRANCOUNT': constant(sql.INT, ({ transactionCount }) => BigInt(transactionCount)),
  '@@ERROR': constant(sql.INT, ({ errorNumber }) => BigInt(errorNumber)),
  '@@SPID': constant(sql.SMALLINT, ({ info }) => BigInt(info.spid)),
  '@@VERSION': constant(sql.nvarchar(300), () => VERSION_TEXT),
  '@@SERVERNAME': constant(NAME, ({ database }) => database.settings.serverName),
  '@@LANGUAGE': constant(NAME, () => 'us_english'),
  '@@NESTLEVEL': constant(sql.INT, ({ nesting }) => BigInt(nesting)),
  '@@IDENTITY': constant(sql.decimal(38, 0), ({ identity }) => identity),
  SCOPE_IDENTITY: constant(sql.decimal(38, 0), ({ identity }) => identity),
  '@@LOCK_TIMEOUT': constant(sql.INT, ({ lockTimeout_ms }) => BigInt(lockTimeout_ms)),
  '@@OPTIONS': constant(sql.INT, ({ optionBits }) => BigInt(optionBits)),
  '@@MAX_PRECISION': constant(sql.TINYINT, () => 38n),
  '@@MICROSOFTVERSION': constant(sql.INT, () => 0x0f0007d0n),
  XACT_STATE: constant(sql.SMALLINT, ({ transactionCount, isDoomed }) =>
    isDoomed ? -1n : transactionCount > 0 ? 1n : 0n,
  ),
  ERROR_NUMBER: constant(sql.INT, ({ caught }) => (caught === null ? null : BigInt(caught.number))),
  ERROR_SEVERITY: constant(sql.INT, ({ caught }) => (caught === null ? null : BigInt(caught.severity))),
  ERROR_STATE: constant(sql.INT, ({ caught }) => (caught === null ? null : BigInt(caught.state))),
  ERROR_LINE: constant(sql.INT, ({ caught }) => (caught === null ? null : BigInt(caught.line))),
  ERROR_MESSAGE: constant(sql.nvarchar(4000), ({ caught }) => caught?.message ?? null),
  ERROR_PROCEDURE: constant(NAME, ({ caught }) =>
    caught === null || caught.procedure === '' ? null : caught.procedure,
  ),
  DB_NAME: constant(NAME, ({ database }) => database.settings.name),
  DB_ID: constant(sql.SMALLINT, () => 5n),
  SUSER_SNAME: constant(NAME, ({ info }) => info.loginName),
  SUSER_NAME: constant(NAME, ({ info }) => info.loginName),
  ORIGINAL_LOGIN: constant(NAME, ({ info }) => info.loginName),
  SYSTEM_USER: constant(NAME, ({ info }) => info.loginName),
  USER_NAME: constant(NAME, () => 'dbo'),
  USER: constant(NAME, () => 'dbo'),
  CURRENT_USER: constant(NAME, () => 'dbo'),
  SESSION_USER: constant(NAME, () => 'dbo'),
  HOST_NAME: constant(NAME, ({ info }) => info.hostName),
  APP_NAME: constant(NAME, ({ info }) => info.applicationName),
  IS_MEMBER: constant(sql.INT, () => 1n),
  IS_SRVROLEMEMBER: constant(sql.INT, () => 1n),
  HAS_PERMS_BY_NAME: constant(sql.INT, () => 1n),
  NEWID: constant(sql.UNIQUEIDENTIFIER, () => randomUUID().toUpperCase()),
  GETDATE: clock(sql.DATETIME),
  GETUTCDATE: clock(sql.DATETIME),
  CURRENT_TIMESTAMP: clock(sql.DATETIME),
  SYSDATETIME: clock(sql.datetime2(7)),
  SYSUTCDATETIME: clock(sql.datetime2(7)),
  SYSDATETIMEOFFSET: clock(sql.datetimeoffset(7)),
  SCHEMA_NAME: constant(NAME, ({ database }, [id]) => {
    if (id === undefined) return 'dbo';
    return [...database.schemas.values()].find((schema) => BigInt(schema.id) === id)?.name ?? null;
  }),
  SCHEMA_ID: constant(sql.INT, ({ database }, [name]) => {
    const schema = database.schemas.get(((name ?? 'dbo') as string).toLowerCase());
    return schema === undefined ? null : BigInt(schema.id);
  }),
  OBJECT_ID: constant(sql.INT, (state, [name, kind]) =>
    objectId(state, name as string | null, (kind ?? null) as string | null),
  ),
  OBJECT_NAME: constant(NAME, ({ database }, [id]) => objectById(database, id ?? null)?.name ?? null),
  OBJECT_SCHEMA_NAME: constant(NAME, ({ database }, [id]) => objectById(database, id ?? null)?.schema ?? null),
  OBJECT_DEFINITION: constant(
    sql.nvarchar(-1),
    ({ database }, [id]) => database.procedures.all().find((item) => BigInt(item.id) === id)?.definition.text ?? null,
  ),
  COL_LENGTH: constant(sql.SMALLINT, ({ database }, [table, column]) => {
    const found = objectNamed(database, table as string);
    const type =
      found !== null && 'columns' in found ? found.columns[found.columnAt(column as string)]?.type : undefined;
    return type === undefined ? null : BigInt(bytesMax(type));
  }),
  DATABASEPROPERTYEX: constant(sql.SQL_VARIANT, ({ database }, [, name]) => {
    const property = (name as string).toLowerCase();
    if (property === 'collation') return variantText('SQL_Latin1_General_CP1_CI_AS');
    if (property === 'updateability') return variantText('READ_WRITE');
    return property === 'isreadcommittedsnapshoton'
      ? { type: sql.INT, value: database.settings.readsSnapshots ? 1n : 0n }
      : null;
  }),
  SERVERPROPERTY: constant(sql.SQL_VARIANT, (state, [name]) => {
    const value = PROPERTIES[(name as string).toLowerCase()]?.(state) ?? null;
    if (value === null) return null;
    return typeof value === 'bigint' ? { type: sql.INT, value } : variantText(value as string);
  }),
};

const variantText = (value: string): SqlValue => ({ type: NAME, value });

/** The function of that name, or null. */
export function systemFunction(state: SessionState, name: string, args: readonly Bound[]): Bound | null {
  const found = FUNCTIONS[name];
  if (found === undefined) return null;
  const texts = args.map((argument) =>
    sql.isString(argument.type) ? converted(argument, sql.nvarchar(-1)) : argument,
  );
  return bound(found.type, (env: Env) =>
    found.evaluate(
      state,
      texts.map((argument) => argument.evaluate(env)),
    ),
  );
}

/** `[a].[b]` as its parts. */
export function nameParts(text: string): readonly string[] {
  return [...text.matchAll(/\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^.[\]"]+)/gu)].map(
    ([, bracketed, quoted, plain]) => bracketed?.replaceAll(']]', ']') ?? quoted ?? plain ?? '',
  );
}

function objectNamed(database: Database, text: string): Table | { readonly id: number } | null {
  const parts = nameParts(text);
  const [schema, name] = [parts.at(-2) ?? 'dbo', parts.at(-1) ?? ''];
  return database.tables.find(schema, name) ?? database.procedures.find(schema, name) ?? null;
}

function objectById(database: Database, id: SqlValue): { readonly name: string; readonly schema: string } | undefined {
  return [...database.tables.all(), ...database.procedures.all()].find((item) => BigInt(item.id) === id);
}

const KINDS: Readonly<Record<string, 'table' | 'procedure' | 'other'>> = {
  U: 'table',
  P: 'procedure',
  TT: 'other',
  V: 'other',
  IT: 'other',
};

function objectId(state: SessionState, text: string | null, kind: string | null): SqlValue {
  if (text === null) return null;
  const name = nameParts(text).at(-1) ?? '';
  if (name.startsWith('#')) {
    const temporary = state.findTemporary(name);
    return temporary === null ? null : BigInt(temporary.id);
  }
  const found = objectNamed(state.database, text);
  if (found === null) return null;
  const wanted = kind === null ? null : (KINDS[kind.trim().toUpperCase()] ?? 'other');
  const isTable = 'columns' in found;
  return wanted === null || wanted === (isTable ? 'table' : 'procedure') ? BigInt(found.id) : null;
}
