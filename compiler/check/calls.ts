/** Calls of scalar functions, and the few calls that are expressions of their own. */
import type { Argument, Expression as Node, FunctionCall } from '../../grammar/ast.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import type { Expression } from '../../plan/expression.js';
import { resolveCall, type ResolveProblem } from '../../plan/functions/resolve.js';
import { DATE, DOUBLE, TIME, TIMESTAMP, TIMESTAMPTZ, VARCHAR } from '../../plan/types.js';
import { nameDiagnostic } from '../messages/names.js';
import { typeDiagnostic } from '../messages/types.js';
import { aggregateCall, isAggregateName, laterAggregates } from './aggregates.js';
import { call, castTo, isUntypedNull } from './build.js';
import { describeType, unify, type Operand } from './coercion.js';
import type { ExpressionContext } from './context.js';
import { notSupported } from './unsupported.js';

/** Values that are fixed per batch by the log. */
const batchValues: Readonly<Record<string, 'now' | 'date' | 'time' | 'local' | 'random' | 'uuid'>> = {
  now: 'now',
  current_timestamp: 'now',
  current_date: 'date',
  current_time: 'time',
  localtimestamp: 'local',
  localtime: 'time',
  random: 'random',
  rand: 'random',
  uuid: 'uuid',
  gen_random_uuid: 'uuid',
};

/** What a catalogue of our own doesn't hold because it is an expression of its own. */
const OTHER_NAMES = [...Object.keys(batchValues), 'coalesce', 'count', 'sum', 'avg', 'min', 'max'];

/** How others spell windows. Looked at before the arguments: `second` in `TumblingWindow(second, 10)` is no column. */
const windowNames = /^(?:tumble|hop|session|window|session_window|(?:tumbling|hopping|sliding|session)window)$/u;
const WINDOW_HINT = 'Windows stand in FROM: FROM TUMBLE(input, time, 10s), grouped by window_start, window_end.';

export function functionCall(node: FunctionCall, context: ExpressionContext): Expression | undefined {
  const name = node.name.name.toLowerCase();
  const unsupported = unsupportedPart(node);
  if (unsupported !== undefined) return notSupported(unsupported.construct, unsupported.span, context.sink);
  if (isAggregateName(name)) return aggregateCall(name, node, context);
  if (laterAggregates.has(name)) {
    return notSupported(`the aggregate ${name.toUpperCase()}`, node.name.span, context.sink);
  }
  if (reportAggregateClauses(node, context)) return undefined;
  const nodes = plainArguments(node.arguments, context);
  if (nodes === undefined) return undefined;
  const batchValue = Object.hasOwn(batchValues, name) ? batchValues[name] : undefined;
  if (batchValue !== undefined) return batchValueCall(batchValue, name, nodes, node, context);
  if (windowNames.test(name)) {
    context.sink.report(
      nameDiagnostic('ESQL2019', { name: name.toUpperCase() }, { span: node.name.span, hint: WINDOW_HINT }),
    );
    return undefined;
  }
  const operands: Operand[] = [];
  for (const part of nodes) {
    const expression = context.check(part, context);
    if (expression !== undefined) operands.push({ expression, span: part.span });
  }
  if (operands.length < nodes.length) return undefined;
  if (name === 'coalesce') return coalesce(operands, node, context);
  return catalogueCall(
    name,
    operands.map((operand) => operand.expression),
    name.toUpperCase(),
    node.name.span,
    context,
  );
}

function unsupportedPart(node: FunctionCall): { readonly construct: string; readonly span: Span } | undefined {
  if (node.over !== undefined) return { construct: 'OVER (window functions)', span: node.over.span };
  const [order] = node.orderBy;
  if (order !== undefined) return { construct: 'ORDER BY in an aggregate', span: order.span };
  const [within] = node.withinGroup;
  if (within !== undefined) return { construct: 'WITHIN GROUP', span: within.span };
  if (node.nullTreatment !== undefined) return { construct: node.nullTreatment, span: node.span };
  return undefined;
}

function reportAggregateClauses(node: FunctionCall, context: ExpressionContext): boolean {
  const clause = node.distinct ? 'DISTINCT' : node.filter === undefined ? undefined : 'FILTER';
  if (clause === undefined) return false;
  const span = node.filter?.span ?? node.span;
  context.sink.report(
    typeDiagnostic('ESQL3020', { clause, name: `the function ${node.name.name.toUpperCase()}` }, { span }),
  );
  return true;
}

