/** Comparing a live table with a stream, whatever the database: keys, further columns, the report. */
import type { SinkShape } from '../connector.js';
import { connectorError } from '../messages.js';
import { keyNames, type Target } from './target.js';

export interface Difference {
  readonly expected: string;
  readonly found: string;
}

/** A column that is there, as far as the comparison of further columns goes. */
export interface FurtherColumn {
  readonly name: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
}

/** Which spellings of a name are the same column. */
export type Fold = (name: string) => string;

/** Columns that the stream doesn't write must not need a value. */
export function furtherColumns<C extends FurtherColumn>(
  { schema }: SinkShape,
  live: readonly C[],
  fold: Fold,
  describe: (column: C) => string,
): readonly Difference[] {
  return live
    .filter(({ name }) => !schema.some((field) => fold(field.name) === fold(name)))
    .filter(({ nullable, hasDefault, generated }) => !nullable && !hasDefault && !generated)
    .map((column) => ({ expected: 'further columns to allow NULL or have a default', found: describe(column) }));
}

/** A keyed stream needs a primary key or a unique index on exactly its key. Rows are an index and a column's name. */
export function keyDifference(
  shape: SinkShape,
  rows: readonly (readonly [index: string, column: string])[],
  fold: Fold,
  kind = 'a unique key',
): readonly Difference[] {
  const wanted = keyNames(shape);
  if (wanted.length === 0) return [];
  const indexes = new Map<string, string[]>();
  for (const [index, name] of rows) {
    const names = indexes.get(index) ?? [];
    names.push(name);
    indexes.set(index, names);
  }
  const spelling = (names: readonly string[]): string => names.map(fold).sort().join('\0');
  if ([...indexes.values()].some((names) => spelling(names) === spelling(wanted))) return [];
  const found = [...indexes.values()].map((names) => `(${names.join(', ')})`).join(', ');
  return [{ expected: `${kind} (${wanted.join(', ')})`, found: found === '' ? 'no unique key' : found }];
}

const nameOf = ({ table }: Target): string => `${table.schema}.${table.name}`;

/** Throws ESQL8664 if there are differences. `fitting`: a statement that makes a table that fits. */
export function refuseDrift(target: Target, differences: readonly Difference[], fitting: string, place: string): void {
  const [first, ...others] = differences;
  if (first === undefined) return;
  throw connectorError(
    'ESQL8664',
    { table: nameOf(target), expected: first.expected, found: first.found },
    {
      place,
      facts: [
        ...others.map(({ expected, found }) => `Expected ${expected}, found ${found}.`),
        `A table that fits: ${fitting}`,
      ],
      hint: 'Change the table, or let the sink write to another one.',
    },
  );
}

export function tableMissing(target: Target, fitting: string, place: string, hint: string): Error {
  return connectorError(
    'ESQL8663',
    { what: `table \`${nameOf(target)}\`` },
    { place, facts: [`A table that fits: ${fitting}`], hint },
  );
}

/** What is missing while nothing may be made. */
export function objectsMissing(missing: readonly string[], place: string): Error {
  return connectorError(
    'ESQL8663',
    { what: missing.join(', ') },
    {
      place,
      hint: "Run what `esql ddl --sink NAME FILE` prints and grant the role, or set `create = 'if_missing'`.",
    },
  );
}
