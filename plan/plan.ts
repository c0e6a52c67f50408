/**
 * The plan: the contract between the compiler, the runtime, the Spark emitter and the people who review it.
 *
 * A plan is plain data in topological order. It has no timestamps, host paths or secrets. Operator ids derive from
 * names in the query, because state is keyed by them. encode.ts fixes its one JSON spelling.
 */
import type { Expression } from './expression.js';
import { BIGINT, INT, TIMESTAMPTZ, VARBINARY, VARCHAR, type Field, type Schema } from './types.js';

export const PLAN_FORMAT = 'esql-plan';
export const PLAN_VERSION = 1;

export interface Plan {
  readonly format: typeof PLAN_FORMAT;
  readonly version: typeof PLAN_VERSION;
  /** Version of the compiler that wrote it. */
  readonly compiler: string;
  /** The query file's base name and the SHA-256 (hex) of its text with all included files. */
  readonly query: { readonly name: string; readonly sha256: string };
  readonly settings: PlanSettings;
  readonly operators: readonly Operator[];
  readonly streams: readonly StreamPlan[];
}

export interface PlanSettings {
  /** At most this much input is processed again after a crash; the smallest CHECKPOINT of the plan's streams. */
  readonly checkpoint_us: bigint | null;
  /** How often a batch is planned while input waits; 0 = as soon as the last one is done. */
  readonly batch_us: bigint;
  /** Byte budget of one batch over all sources. */
  readonly batch_bytes_max: bigint;
  /** Budget of all state in memory; the job stops with a diagnostic before it goes beyond. */
  readonly state_bytes_max: bigint;
}

/** A stable name such as `per_airport/aggregate`. */
export type OperatorId = string;

/** `rows` is every operator's main output; `errors` exists on sources only and has ERROR_SCHEMA. */
export type OutputName = 'rows' | 'errors';

export interface InputReference {
  readonly from: OperatorId;
  readonly output: OutputName;
}

/** Whether an edge carries only new rows (weight +1) or also retractions (weights +1 and -1). */
export type Changelog = 'append' | 'changes';

/** What flows out of an operator's `rows` output. */
export interface OutputShape {
  readonly schema: Schema;
  /** Names of the columns that identify a row at any moment, or null if no key is known. */
  readonly key: readonly string[] | null;
  readonly changelog: Changelog;
  /** Columns that carry event time and are covered by the watermark: `late` rows aside, no smaller values follow. */
  readonly event_time: readonly string[];
}

interface OperatorBase {
  /** Version of this operator's meaning; a changed meaning is a new number, and old builders stay. */
  readonly v: 1;
  readonly id: OperatorId;
  readonly inputs: readonly InputReference[];
  readonly output: OutputShape;
}

/** An option's value as written; references are resolved when a job starts, never stored resolved. */
export type OptionValue =
  string | boolean | { readonly env: string; readonly default?: string } | { readonly secret: string };
/** Canonical text for numbers, durations (`30s`) and sizes (`64MB`). Only options that were given. */
export type OptionValues = Readonly<Record<string, OptionValue>>;

export interface FormatSpec {
  readonly name: 'json' | 'csv' | 'raw' | 'parquet' | 'avro' | 'protobuf' | 'debezium json';
  readonly options: OptionValues;
}

/** What becomes of a record that can't be decoded or whose expressions fail. `into` feeds the `errors` output. */
export type ErrorPolicy = 'fail' | 'skip' | 'into';

/** Where a source column's value comes from. */
export type SourceColumn =
  /** A member of the record: `name` is the JSON member, the CSV header, or the position in a CSV without header. */
  | { readonly from: 'record'; readonly name: string; readonly field: Field }
  /** `partition`, `offset`, `path`, `raw`, `row_number`, … : what the connector's descriptor offers. */
  | { readonly from: 'metadata'; readonly name: string; readonly field: Field };

export interface SourceOperator extends OperatorBase {
  readonly op: 'source';
  readonly source: string;
  readonly connector: string;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
  /** The columns that the query needs, in declared order: this is the projection pushed into the scanner. */
  readonly columns: readonly SourceColumn[];
  /** Names of the declared record members that the query does not read; a record is not checked for them. */
  readonly unused: readonly string[];
  readonly on_error: ErrorPolicy;
  readonly wal: 'auto' | 'full' | 'offsets';
}

