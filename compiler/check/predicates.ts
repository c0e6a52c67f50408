/** Comparisons, BETWEEN, IN, LIKE, IS …: everything that gives a truth value. */
import type {
  Between,
  ComparisonOperator as ComparisonSign,
  Expression as Node,
  InList,
  IsDistinctFrom,
  IsJson,
  IsNull,
  IsTruth,
  Like,
  RegexpOperator,
} from '../../grammar/ast.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import type { ComparisonOperator, Expression } from '../../plan/expression.js';
import { BOOLEAN, type SqlType } from '../../plan/types.js';
import { typeDiagnostic } from '../messages/types.js';
import { isUntypedNull, literal, logical, not } from './build.js';
import { catalogueCall } from './calls.js';
import { describeType, unify, type Operand } from './coercion.js';
import type { ExpressionContext } from './context.js';

const comparisonOperators: Readonly<Record<ComparisonSign, ComparisonOperator>> = {
  '=': 'eq',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

export function isComparisonSign(operator: string): operator is ComparisonSign {
  return Object.hasOwn(comparisonOperators, operator);
}

/** JSON has no order and no equality (PostgreSQL's `json`). */
export function isComparable(type: SqlType): boolean {
  return type.kind !== 'json';
}

export function comparison(
  operator: ComparisonOperator,
  left: Operand,
  right: Operand,
  span: Span,
  context: ExpressionContext,
): Expression | undefined {
  const unified = unify([left, right], context.sink);
  if (!unified.ok) {
    if (unified.clash !== null) reportIncomparable(left, right, span, context);
    return undefined;
  }
  const [a, b] = unified.operands;
  if (a === undefined || b === undefined) return undefined;
  if (!isComparable(unified.type)) {
    reportIncomparable(left, right, span, context);
    return undefined;
  }
  const isTotal = operator === 'distinct' || operator === 'not_distinct';
  return {
    kind: 'comparison',
    operator,
    left: a,
    right: b,
    type: BOOLEAN,
    nullable: !isTotal && (a.nullable || b.nullable),
  };
}

export function signedComparison(
  sign: ComparisonSign,
  left: Operand,
  right: Operand,
  span: Span,
  context: ExpressionContext,
): Expression | undefined {
  return comparison(comparisonOperators[sign], left, right, span, context);
}

function reportIncomparable(left: Operand, right: Operand, span: Span, context: ExpressionContext): void {
  const isJson = left.expression.type.kind === 'json' || right.expression.type.kind === 'json';
  context.sink.report(
    typeDiagnostic(
      'ESQL3002',
      { left: describeType(left.expression), right: describeType(right.expression) },
      {
        span,
        hint: isJson
          ? '`->>` takes text out of JSON, which can be compared.'
          : 'CAST brings one side to the type of the other.',
      },
    ),
  );
}

/** A BOOLEAN operand; NULL is one too. */
export function booleanOperand(
  operand: Expression,
  where: string,
  span: Span,
  context: ExpressionContext,
): Expression | undefined {
  if (isUntypedNull(operand)) return literal(null, BOOLEAN);
  if (operand.type.kind === 'boolean') return operand;
  context.sink.report(typeDiagnostic('ESQL3005', { where, found: describeType(operand) }, { span }));
  return undefined;
}

export function between(node: Between, context: ExpressionContext): Expression | undefined {
  const operand = placed(node.operand, context);
  const low = placed(node.low, context);
  const high = placed(node.high, context);
  if (operand === undefined || low === undefined || high === undefined) return undefined;
  const range = (from: Operand, to: Operand): Expression | undefined => {
    const above = comparison('ge', operand, from, node.span, context);
    const below = comparison('le', operand, to, node.span, context);
    return above === undefined || below === undefined ? undefined : logical('and', [above, below]);
  };
  const straight = range(low, high);
  if (straight === undefined) return undefined;
  const turned = node.symmetric ? range(high, low) : undefined;
  const inside = turned === undefined ? straight : logical('or', [straight, turned]);
  return node.negated ? not(inside) : inside;
}

function placed(node: Node, context: ExpressionContext): Operand | undefined {
  const expression = context.check(node, context);
  return expression === undefined ? undefined : { expression, span: node.span };
}

export function inList(node: InList, context: ExpressionContext): Expression | undefined {
  const operand = placed(node.operand, context);
  const items = node.items.map((item) => placed(item, context));
  const known = items.filter((item) => item !== undefined);
  if (operand === undefined || known.length < items.length) return undefined;
  const unified = unify([operand, ...known], context.sink);
  if (!unified.ok) {
    if (unified.clash !== null) {
      const { first, other } = unified.clash;
      context.sink.report(
        typeDiagnostic(
          'ESQL3006',
          { what: 'IN', first: describeType(first.expression), found: describeType(other.expression) },
          { span: other.span },
        ),
      );
    }
    return undefined;
  }
  const [value, ...list] = unified.operands;
  if (value === undefined) return undefined;
  if (!isComparable(unified.type)) {
    context.sink.report(typeDiagnostic('ESQL3001', { operator: 'IN', found: 'JSON' }, { span: node.span }));
    return undefined;
  }
  return {
    kind: 'in',
    negated: node.negated,
    operand: value,
    list,
    type: BOOLEAN,
    nullable: value.nullable || list.some((item) => item.nullable),
  };
}

const likeFunctions = { LIKE: 'LIKE', ILIKE: 'ILIKE', 'SIMILAR TO': 'SIMILAR_TO' } as const;

export function like(node: Like, context: ExpressionContext): Expression | undefined {
  const parts = [node.operand, node.pattern, ...(node.escape === undefined ? [] : [node.escape])];
  const match = checkedCall(likeFunctions[node.operator], parts, node.operator, node.span, context);
  return match === undefined || !node.negated ? match : not(match);
}

export function regexpMatch(
  operator: RegexpOperator,
  left: Node,
  right: Node,
  span: Span,
  context: ExpressionContext,
): Expression | undefined {
  const ignoresCase = operator === '~*' || operator === '!~*';
  const operands = [left, right].map((part) => context.check(part, context));
  const [text, pattern] = operands;
  if (text === undefined || pattern === undefined) return undefined;
  const flags = ignoresCase ? [literal('i', { kind: 'varchar' })] : [];
  const match = catalogueCall('REGEXP_LIKE', [text, pattern, ...flags], operator, span, context);
  return match === undefined || !operator.startsWith('!') ? match : not(match);
}

/** A call of the catalogue on operands that stand in the text; `shown` is how the text spells it. */
function checkedCall(
  name: string,
  parts: readonly Node[],
  shown: string,
  span: Span,
  context: ExpressionContext,
): Expression | undefined {
  const operands = parts.map((part) => context.check(part, context));
  const known = operands.filter((operand) => operand !== undefined);
  return known.length < operands.length ? undefined : catalogueCall(name, known, shown, span, context);
}

export function isNull(node: IsNull, context: ExpressionContext): Expression | undefined {
  const operand = context.check(node.operand, context);
  if (operand === undefined) return undefined;
  return { kind: 'is_null', negated: node.negated, operand, type: BOOLEAN, nullable: false };
}

export function isTruth(node: IsTruth, context: ExpressionContext): Expression | undefined {
  const checked = context.check(node.operand, context);
  if (checked === undefined) return undefined;
  const operand = booleanOperand(checked, `IS ${node.truth}`, node.operand.span, context);
  if (operand === undefined) return undefined;
  if (node.truth === 'UNKNOWN')
    return { kind: 'is_null', negated: node.negated, operand, type: BOOLEAN, nullable: false };
  return {
    kind: 'comparison',
    operator: node.negated ? 'distinct' : 'not_distinct',
    left: operand,
    right: literal(node.truth === 'TRUE', BOOLEAN),
    type: BOOLEAN,
    nullable: false,
  };
}

export function isDistinctFrom(node: IsDistinctFrom, context: ExpressionContext): Expression | undefined {
  const left = placed(node.left, context);
  const right = placed(node.right, context);
  if (left === undefined || right === undefined) return undefined;
  return comparison(node.negated ? 'not_distinct' : 'distinct', left, right, node.span, context);
}

export function isJson(node: IsJson, context: ExpressionContext): Expression | undefined {
  const operand = context.check(node.operand, context);
  if (operand === undefined) return undefined;
  const kind = node.jsonKind === 'VALUE' ? [] : [literal(node.jsonKind, { kind: 'varchar' })];
  const test = catalogueCall('IS_JSON', [operand, ...kind], 'IS JSON', node.span, context);
  return test === undefined || !node.negated ? test : not(test);
}
