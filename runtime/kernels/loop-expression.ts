/** Typed expressions as statements of a generated loop. One handler per kind; the meaning is plan/evaluate.ts. */
import { literalValue, overloadOfCall, tryCast } from '../../plan/evaluate.js';
import { castValue } from '../../plan/casts.js';
import { evaluateArithmetic } from '../../plan/arithmetic.js';
import {
  dispatchExpression,
  type ArithmeticExpression,
  type BatchValueExpression,
  type CallExpression,
  type CastExpression,
  type ColumnExpression,
  type Expression,
  type ExpressionTable,
} from '../../plan/expression.js';
import type { CallTypes } from '../../plan/functions/function.js';
import { typesEqual, type SqlType } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { physicalKind } from '../columns/column.js';
import { constantOf } from './constant-expression.js';
import { eitherNull, formOf, plain, type Emitted, type LoopCode } from './loop-code.js';
import { emitCase, emitCoalesce, emitIn, emitLogical } from './loop-choices.js';
import { emitComparison } from './loop-comparison.js';
import { checkedSum, emitArithmetic, emitNumberCast, type NumberOperand } from './loop-numbers.js';

/** Writes statements that compute the expression; the result says where its value is afterwards. */
export function emit(expression: Expression, code: LoopCode): Emitted {
  if (expression.kind === 'literal') return code.constantValue(literalValue(expression), expression.type);
  const key = JSON.stringify(expression);
  const known = code.known(key);
  if (known !== undefined) return known;
  const constant = constantOf(expression);
  const emitted =
    constant === undefined
      ? dispatchExpression(table, expression, code)
      : code.constantValue(constant.value, expression.type);
  code.remember(key, emitted);
  return emitted;
}

/**
 * A strict operation: nothing is computed where an operand is NULL. `compute` writes statements and returns the value,
 * which may be NULL for reasons of its own.
 */
function strictly(
  code: LoopCode,
  type: SqlType,
  isNull: string | null,
  compute: () => Emitted,
  mayReturnNull = false,
): Emitted {
  if (isNull === null) return compute();
  if (isNull === 'true') return { ...code.emptyValue(type), isNull: 'true' };
  const test = code.constant('n', isNull);
  const home = code.home(type, mayReturnNull, false);
  code.open(`if (!${test})`);
  code.assign(home, compute(), type);
  code.close();
  if (home.isNull === null) return { ...home.emitted, isNull: test };
  code.line(`if (${test}) ${home.isNull} = true;`);
  return home.emitted;
}

function emitColumn(expression: ColumnExpression, code: LoopCode): Emitted {
  const kind = physicalKind(expression.type);
  const n = code.column(expression.index, kind);
  const isNull = code.nulls ? code.constant('n', `m${n}[i] === 0`) : null;
  switch (kind) {
    case 'u8':
      return { ...plain(`(c${n}[i] !== 0)`), isNull };
    case 'i32':
    case 'f64':
    case 'i64':
      return { ...plain(code.constant('v', `c${n}[i]`)), isNull };
    case 'i128':
      return strictly(code, expression.type, isNull, () => {
        const low = code.constant('v', `c${n}[2 * i]`);
        code.bailIf(`c${n}[2 * i + 1] !== ${low} >> 63n`);
        return plain(low);
      });
    case 'bytes':
      return { isNull, code: null, slice: { heap: `h${n}`, start: `p${n}[i]`, length: `l${n}[i]` } };
  }
}

function numberOperand(expression: Expression, emitted: Emitted): NumberOperand {
  const value = constantOf(expression)?.value;
  return {
    code: emitted.code ?? '0',
    type: expression.type,
    constant: typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined,
  };
}

/** What a helper returned as a value of the loop: wide decimals may have to leave it. */
function checkedResult(code: LoopCode, result: string, type: SqlType): string {
  if (type.kind === 'decimal' && physicalKind(type) === 'i128')
    code.bailIf(`BigInt.asIntN(64, ${result}) !== ${result}`);
  return result;
}

function emitArithmeticNode(expression: ArithmeticExpression, code: LoopCode): Emitted {
  const left = code.emit(expression.left);
  const right = code.emit(expression.right);
  return strictly(code, expression.type, eitherNull(left.isNull, right.isNull), () => {
    const a = numberOperand(expression.left, left);
    const b = numberOperand(expression.right, right);
    const inline = emitArithmetic(code, expression.operator, a, b, expression.type);
    if (inline !== undefined) return plain(inline);
    code.throws = true;
    const types = { left: expression.left.type, right: expression.right.type, result: expression.type };
    const compute = (x: Value, y: Value): Value => evaluateArithmetic(expression.operator, x, y, types);
    const result = code.constant('r', `${code.object(compute)}(${a.code}, ${b.code})`);
    return plain(checkedResult(code, result, expression.type));
  });
}

/** A helper that returns a value or null, as the emitted value of a type. */
function nullableResult(code: LoopCode, call: string, type: SqlType, mayReturnNull: boolean): Emitted {
  const result = code.constant('r', call);
  if (!mayReturnNull) return plain(checkedResult(code, result, type));
  const isNull = code.constant('n', `${result} === null`);
  if (formOf(type) !== 'long') return { isNull, code: result, slice: null };
  // A bigint that may also be null would be boxed wherever it goes.
  const slot = code.slot();
  code.open(`if (!${isNull})`);
  code.line(`${slot} = ${checkedResult(code, result, type)};`);
  code.close();
  return { isNull, code: slot, slice: null };
}

