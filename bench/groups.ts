/** What is measured, in the order in which it is shown. */
import type { BenchGroup } from './case.js';
import { duckCase } from './cases/duck.js';
import { nexmarkCase, type NexmarkQuery } from './cases/nexmark.js';
import { plainQ1, plainQ2, plainQ5, plainQ7, plainScan } from './cases/plain.js';
import {
  intentCase,
  plainPredicate,
  plainProjection,
  plainSqlite,
  plainState,
  predicateCase,
  projectionCase,
  segmentCase,
  snapshotCase,
  sqliteCase,
  stateCase,
} from './cases/parts.js';
import { parseCase, scanCase } from './cases/scan.js';
import { checkCase, helpCase, nodeCase } from './cases/start-up.js';
import { remoteIntents, remoteState, storedIntents, storedState } from './cases/storage.js';

const GOALS: Readonly<Record<NexmarkQuery, number>> = { q0: 5e6, q1: 5.5e6, q2: 7e6, q5: 4.5e6, q7: 5.5e6 };

const PLAIN = { q0: plainScan, q1: plainQ1, q2: plainQ2, q5: plainQ5, q7: plainQ7 } as const;

function nexmarkCases(query: NexmarkQuery): BenchGroup['cases'] {
  return [
    { name: `${query} plain JavaScript`, unit: 'rows', run: PLAIN[query] },
    { name: `${query} DuckDB in batch`, unit: 'rows', run: duckCase(query) },
    {
      name: `${query} blackhole`,
      unit: 'rows',
      baseline: `${query} plain JavaScript`,
      rival: `${query} DuckDB in batch`,
      goal: GOALS[query],
      run: nexmarkCase({ query, sink: 'blackhole', checkpoints: true }),
    },
    {
      name: `${query} blackhole, no checkpoints`,
      unit: 'rows',
      baseline: `${query} plain JavaScript`,
      rival: `${query} DuckDB in batch`,
      run: nexmarkCase({ query, sink: 'blackhole', checkpoints: false }),
    },
  ];
}

const KEY_COUNTS = [1000, 100_000, 1_000_000] as const;

export const groups: readonly BenchGroup[] = [
  {
    name: 'scanner',
    doc: 'JSON lines in memory to columns',
    cases: [
      { name: 'JSON.parse per line', unit: 'rows', run: parseCase },
      {
        name: 'kernel, 3 of 7 columns',
        unit: 'rows',
        baseline: 'JSON.parse per line',
        goal: 8e6,
        run: scanCase('simd', 3),
      },
      {
        name: 'kernel, 7 of 7 columns',
        unit: 'rows',
        baseline: 'JSON.parse per line',
        goal: 8e6,
        run: scanCase('simd', 7),
      },
      {
        name: 'twin, 3 of 7 columns',
        unit: 'rows',
        baseline: 'JSON.parse per line',
        goal: 5e6,
        run: scanCase('twin', 3),
      },
      {
        name: 'twin, 7 of 7 columns',
        unit: 'rows',
        baseline: 'JSON.parse per line',
        goal: 5e6,
        run: scanCase('twin', 7),
      },
    ],
  },
  {
    name: 'expressions',
    doc: 'generated loops over column batches in memory, beside closures over row objects',
    cases: [
      { name: 'price * 0.908 over objects', unit: 'rows', run: plainProjection },
      { name: 'price * 0.908, exact', unit: 'rows', baseline: 'price * 0.908 over objects', run: projectionCase },
      { name: 'auction % 123 = 0 over objects', unit: 'rows', run: plainPredicate },
      { name: 'auction % 123 = 0', unit: 'rows', baseline: 'auction % 123 = 0 over objects', run: predicateCase },
    ],
  },
  {
    name: 'state',
    doc: 'whole jobs: COUNT, SUM and MAX by key over 4 M generated rows, changes emitted per batch; and the checkpoint of a large state',
    cases: [
      ...KEY_COUNTS.flatMap((keys): BenchGroup['cases'] => [
        { name: `${String(keys)} keys, Map of objects`, unit: 'rows', run: plainState(keys) },
        {
          name: `${String(keys)} keys`,
          unit: 'rows',
          baseline: `${String(keys)} keys, Map of objects`,
          run: stateCase(keys),
        },
      ]),
      { name: 'checkpoint of 16 M groups', unit: 'bytes', goal: 1e9 / 3, run: snapshotCase },
    ],
  },
  {
    name: 'durability',
    doc: 'what is on disk before it counts',
    cases: [
      { name: 'intents', unit: 'operations', run: intentCase },
      { name: 'socket log, 1 MiB records', unit: 'bytes', run: segmentCase },
      { name: 'SQLite upserts, plain loop', unit: 'rows', run: plainSqlite },
      { name: 'SQLite sink, exactly once', unit: 'rows', baseline: 'SQLite upserts, plain loop', run: sqliteCase },
    ],
  },
  {
    name: 'storage',
    doc: 'a checkpoint store in a Data Lake (its double in the same process), beside the local disk',
    cases: [
      { name: 'state of 100 MB, disk', unit: 'bytes', run: storedState },
      {
        name: 'state of 100 MB, lake',
        unit: 'bytes',
        baseline: 'state of 100 MB, disk',
        goal: 50 * 1024 * 1024,
        run: remoteState,
      },
      { name: 'intents, disk', unit: 'operations', run: storedIntents },
      { name: 'intents, lake', unit: 'operations', baseline: 'intents, disk', run: remoteIntents },
    ],
  },
  {
    name: 'nexmark',
    doc: 'whole jobs over the bid file, intents and checkpoints on disk (every second, or only at the end)',
    cases: (['q0', 'q1', 'q2', 'q5', 'q7'] as const).flatMap(nexmarkCases),
  },
  {
    name: 'start-up',
    doc: 'whole processes, beside Node.js alone',
    cases: [
      { name: 'node -e 0', unit: 'processes', run: nodeCase },
      { name: 'esql --help', unit: 'processes', baseline: 'node -e 0', goal: 1 / 0.1, run: helpCase },
      { name: 'esql check, 100 lines', unit: 'processes', baseline: 'node -e 0', goal: 1 / 0.3, run: checkCase },
    ],
  },
];
