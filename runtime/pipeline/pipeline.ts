/** A plan made executable: the operators of one plan, wired, with a decoder per source and a writer per sink. */
import type { ColumnBatch } from '../columns/batch.js';
import type { SourceBuffers, SourceReader } from '../connectors/connector.js';
import type { BatchContext, OperatorState, RowCounters } from '../operators/operator.js';
import type { TableSnapshot } from '../tables/snapshot.js';

/** Where a sink operator's net changes go: the connector's `begin` and `write`. */
export interface SinkWriter {
  begin(batch: number): void;
  write(rows: ColumnBatch): void;
}

export interface PipelineSource {
  readonly buffers: SourceBuffers;
  readonly reader: SourceReader;
}

/** Takes the snapshot that the following micro-batches join with. */
export interface PipelineTable {
  load(snapshot: TableSnapshot): void;
  readonly bytes: number;
}

/** Runs micro-batches synchronously: begin, rows of every source in plan order, finish. Never does I/O. */
export interface Pipeline {
  begin(context: BatchContext): void;
  /** By source operator id. */
  source(id: string): PipelineSource;
  /** Completes the micro-batch: the sinks have been given all net changes when it returns. */
  finish(): BatchReport;
  /** Stateful operators by id, in plan order. */
  readonly states: ReadonlyMap<string, OperatorState>;
  /** Tables by operator id, in plan order. */
  readonly tables: ReadonlyMap<string, PipelineTable>;
  /** Of the states and the tables. */
  readonly stateBytes: number;
}

export interface BatchReport {
  /** By operator id, in plan order. */
  readonly counters: ReadonlyMap<string, Readonly<RowCounters>>;
  /** Watermark after the batch of every operator that has one, microseconds. */
  readonly watermarks_us: ReadonlyMap<string, bigint>;
}
