/** The columns of CREATE SOURCE, CREATE TABLE and CREATE SINK. */
import type * as ast from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { castKind } from '../../plan/casts.js';
import type { Expression } from '../../plan/expression.js';
import type { SourceColumn } from '../../plan/plan.js';
import { typesEqual, typeToText, VARCHAR } from '../../plan/types.js';
import { castTo, isUntypedNull, isUntypedText } from '../check/build.js';
import { textLiteralAs } from '../check/coercion.js';
import { checkExpression } from '../check/expression.js';
import { fieldResolver, newContext, singleScope } from '../check/scope.js';
import { checkType } from '../check/type-node.js';
import { notSupported } from '../check/unsupported.js';
import { nameDiagnostic } from '../messages/names.js';
import { typeDiagnostic } from '../messages/types.js';
import type { RelationField } from '../typed.js';
import type { ConnectorPart } from './connector.js';
import { COLUMNS_MAX } from './limits.js';
import { relationLabel } from './primary-key.js';

export interface SourceColumns {
  readonly columns: readonly SourceColumn[];
  readonly expressions: readonly (Expression | null)[];
  readonly fields: readonly RelationField[];
  readonly ok: boolean;
}

type ColumnElement = ast.ColumnDefinition | ast.MetadataColumn | ast.ComputedColumn;

function columnElements(elements: readonly ast.TableElement[]): readonly ColumnElement[] {
  return elements.filter(
    (element) =>
      element.kind === 'ColumnDefinition' || element.kind === 'MetadataColumn' || element.kind === 'ComputedColumn',
  );
}

/** Reports names that stand twice and tables that are too wide. */
function checkNames(elements: readonly ColumnElement[], sink: DiagnosticSink): boolean {
  const seen = new Map<string, ast.Identifier>();
  let ok = true;
  for (const { name } of elements) {
    const first = seen.get(name.name);
    if (first === undefined) seen.set(name.name, name);
    else {
      ok = false;
      const related = [{ span: first.span, label: 'declared here first' }];
      sink.report(nameDiagnostic('ESQL2014', { name: name.name }, { span: name.span, related }));
    }
  }
  const extra = elements[COLUMNS_MAX];
  if (extra !== undefined) {
    ok = false;
    const found = String(elements.length);
    sink.report(
      nameDiagnostic('ESQL2091', { what: 'columns', limit: String(COLUMNS_MAX), found }, { span: extra.span }),
    );
  }
  return ok;
}

export function checkSourceColumns(
  node: ast.CreateSource | ast.CreateTable,
  part: ConnectorPart | undefined,
  sink: DiagnosticSink,
): SourceColumns {
  const elements = columnElements(node.elements);
  const columns: SourceColumn[] = [];
  const physical: RelationField[] = [];
  const byElement = new Map<ColumnElement, RelationField>();
  let ok = checkNames(elements, sink);
  for (const element of elements) {
    if (element.kind === 'ComputedColumn') continue;
    const column =
      element.kind === 'ColumnDefinition' ? recordColumn(element, part, sink) : metadataColumn(element, part, sink);
    const field = column?.field ?? { name: element.name.name, type: VARCHAR, nullable: true };
    const relationField = { ...field, unknown: column === undefined, span: element.name.span };
    if (column === undefined) ok = false;
    else columns.push(column);
    physical.push(relationField);
    byElement.set(element, relationField);
  }
  const relation = relationLabel(node);
  const context = newContext({
    sink,
    resolve: fieldResolver(
      physical,
      singleScope({ name: node.name.name, relation, declared: node.name.span }, physical),
      sink,
    ),
    where: 'a computed column',
    scope: node.name.name,
  });
  const expressions: (Expression | null)[] = [];
  const fields = elements.map((element): RelationField => {
    const own = byElement.get(element);
    if (own !== undefined) {
      const index = physical.indexOf(own);
      expressions.push({ kind: 'column', index, name: own.name, type: own.type, nullable: own.nullable });
      return own;
    }
    const expression =
      element.kind === 'ComputedColumn' ? computedColumn(element, physical, elements, context) : undefined;
    expressions.push(expression ?? null);
    const name = element.name.name;
    if (expression === undefined) {
      ok = false;
      return { name, type: VARCHAR, nullable: true, unknown: true, span: element.name.span };
    }
    return { name, type: expression.type, nullable: expression.nullable, unknown: false, span: element.name.span };
  });
  ok = checkShape(node, part, columns, sink) && ok;
  return { columns, expressions, fields, ok };
}

function recordColumn(
  element: ast.ColumnDefinition,
  part: ConnectorPart | undefined,
  sink: DiagnosticSink,
): SourceColumn | undefined {
  const type = checkType(element.type, sink);
  if (part?.connector.source?.produces === 'rows') {
    const { name, source } = part.connector;
    sink.report(
      typeDiagnostic(
        'ESQL3025',
        { problem: `connector \`${name}\` has no records to take \`${element.name.name}\` from` },
        {
          span: element.span,
          facts: [`Metadata of \`${name}\`: ${source.metadata.map((field) => field.name).join(', ')}.`],
          hint: `Columns are expressions: \`${element.name.name} AS …\`.`,
        },
      ),
    );
    return undefined;
  }
  if (type === undefined) return undefined;
  const { name } = element.name;
  return { from: 'record', name, field: { name, type, nullable: !element.notNull } };
}

