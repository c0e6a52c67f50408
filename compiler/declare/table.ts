/** CREATE TABLE: reference data. */
import type * as ast from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { notSupported } from '../check/unsupported.js';
import { typeDiagnostic } from '../messages/types.js';
import { checkSourceColumns } from './columns.js';
import { checkConnector } from './connector.js';
import type { FaultyDeclaration, TableDeclaration } from './declarations.js';
import { checkPrimaryKey } from './primary-key.js';

export function checkTable(node: ast.CreateTable, sink: DiagnosticSink): TableDeclaration | FaultyDeclaration {
  const base = { name: node.name.name, span: node.name.span };
  const part = checkConnector(node, 'table', sink);
  const elements = node.elements.filter((element) => isPlain(element, sink));
  const columns = checkSourceColumns({ ...node, elements }, part, sink);
  const primaryKey = checkPrimaryKey(node, columns.fields, sink);
  const hasClauses = refuseClauses(node, sink);
  const refreshes = checkRefresh(node, part?.options['refresh'], sink);
  const ok = columns.ok && part?.ok === true && primaryKey !== undefined && !hasClauses && refreshes;
  if (part === undefined || !ok || elements.length < node.elements.length) {
    return { kind: 'faulty', what: 'table', ...base };
  }
  return {
    kind: 'table',
    ...base,
    node,
    connector: part.connector,
    options: part.options,
    format: part.format,
    columns: columns.columns,
    fields: columns.fields,
    primaryKey,
  };
}

const otherElements = {
  MetadataColumn: 'METADATA FROM in a table',
  ComputedColumn: 'a computed column in a table',
  WatermarkDefinition: 'WATERMARK in a table',
} as const;

function isPlain(element: ast.TableElement, sink: DiagnosticSink): boolean {
  switch (element.kind) {
    case 'ColumnDefinition':
    case 'PrimaryKeyDefinition':
      return true;
    case 'MetadataColumn':
    case 'ComputedColumn':
    case 'WatermarkDefinition':
      notSupported(otherElements[element.kind], element.span, sink);
      return false;
  }
}

/** Clauses that a source has: a table is right as a whole or not at all, and has no time. */
function refuseClauses(node: ast.CreateTable, sink: DiagnosticSink): boolean {
  const hint = 'A table whose rows are not all readable is not loaded.';
  if (node.onError !== undefined) notSupported('ON ERROR in a table', node.onError.span, sink, hint);
  if (node.onLate !== undefined) notSupported('ON LATE in a table', node.onLate.span, sink);
  if (node.idleAfter !== undefined) notSupported('IDLE AFTER in a table', node.idleAfter.span, sink);
  return node.onError !== undefined || node.onLate !== undefined || node.idleAfter !== undefined;
}

function checkRefresh(node: ast.CreateTable, value: unknown, sink: DiagnosticSink): boolean {
  if (value !== '0s') return true;
  const span = node.options.find((option) => option.key.name === 'refresh')?.value.span ?? node.name.span;
  const expected = 'a duration of more than 0, such as 10m';
  sink.report(typeDiagnostic('ESQL3014', { what: '`refresh`', expected }, { span }));
  return false;
}
