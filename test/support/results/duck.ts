/** The independent engine: the same question, asked over the records that were delivered up to a batch. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkOperator, SourceOperator } from '../../../plan/plan.js';
import type { ResultCase } from './case.js';
import { canonical, type CanonicalRow } from './content.js';
import type { Snapshot } from './job.js';

/**
 * For every source there is a view of its name over what was delivered: `line` (from 1), `batch` (the one that
 * delivered it) and `text` (the record). `prefix` has one row with the batch that was reached, `ended` the names of the
 * sources that have ended.
 */
export class ReferenceEngine {
  readonly #connection: DuckDBConnection;
  readonly #item: ResultCase;

  private constructor(connection: DuckDBConnection, item: ResultCase) {
    this.#connection = connection;
    this.#item = item;
  }

  static async create(item: ResultCase): Promise<ReferenceEngine> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const engine = new ReferenceEngine(connection, item);
    await connection.run(`SET TimeZone = 'UTC'; SET threads = 1; SET file_search_path = ${quoted(item.folder)}`);
    await connection.run('CREATE TABLE prefix (batch BIGINT); CREATE TABLE ended (source VARCHAR)');
    for (const source of item.sources) await engine.#createInput(source);
    if (item.reference.setup.replace(/--.*$/gmu, '').trim() !== '') await connection.run(item.reference.setup);
    return engine;
  }

  close(): void {
    this.#connection.closeSync();
  }

  /** Tells which batch delivered which record, before `rows` is asked. */
  async setRun(snapshots: readonly Snapshot[]): Promise<void> {
    for (const { source } of this.#item.sources) {
      await this.#connection.run(`UPDATE "${source}_all" SET batch = NULL`);
      let before = 0;
      for (const { batch, delivered } of snapshots) {
        const upTo = delivered.get(source) ?? 0;
        if (upTo > before) {
          const lines = `line > ${String(before)} AND line <= ${String(upTo)}`;
          await this.#connection.run(`UPDATE "${source}_all" SET batch = ${String(batch)} WHERE ${lines}`);
        }
        before = upTo;
      }
    }
  }

  /** What a sink must hold after the snapshot's batch, in no particular order. */
  async rows(sink: SinkOperator, { batch, ended }: Snapshot): Promise<readonly CanonicalRow[]> {
    const query = this.#item.reference.queries.get(sink.sink);
    if (query === undefined) throw new Error(`${this.#item.name}/reference.sql has no query for sink ${sink.sink}`);
    const names = [...ended].map((name) => `(${quoted(name)})`).join(', ');
    await this.#connection.run(
      `DELETE FROM prefix; INSERT INTO prefix VALUES (${String(batch)}); DELETE FROM ended; ` +
        (names === '' ? '' : `INSERT INTO ended VALUES ${names}`),
    );
    const reader = await this.#connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM (${query})`);
    const { schema } = sink.output;
    const found = reader.columnNames().join(', ');
    const expected = schema.map((field) => field.name).join(', ');
    if (found !== expected) throw new Error(`the reference of ${sink.sink} has columns ${found}, expected ${expected}`);
    return reader.getRows().map((row) =>
      schema.map((field, index) => {
        const value = row[index];
        return typeof value === 'string' ? canonical(value, field.type) : null;
      }),
    );
  }

  /** Rows of a Parquet file have no text. */
  async #rowsOf({ source, options: { path } }: SourceOperator): Promise<readonly null[]> {
    if (typeof path !== 'string') throw new Error(`source ${source} has no path of its own`);
    const reader = await this.#connection.runAndReadAll(`SELECT COUNT(*) FROM read_parquet(${quoted(path)})`);
    return Array.from({ length: Number(reader.getRows()[0]?.[0]) }, () => null);
  }

  async #createInput(source: SourceOperator): Promise<void> {
    const name = `"${source.source}_all"`;
    await this.#connection.run(`CREATE TABLE ${name} (line BIGINT, text VARCHAR, batch BIGINT)`);
    const lines = source.format?.name === 'parquet' ? await this.#rowsOf(source) : recordsOf(source, this.#item.folder);
    for (let start = 0; start < lines.length; start += 500) {
      const rows = lines.slice(start, start + 500).map((text, i) => {
        return `(${String(start + i + 1)}, ${text === null ? 'NULL' : quoted(text)}, NULL)`;
      });
      await this.#connection.run(`INSERT INTO ${name} VALUES ${rows.join(', ')}`);
    }
    await this.#connection.run(
      `CREATE VIEW "${source.source}" AS SELECT line, batch, text FROM ${name} ` +
        'WHERE batch <= (SELECT batch FROM prefix)',
    );
  }
}

/** The records of a source in the order in which it delivers them; the header of a CSV file is none. */
function recordsOf(source: SourceOperator, folder: string): readonly (string | null)[] {
  const { path, rows } = source.options;
  if (source.connector === 'generate') return Array.from({ length: Number(rows) }, () => null);
  if (typeof path !== 'string') throw new Error(`source ${source.source} has no path of its own`);
  const lines = readFileSync(join(folder, path), 'latin1').split(/\r?\n/u);
  if (lines.at(-1) === '') lines.pop();
  const records = source.format?.name === 'csv' && source.format.options['header'] !== false ? lines.slice(1) : lines;
  // Read byte by byte and decoded a line at a time: one line that is not UTF-8 must not change its neighbours.
  const texts = records.map((line) => Buffer.from(line, 'latin1').toString('utf8'));
  return source.format?.name === 'debezium json' ? texts.flatMap(repeatedByRows) : texts;
}

/** What was delivered is counted in rows: a change of a row is two of them, a tombstone none. */
function repeatedByRows(text: string): readonly string[] {
  if (text === 'null') return [];
  return /"op": ?"u"/u.test(text) ? [text, text] : [text];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
