/** The table that a sink writes to, and where its progress and procedures are. */
import type { SinkShape } from '../connector.js';
import { checkName } from '../sqlite/names.js';
import { checkIdLength, parseTableName, type TableName } from './names.js';

export interface Target {
  readonly table: TableName;
  /** Of the progress table and the procedures. */
  readonly schema: string;
  readonly shape: SinkShape;
  /** Other sinks may write to the table. */
  readonly shared: boolean;
}

export interface TargetOptions {
  readonly table: string;
  readonly progress_schema: string;
  readonly shared: boolean;
}

/** Throws ESQL8431 for a name that is not allowed. */
export function targetOf(shape: SinkShape, options: TargetOptions, schemaWithout: string): Target {
  const table = parseTableName(options.table, schemaWithout);
  checkName('schema', options.progress_schema);
  for (const field of shape.schema) checkName('column', field.name);
  checkIdLength('job', shape.queryId);
  checkIdLength('sink', shape.sinkId);
  return { table, schema: options.progress_schema, shape, shared: options.shared };
}

export const PROGRESS_TABLE = 'progress';

/** The names of the key's columns. */
export function keyNames({ schema, key }: SinkShape): readonly string[] {
  return key.map((index) => schema[index]?.name ?? '');
}
