/** One relation of FROM. */
import type { Expression as Node, HopTable, TableAlias, TableExpression, TumbleTable } from '../../grammar/ast.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import type { WindowSpec } from '../../plan/plan.js';
import { typeToText } from '../../plan/types.js';
import { durationToText } from '../../plan/units.js';
import { planLimits } from '../../plan/limits.js';
import { nameDiagnostic } from '../messages/names.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import { typeDiagnostic } from '../messages/types.js';
import { scopeStep } from '../scope-name.js';
import type { RelationField, TypedRelation } from '../typed.js';
import type { QueryContext } from './query-context.js';
import { renamed } from './relations.js';
import { checkJoin } from './joins.js';
import { fieldResolver, newContext, singleScope, type Scope, type ScopeName } from './scope.js';
import { notSupported } from './unsupported.js';

export interface FromPart {
  readonly relation: TypedRelation;
  readonly scope: Scope;
}

/** A relation that rows flow from: a table by itself is none. */
export function checkStream(node: TableExpression, context: QueryContext): FromPart | undefined {
  const part = checkTable(node, context);
  if (part?.relation.kind !== 'table') return part;
  const { name } = part.relation.table;
  context.sink.report(
    streamingDiagnostic(
      'ESQL4040',
      { name },
      {
        span: node.span,
        related: [{ span: part.relation.table.span, label: `\`${name}\` is declared here` }],
        facts: ['A table is reference data: rows of a stream are joined with it, and none flow from it.'],
        hint: `Join a stream with it: FROM … JOIN ${name} ON …, or declare it with CREATE SOURCE.`,
      },
    ),
  );
  return { relation: { kind: 'unknown', span: node.span, fields: [] }, scope: part.scope };
}

export function checkTable(node: TableExpression, context: QueryContext): FromPart | undefined {
  switch (node.kind) {
    case 'TableReference': {
      if (node.asOf !== undefined) return notSupported('FOR SYSTEM_TIME AS OF', node.asOf.span, context.sink);
      const found = context.relations.find(node.name, context.commonTables);
      const name = node.alias?.name.name ?? node.name.name;
      const scope: ScopeName = { name, relation: found.label, declared: found.declared };
      return named(withAlias(found.relation, node.alias, context), scope);
    }
    case 'DerivedTable': {
      if (node.lateral) return notSupported('LATERAL', node.span, context.sink);
      const name = node.alias?.name.name;
      const scope = name === undefined ? context.scope : `${context.scope}/${scopeStep(name)}`;
      const query = context.checkQuery(node.query, { ...context, scope, takesEmit: false });
      const { span } = node;
      const relation: TypedRelation =
        query === undefined
          ? { kind: 'unknown', span, fields: [] }
          : { kind: 'query', span, query, fields: query.fields };
      const label = name === undefined ? 'the subquery' : `subquery \`${name}\``;
      const place: ScopeName = { name: name ?? '', relation: label, declared: node.alias?.name.span };
      return named(withAlias(relation, node.alias, context), place);
    }
    case 'TumbleTable':
    case 'HopTable':
      return checkWindowTable(node, context);
    case 'SessionTable':
      return notSupported('SESSION', headSpan(node.span, 'SESSION'), context.sink);
    case 'CumulateTable':
      return notSupported('CUMULATE', headSpan(node.span, 'CUMULATE'), context.sink);
    case 'Unnest':
      return notSupported('UNNEST', headSpan(node.span, 'UNNEST'), context.sink);
    case 'TableFunction':
      return notSupported(`the table function ${node.call.name.name.toUpperCase()}`, node.call.name.span, context.sink);
    case 'Join':
      return checkJoin(node, checkTable(node.left, context), checkTable(node.right, context), context);
  }
}

function named(relation: TypedRelation, name: ScopeName): FromPart {
  return { relation, scope: singleScope(name, relation.fields) };
}

function headSpan(span: Span, word: string): Span {
  return { file: span.file, start: span.start, end: Math.min(span.end, span.start + word.length) };
}

function withAlias(relation: TypedRelation, alias: TableAlias | undefined, context: QueryContext): TypedRelation {
  if (alias === undefined || alias.columns.length === 0 || relation.kind === 'unknown') return relation;
  return { ...relation, fields: renamed(relation.fields, alias.columns, context.sink) };
}

