/** Calls: ordinary ones, the standard's special forms (which become ordinary ones), windows behind OVER. */
import type { IToken } from 'chevrotain';
import type {
  Argument,
  Expression,
  FrameBound,
  FunctionCall,
  Identifier,
  Lambda,
  OrderItem,
  WindowFrame,
  WindowSpecification,
} from '../ast.js';
import type {
  ArgumentCstNode,
  CurrentTimeCstNode,
  ExpressionCstNode,
  ExtractCallCstNode,
  FrameBoundCstNode,
  FunctionCallCstNode,
  LambdaCstNode,
  OrderByCstNode,
  OverlayCallCstNode,
  SubstringCallCstNode,
  TrimCallCstNode,
  WindowFrameCstNode,
  WindowSpecificationCstNode,
} from '../cst.generated.js';
import type { Span } from '../diagnostics/source.js';
import { syntaxDiagnostic } from '../messages.js';
import { identifier, only, optionalIdentifier, spanOf, spanOfToken, which, type Builder } from './builder.js';
import { buildSignedOperand, splitPosition } from './operators.js';

function plainCall(name: Identifier, span: Span, args: readonly Argument[]): FunctionCall {
  return {
    kind: 'FunctionCall',
    span,
    name,
    arguments: args,
    distinct: false,
    orderBy: [],
    withinGroup: [],
    filter: undefined,
    nullTreatment: undefined,
    over: undefined,
  };
}

/** The name of a special form; `name` is given where the form stands for another function. */
function calledName(b: Builder, token: IToken, name?: string): Identifier {
  return { ...identifier(b, token), name: name ?? token.image.toLowerCase(), quoted: false };
}

export function buildCurrentTime(b: Builder, node: CurrentTimeCstNode): FunctionCall {
  const c = node.children;
  const token = only(c.CURRENT_TIMESTAMP ?? c.CURRENT_DATE ?? c.CURRENT_TIME);
  return plainCall(calledName(b, token), spanOf(b, node), []);
}

export function buildExtract(b: Builder, node: ExtractCallCstNode): FunctionCall {
  const c = node.children;
  const field = only(c.Name ?? c.StringToken);
  const value = c.StringToken === undefined ? field.image : String(field.payload);
  return plainCall(calledName(b, only(c.EXTRACT)), spanOf(b, node), [
    { kind: 'StringLiteral', span: spanOfToken(b, field), value: value.toLowerCase() },
    b.expression(only(c.expression)),
  ]);
}

function all(b: Builder, nodes: readonly ExpressionCstNode[] | undefined): Expression[] {
  return (nodes ?? []).map((node) => b.expression(node));
}

export function buildSubstring(b: Builder, node: SubstringCallCstNode): FunctionCall {
  const c = node.children;
  return plainCall(calledName(b, only(c.SUBSTRING)), spanOf(b, node), all(b, c.expression));
}

export function buildOverlay(b: Builder, node: OverlayCallCstNode): FunctionCall {
  const c = node.children;
  return plainCall(calledName(b, only(c.OVERLAY)), spanOf(b, node), all(b, c.expression));
}

export function buildTrim(b: Builder, node: TrimCallCstNode): FunctionCall {
  const c = node.children;
  const name = c.LEADING !== undefined ? 'ltrim' : c.TRAILING !== undefined ? 'rtrim' : 'trim';
  const args = all(b, c.expression);
  // `TRIM(chars FROM text)` names the characters first, the function takes them second.
  if (c.FROM !== undefined) args.reverse();
  if (args.length === 0) {
    b.report(
      syntaxDiagnostic(
        'ESQL1022',
        { problem: 'TRIM has nothing to trim' },
        { span: spanOf(b, node), hint: 'Write TRIM(name).' },
      ),
    );
  }
  return plainCall(calledName(b, only(c.TRIM), name), spanOf(b, node), args);
}

