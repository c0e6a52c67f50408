/** The token stream of a response ([MS-TDS] 2.2.7). */
import { ByteWriter } from './bytes.js';
import { type SqlError } from './engine/errors.js';
import { type Command, type DoneKind } from './engine/sink.js';
import { type SqlType, type SqlValue } from './engine/sql-type.js';
import { COLLATION_BYTES, writeTypeInfo } from './type-info.js';
import { writeValue } from './values.js';

const TOKEN = {
  returnStatus: 0x79,
  columns: 0x81,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  featureAck: 0xae,
  row: 0xd1,
  nullBitmapRow: 0xd2,
  envChange: 0xe3,
  done: 0xfd,
  doneProcedure: 0xfe,
  doneInProcedure: 0xff,
} as const;

export const DONE = { final: 0, more: 0x01, error: 0x02, count: 0x10, attention: 0x20, serverError: 0x100 } as const;

const DONE_TOKENS: Readonly<Record<DoneKind, number>> = {
  statement: TOKEN.done,
  'in-procedure': TOKEN.doneInProcedure,
  procedure: TOKEN.doneProcedure,
};

/** CurCmd of DONE: what mssql-jdbc tells counts of changed rows by. */
const COMMANDS: Readonly<Record<Command, number>> = {
  other: 0,
  select: 0xc1,
  insert: 0xc3,
  delete: 0xc4,
  update: 0xc5,
  execute: 0xe0,
  'bulk-insert': 0xf0,
};

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly isNullable: boolean;
  readonly isIdentity: boolean;
}

export interface Signature {
  readonly serverName: string;
  /** TDS 7.2 and later: wider counts and line numbers. */
  readonly isWide: boolean;
}

/** COLMETADATA. */
export function columnsToken(columns: readonly ResultColumn[], { isWide }: Signature): Buffer {
  const writer = new ByteWriter().u8(TOKEN.columns).u16(columns.length);
  for (const column of columns) {
    if (isWide) writer.u32(0);
    else writer.u16(0);
    writer.u16((column.isNullable ? 0x01 : 0) | 0x08 | (column.isIdentity ? 0x10 : 0));
    writeTypeInfo(writer, column.type, column.isNullable);
    writer.shortText(column.name);
  }
  return writer.finish();
}

/** ROW, or NBCROW where nulls abound and the client speaks 7.3. */
export function rowToken(columns: readonly ResultColumn[], values: readonly SqlValue[], hasBitmaps: boolean): Buffer {
  const writer = new ByteWriter();
  const nulls = values.filter((value) => value === null).length;
  const isBitmap = hasBitmaps && nulls * 4 > columns.length;
  writer.u8(isBitmap ? TOKEN.nullBitmapRow : TOKEN.row);
  if (isBitmap) {
    const bitmap = Buffer.alloc(Math.ceil(columns.length / 8));
    values.forEach((value, index) => {
      if (value === null) bitmap[index >> 3]! |= 1 << (index & 7);
    });
    writer.raw(bitmap);
  }
  columns.forEach((column, index) => {
    const value = values[index] ?? null;
    if (isBitmap && value === null) return;
    writeValue(writer, value, column.type, column.isNullable);
  });
  return writer.finish();
}

/** DONE, DONEINPROC or DONEPROC. */
export function doneToken(
  kind: DoneKind,
  status: number,
  command: Command,
  count: bigint,
  { isWide }: Signature,
): Buffer {
  const writer = new ByteWriter().u8(DONE_TOKENS[kind]).u16(status).u16(COMMANDS[command]);
  if (isWide) writer.u64(count);
  else writer.u32(Number(count));
  return writer.finish();
}

/** RETURNSTATUS: what a procedure returned. */
export const returnStatusToken = (status: number): Buffer =>
  new ByteWriter().u8(TOKEN.returnStatus).i32(status).finish();

/** RETURNVALUE: an output parameter. */
export function returnValueToken(
  ordinal: number,
  name: string,
  type: SqlType,
  value: SqlValue,
  { isWide }: Signature,
): Buffer {
  const writer = new ByteWriter().u8(TOKEN.returnValue).u16(ordinal).shortText(name).u8(0x01);
  if (isWide) writer.u32(0);
  else writer.u16(0);
  writer.u16(0x01);
  writeTypeInfo(writer, type, true);
  writeValue(writer, value, type, true);
  return writer.finish();
}

/** ERROR for severities above 10, INFO for the others. */
export function messageToken(error: SqlError, { serverName, isWide }: Signature): Buffer {
  const body = new ByteWriter()
    .i32(error.number)
    .u8(error.state)
    .u8(error.severity)
    .text(error.message)
    .shortText(serverName)
    .shortText(error.procedure);
  if (isWide) body.u32(Math.max(1, error.line));
  else body.u16(Math.max(1, error.line));
  return withLength(error.severity > 10 ? TOKEN.error : TOKEN.info, body);
}

/** LOGINACK. */
export function loginAckToken(tdsVersion: number, program: string, version: readonly [number, number, number]): Buffer {
  const [major, minor, build] = version;
  const body = new ByteWriter()
    .u8(1)
    .u32BigEndian(tdsVersion)
    .shortText(program)
    .u8(major)
    .u8(minor)
    .u8(build >> 8)
    .u8(build & 0xff);
  return withLength(TOKEN.loginAck, body);
}

/** ENVCHANGE with texts: database (1), language (2), packet size (4). */
export const textChange = (kind: number, now: string, before: string): Buffer =>
  withLength(TOKEN.envChange, new ByteWriter().u8(kind).shortText(now).shortText(before));

/** ENVCHANGE: the collation of the database. */
export function collationChange(): Buffer {
  const body = new ByteWriter().u8(7).u8(5).raw(Buffer.from(COLLATION_BYTES.ci)).u8(0);
  return withLength(TOKEN.envChange, body);
}

/** ENVCHANGE: a transaction began (8), was committed (9) or rolled back (10). */
export function transactionChange(kind: 'begin' | 'commit' | 'rollback', descriptor: bigint): Buffer {
  const body = new ByteWriter().u8(kind === 'begin' ? 8 : kind === 'commit' ? 9 : 10);
  if (kind === 'begin') body.u8(8).u64(descriptor).u8(0);
  else body.u8(0).u8(8).u64(descriptor);
  return withLength(TOKEN.envChange, body);
}

/** ENVCHANGE: the connection was reset before the request ran. */
export const resetChange = (): Buffer => withLength(TOKEN.envChange, new ByteWriter().u8(18).u8(0).u8(0));

/** FEATUREEXTACK. */
export function featureAckToken(features: readonly (readonly [number, Buffer])[]): Buffer {
  const writer = new ByteWriter().u8(TOKEN.featureAck);
  for (const [id, data] of features) writer.u8(id).u32(data.length).raw(data);
  return writer.u8(0xff).finish();
}

function withLength(token: number, body: ByteWriter): Buffer {
  const bytes = body.finish();
  return new ByteWriter().u8(token).u16(bytes.length).raw(bytes).finish();
}
