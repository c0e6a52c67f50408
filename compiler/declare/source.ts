/** CREATE SOURCE. */
import type * as ast from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { givesChanges } from '../../plan/formats/index.js';
import { typeToText } from '../../plan/types.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import { typeDiagnostic } from '../messages/types.js';
import type { RelationField } from '../typed.js';
import { checkAvroColumns } from './avro.js';
import { checkProtobufColumns } from './protobuf.js';
import { checkSourceColumns } from './columns.js';
import { checkConnector } from './connector.js';
import type { FaultyDeclaration, SourceDeclaration, WatermarkDeclaration } from './declarations.js';
import { checkPrimaryKey, columnNamed } from './primary-key.js';

/** IDLE AFTER unless the source says otherwise. */
export const IDLE_DEFAULT_US = 30_000_000n;

/**
 * A source whose own columns are known is declared even if options of it are wrong: its queries are checked all the
 * same.
 */
export function checkSource(
  node: ast.CreateSource,
  sink: DiagnosticSink,
): { readonly declaration: SourceDeclaration | FaultyDeclaration; readonly ok: boolean } {
  const part = checkConnector(node, 'source', sink);
  const columns = checkSourceColumns(node, part, sink);
  const watermark = checkWatermark(node, columns.fields, sink);
  const primaryKey = checkPrimaryKey(node, columns.fields, sink);
  const base = { name: node.name.name, span: node.name.span };
  const isWhole = checkChanges(node, part?.format?.name ?? null, sink);
  const format = part?.format ?? null;
  const isOfSchema =
    checkAvroColumns(node.format, format, columns.columns, sink) &&
    checkProtobufColumns(node.format, format, columns.columns, sink);
  let ok =
    isOfSchema && columns.ok && part?.ok === true && watermark !== undefined && primaryKey !== undefined && isWhole;
  if (node.onLate?.action === 'INTO' && watermark === null) {
    ok = false;
    sink.report(
      streamingDiagnostic(
        'ESQL4022',
        { source: node.name.name },
        { span: node.onLate.span, hint: 'Declare one: WATERMARK FOR ts AS ts - 5s.' },
      ),
    );
  }
  if (part === undefined) return { declaration: { kind: 'faulty', what: 'source', ...base }, ok: false };
  const declaration: SourceDeclaration = {
    kind: 'source',
    ...base,
    node,
    connector: part.connector,
    options: part.options,
    format: part.format,
    columns: columns.columns,
    expressions: columns.expressions,
    fields: columns.fields,
    watermark: watermark ?? null,
    primaryKey: primaryKey ?? null,
    onError: node.onError === undefined ? 'fail' : policies[node.onError.action],
    errors: node.onError?.into ?? null,
    late: node.onLate?.into ?? null,
  };
  return { declaration, ok };
}

/**
 * A row is taken back by giving the same row again. Metadata would be another record's, and a watermark would call a
 * row late whose first coming was in time.
 */
function checkChanges(node: ast.CreateSource, format: string | null, sink: DiagnosticSink): boolean {
  if (!givesChanges(format)) return true;
  let ok = true;
  for (const element of node.elements) {
    if (element.kind !== 'MetadataColumn' && element.kind !== 'WatermarkDefinition') continue;
    ok = false;
    const isTime = element.kind === 'WatermarkDefinition';
    sink.report(
      streamingDiagnostic(
        'ESQL4028',
        { what: isTime ? 'watermark' : 'metadata', source: node.name.name },
        {
          span: element.span,
          facts: ['A row is taken back by giving the same row again, with another record and at another time.'],
          hint: isTime ? 'Remove WATERMARK; results follow every change.' : 'Remove the column.',
        },
      ),
    );
  }
  return ok;
}

const policies = { FAIL: 'fail', SKIP: 'skip', INTO: 'into' } as const;

/** Null without one, undefined after a report. */
function checkWatermark(
  node: ast.CreateSource,
  fields: readonly RelationField[],
  sink: DiagnosticSink,
): WatermarkDeclaration | null | undefined {
  const [first, second] = node.elements.filter((element) => element.kind === 'WatermarkDefinition');
  if (first === undefined) return null;
  if (second !== undefined) {
    const related = [{ span: first.span, label: 'the first one' }];
    const problem = 'a source has one watermark';
    sink.report(typeDiagnostic('ESQL3017', { problem }, { span: second.span, related }));
    return undefined;
  }
  const column = columnNamed(first.column, node, fields, sink);
  if (column === undefined) return undefined;
  const field = fields[column];
  if (field === undefined || field.unknown) return undefined;
  if (field.type.kind !== 'timestamp' && field.type.kind !== 'timestamptz') {
    sink.report(typeDiagnostic('ESQL3013', { found: typeToText(field.type) }, { span: first.column.span }));
    return undefined;
  }
  const delay_us = watermarkDelay(first);
  if (delay_us === undefined) {
    const name = first.column.name;
    sink.report(
      typeDiagnostic(
        'ESQL3017',
        { problem: `expected \`${name}\` or \`${name}\` minus a fixed duration` },
        { span: first.expression.span, hint: `Write WATERMARK FOR ${name} AS ${name} - 5s.` },
      ),
    );
    return undefined;
  }
  return { column, delay_us, idle_us: node.idleAfter?.microseconds ?? IDLE_DEFAULT_US };
}

/** `ts` is no delay, `ts - 5s` five seconds; undefined for anything else. */
function watermarkDelay({ column, expression }: ast.WatermarkDefinition): bigint | undefined {
  const isColumn = (node: ast.Expression): boolean =>
    node.kind === 'ColumnReference' && node.parts.length === 1 && node.parts[0]?.name === column.name;
  if (isColumn(expression)) return 0n;
  if (expression.kind !== 'Binary' || expression.operator !== '-' || !isColumn(expression.left)) return undefined;
  return expression.right.kind === 'DurationLiteral' ? expression.right.microseconds : undefined;
}
