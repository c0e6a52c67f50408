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
/** Whoever has no progress any more has given the table up. */
const OTHERS = `SELECT query_id, sink_id FROM ${OWNERS_TABLE} JOIN ${PROGRESS_TABLE} USING (query_id, sink_id)
WHERE target = ? AND NOT (query_id = ? AND sink_id = ?) ORDER BY 1, 2 LIMIT 1`;
const REGISTER = `INSERT INTO ${OWNERS_TABLE} VALUES (?, ?, ?)
ON CONFLICT (query_id, sink_id) DO UPDATE SET target = excluded.target WHERE target <> excluded.target`;

/**
 * Within the transaction that registers the epoch. Rejects with ESQL8443 where another sink writes to the table and
 * this one does not say that it shares it.
 */
export function registerOwner(connection: SqliteConnection, target: TargetTable, shared: boolean, place: string): void {
  const { queryId, sinkId } = target.shape;
  connection.execute(CREATE);
  const [other] = connection.prepare(OTHERS).all([target.name, queryId, sinkId]);
  if (other !== undefined && !shared) throw taken(target, [String(other[0]), String(other[1])], place);
  connection.prepare(REGISTER).run([queryId, sinkId, target.name]);
}

function taken({ name, shape }: TargetTable, [queryId, sinkId]: readonly [string, string], place: string): Error {
  const who = queryId === shape.queryId ? `sink \`${sinkId}\` of the same job` : `job \`${queryId}\``;
  return connectorError(
    'ESQL8443',
    { why: `table \`${name}\` is written by ${who}` },
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
