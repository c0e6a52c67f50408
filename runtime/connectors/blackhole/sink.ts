/**
 * The `blackhole` sink: counts and forgets. It has no effect that could happen twice, so its progress is in memory and
 * any batch is the next one.
 */
import { selectedCount, type ColumnBatch } from '../../columns/batch.js';
import type { Sink, SinkOutcome, SinkProgress } from '../connector.js';
import { emptyProgress } from '../progress.js';

export class BlackholeSink implements Sink {
  readonly buffered_bytes = 0;
  /** Selected rows since the job started. */
  rows = 0;

  open(epoch: number): Promise<SinkProgress> {
    return Promise.resolve(emptyProgress(epoch));
  }

  begin(): void {
    // Nothing is kept from one micro-batch to the next.
  }

  write(rows: ColumnBatch): void {
    this.rows += selectedCount(rows);
  }

  commit(): Promise<SinkOutcome> {
    return Promise.resolve('applied');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