function checkWindowTable(node: TumbleTable | HopTable, context: QueryContext): FromPart | undefined {
  const input = checkStream(node.input, context);
  const window = windowSpec(node, context);
  const [partition] = node.partitionBy;
  if (partition !== undefined) {
    const name = node.kind === 'TumbleTable' ? 'TUMBLE' : 'HOP';
    return notSupported(`PARTITION BY in ${name}`, partition.span, context.sink, 'GROUP BY makes the groups.');
  }
  if (input === undefined) return undefined;
  const { relation } = input;
  const alias = node.alias?.name.name;
  const [inner] = input.scope.parts;
  const scope: ScopeName = {
    name: alias ?? inner?.name ?? '',
    relation: inner?.relation ?? '',
    declared: inner?.declared,
  };
  if (relation.kind === 'unknown') return named(relation, scope);
  const time = timeColumn(node, input, context);
  if (time === undefined || window === undefined) {
    return named({ kind: 'unknown', span: node.span, fields: [] }, scope);
  }
  const { type } = time;
  const fields = [
    ...relation.fields,
    ...['window_start', 'window_end'].map((name): RelationField => ({
      name,
      type,
      nullable: false,
      unknown: false,
      span: undefined,
    })),
  ];
  const clash = relation.fields.find((field) => field.name === 'window_start' || field.name === 'window_end');
  if (clash !== undefined) {
    const hint = `Rename it in a subquery: SELECT ${clash.name} AS … .`;
    context.sink.report(nameDiagnostic('ESQL2015', { name: clash.name }, { span: node.input.span, hint }));
    return named({ kind: 'unknown', span: node.span, fields: [] }, scope);
  }
  const windowed: TypedRelation = {
    kind: 'window',
    span: node.span,
    input: relation,
    time: time.index,
    timeSpan: node.time.span,
    window,
    scope: context.scope,
    fields,
  };
  return named(withAlias(windowed, node.alias, context), scope);
}

function timeColumn(
  node: TumbleTable | HopTable,
  input: FromPart,
  context: QueryContext,
): { readonly index: number; readonly type: RelationField['type'] } | undefined {
  const { time } = node;
  if (time.kind !== 'ColumnReference') {
    const hint = 'Compute it in a subquery or as a column of the source.';
    context.sink.report(typeDiagnostic('ESQL3013', { found: 'an expression' }, { span: time.span, hint }));
    return undefined;
  }
  const expressionContext = newContext({
    sink: context.sink,
    resolve: fieldResolver(input.relation.fields, input.scope, context.sink),
    where: 'a window',
    scope: context.scope,
  });
  const column = expressionContext.check(time, expressionContext);
  if (column?.kind !== 'column') return undefined;
  if (column.type.kind === 'timestamp' || column.type.kind === 'timestamptz') {
    return { index: column.index, type: column.type };
  }
  const hint = 'A computed column of the source makes one: at AS CAST(text AS TIMESTAMP).';
  context.sink.report(typeDiagnostic('ESQL3013', { found: typeToText(column.type) }, { span: time.span, hint }));
  return undefined;
}

function windowSpec(node: TumbleTable | HopTable, context: QueryContext): WindowSpec | undefined {
  const size_us = positiveDuration(node.size, 'SIZE', context);
  const slide_us = node.kind === 'TumbleTable' ? size_us : positiveDuration(node.slide, 'SLIDE', context);
  const offset_us = node.offset === undefined ? 0n : durationOf(node.offset);
  if (offset_us === undefined) reportDuration('OFFSET', 'a fixed duration such as 15m', node.offset?.span, context);
  if (size_us === undefined || slide_us === undefined || offset_us === undefined) return undefined;
  if (slide_us > size_us && node.kind === 'HopTable') {
    const swap = [
      { span: node.size.span, text: durationToText(slide_us) },
      { span: node.slide.span, text: durationToText(size_us) },
    ];
    context.sink.report(
      streamingDiagnostic(
        'ESQL4010',
        { slide: durationToText(slide_us), size: durationToText(size_us) },
        {
          span: node.slide.span,
          related: [{ span: node.size.span, label: 'the size' }],
          facts: ['By position HOP takes (input, time, slide, size).'],
          hint: `Swap them: SIZE => ${durationToText(slide_us)}, SLIDE => ${durationToText(size_us)}.`,
          fix: { title: 'Swap size and slide', edits: swap },
        },
      ),
    );
    return undefined;
  }
  if (size_us > slide_us * planLimits.windowsPerRow) {
    const found = String((size_us + slide_us - 1n) / slide_us);
    const limit = String(planLimits.windowsPerRow);
    context.sink.report(streamingDiagnostic('ESQL4019', { found, limit }, { span: node.span }));
    return undefined;
  }
  // Any offset is one of less than a slide.
  const offset = ((offset_us % slide_us) + slide_us) % slide_us;
  return { size_us, slide_us, offset_us: offset };
}

function durationOf(node: Node): bigint | undefined {
  if (node.kind === 'DurationLiteral') return node.microseconds;
  if (node.kind === 'Unary' && node.operator === '-' && node.operand.kind === 'DurationLiteral') {
    return -node.operand.microseconds;
  }
  return undefined;
}

function positiveDuration(node: Node, what: string, context: QueryContext): bigint | undefined {
  const value = durationOf(node);
  if (value !== undefined && value > 0n) return value;
  reportDuration(what, 'a fixed duration of more than 0, such as 1m', node.span, context);
  return undefined;
}

function reportDuration(what: string, expected: string, span: Span | undefined, context: QueryContext): void {
  context.sink.report(typeDiagnostic('ESQL3014', { what, expected }, { span }));
}
