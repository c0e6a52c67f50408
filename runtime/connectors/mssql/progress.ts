/** The row of progress as the procedure `register` returns it. */
import type { MssqlRows } from '../../remote/mssql.js';
import type { SinkProgress } from '../connector.js';
import { connectorError } from '../messages.js';
import type { Target } from './ddl.js';

export interface Owner {
  readonly queryId: string;
  readonly sinkId: string;
}

export interface Registered {
  readonly progress: SinkProgress;
  /** Another sink that has written to the table. */
  readonly other: Owner | null;
  readonly openTransactions: number;
}

/** Null without a row. */
export function registered(rows: MssqlRows, place: string): Registered | null {
  const [row] = rows;
  if (row === undefined) return null;
  const [epoch, batch, digest, intentHash, intent, otherQuery, otherSink, open] = row;
  const counts = [Number(epoch), Number(batch)];
  if (!counts.every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw connectorError(
      'ESQL8444',
      { why: 'its epoch or batch is no count' },
      { place, hint: 'Restore the database from a copy that fits the checkpoint.' },
    );
  }
  return {
    progress: {
      epoch: Number(epoch),
      batch: Number(batch),
      digest: String(digest),
      intentHash: String(intentHash),
      intent: String(intent),
    },
    other: otherQuery === null ? null : { queryId: String(otherQuery), sinkId: String(otherSink) },
    openTransactions: Number(open),
  };
}

export function otherOwner({ table, shape }: Target, { queryId, sinkId }: Owner, place: string): Error {
  const who = queryId === shape.queryId ? `sink \`${sinkId}\` of the same job` : `job \`${queryId}\``;
  return connectorError(
    'ESQL8443',
    { why: `table \`${table.schema}.${table.name}\` is written by ${who}` },
    {
      place,
      facts: ['Each would overwrite and delete rows of the other that have the same key.'],
      hint: 'Name a table of its own, or write `shared = true` in every sink of the table if their keys never meet.',
    },
  );
}
