/** SELECT … FROM … WHERE … GROUP BY … HAVING. */
import type { Identifier, Select, SelectItem, Star } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { spanText } from '../../grammar/diagnostics/source.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import type { Expression } from '../../plan/expression.js';
import { VARCHAR } from '../../plan/types.js';
import { COLUMNS_MAX } from '../declare/limits.js';
import { nameDiagnostic } from '../messages/names.js';
import type { Placed, RelationField, TypedItem, TypedQuery, TypedRelation } from '../typed.js';
import type { ExpressionContext } from './context.js';
import { checkGrouping, GroupingCollector } from './grouping.js';
import { booleanOperand } from './predicates.js';
import type { QueryContext } from './query-context.js';
import { columnOf, fieldResolver, newContext, siteCounter, type Scope } from './scope.js';
import { checkStream, checkTable, type FromPart } from './tables.js';
import { notSupported } from './unsupported.js';

export function checkSelect(node: Select, context: QueryContext): TypedQuery | undefined {
  const { sink } = context;
  let ok = reportLaterParts(node, sink);
  const from = checkFrom(node, context);
  if (from === undefined) return undefined;
  const { relation, scope } = from;
  const base = newContext({
    sink,
    resolve: fieldResolver(relation.fields, scope, sink, {
      allUnknown: relation.kind === 'unknown',
      aliases: aliasesOf(node.items),
    }),
    where: 'WHERE',
    scope: context.scope,
    nextSite: siteCounter(context.scope),
  });
  const where = node.where === undefined ? null : condition(node.where, 'WHERE', base);
  const items = expandStars(node.items, relation, scope, sink);
  const collector = new GroupingCollector();
  const collecting: ExpressionContext = { ...base, aggregates: collector.place };
  const checked = items.map((item) => checkItem(item, collecting));
  const having = node.having === undefined ? null : condition(node.having, 'HAVING', collecting);
  const grouped = checkGrouping(node, { items, checked, having, collector, base, relation });
  ok = reportDuplicates(items, sink) && ok;
  if (relation.kind === 'unknown' || !ok) return undefined;
  if (where === undefined || having === undefined || grouped === undefined) return undefined;
  const fields = items.map((item, index): RelationField => {
    const expression = grouped.items[index];
    if (expression === undefined)
      return { name: item.name, type: VARCHAR, nullable: true, unknown: true, span: item.span };
    return { name: item.name, type: expression.type, nullable: expression.nullable, unknown: false, span: item.span };
  });
  const typedItems = grouped.items.flatMap((expression, index): TypedItem[] => {
    const item = items[index];
    return expression === undefined || item === undefined ? [] : [{ name: item.name, expression, span: item.span }];
  });
  // A column with an error makes the whole query one that can't be run; its own mistake is reported.
  if (typedItems.length < items.length) return undefined;
  return {
    kind: 'select',
    span: node.span,
    scope: context.scope,
    from: relation,
    where,
    grouping: grouped.grouping,
    having: grouped.having,
    items: typedItems,
    distinct: node.distinct,
    fields,
  };
}

function reportLaterParts(node: Select, sink: DiagnosticSink): boolean {
  const [window] = node.windows;
  if (window !== undefined) notSupported('WINDOW', window.span, sink);
  if (node.qualify !== undefined) notSupported('QUALIFY', node.qualify.span, sink);
  return window === undefined && node.qualify === undefined;
}

function checkFrom(node: Select, context: QueryContext): FromPart | undefined {
  const [first, ...others] = node.from;
  const [second] = others;
  if (first === undefined) {
    return notSupported(
      'SELECT without FROM',
      node.span,
      context.sink,
      "A source with connector = 'generate' gives rows.",
    );
  }
  const from = checkStream(first, context);
  if (second === undefined) return from;
  for (const other of others) checkTable(other, context);
  return notSupported('a list of relations (a join)', second.span, context.sink);
}

/** The text of an expression that a message repeats. */
const EXPRESSION_SHOWN_MAX = 60;

