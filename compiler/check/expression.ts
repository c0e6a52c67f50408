/** One expression of the text to a typed one. */
import type { Binary, Case, Cast, ColumnReference, Expression as Node, Unary } from '../../grammar/ast.js';
import { spanText, type Span } from '../../grammar/diagnostics/source.js';
import { castKind } from '../../plan/casts.js';
import type { Expression } from '../../plan/expression.js';
import { isTimeZone } from '../../plan/functions/time.js';
import { typeToText } from '../../plan/types.js';
import { typeDiagnostic } from '../messages/types.js';
import { arithmetic, isArithmeticSign, negate } from './arithmetic.js';
import { castTo, isUntypedNull, isUntypedText, literal, logical, not, UNTYPED_NULL } from './build.js';
import { catalogueCall, functionCall, reportNoCommonType } from './calls.js';
import { textLiteralAs, unify, type Operand } from './coercion.js';
import { EXPRESSION_DEPTH_MAX, type ExpressionContext } from './context.js';
import { dateTimeLiteral, durationLiteral, intervalLiteral, numberLiteral } from './literals.js';
import {
  between,
  booleanOperand,
  comparison,
  inList,
  isComparisonSign,
  isDistinctFrom,
  isJson,
  isNull,
  isTruth,
  like,
  regexpMatch,
  signedComparison,
} from './predicates.js';
import { laterExpressions, notSupported } from './unsupported.js';
import { checkType } from './type-node.js';

type Handlers = {
  readonly [K in Node['kind']]: (
    node: Extract<Node, { kind: K }>,
    context: ExpressionContext,
  ) => Expression | undefined;
};

const later =
  (construct: string) =>
  (node: Node, context: ExpressionContext): Expression | undefined =>
    notSupported(construct, node.span, context.sink);

const handlers: Handlers = {
  NumberLiteral: numberLiteral,
  StringLiteral: (node) => literal(node.value, { kind: 'varchar' }),
  BooleanLiteral: (node) => literal(node.value, { kind: 'boolean' }),
  NullLiteral: () => UNTYPED_NULL,
  DateTimeLiteral: dateTimeLiteral,
  DurationLiteral: (node) => durationLiteral(node.microseconds),
  IntervalLiteral: intervalLiteral,
  ColumnReference: columnReference,
  Star: (node, context) => {
    context.sink.report(
      typeDiagnostic('ESQL3001', { operator: '*', found: 'a place for one value' }, { span: node.span }),
    );
    return undefined;
  },
  Unary: unary,
  Binary: binary,
  Between: between,
  InList: inList,
  Like: like,
  IsNull: isNull,
  IsTruth: isTruth,
  IsDistinctFrom: isDistinctFrom,
  IsJson: isJson,
  Case: caseExpression,
  Cast: cast,
  FunctionCall: functionCall,
  AtTimeZone: (node, context) => {
    const operand = context.check(node.operand, context);
    const zone = context.check(node.zone, context);
    if (operand === undefined || zone === undefined) return undefined;
    if (isUntypedText(zone) && !isTimeZone(zone.value)) return unknownZone(node.zone.span, context);
    return catalogueCall('AT_TIME_ZONE', [operand, zone], 'AT TIME ZONE', node.span, context);
  },
  InSubquery: later(laterExpressions.InSubquery),
  ScalarSubquery: later(laterExpressions.ScalarSubquery),
  Exists: later(laterExpressions.Exists),
  QuantifiedComparison: later(laterExpressions.QuantifiedComparison),
  ArrayConstructor: later(laterExpressions.ArrayConstructor),
  MapConstructor: later(laterExpressions.MapConstructor),
  RowConstructor: later(laterExpressions.RowConstructor),
  Subscript: later(laterExpressions.Subscript),
  FieldAccess: later(laterExpressions.FieldAccess),
};

/** Rules of zones with names change with every zone database, and a replay has to give the same rows. */
function unknownZone(span: Span, { sink }: ExpressionContext): Expression | undefined {
  const text = spanText(span);
  const hint = "Write 'UTC' or a fixed offset such as '+01:00'.";
  const hasName = /^'[a-z_]+(?:\/[a-z0-9_+-]+)*'$/iu.test(text);
  if (hasName) return notSupported(`a time zone with a name, ${text},`, span, sink, hint);
  sink.report(typeDiagnostic('ESQL3011', { text, type: 'time zone' }, { span, hint }));
  return undefined;
}

/** The typed expression, or undefined after a report: whatever contains it is not reported again. */
export function checkExpression(node: Node, context: ExpressionContext): Expression | undefined {
  if (context.depth >= EXPRESSION_DEPTH_MAX) {
    context.sink.report(typeDiagnostic('ESQL3022', { limit: EXPRESSION_DEPTH_MAX }, { span: node.span }));
    return undefined;
  }
  // The only cast: TypeScript cannot correlate a key of the table with the member of the union.
  const handler = handlers[node.kind] as (node: Node, context: ExpressionContext) => Expression | undefined;
  return handler(node, { ...context, depth: context.depth + 1 });
}