export function buildFunctionCall(b: Builder, node: FunctionCallCstNode): FunctionCall {
  const c = node.children;
  // A name behind OVER is the second one: the first names the function, unless that is LEFT or RIGHT.
  const word = c.FunctionWord?.[0];
  const names = c.Name ?? [];
  const token = word ?? only(names);
  const name = word === undefined ? identifier(b, token) : calledName(b, token);
  const overName = word === undefined ? names[1] : names[0];
  const specification = c.windowSpecification?.[0];
  return {
    kind: 'FunctionCall',
    span: spanOf(b, node),
    name,
    arguments:
      name.name === 'position' ? positionArguments(b, c.argument) : (c.argument ?? []).map((a) => buildArgument(b, a)),
    distinct: c.DISTINCT !== undefined,
    orderBy: buildOrderBy(b, c.orderBy?.[0]),
    withinGroup: buildOrderBy(b, c.withinGroup?.[0]?.children.orderBy[0]),
    filter: c.expression === undefined ? undefined : b.expression(only(c.expression)),
    nullTreatment: c.IGNORE !== undefined ? 'IGNORE NULLS' : c.RESPECT !== undefined ? 'RESPECT NULLS' : undefined,
    over:
      overName !== undefined ? identifier(b, overName) : specification && buildWindowSpecification(b, specification),
  };
}

function positionArguments(b: Builder, nodes: readonly ArgumentCstNode[] | undefined): readonly Argument[] {
  const expression = nodes?.length === 1 ? nodes[0]?.children.expression?.[0] : undefined;
  const sides = expression && splitPosition(b, expression);
  return sides === undefined ? (nodes ?? []).map((a) => buildArgument(b, a)) : [sides.needle, sides.haystack];
}

function buildArgument(b: Builder, node: ArgumentCstNode): Argument {
  const c = node.children;
  const span = spanOf(b, node);
  if (c.Asterisk !== undefined) return { kind: 'Star', span, qualifier: undefined };
  if (c.lambda !== undefined) return buildLambda(b, only(c.lambda));
  const value = b.expression(only(c.expression));
  const name = optionalIdentifier(b, c.AnyWord);
  return name === undefined ? value : { kind: 'NamedArgument', span, name, value };
}

function buildLambda(b: Builder, node: LambdaCstNode): Lambda {
  const c = node.children;
  return {
    kind: 'Lambda',
    span: spanOf(b, node),
    parameters: (c.Name ?? []).map((token) => identifier(b, token)),
    body: b.expression(only(c.expression)),
  };
}

export function buildOrderBy(b: Builder, node: OrderByCstNode | undefined): readonly OrderItem[] {
  return (node?.children.orderItem ?? []).map((item) => {
    const c = item.children;
    return {
      kind: 'OrderItem',
      span: spanOf(b, item),
      expression: b.expression(only(c.expression)),
      descending: c.DESC !== undefined,
      nulls: which(c, ['FIRST', 'LAST']),
    };
  });
}

export function buildWindowSpecification(b: Builder, node: WindowSpecificationCstNode): WindowSpecification {
  const c = node.children;
  return {
    kind: 'WindowSpecification',
    span: spanOf(b, node),
    base: optionalIdentifier(b, c.BareAlias),
    partitionBy: all(b, c.expression),
    orderBy: buildOrderBy(b, c.orderBy?.[0]),
    frame: c.windowFrame === undefined ? undefined : buildFrame(b, only(c.windowFrame)),
  };
}

function buildFrame(b: Builder, node: WindowFrameCstNode): WindowFrame {
  const c = node.children;
  const [start, end] = c.frameBound ?? [];
  const excluded = c.CURRENT !== undefined ? 'CURRENT ROW' : which(c, ['GROUP', 'TIES']);
  return {
    kind: 'WindowFrame',
    span: spanOf(b, node),
    unit: which(c, ['ROWS', 'RANGE', 'GROUPS']) ?? 'ROWS',
    start: buildBound(b, only(start && [start])),
    end: end && buildBound(b, end),
    exclude: excluded,
  };
}

function buildBound(b: Builder, node: FrameBoundCstNode): FrameBound {
  const c = node.children;
  const span = spanOf(b, node);
  const offset = c.operand?.[0];
  if (c.CURRENT !== undefined) return { kind: 'FrameBound', span, bound: 'CURRENT ROW', offset: undefined };
  const direction = c.PRECEDING === undefined ? 'FOLLOWING' : 'PRECEDING';
  if (offset === undefined) return { kind: 'FrameBound', span, bound: `UNBOUNDED ${direction}`, offset: undefined };
  return { kind: 'FrameBound', span, bound: direction, offset: buildSignedOperand(b, offset) };
}
