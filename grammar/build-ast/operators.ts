/**
 * Gives a flat row of operands and operator tails its shape, by precedence climbing (Pratt, 1973). Comparisons do
 * not chain.
 */
import type { BinaryOperator, ComparisonOperator, Expression, Like } from '../ast.js';
import type {
  ExpressionCstNode,
  IsTailCstNode,
  MatchTailCstNode,
  OperandCstNode,
  OperatorTailCstNode,
  QuantifiedTailCstNode,
} from '../cst.generated.js';
import { joinSpans, type Span } from '../diagnostics/source.js';
import { syntaxDiagnostic } from '../messages.js';
import { binaryPrecedence, COMPARISON, IS, MATCH, NOT, OTHER, SIGN, ZONE } from '../precedence.js';
import { only, spanOf, spanOfToken, which, type Builder } from './builder.js';

function binaryOperator(image: string): BinaryOperator {
  const upper = image === '!=' ? '<>' : image === '==' ? '=' : image.toUpperCase();
  return upper as BinaryOperator; // The tokens of the category InfixOperator are exactly these.
}

export function buildExpression(b: Builder, node: ExpressionCstNode): Expression {
  const tails = node.children.operatorTail;
  const operand = only(node.children.operand);
  if (tails === undefined && operand.children.PrefixOperator === undefined) return b.operand(operand);
  return new Climber(b, operand, tails ?? []).climb(0);
}

/** An operand with signs but no operators after it, as in a window frame. */
export function buildSignedOperand(b: Builder, operand: OperandCstNode): Expression {
  return new Climber(b, operand, []).climb(0);
}

class Climber {
  readonly #b: Builder;
  readonly #tails: readonly OperatorTailCstNode[];
  #tailIndex = 0;
  #operand: OperandCstNode;
  #prefixIndex = 0;

  constructor(b: Builder, first: OperandCstNode, tails: readonly OperatorTailCstNode[]) {
    this.#b = b;
    this.#operand = first;
    this.#tails = tails;
  }

  climb(minimum: number): Expression {
    let left = this.#unary();
    let comparedAt: Span | undefined;
    for (;;) {
      const tail = this.#tails[this.#tailIndex];
      if (tail === undefined) return left;
      const precedence = this.#precedence(tail);
      if (precedence < minimum) return left;
      if (precedence === COMPARISON) {
        if (comparedAt !== undefined) this.#reportChain(tail, comparedAt);
        comparedAt = spanOf(this.#b, tail);
      } else if (precedence < COMPARISON) comparedAt = undefined;
      this.#tailIndex += 1;
      left = this.#extend(left, tail, precedence);
    }
  }

  #precedence(tail: OperatorTailCstNode): number {
    const c = tail.children;
    const infix = c.InfixOperator?.[0];
    if (infix !== undefined) return binaryPrecedence[binaryOperator(infix.image)];
    if (c.isTail !== undefined) return IS;
    if (c.quantifiedTail !== undefined) return COMPARISON;
    if (c.AT !== undefined) return ZONE;
    // RLIKE is a spelling of the operator `~`.
    const match = c.matchTail?.[0]?.children;
    if (match?.RLIKE !== undefined || match?.REGEXP !== undefined) return OTHER;
    return MATCH;
  }

