/** A person at a terminal, in a folder of their own: commands, what they print, and what a job left in its sinks. */
import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { builtCli, runCli, startCli, type BuiltCli, type CliResult, type StartedCli } from '../support/built-cli.js';

export const SNAPSHOTS = join(import.meta.dirname, 'transcripts');

/** Counts a row per `v`; `events` is read from in.jsonl. */
export const QUERY = query();

export interface QueryParts {
  readonly columns?: string;
  readonly source?: string;
  readonly format?: string;
  readonly sink?: string;
  readonly select?: string;
}

export function query(parts: QueryParts = {}): string {
  const { columns = 'id BIGINT NOT NULL, v INT', source = "connector = 'file', path = 'in.jsonl'" } = parts;
  const { format = 'FORMAT JSON', select = 'SELECT id, v FROM events' } = parts;
  const { sink = "connector = 'sqlite', path = 'out.db', table = 'results'" } = parts;
  return `CREATE SOURCE events (${columns})
WITH (${source}) ${format};
CREATE SINK results WITH (${sink});
CREATE STREAM copied AS ${select}
WITH CHECKPOINT 1s INTO results KEY id;
`;
}

export interface Session {
  readonly folder: string;
  write(name: string, content: string | Uint8Array): void;
  path(name: string): string;
  run(words: readonly string[], env?: Readonly<Record<string, string>>, input?: string): Promise<CliResult>;
  start(words: readonly string[]): StartedCli;
  /** Rows of `results` in out.db as text. */
  rows(): readonly string[];
  remove(): void;
}

let cli: BuiltCli;

/** Builds the command line once per test file. */
export function useCli(): void {
  beforeAll(async () => {
    cli = await builtCli();
  });
  afterAll(() => {
    cli.remove();
  });
}

export function openSession(files: Readonly<Record<string, string | Uint8Array>> = {}): Session {
  const folder = mkdtempSync(join(tmpdir(), 'esql-cli-'));
  const write = (name: string, content: string | Uint8Array): void => {
    writeFileSync(join(folder, name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return {
    folder,
    write,
    path: (name) => join(folder, name),
    run: (words, env, input) =>
      runCli(cli, words, {
        cwd: folder,
        ...(env === undefined ? {} : { env }),
        ...(input === undefined ? {} : { input }),
      }),
    start: (words) => startCli(cli, words, { cwd: folder }),
    rows: () => tableRows(join(folder, 'out.db')),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function tableRows(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  const database = new Database(path);
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'results'").get() === undefined) return [];
    const rows = database.prepare('SELECT * FROM results ORDER BY 1').raw(true).safeIntegers(true).all();
    return (rows as readonly (readonly unknown[])[]).map((row) => row.map(String).join('|'));
  } finally {
    database.close();
  }
}

/** What a person sees, without what differs from run to run. */
export function transcript(session: Session, words: readonly string[], result: CliResult): string {
  const shown = words.map((word) => (/[\s'"]/u.test(word) ? JSON.stringify(word) : word)).join(' ');
  const out = result.out === '' ? '' : result.out;
  const err = result.err === '' ? '' : `--- stderr\n${result.err}`;
  const end = String(result.code ?? result.signal);
  return `$ esql ${shown}\n${stable(session, out)}${stable(session, err)}--- exit ${end}\n`;
}

function stable(session: Session, text: string): string {
  return text
    .replaceAll(session.folder, '<folder>')
    .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/gu, '<time>')
    .replace(/[\d.,]+[kM]? rows\/s/gu, '<n> rows/s')
    .replace(/"modified_ms":[\d.]+/gu, '"modified_ms":<n>')
    .replace(/\b[0-9a-f]{64}\b/gu, '<sha256>')
    .replace(/"finished":"[^"]+"/gu, '"finished":"<id>"')
    .replace(/\d+(?:\.\d+)? (?:k|M)?B\b/gu, '<size>')
    .replace(/Node\.js \d+\.\d+\.\d+/gu, 'Node.js <version>');
}
