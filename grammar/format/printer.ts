/** What the printers of `format/` share: comments around hosts, names, lists, and the way into queries. */
import type { Identifier, Node, Query } from '../ast.js';
import type { Comment } from '../lexer.js';
import type { CommentPlaces } from './comments.js';
import { concat, group, hardline, indent, join, line, softline, suffix, type Doc } from './doc.js';

export interface Printer {
  readonly comments: CommentPlaces;
  query(query: Query, broken: boolean): Doc;
}

/** The comments above a host, each with its line break. */
export function leading(p: Printer, key: Node): Doc {
  const comments = p.comments.byHost.get(key)?.leading ?? [];
  return concat(...comments.flatMap((comment) => [comment.text, hardline]));
}

/** A host with the comments behind it and below it. */
export function withTrailing(p: Printer, key: Node, doc: Doc): Doc {
  const attached = p.comments.byHost.get(key);
  if (attached === undefined) return doc;
  return concat(
    doc,
    ...attached.trailing.map((comment) => suffix(` ${comment.text}`)),
    ...attached.after.flatMap((comment) => [hardline, ownLine(comment)]),
  );
}

/** A comment on its own line, after which nothing else may stand in that line. */
function ownLine(comment: Comment): Doc {
  return concat(comment.text, suffix(''));
}

export function hosted(p: Printer, key: Node, doc: Doc): Doc {
  return concat(leading(p, key), withTrailing(p, key, doc));
}

export function name(identifier: Identifier): string {
  return identifier.quoted ? `"${identifier.name.replaceAll('"', '""')}"` : identifier.name;
}

export function names(identifiers: readonly Identifier[]): string {
  return identifiers.map(name).join(', ');
}

export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** `open item, item close` on one line or with one item a line. */
export function list(open: string, items: readonly Doc[], close: string): Doc {
  if (items.length === 0) return `${open}${close}`;
  return group(open, indent(softline, join(concat(',', line), items)), softline, close);
}

/** A query in parentheses. */
export function subquery(p: Printer, query: Query): Doc {
  return group('(', indent(softline, p.query(query, false)), softline, ')');
}

/** Words and docs with single blanks between them; what is empty is left out. */
export function words(...parts: readonly (Doc | undefined)[]): Doc {
  return join(
    ' ',
    parts.filter((part): part is Doc => part !== undefined && part !== ''),
  );
}
