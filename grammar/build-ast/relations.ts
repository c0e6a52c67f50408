/** CREATE SOURCE, SINK and TABLE: columns, watermarks, clauses. */
import type {
  CreateSink,
  CreateSource,
  CreateTable,
  DurationLiteral,
  ErrorPolicy,
  FormatClause,
  LatePolicy,
  StringLiteral,
  TableElement,
} from '../ast.js';
import type {
  ColumnConstraintCstNode,
  ColumnDefinitionCstNode,
  CreateRelationCstNode,
  RelationClauseCstNode,
  TableElementCstNode,
} from '../cst.generated.js';
import type { Span } from '../diagnostics/source.js';
import { limits } from '../limits.js';
import { syntaxDiagnostic } from '../messages.js';
import {
  identifier,
  nameList,
  only,
  optionalIdentifier,
  spanOf,
  spanOfToken,
  string,
  type Builder,
} from './builder.js';
import { buildFormat, buildOptions } from './options.js';

interface RelationClauses {
  format: FormatClause | undefined;
  onError: ErrorPolicy | undefined;
  onLate: LatePolicy | undefined;
  idleAfter: DurationLiteral | undefined;
}

export function buildRelation(
  b: Builder,
  node: CreateRelationCstNode,
  span: Span,
): CreateSource | CreateSink | CreateTable {
  const c = node.children;
  const what = c.SOURCE !== undefined ? 'SOURCE' : c.SINK !== undefined ? 'SINK' : 'TABLE';
  const name = identifier(b, only(c.Name));
  const elements = (c.tableElement ?? []).flatMap((element) => buildElement(b, element));
  if (elements.length > limits.columns) {
    const found = String(elements.length);
    b.report(syntaxDiagnostic('ESQL1092', { limit: String(limits.columns), found }, { span: name.span }));
  }
  if (c.optionList === undefined)
    missing(b, 'WITH (…) clause', `${what} ${name.name}`, name.span, "Add WITH (connector = '…').");
  if (c.tableElement === undefined && what !== 'SINK') {
    missing(b, 'columns', `${what} ${name.name}`, name.span, 'List them with their types: (id BIGINT, ts TIMESTAMP).');
  }
  const base = { span, name, elements, options: buildOptions(b, c.optionList) };
  const clauses = buildClauses(b, c.relationClause ?? [], what === 'SINK');
  if (what === 'SOURCE') return { kind: 'CreateSource', ...base, ...clauses };
  if (what === 'TABLE') return { kind: 'CreateTable', ...base, ...clauses };
  return { kind: 'CreateSink', ...base, format: clauses.format };
}

function missing(b: Builder, clause: string, place: string, span: Span, hint: string): void {
  b.report(syntaxDiagnostic('ESQL1027', { clause, place }, { span, hint }));
}

function buildClauses(b: Builder, nodes: readonly RelationClauseCstNode[], isSink: boolean): RelationClauses {
  const clauses: RelationClauses = { format: undefined, onError: undefined, onLate: undefined, idleAfter: undefined };
  const seen = new Set<string>();
  for (const node of nodes) {
    const c = node.children;
    const span = spanOf(b, node);
    const into = optionalIdentifier(b, c.Name);
    const clause =
      c.formatClause !== undefined
        ? 'FORMAT'
        : c.ERROR !== undefined
          ? 'ON ERROR'
          : c.LATE !== undefined
            ? 'ON LATE'
            : 'IDLE AFTER';
    if (seen.has(clause)) b.report(syntaxDiagnostic('ESQL1020', { clause }, { span }));
    seen.add(clause);
    if (isSink && clause !== 'FORMAT') {
      const hint = `${clause} is a clause of CREATE SOURCE.`;
      b.report(syntaxDiagnostic('ESQL1021', { clause, place: 'a sink' }, { span, hint }));
    }
    if (c.formatClause !== undefined) clauses.format = buildFormat(b, only(c.formatClause));
    else if (c.ERROR !== undefined) {
      const action = c.FAIL !== undefined ? 'FAIL' : c.SKIP !== undefined ? 'SKIP' : 'INTO';
      clauses.onError = { kind: 'ErrorPolicy', span, action, into };
    } else if (c.LATE !== undefined) {
      clauses.onLate = { kind: 'LatePolicy', span, action: c.DROP === undefined ? 'INTO' : 'DROP', into };
    } else clauses.idleAfter = b.duration(only(c.duration));
  }
  return clauses;
}

