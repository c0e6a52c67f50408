/** Views of the catalogue and of what runs. */
import { type ObjectName } from './ast.js';
import { type PlannedQuery, type ScopeColumn } from './bind.js';
import { type Database } from './database.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Column, type Table, type Values } from './storage.js';
import { bytesMax, COLLATION_NAMES, precisionOf, TYPE_IDS } from './type-names.js';

const NAME = sql.nvarchar(128);
const KIND = sql.char(2);

interface View {
  readonly columns: Readonly<Record<string, SqlType>>;
  readonly rows: (database: Database) => readonly Readonly<Record<string, SqlValue>>[];
}

const id = (value: number): bigint => BigInt(value);
const flag = (value: boolean): bigint => (value ? 1n : 0n);
const schemaId = (database: Database, name: string): bigint => id(database.schemas.get(name.toLowerCase())?.id ?? 1);
const collationOf = (type: SqlType): string | null => (sql.isString(type) ? COLLATION_NAMES[type.collation] : null);

const OBJECT_COLUMNS = {
  name: NAME,
  object_id: sql.INT,
  schema_id: sql.INT,
  type: KIND,
  type_desc: NAME,
  is_ms_shipped: sql.BIT,
};

function objects(database: Database, kind: 'U' | 'P' | null): readonly Readonly<Record<string, SqlValue>>[] {
  const row = (
    item: { readonly id: number; readonly schema: string; readonly name: string },
    type: string,
    text: string,
  ) => ({
    name: item.name,
    object_id: id(item.id),
    schema_id: schemaId(database, item.schema),
    type,
    type_desc: text,
    is_ms_shipped: 0n,
  });
  return [
    ...(kind === 'P' ? [] : database.tables.all().map((table) => row(table, 'U ', 'USER_TABLE'))),
    ...(kind === 'U' ? [] : database.procedures.all().map((item) => row(item, 'P ', 'SQL_STORED_PROCEDURE'))),
  ];
}

const eachColumn = <T>(database: Database, make: (table: Table, column: Column, at: number) => T): readonly T[] =>
  database.tables.all().flatMap((table) => table.columns.map((column, at) => make(table, column, at)));

function columnRow(table: Table, column: Column, at: number): Readonly<Record<string, SqlValue>> {
  const { type } = column;
  return {
    object_id: id(table.id),
    name: column.name,
    column_id: id(at + 1),
    system_type_id: id(TYPE_IDS[type.name]),
    user_type_id: id(TYPE_IDS[type.name]),
    max_length: id(bytesMax(type)),
    precision: id(precisionOf(type).precision),
    scale: id(precisionOf(type).scale),
    collation_name: collationOf(type),
    is_nullable: flag(column.isNullable),
    is_identity: flag(column.identity !== null),
    is_computed: 0n,
    default_object_id: column.default === null ? 0n : 1n,
    generated_always_type: 0n,
    is_rowguidcol: 0n,
    is_hidden: 0n,
  };
}

function informationRow(
  database: Database,
  table: Table,
  column: Column,
  at: number,
): Readonly<Record<string, SqlValue>> {
  const { type } = column;
  const isSized = sql.isString(type) || sql.isBinary(type);
  const isExact = sql.isExact(type) && type.name !== 'bit';
  return {
    TABLE_CATALOG: database.settings.name,
    TABLE_SCHEMA: table.schema,
    TABLE_NAME: table.name,
    COLUMN_NAME: column.name,
    ORDINAL_POSITION: id(at + 1),
    COLUMN_DEFAULT: column.default?.text ?? null,
    IS_NULLABLE: column.isNullable ? 'YES' : 'NO',
    DATA_TYPE: type.name,
    CHARACTER_MAXIMUM_LENGTH: isSized ? id(type.length) : null,
    CHARACTER_OCTET_LENGTH: isSized ? id(bytesMax(type)) : null,
    NUMERIC_PRECISION: isExact || sql.familyOf(type) === 'float' ? id(type.precision) : null,
    NUMERIC_SCALE: isExact ? id(type.scale) : null,
    DATETIME_PRECISION: sql.isMoment(type) ? id(type.name === 'datetime' ? 3 : type.scale) : null,
    COLLATION_NAME: collationOf(type),
  };
}