function columnReference(node: ColumnReference, context: ExpressionContext): Expression | undefined {
  const column = context.resolve(node);
  if (column !== undefined) context.columnSpans.set(column, node.span);
  return column;
}

function unary(node: Unary, context: ExpressionContext): Expression | undefined {
  const operand = context.check(node.operand, context);
  if (operand === undefined) return undefined;
  switch (node.operator) {
    case '-':
      return negate(operand, node.span, context);
    case '+': {
      const negated = negate(operand, node.span, context);
      return negated === undefined ? undefined : operand;
    }
    case 'NOT': {
      const truth = booleanOperand(operand, 'NOT', node.operand.span, context);
      return truth === undefined ? undefined : not(truth);
    }
  }
}

function binary(node: Binary, context: ExpressionContext): Expression | undefined {
  const { operator } = node;
  if (operator === 'AND' || operator === 'OR') return logicalChain(operator, node, context);
  if (operator === '~' || operator === '~*' || operator === '!~' || operator === '!~*') {
    return regexpMatch(operator, node.left, node.right, node.span, context);
  }
  const left = placed(node.left, context);
  const right = placed(node.right, context);
  if (left === undefined || right === undefined) return undefined;
  if (isComparisonSign(operator)) return signedComparison(operator, left, right, node.span, context);
  if (isArithmeticSign(operator)) return arithmetic(operator, left, right, node.span, context);
  switch (operator) {
    case '||':
      return catalogueCall('TEXT_CONCAT', [left.expression, right.expression], '||', node.span, context);
    case '->':
      return catalogueCall('JSON_GET', [left.expression, right.expression], '->', node.span, context);
    case '->>':
      return catalogueCall('JSON_GET_TEXT', [left.expression, right.expression], '->>', node.span, context);
  }
}

/** `a AND b AND …` is one level, however long: generated conditions have hundreds of parts. */
function logicalChain(operator: 'AND' | 'OR', node: Binary, context: ExpressionContext): Expression | undefined {
  const parts: Node[] = [];
  let rest: Node = node;
  while (rest.kind === 'Binary' && rest.operator === operator) {
    parts.push(rest.right);
    rest = rest.left;
  }
  parts.push(rest);
  const operands = parts.reverse().map((part) => {
    const operand = context.check(part, context);
    return operand === undefined ? undefined : booleanOperand(operand, operator, part.span, context);
  });
  const known = operands.filter((operand) => operand !== undefined);
  return known.length < operands.length ? undefined : logical(operator === 'AND' ? 'and' : 'or', known);
}

function placed(node: Node, context: ExpressionContext): Operand | undefined {
  const expression = context.check(node, context);
  return expression === undefined ? undefined : { expression, span: node.span };
}

function caseExpression(node: Case, context: ExpressionContext): Expression | undefined {
  const subject = node.operand === undefined ? undefined : placed(node.operand, context);
  if (node.operand !== undefined && subject === undefined) return undefined;
  const conditions: (Expression | undefined)[] = [];
  const results: (Operand | undefined)[] = [];
  for (const branch of node.branches) {
    const when = placed(branch.when, context);
    if (when === undefined) conditions.push(undefined);
    else if (subject === undefined) conditions.push(booleanOperand(when.expression, 'WHEN', when.span, context));
    else conditions.push(comparison('eq', subject, when, branch.when.span, context));
    results.push(placed(branch.then, context));
  }
  const otherwise: Operand | undefined =
    node.otherwise === undefined ? { expression: UNTYPED_NULL, span: node.span } : placed(node.otherwise, context);
  const known = results.filter((result) => result !== undefined);
  const whens = conditions.filter((condition) => condition !== undefined);
  if (otherwise === undefined || known.length < results.length || whens.length < conditions.length) return undefined;
  const unified = unify([...known, otherwise], context.sink);
  if (!unified.ok) {
    reportNoCommonType('CASE', unified.clash, context);
    return undefined;
  }
  const values = unified.operands;
  const last = values.at(-1) ?? literal(null, unified.type);
  return {
    kind: 'case',
    branches: whens.map((when, index) => ({ when, then: values[index] ?? last })),
    otherwise: last,
    type: unified.type,
    nullable: values.some((value) => value.nullable),
  };
}

function cast(node: Cast, context: ExpressionContext): Expression | undefined {
  const operand = context.check(node.operand, context);
  const type = checkType(node.type, context.sink);
  if (operand === undefined || type === undefined) return undefined;
  if (isUntypedNull(operand)) return literal(null, type);
  if (isUntypedText(operand) && type.kind !== 'varchar' && !node.safe && castKind(operand.type, type) !== 'never') {
    return textLiteralAs(operand.value, type, node.operand.span, context.sink);
  }
  if (castKind(operand.type, type) === 'never') {
    context.sink.report(
      typeDiagnostic('ESQL3007', { from: typeToText(operand.type), to: typeToText(type) }, { span: node.span }),
    );
    return undefined;
  }
  if (!node.safe) return castTo(operand, type);
  return { kind: 'cast', mode: 'try', operand, type, nullable: true };
}