  #reportChain(tail: OperatorTailCstNode, first: Span): void {
    const token = only(tail.children.InfixOperator ?? tail.children.quantifiedTail?.[0]?.children.ComparisonSign);
    this.#b.report(
      syntaxDiagnostic(
        'ESQL1023',
        { operator: token.image },
        {
          span: spanOfToken(this.#b, token),
          related: [{ span: { ...first, end: first.start + 1 }, label: 'the first comparison' }],
          hint: 'Join two comparisons with AND, or use BETWEEN.',
        },
      ),
    );
  }

  #unary(): Expression {
    const prefix = this.#operand.children.PrefixOperator?.[this.#prefixIndex];
    if (prefix === undefined) return this.#b.operand(this.#operand);
    this.#prefixIndex += 1;
    const operator = prefix.image.toUpperCase() as 'NOT' | '-' | '+';
    const operand = operator === 'NOT' ? this.climb(NOT) : this.climb(SIGN);
    return { kind: 'Unary', span: joinSpans(spanOfToken(this.#b, prefix), operand.span), operator, operand };
  }

  #right(operand: OperandCstNode | undefined, minimum: number): Expression {
    this.#operand = only(operand === undefined ? undefined : [operand]);
    this.#prefixIndex = 0;
    return this.climb(minimum);
  }

  #extend(left: Expression, tail: OperatorTailCstNode, precedence: number): Expression {
    const c = tail.children;
    const infix = c.InfixOperator?.[0];
    if (infix !== undefined) {
      const right = this.#right(c.operand?.[0], precedence + 1);
      const span = joinSpans(left.span, right.span);
      return { kind: 'Binary', span, operator: binaryOperator(infix.image), left, right };
    }
    const is = c.isTail?.[0];
    if (is !== undefined) return this.#is(left, is);
    const match = c.matchTail?.[0];
    if (match !== undefined) return this.#match(left, match);
    const quantified = c.quantifiedTail?.[0];
    if (quantified !== undefined) return this.#quantified(left, quantified);
    const right = this.#right(c.operand?.[0], precedence + 1);
    const span = joinSpans(left.span, right.span);
    if (c.AT !== undefined) return { kind: 'AtTimeZone', span, operand: left, zone: right };
    this.#b.report(
      syntaxDiagnostic(
        'ESQL1022',
        { problem: 'ESCAPE belongs behind a LIKE or SIMILAR TO pattern' },
        { span: spanOf(this.#b, tail), hint: "Write it as in: name LIKE '50!%' ESCAPE '!'." },
      ),
    );
    return left;
  }

  #is(left: Expression, tail: IsTailCstNode): Expression {
    const c = tail.children;
    const span = joinSpans(left.span, spanOf(this.#b, tail));
    const negated = c.NOT !== undefined;
    if (c.DISTINCT !== undefined) {
      const right = this.#right(c.operand?.[0], COMPARISON);
      return { kind: 'IsDistinctFrom', span: joinSpans(left.span, right.span), left, right, negated };
    }
    if (c.JSON !== undefined) {
      const jsonKind = which(c, ['OBJECT', 'ARRAY', 'SCALAR', 'VALUE']) ?? 'VALUE';
      return { kind: 'IsJson', span, operand: left, jsonKind, negated };
    }
    const truth = which(c, ['TRUE', 'FALSE', 'UNKNOWN']);
    if (truth !== undefined) return { kind: 'IsTruth', span, operand: left, truth, negated };
    return { kind: 'IsNull', span, operand: left, negated };
  }

  #match(left: Expression, tail: MatchTailCstNode): Expression {
    const c = tail.children;
    const negated = c.NOT !== undefined;
    if (c.BETWEEN !== undefined) return this.#between(left, tail);
    if (c.IN !== undefined) return this.#in(left, tail);
    if (c.RLIKE !== undefined || c.REGEXP !== undefined) {
      const right = this.#right(c.operand?.[0], OTHER + 1);
      const span = joinSpans(left.span, right.span);
      return { kind: 'Binary', span, operator: negated ? '!~' : '~', left, right };
    }
    const operator: Like['operator'] =
      c.SIMILAR !== undefined ? 'SIMILAR TO' : c.ILIKE !== undefined ? 'ILIKE' : 'LIKE';
    const pattern = this.#right(c.operand?.[0], OTHER);
    let escape: Expression | undefined;
    const next = this.#tails[this.#tailIndex];
    if (next?.children.ESCAPE !== undefined) {
      this.#tailIndex += 1;
      escape = this.#right(next.children.operand?.[0], OTHER);
    }
    const span = joinSpans(left.span, (escape ?? pattern).span);
    return { kind: 'Like', span, operator, operand: left, pattern, escape, negated };
  }

  #between(operand: Expression, tail: MatchTailCstNode): Expression {
    const c = tail.children;
    const low = this.#right(c.operand?.[0], OTHER);
    const next = this.#tails[this.#tailIndex];
    if (next?.children.InfixOperator?.[0]?.image.toUpperCase() !== 'AND') {
      this.#b.report(
        syntaxDiagnostic(
          'ESQL1022',
          { problem: 'BETWEEN has a lower bound and no AND with the upper bound' },
          { span: spanOf(this.#b, tail), hint: 'Write x BETWEEN low AND high.' },
        ),
      );
      return operand;
    }
    this.#tailIndex += 1;
    const high = this.#right(next.children.operand?.[0], OTHER);
    return {
      kind: 'Between',
      span: joinSpans(operand.span, high.span),
      operand,
      low,
      high,
      negated: c.NOT !== undefined,
      symmetric: c.SYMMETRIC !== undefined,
    };
  }

  #in(operand: Expression, tail: MatchTailCstNode): Expression {
    const c = tail.children;
    const negated = c.NOT !== undefined;
    const span = joinSpans(operand.span, spanOf(this.#b, tail));
    const query = c.query?.[0];
    if (query !== undefined) return { kind: 'InSubquery', span, operand, query: this.#b.query(query), negated };
    if (c.expression === undefined) {
      this.#b.report(
        syntaxDiagnostic(
          'ESQL1022',
          { problem: 'IN is followed by a list or a query in parentheses' },
          { span: spanOf(this.#b, tail), hint: 'Write x IN (1, 2), or x = ANY (array) for an array.' },
        ),
      );
      this.#right(c.operand?.[0], OTHER);
      return operand;
    }
    return { kind: 'InList', span, operand, items: c.expression.map((item) => this.#b.expression(item)), negated };
  }

  #quantified(left: Expression, tail: QuantifiedTailCstNode): Expression {
    const c = tail.children;
    const query = c.query?.[0];
    return {
      kind: 'QuantifiedComparison',
      span: joinSpans(left.span, spanOf(this.#b, tail)),
      left,
      operator: binaryOperator(only(c.ComparisonSign).image) as ComparisonOperator,
      quantifier: c.ALL === undefined ? 'ANY' : 'ALL',
      right: query === undefined ? this.#b.expression(only(c.expression)) : this.#b.query(query),
    };
  }
}

/** The two sides of `a IN b`, which only POSITION writes without parentheses. */
export function splitPosition(
  b: Builder,
  node: ExpressionCstNode,
): { readonly needle: Expression; readonly haystack: Expression } | undefined {
  const tails = node.children.operatorTail ?? [];
  const at = tails.findIndex((tail) => tail.children.matchTail?.[0]?.children.IN !== undefined);
  const tail = tails[at]?.children.matchTail?.[0]?.children;
  if (tail === undefined || tail.NOT !== undefined || tail.query !== undefined) return undefined;
  const needle = new Climber(b, only(node.children.operand), tails.slice(0, at)).climb(0);
  const operand = tail.operand?.[0];
  const rest = tails.slice(at + 1);
  if (operand !== undefined) return { needle, haystack: new Climber(b, operand, rest).climb(0) };
  const item = tail.expression?.[0];
  if (item === undefined || tail.expression?.length !== 1 || rest.length > 0) return undefined;
  return { needle, haystack: b.expression(item) };
}
