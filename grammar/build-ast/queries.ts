/** Queries: WITH, SELECT, set operations, limits, EMIT. */
import type {
  CommonTable,
  EmitClause,
  Expression,
  GroupingElement,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
} from '../ast.js';
import type {
  CommonTableCstNode,
  EmitClauseCstNode,
  ExpressionCstNode,
  GroupingElementCstNode,
  QueryCstNode,
  QueryTermCstNode,
  SelectCstNode,
  SelectItemCstNode,
  SetTailCstNode,
} from '../cst.generated.js';
import { joinSpans } from '../diagnostics/source.js';
import { limits } from '../limits.js';
import { syntaxDiagnostic } from '../messages.js';
import { identifier, nameList, only, optionalIdentifier, spanOf, which, type Builder } from './builder.js';
import { buildOrderBy, buildWindowSpecification } from './calls.js';
import { buildColumnReference, loneReference } from './primaries.js';
import { buildTableExpression } from './tables.js';

export function buildQuery(b: Builder, node: QueryCstNode): Query {
  const c = node.children;
  const tails = c.setTail ?? [];
  let cursor = 0;
  // INTERSECT binds tighter than UNION and EXCEPT, which go from left to right.
  const intersections = (first: QueryTermCstNode): QueryBody => {
    let left = buildTerm(b, first);
    for (let tail = tails[cursor]; tail?.children.INTERSECT !== undefined; tail = tails[cursor]) {
      cursor += 1;
      left = setOperation(left, tail, buildTerm(b, only(tail.children.queryTerm)));
    }
    return left;
  };
  let body = intersections(only(c.queryTerm));
  for (let tail = tails[cursor]; tail !== undefined; tail = tails[cursor]) {
    cursor += 1;
    body = setOperation(body, tail, intersections(only(tail.children.queryTerm)));
  }
  // Parentheses around a whole query add nothing to it.
  if (body.kind === 'Query' && Object.keys(c).length === 1) return body;
  return {
    kind: 'Query',
    span: spanOf(b, node),
    with: (c.commonTable ?? []).map((table) => buildCommonTable(b, table)),
    recursive: c.RECURSIVE !== undefined,
    body,
    orderBy: buildOrderBy(b, c.orderBy?.[0]),
    ...buildRowLimits(b, node),
    emit: c.emitClause === undefined ? undefined : buildEmit(b, only(c.emitClause)),
  };
}

function setOperation(left: QueryBody, tail: SetTailCstNode, right: QueryBody): SetOperation {
  const c = tail.children;
  return {
    kind: 'SetOperation',
    span: joinSpans(left.span, right.span),
    operator: which(c, ['UNION', 'INTERSECT', 'EXCEPT']) ?? 'UNION',
    all: c.ALL !== undefined,
    left,
    right,
  };
}

function buildTerm(b: Builder, node: QueryTermCstNode): QueryBody {
  const c = node.children;
  if (c.select !== undefined) return buildSelect(b, only(c.select));
  if (c.query !== undefined) return b.query(only(c.query));
  return {
    kind: 'Values',
    span: spanOf(b, node),
    rows: (c.valuesRow ?? []).map((row) => ({
      kind: 'ValuesRow',
      span: spanOf(b, row),
      items: row.children.expression.map((item) => b.expression(item)),
    })),
  };
}

function buildCommonTable(b: Builder, node: CommonTableCstNode): CommonTable {
  const c = node.children;
  return {
    kind: 'CommonTable',
    span: spanOf(b, node),
    name: identifier(b, only(c.Name)),
    columns: nameList(b, c.nameList),
    query: b.query(only(c.query)),
  };
}

function buildRowLimits(b: Builder, node: QueryCstNode): Pick<Query, 'limit' | 'withTies' | 'offset'> {
  let limit: Expression | undefined;
  let offset: Expression | undefined;
  let withTies = false;
  const seen = new Set<string>();
  for (const part of node.children.rowLimit ?? []) {
    const c = part.children;
    const clause = c.OFFSET !== undefined ? 'OFFSET' : 'LIMIT';
    if (seen.has(clause)) b.report(syntaxDiagnostic('ESQL1020', { clause }, { span: spanOf(b, part) }));
    seen.add(clause);
    const value = c.expression?.[0];
    if (clause === 'OFFSET') offset = b.expression(only(c.expression));
    else if (value !== undefined) limit = b.expression(value);
    else if (c.FETCH !== undefined) limit = { kind: 'NumberLiteral', span: spanOf(b, part), text: '1' };
    if (c.TIES !== undefined) withTies = true;
  }
  return { limit, withTies, offset };
}