/** Arguments by position; named ones and lambdas are for functions that come later. */
function plainArguments(list: readonly Argument[], context: ExpressionContext): readonly Node[] | undefined {
  const nodes: Node[] = [];
  for (const argument of list) {
    if (argument.kind === 'NamedArgument') notSupported('a named argument', argument.span, context.sink);
    else if (argument.kind === 'Lambda') notSupported('a lambda', argument.span, context.sink);
    else nodes.push(argument);
  }
  return nodes.length === list.length ? nodes : undefined;
}

function batchValueCall(
  value: 'now' | 'date' | 'time' | 'local' | 'random' | 'uuid',
  name: string,
  nodes: readonly Node[],
  node: FunctionCall,
  context: ExpressionContext,
): Expression | undefined {
  const [first] = nodes;
  if (first !== undefined) {
    context.sink.report(
      typeDiagnostic(
        'ESQL3003',
        { name: name.toUpperCase(), expected: '0', found: nodes.length },
        { span: first.span },
      ),
    );
    return undefined;
  }
  if (value === 'random' || value === 'uuid') {
    const type = value === 'random' ? DOUBLE : VARCHAR;
    return tagged({ kind: 'batch_value', value, site: context.nextSite(value), type, nullable: false }, node, context);
  }
  const now = tagged(
    { kind: 'batch_value', value: 'now', site: 'now', type: TIMESTAMPTZ, nullable: false },
    node,
    context,
  );
  if (value === 'now') return now;
  return castTo(now, value === 'date' ? DATE : value === 'time' ? TIME : TIMESTAMP);
}

/** Remembers where a value that can't be repeated stands, for the streaming rules. */
function tagged(expression: Expression, node: FunctionCall, context: ExpressionContext): Expression {
  context.columnSpans.set(expression, node.span);
  return expression;
}

function coalesce(
  operands: readonly Operand[],
  node: FunctionCall,
  context: ExpressionContext,
): Expression | undefined {
  if (operands.length === 0) {
    context.sink.report(
      typeDiagnostic('ESQL3003', { name: 'COALESCE', expected: 'at least 1', found: 0 }, { span: node.name.span }),
    );
    return undefined;
  }
  const unified = unify(operands, context.sink);
  if (!unified.ok) {
    reportNoCommonType('COALESCE', unified.clash, context);
    return undefined;
  }
  return {
    kind: 'coalesce',
    operands: unified.operands,
    type: unified.type,
    nullable: unified.operands.every((operand) => operand.nullable),
  };
}

export function reportNoCommonType(
  what: string,
  clash: { readonly first: Operand; readonly other: Operand } | null,
  context: ExpressionContext,
): void {
  if (clash === null) return;
  context.sink.report(
    typeDiagnostic(
      'ESQL3006',
      { what, first: describeType(clash.first.expression), found: describeType(clash.other.expression) },
      {
        span: clash.other.span,
        related: [{ span: clash.first.span, label: `this one is ${describeType(clash.first.expression)}` }],
        hint: 'CAST brings one of them to the type of the other.',
      },
    ),
  );
}

/** A call of the catalogue; `shown` is how the text spells it and `span` where. */
export function catalogueCall(
  name: string,
  operands: readonly Expression[],
  shown: string,
  span: Span,
  context: ExpressionContext,
): Expression | undefined {
  const resolved = resolveCall(
    name,
    operands.map((operand) => (isUntypedNull(operand) ? null : operand.type)),
  );
  if (resolved.kind === 'resolved') return call(resolved, operands);
  reportProblem(resolved, shown, operands, span, context);
  return undefined;
}

function reportProblem(
  problem: ResolveProblem,
  shown: string,
  operands: readonly Expression[],
  span: Span,
  context: ExpressionContext,
): void {
  switch (problem.kind) {
    case 'unknown_function':
      context.sink.report(
        nameDiagnostic(
          'ESQL2019',
          { name: shown },
          {
            span,
            hint: suggestionHint(shown, [...problem.candidates, ...OTHER_NAMES.map((name) => name.toUpperCase())]),
          },
        ),
      );
      return;
    case 'wrong_argument_count':
      context.sink.report(
        typeDiagnostic(
          'ESQL3003',
          { name: shown, expected: problem.expected, found: problem.found },
          { span, facts: [signatureFact(problem.signatures)] },
        ),
      );
      return;
    case 'wrong_argument_types':
      context.sink.report(
        typeDiagnostic(
          'ESQL3004',
          { name: shown, found: operands.map(describeType).join(', ') },
          {
            span,
            facts: [`Expected: ${problem.signatures.join(' or ')}`, `Found:    ${shown}(${problem.found.join(', ')})`],
            hint: 'CAST brings an argument to the type that is needed.',
          },
        ),
      );
  }
}

function signatureFact(signatures: readonly string[]): string {
  return `Written as ${signatures.join(' or ')}.`;
}
