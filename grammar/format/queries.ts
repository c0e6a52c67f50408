/** Queries: one clause a line, or all on one line inside parentheses where they fit. */
import type {
  CommonTable,
  EmitClause,
  Expression,
  GroupingElement,
  Join,
  Query,
  QueryBody,
  Select,
  TableAlias,
  TableExpression,
  WindowTable,
} from '../ast.js';
import { conjuncts } from './comments.js';
import { concat, group, hardline, indent, join, line, suffix, type Doc } from './doc.js';
import { duration, operand, orderBy, printArgument, printExpression, windowSpecification } from './expressions.js';
import { hosted, leading, list, name, names, subquery, withTrailing, words, type Printer } from './printer.js';

const AND_OPERAND = 3;
const AND_FIRST_OPERAND = 2;

/** `broken`: each clause on its own line even where all would fit on one. */
export function printQuery(p: Printer, query: Query, broken: boolean): Doc {
  const parts = [
    ...query.with.map((table, index) => commonTable(p, query, table, index)),
    printBody(p, query.body),
    ...queryTail(p, query),
  ];
  // An empty suffix prints nothing and breaks the group.
  return group(broken || query.with.length > 0 ? suffix('') : '', join(line, parts));
}

function commonTable(p: Printer, query: Query, table: CommonTable, index: number): Doc {
  const keyword = index > 0 ? '' : query.recursive ? 'WITH RECURSIVE ' : 'WITH ';
  const columns = table.columns.length === 0 ? '' : ` (${names(table.columns)})`;
  const body = concat('(', indent(hardline, p.query(table.query, true)), hardline, ')');
  const comma = index < query.with.length - 1 ? ',' : '';
  return concat(
    leading(p, table),
    keyword,
    withTrailing(p, table, concat(name(table.name), columns, ' AS ', body, comma)),
  );
}

function queryTail(p: Printer, query: Query): Doc[] {
  const parts: Doc[] = [];
  const [firstOrder] = query.orderBy;
  if (firstOrder !== undefined) parts.push(hosted(p, firstOrder, orderBy(p, query.orderBy)));
  if (query.limit !== undefined) {
    const limit = printExpression(p, query.limit);
    const doc = query.withTies ? concat('FETCH FIRST ', limit, ' ROWS WITH TIES') : concat('LIMIT ', limit);
    parts.push(hosted(p, query.limit, doc));
  }
  if (query.offset !== undefined) {
    parts.push(hosted(p, query.offset, concat('OFFSET ', printExpression(p, query.offset))));
  }
  if (query.emit !== undefined) parts.push(hosted(p, query.emit, emitClause(query.emit)));
  return parts;
}

function emitClause(emit: EmitClause): string {
  if (emit.every !== undefined) return `EMIT EVERY ${duration(emit.every)}`;
  return emit.timeout === undefined ? `EMIT ${emit.mode}` : `EMIT ${emit.mode} TIMEOUT ${duration(emit.timeout)}`;
}

function printBody(p: Printer, body: QueryBody): Doc {
  switch (body.kind) {
    case 'Select':
      return hosted(p, body, printSelect(p, body));
    case 'Values': {
      const rows = body.rows.map((row) =>
        hosted(
          p,
          row,
          list(
            '(',
            row.items.map((item) => printExpression(p, item)),
            ')',
          ),
        ),
      );
      return hosted(p, body, group('VALUES', indent(line, join(concat(',', line), rows))));
    }
    case 'Query':
      return subquery(p, body);
    case 'SetOperation':
      return setOperation(p, body);
  }
}

/** INTERSECT binds tighter than UNION and EXCEPT; other groupings are queries in parentheses of their own. */
function setOperation(p: Printer, body: Extract<QueryBody, { kind: 'SetOperation' }>): Doc {
  const operator = body.all ? `${body.operator} ALL` : body.operator;
  return concat(printBody(p, body.left), line, operator, line, printBody(p, body.right));
}

