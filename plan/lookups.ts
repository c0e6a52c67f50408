/** What the compiler and the check of plans have to agree on about lookups. */
import type { Expression } from './expression.js';
import type { Schema, SqlType } from './types.js';

/**
 * The column whose values the expression tells apart: two different values of it are never equal as values of the
 * expression. Undefined if it is none, or a cast that may bring two values together.
 */
export function sameValueColumn(expression: Expression, schema: Schema): string | undefined {
  if (expression.kind === 'column') return schema[expression.index]?.name;
  if (expression.kind !== 'cast' || expression.mode !== 'strict') return undefined;
  return isWidening(expression.operand.type, expression.type) ? sameValueColumn(expression.operand, schema) : undefined;
}

/** Whole numbers and decimals that keep all of their digits. A cast that does not fit fails, so nothing is cut off. */
function isWidening(from: SqlType, to: SqlType): boolean {
  if (from.kind === 'int') return to.kind === 'bigint' || to.kind === 'decimal';
  if (from.kind === 'bigint') return to.kind === 'decimal';
  return from.kind === 'decimal' && to.kind === 'decimal' && to.scale >= from.scale;
}
