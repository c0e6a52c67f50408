/** Scalar functions that depend on their arguments only. */
import { createHash } from 'node:crypto';
import { bound, type Bound, converted, type Env, implicitly, unifyAll } from './bind.js';
import { compareValues } from './compare.js';
import { convert } from './convert.js';
import { SqlError } from './errors.js';
import { isJson } from './json.js';
import { dateFunction } from './date-functions.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';

type Text = (text: string) => string;

const onText =
  (change: Text) =>
  ([operand]: readonly Bound[]): Bound => {
    const text = asText(operand!);
    return bound(text.type, (env) => {
      const value = text.evaluate(env);
      return value === null ? null : change(value as string);
    });
  };

/** Anything as a string, Unicode where it isn't one. */
function asText(operand: Bound): Bound {
  return sql.isString(operand.type) ? operand : converted(operand, sql.nvarchar(4000));
}

const asInt = (operand: Bound): Bound => implicitly(operand, sql.INT);

/** A function of values; null as soon as one of them is. */
function strict(type: SqlType, args: readonly Bound[], compute: (...values: never[]) => SqlValue): Bound {
  return bound(
    type,
    (env: Env) => {
      const values = args.map((argument) => argument.evaluate(env));
      return values.includes(null) ? null : compute(...(values as never[]));
    },
    args.some(({ isNullable }) => isNullable),
  );
}

