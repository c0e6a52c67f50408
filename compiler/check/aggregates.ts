/** COUNT, SUM, AVG, MIN and MAX: what they take and what type they give. */
import type { FunctionCall } from '../../grammar/ast.js';
import type { Expression } from '../../plan/expression.js';
import type { AggregateName } from '../../plan/plan.js';
import { BIGINT, decimal, DOUBLE, PRECISION_MAX, typeToText, type SqlType } from '../../plan/types.js';
import { typeDiagnostic } from '../messages/types.js';
import { isUntypedNull, literal } from './build.js';
import type { ExpressionContext } from './context.js';
import { notSupported } from './unsupported.js';

const names: readonly AggregateName[] = ['count', 'sum', 'avg', 'min', 'max'];

export function isAggregateName(name: string): name is AggregateName {
  return (names as readonly string[]).includes(name);
}

/** Aggregates of the language that come later. */
export const laterAggregates: ReadonlySet<string> = new Set([
  'approx_count_distinct',
  'any_value',
  'array_agg',
  'bit_and',
  'bit_or',
  'bit_xor',
  'bool_and',
  'bool_or',
  'corr',
  'count_if',
  'covar_pop',
  'covar_samp',
  'every',
  'first_value',
  'json_arrayagg',
  'json_objectagg',
  'last_value',
  'listagg',
  'max_by',
  'min_by',
  'mode',
  'percentile_cont',
  'percentile_disc',
  'stddev',
  'stddev_pop',
  'stddev_samp',
  'string_agg',
  'var_pop',
  'var_samp',
  'variance',
  'arg_max',
  'arg_min',
  'median',
  'collect',
  'group_concat',
]);

/** Digits behind the point that an average of decimals has at least. */
const AVERAGE_SCALE_MIN = 6;

/**
 * SUM of INT and BIGINT is BIGINT (overflow is an error), of DECIMAL(p,s) DECIMAL(38,s). AVG of whole numbers is
 * DOUBLE, of DECIMAL(p,s) DECIMAL(38, max(s, 6)). MIN and MAX keep the type.
 */
export function aggregateType(name: AggregateName, argument: SqlType): SqlType | undefined {
  switch (name) {
    case 'count':
      return BIGINT;
    case 'sum':
      if (argument.kind === 'int' || argument.kind === 'bigint') return BIGINT;
      if (argument.kind === 'decimal') return decimal(PRECISION_MAX, argument.scale);
      return argument.kind === 'double' || argument.kind === 'interval' ? argument : undefined;
    case 'avg':
      if (argument.kind === 'decimal') return decimal(PRECISION_MAX, Math.max(argument.scale, AVERAGE_SCALE_MIN));
      return argument.kind === 'int' || argument.kind === 'bigint' || argument.kind === 'double' ? DOUBLE : undefined;
    case 'min':
    case 'max':
      return argument.kind === 'json' ? undefined : argument;
  }
}

const expectedTypes: Readonly<Record<AggregateName, string>> = {
  count: 'anything',
  sum: 'INT, BIGINT, DECIMAL, DOUBLE or INTERVAL',
  avg: 'INT, BIGINT, DECIMAL or DOUBLE',
  min: 'any type that can be compared',
  max: 'any type that can be compared',
};

export function aggregateCall(
  name: AggregateName,
  node: FunctionCall,
  context: ExpressionContext,
): Expression | undefined {
  const shown = name.toUpperCase();
  const place = context.aggregates;
  if (place.kind === 'nested') {
    const hint = 'A subquery in FROM computes the inner one first.';
    context.sink.report(typeDiagnostic('ESQL3010', { name: shown }, { span: node.span, hint }));
    return undefined;
  }
  if (place.kind === 'nowhere') {
    const hint = place.where === 'WHERE' ? 'Conditions on aggregates stand in HAVING.' : undefined;
    context.sink.report(typeDiagnostic('ESQL3009', { name: shown, where: place.where }, { span: node.span, hint }));
    return undefined;
  }
  const inner: ExpressionContext = { ...context, aggregates: { kind: 'nested' } };
  const argument = checkArgument(name, node, inner);
  const filter = checkFilter(node, { ...context, aggregates: { kind: 'nowhere', where: 'FILTER' } });
  if (argument === undefined || filter === undefined) return undefined;
  const type = argument === null ? BIGINT : aggregateType(name, argument.type);
  if (type === undefined) {
    context.sink.report(
      typeDiagnostic(
        'ESQL3004',
        { name: shown, found: argument === null ? '*' : typeToText(argument.type) },
        { span: node.span, facts: [`Expected: ${expectedTypes[name]}`] },
      ),
    );
    return undefined;
  }
  return place.add({
    function: name,
    // The smallest and the largest are the same with or without repetitions.
    distinct: node.distinct && name !== 'min' && name !== 'max',
    argument,
    filter,
    field: { name, type, nullable: name !== 'count' },
    span: node.span,
  });
}

/** The argument; null for COUNT(*), undefined after a report. */
function checkArgument(
  name: AggregateName,
  node: FunctionCall,
  context: ExpressionContext,
): Expression | null | undefined {
  const [first, second] = node.arguments;
  if (second !== undefined) {
    if (name === 'count' && node.distinct)
      return notSupported('COUNT(DISTINCT) of several columns', second.span, context.sink);
  }
  const isCountOfRows = name === 'count' && (first === undefined || first.kind === 'Star') && second === undefined;
  if (isCountOfRows) {
    if (node.distinct) {
      context.sink.report(typeDiagnostic('ESQL3020', { clause: 'DISTINCT', name: 'COUNT(*)' }, { span: node.span }));
      return undefined;
    }
    return null;
  }
  if (first === undefined || second !== undefined) {
    context.sink.report(
      typeDiagnostic(
        'ESQL3003',
        { name: name.toUpperCase(), expected: '1', found: node.arguments.length },
        { span: node.name.span },
      ),
    );
    return undefined;
  }
  if (first.kind === 'NamedArgument' || first.kind === 'Lambda') {
    return notSupported(first.kind === 'Lambda' ? 'a lambda' : 'a named argument', first.span, context.sink);
  }
  if (first.kind === 'Star') {
    context.sink.report(
      typeDiagnostic(
        'ESQL3004',
        { name: name.toUpperCase(), found: '*' },
        { span: first.span, hint: 'Only COUNT takes `*`.' },
      ),
    );
    return undefined;
  }
  const argument = context.check(first, context);
  return argument !== undefined && isUntypedNull(argument) ? literal(null, { kind: 'int' }) : argument;
}

/** The condition of FILTER; null without one, undefined after a report. */
function checkFilter(node: FunctionCall, context: ExpressionContext): Expression | null | undefined {
  if (node.filter === undefined) return null;
  const filter = context.check(node.filter, context);
  if (filter === undefined) return undefined;
  if (filter.type.kind === 'boolean') return filter;
  context.sink.report(
    typeDiagnostic('ESQL3005', { where: 'FILTER', found: typeToText(filter.type) }, { span: node.filter.span }),
  );
  return undefined;
}
