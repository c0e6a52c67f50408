/**
 * The sink of files, on the local disk or in any other file tree. A batch's files are written first; the write-once
 * manifest that names them is the atomic commit and the progress. Readers take manifests only (committed.ts), so files
 * without one are invisible.
 *
 * Fencing: the newest registered epoch is looked up immediately before the manifest is linked. A driver that is fenced
 * between the two steps links the manifest of a batch whose intent the newer driver has adopted: same rows, same
 * digest, and for the newer one a repetition. Files that a fenced driver left are never removed before their batch is
 * committed, because its manifest may still come.
 */
import { createHash } from 'node:crypto';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { createFileEncoder } from '../../formats/file-writer.js';
import type { Sink, SinkCommit, SinkOutcome, SinkProgress } from '../connector.js';
import type { SinkContext } from '../context.js';
import { DiskError } from '../../env.js';
import { connectorError } from '../messages.js';
import { joinPath, parentPath, resolvePath } from '../../paths.js';
import type { FileTree, WriteOnceOutcome } from '../../storage/file-tree.js';
import { decideCommit, emptyProgress, refuseIfFenced, verifyRepetition, type SinkBatch } from '../progress.js';
import { batchFolder, COMMITTED, epochName, EPOCHS, manifestName, numberOfName, TEMPORARY } from './layout.js';
import {
  damaged,
  decodeManifest,
  digestOf,
  encodeManifest,
  isRecord,
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  progressOf,
  type Manifest,
} from './manifest.js';
import { PartWriter, type PartFile } from './parts.js';
import { outputFailure } from './failures.js';

export type FileSinkOptions = OptionsOf<'file', 'sink'>;

export class FileSink implements Sink {
  readonly #context: SinkContext;
  readonly #options: FileSinkOptions;
  readonly #root: string;
  readonly #parts: PartWriter;
  readonly #connect: () => Promise<FileTree>;
  #connected: FileTree | null = null;
  /** Prefix of names that no other driver uses. */
  #aside = '';
  #asideCount = 0;
  #progress: SinkProgress = emptyProgress(0);
  /** The newest batch if its manifest names no file: it goes when the next one is there. */
  #emptyBatch: number | null = null;

