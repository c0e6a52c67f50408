/**
 * A small job for exploring the protocol fast: the real file source and the real driver over a pipeline and sinks that
 * are easy to see through. The pipeline keeps a sum per key, so state has to survive; one sink is appended to, one is
 * updated, and both keep progress by the real rules.
 */
import { createHash } from 'node:crypto';
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import type { SourceOperator } from '../../plan/plan.js';
import type { Sink, SinkCommit, SinkOutcome, SinkProgress } from '../../runtime/connectors/connector.js';
import { FileSource } from '../../runtime/connectors/file/source.js';
import { connectorError } from '../../runtime/connectors/messages.js';
import { decideCommit, emptyProgress } from '../../runtime/connectors/progress.js';
import { SqliteError, type Env, type SqliteConnection } from '../../runtime/env.js';
import type { Framing, RawChunk } from '../../runtime/formats/format.js';
import type { BatchContext, OperatorState, RowCounters, StateSection } from '../../runtime/operators/operator.js';
import type { BatchReport, Pipeline, PipelineSource } from '../../runtime/pipeline/pipeline.js';
import { localFiles } from '../../runtime/storage/local-tree.js';

export const NEWLINE_FRAMING: Framing = {
  lastRecordEnd: (bytes, start, end) => {
    const found = bytes.subarray(start, end).lastIndexOf(10);
    return found < 0 ? start : start + found + 1;
  },
};

/** Text rows: what the sinks of the model take. */
export interface ModelSink extends Sink {
  row(key: string, value: string): void;
}

/**
 * Lines `key,value`: appends each with a running number to one sink, and keeps the sum per key up to date in the other.
 */
export class ModelPipeline implements Pipeline {
  readonly #sums = new Map<string, number>();
  readonly #changed = new Set<string>();
  readonly #lines: ModelSink;
  readonly #totals: ModelSink;
  readonly #counters: RowCounters = { rowsIn: 0, rowsOut: 0, filtered: 0, late: 0, errors: 0, buffered: 0 };
  #context: BatchContext | null = null;
  #ordinal = 0;
  readonly states: ReadonlyMap<string, OperatorState>;
  readonly tables: Pipeline['tables'] = new Map();