function buildEmit(b: Builder, node: EmitClauseCstNode): EmitClause {
  const c = node.children;
  const duration = c.duration === undefined ? undefined : b.duration(only(c.duration));
  const mode =
    c.EVERY !== undefined ? 'EVERY' : c.CHANGES !== undefined || c.UPDATE !== undefined ? 'CHANGES' : 'FINAL';
  return {
    kind: 'EmitClause',
    span: spanOf(b, node),
    mode,
    every: mode === 'EVERY' ? duration : undefined,
    timeout: mode === 'FINAL' ? duration : undefined,
  };
}

function buildSelect(b: Builder, node: SelectCstNode): Select {
  const c = node.children;
  const clause = (nodes: readonly { children: { expression: ExpressionCstNode[] } }[] | undefined) => {
    const expression = nodes?.[0]?.children.expression[0];
    return expression === undefined ? undefined : b.expression(expression);
  };
  const sink = c.INTO === undefined ? undefined : optionalIdentifier(b, c.Name);
  if (sink !== undefined) b.sinksBeforeFrom.push(sink);
  if (c.selectItem.length > limits.columns) {
    b.report(
      syntaxDiagnostic(
        'ESQL1092',
        { limit: String(limits.columns), found: String(c.selectItem.length) },
        { span: spanOf(b, only(c.selectItem)), hint: 'Split the query.' },
      ),
    );
  }
  return {
    kind: 'Select',
    span: spanOf(b, node),
    distinct: c.DISTINCT !== undefined,
    items: c.selectItem.map((item) => buildSelectItem(b, item)),
    from: (c.tableExpression ?? []).map((table) => buildTableExpression(b, table)),
    where: clause(c.whereClause),
    groupBy: (c.groupByClause?.[0]?.children.groupingElement ?? []).map((element) => buildGrouping(b, element, false)),
    having: clause(c.havingClause),
    windows: (c.namedWindow ?? []).map((window) => ({
      kind: 'NamedWindow',
      span: spanOf(b, window),
      name: identifier(b, only(window.children.Name)),
      specification: buildWindowSpecification(b, only(window.children.windowSpecification)),
    })),
    qualify: clause(c.qualifyClause),
  };
}

function buildSelectItem(b: Builder, node: SelectItemCstNode): SelectItem {
  const c = node.children;
  const span = spanOf(b, node);
  if (c.expression === undefined) {
    return { kind: 'SelectItem', span, expression: { kind: 'Star', span, qualifier: undefined }, alias: undefined };
  }
  const expression = only(c.expression);
  const reference = loneReference(expression);
  return {
    kind: 'SelectItem',
    span,
    expression: reference === undefined ? b.expression(expression) : buildColumnReference(b, reference, true),
    alias: optionalIdentifier(b, c.AnyWord ?? c.BareAlias),
  };
}

/** Inside GROUPING SETS, ROLLUP and CUBE parentheses make a set; elsewhere `(a, b)` is a row. */
function buildGrouping(b: Builder, node: GroupingElementCstNode, inside: boolean): GroupingElement {
  const c = node.children;
  const span = spanOf(b, node);
  const list = (c.groupingList?.[0]?.children.groupingElement ?? []).map((element) => buildGrouping(b, element, true));
  if (c.GROUPING !== undefined) return { kind: 'GroupingSets', span, sets: list };
  if (c.ROLLUP !== undefined) return { kind: 'Rollup', span, items: list };
  if (c.CUBE !== undefined) return { kind: 'Cube', span, items: list };
  if (c.expression === undefined) return { kind: 'GroupingSet', span, items: [] };
  const expression = b.expression(only(c.expression));
  if (!inside) return expression;
  if (expression.kind === 'RowConstructor') return { kind: 'GroupingSet', span, items: expression.items };
  return expression;
}