function printSelect(p: Printer, select: Select): Doc {
  const items = select.items.map((item) => {
    const alias = item.alias === undefined ? undefined : `AS ${name(item.alias)}`;
    return hosted(p, item, words(printExpression(p, item.expression), alias));
  });
  const head = group(select.distinct ? 'SELECT DISTINCT' : 'SELECT', indent(line, join(concat(',', line), items)));
  const parts: Doc[] = [head];
  const [firstTable, ...moreTables] = select.from;
  if (firstTable !== undefined) parts.push(fromClause(p, firstTable, moreTables));
  if (select.where !== undefined) parts.push(condition(p, 'WHERE', select.where));
  const [firstGroup] = select.groupBy;
  if (firstGroup !== undefined) {
    const elements = select.groupBy.map((element) => groupingElement(p, element));
    parts.push(hosted(p, firstGroup, group('GROUP BY', indent(line, join(concat(',', line), elements)))));
  }
  if (select.having !== undefined) parts.push(condition(p, 'HAVING', select.having));
  const [firstWindow] = select.windows;
  if (firstWindow !== undefined) {
    const windows = select.windows.map((window, index) => {
      const doc = concat(name(window.name), ' AS ', windowSpecification(p, window.specification));
      return concat(index === 0 ? '' : leading(p, window), withTrailing(p, window, doc));
    });
    const separated = join(concat(',', line), windows);
    parts.push(concat(leading(p, firstWindow), group('WINDOW ', indent(separated))));
  }
  if (select.qualify !== undefined) parts.push(condition(p, 'QUALIFY', select.qualify));
  return join(line, parts);
}

/** The comments above the first operand stand above the keyword: that is where the line begins. */
function condition(p: Printer, keyword: string, expression: Expression): Doc {
  const [first, ...rest] = conjuncts(expression);
  if (first === undefined) return keyword;
  const minimum = rest.length === 0 ? 0 : AND_FIRST_OPERAND;
  return concat(
    leading(p, first),
    group(
      keyword,
      ' ',
      withTrailing(p, first, operand(p, first, minimum)),
      indent(
        ...rest.map((next) =>
          concat(line, leading(p, next), withTrailing(p, next, concat('AND ', operand(p, next, AND_OPERAND)))),
        ),
      ),
    ),
  );
}

function groupingElement(p: Printer, element: GroupingElement): Doc {
  const elements = (items: readonly GroupingElement[]): readonly Doc[] => items.map((item) => groupingElement(p, item));
  if (element.kind === 'GroupingSets') return list('GROUPING SETS (', elements(element.sets), ')');
  if (element.kind === 'Rollup') return list('ROLLUP (', elements(element.items), ')');
  if (element.kind === 'Cube') return list('CUBE (', elements(element.items), ')');
  if (element.kind !== 'GroupingSet') return printExpression(p, element);
  // One expression in parentheses would be the expression itself.
  return list(element.items.length === 1 ? 'ROW(' : '(', elements(element.items), ')');
}

function fromClause(p: Printer, first: TableExpression, more: readonly TableExpression[]): Doc {
  const tables = [first, ...more].map((table, index) => {
    const { start, joins } = joinChain(table);
    return concat(
      index === 0 ? '' : leading(p, start),
      withTrailing(p, start, printTable(p, start)),
      indent(...joins.map((next) => concat(hardline, printJoin(p, next)))),
    );
  });
  const separated = join(concat(',', line), tables);
  return concat(leading(p, joinChain(first).start), group('FROM ', more.length === 0 ? separated : indent(separated)));
}

interface JoinChain {
  readonly start: Exclude<TableExpression, Join>;
  readonly joins: readonly Join[];
}

/** `a JOIN b JOIN c` is a tree that leans to the left; the text has a row of joins. */
function joinChain(table: TableExpression): JoinChain {
  const joins: Join[] = [];
  let start = table;
  while (start.kind === 'Join') {
    joins.push(start);
    start = start.left;
  }
  return { start, joins: joins.reverse() };
}