  constructor(lines: ModelSink, totals: ModelSink) {
    this.#lines = lines;
    this.#totals = totals;
    this.states = new Map([['totals/aggregate', this.#state()]]);
  }

  get stateBytes(): number {
    return this.#sums.size * 16;
  }

  begin(context: BatchContext): void {
    this.#context = context;
    this.#ordinal = 0;
    this.#changed.clear();
    this.#lines.begin(context.batch);
    this.#totals.begin(context.batch);
  }

  source(): PipelineSource {
    return {
      buffers: { framing: NEWLINE_FRAMING, allocate: (bytes) => new Uint8Array(bytes) },
      reader: {
        bytes: (chunk) => {
          this.#read(chunk);
        },
        rows: () => undefined,
        bad: () => undefined,
      },
    };
  }

  #read(chunk: RawChunk): void {
    const now_us = this.#context?.now_us ?? 0n;
    const seed = this.#context?.seed ?? 0n;
    for (const line of Buffer.from(chunk.heap.subarray(chunk.start, chunk.end)).toString().trimEnd().split('\n')) {
      const [key = '', value = ''] = line.split(',');
      this.#sums.set(key, (this.#sums.get(key) ?? 0) + Number(value));
      this.#changed.add(key);
      this.#counters.rowsIn += 1;
      const random = BigInt.asUintN(16, seed * 31n + BigInt(this.#ordinal));
      this.#ordinal += 1;
      this.#lines.row(line, `${String(now_us)}/${String(random)}`);
    }
  }

  finish(): BatchReport {
    for (const key of [...this.#changed].sort()) this.#totals.row(key, String(this.#sums.get(key) ?? 0));
    return { counters: new Map([['lines', this.#counters]]), watermarks_us: new Map() };
  }

  #state(): OperatorState {
    const sums = this.#sums;
    return {
      get bytes() {
        return sums.size * 16;
      },
      dump: (): readonly StateSection[] => {
        const entries = [...sums].sort();
        const half = (even: boolean): Uint8Array =>
          Buffer.from(JSON.stringify(entries.filter(([key]) => (key.charCodeAt(0) % 2 === 0) === even)));
        return [
          { name: 'even', parts: [half(true)] },
          { name: 'odd', parts: [half(false)] },
        ];
      },
      load: (sections) => {
        sums.clear();
        for (const { parts } of sections)
          for (const [key, sum] of JSON.parse(Buffer.concat(parts).toString()) as [string, number][])
            sums.set(key, sum);
      },
    };
  }
}

/** Appends (`ledger`) or replaces by key (`upsert`), in one transaction with the progress. */
export class ModelSqliteSink implements ModelSink {
  readonly #env: Env;
  readonly #path: string;
  readonly #kind: 'ledger' | 'upsert';
  #connection: SqliteConnection | null = null;
  #rows: [string, string][] = [];

  constructor(env: Env, path: string, kind: 'ledger' | 'upsert') {
    this.#env = env;
    this.#path = path;
    this.#kind = kind;
  }

  get buffered_bytes(): number {
    return this.#rows.length;
  }

  async open(epoch: number): Promise<SinkProgress> {
    const connection = await this.#env.sqlite.open(this.#path, { busyTimeout_ms: 0 });
    this.#connection = connection;
    this.#begin(connection);
    const key = this.#kind === 'ledger' ? 'TEXT' : 'TEXT PRIMARY KEY';
    connection.execute(`CREATE TABLE IF NOT EXISTS rows (key ${key}, value TEXT, batch INTEGER)`);
    connection.execute(
      'CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY, epoch INTEGER, batch INTEGER, digest TEXT, intentHash TEXT, intent TEXT)',
    );
    const progress = this.#progress(connection);
    if (progress.epoch > epoch) {
      connection.execute('ROLLBACK');
      throw connectorError('ESQL8440', { epoch, newer: progress.epoch }, { place: this.#path });
    }
    connection
      .prepare('INSERT INTO progress VALUES (1, ?, 0, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch')
      .run([BigInt(epoch), '', '', '']);
    await this.#commit(connection);
    return { ...progress, epoch };
  }

  begin(): void {
    this.#rows = [];
  }

  write(): void {
    throw new Error('the model writes text rows');
  }

  row(key: string, value: string): void {
    this.#rows.push([key, value]);
  }

  async commit(commit: SinkCommit): Promise<SinkOutcome> {
    const connection = this.#connection;
    if (connection === null) throw new Error('not open');
    const digest = createHash('sha256').update(JSON.stringify(this.#rows)).digest('hex');
    this.#begin(connection);
    try {
      if (decideCommit(this.#progress(connection), { ...commit, digest }, this.#path) === 'duplicate') {
        connection.execute('ROLLBACK');
        return 'duplicate';
      }
    } catch (error) {
      if (error instanceof DiagnosticError) connection.execute('ROLLBACK');
      throw error;
    }
    const insert = connection.prepare(
      this.#kind === 'ledger'
        ? 'INSERT INTO rows VALUES (?, ?, ?)'
        : 'INSERT INTO rows VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, batch = excluded.batch',
    );
    for (const [key, value] of this.#rows) insert.run([key, value, BigInt(commit.batch)]);
    connection
      .prepare('UPDATE progress SET epoch = ?, batch = ?, digest = ?, intentHash = ?, intent = ?')
      .run([BigInt(commit.epoch), BigInt(commit.batch), digest, commit.intentHash, commit.intent]);
    await this.#commit(connection);
    return 'applied';
  }

  #begin(connection: SqliteConnection): void {
    try {
      connection.execute('BEGIN IMMEDIATE');
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      throw connectorError('ESQL8433', { code: error.code, doing: 'beginning' }, { place: this.#path, cause: error });
    }
  }

  async #commit(connection: SqliteConnection): Promise<void> {
    try {
      await connection.commit();
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      throw connectorError('ESQL8433', { code: error.code, doing: 'committing' }, { place: this.#path, cause: error });
    }
  }

  #progress(connection: SqliteConnection): SinkProgress {
    const [row] = connection.prepare('SELECT epoch, batch, digest, intentHash, intent FROM progress').all([]);
    if (row === undefined) return emptyProgress(0);
    const [epoch, batch, digest, intentHash, intent] = row;
    return {
      epoch: Number(epoch),
      batch: Number(batch),
      digest: String(digest),
      intentHash: String(intentHash),
      intent: String(intent),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export const LINES_OPERATOR: SourceOperator = {
  op: 'source',
  v: 1,
  id: 'lines',
  inputs: [],
  output: { schema: [], key: null, changelog: 'append', event_time: [] },
  source: 'lines',
  connector: 'file',
  options: { path: '/in/*.csv' },
  format: { name: 'raw', options: {} },
  columns: [],
  unused: [],
  on_error: 'fail',
  wal: 'auto',
};

export function modelFileSource(env: Env, epoch: number): FileSource {
  return new FileSource(
    {
      env,
      operator: LINES_OPERATOR,
      workingDirectory: '/',
      logDirectory: null,
      epoch,
      framing: NEWLINE_FRAMING,
      excluded: [],
    },
    { path: '/in/*.csv', follow: false, order: 'name', compression: 'none' },
    localFiles(env),
  );
}
