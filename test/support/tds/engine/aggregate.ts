/** Aggregate functions. */
import { arithmetic, arithmeticType } from './arithmetic.js';
import { type Expression } from './ast.js';
import { type Bound, type Env } from './bind.js';
import { compareValues, keyOf } from './compare.js';
import { convert } from './convert.js';
import { SqlError } from './errors.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';

export interface AggregateSpec {
  readonly type: SqlType;
  readonly compute: (rows: readonly Env[]) => SqlValue;
}

const NAMES = new Set(['COUNT', 'COUNT_BIG', 'SUM', 'AVG', 'MIN', 'MAX', 'STRING_AGG', 'CHECKSUM_AGG']);

export const isAggregate = (name: string): boolean => NAMES.has(name);

type Call = Extract<Expression, { kind: 'call' }>;

/** Throws SqlError 8117 for operands that can't be added, 174 for a wrong number of them. */
export function aggregateOf(call: Call, bind: (expression: Expression) => Bound): AggregateSpec {
  const { name } = call;
  const operand = call.args[0] === undefined ? null : bind(call.args[0]);
  if (name === 'COUNT' || name === 'COUNT_BIG') {
    const type = name === 'COUNT' ? sql.INT : sql.BIGINT;
    if (call.isStar || operand === null) return { type, compute: (rows) => BigInt(rows.length) };
    return { type, compute: (rows) => BigInt(valuesOf(operand, rows, call.isDistinct).length) };
  }
  if (operand === null) throw new SqlError(174, `The ${name} function requires 1 argument(s).`, 15);
  switch (name) {
    case 'MIN':
    case 'MAX':
      return {
        type: operand.type,
        compute: (rows) => extreme(valuesOf(operand, rows, false), operand.type, name === 'MAX' ? 1 : -1),
      };
    case 'STRING_AGG':
      return stringAggregate(call, operand, bind);
    default:
      return sumOrAverage(name, call.isDistinct, operand);
  }
}

function valuesOf(operand: Bound, rows: readonly Env[], isDistinct: boolean): readonly SqlValue[] {
  const values = rows.map(operand.evaluate).filter((value) => value !== null);
  if (!isDistinct) return values;
  return [...new Map(values.map((value) => [keyOf(value, operand.type), value])).values()];
}

function extreme(values: readonly SqlValue[], type: SqlType, sign: number): SqlValue {
  let best: SqlValue = null;
  for (const value of values) {
    if (best === null || compareValues(value, type, best, type) * sign > 0) best = value;
  }
  return best;
}

function sumType(type: SqlType): SqlType {
  if (type.name === 'bigint') return sql.BIGINT;
  if (sql.isInteger(type) && type.name !== 'bit') return sql.INT;
  if (type.name === 'decimal') return sql.decimal(38, type.scale);
  if (type.name === 'money' || type.name === 'smallmoney') return sql.MONEY;
  if (sql.familyOf(type) === 'float') return sql.FLOAT;
  throw new SqlError(8117, `Operand data type ${type.name} is invalid for sum operator.`);
}

function sumOrAverage(name: string, isDistinct: boolean, operand: Bound): AggregateSpec {
  const total = sumType(operand.type);
  const sum = (values: readonly SqlValue[]): SqlValue =>
    values.reduce<SqlValue>(
      (so, value) =>
        so === null ? convert(value, operand.type, total) : arithmetic('+', so, total, value, operand.type, total),
      null,
    );
  if (name === 'SUM') return { type: total, compute: (rows) => sum(valuesOf(operand, rows, isDistinct)) };
  const type = total.name === 'decimal' ? arithmeticType('/', total, sql.INT) : total;
  return {
    type,
    compute: (rows) => {
      const values = valuesOf(operand, rows, isDistinct);
      return arithmetic('/', sum(values), total, BigInt(values.length), sql.BIGINT, type);
    },
  };
}

function stringAggregate(call: Call, operand: Bound, bind: (expression: Expression) => Bound): AggregateSpec {
  const separator = call.args[1] === undefined ? null : bind(call.args[1]);
  const order = call.within.map((item) => ({ ...item, bound: bind(item.expression) }));
  const type = sql.isUnicode(operand.type) || !sql.isString(operand.type) ? sql.nvarchar(-1) : sql.varchar(-1);
  return {
    type,
    compute: (rows) => {
      const sorted = [...rows].sort((a, b) => {
        for (const { bound: key, isDescending } of order) {
          const [x, y] = [key.evaluate(a), key.evaluate(b)];
          const result =
            x === null || y === null
              ? Number(x !== null) - Number(y !== null)
              : compareValues(x, key.type, y, key.type);
          if (result !== 0) return isDescending ? -result : result;
        }
        return 0;
      });
      const texts = valuesOf(operand, sorted, false).map((value) => convert(value, operand.type, type) as string);
      const between = rows[0] === undefined ? '' : ((separator?.evaluate(rows[0]) ?? '') as string);
      return texts.length === 0 ? null : texts.join(between);
    },
  };
}