/** A column with PRIMARY KEY behind it gives two elements. */
function buildElement(b: Builder, node: TableElementCstNode): readonly TableElement[] {
  const c = node.children;
  const span = spanOf(b, node);
  if (c.columnDefinition !== undefined) return buildColumn(b, only(c.columnDefinition), span);
  if (c.WATERMARK !== undefined) {
    const column = identifier(b, only(c.Name));
    return [{ kind: 'WatermarkDefinition', span, column, expression: b.expression(only(c.expression)) }];
  }
  return [{ kind: 'PrimaryKeyDefinition', span, columns: nameList(b, c.nameList) }];
}

function buildColumn(b: Builder, node: ColumnDefinitionCstNode, span: Span): readonly TableElement[] {
  const c = node.children;
  const name = identifier(b, only(c.Name));
  if (c.type === undefined) {
    return [{ kind: 'ComputedColumn', span, name, type: undefined, expression: b.expression(only(c.expression)) }];
  }
  const type = b.type(only(c.type));
  const constraints = constraintsByKind(b, c.columnConstraint ?? []);
  const notNull = constraints.has('NOT NULL');
  const metadata = constraints.get('METADATA');
  const generated = constraints.get('GENERATED')?.children.expression?.[0];
  const key = constraints.get('PRIMARY KEY');
  const keyElement: readonly TableElement[] =
    key === undefined ? [] : [{ kind: 'PrimaryKeyDefinition', span: spanOf(b, key), columns: [name] }];
  if (generated !== undefined) {
    for (const clause of ['METADATA', 'NOT NULL'] as const) {
      const other = constraints.get(clause);
      if (other !== undefined) {
        b.report(syntaxDiagnostic('ESQL1021', { clause, place: 'a computed column' }, { span: spanOf(b, other) }));
      }
    }
    return [{ kind: 'ComputedColumn', span, name, type, expression: b.expression(generated) }, ...keyElement];
  }
  if (metadata === undefined) return [{ kind: 'ColumnDefinition', span, name, type, notNull }, ...keyElement];
  const text = metadata.children.StringToken?.[0];
  // METADATA alone takes the column's name as the key, as in Flink.
  const from: StringLiteral =
    text === undefined ? { kind: 'StringLiteral', span: spanOf(b, metadata), value: name.name } : string(b, text);
  return [{ kind: 'MetadataColumn', span, name, type, notNull, metadata: from }, ...keyElement];
}

type Constraint = 'NOT NULL' | 'METADATA' | 'GENERATED' | 'PRIMARY KEY';

function constraintsByKind(
  b: Builder,
  nodes: readonly ColumnConstraintCstNode[],
): ReadonlyMap<Constraint, ColumnConstraintCstNode> {
  const found = new Map<Constraint, ColumnConstraintCstNode>();
  for (const node of nodes) {
    const c = node.children;
    const kind: Constraint =
      c.METADATA !== undefined
        ? 'METADATA'
        : c.GENERATED !== undefined
          ? 'GENERATED'
          : c.PRIMARY !== undefined
            ? 'PRIMARY KEY'
            : 'NOT NULL';
    if (found.has(kind)) b.report(syntaxDiagnostic('ESQL1020', { clause: kind }, { span: spanOf(b, node) }));
    found.set(kind, node);
  }
  const virtual = nodes.find((node) => node.children.VIRTUAL !== undefined)?.children.VIRTUAL?.[0];
  if (virtual !== undefined && !found.has('METADATA')) {
    b.report(syntaxDiagnostic('ESQL1021', { clause: 'VIRTUAL', place: 'a column' }, { span: spanOfToken(b, virtual) }));
  }
  return found;
}
