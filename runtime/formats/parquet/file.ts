/**
 * An opened file: how many rows it has, what they cost, and the values of needed columns, a window of rows at a time.
 */
import { parquetScan, type ParquetScan } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { SourceColumn } from '../../../plan/plan.js';
import { typeToText } from '../../../plan/types.js';
import { converter, type Converter } from './convert.js';
import { readFooter, type Footer, type ParquetBytes } from './footer.js';
import { leafOf, leafToText, type Leaf } from './leaf.js';
import { nestedConverter, unreadableLeaf } from './nested.js';
import { checkPages, chunkOf, type Chunk } from './pages.js';
import { damaged, ParquetError } from './problem.js';

/** A column of the source as the file has it. */
export interface FileColumn {
  readonly name: string;
  readonly convert: Converter;
  /** What the values mean, for columns that can be taken as they are; null for lists, maps and groups. */
  readonly leaf: Leaf | null;
}

/** Rows that are decoded at once: a group of rows, or a part of one that is large. */
interface Window {
  readonly start: number;
  readonly end: number;
}

interface Group extends Window {
  readonly windowRows: number;
  readonly bytesPerRow: number;
  /** NULLs that the file's statistics count, by column. */
  readonly nulls: ReadonlyMap<string, number>;
}

/** What the decoded values of a window may take, roughly. */
const WINDOW_BYTES = 32 * 1024 * 1024;
/** A value costs something even if it compresses to nothing. */
const VALUE_BYTES_MIN = 4;

export class ParquetFile {
  readonly rowCount: number;
  /** One per column of the source; null for metadata, and for columns that the file lacks. */
  readonly columns: readonly (FileColumn | null)[];
  readonly #groups: readonly Group[];
  readonly #bytes: GuardedBytes;
  readonly #footer: Footer;
  #scan: ParquetScan | null = null;
  readonly #loaded = new Map<string, { readonly start: number; readonly values: ArrayLike<unknown> }>();

  private constructor(bytes: GuardedBytes, footer: Footer, columns: readonly (FileColumn | null)[]) {
    this.#bytes = bytes;
    this.#footer = footer;
    this.columns = columns;
    this.rowCount = Number(footer.metadata.num_rows);
    this.#groups = groupsOf(footer, columns);
  }

  /** Rejects with ParquetError if it is no such file, or not one that has the columns. */
  static async open(
    bytes: ParquetBytes,
    columns: readonly SourceColumn[],
    missingIsNull: boolean,
  ): Promise<ParquetFile> {
    const footer = await readFooter(bytes);
    return new ParquetFile(
      new GuardedBytes(bytes, chunksOf(footer)),
      footer,
      columns.map((column) => (column.from === 'record' ? fileColumn(footer, column, missingIsNull) : null)),
    );
  }

  /** Behind the last of the rows from `start` on that have about `bytes_max` bytes; at least one, if there is one. */
  cut(start: number, bytes_max: number): { readonly end: number; readonly bytes: number } {
    let end = start;
    let bytes = 0;
    for (const group of this.#groups) {
      if (group.end <= end) continue;
      const rows = Math.min(group.end - end, Math.floor((bytes_max - bytes) / group.bytesPerRow));
      const taken = end === start ? Math.max(1, rows) : rows;
      if (taken <= 0) break;
      end += taken;
      bytes += taken * group.bytesPerRow;
      if (end < group.end) break;
    }
    return { end, bytes };
  }

  bytesPerRow(row: number): number {
    return this.#groups.find(({ end }) => row < end)?.bytesPerRow ?? 1;
  }

  /** The window that holds a row. Windows don't depend on how the rows are asked for. */
  windowAt(row: number): Window {
    const group = this.#groups.find(({ end }) => row < end);
    if (group === undefined) return { start: row, end: row };
    const start = row - ((row - group.start) % group.windowRows);
    return { start, end: Math.min(group.end, start + group.windowRows) };
  }

  /** The values of a column in a window. The newest window of each column is kept. */
  async values(column: FileColumn, window: Window): Promise<ArrayLike<unknown>> {
    const { name } = column;
    const known = this.#loaded.get(name);
    if (known?.start === window.start) return known.values;
    this.#loaded.delete(name);
    const values = await this.#read(name, window);
    this.#check(column, window, values);
    this.#loaded.set(name, { start: window.start, values });
    return values;
  }

  async #read(column: string, { start, end }: Window): Promise<ArrayLike<unknown>> {
    try {
      this.#scan ??= await this.#open();
      return await this.#scan.readColumn({ column, rowStart: start, rowEnd: end });
    } catch (error) {
      if (this.#bytes.failure !== null) throw this.#bytes.failure;
      throw error instanceof ParquetError ? error : damaged(`column \`${column}\` is not readable`, error);
    }
  }

