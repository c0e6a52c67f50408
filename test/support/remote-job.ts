/** A job whose input, results and checkpoints lie on another machine, and what its sinks hold in the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommitted } from '../../runtime/connectors/file/committed.js';
import { DiskError } from '../../runtime/env.js';
import type { RemoteTree } from '../../runtime/remote/remote-tree.js';
import { startCli, type BuiltCli, type CliResult, type StartedCli } from './built-cli.js';

const ROWS = 1500;
const FILES = 3;
const COUNTRIES = ['de', 'fr', 'it'];

export interface RemotePlace {
  readonly connector: 'datalake' | 'blob' | 'hdfs';
  /** Of the root that input, results and checkpoints lie below. */
  readonly url: string;
  /** More options of the connector, as they stand in a query. */
  readonly options: string;
  /** What the process finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  connect(): Promise<RemoteTree>;
  /** Absolute path of the root within the tree. */
  readonly root: string;
  /** What an operator does who knows that the driver is dead: the lock is free at once. */
  unlock(path: string): Promise<void>;
}

export class RemoteJob {
  readonly #cli: BuiltCli;
  readonly #place: RemotePlace;
  readonly #tree: RemoteTree;
  readonly #folder: string;

  static async create(cli: BuiltCli, place: RemotePlace): Promise<RemoteJob> {
    const tree = await place.connect();
    const folder = mkdtempSync(join(tmpdir(), 'esql-remote-job-'));
    writeFileSync(join(folder, 'job.esql'), query(place));
    for (let file = 0; file < FILES; file++) {
      const lines = Array.from({ length: ROWS / FILES }, (_, i) => line(file * (ROWS / FILES) + i));
      const path = `${place.root}/in/${String(file)}.jsonl`;
      await tree.replace(path, [Buffer.from(lines.join(''))], `${place.root}/aside/${String(file)}`);
    }
    return new RemoteJob(cli, place, tree, folder);
  }

  private constructor(cli: BuiltCli, place: RemotePlace, tree: RemoteTree, folder: string) {
    this.#cli = cli;
    this.#place = place;
    this.#tree = tree;
    this.#folder = folder;
  }

  start(): StartedCli {
    return this.command(['run', 'job.esql', '--checkpoint-dir', this.store, '--quiet']);
  }

  get store(): string {
    return `${this.#place.url}/checkpoints`;
  }

  command(words: readonly string[]): StartedCli {
    return startCli(this.#cli, words, { cwd: this.#folder, env: this.#place.environment });
  }

  /** Runs the job to its end through so many kills, each after at least one more batch was committed. */
  async runThroughKills(kills: number): Promise<CliResult> {
    for (let kill = 0; kill < kills; kill++) {
      const before = await this.batches();
      const started = this.start();
      const isRunning = (): boolean => started.process.exitCode === null;
      while (isRunning() && (await this.batches()) <= before) await new Promise((resolve) => setTimeout(resolve, 20));
      started.process.kill('SIGKILL');
      const { signal, code, err } = await started.end;
      if (signal !== 'SIGKILL') throw new Error(`kill ${String(kill)} came too late (exit ${String(code)}): ${err}`);
      await this.#place.unlock(`${this.#place.root}/checkpoints/job/lock`);
    }
    return this.start().end;
  }

  /** Committed batches of the sink `copies`. */
  async batches(): Promise<number> {
    try {
      return (await this.#tree.list(`${this.#place.root}/copies/_committed`)).length;
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return 0;
      throw error;
    }
  }

  /** Lines of all committed files of a sink, sorted; every file is checked against its manifest. */
  async lines(sink: 'copies' | 'minutes'): Promise<readonly string[]> {
    const batches = await readCommitted(this.#tree, `${this.#place.root}/${sink}`);
    const texts = batches.flatMap(({ files }) => files.map(({ bytes }) => Buffer.from(bytes).toString()));
    return texts.flatMap((text) => text.trimEnd().split('\n')).sort();
  }

  async close(): Promise<void> {
    await this.#tree.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const amountOf = (id: number): number => (id * 7919) % 1000;
const minuteOf = (id: number): number => Math.floor(id / 100);
const countryOf = (id: number): string => COUNTRIES[id % COUNTRIES.length] ?? '';

function line(id: number): string {
  const ts = new Date(Date.UTC(2026, 0, 1) + id * 600).toISOString();
  return `{"id":${String(id)},"amount":${String(amountOf(id))},"country":"${countryOf(id)}","ts":"${ts}"}\n`;
}

/** What the sinks must hold, whatever happened on the way. */
export function expectedLines(): { readonly copies: readonly string[]; readonly minutes: readonly string[] } {
  const ids = Array.from({ length: ROWS }, (_, id) => id);
  const copies = ids.map((id) => `{"id":${String(id)},"amount":${String(amountOf(id))},"country":"${countryOf(id)}"}`);
  const minutes = new Map<number, { rows: number; total: number }>();
  for (const id of ids) {
    const group = minutes.get(minuteOf(id)) ?? { rows: 0, total: 0 };
    minutes.set(minuteOf(id), { rows: group.rows + 1, total: group.total + amountOf(id) });
  }
  return {
    copies: copies.sort(),
    minutes: [...minutes].map(([n, { rows, total }]) => JSON.stringify({ n, rows, total })).sort(),
  };
}

function query({ connector, url, options }: RemotePlace): string {
  const at = (path: string): string => `connector = '${connector}', url = '${url}/${path}'${options}`;
  return `SET batch_bytes = 8KB;
CREATE SOURCE orders (
  id BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  country VARCHAR NOT NULL,
  ts TIMESTAMP NOT NULL,
  WATERMARK FOR ts AS ts - 1s
) WITH (${at('in/*.jsonl')}) FORMAT JSON;
CREATE SINK copies WITH (${at('copies')}, partition_by = 'country') FORMAT JSON;
CREATE SINK minutes WITH (${at('minutes')}) FORMAT JSON;
CREATE STREAM copy AS SELECT id, amount, country FROM orders WITH CHECKPOINT 500ms INTO copies;
CREATE STREAM sums AS
  SELECT MIN(id) / 100 AS n, COUNT(*) AS rows, SUM(amount) AS total
  FROM TUMBLE(orders, ts, 1m) GROUP BY window_start, window_end EMIT FINAL
WITH CHECKPOINT 500ms INTO minutes;
`;
}
