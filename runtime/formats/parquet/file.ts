/**
 * An opened file: how many rows it has, what they cost, and the values of needed columns, a window of rows at a time.
 */
import { parquetSchema, type SchemaTree } from 'hyparquet';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { assembleAsync } from 'hyparquet/src/rowgroup.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import type { AsyncColumn } from 'hyparquet/src/types.js';
import { flatten } from 'hyparquet/src/utils.js';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { SourceColumn } from '../../../plan/plan.js';
import { typeToText } from '../../../plan/types.js';
import { ChunkReader } from './chunk.js';
import { converter, type Converter } from './convert.js';
import type { FileBytes } from '../file-bytes.js';
import { readFooter, type Footer } from './footer.js';
import { leafOf, leafToText, type Leaf } from './leaf.js';
import { nestedConverter, unreadableLeaf } from './nested.js';
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
  /** Its number in the file. */
  readonly index: number;
  readonly windowRows: number;
  readonly bytesPerRow: number;
  /** NULLs that the file's statistics count, by column. */
  readonly nulls: ReadonlyMap<string, number>;
}

type Values = ArrayLike<unknown> & { slice(start: number, end: number): ArrayLike<unknown> };

interface LeafReader {
  readonly pathInSchema: string[];
  readonly reader: ChunkReader;
}

/** The days of an INT96 come as nanoseconds since 1970. */
const PARSERS = { ...DEFAULT_PARSERS, timestampFromNanoseconds: (value: bigint): bigint => value };

/** What the decoded values of a window may take, roughly. */
const WINDOW_BYTES = 32 * 1024 * 1024;
/** A value costs something even if it compresses to nothing. */
const VALUE_BYTES_MIN = 4;

export class ParquetFile {
  readonly rowCount: number;
  /** One per column of the source; null for metadata, and for columns that the file lacks. */
  readonly columns: readonly (FileColumn | null)[];
  readonly #groups: readonly Group[];
  readonly #bytes: FileBytes;
  readonly #footer: Footer;
  /** As the library is to see it. */
  readonly #tree: SchemaTree;
  /** Of the group that is being read. */
  readonly #readers = new Map<string, { readonly group: number; readonly chunks: readonly LeafReader[] }>();
  readonly #loaded = new Map<string, { readonly start: number; readonly values: ArrayLike<unknown> }>();

  private constructor(bytes: FileBytes, footer: Footer, columns: readonly (FileColumn | null)[]) {
    this.#bytes = bytes;
    this.#footer = footer;
    this.#tree = parquetSchema(footer.metadata);
    this.columns = columns;
    this.rowCount = Number(footer.metadata.num_rows);
    this.#groups = groupsOf(footer, columns);
  }

  /** Rejects with ParquetError if it is no such file, or not one that has the columns. */
  static async open(bytes: FileBytes, columns: readonly SourceColumn[], missingIsNull: boolean): Promise<ParquetFile> {
    const footer = await readFooter(bytes);
    return new ParquetFile(
      bytes,
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
    const group = this.#groups.find((each) => start < each.end);
    invariant(group !== undefined, 'a window lies in a group');
    const rows = { start: start - group.start, end: end - group.start };
    const columns: AsyncColumn[] = [];
    for (const { pathInSchema, reader } of this.#chunks(column, group)) {
      columns.push({ pathInSchema, data: Promise.resolve(await reader.read(rows)) });
    }
    return guarded(column, () => this.#assembled(column, group, rows, columns));
  }

  async #assembled(column: string, group: Group, rows: Window, columns: AsyncColumn[]): Promise<ArrayLike<unknown>> {
    const selected = { groupStart: group.start, groupRows: group.end - group.start, asyncColumns: columns };
    const range = { selectStart: rows.start, selectEnd: rows.end };
    const found = await assembleAsync({ ...selected, ...range }, this.#tree, PARSERS).asyncColumns[0]?.data;
    if (found === undefined) throw damaged(`column \`${column}\` is missing in a group of rows`);
    const values: Values = flatten(found.data);
    const [first, behind] = [rows.start - found.skipped, rows.end - found.skipped];
    return first === 0 && behind === values.length ? values : values.slice(first, behind);
  }

  #chunks(column: string, group: Group): readonly LeafReader[] {
    const known = this.#readers.get(column);
    if (known?.group === group.index) return known.chunks;
    const chunks: LeafReader[] = [];
    for (const { meta_data: meta } of this.#footer.metadata.row_groups[group.index]?.columns ?? []) {
      if (meta?.path_in_schema[0] !== column) continue;
      const pathInSchema = meta.path_in_schema;
      const schemaPath = pathOf(this.#tree, pathInSchema, column);
      const element = schemaPath.at(-1)?.element ?? this.#tree.element;
      if (element.type !== meta.type) throw damaged(`column \`${column}\` has another type than its description`);
      const { type, codec } = meta;
      const decoder = { pathInSchema, type, element, schemaPath, codec, parsers: PARSERS, utf8: false };
      chunks.push({ pathInSchema, reader: new ChunkReader(this.#bytes, meta, decoder, group.end - group.start) });
    }
    this.#readers.set(column, { group: group.index, chunks });
    return chunks;
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

async function guarded<T>(column: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof ParquetError ? error : damaged(`column \`${column}\` is not readable`, error);
  }
}

function pathOf(tree: SchemaTree, path: string[], column: string): SchemaTree[] {
  try {
    return getTreePath(tree, path);
  } catch (error) {
    throw damaged(`column \`${column}\` is not in its schema`, error);
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
  const convert = converter(leaf, field.type);
  if (convert === undefined) throw new ParquetError({ kind: 'type', column: name, expected, found: leafToText(leaf) });
  return { name, convert, leaf };
}

function groupsOf({ metadata }: Footer, columns: readonly (FileColumn | null)[]): readonly Group[] {
  const needed = new Set(columns.flatMap((column) => (column === null ? [] : [column.name])));
  const groups: Group[] = [];
  let start = 0;
  for (const [index, { num_rows, columns: chunks }] of metadata.row_groups.entries()) {
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
    groups.push({ index, start, end: start + rows, windowRows, bytesPerRow, nulls });
    start += rows;
  }
  return groups;
}
