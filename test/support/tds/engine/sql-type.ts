/**
 * SQL Server's types, and how the double holds their values: integers and scaled decimals as bigint, points in time
 * as whole ticks, never a JavaScript number but for `real` and `float`.
 */

export type TypeName =
  | 'bit'
  | 'tinyint'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'decimal'
  | 'smallmoney'
  | 'money'
  | 'real'
  | 'float'
  | 'date'
  | 'time'
  | 'datetime2'
  | 'datetimeoffset'
  | 'datetime'
  | 'smalldatetime'
  | 'char'
  | 'varchar'
  | 'nchar'
  | 'nvarchar'
  | 'binary'
  | 'varbinary'
  | 'uniqueidentifier'
  | 'sql_variant';

/** How strings compare: case-insensitive (the default), case-sensitive, by code point. */
export type Collation = 'ci' | 'cs' | 'bin';

export interface SqlType {
  readonly name: TypeName;
  /** Characters or bytes, -1 for `max`; 0 where the type has no length. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly collation: Collation;
}

/** A moment with the offset it was written with; `ticks` are UTC, in 100 ns since 0001-01-01. */
export interface OffsetMoment {
  readonly ticks: bigint;
  readonly offset_minutes: number;
}

/** A value that carries its own type (`sql_variant`). */
export interface VariantValue {
  readonly type: SqlType;
  readonly value: Exclude<SqlValue, VariantValue | null>;
}

/**
 * - bit, integers: bigint; decimal, money: bigint times 10^scale; real, float: number
 * - date: days since 0001-01-01; time: 100 ns since midnight; datetime2: 100 ns since 0001-01-01
 * - datetime: 1/300 s since 1900-01-01; smalldatetime: minutes since 1900-01-01
 * - strings and uniqueidentifier (upper case): string; binary: bytes
 */
export type SqlValue = bigint | number | string | Uint8Array | OffsetMoment | VariantValue | null;

const plain = (name: TypeName, precision = 0, scale = 0): SqlType => ({
  name,
  length: 0,
  precision,
  scale,
  collation: 'ci',
});

export const BIT = plain('bit', 1);
export const TINYINT = plain('tinyint', 3);
export const SMALLINT = plain('smallint', 5);
export const INT = plain('int', 10);
export const BIGINT = plain('bigint', 19);
export const MONEY = plain('money', 19, 4);
export const SMALLMONEY = plain('smallmoney', 10, 4);
export const REAL = plain('real', 24);
export const FLOAT = plain('float', 53);
export const DATE = plain('date', 10);
export const DATETIME = plain('datetime', 23, 3);
export const SMALLDATETIME = plain('smalldatetime', 16);
export const UNIQUEIDENTIFIER = plain('uniqueidentifier');
export const SQL_VARIANT = plain('sql_variant');

export const decimal = (precision: number, scale: number): SqlType => plain('decimal', precision, scale);
export const time = (scale: number): SqlType => plain('time', 0, scale);
export const datetime2 = (scale: number): SqlType => plain('datetime2', 0, scale);
export const datetimeoffset = (scale: number): SqlType => plain('datetimeoffset', 0, scale);

const sized = (name: TypeName, length: number, collation: Collation = 'ci'): SqlType => ({
  name,
  length,
  precision: 0,
  scale: 0,
  collation,
});

export const nvarchar = (length: number, collation: Collation = 'ci'): SqlType => sized('nvarchar', length, collation);
export const varchar = (length: number, collation: Collation = 'ci'): SqlType => sized('varchar', length, collation);
export const nchar = (length: number): SqlType => sized('nchar', length);
export const char = (length: number): SqlType => sized('char', length);
export const varbinary = (length: number): SqlType => sized('varbinary', length);
export const binary = (length: number): SqlType => sized('binary', length);

/** Families whose values compare without being converted. */
export type Family = 'integer' | 'decimal' | 'float' | 'moment' | 'string' | 'binary' | 'uniqueidentifier' | 'variant';

const FAMILIES: Readonly<Record<TypeName, Family>> = {
  bit: 'integer',
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  smallmoney: 'decimal',
  money: 'decimal',
  real: 'float',
  float: 'float',
  date: 'moment',
  time: 'moment',
  datetime2: 'moment',
  datetimeoffset: 'moment',
  datetime: 'moment',
  smalldatetime: 'moment',
  char: 'string',
  varchar: 'string',
  nchar: 'string',
  nvarchar: 'string',
  binary: 'binary',
  varbinary: 'binary',
  uniqueidentifier: 'uniqueidentifier',
  sql_variant: 'variant',
};

export const familyOf = (type: SqlType): Family => FAMILIES[type.name];
export const isString = (type: SqlType): boolean => familyOf(type) === 'string';
export const isInteger = (type: SqlType): boolean => familyOf(type) === 'integer';
export const isBinary = (type: SqlType): boolean => familyOf(type) === 'binary';
export const isMoment = (type: SqlType): boolean => familyOf(type) === 'moment';
export const isExact = (type: SqlType): boolean => isInteger(type) || familyOf(type) === 'decimal';
export const isUnicode = (type: SqlType): boolean => type.name === 'nchar' || type.name === 'nvarchar';
export const isFixedLength = (type: SqlType): boolean =>
  type.name === 'char' || type.name === 'nchar' || type.name === 'binary';

/** Data type precedence, lowest first: of two operands the lower is converted to the higher. */
const PRECEDENCE: readonly TypeName[] = [
  'binary',
  'varbinary',
  'char',
  'varchar',
  'nchar',
  'nvarchar',
  'uniqueidentifier',
  'bit',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'smallmoney',
  'money',
  'decimal',
  'real',
  'float',
  'time',
  'date',
  'smalldatetime',
  'datetime',
  'datetime2',
  'datetimeoffset',
  'sql_variant',
];

export const precedenceOf = (type: SqlType): number => PRECEDENCE.indexOf(type.name);

const INTEGER_RANGES: Readonly<Partial<Record<TypeName, readonly [bigint, bigint]>>> = {
  bit: [0n, 1n],
  tinyint: [0n, 255n],
  smallint: [-(2n ** 15n), 2n ** 15n - 1n],
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
  smallmoney: [-(2n ** 31n), 2n ** 31n - 1n],
  money: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** Does the (scaled) integer fit the type? */
export function fitsInteger(value: bigint, type: SqlType): boolean {
  if (type.name === 'decimal') {
    const limit = 10n ** BigInt(type.precision);
    return value > -limit && value < limit;
  }
  const range = INTEGER_RANGES[type.name];
  return range === undefined || (value >= range[0] && value <= range[1]);
}

/** The exact numeric type that holds every value of an integer type. */
export function asDecimal(type: SqlType): SqlType {
  if (type.name === 'decimal') return type;
  if (type.name === 'money' || type.name === 'smallmoney') return decimal(type.precision, 4);
  return decimal(Math.max(1, type.precision), 0);
}

/** As it is written in a declaration. */
export function typeText(type: SqlType): string {
  const { name, length, precision, scale } = type;
  if (name === 'decimal') return `decimal(${precision},${scale})`;
  if (name === 'time' || name === 'datetime2' || name === 'datetimeoffset') return `${name}(${scale})`;
  if (isString(type) || isBinary(type)) return `${name}(${length === -1 ? 'max' : length})`;
  return name;
}

export const isVariant = (value: SqlValue): value is VariantValue =>
  typeof value === 'object' && value !== null && 'type' in value;
