/** Operands of expressions: literals, names, constructors, and what may follow them (`::type`, `[i]`, `.field`). */
import type { CstNode } from 'chevrotain';
import type { Case, ColumnReference, Expression, MapEntry, Star } from '../ast.js';
import type {
  CaseExpressionCstNode,
  CastCallCstNode,
  CollectionConstructorCstNode,
  ColumnReferenceCstNode,
  OperandCstNode,
  ParenthesisedCstNode,
  PostfixCstNode,
  PrimaryCstNode,
} from '../cst.generated.js';
import type { Span } from '../diagnostics/source.js';
import { syntaxDiagnostic } from '../messages.js';
import { buildCurrentTime, buildExtract, buildFunctionCall, buildOverlay, buildSubstring, buildTrim } from './calls.js';
import { identifier, only, spanOf, spanOfToken, string, type Builder } from './builder.js';
import { buildDateTime, buildInterval, durationLiteral } from './literals.js';

/** The operand without its signs. */
export function buildOperand(b: Builder, node: OperandCstNode): Expression {
  const primary = only(node.children.primary);
  let expression = buildPrimary(b, primary);
  const start = spanOf(b, primary).start;
  for (const postfix of node.children.postfix ?? []) expression = extend(b, expression, postfix, start);
  return expression;
}

function extend(b: Builder, operand: Expression, node: PostfixCstNode, start: number): Expression {
  const c = node.children;
  const span: Span = { ...spanOf(b, node), start };
  const type = c.type?.[0];
  if (type !== undefined) return { kind: 'Cast', span, operand, type: b.type(type), safe: false };
  const index = c.expression?.[0];
  if (index !== undefined) return { kind: 'Subscript', span, operand, index: b.expression(index) };
  return { kind: 'FieldAccess', span, operand, field: identifier(b, only(c.Name)) };
}

function buildPrimary(b: Builder, node: PrimaryCstNode): Expression {
  const c = node.children;
  const span = spanOf(b, node);
  if (c.NumberToken !== undefined) return { kind: 'NumberLiteral', span, text: only(c.NumberToken).image };
  if (c.StringToken !== undefined) return string(b, only(c.StringToken));
  if (c.DurationToken !== undefined) return durationLiteral(b, only(c.DurationToken).image, span);
  if (c.TRUE !== undefined) return { kind: 'BooleanLiteral', span, value: true };
  if (c.FALSE !== undefined) return { kind: 'BooleanLiteral', span, value: false };
  if (c.NULL !== undefined) return { kind: 'NullLiteral', span };
  if (c.EXISTS !== undefined) return { kind: 'Exists', span, query: b.query(only(c.query)) };
  if (c.columnReference !== undefined) return buildColumnReference(b, only(c.columnReference), false);
  if (c.functionCall !== undefined) return buildFunctionCall(b, only(c.functionCall));
  if (c.parenthesised !== undefined) return buildParenthesised(b, only(c.parenthesised));
  if (c.caseExpression !== undefined) return buildCase(b, only(c.caseExpression));
  if (c.castCall !== undefined) return buildCast(b, only(c.castCall));
  if (c.dateTimeLiteral !== undefined) return buildDateTime(b, only(c.dateTimeLiteral));
  if (c.intervalLiteral !== undefined) return buildInterval(b, only(c.intervalLiteral));
  if (c.extractCall !== undefined) return buildExtract(b, only(c.extractCall));
  if (c.substringCall !== undefined) return buildSubstring(b, only(c.substringCall));
  if (c.trimCall !== undefined) return buildTrim(b, only(c.trimCall));
  if (c.overlayCall !== undefined) return buildOverlay(b, only(c.overlayCall));
  if (c.collectionConstructor !== undefined) return buildCollection(b, only(c.collectionConstructor));
  if (c.currentTime !== undefined) return buildCurrentTime(b, only(c.currentTime));
  const items = (only(c.rowConstructor).children.expression ?? []).map((item) => b.expression(item));
  return { kind: 'RowConstructor', span, items };
}