function emitCast(expression: CastExpression, code: LoopCode): Emitted {
  const { type: to, operand } = expression;
  const from = operand.type;
  const value = code.emit(operand);
  if (typesEqual(from, to)) return value;
  const isTry = expression.mode === 'try';
  return strictly(
    code,
    to,
    value.isNull,
    () => {
      if (from.kind === 'json' && to.kind === 'varchar') return { ...value, isNull: null };
      const inline = emitNumberCast(code, numberOperand(operand, value), to);
      if (inline !== undefined) return plain(inline);
      if (!isTry) code.throws = true;
      const cast = isTry ? (x: Value): Value => tryCast(x, from, to) : (x: Value): Value => castValue(x, from, to);
      return nullableResult(code, `${code.object(cast)}(${code.plainCode(value, from)})`, to, isTry);
    },
    isTry,
  );
}

function emitNegate(code: LoopCode, operand: Emitted, type: SqlType): Emitted {
  const value = operand.code ?? '0';
  return strictly(code, type, operand.isNull, () => {
    if (type.kind === 'double') return plain(code.constant('v', `-${value}`));
    if (type.kind === 'int') {
      code.bailIf(`${value} === -2147483648`);
      return plain(code.constant('v', `(0 - ${value}) | 0`));
    }
    code.bailIf(`${value} === ${code.long(-(2n ** 63n))}`);
    return plain(code.constant('v', `BigInt.asIntN(64, -${value})`));
  });
}

/** Timestamps and intervals of microseconds are 64-bit sums. */
function emitTimeSum(expression: CallExpression, code: LoopCode): Emitted | undefined {
  const operator = expression.function === 'TIMESTAMP_ADD_INTERVAL' ? 'add' : 'subtract';
  const [left, right] = expression.arguments;
  if (left === undefined || right === undefined) return undefined;
  const isShift =
    expression.function === 'TIMESTAMP_ADD_INTERVAL' || expression.function === 'TIMESTAMP_SUBTRACT_INTERVAL';
  const inMicroseconds = right.type.kind === 'interval' && right.type.unit === 'microsecond';
  if (!(isShift && inMicroseconds) && expression.function !== 'TIMESTAMP_SUBTRACT') return undefined;
  const a = code.emit(left);
  const b = code.emit(right);
  return strictly(code, expression.type, eitherNull(a.isNull, b.isNull), () =>
    plain(checkedSum(code, operator, a.code ?? '0n', b.code ?? '0n')),
  );
}

function emitCall(expression: CallExpression, code: LoopCode): Emitted {
  const sum = emitTimeSum(expression, code);
  if (sum !== undefined) return sum;
  const overload = overloadOfCall(expression);
  const given = expression.arguments.map((argument) => code.emit(argument));
  const types: CallTypes = {
    argumentTypes: expression.arguments.map((argument) => argument.type),
    result: expression.type,
  };
  code.throws = true;
  const isStrict = overload.nulls === 'strict';
  const isNull = isStrict ? eitherNull(...given.map((argument) => argument.isNull)) : null;
  const call = (): Emitted => {
    // One array per call site, filled anew for every row: functions don't keep their arguments.
    const values = code.object(new Array<Value>(given.length).fill(null));
    for (const [index, argument] of given.entries()) {
      const plainCode = code.plainCode(argument, types.argumentTypes[index] ?? expression.type);
      const guarded = isStrict || argument.isNull === null ? plainCode : `(${argument.isNull}) ? null : ${plainCode}`;
      code.line(`${values}[${index}] = ${guarded};`);
    }
    const invocation = `${code.object(overload.evaluate)}(${values}, ${code.object(types)})`;
    return nullableResult(code, invocation, expression.type, overload.mayReturnNull);
  };
  return strictly(code, expression.type, isNull, call, overload.mayReturnNull);
}

function emitBatchValue(expression: BatchValueExpression, code: LoopCode): Emitted {
  if (expression.value === 'now') return plain('NOW[0]');
  let site = code.sites.indexOf(expression.site);
  if (site < 0) site = code.sites.push(expression.site) - 1;
  const helper = expression.value === 'random' ? 'H.randomAt' : 'H.uuidAt';
  return plain(code.constant('v', `${helper}(BASES[${site}], ORDINAL + i)`));
}

const table: ExpressionTable<LoopCode, Emitted> = {
  column: emitColumn,
  literal: (expression, code) => code.constantValue(literalValue(expression), expression.type),
  arithmetic: emitArithmeticNode,
  negate: (expression, code) => emitNegate(code, code.emit(expression.operand), expression.type),
  comparison: emitComparison,
  logical: emitLogical,
  not: (expression, code) => {
    const value = code.emit(expression.operand);
    return { isNull: value.isNull, code: `!(${value.code ?? 'false'})`, slice: null };
  },
  is_null: (expression, code) => {
    const { isNull } = code.emit(expression.operand);
    return plain(isNull === null ? String(expression.negated) : expression.negated ? `!(${isNull})` : `(${isNull})`);
  },
  case: emitCase,
  coalesce: emitCoalesce,
  cast: emitCast,
  in: emitIn,
  call: emitCall,
  batch_value: emitBatchValue,
};
