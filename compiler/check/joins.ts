/** JOIN: the columns of both sides, what ON and USING say, and which joins there are. */
import type { Join } from '../../grammar/ast.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import { operandsOf, type Expression } from '../../plan/expression.js';
import type { LookupKey } from '../../plan/plan.js';
import { columnsRead, isUnrepeatable } from '../expressions/traits.js';
import { mapColumns } from '../expressions/map.js';
import { nameDiagnostic } from '../messages/names.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import { scopeStep } from '../scope-name.js';
import type { LookupRelation, RelationField, TableRelation, TypedRelation } from '../typed.js';
import { logical } from './build.js';
import { booleanOperand, comparison } from './predicates.js';
import type { QueryContext } from './query-context.js';
import { columnOf, columnsFact, fieldResolver, newContext, type Scope } from './scope.js';
import type { FromPart } from './tables.js';
import { notSupported } from './unsupported.js';

/** Both sides were checked before, so that their own mistakes are reported whatever becomes of the join. */
export function checkJoin(
  node: Join,
  left: FromPart | undefined,
  right: FromPart | undefined,
  context: QueryContext,
): FromPart | undefined {
  if (!isSupported(node, context) || left === undefined || right === undefined) return undefined;
  const scope = joinedScope(node, left, right, context);
  const input = left.relation;
  const table = right.relation;
  if (input.kind === 'unknown' || table.kind === 'unknown' || scope === undefined) return unknown(node, left, right);
  if (table.kind !== 'table' || input.kind === 'table') {
    reportSides(node, input, table, context);
    return unknown(node, left, right);
  }
  const conditions = conditionsOf(node, left, right, scope, context);
  if (conditions === undefined) return unknown(node, left, right);
  const relation = lookup(node, input, table, conditions, context);
  return relation === undefined ? unknown(node, left, right) : { relation, scope };
}

function isSupported(node: Join, { sink }: QueryContext): boolean {
  const isLookup = !node.asof && (node.type === 'INNER' || node.type === 'LEFT');
  if (isLookup) return true;
  const kind = node.asof ? 'ASOF JOIN' : `${node.type} JOIN`;
  notSupported(kind, node.span, sink, 'INNER and LEFT JOIN of a stream with a table are.');
  return false;
}

/** For what is reported already: names of both sides are known, their columns are not. */
function unknown(node: Join, left: FromPart, right: FromPart): FromPart {
  const parts = [...left.scope.parts, ...right.scope.parts];
  return { relation: { kind: 'unknown', span: node.span, fields: [] }, scope: { parts, visible: [] } };
}

/** The columns of the left side, then those of the right one; a column of USING is seen once, as the left one. */
function joinedScope(node: Join, left: FromPart, right: FromPart, context: QueryContext): Scope | undefined {
  const width = left.relation.fields.length;
  const shifted = right.scope.parts.map((part) => ({ ...part, columns: part.columns.map((column) => column + width) }));
  const twin = right.scope.parts.find(
    ({ name }) => name !== '' && left.scope.parts.some((other) => other.name === name),
  );
  if (twin !== undefined) {
    const hint = 'Give one of them an alias: FROM … a JOIN … b.';
    const parts = { name: twin.name, found: 'another relation of FROM' };
    context.sink.report(nameDiagnostic('ESQL2004', parts, { span: node.right.span, hint }));
    return undefined;
  }
  const merged = new Set(node.using.map((name) => name.name));
  const isMerged = (fields: readonly RelationField[]) => (column: number) => merged.has(fields[column]?.name ?? '');
  const ofLeft = isMerged(left.relation.fields);
  const ofRight = isMerged(right.relation.fields);
  return {
    parts: [...left.scope.parts, ...shifted],
    visible: [
      ...left.scope.visible.filter(ofLeft),
      ...left.scope.visible.filter((column) => !ofLeft(column)),
      ...right.scope.visible.filter((column) => !ofRight(column)).map((column) => column + width),
    ],
  };
}

function reportSides(node: Join, left: TypedRelation, right: TypedRelation, { sink }: QueryContext): void {
  if (right.kind !== 'table' && left.kind !== 'table') {
    notSupported('a JOIN of two streams', node.span, sink, 'A stream is joined with a CREATE TABLE.');
    return;
  }
  const both = right.kind === 'table';
  const problem = both ? 'both sides of this JOIN are tables' : 'the table stands on the left of this JOIN';
  const hint = both
    ? 'Begin FROM with a stream, and join it with both.'
    : 'Write the stream first: FROM stream JOIN table.';
  sink.report(streamingDiagnostic('ESQL4041', { problem }, { span: node.span, hint }));
}

