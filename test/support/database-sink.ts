/** Sinks of database servers in tests: a clock that does not wait, and rows. */
import { createEnv } from '../../cli/host/env.js';
import type { Sink, SinkOutcome } from '../../runtime/connectors/connector.js';
import type { Env } from '../../runtime/env.js';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  INT,
  INTERVAL_MICROSECOND,
  JSON_TYPE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARBINARY,
  VARCHAR,
  type Schema,
} from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { SINK_SCHEMA } from '../contract/sink-subject.js';
import { commitOf, rowsBatch } from './connectors.js';

export interface HastyEnv {
  readonly env: Env;
  /** What was slept so far. */
  slept_ms(): number;
}

/** Sleeping takes no time, but the clock goes on; requests time out after `requestTimeout_ms`. */
export function hastyEnv(requestTimeout_ms = 5000): HastyEnv {
  const env = createEnv();
  let slept_ms = 0;
  return {
    slept_ms: () => slept_ms,
    env: {
      ...env,
      clock: {
        ...env.clock,
        monotonic_ms: () => slept_ms,
        sleep: (duration_ms) => {
          slept_ms += duration_ms;
          return Promise.resolve();
        },
      },
      remote: {
        ...env.remote,
        mssql: (options) => env.remote.mssql({ ...options, requestTimeout_ms }),
        postgres: (options) => env.remote.postgres({ ...options, requestTimeout_ms }),
      },
    },
  };
}

export type Row = readonly [id: number, name: string | null, weight?: 1 | -1];

export async function apply(sink: Sink, batch: number, rows: readonly Row[], epoch = 1): Promise<SinkOutcome> {
  return applyRows(
    sink,
    batch,
    SINK_SCHEMA,
    rows.map(([id, name]) => [BigInt(id), name]),
    { weights: rows.map(([, , weight]) => weight ?? 1), epoch },
  );
}

export async function applyRows(
  sink: Sink,
  batch: number,
  schema: Schema,
  rows: readonly (readonly Value[])[],
  { weights = [], epoch = 1 }: { readonly weights?: readonly number[]; readonly epoch?: number } = {},
): Promise<SinkOutcome> {
  sink.begin(batch);
  sink.write(rowsBatch(schema, rows, weights));
  return sink.commit(commitOf(batch, epoch));
}

/** A column of every type that both databases store alike. */
export const EVERY_TYPE: Schema = [
  { name: 'id', type: BIGINT, nullable: false },
  { name: 'flag', type: BOOLEAN, nullable: true },
  { name: 'small', type: INT, nullable: true },
  { name: 'ratio', type: DOUBLE, nullable: true },
  { name: 'whole', type: decimal(19, 0), nullable: true },
  { name: 'huge', type: decimal(38, 10), nullable: true },
  { name: 'price', type: decimal(5, 3), nullable: true },
  { name: 'text', type: VARCHAR, nullable: true },
  { name: 'document', type: JSON_TYPE, nullable: true },
  { name: 'bytes', type: VARBINARY, nullable: true },
  { name: 'day', type: DATE, nullable: true },
  { name: 'clock', type: TIME, nullable: true },
  { name: 'moment', type: TIMESTAMP, nullable: true },
  { name: 'instant', type: TIMESTAMPTZ, nullable: true },
  { name: 'span', type: INTERVAL_MICROSECOND, nullable: true },
];
