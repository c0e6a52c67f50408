/** Names in FROM to relations, and each view and stream to its query, once. */
import type { Identifier, Query } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { ERROR_SCHEMA } from '../../plan/plan.js';
import { INTERVAL_MICROSECOND, type Schema } from '../../plan/types.js';
import { describeDeclaration, type Catalogue, type Declaration } from '../declare/declarations.js';
import { nameDiagnostic } from '../messages/names.js';
import type { RelationField, TypedQuery, TypedRelation } from '../typed.js';

/** A name that stands for a query inside one statement. */
export interface CommonTableBinding {
  readonly name: string;
  readonly span: Span;
  readonly query: TypedQuery | undefined;
  readonly fields: readonly RelationField[];
}

/** What a relation is called in messages, and where it is declared. */
export interface NamedRelation {
  readonly relation: TypedRelation;
  readonly label: string;
  readonly declared: Span | undefined;
}

/**
 * Checks the text of a query; query.ts implements it. Given here so that relations and queries can refer to each other.
 */
export type QueryChecker = (query: Query, name: string, takesEmit: boolean) => TypedQuery | undefined;

interface CheckedQuery {
  readonly query: TypedQuery | undefined;
  readonly fields: readonly RelationField[];
}

export class Relations {
  readonly #catalogue: Catalogue;
  readonly #sink: DiagnosticSink;
  readonly #check: QueryChecker;
  readonly #done = new Map<string, CheckedQuery>();
  readonly #open: string[] = [];

  constructor(catalogue: Catalogue, sink: DiagnosticSink, check: (relations: Relations) => QueryChecker) {
    this.#catalogue = catalogue;
    this.#sink = sink;
    this.#check = check(this);
  }

  /** The query of a view or stream; undefined after a report. */
  queryOf(name: string): TypedQuery | undefined {
    const declaration = this.#catalogue.declarations.get(name);
    if (declaration?.kind !== 'view' && declaration?.kind !== 'stream') return undefined;
    return this.#checked(declaration).query;
  }

  /** A query that only stands in EXPLAIN. */
  check(query: Query, name: string): TypedQuery | undefined {
    return this.#check(query, name, true);
  }

  #checked(declaration: Extract<Declaration, { kind: 'view' | 'stream' }>): CheckedQuery {
    const { name, node } = declaration;
    const known = this.#done.get(name);
    if (known !== undefined) return known;
    this.#open.push(name);
    const query = this.#check(node.query, name, declaration.kind === 'stream');
    this.#open.pop();
    let fields = query?.fields ?? [];
    if (node.kind === 'CreateView' && query !== undefined && node.columns.length > 0) {
      fields = renamed(query.fields, node.columns, this.#sink);
    }
    const checked = { query, fields };
    this.#done.set(name, checked);
    return checked;
  }