/** Undefined after a report. */
function conditionsOf(
  node: Join,
  left: FromPart,
  right: FromPart,
  scope: Scope,
  context: QueryContext,
): readonly Expression[] | undefined {
  const { sink } = context;
  // Where a row has no match nothing is compared: the right side is as it was declared.
  const fields = [...left.relation.fields, ...right.relation.fields];
  const expressions = newContext({
    sink,
    resolve: fieldResolver(fields, scope, sink),
    where: 'ON',
    scope: context.scope,
  });
  if (node.using.length > 0) {
    const found = node.using.map((name): Expression | undefined => {
      const sides = [left, right].map((part, side) => {
        const column = usingColumn(name, part, context);
        if (column === undefined) return undefined;
        const index = side === 0 ? column : column + left.relation.fields.length;
        const field = fields[index];
        return field === undefined || field.unknown
          ? undefined
          : { expression: columnOf(field, index), span: name.span };
      });
      const [a, b] = sides;
      return a === undefined || b === undefined ? undefined : comparison('eq', a, b, name.span, expressions);
    });
    const known = found.filter((expression) => expression !== undefined);
    return known.length === found.length ? known : undefined;
  }
  if (node.on === undefined) return [];
  const checked = expressions.check(node.on, expressions);
  const condition = checked === undefined ? undefined : booleanOperand(checked, 'ON', node.on.span, expressions);
  if (condition === undefined) return undefined;
  return condition.kind === 'logical' && condition.operator === 'and' ? condition.operands : [condition];
}

function usingColumn(
  name: Join['using'][number],
  { relation, scope }: FromPart,
  context: QueryContext,
): number | undefined {
  const found = scope.visible.filter((column) => relation.fields[column]?.name === name.name);
  const [column] = found;
  if (column !== undefined && found.length === 1) return column;
  const { sink } = context;
  if (found.length > 1) sink.report(nameDiagnostic('ESQL2003', { name: name.name }, { span: name.span }));
  else {
    const label = scope.parts.map((part) => part.relation).join(' or ');
    const facts = [columnsFact(relation.fields, label)];
    sink.report(nameDiagnostic('ESQL2001', { name: name.name, relation: label }, { span: name.span, facts }));
  }
  return undefined;
}

/** The equalities between both sides find the rows; what is left is asked of the rows found. */
function lookup(
  node: Join,
  input: TypedRelation,
  table: TableRelation,
  conditions: readonly Expression[],
  context: QueryContext,
): LookupRelation | undefined {
  const width = input.fields.length;
  const span = conditionSpan(node);
  if (conditions.some(isUnrepeatable)) return notSupported('RANDOM() and UUID() in ON', span, context.sink);
  const keys: LookupKey[] = [];
  const rest: Expression[] = [];
  for (const condition of conditions) {
    const key = keyOf(condition, width);
    if (key === undefined) rest.push(condition);
    else keys.push(key);
  }
  if (keys.length === 0) {
    const { name } = table.table;
    const hint = `Compare a column of the stream with one of the table: ON … = ${name}.… .`;
    context.sink.report(streamingDiagnostic('ESQL4042', { table: name }, { span, hint }));
    return undefined;
  }
  const isLeft = node.type === 'LEFT';
  return {
    kind: 'lookup',
    span: node.span,
    input,
    table,
    join: isLeft ? 'left' : 'inner',
    keys,
    residual: rest.length === 0 ? null : logical('and', rest),
    scope: `${context.scope}/join_${scopeStep(table.table.name)}`,
    fields: [...input.fields, ...table.fields.map((field) => (isLeft ? { ...field, nullable: true } : field))],
  };
}

function conditionSpan(node: Join): Span {
  return node.on?.span ?? node.using[0]?.span ?? node.right.span;
}

/** An equality that has one side each; columns of the table count from its own first one. */
function keyOf(condition: Expression, width: number): LookupKey | undefined {
  if (condition.kind !== 'comparison' || condition.operator !== 'eq') return undefined;
  const { left, right } = condition;
  const [stream, table] = sideOf(left, width) === 'stream' ? [left, right] : [right, left];
  if (sideOf(stream, width) !== 'stream' || sideOf(table, width) !== 'table') return undefined;
  return { stream, table: mapColumns(table, (column) => ({ ...column, index: column.index - width })) };
}

/** Whose columns an expression reads, if it reads some of one side only. A table's keys don't depend on the batch. */
function sideOf(expression: Expression, width: number): 'stream' | 'table' | 'neither' {
  const read = columnsRead(expression);
  if (read.length === 0) return 'neither';
  if (read.every((column) => column < width)) return 'stream';
  return read.every((column) => column >= width) && !readsBatch(expression) ? 'table' : 'neither';
}

function readsBatch(expression: Expression): boolean {
  return expression.kind === 'batch_value' || operandsOf(expression).some(readsBatch);
}