function metadataColumn(
  element: ast.MetadataColumn,
  part: ConnectorPart | undefined,
  sink: DiagnosticSink,
): SourceColumn | undefined {
  const type = checkType(element.type, sink);
  if (type === undefined || part === undefined) return undefined;
  const offered = part.connector.source?.metadata ?? [];
  const name = element.metadata.value;
  const field = offered.find((candidate) => candidate.name === name);
  if (field === undefined) {
    const names = offered.map((candidate) => candidate.name);
    sink.report(
      nameDiagnostic(
        'ESQL2018',
        { name, connector: part.connector.name },
        {
          span: element.metadata.span,
          facts: [`Metadata of \`${part.connector.name}\`: ${names.join(', ')}.`],
          hint: suggestionHint(name, names),
        },
      ),
    );
    return undefined;
  }
  if (!typesEqual(type, field.type)) {
    sink.report(
      typeDiagnostic(
        'ESQL3023',
        { name, expected: typeToText(field.type), found: typeToText(type) },
        { span: element.type.span, hint: 'A computed column with CAST gives it another type.' },
      ),
    );
    return undefined;
  }
  return { from: 'metadata', name, field: { name: element.name.name, type, nullable: field.nullable } };
}

function computedColumn(
  element: ast.ComputedColumn,
  physical: readonly RelationField[],
  elements: readonly ColumnElement[],
  context: ReturnType<typeof newContext>,
): Expression | undefined {
  const computedNames = new Set(
    elements.flatMap((other) => (other.kind === 'ComputedColumn' ? [other.name.name] : [])),
  );
  const expression = checkExpression(element.expression, {
    ...context,
    resolve: (reference) => {
      const [first, second] = reference.parts;
      const isComputed =
        first !== undefined &&
        second === undefined &&
        computedNames.has(first.name) &&
        !physical.some((field) => field.name === first.name);
      if (!isComputed) return context.resolve(reference);
      context.sink.report(
        typeDiagnostic(
          'ESQL3018',
          { problem: `\`${first.name}\` is computed itself` },
          { span: reference.span, hint: 'Repeat its expression, or compute this column in a view.' },
        ),
      );
      return undefined;
    },
  });
  if (expression === undefined) return undefined;
  const type = element.type === undefined ? undefined : checkType(element.type, context.sink);
  if (element.type === undefined) return expression;
  if (type === undefined) return undefined;
  if (isUntypedNull(expression)) return castTo(expression, type);
  if (isUntypedText(expression) && type.kind !== 'varchar') {
    return textLiteralAs(expression.value, type, element.expression.span, context.sink);
  }
  if (castKind(expression.type, type) === 'implicit') return castTo(expression, type);
  context.sink.report(
    typeDiagnostic(
      'ESQL3018',
      { problem: `the expression is ${typeToText(expression.type)}, the column ${typeToText(type)}` },
      { span: element.expression.span, hint: `CAST(… AS ${typeToText(type)}) brings it to the column's type.` },
    ),
  );
  return undefined;
}

/** RAW has one column, and a source has at least one. */
function checkShape(
  node: ast.CreateSource | ast.CreateTable,
  part: ConnectorPart | undefined,
  columns: readonly SourceColumn[],
  sink: DiagnosticSink,
): boolean {
  if (columnElements(node.elements).length === 0) {
    const problem = `${relationLabel(node)} has no columns`;
    sink.report(typeDiagnostic('ESQL3025', { problem }, { span: node.name.span }));
    return false;
  }
  if (part?.format?.name !== 'raw') return true;
  const records = columns.filter((column) => column.from === 'record');
  const [only] = records;
  const isText = only?.field.type.kind === 'varchar' || only?.field.type.kind === 'varbinary';
  if (records.length === 1 && isText) return true;
  const problem = `FORMAT RAW gives one VARCHAR or VARBINARY column, found ${
    records.length === 1 && only !== undefined ? typeToText(only.field.type) : `${records.length} columns`
  }`;
  sink.report(typeDiagnostic('ESQL3025', { problem }, { span: node.format?.span ?? node.name.span }));
  return false;
}

/** Columns of a sink's own list; computed and metadata columns have no meaning there. */
export function checkSinkColumns(
  node: ast.CreateSink,
  sink: DiagnosticSink,
): { readonly fields: readonly RelationField[] | null; readonly ok: boolean } {
  const elements = columnElements(node.elements);
  let ok = checkNames(elements, sink);
  const fields: RelationField[] = [];
  for (const element of node.elements) {
    switch (element.kind) {
      case 'ColumnDefinition': {
        const type = checkType(element.type, sink);
        if (type === undefined) ok = false;
        else
          fields.push({
            name: element.name.name,
            type,
            nullable: !element.notNull,
            unknown: false,
            span: element.name.span,
          });
        break;
      }
      case 'MetadataColumn':
      case 'ComputedColumn':
      case 'WatermarkDefinition':
        ok = false;
        notSupported(`${describeElement(element)} in a sink`, element.span, sink);
        break;
      case 'PrimaryKeyDefinition':
        break;
    }
  }
  return { fields: elements.length === 0 ? null : fields, ok };
}

function describeElement(element: ast.MetadataColumn | ast.ComputedColumn | ast.WatermarkDefinition): string {
  switch (element.kind) {
    case 'MetadataColumn':
      return 'METADATA FROM';
    case 'ComputedColumn':
      return 'a computed column';
    case 'WatermarkDefinition':
      return 'WATERMARK';
  }
}
