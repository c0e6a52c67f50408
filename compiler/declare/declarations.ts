/** What the statements of a file and of its includes declare. */
import type * as ast from '../../grammar/ast.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import type { ConnectorDescriptor } from '../../plan/connectors/descriptor.js';
import type { Expression } from '../../plan/expression.js';
import type { ErrorPolicy, FormatSpec, OptionValues, SourceColumn } from '../../plan/plan.js';
import type { RelationField } from '../typed.js';

interface DeclarationBase {
  readonly name: string;
  /** The name where it is declared. */
  readonly span: Span;
}

export interface WatermarkDeclaration {
  /** Column of the source, counted with the computed ones. */
  readonly column: number;
  readonly delay_us: bigint;
  readonly idle_us: bigint;
}

/**
 * `columns` come from records and metadata; `expressions` give all columns of the source in declared order over them
 * (null: a column with an error).
 */
export interface SourceDeclaration extends DeclarationBase {
  readonly kind: 'source';
  readonly node: ast.CreateSource;
  readonly connector: ConnectorDescriptor;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
  readonly columns: readonly SourceColumn[];
  readonly expressions: readonly (Expression | null)[];
  readonly fields: readonly RelationField[];
  readonly watermark: WatermarkDeclaration | null;
  /** Columns of PRIMARY KEY NOT ENFORCED, by position in `fields`. */
  readonly primaryKey: readonly number[] | null;
  readonly onError: ErrorPolicy;
  /** The relation of ON ERROR INTO, if there is one. */
  readonly errors: ast.Identifier | null;
  /** The relation of ON LATE INTO, if there is one. */
  readonly late: ast.Identifier | null;
}

export interface SinkDeclaration extends DeclarationBase {
  readonly kind: 'sink';
  readonly node: ast.CreateSink;
  readonly connector: ConnectorDescriptor;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
  /** Null: the columns of what is written. */
  readonly fields: readonly RelationField[] | null;
  readonly primaryKey: readonly ast.Identifier[] | null;
}

/** Reference data to join with. */
export interface TableDeclaration extends DeclarationBase {
  readonly kind: 'table';
  readonly node: ast.CreateTable;
  readonly connector: ConnectorDescriptor;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
  readonly columns: readonly SourceColumn[];
  readonly fields: readonly RelationField[];
  /** Columns of PRIMARY KEY, by position in `fields`; checked when the table is loaded. */
  readonly primaryKey: readonly number[] | null;
}

export interface ViewDeclaration extends DeclarationBase {
  readonly kind: 'view';
  readonly node: ast.CreateView;
}

export interface StreamDeclaration extends DeclarationBase {
  readonly kind: 'stream';
  readonly node: ast.CreateStream;
}

export interface ErrorsDeclaration extends DeclarationBase {
  readonly kind: 'errors';
  readonly sources: readonly SourceDeclaration[];
}

export interface LateDeclaration extends DeclarationBase {
  readonly kind: 'late';
  readonly source: SourceDeclaration;
}

/** A name whose declaration has errors that are already reported. */
export interface FaultyDeclaration extends DeclarationBase {
  readonly kind: 'faulty';
  readonly what: 'source' | 'sink' | 'table' | 'function';
}

export type Declaration =
  | SourceDeclaration
  | SinkDeclaration
  | TableDeclaration
  | ViewDeclaration
  | StreamDeclaration
  | ErrorsDeclaration
  | LateDeclaration
  | FaultyDeclaration;

/** What a declaration is called in messages. */
export function describeDeclaration(declaration: Declaration): string {
  switch (declaration.kind) {
    case 'errors':
      return 'the ON ERROR stream';
    case 'late':
      return 'the ON LATE stream';
    case 'faulty':
      return `the ${declaration.what}`;
    case 'source':
    case 'sink':
    case 'table':
    case 'view':
    case 'stream':
      return `the ${declaration.kind}`;
  }
}

/** Values of SET; what is absent was not set. */
export interface Settings {
  readonly checkpoint_us: bigint | null;
  readonly batch_us: bigint | null;
  readonly batch_bytes: bigint | null;
  readonly state_bytes: bigint | null;
  readonly wal: 'auto' | 'full' | 'offsets' | null;
}

export interface Catalogue {
  /** In the order of the text; names are unique. */
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly settings: Settings;
  readonly assertions: readonly ast.AssertDelivery[];
  readonly explains: readonly ast.Explain[];
}
