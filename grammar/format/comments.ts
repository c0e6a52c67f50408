/**
 * Gives every comment a place at a part of the tree that is printed at the start of a line of its own (a host): a
 * column, an option, a select item, a table, a condition, a clause, a statement.
 *
 * A comment that ends its line belongs to what stands before it in that line; any other to what follows. Where nothing
 * follows inside the parentheses it stays behind the last host there, and one in the middle of a host goes above it.
 */
import type { IToken } from 'chevrotain';
import type { Expression, Node, NodeKind, Query, Script, Select, Statement, TableExpression } from '../ast.js';
import type { SourceFile } from '../diagnostics/source.js';
import type { Comment } from '../lexer.js';
import * as t from '../tokens.js';
import { walk } from '../visit.js';

interface Host {
  readonly key: Node;
  readonly start: number;
  readonly end: number;
}

export interface Attached {
  /** On lines of their own, above. */
  readonly leading: Comment[];
  /** At the end of the line. */
  readonly trailing: Comment[];
  /** On lines of their own, below. */
  readonly after: Comment[];
}

export interface CommentPlaces {
  readonly byHost: ReadonlyMap<Node, Attached>;
  /** Below the last statement. */
  readonly atEnd: readonly Comment[];
}

/** The operands of an AND chain, from the left; a parenthesised chain on the right is one operand. */
export function conjuncts(expression: Expression): readonly Expression[] {
  const operands: Expression[] = [];
  let rest = expression;
  while (rest.kind === 'Binary' && rest.operator === 'AND') {
    operands.push(rest.right);
    rest = rest.left;
  }
  return [rest, ...operands.reverse()];
}

function hostsOf(statement: Statement): Host[] {
  const hosts: Host[] = [];
  const add = (...nodes: readonly (Node | undefined)[]): void => {
    for (const node of nodes) {
      if (node !== undefined) hosts.push({ key: node, start: node.span.start, end: node.span.end });
    }
  };
  const addClause = (nodes: readonly Node[]): void => {
    const [first] = nodes;
    if (first !== undefined) {
      hosts.push({ key: first, start: first.span.start, end: nodes.at(-1)?.span.end ?? first.span.end });
    }
  };
  const addCondition = (expression: Expression | undefined): void => {
    if (expression !== undefined) add(...conjuncts(expression));
  };
  const addTable = (table: TableExpression): void => {
    if (table.kind !== 'Join') {
      add(table);
      return;
    }
    addTable(table.left);
    hosts.push({ key: table, start: table.right.span.start, end: table.span.end });
    addTable(table.right);
    addCondition(table.on);
  };
  const addSelect = (select: Select): void => {
    add(select, ...select.items, ...select.windows);
    for (const table of select.from) addTable(table);
    for (const condition of [select.where, select.having, select.qualify]) addCondition(condition);
    addClause(select.groupBy);
  };
  const addQuery = (query: Query): void => {
    add(...query.with, query.limit, query.offset, query.emit);
    addClause(query.orderBy);
  };
  add(statement);
  walk(statement, (node) => {
    if (node.kind === 'Select') addSelect(node);
    else if (node.kind === 'Query') addQuery(node);
    else if (node.kind === 'Values') add(node, ...node.rows);
    else if (node.kind === 'Case') add(...node.branches, node.otherwise);
    else if (node.kind === 'FormatClause') add(...node.options);
    else if (node.kind === 'CreateStream') add(node.settings, ...node.into);
    else if (node.kind === 'CreateSource' || node.kind === 'CreateTable') {
      add(...node.elements, ...node.options, node.format, node.onError, node.onLate, node.idleAfter);
    } else if (node.kind === 'CreateSink') add(...node.elements, ...node.options, node.format);
    return true;
  });
  return hosts;
}

