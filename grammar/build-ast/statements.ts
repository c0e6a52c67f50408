/** Statements. */
import type {
  CreateFunction,
  CreateStream,
  CreateView,
  DropTarget,
  Explain,
  ExplainTopic,
  IntoClause,
  ShowTopic,
  Statement,
  StreamSettings,
} from '../ast.js';
import type {
  CreateFunctionCstNode,
  CreateStreamCstNode,
  CreateViewCstNode,
  ExplainStatementCstNode,
  IntoClauseCstNode,
  StatementCstNode,
  StreamSettingsCstNode,
} from '../cst.generated.js';
import type { Span } from '../diagnostics/source.js';
import { syntaxDiagnostic } from '../messages.js';
import { identifier, nameList, only, optionalIdentifier, spanOf, string, which, type Builder } from './builder.js';
import { buildOption } from './options.js';
import { buildRelation } from './relations.js';

export function buildStatement(b: Builder, node: StatementCstNode): Statement {
  const statement = build(b, node);
  for (const sink of b.sinksBeforeFrom) {
    const place = 'a query outside CREATE STREAM';
    b.report(syntaxDiagnostic('ESQL1021', { clause: 'INTO', place }, { span: sink.span }));
  }
  return statement;
}

const showTopics = ['SOURCES', 'SINKS', 'STREAMS', 'TABLES', 'VIEWS', 'FUNCTIONS'] as const satisfies ShowTopic[];
const dropTargets = ['SOURCE', 'SINK', 'STREAM', 'TABLE', 'VIEW', 'FUNCTION'] as const satisfies DropTarget[];
const explainTopics = ['PLAN', 'STATE', 'DELIVERY', 'JSON', 'DOT'] as const satisfies ExplainTopic[];

function build(b: Builder, node: StatementCstNode): Statement {
  const c = node.children;
  const span = spanOf(b, node);
  const create = c.createStatement?.[0]?.children;
  if (create?.createRelation !== undefined) return buildRelation(b, only(create.createRelation), span);
  if (create?.createView !== undefined) return buildView(b, only(create.createView), span);
  if (create?.createFunction !== undefined) return buildFunction(b, only(create.createFunction), span);
  if (create?.createStream !== undefined) return buildStream(b, only(create.createStream), span);
  if (c.ASSERT !== undefined) {
    return { kind: 'AssertDelivery', span, guarantee: 'EXACTLY ONCE', stream: optionalIdentifier(b, c.Name) };
  }
  if (c.explainStatement !== undefined) return buildExplain(b, only(c.explainStatement), span);
  if (c.showStatement !== undefined) {
    return { kind: 'Show', span, topic: only([which(only(c.showStatement).children, showTopics) ?? 'SOURCES']) };
  }
  if (c.DESCRIBE !== undefined) return { kind: 'Describe', span, name: identifier(b, only(c.Name)) };
  if (c.dropStatement !== undefined) {
    const drop = only(c.dropStatement).children;
    const target = which(drop, dropTargets) ?? 'SOURCE';
    return { kind: 'Drop', span, target, ifExists: drop.IF !== undefined, name: identifier(b, only(drop.Name)) };
  }
  if (c.SET !== undefined) return { kind: 'SetOption', span, option: buildOption(b, only(c.optionPair)) };
  if (c.INCLUDE !== undefined) return { kind: 'Include', span, path: string(b, only(c.StringToken)) };
  return { kind: 'QueryStatement', span, query: b.query(only(c.query)) };
}

function buildView(b: Builder, node: CreateViewCstNode, span: Span): CreateView {
  const c = node.children;
  const columns = nameList(b, c.nameList);
  return { kind: 'CreateView', span, name: identifier(b, only(c.Name)), columns, query: b.query(only(c.query)) };
}

function buildFunction(b: Builder, node: CreateFunctionCstNode, span: Span): CreateFunction {
  const c = node.children;
  const [from, exportName] = c.StringToken.map((token) => string(b, token));
  return {
    kind: 'CreateFunction',
    span,
    name: identifier(b, only(c.Name)),
    parameters: (c.functionParameter ?? []).map((parameter) => ({
      kind: 'FunctionParameter',
      span: spanOf(b, parameter),
      name: identifier(b, only(parameter.children.Name)),
      type: b.type(only(parameter.children.type)),
    })),
    returns: b.type(only(c.type)),
    from: only(from && [from]),
    exportName,
    deterministic: c.DETERMINISTIC !== undefined,
  };
}

function buildStream(b: Builder, node: CreateStreamCstNode, span: Span): CreateStream {
  const c = node.children;
  const name = identifier(b, only(c.Name));
  const query = b.query(only(c.query));
  const early = b.sinksBeforeFrom
    .splice(0)
    .map((sink): IntoClause => ({ kind: 'IntoClause', span: sink.span, sink, key: [], onConflict: undefined }));
  return {
    kind: 'CreateStream',
    span,
    name,
    query,
    settings: c.streamSettings === undefined ? undefined : buildSettings(b, only(c.streamSettings)),
    into: [...early, ...(c.intoClause ?? []).map((into) => buildInto(b, into))],
  };
}

function buildSettings(b: Builder, node: StreamSettingsCstNode): StreamSettings {
  const settings: { -readonly [K in 'checkpoint' | 'batch' | 'wal' | 'stateTtl']: StreamSettings[K] } = {
    checkpoint: undefined,
    batch: undefined,
    wal: undefined,
    stateTtl: undefined,
  };
  const seen = new Set<string>();
  for (const setting of node.children.streamSetting) {
    const c = setting.children;
    const span = spanOf(b, setting);
    const clause = which(c, ['CHECKPOINT', 'BATCH', 'WAL', 'STATE']) ?? 'STATE';
    if (seen.has(clause)) b.report(syntaxDiagnostic('ESQL1020', { clause }, { span }));
    seen.add(clause);
    const duration = c.duration?.[0];
    if (duration === undefined) {
      settings.wal = { kind: 'WalSetting', span, mode: which(c, ['AUTO', 'FULL', 'OFFSETS']) ?? 'AUTO' };
    } else if (clause === 'CHECKPOINT') settings.checkpoint = b.duration(duration);
    else if (clause === 'BATCH') settings.batch = b.duration(duration);
    else settings.stateTtl = b.duration(duration);
  }
  return { kind: 'StreamSettings', span: spanOf(b, node), ...settings };
}

function buildInto(b: Builder, node: IntoClauseCstNode): IntoClause {
  const c = node.children;
  const [sink, ...key] = c.Name.map((token) => identifier(b, token));
  return {
    kind: 'IntoClause',
    span: spanOf(b, node),
    sink: only(sink && [sink]),
    key: [...key, ...nameList(b, c.nameList)],
    onConflict: which(c, ['UPDATE', 'IGNORE']),
  };
}

function buildExplain(b: Builder, node: ExplainStatementCstNode, span: Span): Explain {
  const c = node.children;
  return {
    kind: 'Explain',
    span,
    topic: which(c, explainTopics) ?? 'PLAN',
    target: c.query === undefined ? identifier(b, only(c.Name)) : b.query(only(c.query)),
  };
}
