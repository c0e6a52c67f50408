/**
 * The source of files, on the local disk or in any other file tree. One partition: files one after the other, each cut
 * into ranges at ends of records. A named file that is followed may grow; every other file is taken as complete once it
 * stands still.
 */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type {
  JsonValue,
  PlanLimits,
  Source,
  SourceBuffers,
  SourceCursor,
  SourceRange,
  SourceReader,
} from '../connector.js';
import type { SourceContext } from '../context.js';
import { avroError } from '../../formats/avro/messages.js';
import { connectorError } from '../messages.js';
import { resolvePath } from '../../paths.js';
import { findInput, missing, type InputFile, type InputSet } from './discover.js';
import { inputFailure } from './failures.js';
import type { Cut, FormatReader } from './format-reader.js';
import { changed, contentMark, refuseIfChanged } from './identity.js';
import { FileCache, type OpenedFile } from './open-file.js';
import type { FileTree } from '../../storage/file-tree.js';
import {
  compareKeys,
  decodeEnd,
  decodeStart,
  encodeEnd,
  encodeStart,
  FilePositions,
  NO_FILE,
  type FileEnd,
  type FileKey,
} from './positions.js';
import { RecordReader } from './records.js';

export type FileSourceOptions = OptionsOf<'file', 'source'>;

/** A followed folder is listed at most this often, and a file must stand still for so long before it is read. */
const POLL_MS = 200;
const STILL_MS = 1000;
/** Bounds the size of one intent. */
const RANGES_MAX = 256;

interface OpenFiles {
  readonly tree: FileTree;
  readonly planned: FileCache;
  readonly read: FileCache;
}

export class FileSource implements Source {
  readonly #context: SourceContext;
  readonly #options: FileSourceOptions;
  /** Null until the opening: readers of formats that few jobs need are loaded then. */
  #reader: FormatReader | null = null;
  readonly #connect: () => Promise<FileTree>;
  #files: OpenFiles | null = null;
  #positions: FilePositions;
  #input: InputSet | null = null;
  /** Files of the last listing that wait to be read, in order. */
  #waiting: InputFile[] = [];
  #listed_ms = Number.NEGATIVE_INFINITY;
  #fruitlessSize = -1;
  readonly #closing = new AbortController();
  /** Size and time of change of files that did not stand still yet, and since when. */
  readonly #unsettled = new Map<
    string,
    { readonly size: number; readonly modified_ms: number; readonly since_ms: number }
  >();

  /** `connect`: called once, at the opening. Paths of the options are resolved against the context's folder. */
  constructor(context: SourceContext, options: FileSourceOptions, connect: () => Promise<FileTree>) {
    this.#context = context;
    this.#options = options;
    refuseUnfit(context, options);
    this.#connect = connect;
    this.#positions = new FilePositions(null, options.order);
  }

