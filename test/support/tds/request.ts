/** Requests of a client: batches, calls ([MS-TDS] 2.2.6.6) and transaction requests (2.2.6.9). */
import { ByteReader } from './bytes.js';
import { type SqlType, type SqlValue } from './engine/sql-type.js';
import { readTypeInfo, TOKEN_TVP } from './type-info.js';
import { readTableValue, type TableValue } from './table-value.js';
import { readValue } from './values.js';

/** Procedures that are called by number. */
const NUMBERED: Readonly<Record<number, string>> = {
  1: 'sp_cursor',
  2: 'sp_cursoropen',
  3: 'sp_cursorprepare',
  4: 'sp_cursorexecute',
  5: 'sp_cursorprepexec',
  6: 'sp_cursorunprepare',
  7: 'sp_cursorfetch',
  8: 'sp_cursoroption',
  9: 'sp_cursorclose',
  10: 'sp_executesql',
  11: 'sp_prepare',
  12: 'sp_execute',
  13: 'sp_prepexec',
  14: 'sp_prepexecrpc',
  15: 'sp_unprepare',
};

const HEADER_TRANSACTION = 2;
const BATCH_SEPARATORS = new Set([0x80, 0xff, 0xfe]);
const STATUS_OUTPUT = 0x01;
const STATUS_DEFAULT = 0x02;

export interface Parameter {
  /** With its `@`; empty where it is positional. */
  readonly name: string;
  readonly isOutput: boolean;
  /** The procedure's own default applies. */
  readonly isDefault: boolean;
  readonly type: SqlType;
  readonly value: SqlValue;
  /** Rows of a table-valued parameter. */
  readonly table: TableValue | null;
}

export interface Call {
  readonly procedure: string;
  readonly parameters: readonly Parameter[];
}

export type TransactionRequest =
  | { readonly kind: 'begin'; readonly isolation: number; readonly name: string }
  | { readonly kind: 'commit'; readonly andBegin: boolean }
  | { readonly kind: 'rollback'; readonly name: string; readonly andBegin: boolean }
  | { readonly kind: 'save'; readonly name: string };

/** ALL_HEADERS: which transaction the client believes to be in. */
function readHeaders(reader: ByteReader): bigint {
  const end = reader.position + reader.u32();
  let descriptor = 0n;
  while (reader.position < end) {
    const next = reader.position + reader.u32();
    if (reader.u16() === HEADER_TRANSACTION) descriptor = reader.u64();
    reader.position = next;
  }
  return descriptor;
}

/** The text of a batch, and the transaction it believes to be in. */
export function readBatch(data: Buffer, hasHeaders: boolean): { readonly text: string; readonly descriptor: bigint } {
  const reader = new ByteReader(data);
  const descriptor = hasHeaders ? readHeaders(reader) : 0n;
  return { text: reader.take(reader.left).toString('utf16le'), descriptor };
}

/** The calls of one RPC message. Throws ShortRead or UnknownWireType where it is malformed. */
export function readCalls(
  data: Buffer,
  hasHeaders: boolean,
): { readonly calls: readonly Call[]; readonly descriptor: bigint } {
  const reader = new ByteReader(data);
  const descriptor = hasHeaders ? readHeaders(reader) : 0n;
  const calls: Call[] = [];
  while (reader.left > 0) {
    const length = reader.u16();
    const procedure = length === 0xffff ? (NUMBERED[reader.u16()] ?? '') : reader.utf16(length);
    reader.u16();
    const parameters: Parameter[] = [];
    while (reader.left > 0 && !BATCH_SEPARATORS.has(reader.bytes[reader.position]!)) {
      parameters.push(readParameter(reader));
    }
    if (reader.left > 0) reader.u8();
    calls.push({ procedure, parameters });
  }
  return { calls, descriptor };
}

function readParameter(reader: ByteReader): Parameter {
  const name = reader.shortText();
  const status = reader.u8();
  const flags = { name, isOutput: (status & STATUS_OUTPUT) !== 0, isDefault: (status & STATUS_DEFAULT) !== 0 };
  if (reader.bytes[reader.position] === TOKEN_TVP) {
    const table = readTableValue(reader);
    return { ...flags, type: table.columns[0]?.type ?? NO_TYPE, value: null, table };
  }
  const wire = readTypeInfo(reader);
  return { ...flags, type: wire.type, value: readValue(reader, wire), table: null };
}

const NO_TYPE: SqlType = { name: 'int', length: 0, precision: 10, scale: 0, collation: 'ci' };

const REQUEST = { begin: 5, commit: 7, rollback: 8, save: 9 } as const;

/** What a transaction manager request asks for; null for those of distributed transactions. */
export function readTransactionRequest(data: Buffer): TransactionRequest | null {
  const reader = new ByteReader(data);
  readHeaders(reader);
  const name = (): string => reader.take(reader.u8()).toString('utf16le');
  switch (reader.u16()) {
    case REQUEST.begin: {
      const isolation = reader.u8();
      return { kind: 'begin', isolation, name: name() };
    }
    case REQUEST.commit:
      name();
      return { kind: 'commit', andBegin: (reader.u8() & 1) === 1 };
    case REQUEST.rollback: {
      const savepoint = name();
      return { kind: 'rollback', name: savepoint, andBegin: (reader.u8() & 1) === 1 };
    }
    case REQUEST.save:
      return { kind: 'save', name: name() };
    default:
      return null;
  }
}