function aliasesOf(items: readonly SelectItem[]): ReadonlyMap<string, string> {
  return new Map(
    items.flatMap(({ alias, expression }): readonly (readonly [string, string])[] => {
      if (alias === undefined) return [];
      const text = spanText(expression.span).replace(/\s+/gu, ' ');
      return [[alias.name, text.length <= EXPRESSION_SHOWN_MAX ? `\`${text}\`` : 'its expression']];
    }),
  );
}

function condition(node: Select['where'] & {}, where: string, context: ExpressionContext): Placed | undefined {
  const checked = context.check(node, context);
  if (checked === undefined) return undefined;
  const expression = booleanOperand(checked, where, node.span, context);
  return expression === undefined ? undefined : { expression, span: node.span };
}

/** One output column before it is checked: an expression of the text, or a column that `*` stands for. */
export type OutputItem = {
  readonly name: string;
  readonly span: SelectItem['span'];
  readonly alias: Identifier | undefined;
} & (
  | { readonly from: 'text'; readonly node: Exclude<SelectItem['expression'], Star> }
  | { readonly from: 'star'; readonly expression: Expression }
);

function expandStars(
  items: readonly SelectItem[],
  relation: TypedRelation,
  scope: Scope,
  sink: DiagnosticSink,
): readonly OutputItem[] {
  const taken = new Set(items.flatMap((item) => outputName(item) ?? []));
  return items.flatMap((item): readonly OutputItem[] => {
    const { expression, alias, span } = item;
    if (expression.kind !== 'Star') {
      const name = outputName(item) ?? freshName(taken);
      return [{ from: 'text', node: expression, alias, name, span }];
    }
    const { qualifier } = expression;
    const part = scope.parts.find(({ name }) => name === qualifier?.name);
    if (qualifier !== undefined && part === undefined) {
      const names = scope.parts.map(({ name }) => name);
      sink.report(
        nameDiagnostic(
          'ESQL2016',
          { name: qualifier.name },
          { span: qualifier.span, hint: suggestionHint(qualifier.name, names) },
        ),
      );
      return [];
    }
    return (part?.columns ?? scope.visible).flatMap((index): readonly OutputItem[] => {
      const field = relation.fields[index];
      if (field === undefined) return [];
      return [{ from: 'star', expression: columnOf(field, index), alias: undefined, name: field.name, span }];
    });
  });
}

/** The alias, the column's own name, the function's name; as in PostgreSQL. */
function outputName({ expression, alias }: SelectItem): string | undefined {
  if (alias !== undefined) return alias.name;
  let node = expression;
  while (node.kind === 'Cast') node = node.operand;
  if (node.kind === 'ColumnReference') return node.parts.at(-1)?.name;
  if (node.kind === 'FieldAccess') return node.field.name;
  if (node.kind === 'FunctionCall') return node.name.name.toLowerCase();
  if (node.kind === 'Case') return 'case';
  return undefined;
}

/** A column without a name of its own: `column_1`, `column_2`, … */
function freshName(taken: Set<string>): string {
  let number = 1;
  while (taken.has(`column_${number}`)) number += 1;
  const name = `column_${number}`;
  taken.add(name);
  return name;
}

function checkItem(item: OutputItem, context: ExpressionContext): Expression | undefined {
  if (item.from === 'text') return context.check(item.node, context);
  context.columnSpans.set(item.expression, item.span);
  return item.expression;
}

function reportDuplicates(items: readonly OutputItem[], sink: DiagnosticSink): boolean {
  const seen = new Map<string, OutputItem>();
  let ok = true;
  for (const item of items) {
    const first = seen.get(item.name);
    if (first === undefined) {
      seen.set(item.name, item);
      continue;
    }
    ok = false;
    const related = [{ span: first.span, label: 'the first one' }];
    const hint = item.from === 'star' ? 'Name the columns instead of `*`.' : 'AS gives it another name.';
    sink.report(nameDiagnostic('ESQL2015', { name: item.name }, { span: item.span, related, hint }));
  }
  const extra = items[COLUMNS_MAX];
  if (extra !== undefined) {
    ok = false;
    const found = String(items.length);
    sink.report(
      nameDiagnostic('ESQL2091', { what: 'columns', limit: String(COLUMNS_MAX), found }, { span: extra.span }),
    );
  }
  return ok;
}