const eachIndex = (database: Database): readonly Readonly<Record<string, SqlValue>>[] =>
  database.tables.all().flatMap((table) =>
    table.indexes.map(({ definition }) => ({
      object_id: id(table.id),
      name: definition.name,
      index_id: id(definition.id),
      type: definition.kind === 'primary' ? 1n : 2n,
      type_desc: definition.kind === 'primary' ? 'CLUSTERED' : 'NONCLUSTERED',
      is_unique: flag(definition.kind !== 'index'),
      is_primary_key: flag(definition.kind === 'primary'),
      is_unique_constraint: flag(definition.kind === 'unique'),
      is_disabled: 0n,
      has_filter: 0n,
      filter_definition: null,
      ignore_dup_key: 0n,
    })),
  );

const keysOf = (database: Database) =>
  database.tables
    .all()
    .flatMap((table) =>
      table.indexes
        .filter(({ definition }) => definition.kind === 'primary' || definition.kind === 'unique')
        .map(({ definition }) => ({ table, definition })),
    );

const VIEWS: Readonly<Record<string, View>> = {
  'sys.schemas': {
    columns: { name: NAME, schema_id: sql.INT, principal_id: sql.INT },
    rows: (database) =>
      [...database.schemas.values()].map((schema) => ({
        name: schema.name,
        schema_id: id(schema.id),
        principal_id: 1n,
      })),
  },
  'sys.objects': { columns: OBJECT_COLUMNS, rows: (database) => objects(database, null) },
  'sys.tables': { columns: OBJECT_COLUMNS, rows: (database) => objects(database, 'U') },
  'sys.procedures': { columns: OBJECT_COLUMNS, rows: (database) => objects(database, 'P') },
  'sys.databases': {
    columns: {
      name: NAME,
      database_id: sql.INT,
      is_read_committed_snapshot_on: sql.BIT,
      snapshot_isolation_state: sql.TINYINT,
      compatibility_level: sql.TINYINT,
      collation_name: NAME,
    },
    rows: ({ settings }) => [
      {
        name: settings.name,
        database_id: 5n,
        is_read_committed_snapshot_on: flag(settings.readsSnapshots),
        snapshot_isolation_state: 0n,
        compatibility_level: 150n,
        collation_name: COLLATION_NAMES.ci,
      },
    ],
  },
  'sys.columns': {
    columns: {
      object_id: sql.INT,
      name: NAME,
      column_id: sql.INT,
      system_type_id: sql.TINYINT,
      user_type_id: sql.INT,
      max_length: sql.SMALLINT,
      precision: sql.TINYINT,
      scale: sql.TINYINT,
      collation_name: NAME,
      is_nullable: sql.BIT,
      is_identity: sql.BIT,
      is_computed: sql.BIT,
      default_object_id: sql.INT,
      generated_always_type: sql.TINYINT,
      is_rowguidcol: sql.BIT,
      is_hidden: sql.BIT,
    },
    rows: (database) => eachColumn(database, columnRow),
  },
  'sys.types': {
    columns: {
      name: NAME,
      system_type_id: sql.TINYINT,
      user_type_id: sql.INT,
      schema_id: sql.INT,
      is_user_defined: sql.BIT,
      is_table_type: sql.BIT,
    },
    rows: (database) => [
      ...Object.entries(TYPE_IDS).map(([name, number]) => ({
        name,
        system_type_id: id(number),
        user_type_id: id(number),
        schema_id: 4n,
        is_user_defined: 0n,
        is_table_type: 0n,
      })),
      ...database.types.all().map((type) => ({
        name: type.name,
        system_type_id: 243n,
        user_type_id: id(type.id),
        schema_id: schemaId(database, type.schema),
        is_user_defined: 1n,
        is_table_type: 1n,
      })),
    ],
  },
  'sys.indexes': {
    columns: {
      object_id: sql.INT,
      name: NAME,
      index_id: sql.INT,
      type: sql.TINYINT,
      type_desc: NAME,
      is_unique: sql.BIT,
      is_primary_key: sql.BIT,
      is_unique_constraint: sql.BIT,
      is_disabled: sql.BIT,
      has_filter: sql.BIT,
      filter_definition: sql.nvarchar(-1),
      ignore_dup_key: sql.BIT,
    },
    rows: eachIndex,
  },
  'sys.index_columns': {
    columns: {
      object_id: sql.INT,
      index_id: sql.INT,
      index_column_id: sql.INT,
      column_id: sql.INT,
      key_ordinal: sql.TINYINT,
      is_descending_key: sql.BIT,
      is_included_column: sql.BIT,
    },
    rows: (database) =>
      database.tables.all().flatMap((table) =>
        table.indexes.flatMap(({ definition }) =>
          definition.columns.map((column, at) => ({
            object_id: id(table.id),
            index_id: id(definition.id),
            index_column_id: id(at + 1),
            column_id: id(column + 1),
            key_ordinal: id(at + 1),
            is_descending_key: 0n,
            is_included_column: 0n,
          })),
        ),
      ),
  },
  'sys.key_constraints': {
    columns: {
      name: NAME,
      object_id: sql.INT,
      parent_object_id: sql.INT,
      schema_id: sql.INT,
      type: KIND,
      unique_index_id: sql.INT,
    },
    rows: (database) =>
      keysOf(database).map(({ table, definition }) => ({
        name: definition.name,
        object_id: id(table.id + definition.id),
        parent_object_id: id(table.id),
        schema_id: schemaId(database, table.schema),
        type: definition.kind === 'primary' ? 'PK' : 'UQ',
        unique_index_id: id(definition.id),
      })),
  },
  'sys.default_constraints': {
    columns: { name: NAME, parent_object_id: sql.INT, parent_column_id: sql.INT, definition: sql.nvarchar(-1) },
    rows: (database) =>
      eachColumn(database, (table, column, at) =>
        column.default === null
          ? []
          : [
              {
                name: column.default.name,
                parent_object_id: id(table.id),
                parent_column_id: id(at + 1),
                definition: column.default.text,
              },
            ],
      ).flat(),
  },
  'sys.triggers': {
    columns: {
      name: NAME,
      object_id: sql.INT,
      parent_id: sql.INT,
      is_disabled: sql.BIT,
      is_instead_of_trigger: sql.BIT,
    },
    rows: () => [],
  },
  'sys.foreign_keys': {
    columns: { name: NAME, object_id: sql.INT, parent_object_id: sql.INT, referenced_object_id: sql.INT },
    rows: () => [],
  },
  'sys.sql_modules': {
    columns: { object_id: sql.INT, definition: sql.nvarchar(-1) },
    rows: (database) =>
      database.procedures.all().map((item) => ({ object_id: id(item.id), definition: item.definition.text })),
  },
  'sys.dm_exec_connections': {
    columns: {
      session_id: sql.INT,
      connect_time: sql.DATETIME,
      net_transport: NAME,
      protocol_type: NAME,
      protocol_version: sql.INT,
      encrypt_option: NAME,
      auth_scheme: NAME,
      client_net_address: NAME,
    },
    rows: ({ sessions }) =>
      [...sessions.values()].map((session) => ({
        session_id: id(session.spid),
        connect_time: null,
        net_transport: 'TCP',
        protocol_type: 'TSQL',
        protocol_version: 0x74000004n,
        encrypt_option: session.isEncrypted ? 'TRUE' : 'FALSE',
        auth_scheme: 'SQL',
        client_net_address: session.clientAddress,
      })),
  },
  'sys.dm_exec_sessions': {
    columns: {
      session_id: sql.SMALLINT,
      login_name: NAME,
      host_name: NAME,
      program_name: NAME,
      is_user_process: sql.BIT,
      status: NAME,
    },
    rows: ({ sessions }) =>
      [...sessions.values()].map((session) => ({
        session_id: id(session.spid),
        login_name: session.loginName,
        host_name: session.hostName,
        program_name: session.applicationName,
        is_user_process: 1n,
        status: 'running',
      })),
  },
  'sys.dm_tran_locks': {
    columns: {
      request_session_id: sql.INT,
      resource_description: sql.nvarchar(256),
      request_mode: NAME,
      request_status: NAME,
    },
    rows: ({ locks }) =>
      locks.list().map((lock) => ({
        request_session_id: id(lock.spid),
        resource_description: lock.resource,
        request_mode: lock.mode,
        request_status: lock.isWaiting ? 'WAIT' : 'GRANT',
      })),
  },
  'information_schema.tables': {
    columns: { TABLE_CATALOG: NAME, TABLE_SCHEMA: NAME, TABLE_NAME: NAME, TABLE_TYPE: sql.varchar(10) },
    rows: ({ settings, tables }) =>
      tables.all().map((table) => ({
        TABLE_CATALOG: settings.name,
        TABLE_SCHEMA: table.schema,
        TABLE_NAME: table.name,
        TABLE_TYPE: 'BASE TABLE',
      })),
  },
  'information_schema.columns': {
    columns: {
      TABLE_CATALOG: NAME,
      TABLE_SCHEMA: NAME,
      TABLE_NAME: NAME,
      COLUMN_NAME: NAME,
      ORDINAL_POSITION: sql.INT,
      COLUMN_DEFAULT: sql.nvarchar(4000),
      IS_NULLABLE: sql.varchar(3),
      DATA_TYPE: NAME,
      CHARACTER_MAXIMUM_LENGTH: sql.INT,
      CHARACTER_OCTET_LENGTH: sql.INT,
      NUMERIC_PRECISION: sql.TINYINT,
      NUMERIC_SCALE: sql.INT,
      DATETIME_PRECISION: sql.SMALLINT,
      COLLATION_NAME: NAME,
    },
    rows: (database) => eachColumn(database, (table, column, at) => informationRow(database, table, column, at)),
  },
  'information_schema.table_constraints': {
    columns: { CONSTRAINT_NAME: NAME, TABLE_SCHEMA: NAME, TABLE_NAME: NAME, CONSTRAINT_TYPE: sql.varchar(11) },
    rows: (database) =>
      keysOf(database).map(({ table, definition }) => ({
        CONSTRAINT_NAME: definition.name,
        TABLE_SCHEMA: table.schema,
        TABLE_NAME: table.name,
        CONSTRAINT_TYPE: definition.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE',
      })),
  },
  'information_schema.key_column_usage': {
    columns: {
      CONSTRAINT_NAME: NAME,
      TABLE_SCHEMA: NAME,
      TABLE_NAME: NAME,
      COLUMN_NAME: NAME,
      ORDINAL_POSITION: sql.INT,
    },
    rows: (database) =>
      keysOf(database).flatMap(({ table, definition }) =>
        definition.columns.map((column, at) => ({
          CONSTRAINT_NAME: definition.name,
          TABLE_SCHEMA: table.schema,
          TABLE_NAME: table.name,
          COLUMN_NAME: table.columns[column]!.name,
          ORDINAL_POSITION: id(at + 1),
        })),
      ),
  },
};

/** The view of that name, or null. */
export function systemView(database: Database, { parts }: ObjectName): PlannedQuery | null {
  const view = VIEWS[parts.slice(-2).join('.').toLowerCase()];
  if (view === undefined) return null;
  const columns: readonly ScopeColumn[] = Object.entries(view.columns).map(([name, type]) => ({
    name,
    type,
    isNullable: true,
    isIdentity: false,
  }));
  return {
    columns,
    run: (): readonly Values[] => view.rows(database).map((row) => columns.map(({ name }) => row[name] ?? null)),
  };
}
