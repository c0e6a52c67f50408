/** Statements and their clauses. */
import type { Span } from '../diagnostics/source.js';
import type { BooleanLiteral, DurationLiteral, Expression, NumberLiteral, StringLiteral } from './expressions.js';
import type { Identifier, TypeNode } from './names-and-types.js';
import type { Query } from './queries.js';

export interface Script {
  readonly kind: 'Script';
  readonly span: Span;
  /** The statements without syntax errors, in order. */
  readonly statements: readonly Statement[];
}

export interface CreateSource {
  readonly kind: 'CreateSource';
  readonly span: Span;
  readonly name: Identifier;
  readonly elements: readonly TableElement[];
  readonly options: readonly Option[];
  readonly format: FormatClause | undefined;
  readonly onError: ErrorPolicy | undefined;
  readonly onLate: LatePolicy | undefined;
  readonly idleAfter: DurationLiteral | undefined;
}

export interface CreateSink {
  readonly kind: 'CreateSink';
  readonly span: Span;
  readonly name: Identifier;
  /** Empty: the columns of what is written. */
  readonly elements: readonly TableElement[];
  readonly options: readonly Option[];
  readonly format: FormatClause | undefined;
}

/**
 * Reference data to join with. The clauses of a source are accepted, since other systems declare sources with
 * CREATE TABLE; what they mean here is for the compiler to say.
 */
export interface CreateTable {
  readonly kind: 'CreateTable';
  readonly span: Span;
  readonly name: Identifier;
  readonly elements: readonly TableElement[];
  readonly options: readonly Option[];
  readonly format: FormatClause | undefined;
  readonly onError: ErrorPolicy | undefined;
  readonly onLate: LatePolicy | undefined;
  readonly idleAfter: DurationLiteral | undefined;
}

export type TableElement =
  ColumnDefinition | MetadataColumn | ComputedColumn | WatermarkDefinition | PrimaryKeyDefinition;

/** `name type [NOT NULL]` */
export interface ColumnDefinition {
  readonly kind: 'ColumnDefinition';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: TypeNode;
  readonly notNull: boolean;
}

/** `name type METADATA FROM 'offset'` */
export interface MetadataColumn {
  readonly kind: 'MetadataColumn';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: TypeNode;
  readonly notNull: boolean;
  readonly metadata: StringLiteral;
}

/** `name AS expression`, also `name type GENERATED ALWAYS AS (expression)`. */
export interface ComputedColumn {
  readonly kind: 'ComputedColumn';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: TypeNode | undefined;
  readonly expression: Expression;
}

/** `WATERMARK FOR column AS expression` */
export interface WatermarkDefinition {
  readonly kind: 'WatermarkDefinition';
  readonly span: Span;
  readonly column: Identifier;
  readonly expression: Expression;
}

/** `PRIMARY KEY (a, b) NOT ENFORCED` */
export interface PrimaryKeyDefinition {
  readonly kind: 'PrimaryKeyDefinition';
  readonly span: Span;
  readonly columns: readonly Identifier[];
}

/** `key = value` */
export interface Option {
  readonly kind: 'Option';
  readonly span: Span;
  readonly key: OptionKey;
  readonly value: OptionValue;
}

export interface OptionKey {
  readonly kind: 'OptionKey';
  readonly span: Span;
  /** Lower-cased, with its dots (`scan.startup.mode`); a key in quotes keeps its case. */
  readonly name: string;
}

export type OptionValue =
  | StringLiteral
  | NumberLiteral
  | BooleanLiteral
  | DurationLiteral
  | SizeLiteral
  | EnvReference
  | SecretReference
  | OptionWord;

export type SizeUnit = 'B' | 'KB' | 'MB' | 'GB' | 'TB';

/** `64MB`; units are powers of 1024, as in PostgreSQL. */
export interface SizeLiteral {
  readonly kind: 'SizeLiteral';
  readonly span: Span;
  readonly amount: bigint;
  readonly unit: SizeUnit;
  /** `amount` × `unit`. */
  readonly bytes: bigint;
}

/** `env('NAME' [, default])` */
export interface EnvReference {
  readonly kind: 'EnvReference';
  readonly span: Span;
  readonly name: StringLiteral;
  readonly fallback: OptionValue | undefined;
}

/** `secret('NAME')` */
export interface SecretReference {
  readonly kind: 'SecretReference';
  readonly span: Span;
  readonly name: StringLiteral;
}

/** A bare word as a value: `mode = upsert`. */
export interface OptionWord {
  readonly kind: 'OptionWord';
  readonly span: Span;
  readonly word: Identifier;
}

/** `FORMAT DEBEZIUM JSON (header = true)` */
export interface FormatClause {
  readonly kind: 'FormatClause';
  readonly span: Span;
  /** Upper-case, words separated by one blank. */
  readonly name: string;
  readonly options: readonly Option[];
}

