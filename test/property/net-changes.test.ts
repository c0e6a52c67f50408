/** Netting by adjacency against netting by hashing, over what an aggregate can say, thinned and cut at random. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BIGINT, DOUBLE, VARCHAR, decimal, type Schema } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { AdjacentChanges } from '../../runtime/operators/adjacent-changes.js';
import { NetChanges } from '../../runtime/operators/net-changes.js';
import { batchOf, readRows, rowText } from '../support/operator-harness.js';
import { field } from '../support/plan-builder.js';
import type { ColumnBatch } from '../../runtime/columns/batch.js';

const SCHEMA: Schema = [
  field('value', DOUBLE, true),
  field('text', VARCHAR, true),
  field('number', BIGINT, true),
  field('wide', decimal(30, 0), true),
];
const KEY = [1, 2];

const keyed = fc.uniqueArray(
  fc.tuple(fc.constantFrom(null, '', 'a', 'ab', 'é'), fc.constantFrom(null, 0n, 1n, -(2n ** 60n))),
  { selector: (key) => rowText(key), maxLength: 20 },
);
const content = fc.tuple(fc.constantFrom(null, 0, -0, 1.5, NaN), fc.constantFrom(null, 0n, 10n ** 25n));
/** The old row, the new one, or both; some not selected. */
const change = fc.record({
  old: fc.option(content),
  now: fc.option(content),
  oldSelected: fc.boolean(),
  nowSelected: fc.boolean(),
  cut: fc.boolean(),
});

interface Row {
  readonly values: readonly Value[];
  readonly weight: number;
  readonly selected: boolean;
}

function batchesOf(groups: readonly (readonly Row[])[], cuts: readonly boolean[]): ColumnBatch[] {
  const batches: ColumnBatch[] = [];
  let rows: Row[] = [];
  const close = (): void => {
    if (rows.length === 0) return;
    const selection = Int32Array.from(rows.flatMap(({ selected }, i) => (selected ? [i] : [])));
    batches.push(
      batchOf(
        SCHEMA,
        rows.map(({ values }) => values),
        {
          selection: selection.length === rows.length ? null : selection,
          weights: rows.every(({ weight }) => weight === 1) ? null : Int32Array.from(rows, ({ weight }) => weight),
        },
      ),
    );
    rows = [];
  };
  groups.forEach((group, i) => {
    rows.push(...group);
    if (cuts[i] === true) close();
  });
  close();
  return batches;
}

function textOf(batches: readonly ColumnBatch[]): string[] {
  return batches.flatMap((batch) => readRows(SCHEMA, batch).map((row) => `${row.weight} ${rowText(row.values)}`));
}

describe('net changes of what an aggregate says', () => {
  it('are the same by adjacency and by hashing, in the same order', () => {
    fc.assert(
      fc.property(keyed, fc.array(change, { minLength: 20, maxLength: 20 }), fc.boolean(), (keys, changes, first) => {
        const groups = keys.map(([text, number], i) => {
          const { old, now, oldSelected, nowSelected } = changes[i]!;
          const row = (made: readonly [number | null, bigint | null] | null, weight: number, selected: boolean) =>
            made === null ? [] : [{ values: [made[0], text, number, made[1]], weight, selected }];
          return [...row(old, -1, oldSelected), ...row(now, 1, nowSelected)];
        });
        const batches = batchesOf(
          groups,
          changes.map(({ cut }) => cut),
        );
        const byAdjacency: string[] = [];
        const adjacent = new AdjacentChanges(KEY, SCHEMA.length);
        const hashing = new NetChanges({ schema: SCHEMA, key: KEY, weighted: true, keepsFirst: first });
        adjacent.begin();
        hashing.begin();
        let written = 0;
        for (const batch of batches) {
          written += adjacent.push(batch, (rows) => byAdjacency.push(...textOf([rows])));
          hashing.push(batch, batch.selection?.length ?? batch.rowCount);
        }
        const byHash: string[] = [];
        expect(hashing.flush((rows) => byHash.push(...textOf([rows])))).toBe(written);
        expect(byAdjacency).toEqual(byHash);
      }),
      { numRuns: 500 },
    );
  });
});
