/**
 * The table `esql_tables`: which sink writes to which table. Progress is per query and sink, so two jobs on one table
 * would each go on well and overwrite the other's rows unnoticed. Not a column of `esql_progress`: databases of older
 * versions have that table already.
 */
import type { SqliteConnection } from '../../env.js';
import { connectorError } from '../messages.js';
import { OWNERS_TABLE, PROGRESS_TABLE } from './names.js';
import type { TargetTable } from './table.js';

const CREATE = `CREATE TABLE IF NOT EXISTS ${OWNERS_TABLE} (query_id TEXT NOT NULL, sink_id TEXT NOT NULL,
target TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY (query_id, sink_id)) STRICT, WITHOUT ROWID`;
/** Whoever has written nothing yet, or has no progress any more, holds nothing that could be overwritten. */
const OTHERS = `SELECT query_id, sink_id FROM ${OWNERS_TABLE} JOIN ${PROGRESS_TABLE} USING (query_id, sink_id)
WHERE target = ? AND batch > 0 AND NOT (query_id = ? AND sink_id = ?) ORDER BY 1, 2 LIMIT 1`;
const REGISTER = `INSERT INTO ${OWNERS_TABLE} VALUES (?, ?, ?)
ON CONFLICT (query_id, sink_id) DO UPDATE SET target = excluded.target WHERE target <> excluded.target`;

/** Within the transaction that registers the epoch. */
export function registerOwner(connection: SqliteConnection, { name, shape }: TargetTable): void {
  connection.execute(CREATE);
  connection.prepare(REGISTER).run([shape.queryId, shape.sinkId, name]);
}

/**
 * Rejects with ESQL8443 where another sink has written to the table. For a sink that does not share it: when it opens,
 * and once more in the transaction of its first batch, because two that were opened at once have both found nobody.
 */
export function refuseOtherOwners(connection: SqliteConnection, target: TargetTable, place: string): void {
  const { queryId, sinkId } = target.shape;
  const [other] = connection.prepare(OTHERS).all([target.name, queryId, sinkId]);
  if (other !== undefined) throw taken(target, [String(other[0]), String(other[1])], place);
}

function taken({ shape }: TargetTable, [queryId, sinkId]: readonly [string, string], place: string): Error {
  const who = queryId === shape.queryId ? `sink \`${sinkId}\` of the same job` : `job \`${queryId}\``;
  return connectorError(
    'ESQL8443',
    { why: `the table is written by ${who}` },
    {
      place,
      facts: [
        'Each would overwrite and delete rows of the other that have the same key.',
        `This one is ${queryId === shape.queryId ? `sink \`${shape.sinkId}\`` : `job \`${shape.queryId}\``}.`,
      ],
      hint: 'Name a table of its own, or write `shared = true` in every sink of the table if their keys never meet.',
    },
  );
}
