/** The row of progress as the procedure `register` returns it. */
import type { SinkProgress } from '../connector.js';
import { connectorError } from '../messages.js';
import type { Target } from './target.js';

export interface Owner {
  readonly queryId: string;
  readonly sinkId: string;
}

export interface Registered {
  readonly progress: SinkProgress;
  /** Another sink that has written to the table. */
  readonly other: Owner | null;
}

/** Epoch, batch, digest, hash of the intent, intent, and job and sink of another owner. */
export type ProgressRow = readonly (null | boolean | number | string)[];

export function registered(row: ProgressRow, place: string): Registered {
  const [epoch, batch, digest, intentHash, intent, otherQuery, otherSink] = row;
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
    other:
      otherQuery === null || otherQuery === undefined
        ? null
        : { queryId: String(otherQuery), sinkId: String(otherSink) },
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

export function progressMissing(place: string): Error {
  return connectorError(
    'ESQL8444',
    { why: 'the row of this sink is missing' },
    { place, hint: 'Restore the database, or start with an empty sink and a new checkpoint folder.' },
  );
}