  async open(cursor: SourceCursor | null): Promise<void> {
    this.#positions = new FilePositions(cursor, this.#options.order);
    this.#reader = await formatReader(this.#context, this.#options);
    const tree = await this.#connected();
    const { compression } = this.#options;
    this.#files = { tree, planned: new FileCache(tree, compression), read: new FileCache(tree, compression) };
    this.#input = await findInput(tree, this.#options.path, this.#context);
    const { current } = this.#positions;
    if (current !== null) await this.#verified(current);
    if (this.#positions.ended) return;
    const files = await this.#list();
    if (files.length > 0 || this.#options.follow || current !== null || cursor !== null) return;
    const { path } = this.#options;
    if (this.#input.single) throw missing(path);
    throw connectorError(
      'ESQL8402',
      { path },
      { place: path, hint: 'Names that begin with a point are not matched; set follow = true to wait for files.' },
    );
  }

  async plan(limits: PlanLimits): Promise<readonly SourceRange[]> {
    const ranges: SourceRange[] = [];
    let budget = Math.max(1, limits.bytes_max);
    while (budget > 0 && ranges.length < RANGES_MAX && !this.#positions.ended) {
      const planned = await this.#planNext(budget);
      if (planned === null) break;
      ranges.push(planned.range);
      this.#positions.apply(planned.range);
      budget -= planned.bytes;
      // What is left of the budget is less than the file's next record.
      if (this.#positions.current !== null) break;
    }
    if (this.#options.follow || this.#positions.ended || this.#positions.current !== null) return ranges;
    if ((await this.#nextFile()) !== null) return ranges;
    const last = ranges.pop() ?? this.#range(NO_FILE, NO_FILE);
    const final = { ...last, final: true };
    this.#positions.apply({ ...this.#range(NO_FILE, NO_FILE), final: true });
    return [...ranges, final];
  }

  seek(ranges: readonly SourceRange[]): void {
    for (const range of ranges) this.#positions.apply(range);
    this.#waiting = [];
    this.#listed_ms = Number.NEGATIVE_INFINITY;
  }

  async read(ranges: readonly SourceRange[], buffers: SourceBuffers, reader: SourceReader): Promise<void> {
    this.#format.begin();
    for (const range of ranges) {
      const start = decodeStart(range.start);
      const end = decodeEnd(range.end);
      if (start === null || end === null) continue;
      const file = await this.#opened.read.use(this.#path(end.file), end.file);
      try {
        await refuseIfChanged(file, end, this.#format.whole);
        await this.#format.read(file, { file: end.file, start: start.at, end: end.at }, buffers, reader);
      } catch (error) {
        throw inputFailure(error, end.file);
      }
    }
  }

  advance(cursor: SourceCursor | null, ranges: readonly SourceRange[]): SourceCursor {
    const positions = new FilePositions(cursor, this.#options.order);
    for (const range of ranges) positions.apply(range);
    return positions.toCursor();
  }

  trim(): Promise<void> {
    return Promise.resolve();
  }

  async wait(timeout_ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#context.env;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const end_ms = clock.monotonic_ms() + timeout_ms;
    for (let left_ms = timeout_ms; left_ms > 0 && !either.aborted; left_ms = end_ms - clock.monotonic_ms()) {
      if (!this.#positions.ended && (await this.#hasMore())) return;
      await clock.sleep(this.#options.follow ? Math.min(POLL_MS, left_ms) : left_ms, either);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const files = this.#files;
    this.#files = null;
    await files?.planned.close();
    await files?.read.close();
    await files?.tree.close();
  }

  async #connected(): Promise<FileTree> {
    try {
      return await this.#connect();
    } catch (error) {
      throw inputFailure(error, this.#options.path);
    }
  }

  get #opened(): OpenFiles {
    invariant(this.#files !== null, 'the source is open');
    return this.#files;
  }

  get #format(): FormatReader {
    invariant(this.#reader !== null, 'the source is open');
    return this.#reader;
  }

  /**
   * Whether the one file may grow. A compressed one is complete or not there, as is one of a format of whole files;
   * where writing makes another identity, so is every file.
   */
  get #tails(): boolean {
    const grows = this.#opened.tree.identifiesContent ? false : !this.#format.whole;
    return this.#options.follow && this.#input?.single === true && grows;
  }

  #path(name: string): string {
    return resolvePath(this.#context.workingDirectory, name);
  }

  #range(start: JsonValue, end: JsonValue): SourceRange {
    return { partition: 0, name: this.#options.path, start, end, final: false };
  }

  async #planNext(budget: number): Promise<{ readonly range: SourceRange; readonly bytes: number } | null> {
    const { current } = this.#positions;
    let file: OpenedFile;
    if (current !== null) {
      file = await this.#verified(current);
    } else {
      const next = await this.#nextFile();
      if (next === null) return null;
      await this.#input?.check(next);
      file = await this.#opened.planned.use(next.path, next.name);
      this.#waiting.shift();
    }
    const start = current?.at ?? 0;
    try {
      const cut = await this.#format.cut(file, start, budget, this.#tails);
      // No record ends before the file's end, so it is not worth looking before it grows.
      if (cut === null) this.#fruitlessSize = file.status.size;
      if (cut === null) return null;
      const end = await this.#end(file, cut);
      return { range: this.#range(encodeStart(file.name, start), encodeEnd(end)), bytes: cut.bytes };
    } catch (error) {
      throw inputFailure(error, file.name);
    }
  }

  /** The file of the current position; rejects if it is not the same any more. */
  async #verified(current: FileEnd): Promise<OpenedFile> {
    const file = await this.#opened.planned.use(this.#path(current.file), current.file);
    try {
      await refuseIfChanged(file, current, this.#format.whole);
    } catch (error) {
      throw inputFailure(error, current.file);
    }
    return file;
  }

  async #end({ name, status, handle, identified }: OpenedFile, { at, done }: Cut): Promise<FileEnd> {
    const { size, identity, modified_ms } = status;
    const mark = identified ? '' : await contentMark(handle, this.#format.whole ? size : at);
    return { file: name, at, size, identity, modified_ms, mark, done };
  }

  /** The next file to read, still in `waiting`; null if there is none now. */
  async #nextFile(): Promise<InputFile | null> {
    const { env } = this.#context;
    const since_ms = env.clock.monotonic_ms() - this.#listed_ms;
    // A folder that isn't followed is listed once, and again after a seek has emptied what waits.
    const due = this.#options.follow ? since_ms >= POLL_MS : since_ms === Number.POSITIVE_INFINITY;
    if (this.#waiting.length === 0 && due) await this.#list();
    return this.#waiting[0] ?? null;
  }

  async #list(): Promise<readonly InputFile[]> {
    const { env } = this.#context;
    const files = (await this.#input?.list()) ?? [];
    this.#listed_ms = env.clock.monotonic_ms();
    const { current } = this.#positions;
    const fresh: InputFile[] = [];
    for (const file of files) {
      const key = keyOf(file);
      const state =
        file.name === current?.file ? 'finished' : this.#positions.state({ ...key, size: file.status.size });
      if (state === 'changed')
        throw changed(file.name, 'a file that had been read to its end', 'one that was written to');
      if (state === 'new' && this.#isStill(file)) fresh.push(file);
    }
    this.#waiting = fresh.sort((a, b) => compareKeys(keyOf(a), keyOf(b), this.#options.order));
    return files;
  }

  /** A followed folder may hold files that are still being written. */
  #isStill(file: InputFile): boolean {
    if (!this.#options.follow || this.#tails) return true;
    const { clock } = this.#context.env;
    const { size, modified_ms } = file.status;
    if (Number(clock.now_us() / 1000n) - modified_ms >= STILL_MS) {
      this.#unsettled.delete(file.name);
      return true;
    }
    const now_ms = clock.monotonic_ms();
    const before = this.#unsettled.get(file.name);
    if (before?.size === size && before.modified_ms === modified_ms) return now_ms - before.since_ms >= STILL_MS;
    this.#unsettled.set(file.name, { size, modified_ms, since_ms: now_ms });
    return false;
  }

  async #hasMore(): Promise<boolean> {
    const { current } = this.#positions;
    if (current === null) {
      const next = await this.#nextFile();
      if (next === null) return !this.#options.follow;
      return !this.#tails || next.status.size !== this.#fruitlessSize;
    }
    if (!this.#tails) return true;
    const { status } = await this.#verified(current);
    return status.size > current.at && status.size !== this.#fruitlessSize;
  }
}

function keyOf(file: InputFile): FileKey {
  return { name: file.name, modified_ms: file.status.modified_ms };
}

function refuseUnfit({ framing, operator }: SourceContext, { compression, path }: FileSourceOptions): void {
  const name = operator.format?.name;
  invariant(name === 'parquet' || name === 'avro' || framing !== null, 'the file source has a format');
  if (name === 'avro' && compression === 'gzip')
    throw avroError('ESQL8643', {}, { place: path, hint: "Set compression = 'none', and unpack the files." });
  if (name === 'parquet' && compression === 'gzip')
    throw connectorError('ESQL8473', {}, { place: path, hint: "Set compression = 'none', and unpack the files." });
}

async function formatReader(
  { framing, operator }: SourceContext,
  { compression }: FileSourceOptions,
): Promise<FormatReader> {
  if (operator.format?.name === 'parquet') {
    const { ParquetReader } = await import('./parquet.js');
    return new ParquetReader(operator);
  }
  if (operator.format?.name === 'avro') {
    const { AvroReader } = await import('./avro.js');
    return new AvroReader(operator);
  }
  invariant(framing !== null, 'the file source has a format');
  return new RecordReader(framing, operator.format?.name !== 'csv', compression === 'gzip');
}
