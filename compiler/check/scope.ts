/** Which columns a name can mean, and what is said when it means none. */
import type { ColumnReference } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { spanText, type Span } from '../../grammar/diagnostics/source.js';
import { nearest, suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { isSystemTimestamp, SYSTEM_TIMESTAMP_HINT } from '../../grammar/other-systems.js';
import type { Expression } from '../../plan/expression.js';
import { nameDiagnostic } from '../messages/names.js';
import type { RelationField } from '../typed.js';
import type { AggregatePlace, ExpressionContext } from './context.js';
import { checkExpression } from './expression.js';
import { notSupported } from './unsupported.js';

export interface ScopeName {
  /** The name or alias that may stand before a dot. */
  readonly name: string;
  /** How messages call it: ``source `orders` ``. */
  readonly relation: string;
  readonly declared: Span | undefined;
}

/** A relation of FROM within all of its columns. */
export interface ScopePart extends ScopeName {
  readonly columns: readonly number[];
}

/** What names can mean in a SELECT or ON: the relations of FROM, their columns numbered one after the other. */
export interface Scope {
  readonly parts: readonly ScopePart[];
  /** Columns that need no qualifier, in the order of `*`: of those that USING has merged only one. */
  readonly visible: readonly number[];
}

export function singleScope(name: ScopeName, fields: readonly RelationField[]): Scope {
  const columns = [...fields.keys()];
  return { parts: [{ ...name, columns }], visible: columns };
}

export interface ResolverParts {
  /** For a relation whose own errors are reported already. */
  readonly allUnknown?: boolean;
  /** Names that the SELECT itself gives, with how messages show their expressions. */
  readonly aliases?: ReadonlyMap<string, string>;
}

/** Names shown in a message; a wide table would bury the rest. */
const NAMES_SHOWN_MAX = 30;

export function columnsFact(fields: readonly RelationField[], relation: string): string {
  const names = fields.slice(0, NAMES_SHOWN_MAX).map((field) => field.name);
  const more = fields.length > NAMES_SHOWN_MAX ? `, … (${fields.length} in all)` : '';
  const owner = relation.replace(/^[^`]* (?=`)/u, '');
  return `Columns of ${owner}: ${names.join(', ')}${more}.`;
}

export function columnOf(field: RelationField, index: number): Expression {
  return { kind: 'column', index, name: field.name, type: field.type, nullable: field.nullable };
}

/** ``source `orders` `` or several of them. */
function relationsText(parts: readonly ScopePart[]): string {
  return parts.map((part) => part.relation).join(' or ');
}

function withoutKind(relation: string): string {
  return relation.replace(/^[^`]* (?=`)/u, '');
}

/** Finds columns of the relations in scope; `fields` are the columns of all of them. */
export function fieldResolver(
  fields: readonly RelationField[],
  scope: Scope,
  sink: DiagnosticSink,
  { allUnknown = false, aliases = new Map() }: ResolverParts = {},
): ExpressionContext['resolve'] {
  return (reference) => {
    const named = splitReference(reference, scope, sink);
    if (named === undefined || allUnknown) return undefined;
    const { parts, candidates } = named;
    const matches = candidates.filter((index) => fields[index]?.name === named.column);
    const [index] = matches;
    if (index === undefined) {
      sink.report(
        nameDiagnostic(
          'ESQL2001',
          { name: named.column, relation: relationsText(parts) },
          {
            span: named.span,
            related: parts.flatMap(({ declared, relation }) =>
              declared === undefined ? [] : [{ span: declared, label: `${withoutKind(relation)} is declared here` }],
            ),
            facts: parts.map((part) =>
              columnsFact(
                part.columns.flatMap((index) => fields[index] ?? []),
                part.relation,
              ),
            ),
            hint: unknownHint(
              named,
              candidates.flatMap((index) => fields[index] ?? []),
              aliases,
            ),
          },
        ),
      );
      return undefined;
    }
    if (matches.length > 1) {
      const related = matches.flatMap((match) => {
        const span = fields[match]?.span;
        return span === undefined ? [] : [{ span, label: 'one of them' }];
      });
      const qualified = matches.flatMap((match) => {
        const part = parts.find(({ columns }) => columns.includes(match));
        return part === undefined || part.name === '' ? [] : [`\`${part.name}.${named.column}\``];
      });
      const hint = new Set(qualified).size > 1 ? `Write ${qualified.join(' or ')}.` : undefined;
      sink.report(nameDiagnostic('ESQL2003', { name: named.column }, { span: named.span, related, hint }));
      return undefined;
    }
    const field = fields[index];
    return field === undefined || field.unknown ? undefined : columnOf(field, index);
  };
}

/** Text in double quotes is a name, and a column of SELECT is computed after what it stands beside. */
function unknownHint(
  { column, span }: { readonly column: string; readonly span: Span },
  fields: readonly RelationField[],
  aliases: ReadonlyMap<string, string>,
): string | undefined {
  const meant = aliases.get(column);
  if (meant !== undefined) {
    return `\`${column}\` names a result: write ${meant} here, or use the name in a SELECT around this one.`;
  }
  const names = fields.map((field) => field.name);
  const isQuoted = spanText(span).startsWith('"');
  if (isQuoted && nearest(column, names) === undefined) {
    return `Strings stand in single quotes: '${column.replaceAll("'", "''")}'.`;
  }
  return suggestionHint(column, names);
}

/** A name with the relations it can belong to, and the columns that it can mean. */
interface SplitReference {
  readonly column: string;
  readonly span: Span;
  readonly parts: readonly ScopePart[];
  readonly candidates: readonly number[];
}

function splitReference(reference: ColumnReference, scope: Scope, sink: DiagnosticSink): SplitReference | undefined {
  const [first, second, third] = reference.parts;
  if (first === undefined) return undefined;
  const { parts, visible } = scope;
  if (second === undefined) return { column: first.name, span: first.span, parts, candidates: visible };
  const part = parts.find(({ name }) => name === first.name);
  if (part === undefined) {
    const names = parts.flatMap(({ name }) => (name === '' ? [] : [name]));
    sink.report(
      nameDiagnostic(
        'ESQL2016',
        { name: first.name },
        {
          span: first.span,
          facts: [`FROM has ${parts.map(({ name }) => `\`${name}\``).join(', ')}.`],
          hint: isSystemTimestamp(first.name, second.name) ? SYSTEM_TIMESTAMP_HINT : suggestionHint(first.name, names),
        },
      ),
    );
    return undefined;
  }
  if (third !== undefined) return notSupported('access to a field of a ROW', third.span, sink);
  return { column: second.name, span: second.span, parts: [part], candidates: part.columns };
}

export interface ContextParts {
  readonly sink: DiagnosticSink;
  readonly resolve: ExpressionContext['resolve'];
  /** Names the place where aggregates are not allowed, or takes them. */
  readonly where: string | AggregatePlace;
  /** The names that lead here: sites of RANDOM() and UUID() are numbered within it. */
  readonly scope: string;
  readonly columnSpans?: ExpressionContext['columnSpans'];
  readonly nextSite?: ExpressionContext['nextSite'];
}

export function newContext(parts: ContextParts): ExpressionContext {
  return {
    check: checkExpression,
    sink: parts.sink,
    resolve: parts.resolve,
    aggregates: typeof parts.where === 'string' ? { kind: 'nowhere', where: parts.where } : parts.where,
    columnSpans: parts.columnSpans ?? new WeakMap(),
    nextSite: parts.nextSite ?? siteCounter(parts.scope),
    depth: 0,
  };
}

/** `per_airport/random/1`, `per_airport/random/2`, … in the order of the text. */
export function siteCounter(scope: string): (value: string) => string {
  const counts = new Map<string, number>();
  return (value) => {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    return `${scope}/${value}/${count}`;
  };
}
