/** The table `esql_progress`: one row per query and sink, changed only together with the sink's rows. */
import type { SqliteConnection } from '../../env.js';
import type { SinkProgress, SinkShape } from '../connector.js';
import { connectorError } from '../messages.js';
import type { SinkBatch } from '../progress.js';
import { PROGRESS_TABLE } from './names.js';

const CREATE = `CREATE TABLE IF NOT EXISTS ${PROGRESS_TABLE} (query_id TEXT NOT NULL, sink_id TEXT NOT NULL, epoch INTEGER NOT NULL,
batch INTEGER NOT NULL, digest TEXT NOT NULL, intent_hash TEXT NOT NULL, intent TEXT NOT NULL,
PRIMARY KEY (query_id, sink_id)) STRICT, WITHOUT ROWID`;
const SELECT = `SELECT epoch, batch, digest, intent_hash, intent FROM ${PROGRESS_TABLE} WHERE query_id = ? AND sink_id = ?`;
const REGISTER = `INSERT INTO ${PROGRESS_TABLE} VALUES (?, ?, ?, 0, '', '', '')
ON CONFLICT (query_id, sink_id) DO UPDATE SET epoch = max(epoch, excluded.epoch)`;
const UPDATE = `UPDATE ${PROGRESS_TABLE} SET epoch = ?, batch = ?, digest = ?, intent_hash = ?, intent = ?
WHERE query_id = ? AND sink_id = ?`;

export function createProgressTable(connection: SqliteConnection): void {
  connection.execute(CREATE);
}

/** Null if this sink has never been registered. */
export function readProgress(connection: SqliteConnection, shape: SinkShape, place: string): SinkProgress | null {
  const row = connection.prepare(SELECT).all([shape.queryId, shape.sinkId])[0];
  if (row === undefined) return null;
  const [epoch, batch, digest, intentHash, intent] = row;
  const numbers = [Number(epoch), Number(batch)];
  if (!numbers.every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw connectorError(
      'ESQL8444',
      { why: 'its epoch or batch is no count' },
      { place, hint: 'Restore the database from a copy that fits the checkpoint.' },
    );
  }
  return {
    epoch: Number(epoch),
    batch: Number(batch),
    digest: String(digest),
    intentHash: String(intentHash),
    intent: String(intent),
  };
}

export function registerEpoch(connection: SqliteConnection, shape: SinkShape, epoch: number): void {
  connection.prepare(REGISTER).run([shape.queryId, shape.sinkId, BigInt(epoch)]);
}

export function writeProgress(connection: SqliteConnection, shape: SinkShape, batch: SinkBatch): void {
  const { epoch, digest, intentHash, intent } = batch;
  const counts = [BigInt(epoch), BigInt(batch.batch)] as const;
  connection.prepare(UPDATE).run([...counts, digest, intentHash, intent, shape.queryId, shape.sinkId]);
}