  #open(): Promise<ParquetScan> {
    const names = this.columns.flatMap((column) => (column === null ? [] : [column.name]));
    return parquetScan({
      file: this.#bytes,
      metadata: this.#footer.metadata,
      columns: [...new Set(names)],
      compressors,
      utf8: false,
      // Whole chunks, so that their pages can be checked.
      useOffsetIndex: false,
      // The days of an INT96 come as nanoseconds since 1970.
      parsers: { timestampFromNanoseconds: (value) => value },
    });
  }

  /** A page that was cut or a dictionary with too few entries gives fewer values or more NULLs, and no error. */
  #check({ name, leaf }: FileColumn, window: Window, values: ArrayLike<unknown>): void {
    if (values.length !== window.end - window.start) throw damaged(`column \`${name}\` has another number of rows`);
    const group = this.#groups.find(({ start, end }) => start === window.start && end === window.end);
    const expected = group?.nulls.get(name);
    if (expected === undefined || leaf === null) return;
    let found = 0;
    for (let i = 0; i < values.length; i++) if (values[i] === undefined || values[i] === null) found++;
    if (found !== expected) throw damaged(`column \`${name}\` has another number of NULLs than its statistics say`);
  }
}

function fileColumn(footer: Footer, column: SourceColumn, missingIsNull: boolean): FileColumn | null {
  const { name, field } = column;
  const node = footer.schema.children.find((child) => child.element.name === name);
  if (node === undefined) {
    if (missingIsNull) return null;
    const columns = footer.schema.children.map((child) => child.element.name);
    throw new ParquetError({ kind: 'missing', column: name, columns });
  }
  const expected = typeToText(field.type);
  if (node.children.length > 0 || node.element.repetition_type === 'REPEATED') {
    const unreadable = unreadableLeaf(node);
    const found = unreadable === undefined ? 'a list, map or group' : leafToText(unreadable);
    if (field.type.kind !== 'json' || unreadable !== undefined)
      throw new ParquetError({ kind: 'type', column: name, expected, found });
    return { name, convert: nestedConverter(node), leaf: null };
  }
  const leaf = leafOf(node.element);
  refuseInexact(footer, name, leaf);
  const convert = converter(leaf, field.type);
  if (convert === undefined) throw new ParquetError({ kind: 'type', column: name, expected, found: leafToText(leaf) });
  return { name, convert, leaf };
}

/** The library loses the highest bit of the first of them. */
function refuseInexact({ metadata }: Footer, column: string, leaf: Leaf): void {
  if (leaf.kind !== 'integer' || leaf.signed || leaf.bits !== 32) return;
  for (const { columns } of metadata.row_groups) {
    const chunk = columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === column);
    if (chunk?.meta_data?.encodings.includes('DELTA_BINARY_PACKED') !== true) continue;
    throw damaged(`column \`${column}\` has unsigned integers in the encoding DELTA_BINARY_PACKED, which is not read`);
  }
}

function groupsOf({ metadata }: Footer, columns: readonly (FileColumn | null)[]): readonly Group[] {
  const needed = new Set(columns.flatMap((column) => (column === null ? [] : [column.name])));
  const groups: Group[] = [];
  let start = 0;
  for (const { num_rows, columns: chunks } of metadata.row_groups) {
    const rows = Number(num_rows);
    if (rows === 0) continue;
    let bytes = rows;
    const nulls = new Map<string, number>();
    for (const { meta_data: meta } of chunks) {
      const name = meta?.path_in_schema[0];
      if (meta === undefined || name === undefined || !needed.has(name)) continue;
      bytes += Math.max(Number(meta.total_uncompressed_size), rows * VALUE_BYTES_MIN);
      const count = meta.statistics?.null_count;
      if (count !== undefined && meta.path_in_schema.length === 1) nulls.set(name, Number(count));
    }
    const bytesPerRow = bytes / rows;
    const windowRows = Math.min(rows, Math.max(1, Math.floor(WINDOW_BYTES / bytesPerRow)));
    groups.push({ start, end: start + rows, windowRows, bytesPerRow, nulls });
    start += rows;
  }
  return groups;
}

function chunksOf({ metadata }: Footer): readonly Chunk[] {
  return metadata.row_groups.flatMap(({ columns }) =>
    columns.flatMap(({ meta_data: meta }) => (meta === undefined ? [] : [chunkOf(meta)])),
  );
}

/**
 * The file for the library; checks what it is given, and remembers what reading itself failed with, which is no damage
 * of the file.
 */
class GuardedBytes {
  failure: Error | null = null;
  readonly byteLength: number;
  readonly #bytes: ParquetBytes;
  readonly #chunks: readonly Chunk[];

  constructor(bytes: ParquetBytes, chunks: readonly Chunk[]) {
    this.#bytes = bytes;
    this.#chunks = chunks;
    this.byteLength = bytes.size;
  }

  async slice(start: number, end = this.byteLength): Promise<ArrayBuffer> {
    const buffer = new ArrayBuffer(Math.max(0, end - start));
    try {
      const count = await this.#bytes.read(new Uint8Array(buffer), start);
      if (count < buffer.byteLength) throw damaged('it is shorter than its size says');
    } catch (error) {
      if (error instanceof Error) this.failure = error;
      throw error;
    }
    for (const chunk of this.#chunks) {
      if (chunk.start < start || chunk.end > end) continue;
      checkPages(new DataView(buffer, chunk.start - start, chunk.end - chunk.start), chunk);
    }
    return buffer;
  }
}