function printJoin(p: Printer, node: Join): Doc {
  const { right } = node;
  const kind = node.type === 'INNER' ? undefined : node.type;
  const using = node.using.length === 0 ? '' : ` USING (${names(node.using)})`;
  const on = node.on === undefined ? '' : indent(line, condition(p, 'ON', node.on));
  const table = right.kind === 'Join' ? printTable(p, right) : withTrailing(p, right, printTable(p, right));
  return concat(
    leading(p, node),
    right.kind === 'Join' ? '' : leading(p, right),
    withTrailing(p, node, group(words(node.asof ? 'ASOF' : undefined, kind, 'JOIN', table), using, on)),
  );
}

function printJoinedTable(p: Printer, table: TableExpression): Doc {
  const { start, joins } = joinChain(table);
  return concat(
    leading(p, start),
    withTrailing(p, start, printTable(p, start)),
    ...joins.map((next) => concat(hardline, printJoin(p, next))),
  );
}

function alias(node: TableAlias | undefined): string {
  if (node === undefined) return '';
  const columns = node.columns.length === 0 ? '' : ` (${names(node.columns)})`;
  return ` AS ${name(node.name)}${columns}`;
}

function printTable(p: Printer, table: TableExpression): Doc {
  switch (table.kind) {
    case 'TableReference': {
      const asOf = table.asOf === undefined ? '' : concat(' FOR SYSTEM_TIME AS OF ', printExpression(p, table.asOf));
      return concat(name(table.name), asOf, alias(table.alias));
    }
    case 'DerivedTable':
      return concat(table.lateral ? 'LATERAL ' : '', subquery(p, table.query), alias(table.alias));
    case 'Unnest': {
      const items = list(
        'UNNEST(',
        table.items.map((item) => printExpression(p, item)),
        ')',
      );
      return concat(
        table.lateral ? 'LATERAL ' : '',
        items,
        table.withOrdinality ? ' WITH ORDINALITY' : '',
        alias(table.alias),
      );
    }
    case 'TableFunction': {
      const called = table.call.name.quoted ? name(table.call.name) : table.call.name.name.toUpperCase();
      return concat(
        table.lateral ? 'LATERAL ' : '',
        list(
          `${called}(`,
          table.call.arguments.map((argument) => printArgument(p, argument)),
          ')',
        ),
        table.withOrdinality ? ' WITH ORDINALITY' : '',
        alias(table.alias),
      );
    }
    case 'Join':
      return concat('(', indent(printJoinedTable(p, table)), ')');
    case 'TumbleTable':
    case 'HopTable':
    case 'SessionTable':
    case 'CumulateTable':
      return concat(windowTable(p, table), alias(table.alias));
  }
}

function windowTable(p: Printer, table: WindowTable): Doc {
  const keys = table.partitionBy.map((key) => printExpression(p, key));
  const partition =
    keys.length === 0 ? '' : concat(' PARTITION BY ', keys.length === 1 ? concat(...keys) : list('(', keys, ')'));
  const named = (role: string, value: Expression): Doc => concat(role, ' => ', printExpression(p, value));
  const args: Doc[] = [concat(printTable(p, table.input), partition), printExpression(p, table.time)];
  switch (table.kind) {
    case 'TumbleTable':
      args.push(printExpression(p, table.size));
      break;
    case 'HopTable':
      args.push(named('SIZE', table.size), named('SLIDE', table.slide));
      break;
    case 'SessionTable':
      args.push(printExpression(p, table.gap));
      break;
    case 'CumulateTable':
      args.push(named('STEP', table.step), named('SIZE', table.size));
      break;
  }
  if (table.offset !== undefined) args.push(named('OFFSET', table.offset));
  const called = { TumbleTable: 'TUMBLE(', HopTable: 'HOP(', SessionTable: 'SESSION(', CumulateTable: 'CUMULATE(' };
  return list(called[table.kind], args, ')');
}