export function placeComments(
  file: SourceFile,
  script: Script,
  tokens: readonly IToken[],
  comments: readonly Comment[],
): CommentPlaces {
  const byHost = new Map<Node, Attached>();
  const atEnd: Comment[] = [];
  if (comments.length === 0) return { byHost, atEnd };
  const hostsByStatement = script.statements.map(hostsOf);
  let statementIndex = 0;
  const attachedTo = (host: Host): Attached => {
    const attached = byHost.get(host.key) ?? { leading: [], trailing: [], after: [] };
    byHost.set(host.key, attached);
    return attached;
  };
  let tokenIndex = 0;
  for (const comment of comments) {
    while (tokenIndex < tokens.length && (tokens[tokenIndex]?.startOffset ?? 0) < comment.span.start) tokenIndex += 1;
    while ((script.statements[statementIndex]?.span.end ?? Infinity) <= comment.span.start) statementIndex += 1;
    // A comment belongs to the statement around it, before it or behind it.
    const hosts = hostsByStatement.slice(Math.max(0, statementIndex - 1), statementIndex + 2).flat();
    const trailing = trailingHost(file, hosts, tokens, tokenIndex, comment);
    if (trailing !== undefined) {
      const attached = attachedTo(trailing);
      if (attached.trailing.every((earlier) => !earlier.toLineEnd)) {
        attached.trailing.push(comment);
        continue;
      }
    }
    const place = ownLinePlace(script, hosts, tokens[tokenIndex], comment);
    if (place === undefined) atEnd.push(comment);
    else attachedTo(place.host)[place.side].push(comment);
  }
  return { byHost, atEnd };
}

function tokenEnd(token: IToken | undefined): number {
  return (token?.endOffset ?? -1) + 1;
}

const endsWithQuery: ReadonlySet<NodeKind> = new Set([
  'Select',
  'Values',
  'QueryStatement',
  'CreateView',
  'CreateStream',
  'Explain',
]);

/** The host that ends before a comment at the end of a line. */
function trailingHost(
  file: SourceFile,
  hosts: readonly Host[],
  tokens: readonly IToken[],
  nextIndex: number,
  comment: Comment,
): Host | undefined {
  const previous = tokens[nextIndex - 1];
  if (previous === undefined) return undefined;
  const line = (offset: number): number => file.position(offset).line;
  if (line(tokenEnd(previous) - 1) !== line(comment.span.start)) return undefined;
  const next = tokens[nextIndex];
  if (next !== undefined && line(next.startOffset) === line(comment.span.end - 1)) return undefined;
  for (let index = nextIndex - 1; index >= 0; index -= 1) {
    const token = tokens[index];
    const end = tokenEnd(token);
    const found = innermost(hosts.filter((host) => host.end === end));
    // A statement or SELECT that ends with a parenthesis may lose it; what stands inside is the steadier place.
    const steady = token?.tokenType !== t.RightParen || !endsWithQuery.has(found?.key.kind ?? 'Identifier');
    if (found !== undefined && steady) return found;
    if (token === undefined || ![t.Comma, t.Semicolon, t.RightParen].includes(token.tokenType)) return undefined;
  }
  return undefined;
}

function innermost(hosts: readonly Host[]): Host | undefined {
  return hosts.reduce<Host | undefined>(
    (best, host) => (best === undefined || host.start > best.start ? host : best),
    undefined,
  );
}

function ownLinePlace(
  script: Script,
  hosts: readonly Host[],
  next: IToken | undefined,
  comment: Comment,
): { readonly host: Host; readonly side: 'leading' | 'after' } | undefined {
  const { start, end } = comment.span;
  // The host around the comment; before a semicolon the statement counts as finished.
  const container = innermost(hosts.filter((host) => host.start < start && host.end > end));
  const inside =
    container === undefined ? hosts : hosts.filter((h) => h.start >= container.start && h.end <= container.end);
  if (container !== undefined && next?.tokenType === t.RightParen) {
    const before = inside.filter((host) => host.end <= start && host !== container);
    const last = Math.max(...before.map((host) => host.end));
    const host = innermost(before.filter((h) => h.end === last));
    return host === undefined ? { host: container, side: 'leading' } : { host, side: 'after' };
  }
  const following = inside.filter((host) => host.start >= end);
  const first = Math.min(...following.map((host) => host.start));
  const candidates = following.filter((host) => host.start === first);
  const widest = candidates.reduce<Host | undefined>(
    (best, h) => (best === undefined || h.end > best.end ? h : best),
    undefined,
  );
  const host = widest ?? container;
  return host === undefined || script.statements.length === 0 ? undefined : { host, side: 'leading' };
}
