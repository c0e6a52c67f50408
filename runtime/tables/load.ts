/** Reads a table into a snapshot and refuses one that is not what it was declared as. */
import type { TableOperator } from '../../plan/plan.js';
import type { TableReader } from '../connectors/connector.js';
import { LookupIndex } from '../operators/lookup-index.js';
import { tableError } from './messages.js';
import { SnapshotBuilder, type TableSnapshot } from './snapshot.js';

/** Rejects with a diagnostic: of the reader, ESQL8206, ESQL8700 or ESQL8701. */
export async function loadTable(
  operator: TableOperator,
  reader: TableReader,
  bytes_max: number,
): Promise<TableSnapshot> {
  const place = `table \`${operator.table}\``;
  const builder = new SnapshotBuilder(operator.output.schema, bytes_max, place);
  await reader.read({
    rows: (batch) => {
      builder.add(batch);
    },
    bad: (record) => {
      throw tableError(
        'ESQL8700',
        { table: operator.table, what: record.message },
        {
          place: `${record.resource}:${String(record.position)}`,
          hint: 'Correct the record: a table that lacks rows would give other results without anybody noticing.',
        },
      );
    },
  });
  const snapshot = builder.finish();
  refuseDuplicates(operator, snapshot);
  return snapshot;
}

function refuseDuplicates({ table, output }: TableOperator, { columns, rowCount }: TableSnapshot): void {
  const { key, schema } = output;
  if (key === null || key.length === 0) return;
  const keys = key.flatMap((name) => columns[schema.findIndex((field) => field.name === name)] ?? []);
  const index = new LookupIndex();
  index.build(keys, rowCount);
  if (index.isUnique) return;
  throw tableError(
    'ESQL8701',
    { table, key: key.map((name) => `\`${name}\``).join(', ') },
    {
      place: `table \`${table}\``,
      hint: 'Remove one of the rows, or leave PRIMARY KEY out: a row is then joined with all that match.',
    },
  );
}