/** Keeps the rows whose predicate is TRUE. */
export interface FilterOperator extends OperatorBase {
  readonly op: 'filter';
  readonly predicate: Expression;
  readonly on_error: ErrorPolicy;
}

/** One expression per output column. */
export interface ProjectOperator extends OperatorBase {
  readonly op: 'project';
  readonly expressions: readonly Expression[];
  readonly on_error: ErrorPolicy;
}

/**
 * Watches an event-time column: per partition the largest value seen minus `delay_us`, the minimum over partitions that
 * aren't idle; it moves at the end of a batch and never back. Rows pass unchanged. A NULL event time counts as none.
 */
export interface WatermarkOperator extends OperatorBase {
  readonly op: 'watermark';
  /** The source operator whose partitions are watched. */
  readonly source: OperatorId;
  readonly column: number;
  readonly delay_us: bigint;
  /** A partition silent for so long does not hold the watermark. */
  readonly idle_us: bigint;
  /** EMIT FINAL TIMEOUT: silent for so long, the watermark follows the wall clock; null = never. */
  readonly timeout_us: bigint | null;
}

/** `[start, end)`; tumbling windows have `slide_us = size_us`. */
export interface WindowSpec {
  readonly size_us: bigint;
  readonly slide_us: bigint;
  readonly offset_us: bigint;
}

/**
 * Appends `window_start` and `window_end` (the type of the time column) and repeats a row for each of its windows that
 * is still open. Windows whose end is at or before the watermark are closed: a row is late for them (counted; the row
 * is dropped from those windows). A row with NULL event time belongs to no window and is counted as late.
 */
export interface WindowOperator extends OperatorBase {
  readonly op: 'window';
  readonly column: number;
  readonly window: WindowSpec;
}

/**
 * The `ON LATE INTO` stream of a source: its rows (all columns) that are late for at least one window of `windows`,
 * once each, with a last column `lateness INTERVAL` (watermark minus event time; NULL for a NULL event time).
 */
export interface LateOperator extends OperatorBase {
  readonly op: 'late';
  readonly column: number;
  readonly windows: readonly WindowSpec[];
}

/**
 * Reference data that lookups join with: all rows of the moment they were loaded at, a snapshot. No rows flow out of
 * it. `output.key` names the columns of PRIMARY KEY: a snapshot in which two rows share it is refused.
 */
export interface TableOperator extends OperatorBase {
  readonly op: 'table';
  readonly table: string;
  readonly connector: string;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
  /** The columns that the query needs, in declared order, and those of the key. */
  readonly columns: readonly SourceColumn[];
  /** Names of the declared record members that the query does not read. */
  readonly unused: readonly string[];
}

/** One equality of ON; both sides have one type. A NULL equals nothing. */
export interface LookupKey {
  /** Over the columns of the first input. */
  readonly stream: Expression;
  /** Over the columns of the table. */
  readonly table: Expression;
}

/**
 * Each row of the first input with the rows of the table (the second input) that it matches, in the snapshot that the
 * batch's intent names. Output columns: those of the first input, then those of the table. `left` keeps a row without a
 * match, once, with NULL in the table's columns. Earlier results are not revised when a table is loaded again.
 */
export interface LookupOperator extends OperatorBase {
  readonly op: 'lookup';
  readonly kind: 'inner' | 'left';
  /** `one`: the keys cover the table's key, so that a row has at most one match. */
  readonly matches: 'one' | 'many';
  readonly keys: readonly LookupKey[];
  /** What ON says besides: over the columns of the first input, then those of the table (not NULL by kind). */
  readonly residual: Expression | null;
  readonly on_error: ErrorPolicy;
}

export type AggregateName = 'count' | 'sum' | 'avg' | 'min' | 'max';

export interface AggregateCall {
  readonly function: AggregateName;
  /** Column of the input, or null for COUNT(*). */
  readonly argument: number | null;
  readonly distinct: boolean;
  /** Column of the input (BOOLEAN) from FILTER (WHERE …), or null. */
  readonly filter: number | null;
  /** Name, result type and nullability of the output column. */
  readonly field: Field;
}

