/** A job like the quickstart's in a folder of its own, and what its sinks hold. */
import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/repository.js';

const FLIGHTS = 2500;

export interface JobFolder {
  readonly path: string;
  remove(): void;
}

/** `batch`: how often a batch begins; with `0s` one after the other. */
export function jobFolder(batch: string): JobFolder {
  const path = mkdtempSync(join(tmpdir(), 'esql-kill-'));
  const lines = readFileSync(join(ROOT, 'queries/data/flights.jsonl'), 'utf8').split('\n').slice(0, FLIGHTS);
  writeFileSync(join(path, 'flights.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(path, 'job.esql'), query(batch));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

export const WORDS = ['run', 'job.esql', '--checkpoint-dir', 'checkpoint'] as const;

function query(batch: string): string {
  const pace = batch === '0s' ? '' : `, BATCH ${batch}`;
  return `SET batch_bytes = 8KB;
CREATE SOURCE flights (
  id BIGINT NOT NULL,
  scheduled TIMESTAMP NOT NULL,
  origin VARCHAR NOT NULL,
  destination VARCHAR NOT NULL,
  delay INT,
  WATERMARK FOR scheduled AS scheduled - 1h
) WITH (connector = 'file', path = 'flights.jsonl') FORMAT JSON;
CREATE SINK airport_days WITH (connector = 'sqlite', path = 'out.db', table = 'airport_days');
CREATE SINK delays WITH (connector = 'file', path = 'delays') FORMAT JSON;
CREATE SINK days WITH (connector = 'file', path = 'days') FORMAT CSV;
CREATE STREAM per_airport AS
  SELECT window_start AS day, origin, COUNT(*) AS flights, AVG(delay) AS average, COUNT(DISTINCT destination) AS places
  FROM TUMBLE(flights, scheduled, 1d) GROUP BY window_start, window_end, origin
WITH CHECKPOINT 100ms${pace} INTO airport_days KEY day, origin;
CREATE STREAM late AS SELECT id, origin, delay FROM flights WHERE delay > 30
WITH CHECKPOINT 100ms${pace} INTO delays;
CREATE STREAM whole_days AS
  SELECT window_start AS day, COUNT(*) AS flights, MAX(delay) AS longest
  FROM TUMBLE(flights, scheduled, 1d) GROUP BY window_start, window_end EMIT FINAL
WITH CHECKPOINT 100ms${pace} INTO days;
`;
}

export interface JobContent {
  readonly table: readonly string[];
  /** Committed files by path, with the digest of their bytes. */
  readonly files: readonly string[];
}

interface Manifest {
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

export function jobContent(folder: string): JobContent {
  return {
    table: tableRows(join(folder, 'out.db')),
    files: ['delays', 'days'].flatMap((name) => committed(folder, name)),
  };
}

function tableRows(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  const database = new Database(path);
  try {
    const rows = database.prepare('SELECT * FROM airport_days ORDER BY day, origin').raw(true).safeIntegers(true).all();
    return (rows as readonly (readonly unknown[])[]).map((row) => row.map(String).join('|'));
  } finally {
    database.close();
  }
}

/** Files that a manifest names, checked against it. Others are the rest of batches that never were committed. */
function committed(folder: string, name: string): readonly string[] {
  const base = join(folder, name);
  const manifests = join(base, '_committed');
  if (!existsSync(manifests)) return [];
  return readdirSync(manifests)
    .sort()
    .flatMap((manifest) => {
      const { files } = JSON.parse(readFileSync(join(manifests, manifest), 'utf8')) as Manifest;
      return files.map(({ path, sha256 }) => {
        const found = createHash('sha256')
          .update(readFileSync(join(base, path)))
          .digest('hex');
        return `${name}/${path} ${found === sha256 ? found : `${found}, the manifest says ${sha256}`}`;
      });
    });
}