  find(name: Identifier, commonTables: readonly CommonTableBinding[]): NamedRelation {
    const { span } = name;
    const common = commonTables.findLast((table) => table.name === name.name);
    if (common !== undefined) {
      const { query, fields } = common;
      const relation: TypedRelation =
        query === undefined ? { kind: 'unknown', span, fields: [] } : { kind: 'query', span, query, fields };
      return { relation, label: `\`${name.name}\``, declared: common.span };
    }
    const declaration = this.#catalogue.declarations.get(name.name);
    if (declaration === undefined) return this.#unknown(name, commonTables);
    const label = `${describeDeclaration(declaration).replace('the ', '')} \`${name.name}\``;
    return { relation: this.#relationOf(declaration, name), label, declared: declaration.span };
  }

  #relationOf(declaration: Declaration, name: Identifier): TypedRelation {
    const { span } = name;
    switch (declaration.kind) {
      case 'source':
        return { kind: 'source', span, source: declaration, fields: declaration.fields };
      case 'table':
        return { kind: 'table', span, table: declaration, fields: declaration.fields };
      case 'errors':
        return {
          kind: 'errors',
          span,
          name: declaration.name,
          sources: declaration.sources,
          fields: knownFields(ERROR_SCHEMA, declaration.span),
        };
      case 'late': {
        const lateness = { name: 'lateness', type: INTERVAL_MICROSECOND, nullable: true };
        return {
          kind: 'late',
          span,
          name: declaration.name,
          source: declaration.source,
          fields: [...declaration.source.fields, ...knownFields([lateness], declaration.span)],
        };
      }
      case 'view':
      case 'stream': {
        if (this.#open.includes(declaration.name)) return this.#circle(declaration, name);
        const { query, fields } = this.#checked(declaration);
        if (query === undefined) return { kind: 'unknown', span, fields: [] };
        if (declaration.kind === 'stream') return { kind: 'stream', span, name: declaration.name, fields };
        return { kind: 'query', span, query, fields };
      }
      case 'faulty':
        if (declaration.what !== 'sink') return { kind: 'unknown', span, fields: [] };
        return this.#notReadable(name, declaration);
      case 'sink':
        return this.#notReadable(name, declaration);
    }
  }

  #circle(declaration: Declaration, name: Identifier): TypedRelation {
    const path = this.#open.slice(this.#open.indexOf(declaration.name));
    this.#sink.report(
      nameDiagnostic(
        'ESQL2007',
        { path: path.map((step) => `\`${step}\``).join(', ') },
        {
          span: name.span,
          related: [{ span: declaration.span, label: `\`${declaration.name}\` is declared here` }],
          facts: [`Reads: ${[...path, declaration.name].join(' → ')}`],
        },
      ),
    );
    return { kind: 'unknown', span: name.span, fields: [] };
  }

  #notReadable(name: Identifier, declaration: Declaration): TypedRelation {
    this.#sink.report(
      nameDiagnostic(
        'ESQL2006',
        { name: name.name, expected: 'something to read', found: describeDeclaration(declaration) },
        {
          span: name.span,
          related: [{ span: declaration.span, label: `\`${name.name}\` is declared here` }],
          hint: 'What a stream writes into a sink is read from the stream itself.',
        },
      ),
    );
    return { kind: 'unknown', span: name.span, fields: [] };
  }

  #unknown(name: Identifier, commonTables: readonly CommonTableBinding[]): NamedRelation {
    const readable = [...this.#catalogue.declarations.values()]
      .filter((declaration) => declaration.kind !== 'sink' && declaration.kind !== 'faulty')
      .map((declaration) => declaration.name);
    const candidates = [...commonTables.map((table) => table.name), ...readable];
    this.#sink.report(
      nameDiagnostic(
        'ESQL2002',
        { name: name.name },
        {
          span: name.span,
          facts: candidates.length === 0 ? [] : [`Declared: ${candidates.slice(0, 30).join(', ')}.`],
          hint: suggestionHint(name.name, candidates),
        },
      ),
    );
    const relation: TypedRelation = { kind: 'unknown', span: name.span, fields: [] };
    return { relation, label: `\`${name.name}\``, declared: undefined };
  }
}

function knownFields(schema: Schema, span: Span): readonly RelationField[] {
  return schema.map((field) => ({ ...field, unknown: false, span }));
}

/** Columns under other names; a wrong number of names is reported and leaves the rest as they were. */
export function renamed(
  fields: readonly RelationField[],
  names: readonly Identifier[],
  sink: DiagnosticSink,
): readonly RelationField[] {
  const [first] = names;
  const last = names.at(-1);
  if (first === undefined || last === undefined) return fields;
  if (names.length !== fields.length) {
    sink.report(
      nameDiagnostic(
        'ESQL2017',
        { expected: fields.length, found: names.length },
        {
          span: { file: first.span.file, start: first.span.start, end: last.span.end },
          facts: [`Columns: ${fields.map((field) => field.name).join(', ')}.`],
        },
      ),
    );
  }
  return fields.map((field, index) => {
    const name = names[index];
    return name === undefined ? field : { ...field, name: name.name, span: name.span };
  });
}
