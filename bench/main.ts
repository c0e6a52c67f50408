/**
 * `npm run bench [-- --rows 5000000 --rounds 3 --only nexmark]`: measures the engine and, in the same run, plain
 * `JSON.parse` and `Map` code for the same jobs. Every case is a process of its own, cases and baselines take turns,
 * and the median of the rounds is shown: absolute figures depend on the machine and the day, ratios less so.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { renderTable } from '../cli/table.js';
import { bids } from './bids.js';
import type { BenchCase, BenchGroup, BenchOptions } from './case.js';
import { groups } from './groups.js';

interface Sample {
  readonly rate: number;
  readonly rss_mb: number;
  readonly results?: number;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    case: { type: 'string' },
    bids: { type: 'string' },
    unpinned: { type: 'boolean', default: false },
  },
});

const rows = Number(values.rows);
const bidsFile = values.bids ?? join(tmpdir(), `esql-bench-nexmark-${String(rows)}.jsonl`);

if (values.case !== undefined) await runCase(values.case);
else runAll();

/** The child: one case, its result as a line of JSON. */
async function runCase(name: string): Promise<void> {
  const found = groups.flatMap((group) => group.cases).find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'esql-bench-'));
  try {
    const options: BenchOptions = { rows, bids: bidsFile, folder };
    const { count, duration_ms, results } = await found.run(options);
    const rss_mb = process.resourceUsage().maxRSS / 1024;
    process.stdout.write(`${JSON.stringify({ rate: (count / duration_ms) * 1000, rss_mb, results })}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runAll(): void {
  const chosen = groups.filter((group) => values.only === '' || values.only.split(',').includes(group.name));
  const pin = values.unpinned || spawnSync('taskset', ['-c', '0', 'true']).status !== 0 ? null : ['taskset', '-c', '0'];
  writeBids();
  process.stdout.write(
    `esql bench: ${cpus()[0]?.model ?? 'unknown CPU'}, Node.js ${process.versions.node}, ${String(rows)} bids of ` +
      `${String(Math.round(statSync(bidsFile).size / rows))} bytes, ${pin === null ? 'not pinned' : 'pinned to one core'}, ` +
      `median of ${values.rounds} processes\n`,
  );
  for (const group of chosen) process.stdout.write(`\n${group.name}: ${group.doc}\n\n${measureGroup(group, pin)}`);
}

function measureGroup(group: BenchGroup, pin: readonly string[] | null): string {
  const samples = new Map<string, Sample[]>(group.cases.map((one) => [one.name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const one of group.cases) samples.get(one.name)?.push(measure(one, pin));
  }
  for (const one of group.cases) checkResults(one, samples);
  const rate = (name: string): number => median((samples.get(name) ?? []).map((sample) => sample.rate));
  return renderTable(
    [
      { title: 'case', align: 'left' },
      { title: 'median', align: 'right' },
      { title: 'min … max', align: 'right' },
      { title: 'ratio', align: 'right' },
      { title: 'to', align: 'left' },
      { title: 'to DuckDB', align: 'right' },
      { title: 'goal', align: 'right' },
      { title: 'peak MB', align: 'right' },
    ],
    group.cases.map((one) => {
      const rates = (samples.get(one.name) ?? []).map((sample) => sample.rate);
      return [
        one.name,
        perSecond(rate(one.name), one.unit),
        `${perSecond(Math.min(...rates), one.unit)} … ${perSecond(Math.max(...rates), one.unit)}`,
        one.baseline === undefined ? '' : `${(rate(one.name) / rate(one.baseline)).toFixed(2)}×`,
        one.baseline ?? '',
        one.rival === undefined ? '' : `${(rate(one.name) / rate(one.rival)).toFixed(2)}×`,
        one.goal === undefined ? '' : perSecond(one.goal, one.unit),
        median((samples.get(one.name) ?? []).map((sample) => sample.rss_mb)).toFixed(0),
      ];
    }),
  );
}

/** A speed counts only if the result is that of the other engine: as many rows, in every round. */
function checkResults(one: BenchCase, samples: ReadonlyMap<string, readonly Sample[]>): void {
  if (one.rival === undefined) return;
  const counts = [one.name, one.rival].flatMap((name) => (samples.get(name) ?? []).map((sample) => sample.results));
  if (new Set(counts).size === 1 && counts[0] !== undefined) return;
  throw new Error(`${one.name} and ${one.rival} differ in the rows of their results: ${counts.join(', ')}`);
}

function measure(one: BenchCase, pin: readonly string[] | null): Sample {
  const script = process.argv[1] ?? '';
  const words = [
    ...(pin ?? []),
    process.execPath,
    script,
    '--case',
    one.name,
    '--rows',
    String(rows),
    '--bids',
    bidsFile,
  ];
  const [program = '', ...rest] = words;
  const child = spawnSync(program, rest, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  const line = child.stdout.trim().split('\n').at(-1) ?? '';
  if (child.status !== 0) throw new Error(`${one.name} ended with ${String(child.status)}`);
  return JSON.parse(line) as Sample;
}

function writeBids(): void {
  if (existsSync(bidsFile)) return;
  process.stderr.write(`Writing ${String(rows)} bids to ${bidsFile} …\n`);
  mkdirSync(tmpdir(), { recursive: true });
  const file = openSync(`${bidsFile}.part`, 'w');
  const PART = 100_000;
  for (let first = 0; first < rows; first += PART) writeSync(file, bids({ rows: Math.min(PART, rows - first), first }));
  closeSync(file);
  spawnSync('mv', [`${bidsFile}.part`, bidsFile]);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function perSecond(rate: number, unit: BenchCase['unit']): string {
  if (unit === 'processes') return `${(1000 / rate).toFixed(0)} ms`;
  if (unit === 'bytes') return `${(rate / 1e6).toFixed(0)} MB/s`;
  return rate >= 1e6 ? `${(rate / 1e6).toFixed(2)} M/s` : `${(rate / 1e3).toFixed(1)} k/s`;
}