/** `*` is no value: it may stand alone in a select list and as the argument of a call, where `starAllowed` is given. */
export function buildColumnReference(
  b: Builder,
  node: ColumnReferenceCstNode,
  starAllowed: boolean,
): ColumnReference | Star {
  const c = node.children;
  const span = spanOf(b, node);
  const parts = c.Name.map((token) => identifier(b, token));
  if (c.Asterisk === undefined) return { kind: 'ColumnReference', span, parts };
  if (!starAllowed || parts.length > 1) {
    b.report(
      syntaxDiagnostic('ESQL1025', {}, { span, hint: 'It may stand in a select list: SELECT t.*, or in COUNT(*).' }),
    );
  }
  return { kind: 'Star', span, qualifier: parts[0] };
}

/** The reference an expression consists of, if it is nothing else. */
export function loneReference(node: CstNode): ColumnReferenceCstNode | undefined {
  let at: CstNode = node;
  for (const name of ['operand', 'primary', 'columnReference']) {
    const keys = Object.keys(at.children);
    const next = at.children[name]?.[0];
    if (keys.length !== 1 || next === undefined || !('children' in next)) return undefined;
    at = next;
  }
  return at as ColumnReferenceCstNode;
}

/** One expression in parentheses is itself; several are a row. */
function buildParenthesised(b: Builder, node: ParenthesisedCstNode): Expression {
  const c = node.children;
  const span = spanOf(b, node);
  if (c.query !== undefined) return { kind: 'ScalarSubquery', span, query: b.query(only(c.query)) };
  const items = (c.expression ?? []).map((item) => b.expression(item));
  return items.length === 1 ? only(items) : { kind: 'RowConstructor', span, items };
}

function buildCase(b: Builder, node: CaseExpressionCstNode): Case {
  const c = node.children;
  // The operand stands before the branches, ELSE behind them; both are called `expression` by the grammar.
  const [first, second] = (c.expression ?? []).map((item) => b.expression(item));
  const hasOperand = c.ELSE === undefined ? first !== undefined : second !== undefined;
  return {
    kind: 'Case',
    span: spanOf(b, node),
    operand: hasOperand ? first : undefined,
    branches: c.caseBranch.map((branch) => {
      const [when, then] = branch.children.expression.map((item) => b.expression(item));
      return { kind: 'CaseBranch', span: spanOf(b, branch), when: only(when && [when]), then: only(then && [then]) };
    }),
    otherwise: c.ELSE === undefined ? undefined : (second ?? first),
  };
}

function buildCast(b: Builder, node: CastCallCstNode): Expression {
  const c = node.children;
  return {
    kind: 'Cast',
    span: spanOf(b, node),
    operand: b.expression(only(c.expression)),
    type: b.type(only(c.type)),
    safe: c.TRY_CAST !== undefined,
  };
}

function buildCollection(b: Builder, node: CollectionConstructorCstNode): Expression {
  const c = node.children;
  const span = spanOf(b, node);
  const items = (c.expression ?? []).map((item) => b.expression(item));
  if (c.ARRAY !== undefined) return { kind: 'ArrayConstructor', span, items };
  const entries: MapEntry[] = [];
  for (let i = 0; i + 1 < items.length; i += 2) {
    const key = items[i];
    const value = items[i + 1];
    if (key === undefined || value === undefined) break;
    entries.push({ kind: 'MapEntry', span: { ...key.span, end: value.span.end }, key, value });
  }
  if (items.length % 2 !== 0) {
    b.report(
      syntaxDiagnostic(
        'ESQL1022',
        { problem: 'the last key of this MAP has no value' },
        { span: spanOfToken(b, only(c.RightBracket)), hint: "Keys and values alternate: MAP['a', 1, 'b', 2]." },
      ),
    );
  }
  return { kind: 'MapConstructor', span, entries };
}
