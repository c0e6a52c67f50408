/** What stands in FROM, except the window functions (window-tables.ts). */
import type { FunctionCall, Join, TableAlias, TableExpression } from '../ast.js';
import type {
  JoinTailCstNode,
  TableAliasCstNode,
  TableExpressionCstNode,
  TableFunctionCstNode,
  TablePrimaryCstNode,
} from '../cst.generated.js';
import { joinSpans } from '../diagnostics/source.js';
import { syntaxDiagnostic } from '../messages.js';
import { identifier, nameList, only, optionalIdentifier, spanOf, spanOfToken, type Builder } from './builder.js';
import { buildWindowTable, isWindowFunction } from './window-tables.js';

export function buildTableExpression(b: Builder, node: TableExpressionCstNode): TableExpression {
  let left = buildPrimary(b, only(node.children.tablePrimary));
  for (const tail of node.children.joinTail ?? []) left = buildJoin(b, left, tail);
  return left;
}

function buildJoin(b: Builder, left: TableExpression, tail: JoinTailCstNode): Join {
  const c = tail.children;
  const outer =
    c.LEFT !== undefined ? 'LEFT' : c.RIGHT !== undefined ? 'RIGHT' : c.FULL !== undefined ? 'FULL' : 'INNER';
  if (c.ASOF !== undefined && (outer === 'RIGHT' || outer === 'FULL')) {
    b.report(
      syntaxDiagnostic(
        'ESQL1021',
        { clause: outer, place: 'an ASOF join' },
        { span: spanOf(b, tail), hint: 'An as-of join is ASOF JOIN or ASOF LEFT JOIN.' },
      ),
    );
  }
  return {
    kind: 'Join',
    span: joinSpans(left.span, spanOf(b, tail)),
    type: c.CROSS !== undefined ? 'CROSS' : outer,
    asof: c.ASOF !== undefined,
    left,
    right: buildPrimary(b, only(c.tablePrimary)),
    on: c.expression === undefined ? undefined : b.expression(only(c.expression)),
    using: nameList(b, c.nameList),
  };
}

function buildAlias(b: Builder, nodes: readonly TableAliasCstNode[] | undefined): TableAlias | undefined {
  const node = nodes?.[0];
  if (node === undefined) return undefined;
  if (nodes?.[1] !== undefined) {
    b.report(syntaxDiagnostic('ESQL1020', { clause: 'an alias' }, { span: spanOf(b, nodes[1]) }));
  }
  const c = node.children;
  return {
    kind: 'TableAlias',
    span: spanOf(b, node),
    name: identifier(b, only(c.Name ?? c.BareAlias)),
    columns: nameList(b, c.nameList),
  };
}

function buildPrimary(b: Builder, node: TablePrimaryCstNode): TableExpression {
  const c = node.children;
  const span = spanOf(b, node);
  const lateral = c.LATERAL !== undefined;
  const withOrdinality = c.ORDINALITY !== undefined;
  const alias = buildAlias(b, c.tableAlias);
  const misplaced = (clause: string, place: string, hint?: string): void => {
    b.report(syntaxDiagnostic('ESQL1021', { clause, place }, { span, hint }));
  };
  const asOf = c.asOfClause?.[0]?.children.expression[0];
  if (c.tableName === undefined && asOf !== undefined) misplaced('FOR SYSTEM_TIME AS OF', 'anything but a table');
  const named = c.tableName?.[0];
  if (named !== undefined) {
    if (lateral) misplaced('LATERAL', 'a table', 'LATERAL stands before a query or a function.');
    if (withOrdinality) misplaced('WITH ORDINALITY', 'a table', 'WITH ORDINALITY numbers the rows of UNNEST.');
    const names = named.children.Name;
    if (names.length > 1) {
      const written = names.map((token) => token.image).join('.');
      b.report(syntaxDiagnostic('ESQL1028', { name: written }, { span: spanOf(b, named) }));
    }
    return {
      kind: 'TableReference',
      span,
      name: identifier(b, only(names)),
      asOf: asOf && b.expression(asOf),
      alias,
    };
  }
  const derived = c.derivedTable?.[0];
  if (derived !== undefined) {
    if (withOrdinality) misplaced('WITH ORDINALITY', 'a query', 'ROW_NUMBER() OVER (…) numbers the rows of a query.');
    return { kind: 'DerivedTable', span, lateral, query: b.query(only(derived.children.query)), alias };
  }
  if (c.tableExpression !== undefined) {
    if (alias !== undefined) misplaced('an alias', 'a join in parentheses', 'Give the joined tables aliases.');
    return buildTableExpression(b, only(c.tableExpression));
  }
  const call = only(c.tableFunction ?? c.wrappedTableFunction?.[0]?.children.tableFunction);
  if (isWindowFunction(only(call.children.Name).image)) {
    if (lateral) misplaced('LATERAL', 'a window function');
    if (withOrdinality) misplaced('WITH ORDINALITY', 'a window function');
    return buildWindowTable(b, call, span, alias);
  }
  return buildFunction(b, call, { span, lateral, withOrdinality, alias });
}

function buildFunction(
  b: Builder,
  node: TableFunctionCstNode,
  rest: Pick<Extract<TableExpression, { kind: 'Unnest' }>, 'span' | 'lateral' | 'withOrdinality' | 'alias'>,
): TableExpression {
  const token = only(node.children.Name);
  const call: FunctionCall = {
    kind: 'FunctionCall',
    span: spanOf(b, node),
    name: identifier(b, token),
    arguments: (node.children.tableArgument ?? []).map((argument) => {
      const c = argument.children;
      const span = spanOf(b, argument);
      if (c.TABLE !== undefined || c.PARTITION !== undefined) {
        b.report(
          syntaxDiagnostic(
            'ESQL1021',
            { clause: c.TABLE === undefined ? 'PARTITION BY' : 'TABLE', place: `${token.image.toUpperCase()}(…)` },
            { span, hint: 'It belongs to the window functions TUMBLE, HOP, SESSION and CUMULATE.' },
          ),
        );
        return { kind: 'NullLiteral', span };
      }
      const value = b.expression(only(c.expression));
      const name = optionalIdentifier(b, c.AnyWord);
      return name === undefined ? value : { kind: 'NamedArgument', span, name, value };
    }),
    distinct: false,
    orderBy: [],
    withinGroup: [],
    filter: undefined,
    nullTreatment: undefined,
    over: undefined,
  };
  if (call.name.name !== 'unnest' || call.name.quoted) return { kind: 'TableFunction', ...rest, call };
  const items = call.arguments.flatMap((item) => {
    if (item.kind !== 'NamedArgument' && item.kind !== 'Lambda') return [item];
    b.report(syntaxDiagnostic('ESQL1022', { problem: 'UNNEST takes arrays without names' }, { span: item.span }));
    return [];
  });
  if (items.length === 0) {
    b.report(
      syntaxDiagnostic(
        'ESQL1022',
        { problem: 'UNNEST has no array' },
        { span: spanOfToken(b, token), hint: 'Write UNNEST(tags) AS t(tag).' },
      ),
    );
  }
  return { kind: 'Unnest', ...rest, items };
}
