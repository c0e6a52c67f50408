/** WITH, UNION and what may stand around a SELECT. */
import type { CommonTable, Query, QueryBody, SetOperation } from '../../grammar/ast.js';
import type { Diagnostic, DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { Expression } from '../../plan/expression.js';
import { typesEqual, typeToText, type SqlType } from '../../plan/types.js';
import { commonType } from '../../plan/widening.js';
import { nameDiagnostic } from '../messages/names.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import { typeDiagnostic } from '../messages/types.js';
import { scopeStep } from '../scope-name.js';
import type { RelationField, TypedItem, TypedQuery } from '../typed.js';
import { castTo } from './build.js';
import type { QueryContext } from './query-context.js';
import { renamed, type CommonTableBinding, type QueryChecker, type Relations } from './relations.js';
import { columnOf } from './scope.js';
import { checkSelect } from './select.js';
import { notSupported } from './unsupported.js';

/** The checker of whole queries: views and streams. */
export function queryChecker(sink: DiagnosticSink): (relations: Relations) => QueryChecker {
  return (relations) => (query, name, takesEmit) =>
    checkQuery(query, { sink, relations, commonTables: [], scope: scopeStep(name), takesEmit, checkQuery });
}

export function checkQuery(query: Query, context: QueryContext): TypedQuery | undefined {
  reportLaterParts(query, context.sink);
  if (query.emit !== undefined && !context.takesEmit) {
    const hint = 'EMIT stands at the end of the query of a CREATE STREAM.';
    context.sink.report(
      streamingDiagnostic('ESQL4018', { where: 'a view or a subquery' }, { span: query.emit.span, hint }),
    );
  }
  const commonTables = [...context.commonTables];
  for (const table of query.with) commonTables.push(checkCommonTable(table, commonTables, context));
  return checkBody(query.body, { ...context, commonTables, takesEmit: false });
}

function reportLaterParts(query: Query, sink: DiagnosticSink): void {
  const [order] = query.orderBy;
  if (query.recursive) notSupported('WITH RECURSIVE', query.with[0]?.span ?? query.span, sink);
  if (order !== undefined) notSupported('ORDER BY', order.span, sink);
  if (query.limit !== undefined) notSupported('LIMIT', query.limit.span, sink);
  if (query.offset !== undefined) notSupported('OFFSET', query.offset.span, sink);
  if (query.emit?.mode === 'EVERY') notSupported('EMIT EVERY', query.emit.span, sink);
}

function checkCommonTable(
  table: CommonTable,
  earlier: readonly CommonTableBinding[],
  context: QueryContext,
): CommonTableBinding {
  const { name, span } = { name: table.name.name, span: table.name.span };
  const twin = earlier.find((other) => other.name === name && !context.commonTables.includes(other));
  if (twin !== undefined) {
    const related = [{ span: twin.span, label: 'declared here first' }];
    const hint = 'Give one of them another name.';
    context.sink.report(nameDiagnostic('ESQL2004', { name, found: 'another query of WITH' }, { span, related, hint }));
  }
  const query = context.checkQuery(table.query, {
    ...context,
    commonTables: earlier,
    scope: `${context.scope}/${scopeStep(name)}`,
    takesEmit: false,
  });
  const fields = query === undefined ? [] : renamed(query.fields, table.columns, context.sink);
  return { name, span, query, fields };
}

function checkBody(body: QueryBody, context: QueryContext): TypedQuery | undefined {
  switch (body.kind) {
    case 'Select':
      return checkSelect(body, context);
    case 'SetOperation':
      return checkSetOperation(body, context);
    case 'Query':
      return context.checkQuery(body, context);
    case 'Values':
      return notSupported('VALUES', body.span, context.sink);
  }
}

/** The branches of one chain of equal operators, from the left. */
function branchesOf(body: QueryBody, all: boolean): readonly QueryBody[] {
  if (body.kind !== 'SetOperation' || body.operator !== 'UNION' || body.all !== all) return [body];
  return [...branchesOf(body.left, all), ...branchesOf(body.right, all)];
}

function checkSetOperation(node: SetOperation, context: QueryContext): TypedQuery | undefined {
  if (node.operator !== 'UNION') return notSupported(node.operator, node.span, context.sink);
  const branches = branchesOf(node, node.all);
  const queries = branches.map((branch, index) =>
    checkBody(branch, { ...context, scope: `${context.scope}/branch_${index + 1}` }),
  );
  const known = queries.filter((query) => query !== undefined);
  const [first] = known;
  if (first === undefined || known.length < queries.length) return undefined;
  const types = unionTypes(known, branches, context.sink);
  if (types === undefined) return undefined;
  const fields = first.fields.map((field, column): RelationField => {
    const type = types[column] ?? field.type;
    const columns = known.map((query) => query.fields[column]);
    return {
      ...field,
      type,
      nullable: columns.some((each) => each?.nullable === true),
      unknown: columns.some((each) => each?.unknown === true),
    };
  });
  const inputs = known.map((query, index) => ({
    query,
    items: query.fields.map((field, column): TypedItem => {
      const expression: Expression = castTo(columnOf(field, column), fields[column]?.type ?? field.type);
      return {
        name: fields[column]?.name ?? field.name,
        expression,
        span: field.span ?? branches[index]?.span ?? node.span,
      };
    }),
  }));
  return { kind: 'union', span: node.span, scope: context.scope, all: node.all, inputs, fields };
}

function unionTypes(
  queries: readonly TypedQuery[],
  branches: readonly QueryBody[],
  sink: DiagnosticSink,
): readonly SqlType[] | undefined {
  const [first] = queries;
  if (first === undefined) return undefined;
  const types = first.fields.map((field) => field.type);
  const problems: Diagnostic[] = [];
  queries.forEach((query, index) => {
    const span = branches[index]?.span ?? query.span;
    if (query.fields.length !== types.length) {
      const counts = { left: types.length, right: query.fields.length };
      problems.push(typeDiagnostic('ESQL3012', counts, { span }));
      return;
    }
    query.fields.forEach((field, column) => {
      const type = types[column];
      if (type === undefined || field.unknown || first.fields[column]?.unknown === true) return;
      const joined = typesEqual(type, field.type) ? type : commonType(type, field.type);
      if (joined !== undefined) {
        types[column] = joined;
        return;
      }
      problems.push(
        typeDiagnostic(
          'ESQL3006',
          { what: `column ${column + 1} of UNION`, first: typeToText(type), found: typeToText(field.type) },
          { span: field.span ?? span, hint: 'CAST brings one of them to the type of the other.' },
        ),
      );
    });
  });
  problems.forEach((problem) => {
    sink.report(problem);
  });
  return problems.length === 0 ? types : undefined;
}
