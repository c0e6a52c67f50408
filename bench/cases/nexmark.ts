/** Whole jobs, as `esql run` runs them: file source, intents, checkpoints on disk, result into a sink. */
import { join } from 'node:path';
import type { BenchOptions, Measured } from '../case.js';
import { measureJob } from './job.js';

const SOURCE = (path: string): string => `
CREATE SOURCE bid (
  auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, "dateTime" TIMESTAMP, extra VARCHAR,
  WATERMARK FOR "dateTime" AS "dateTime" - 4s
) WITH (connector = 'file', path = '${path}') FORMAT JSON;
`;

const QUERIES = {
  q0: 'SELECT auction, bidder, price, channel, url, "dateTime", extra FROM bid',
  q1: 'SELECT auction, bidder, 0.908 * price AS price, "dateTime", extra FROM bid',
  q2: 'SELECT auction, price FROM bid WHERE auction % 123 = 0',
  q5: `SELECT auction, window_start, window_end, COUNT(*) AS num
       FROM HOP(bid, "dateTime", SIZE => 10s, SLIDE => 2s) GROUP BY auction, window_start, window_end EMIT FINAL`,
  q7: `SELECT window_start, window_end, MAX(price) AS price
       FROM TUMBLE(bid, "dateTime", 10s) GROUP BY window_start, window_end EMIT FINAL`,
} as const;

export type NexmarkQuery = keyof typeof QUERIES;

export interface NexmarkVariant {
  readonly query: NexmarkQuery;
  readonly sink: 'blackhole' | 'file' | 'sqlite';
  /** Without: one checkpoint at the end. */
  readonly checkpoints: boolean;
}

export function nexmarkCase(variant: NexmarkVariant): (options: BenchOptions) => Promise<Measured> {
  return async (options) => ({ count: options.rows, ...(await measureJob(queryText(variant, options), options)) });
}

function queryText({ query, sink, checkpoints }: NexmarkVariant, options: BenchOptions): string {
  const target = {
    blackhole: `WITH (connector = 'blackhole')`,
    file: `WITH (connector = 'file', path = '${join(options.folder, 'out')}') FORMAT JSON`,
    sqlite: `WITH (connector = 'sqlite', path = '${join(options.folder, 'out.db')}', table = 'result')`,
  }[sink];
  const key =
    sink === 'sqlite'
      ? ` KEY ${{ q0: '', q1: '', q2: '', q5: 'auction, window_start', q7: 'window_start' }[query]}`
      : '';
  return `${SOURCE(options.bids)}
CREATE SINK target ${target};
CREATE STREAM result AS ${QUERIES[query]}
WITH CHECKPOINT ${checkpoints ? '1s' : '1h'}
INTO target${key};`;
}
