/** What tables of databases have in common: their declared columns, an order, and rows that are checked one by one. */
import type { TableOperator } from '../../plan/plan.js';
import type { Field } from '../../plan/types.js';
import { RecordError, type Value } from '../../plan/values.js';
import { BatchBuilder } from '../columns/batch-builder.js';
import { ROWS_PER_COLUMN_BATCH_MAX, type RowSink } from '../formats/format.js';
import { tableError } from './messages.js';

/**
 * Gives rows to `sink` in batches. `valueOf` throws a RecordError for what a column does not take; it is thrown on as
 * ESQL8700 with the number of its row in `place`.
 */
export function deliverRows<T>(
  { table, output }: TableOperator,
  found: Iterable<readonly (T | null)[]>,
  valueOf: (value: T | null, field: Field) => Value,
  sink: RowSink,
  place: string,
): void {
  const { schema } = output;
  const builder = new BatchBuilder(schema);
  let count = 0;
  const hand = (): void => {
    if (builder.rowCount > 0) sink.rows(builder.finish(count - builder.rowCount));
    builder.reset();
  };
  for (const row of found) {
    count += 1;
    try {
      builder.appendRow(schema.map((field, column) => valueOf(row[column] ?? null, field)));
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      const hint = 'Correct the value or the type.';
      throw tableError(
        'ESQL8700',
        { table, what: error.message },
        { place: `${place}, row ${String(count)}`, cause: error, hint },
      );
    }
    if (builder.rowCount === ROWS_PER_COLUMN_BATCH_MAX) hand();
  }
  hand();
}

/** ` ORDER BY` the key: the same order where nothing changed, so that the snapshot is the same. */
export function orderBy({ output }: TableOperator, quote: (name: string) => string): string {
  const key = output.key ?? [];
  return key.length === 0 ? '' : ` ORDER BY ${key.map(quote).join(', ')}`;
}

/** Throws ESQL8702 unless the database's table `name` is there and `found` has all declared columns, in any case. */
export function refuseLackingColumns(
  operator: TableOperator,
  found: readonly string[],
  name: string,
  place: string,
): void {
  const known = new Set(found.map((each) => each.toLowerCase()));
  const lacking = operator.columns.find((column) => !known.has(column.name.toLowerCase()));
  if (lacking === undefined && found.length > 0) return;
  throw tableError(
    'ESQL8702',
    {
      table: operator.table,
      expected: `a column \`${lacking?.name ?? ''}\``,
      found: found.length === 0 ? `no table \`${name}\`` : `the columns ${found.join(', ')}`,
    },
    { place, hint: 'Declare the table with the columns that it has.' },
  );
}
