/**
 * The same queries in DuckDB, over the whole file at once and in one thread: no recovery, no batches, no watermarks.
 * Its rows are taken in chunks and dropped, as `blackhole` does.
 */
import type { BenchOptions, Measured } from '../case.js';
import { BID_COLUMNS } from '../bids.js';
import type { NexmarkQuery } from './nexmark.js';

const QUERIES: Readonly<Record<NexmarkQuery, string>> = {
  q0: 'SELECT auction, bidder, price, channel, url, "dateTime", extra FROM bid',
  q1: 'SELECT auction, bidder, 0.908 * price AS price, "dateTime", extra FROM bid',
  q2: 'SELECT auction, price FROM bid WHERE auction % 123 = 0',
  // Counts per pane first: five times fewer rows to group than with a row per window.
  q5: `SELECT auction, pane - to_seconds(2 * n) AS window_start, pane + to_seconds(10 - 2 * n) AS window_end, SUM(c) AS num
       FROM (SELECT auction, time_bucket(INTERVAL 2 SECOND, "dateTime") AS pane, COUNT(*) AS c FROM bid GROUP BY ALL),
            range(5) AS shift(n)
       GROUP BY ALL`,
  q7: `SELECT time_bucket(INTERVAL 10 SECOND, "dateTime") AS window_start, MAX(price) AS price FROM bid GROUP BY ALL`,
};

export function duckCase(query: NexmarkQuery): (options: BenchOptions) => Promise<Measured> {
  return async (options) => {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const columns = BID_COLUMNS.map(([name, type]) => `${name}: '${type}'`).join(', ');
    await connection.run(
      `CREATE VIEW bid AS FROM read_json('${options.bids}', format = 'newline_delimited', columns = {${columns}})`,
    );
    const start_ms = performance.now();
    const result = await connection.stream(QUERIES[query]);
    let results = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      results += chunk.rowCount;
    }
    const duration_ms = performance.now() - start_ms;
    connection.closeSync();
    instance.closeSync();
    return { count: options.rows, duration_ms, results };
  };
}