/** `ON ERROR {FAIL | SKIP | INTO stream}` */
export interface ErrorPolicy {
  readonly kind: 'ErrorPolicy';
  readonly span: Span;
  readonly action: 'FAIL' | 'SKIP' | 'INTO';
  /** Present exactly for INTO. */
  readonly into: Identifier | undefined;
}

/** `ON LATE {DROP | INTO stream}` */
export interface LatePolicy {
  readonly kind: 'LatePolicy';
  readonly span: Span;
  readonly action: 'DROP' | 'INTO';
  /** Present exactly for INTO. */
  readonly into: Identifier | undefined;
}

export interface CreateView {
  readonly kind: 'CreateView';
  readonly span: Span;
  readonly name: Identifier;
  /** Empty: the query's own names. */
  readonly columns: readonly Identifier[];
  readonly query: Query;
}

export interface CreateFunction {
  readonly kind: 'CreateFunction';
  readonly span: Span;
  readonly name: Identifier;
  readonly parameters: readonly FunctionParameter[];
  readonly returns: TypeNode;
  readonly from: StringLiteral;
  readonly exportName: StringLiteral | undefined;
  readonly deterministic: boolean;
}

export interface FunctionParameter {
  readonly kind: 'FunctionParameter';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: TypeNode;
}

export interface CreateStream {
  readonly kind: 'CreateStream';
  readonly span: Span;
  readonly name: Identifier;
  readonly query: Query;
  readonly settings: StreamSettings | undefined;
  readonly into: readonly IntoClause[];
}

/** `WITH CHECKPOINT 30s, BATCH 1s, WAL FULL, STATE TTL 7d` */
export interface StreamSettings {
  readonly kind: 'StreamSettings';
  readonly span: Span;
  readonly checkpoint: DurationLiteral | undefined;
  readonly batch: DurationLiteral | undefined;
  readonly wal: WalSetting | undefined;
  readonly stateTtl: DurationLiteral | undefined;
}

export interface WalSetting {
  readonly kind: 'WalSetting';
  readonly span: Span;
  readonly mode: 'AUTO' | 'FULL' | 'OFFSETS';
}

/** `INTO sink [KEY column, …] [ON CONFLICT {UPDATE | IGNORE}]` */
export interface IntoClause {
  readonly kind: 'IntoClause';
  readonly span: Span;
  readonly sink: Identifier;
  /** Empty: no KEY. */
  readonly key: readonly Identifier[];
  readonly onConflict: 'UPDATE' | 'IGNORE' | undefined;
}

/** `ASSERT DELIVERY EXACTLY ONCE [ON stream]` */
export interface AssertDelivery {
  readonly kind: 'AssertDelivery';
  readonly span: Span;
  readonly guarantee: 'EXACTLY ONCE';
  /** Undefined: every stream with a sink. */
  readonly stream: Identifier | undefined;
}

export type ExplainTopic = 'PLAN' | 'STATE' | 'DELIVERY' | 'JSON' | 'DOT';

export interface Explain {
  readonly kind: 'Explain';
  readonly span: Span;
  readonly topic: ExplainTopic;
  /** A stream's name or a query. */
  readonly target: Identifier | Query;
}

export type ShowTopic = 'SOURCES' | 'SINKS' | 'STREAMS' | 'TABLES' | 'VIEWS' | 'FUNCTIONS';

export interface Show {
  readonly kind: 'Show';
  readonly span: Span;
  readonly topic: ShowTopic;
}

export interface Describe {
  readonly kind: 'Describe';
  readonly span: Span;
  readonly name: Identifier;
}

export type DropTarget = 'SOURCE' | 'SINK' | 'STREAM' | 'TABLE' | 'VIEW' | 'FUNCTION';

export interface Drop {
  readonly kind: 'Drop';
  readonly span: Span;
  readonly target: DropTarget;
  readonly ifExists: boolean;
  readonly name: Identifier;
}

/** `SET option = value` */
export interface SetOption {
  readonly kind: 'SetOption';
  readonly span: Span;
  readonly option: Option;
}

export interface Include {
  readonly kind: 'Include';
  readonly span: Span;
  readonly path: StringLiteral;
}

/** A query by itself, as typed into the REPL. */
export interface QueryStatement {
  readonly kind: 'QueryStatement';
  readonly span: Span;
  readonly query: Query;
}

export type Statement =
  | CreateSource
  | CreateSink
  | CreateTable
  | CreateView
  | CreateFunction
  | CreateStream
  | AssertDelivery
  | Explain
  | Show
  | Describe
  | Drop
  | SetOption
  | Include
  | QueryStatement;
