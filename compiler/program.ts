/** The catalogue with every query checked: streams in an order in which each comes after those it reads. */
import type { CreateStream, Explain, Query } from '../grammar/ast.js';
import type { DiagnosticSink } from '../grammar/diagnostics/diagnostic.js';
import { suggestionHint } from '../grammar/diagnostics/suggest.js';
import type { EmitPolicy } from '../plan/plan.js';
import { queryChecker } from './check/query.js';
import { Relations } from './check/relations.js';
import type { Catalogue, StreamDeclaration } from './declare/declarations.js';
import { nameDiagnostic } from './messages/names.js';
import { inputRelations } from './relations-of.js';
import type { TypedQuery } from './typed.js';

export interface TypedStream {
  readonly name: string;
  readonly node: CreateStream;
  readonly query: TypedQuery;
  readonly emit: EmitPolicy;
}

/** EXPLAIN: of a stream of the file, or of a query by itself. */
export interface TypedExplain {
  readonly node: Explain;
  readonly target:
    | { readonly kind: 'stream'; readonly name: string }
    | { readonly kind: 'query'; readonly query: TypedQuery; readonly emit: EmitPolicy };
}

export interface TypedProgram {
  readonly catalogue: Catalogue;
  /** Without the streams whose queries have errors. */
  readonly streams: readonly TypedStream[];
  readonly explains: readonly TypedExplain[];
  /** Views by name, for printing. */
  readonly views: readonly { readonly name: string; readonly query: TypedQuery }[];
}

/** The name under which a query that is only explained runs. */
export const EXPLAINED_QUERY = 'query';

export function catalogueToTyped(catalogue: Catalogue, sink: DiagnosticSink): TypedProgram {
  const relations = new Relations(catalogue, sink, queryChecker(sink));
  const typed: TypedStream[] = [];
  const views: { name: string; query: TypedQuery }[] = [];
  for (const declaration of catalogue.declarations.values()) {
    if (declaration.kind === 'stream') {
      const query = relations.queryOf(declaration.name);
      if (query !== undefined) typed.push(typedStream(declaration, query));
    } else if (declaration.kind === 'view') {
      const query = relations.queryOf(declaration.name);
      if (query !== undefined) views.push({ name: declaration.name, query });
    }
  }
  const explains = catalogue.explains.flatMap((node) => explainTarget(node, catalogue, relations, sink) ?? []);
  return { catalogue, streams: inReadingOrder(typed), explains, views };
}

function typedStream(declaration: StreamDeclaration, query: TypedQuery): TypedStream {
  const { name, node } = declaration;
  return { name, node, query, emit: emitOf(node.query) };
}

export function emitOf(query: Query): EmitPolicy {
  if (query.emit?.mode !== 'FINAL') return { kind: 'changes' };
  return { kind: 'final', timeout_us: query.emit.timeout?.microseconds ?? null };
}

/**
 * Depth first: what a stream reads comes before it, otherwise the order of the text. Circles are reported elsewhere.
 */
function inReadingOrder(streams: readonly TypedStream[]): readonly TypedStream[] {
  const byName = new Map(streams.map((stream) => [stream.name, stream]));
  const ordered = new Set<TypedStream>();
  const open = new Set<TypedStream>();
  const visit = (stream: TypedStream): void => {
    if (ordered.has(stream) || open.has(stream)) return;
    open.add(stream);
    for (const relation of inputRelations(stream.query)) {
      const read = relation.kind === 'stream' ? byName.get(relation.name) : undefined;
      if (read !== undefined) visit(read);
    }
    open.delete(stream);
    ordered.add(stream);
  };
  streams.forEach(visit);
  return [...ordered];
}

function explainTarget(
  node: Explain,
  catalogue: Catalogue,
  relations: Relations,
  sink: DiagnosticSink,
): TypedExplain | undefined {
  const { target } = node;
  if (target.kind === 'Query') {
    const query = relations.check(target, EXPLAINED_QUERY);
    return query === undefined ? undefined : { node, target: { kind: 'query', query, emit: emitOf(target) } };
  }
  if (catalogue.declarations.get(target.name)?.kind === 'stream') {
    return { node, target: { kind: 'stream', name: target.name } };
  }
  reportUnknownStream(target.name, target.span, catalogue, sink);
  return undefined;
}

export function reportUnknownStream(
  name: string,
  span: Explain['span'],
  catalogue: Catalogue,
  sink: DiagnosticSink,
): void {
  const streams = [...catalogue.declarations.values()].flatMap((declaration) =>
    declaration.kind === 'stream' ? [declaration.name] : [],
  );
  const facts = [streams.length === 0 ? 'There are no streams.' : `Streams: ${streams.join(', ')}.`];
  sink.report(nameDiagnostic('ESQL2020', { name }, { span, facts, hint: suggestionHint(name, streams) }));
}