const FUNCTIONS: Readonly<Record<string, (args: readonly Bound[]) => Bound>> = {
  UPPER: onText((text) => text.toUpperCase()),
  LOWER: onText((text) => text.toLowerCase()),
  LTRIM: onText((text) => text.replace(/^ +/u, '')),
  RTRIM: onText((text) => text.replace(/ +$/u, '')),
  TRIM: onText((text) => text.replace(/^ +| +$/gu, '')),
  REVERSE: onText((text) => Array.from(text).reverse().join('')),
  COALESCE: (args) => {
    const type = unifyAll(args);
    const values = args.map((argument) => implicitly(argument, type));
    return bound(
      type,
      (env) => firstOf(values, env),
      args.every(({ isNullable }) => isNullable),
    );
  },
  ISNULL: (args) => {
    const [first, second] = exactly('isnull', args, 2) as [Bound, Bound];
    // The type is that of the first; the second is cut to it.
    const type = first.isNullLiteral ? second.type : first.type;
    const values = [implicitly(first, type), implicitly(second, type)];
    return bound(type, (env) => firstOf(values, env), second.isNullable);
  },
  NULLIF: (args) => {
    const [first, second] = exactly('nullif', args, 2) as [Bound, Bound];
    const type = unifyAll(args);
    const [a, b] = [implicitly(first, type), implicitly(second, type)];
    return bound(first.type, (env) => {
      const [x, y] = [a.evaluate(env), b.evaluate(env)];
      return x !== null && y !== null && compareValues(x, type, y, type) === 0 ? null : first.evaluate(env);
    });
  },
  LEN: (args) => strict(sql.INT, [asText(args[0]!)], (text: string) => BigInt(text.replace(/ +$/u, '').length)),
  DATALENGTH: (args) => {
    const [operand] = args as [Bound];
    const { type } = operand;
    return strict(type.length === -1 ? sql.BIGINT : sql.INT, args, (value: SqlValue) => BigInt(sizeOf(value, type)));
  },
  LEFT: (args) =>
    strict(asText(args[0]!).type, [asText(args[0]!), asInt(args[1]!)], (text: string, count: bigint) =>
      text.slice(0, Number(count)),
    ),
  RIGHT: (args) =>
    strict(asText(args[0]!).type, [asText(args[0]!), asInt(args[1]!)], (text: string, count: bigint) =>
      count === 0n ? '' : text.slice(-Number(count)),
    ),
  SUBSTRING: (args) =>
    strict(
      asText(args[0]!).type,
      [asText(args[0]!), asInt(args[1]!), asInt(args[2]!)],
      (text: string, from: bigint, count: bigint) =>
        text.slice(Math.max(0, Number(from) - 1), Math.max(0, Number(from + count) - 1)),
    ),
  REPLACE: (args) => {
    const [text, from, to] = args.map(asText) as [Bound, Bound, Bound];
    return strict({ ...text.type, length: -1 }, [text, from, to], (value: string, old: string, now: string) =>
      old === '' ? value : value.replace(new RegExp(old.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&'), 'giu'), () => now),
    );
  },
  REPLICATE: (args) => {
    const text = asText(args[0]!);
    const limit = sql.isUnicode(text.type) ? 4000 : 8000;
    const { type } = text.type.length === -1 ? text : { type: { ...text.type, length: limit } };
    return strict(type, [text, asInt(args[1]!)], (value: string, count: bigint) =>
      type.length === -1 ? value.repeat(Number(count)) : value.repeat(Number(count)).slice(0, limit),
    );
  },
  SPACE: (args) => strict(sql.varchar(8000), [asInt(args[0]!)], (count: bigint) => ' '.repeat(Number(count))),
  CHARINDEX: (args) =>
    strict(sql.INT, args.slice(0, 2).map(asText), (part: string, text: string) =>
      BigInt(text.toLowerCase().indexOf(part.toLowerCase()) + 1),
    ),
  CONCAT: (args) => {
    const texts = args.map((argument) => converted(argument, sql.nvarchar(-1)));
    return bound(sql.nvarchar(-1), (env) => texts.map((text) => (text.evaluate(env) ?? '') as string).join(''), false);
  },
  QUOTENAME: (args) =>
    strict(sql.nvarchar(258), [asText(args[0]!)], (name: string) => `[${name.replaceAll(']', ']]')}]`),
  NCHAR: (args) => strict(sql.nchar(1), [asInt(args[0]!)], (code: bigint) => String.fromCharCode(Number(code))),
  CHAR: (args) => strict(sql.char(1), [asInt(args[0]!)], (code: bigint) => String.fromCharCode(Number(code))),
  UNICODE: (args) => strict(sql.INT, [asText(args[0]!)], (text: string) => BigInt(text.charCodeAt(0))),
  ABS: (args) => {
    const [operand] = args as [Bound];
    return strict(operand.type, args, (value: bigint | number) =>
      typeof value === 'number' ? Math.abs(value) : value < 0n ? -value : value,
    );
  },
  ISJSON: (args) => strict(sql.INT, [asText(args[0]!)], (text: string) => (isJson(text) ? 1n : 0n)),
  HASHBYTES: (args) => {
    const [name, operand] = args as [Bound, Bound];
    const bytes = converted(operand, sql.varbinary(-1));
    return strict(sql.varbinary(64), [name, bytes], (algorithm: string, value: Uint8Array) =>
      createHash(algorithm.toLowerCase().replace('sha2_', 'sha')).update(value).digest(),
    );
  },
};

function exactly(name: string, args: readonly Bound[], count: number): readonly Bound[] {
  if (args.length !== count) throw new SqlError(174, `The ${name} function requires ${count} argument(s).`, 15);
  return args;
}

function firstOf(values: readonly Bound[], env: Env): SqlValue {
  for (const value of values) {
    const found = value.evaluate(env);
    if (found !== null) return found;
  }
  return null;
}

function sizeOf(value: SqlValue, type: SqlType): number {
  if (typeof value === 'string' && sql.isString(type)) return sql.isUnicode(type) ? value.length * 2 : value.length;
  if (value instanceof Uint8Array) return value.length;
  return (convert(value, type, sql.varbinary(-1)) as Uint8Array).length;
}

/** The function of that name over these arguments, or null. Throws SqlError 174 for a wrong number of them. */
export function bindFunction(name: string, args: readonly Bound[]): Bound | null {
  return FUNCTIONS[name]?.(args) ?? dateFunction(name, args);
}
