/**
 * The logical plan: an algebra over whole streams, free to change and never serialised. Nodes are immutable and shared:
 * what two streams read is one object.
 */
import type { Span } from '../../grammar/diagnostics/source.js';
import type { Expression } from '../../plan/expression.js';
import type { AggregateCall, EmitPolicy, LookupKey, SourceColumn, WindowSpec } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import type { SourceDeclaration, TableDeclaration } from '../declare/declarations.js';
import { uniqueName } from './unique-name.js';

interface NodeBase {
  /** The names that lead here and the step: together they become the operator's id. */
  readonly scope: string;
  readonly label: string;
  readonly span: Span | undefined;
  readonly schema: Schema;
}

export interface ScanNode extends NodeBase {
  readonly op: 'scan';
  readonly source: SourceDeclaration;
  readonly columns: readonly SourceColumn[];
  /** Columns of PRIMARY KEY NOT ENFORCED, if all of them are here. */
  readonly claim: readonly number[] | null;
}

/** Reference data: only lookups have it as an input. */
export interface TableNode extends NodeBase {
  readonly op: 'table';
  readonly declaration: TableDeclaration;
  readonly columns: readonly SourceColumn[];
  /** Columns of PRIMARY KEY. */
  readonly claim: readonly number[] | null;
}

/** A stream and a table; the columns of the stream, then those of the table. */
export interface LookupNode extends NodeBase {
  readonly op: 'lookup';
  readonly inputs: readonly [stream: LogicalNode, table: TableNode];
  readonly kind: 'inner' | 'left';
  readonly keys: readonly LookupKey[];
  readonly residual: Expression | null;
}

/** The dead letters of a source. */
export interface ErrorsNode extends NodeBase {
  readonly op: 'errors';
  readonly input: ScanNode;
}

export interface FilterNode extends NodeBase {
  readonly op: 'filter';
  readonly input: LogicalNode;
  readonly predicate: Expression;
}

export interface ProjectNode extends NodeBase {
  readonly op: 'project';
  readonly input: LogicalNode;
  readonly expressions: readonly Expression[];
  /** As of a scan, where the key has computed columns. */
  readonly claim: readonly number[] | null;
}

export interface WatermarkNode extends NodeBase {
  readonly op: 'watermark';
  readonly input: LogicalNode;
  readonly source: SourceDeclaration;
  readonly column: number;
  readonly delay_us: bigint;
  readonly idle_us: bigint;
  readonly timeout_us: bigint | null;
}

export interface WindowNode extends NodeBase {
  readonly op: 'window';
  readonly input: LogicalNode;
  readonly column: number;
  readonly window: WindowSpec;
  /** Tells which `window_start` belongs to which `window_end`. */
  readonly pair: string;
}

/** `windows` are found when all streams are known. */
export interface LateNode extends NodeBase {
  readonly op: 'late';
  readonly input: LogicalNode;
  readonly source: SourceDeclaration;
  readonly column: number;
}

/** The window columns of a pane count after the last column of the input, as if a window node stood there. */
export interface AggregateNode extends NodeBase {
  readonly op: 'aggregate';
  readonly input: LogicalNode;
  readonly group: readonly number[];
  readonly aggregates: readonly AggregateCall[];
  readonly pane: { readonly column: number; readonly window: WindowSpec; readonly pair: string } | null;
  readonly emit: 'changes' | 'final';
}

export interface UnionNode extends NodeBase {
  readonly op: 'union';
  readonly inputs: readonly LogicalNode[];
}

/** Another stream's content. No rule looks through it: the other stream is computed once. */
export interface StreamNode extends NodeBase {
  readonly op: 'stream';
  readonly stream: string;
  readonly input: LogicalNode;
}

export type LogicalNode =
  | ScanNode
  | ErrorsNode
  | FilterNode
  | ProjectNode
  | WatermarkNode
  | WindowNode
  | LateNode
  | TableNode
  | LookupNode
  | AggregateNode
  | UnionNode
  | StreamNode;

/** One stream with everything it reads. */
export interface LogicalStream {
  readonly name: string;
  readonly emit: EmitPolicy;
  readonly root: LogicalNode;
}

/** In an order in which a stream comes after those it reads. */
export interface LogicalPlan {
  readonly streams: readonly LogicalStream[];
}

export function inputsOf(node: LogicalNode): readonly LogicalNode[] {
  switch (node.op) {
    case 'scan':
    case 'table':
      return [];
    case 'union':
    case 'lookup':
      return node.inputs;
    case 'errors':
    case 'filter':
    case 'project':
    case 'watermark':
    case 'window':
    case 'late':
    case 'aggregate':
    case 'stream':
      return [node.input];
  }
}

/** The columns that an aggregate's numbers count: the input's, and the window's where it was merged. */
export function aggregateInputSchema(node: Pick<AggregateNode, 'input' | 'pane'>): Schema {
  const { input, pane } = node;
  return pane === null ? input.schema : windowSchema(input.schema, pane.column);
}

export function windowSchema(schema: Schema, column: number): Schema {
  const type = schema[column]?.type ?? { kind: 'timestamp' };
  return [...schema, { name: 'window_start', type, nullable: false }, { name: 'window_end', type, nullable: false }];
}

/**
 * The columns of a lookup: those of the table are not NULL only where every row has a match, and two columns of one
 * name are told apart.
 */
export function lookupSchema(stream: Schema, table: Schema, kind: LookupNode['kind']): Schema {
  const taken = new Set(stream.map((field) => field.name));
  const beside = table.map((field) => {
    const name = uniqueName(field.name, taken);
    taken.add(name);
    return { ...field, name, nullable: field.nullable || kind === 'left' };
  });
  return [...stream, ...beside];
}
