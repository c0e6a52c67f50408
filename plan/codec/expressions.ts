/** Codecs of expressions: one per kind, the type and nullability last. */
import type { Expression, ExpressionKind, ExpressionOf } from '../expression.js';
import { planLimits } from '../limits.js';
import { boolean, list, named, object, oneOf, textLike, union, type Codec } from './codec.js';
import { columnIndex, literalValue, name, sqlType } from './values.js';

const operand: Codec<Expression> = named('Expression', planLimits.depth, () =>
  union<'kind', Expression>('kind', members),
);
const operands = (itemsMin: number): Codec<readonly Expression[]> => list(operand, itemsMin, planLimits.operands);

const typed = { type: sqlType, nullable: boolean } as const;

const members: { readonly [K in ExpressionKind]: Codec<ExpressionOf<K>> } = {
  column: object({ kind: oneOf('column'), index: columnIndex, name, ...typed }),
  literal: object({ kind: oneOf('literal'), value: literalValue, ...typed }),
  arithmetic: object({
    kind: oneOf('arithmetic'),
    operator: oneOf('add', 'subtract', 'multiply', 'divide', 'modulo'),
    left: operand,
    right: operand,
    ...typed,
  }),
  negate: object({ kind: oneOf('negate'), operand, ...typed }),
  comparison: object({
    kind: oneOf('comparison'),
    operator: oneOf('eq', 'ne', 'lt', 'le', 'gt', 'ge', 'distinct', 'not_distinct'),
    left: operand,
    right: operand,
    ...typed,
  }),
  logical: object({ kind: oneOf('logical'), operator: oneOf('and', 'or'), operands: operands(2), ...typed }),
  not: object({ kind: oneOf('not'), operand, ...typed }),
  is_null: object({ kind: oneOf('is_null'), negated: boolean, operand, ...typed }),
  case: object({
    kind: oneOf('case'),
    branches: list(
      object<ExpressionOf<'case'>['branches'][number]>({ when: operand, then: operand }),
      1,
      planLimits.operands,
    ),
    otherwise: operand,
    ...typed,
  }),
  coalesce: object({ kind: oneOf('coalesce'), operands: operands(1), ...typed }),
  cast: object({ kind: oneOf('cast'), mode: oneOf('strict', 'try'), operand, ...typed }),
  in: object({ kind: oneOf('in'), negated: boolean, operand, list: operands(1), ...typed }),
  call: object({
    kind: oneOf('call'),
    function: textLike('the name of a function, in capitals', /^[A-Z][A-Z0-9_]{0,63}$/u),
    arguments: operands(0),
    ...typed,
  }),
  batch_value: object({
    kind: oneOf('batch_value'),
    value: oneOf('now', 'random', 'uuid'),
    site: name,
    ...typed,
  }),
};

export const expression: Codec<Expression> = operand;
