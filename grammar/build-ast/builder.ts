/**
 * What the builders of `build-ast/` share: spans, names, reports, and the recursion between expressions, queries and
 * types, handed over as functions so that the files need not import each other in a circle.
 */
import type { CstNode, IToken } from 'chevrotain';
import type { DurationLiteral, Expression, Identifier, Query, StringLiteral, TypeNode } from '../ast.js';
import type {
  DurationCstNode,
  ExpressionCstNode,
  IntervalLiteralCstNode,
  NameListCstNode,
  OperandCstNode,
  QueryCstNode,
  TypeCstNode,
} from '../cst.generated.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { invariant } from '../diagnostics/internal-error.js';
import type { SourceFile, Span } from '../diagnostics/source.js';
import { tokenSpan } from '../lexer.js';
import { QuotedIdentifier } from '../tokens.js';

export interface Builder {
  readonly file: SourceFile;
  /** Sinks named before FROM, as Azure Stream Analytics writes them; a stream takes them over. */
  readonly sinksBeforeFrom: Identifier[];
  /** Reports a mistake the grammar lets through; the statement is left out of the script then. */
  report(diagnostic: Diagnostic): void;
  expression(node: ExpressionCstNode): Expression;
  operand(node: OperandCstNode): Expression;
  query(node: QueryCstNode): Query;
  type(node: TypeCstNode): TypeNode;
  interval(node: IntervalLiteralCstNode): Expression;
  duration(node: DurationCstNode): DurationLiteral;
}

/** The only element of a list the grammar makes non-empty. */
export function only<T>(list: readonly T[] | undefined): T {
  const first = list?.[0];
  invariant(first !== undefined, 'the grammar rule leaves out a child its type promises');
  return first;
}

export function spanOf(b: Builder, node: CstNode): Span {
  const location = node.location;
  invariant(location !== undefined, 'the parser tracks the place of every node');
  return { file: b.file, start: location.startOffset, end: (location.endOffset ?? location.startOffset) + 1 };
}

export function spanOfToken(b: Builder, token: IToken): Span {
  return tokenSpan(b.file, token);
}

export function identifier(b: Builder, token: IToken): Identifier {
  const quoted = token.tokenType === QuotedIdentifier;
  return {
    kind: 'Identifier',
    span: spanOfToken(b, token),
    name: quoted ? String(token.payload) : token.image.toLowerCase(),
    quoted,
  };
}

export function optionalIdentifier(b: Builder, tokens: readonly IToken[] | undefined): Identifier | undefined {
  const token = tokens?.[0];
  return token === undefined ? undefined : identifier(b, token);
}

export function nameList(b: Builder, nodes: readonly NameListCstNode[] | undefined): readonly Identifier[] {
  return nodes?.[0]?.children.Name.map((token) => identifier(b, token)) ?? [];
}

export function string(b: Builder, token: IToken): StringLiteral {
  return { kind: 'StringLiteral', span: spanOfToken(b, token), value: String(token.payload) };
}

/** The first of several tokens that stand in the text, by key; for alternatives of single keywords. */
export function which<K extends string>(
  children: { readonly [P in K]?: readonly IToken[] },
  keys: readonly K[],
): K | undefined {
  return keys.find((key) => children[key] !== undefined);
}