  /** `connect`: called once, at the opening. Paths of the options are resolved against the context's folder. */
  constructor(context: SinkContext, options: FileSinkOptions, connect: () => Promise<FileTree>) {
    const { shape, format } = context;
    invariant(format !== null, 'the file sink has a format');
    refuseUnfit(context, options);
    this.#context = context;
    this.#options = options;
    this.#root = resolvePath(context.workingDirectory, options.path);
    this.#connect = connect;
    const names = shape.schema.map((field) => field.name.toLowerCase());
    this.#parts = new PartWriter({
      schema: shape.schema,
      encoder: createFileEncoder(format, shape.schema),
      partitionBy: (options.partition_by ?? []).map((name) => names.indexOf(name.toLowerCase())),
      fileBytes_max: options.max_file_size,
    });
  }

  async open(epoch: number): Promise<SinkProgress> {
    return this.#guard(async () => {
      // Two drivers never share a name, whatever epoch they believe to have.
      const nonce = Buffer.from(this.#context.env.random.bytes(8)).toString('hex');
      this.#aside = joinPath(this.#root, `${TEMPORARY}/${epoch}-${nonce}`);
      this.#connected = await this.#connect();
      for (const folder of [TEMPORARY, COMMITTED, EPOCHS]) await this.#tree.makeFolder(joinPath(this.#root, folder));
      const newest = await this.#newestEpoch();
      // First whose it is: epochs of another job say nothing about this one.
      await this.#refuseOtherOwner(newest);
      refuseIfFenced(newest, epoch, this.#place);
      await this.#publish(epochName(epoch), this.#epochRecord(epoch));
      refuseIfFenced(await this.#newestEpoch(), epoch, this.#place);
      await this.#removeTemporary(epoch);
      // A process that died between link and sync leaves a manifest that a power loss can still take away: what is
      // progress from here on, and lets go of intents, has to be durable.
      await this.#tree.settle(new Set([joinPath(this.#root, COMMITTED)]));
      const manifest = await this.#newestManifest();
      if (manifest !== null) await this.#verifyFiles(manifest);
      this.#emptyBatch = manifest?.files.length === 0 ? manifest.batch : null;
      this.#progress = manifest === null ? emptyProgress(epoch) : progressOf(manifest, epoch);
      return this.#progress;
    });
  }

  begin(): void {
    this.#parts.reset();
  }

  write(rows: ColumnBatch): void {
    this.#parts.write(rows);
  }

  get buffered_bytes(): number {
    return this.#parts.bytes;
  }

  async commit(commit: SinkCommit): Promise<SinkOutcome> {
    const files = this.#parts.finish(commit.batch);
    const batch: SinkBatch = { ...commit, digest: digestOf(files.map((part) => part.file)) };
    return this.#guard(async () => {
      await this.#refuseFenced(batch);
      if (decideCommit(this.#progress, batch, this.#place) === 'duplicate') {
        if (batch.batch < this.#progress.batch) await this.#verifyOlder(batch);
        this.#parts.reset();
        return 'duplicate';
      }
      const outcome = await this.#write(batch, files);
      this.#progress = { ...batch };
      this.#parts.reset();
      await this.#tidy(batch.batch, files);
      return outcome;
    });
  }

  async close(): Promise<void> {
    await this.#connected?.close();
    this.#connected = null;
  }

  get #tree(): FileTree {
    invariant(this.#connected !== null, 'the sink is open');
    return this.#connected;
  }

  get #place(): string {
    return this.#options.path;
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw outputFailure(error, this.#place);
    }
  }

  async #write(batch: SinkBatch, files: readonly PartFile[]): Promise<SinkOutcome> {
    // The batch is not committed: what stands under these names is of an earlier try.
    const paths = files.map(({ file }) => joinPath(this.#root, file.path));
    for (const [i, { bytes }] of files.entries()) {
      await this.#tree.replace(paths[i] ?? this.#root, [bytes], this.#nextAside());
    }
    await this.#tree.settle(new Set(paths.map(parentPath)));
    const { queryId, sinkId } = this.#context.shape;
    const manifest: Manifest = {
      format: MANIFEST_FORMAT,
      version: MANIFEST_VERSION,
      queryId,
      sinkId,
      ...batch,
      files: files.map((part) => part.file),
    };
    await this.#refuseFenced(batch);
    if ((await this.#publish(manifestName(batch.batch), encodeManifest(manifest))) === 'created') return 'applied';
    // Another driver was faster, or this one's success was not reported: then it is the same batch.
    verifyRepetition(await this.#readManifest(batch.batch), batch, this.#place);
    return 'duplicate';
  }

  #publish(relative: string, bytes: Uint8Array): Promise<WriteOnceOutcome> {
    return this.#tree.publish(joinPath(this.#root, relative), [bytes], this.#nextAside());
  }

  #nextAside(): string {
    this.#asideCount += 1;
    return `${this.#aside}-${String(this.#asideCount)}`;
  }

  async #refuseFenced(batch: SinkBatch): Promise<void> {
    refuseIfFenced(await this.#newestEpoch(), batch.epoch, this.#place);
  }

  /** A batch before the newest: its manifest is there unless it had no rows. */
  async #verifyOlder(batch: SinkBatch): Promise<void> {
    const status = await this.#tree.status(joinPath(this.#root, manifestName(batch.batch)));
    if (status !== null) verifyRepetition(await this.#readManifest(batch.batch), batch, this.#place);
  }

  async #newestEpoch(): Promise<number> {
    const entries = await this.#tree.list(joinPath(this.#root, EPOCHS));
    return entries.reduce((newest, { name }) => Math.max(newest, numberOfName(name) ?? 0), 0);
  }

  #epochRecord(epoch: number): Uint8Array {
    const { queryId, sinkId } = this.#context.shape;
    return Buffer.from(`${JSON.stringify({ epoch, queryId, sinkId })}\n`, 'utf8');
  }

  /** One folder, one sink: batches of two pipelines would not be told apart. */
  async #refuseOtherOwner(epoch: number): Promise<void> {
    const { queryId, sinkId } = this.#context.shape;
    const newest = await this.#newestManifest();
    let owner: unknown = newest;
    if (owner === null && epoch > 0) {
      const bytes = await this.#tree.read(joinPath(this.#root, epochName(epoch)));
      owner = parseRecord(bytes);
    }
    if (owner === null || !isRecord(owner)) return;
    if (owner['queryId'] === queryId && owner['sinkId'] === sinkId) return;
    throw connectorError(
      'ESQL8443',
      { why: `the folder belongs to sink \`${String(owner['sinkId'])}\` of query \`${String(owner['queryId'])}\`` },
      {
        place: this.#place,
        facts: [`Expected sink \`${sinkId}\` of query \`${queryId}\`.`],
        hint: 'Name another folder.',
      },
    );
  }

  async #newestManifest(): Promise<Manifest | null> {
    const entries = await this.#tree.list(joinPath(this.#root, COMMITTED));
    const newest = entries.reduce((batch, { name }) => Math.max(batch, numberOfName(name) ?? 0), 0);
    return newest === 0 ? null : this.#readManifest(newest);
  }

  async #readManifest(batch: number): Promise<Manifest> {
    const place = joinPath(this.#place, manifestName(batch));
    const manifest = decodeManifest(await this.#tree.read(joinPath(this.#root, manifestName(batch))), place);
    if (manifest.batch !== batch) throw damaged('the manifest is of another batch', place);
    return manifest;
  }

  async #verifyFiles(manifest: Manifest): Promise<void> {
    for (const file of manifest.files) {
      const path = joinPath(this.#root, file.path);
      const place = joinPath(this.#place, file.path);
      if ((await this.#tree.status(path))?.size !== file.size)
        throw damaged('a committed file is missing or was cut', place);
      const sha256 = createHash('sha256')
        .update(await this.#tree.read(path))
        .digest('hex');
      if (sha256 !== file.sha256) throw damaged('a committed file was changed', place);
    }
  }

  /** Files of drivers before this one. */
  async #removeTemporary(epoch: number): Promise<void> {
    for (const { name } of await this.#tree.list(joinPath(this.#root, TEMPORARY))) {
      const owner = Number(/^(\d{1,15})-/u.exec(name)?.[1] ?? Number.NaN);
      if (owner < epoch) await this.#clear(`${TEMPORARY}/${name}`);
    }
  }

  /**
   * After the commit: files of earlier tries that the manifest doesn't name, and the manifest of an empty batch before.
   */
  async #tidy(batch: number, files: readonly PartFile[]): Promise<void> {
    const named = new Set(files.map((part) => part.file.path));
    await this.#removeOthers(batchFolder(batch), named);
    if (this.#emptyBatch !== null && this.#emptyBatch < batch) {
      await this.#clear(manifestName(this.#emptyBatch));
    }
    this.#emptyBatch = files.length === 0 ? batch : null;
  }

  async #removeOthers(folder: string, named: ReadonlySet<string>): Promise<void> {
    if ((await this.#tree.status(joinPath(this.#root, folder))) === null) return;
    for (const { name, status } of await this.#tree.list(joinPath(this.#root, folder))) {
      const relative = `${folder}/${name}`;
      if (named.has(relative)) continue;
      if (status.kind === 'directory') await this.#removeOthers(relative, named);
      else await this.#clear(relative);
    }
  }

  /** Fine if it is gone: a removal whose answer was lost is asked for again. */
  async #clear(relative: string): Promise<void> {
    try {
      await this.#tree.remove(joinPath(this.#root, relative));
    } catch (error) {
      if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error;
    }
  }
}

function parseRecord(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

function refuseUnfit({ shape, format }: SinkContext, options: FileSinkOptions): void {
  const names = shape.schema.map((field) => field.name);
  for (const column of options.partition_by ?? []) {
    if (names.some((name) => name.toLowerCase() === column.toLowerCase())) continue;
    throw connectorError(
      'ESQL8453',
      { column, columns: names.join(', ') },
      { place: options.path, hint: 'Name columns of the stream in partition_by.' },
    );
  }
  const [field] = shape.schema;
  const isText = field?.type.kind === 'varchar' || field?.type.kind === 'varbinary';
  if (format?.name === 'raw' && (shape.schema.length !== 1 || !isText)) {
    throw connectorError(
      'ESQL8454',
      { format: 'RAW', why: 'needs exactly one VARCHAR or VARBINARY column' },
      { place: options.path, hint: 'Select one such column, or write FORMAT JSON.' },
    );
  }
}
