/** Names of types and collations. */
import { type TypeName } from './ast.js';
import { SqlError, unknownType } from './errors.js';
import * as sql from './sql-type.js';
import { type Collation, type SqlType } from './sql-type.js';

const FIXED: Readonly<Record<string, SqlType>> = {
  bit: sql.BIT,
  tinyint: sql.TINYINT,
  smallint: sql.SMALLINT,
  int: sql.INT,
  integer: sql.INT,
  bigint: sql.BIGINT,
  money: sql.MONEY,
  smallmoney: sql.SMALLMONEY,
  real: sql.REAL,
  date: sql.DATE,
  datetime: sql.DATETIME,
  smalldatetime: sql.SMALLDATETIME,
  uniqueidentifier: sql.UNIQUEIDENTIFIER,
  sql_variant: sql.SQL_VARIANT,
  sysname: sql.nvarchar(128),
  ntext: sql.nvarchar(-1),
  text: sql.varchar(-1),
  image: sql.varbinary(-1),
  xml: sql.nvarchar(-1),
};

const SIZED: Readonly<Record<string, { readonly name: SqlType['name']; readonly max: number }>> = {
  char: { name: 'char', max: 8000 },
  varchar: { name: 'varchar', max: 8000 },
  nchar: { name: 'nchar', max: 4000 },
  nvarchar: { name: 'nvarchar', max: 4000 },
  binary: { name: 'binary', max: 8000 },
  varbinary: { name: 'varbinary', max: 8000 },
};

/**
 * The type that a name stands for. Throws SqlError 2715 for none, 1001 and 2750 for sizes out of range.
 * `inDeclaration`: a length left out means 1 there, and 30 in CAST.
 */
export function typeNamed({ name, args, line }: TypeName, inDeclaration: boolean): SqlType {
  const fixed = FIXED[name];
  if (fixed !== undefined) return fixed;
  const sized = SIZED[name];
  if (sized !== undefined) return sizedType(sized, args[0], inDeclaration, line);
  const first = args[0] === undefined ? null : Number(args[0]);
  switch (name) {
    case 'float':
      return first !== null && first <= 24 ? sql.REAL : sql.FLOAT;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset': {
      const scale = first ?? 7;
      if (scale > 7) throw new SqlError(1002, `Line ${line}: Specified scale ${scale} is invalid.`, 15);
      return sql[name](scale);
    }
    case 'decimal':
    case 'numeric':
    case 'dec': {
      const precision = first ?? 18;
      const scale = Number(args[1] ?? 0);
      if (precision < 1 || precision > 38 || scale > precision) {
        throw new SqlError(
          2750,
          `Column or parameter: Specified column precision ${precision} is greater than the maximum precision of 38.`,
        );
      }
      return sql.decimal(precision, scale);
    }
    default:
      throw unknownType(name, line);
  }
}

function sizedType(
  { name, max }: { readonly name: SqlType['name']; readonly max: number },
  written: string | undefined,
  inDeclaration: boolean,
  line: number,
): SqlType {
  const isVarying = name.includes('var');
  const length = written === undefined ? (inDeclaration ? 1 : 30) : written === 'max' ? -1 : Number(written);
  const isWithin = length === -1 ? isVarying : length >= 1 && length <= max;
  if (!isWithin)
    throw new SqlError(
      131,
      `Line ${line}: The size (${written ?? ''}) given to the type '${name}' exceeds the maximum allowed (${max}).`,
      15,
    );
  return { name, length, precision: 0, scale: 0, collation: 'ci' };
}

/** What a collation's name says about comparing. */
export function collationNamed(name: string): Collation {
  if (/_BIN2?$/iu.test(name)) return 'bin';
  if (/_CS_/iu.test(name)) return 'cs';
  if (/_CI_|^database_default$/iu.test(name)) return 'ci';
  throw new SqlError(448, `Invalid collation '${name}'.`, 16, 4);
}

export const COLLATION_NAMES: Readonly<Record<Collation, string>> = {
  ci: 'SQL_Latin1_General_CP1_CI_AS',
  cs: 'SQL_Latin1_General_CP1_CS_AS',
  bin: 'Latin1_General_BIN2',
};

/** Numbers and names of sys.types. */
export const TYPE_IDS: Readonly<Record<SqlType['name'], number>> = {
  uniqueidentifier: 36,
  date: 40,
  time: 41,
  datetime2: 42,
  datetimeoffset: 43,
  tinyint: 48,
  smallint: 52,
  int: 56,
  smalldatetime: 58,
  real: 59,
  money: 60,
  datetime: 61,
  float: 62,
  sql_variant: 98,
  bit: 104,
  decimal: 106,
  smallmoney: 122,
  bigint: 127,
  varbinary: 165,
  varchar: 167,
  binary: 173,
  char: 175,
  nvarchar: 231,
  nchar: 239,
};

const SIZES: Readonly<Partial<Record<SqlType['name'], number>>> = {
  bit: 1,
  tinyint: 1,
  smallint: 2,
  int: 4,
  bigint: 8,
  smallmoney: 4,
  money: 8,
  real: 4,
  float: 8,
  date: 3,
  datetime: 8,
  smalldatetime: 4,
  uniqueidentifier: 16,
  sql_variant: 8016,
};

/** sys.columns.max_length: bytes, -1 for `max`. */
export function bytesMax(type: SqlType): number {
  const fixed = SIZES[type.name];
  if (fixed !== undefined) return fixed;
  if (type.length === -1) return -1;
  if (sql.isString(type)) return sql.isUnicode(type) ? type.length * 2 : type.length;
  if (sql.isBinary(type)) return type.length;
  if (type.name === 'decimal')
    return type.precision <= 9 ? 5 : type.precision <= 19 ? 9 : type.precision <= 28 ? 13 : 17;
  const ofDay = type.scale <= 2 ? 3 : type.scale <= 4 ? 4 : 5;
  return type.name === 'time' ? ofDay : type.name === 'datetime2' ? ofDay + 3 : ofDay + 5;
}

/** sys.columns.precision and scale, those of dates counted in characters. */
export function precisionOf(type: SqlType): { readonly precision: number; readonly scale: number } {
  const dot = type.scale === 0 ? 0 : type.scale + 1;
  const characters = MOMENT_CHARACTERS[type.name];
  if (characters !== undefined) return { precision: characters + dot, scale: type.scale };
  return { precision: type.precision, scale: type.scale };
}

/** Characters of a moment without its fraction. */
const MOMENT_CHARACTERS: Readonly<Partial<Record<SqlType['name'], number>>> = {
  time: 8,
  datetime2: 19,
  datetimeoffset: 26,
};