/**
 * Output columns: the group columns in order, then the aggregates. Without group columns and with `emit = changes`
 * there is one row from the start (COUNT = 0). No aggregates = SELECT DISTINCT.
 *
 * `window_end` is the group column that bounds a group's life, as a column of the input like the members of `group`
 * (with
 * `window_start` beside it where the group has it):
 * when the watermark reaches it the group is closed, its state is dropped, and with `emit = final` its row is emitted,
 * once.
 * `pane` is set where the input is directly a `window` operator that was merged into this one: the group columns then
 * refer to the window operator's input plus the two window columns after its last.
 */
export interface AggregateOperator extends OperatorBase {
  readonly op: 'aggregate';
  readonly group: readonly number[];
  readonly aggregates: readonly AggregateCall[];
  readonly window_start: number | null;
  readonly window_end: number | null;
  /** Merged window assignment: time column of the input, and the windows. Its late rules are the window operator's. */
  readonly pane: { readonly column: number; readonly window: WindowSpec } | null;
  readonly emit: 'changes' | 'final';
  readonly state: StateBound;
}

/** All rows of all inputs; schemas are equal but for names. */
export interface UnionOperator extends OperatorBase {
  readonly op: 'union';
}

export type ConflictPolicy = 'update' | 'ignore';

/** The stream's net changes of a batch, per key, into a connector. `output` repeats what the sink receives. */
export interface SinkOperator extends OperatorBase {
  readonly op: 'sink';
  readonly sink: string;
  readonly stream: string;
  readonly connector: string;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
  readonly key: readonly string[];
  readonly conflict: ConflictPolicy;
}

export type Operator =
  | SourceOperator
  | FilterOperator
  | ProjectOperator
  | WatermarkOperator
  | WindowOperator
  | LateOperator
  | TableOperator
  | LookupOperator
  | AggregateOperator
  | UnionOperator
  | SinkOperator;

export type OperatorKind = Operator['op'];
export type OperatorOf<K extends OperatorKind> = Extract<Operator, { op: K }>;
/** One entry per kind of operator: a new kind does not compile until every consumer has it. */
export type OperatorTable<C, R> = { readonly [K in OperatorKind]: (operator: OperatorOf<K>, context: C) => R };

export function dispatchOperator<C, R>(table: OperatorTable<C, R>, operator: Operator, context: C): R {
  // The only cast: TypeScript cannot correlate a key of the table with the member of the union.
  const handler = table[operator.op] as (operator: Operator, context: C) => R;
  return handler(operator, context);
}

/** What an operator keeps, for EXPLAIN STATE. */
export interface StateBound {
  /**
   * `windows`: bounded by open windows × keys. `keys`: grows with the number of keys. `constant`: a fixed number of
   * rows.
   */
  readonly growth: 'constant' | 'windows' | 'keys';
  /** Sentences for people: what is kept, per what, and until when. */
  readonly keeps: string;
  readonly per: string;
  readonly until: string;
}

export type EmitPolicy = { readonly kind: 'changes' } | { readonly kind: 'final'; readonly timeout_us: bigint | null };

export type Guarantee = 'exactly-once' | 'at-least-once' | 'at-most-once';

/** How the guarantee from sources to one sink was derived. */
export interface Delivery {
  readonly sink: OperatorId;
  readonly guarantee: Guarantee;
  readonly steps: readonly DeliveryStep[];
}

export interface DeliveryStep {
  readonly operator: OperatorId;
  readonly guarantee: Guarantee;
  readonly because: string;
  /** How to mend a step that is weaker than exactly-once. */
  readonly mend: string | null;
}

export interface StreamPlan {
  readonly name: string;
  /** The operator whose rows are the stream's content. */
  readonly operator: OperatorId;
  readonly emit: EmitPolicy;
  readonly checkpoint_us: bigint | null;
  readonly sinks: readonly OperatorId[];
  readonly delivery: readonly Delivery[];
}

/** Columns of every source's `errors` output: where the record stood, what was wrong, and its bytes as they came. */
export const ERROR_SCHEMA: Schema = [
  { name: 'source', type: VARCHAR, nullable: false },
  { name: 'partition', type: INT, nullable: false },
  { name: 'resource', type: VARCHAR, nullable: false },
  { name: 'position', type: BIGINT, nullable: false },
  { name: 'code', type: VARCHAR, nullable: false },
  { name: 'message', type: VARCHAR, nullable: false },
  { name: 'raw', type: VARBINARY, nullable: false },
  { name: 'batch_time', type: TIMESTAMPTZ, nullable: false },
];
