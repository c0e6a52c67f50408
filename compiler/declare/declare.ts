/** Statements to the catalogue of declared names. */
import type { CreateSink, Identifier, Statement } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import { notSupported } from '../check/unsupported.js';
import { nameDiagnostic } from '../messages/names.js';
import { checkSinkColumns } from './columns.js';
import { checkConnector } from './connector.js';
import {
  describeDeclaration,
  type Catalogue,
  type Declaration,
  type FaultyDeclaration,
  type SinkDeclaration,
  type SourceDeclaration,
} from './declarations.js';
import { checkSettings } from './settings.js';
import { checkSource } from './source.js';
import { checkTable } from './table.js';

export function statementsToCatalogue(statements: readonly Statement[], sink: DiagnosticSink): Catalogue {
  const names = new Names(sink);
  const sources: SourceDeclaration[] = [];
  for (const statement of statements) {
    const declaration = declarationOf(statement, sink);
    if (declaration === undefined) continue;
    names.add(declaration);
    if (declaration.kind === 'source') sources.push(declaration);
  }
  for (const source of sources) addSideStreams(source, names);
  return {
    declarations: names.declarations,
    settings: checkSettings(
      statements.filter((statement) => statement.kind === 'SetOption'),
      sink,
    ),
    assertions: statements.filter((statement) => statement.kind === 'AssertDelivery'),
    explains: statements.filter((statement) => statement.kind === 'Explain'),
  };
}

class Names {
  readonly declarations = new Map<string, Declaration>();
  readonly #sink: DiagnosticSink;

  constructor(sink: DiagnosticSink) {
    this.#sink = sink;
  }

  /** The first declaration of a name stays. */
  add(declaration: Declaration): void {
    const { name, span } = declaration;
    const first = this.declarations.get(name);
    if (first === undefined) {
      this.declarations.set(name, declaration);
      return;
    }
    this.#sink.report(
      nameDiagnostic(
        'ESQL2004',
        { name, found: describeDeclaration(first) },
        { span, related: [{ span: first.span, label: 'declared here first' }], hint: 'Give one of them another name.' },
      ),
    );
  }

  /** Several sources may write their dead letters into one relation: a column tells them apart. */
  addErrors(source: SourceDeclaration, into: Identifier): void {
    const first = this.declarations.get(into.name);
    if (first?.kind === 'errors') {
      this.declarations.set(into.name, { ...first, sources: [...first.sources, source] });
    } else this.add({ kind: 'errors', name: into.name, span: into.span, sources: [source] });
  }
}

function addSideStreams(source: SourceDeclaration, names: Names): void {
  if (source.errors !== null) names.addErrors(source, source.errors);
  if (source.late !== null && source.watermark !== null) {
    names.add({ kind: 'late', name: source.late.name, span: source.late.span, source });
  }
}

function declarationOf(statement: Statement, sink: DiagnosticSink): Declaration | undefined {
  switch (statement.kind) {
    case 'CreateSource':
      return checkSource(statement, sink).declaration;
    case 'CreateSink':
      return checkSink(statement, sink);
    case 'CreateView':
      return { kind: 'view', name: statement.name.name, span: statement.name.span, node: statement };
    case 'CreateStream':
      return { kind: 'stream', name: statement.name.name, span: statement.name.span, node: statement };
    case 'CreateTable':
      return checkTable(statement, sink);
    case 'CreateFunction':
      notSupported('CREATE FUNCTION', headSpan(statement.span, statement.name), sink);
      return faulty('function', statement.name);
    case 'Show':
      notSupported(`SHOW ${statement.topic} in a file`, statement.span, sink);
      return undefined;
    case 'Describe':
      notSupported('DESCRIBE in a file', statement.span, sink);
      return undefined;
    case 'Drop':
      notSupported('DROP in a file', statement.span, sink, 'Remove the statement that declares it.');
      return undefined;
    case 'QueryStatement':
      notSupported(
        'a query by itself in a file',
        statement.span,
        sink,
        'CREATE STREAM name AS … gives it a name, EXPLAIN … shows its plan.',
      );
      return undefined;
    case 'AssertDelivery':
    case 'Explain':
    case 'SetOption':
    case 'Include':
      return undefined;
  }
}

function headSpan(statement: Span, name: Identifier): Span {
  return { file: statement.file, start: statement.start, end: name.span.end };
}

function faulty(what: FaultyDeclaration['what'], name: Identifier): FaultyDeclaration {
  return { kind: 'faulty', what, name: name.name, span: name.span };
}

function checkSink(node: CreateSink, sink: DiagnosticSink): SinkDeclaration | FaultyDeclaration {
  const part = checkConnector(node, 'sink', sink);
  const columns = checkSinkColumns(node, sink);
  if (part === undefined || !columns.ok) return faulty('sink', node.name);
  const keys = node.elements.filter((element) => element.kind === 'PrimaryKeyDefinition');
  return {
    kind: 'sink',
    name: node.name.name,
    span: node.name.span,
    node,
    connector: part.connector,
    options: part.options,
    format: part.format,
    fields: columns.fields,
    primaryKey: keys[0]?.columns ?? null,
  };
}
