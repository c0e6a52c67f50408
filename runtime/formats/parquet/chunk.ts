/**
 * A column chunk page by page. Headers and pages are checked before the library decodes them, and only the pages of the
 * wanted rows are kept: of a large group of rows there never is more in memory than what is asked for.
 */
import { crc32 } from 'node:zlib';
import type { ColumnMetaData } from 'hyparquet';
import { assembleLists } from 'hyparquet/src/assemble.js';
import { parquetHeader } from 'hyparquet/src/column.js';
import { convert, convertWithDictionary } from 'hyparquet/src/convert.js';
import { readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { isFlatColumn } from 'hyparquet/src/schema.js';
import type { ColumnDecoder, DataPage, DecodedArray, Encoding, PageHeader } from 'hyparquet/src/types.js';
import { decompress } from './codecs.js';
import { losesHighestBit } from './delta.js';
import type { FileBytes } from '../file-bytes.js';
import {
  checkPlain,
  checkValues,
  PAGE_BYTES_MAX,
  pageColumn,
  valuesOfLevels,
  valuesOfPage,
  type PageColumn,
} from './page-checks.js';
import { damaged, PageError, ParquetError } from './problem.js';
import { endOfStruct } from './thrift.js';

/** Read at once where the pages are smaller. */
const BLOCK_BYTES = 4 * 1024 * 1024;
/** Of a page's header, which may carry the smallest and the largest text. */
const HEADER_BYTES = [64 * 1024, 16 * 1024 * 1024] as const;
/** Of values in a page: more than the largest groups of rows that writers made of NULLs alone. */
const PAGE_VALUES_MAX = 1 << 26;

export interface ChunkPages {
  readonly data: DecodedArray[];
  /** Rows of the group before the first of them. */
  readonly skipped: number;
}

interface Rows {
  readonly start: number;
  readonly end: number;
}

export class ChunkReader {
  readonly #bytes: FileBytes;
  readonly #column: PageColumn;
  readonly #name: string;
  readonly #start: number;
  readonly #end: number;
  readonly #groupRows: number;
  readonly #values: bigint;
  readonly #flat: boolean;
  #block: { readonly start: number; readonly bytes: Uint8Array } | null = null;
  #dictionary: DecodedArray | null = null;
  /** Where pages begin, by their first row; of nested columns only the first is known. */
  readonly #known: { readonly offset: number; readonly row: number }[];

  constructor(bytes: FileBytes, meta: ColumnMetaData, decoder: ColumnDecoder, groupRows: number) {
    this.#bytes = bytes;
    this.#column = pageColumn(decoder);
    this.#name = decoder.pathInSchema.join('.');
    this.#start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
    this.#end = this.#start + Number(meta.total_compressed_size);
    this.#groupRows = groupRows;
    this.#values = meta.num_values;
    this.#flat = isFlatColumn(decoder.schemaPath);
    this.#known = [{ offset: this.#start, row: 0 }];
  }

  /** Pages that hold the rows, of the group. Rejects with ParquetError, or with what reading the file rejects with. */
  async read(rows: Rows): Promise<ChunkPages> {
    const first = this.#known.findLast(({ row }) => row <= rows.start);
    let { offset, row } = first ?? { offset: this.#start, row: 0 };
    const pages: ChunkPages & { skipped: number } = { data: [], skipped: row };
    let values = 0;
    // The library stops a byte before the end, too.
    while (offset < this.#end - 1 && !(this.#flat && row >= rows.end)) {
      const { header, size } = await this.#header(offset);
      const body = await this.#at(offset + size, header.compressed_page_size);
      const count = this.#guarded(() => this.#page(header, body, { row, rows, pages }));
      offset += size + header.compressed_page_size;
      values += count;
      if (!this.#flat || count === 0) continue;
      row += count;
      if (row > (this.#known.at(-1)?.row ?? 0)) this.#known.push({ offset, row });
    }
    const complete = this.#flat ? row >= rows.end && row <= this.#groupRows : BigInt(values) === this.#values;
    if (!complete) throw damaged(`column \`${this.#name}\` has another number of values`);
    return pages;
  }

  async #header(offset: number): Promise<{ readonly header: PageHeader; readonly size: number }> {
    for (const length of HEADER_BYTES) {
      const bytes = await this.#at(offset, Math.min(length, this.#end - offset));
      const size = this.#guarded(() => endOfStruct(bytes));
      if (size === null) continue;
      const header = this.#guarded(() => parquetHeader({ view: viewOf(bytes.subarray(0, size)), offset: 0 }));
      const { compressed_page_size: compressed, uncompressed_page_size: whole } = header;
      const fits = compressed >= 0 && offset + size + compressed <= this.#end;
      if (!fits || !(whole >= 0 && whole <= PAGE_BYTES_MAX)) break;
      return { header, size };
    }
    throw damaged(`column \`${this.#name}\` has a page of a wrong size`);
  }

  /** Takes the values of a page; how many it has. */
  #page(header: PageHeader, body: Uint8Array, { row, rows, pages }: Place): number {
    if (header.crc !== undefined && crc32(body) !== header.crc >>> 0) {
      throw new PageError('has a page with a wrong checksum');
    }
    if (header.type === 'DICTIONARY_PAGE') {
      this.#dictionary ??= this.#readDictionary(header, body);
      return 0;
    }
    const { num_values: count } = header.data_page_header ?? header.data_page_header_v2 ?? { num_values: -1 };
    if (!(count >= 0 && count <= PAGE_VALUES_MAX)) throw new PageError('has a page of a wrong size');
    if (this.#flat) {
      if (row + count > this.#groupRows) throw new PageError('has another number of values');
      if (row + count <= rows.start) {
        pages.skipped = row + count;
        return count;
      }
    }
    const { encoding, page } = this.#decode(header, body);
    const values = convertWithDictionary(page.dataPage, this.#dictionary ?? undefined, encoding, this.#column.decoder);
    const last = pages.data.at(-1);
    const output = Array.isArray(last) ? last : [];
    const { schemaPath } = this.#column.decoder;
    const assembled = assembleLists(output, page.definitionLevels, page.repetitionLevels, values, schemaPath);
    if (assembled !== last && assembled.length > 0) pages.data.push(assembled);
    return count;
  }

  #decode(header: PageHeader, body: Uint8Array): { readonly encoding: Encoding; readonly page: DataPage } {
    const { data_page_header: first, data_page_header_v2: second } = header;
    const { decoder } = this.#column;
    if (header.type === 'DATA_PAGE' && first !== undefined) {
      const bytes = decompress(decoder.codec, body, header.uncompressed_page_size);
      const values = valuesOfPage(bytes, first, this.#column);
      const encoding = this.#check(bytes, values, first.encoding);
      const page = readDataPage(bytes, { ...first, encoding }, decoder);
      return { encoding, page: this.#exact(page, bytes, values.start, encoding) };
    }
    if (header.type !== 'DATA_PAGE_V2' || second === undefined) throw new PageError('has a page of an unknown type');
    const { definition_levels_byte_length: definition, repetition_levels_byte_length: repetition } = second;
    const size = definition + repetition;
    const fits = definition >= 0 && repetition >= 0 && size <= body.length && size <= header.uncompressed_page_size;
    if (!fits || (this.#flat && second.num_rows !== second.num_values)) {
      throw new PageError('has a page of a wrong size');
    }
    const rest = body.subarray(size);
    const codec = second.is_compressed === false ? 'UNCOMPRESSED' : decoder.codec;
    const bytes = decompress(codec, rest, header.uncompressed_page_size - size);
    const count = valuesOfLevels(body.subarray(0, size), second, this.#column);
    const encoding = this.#check(bytes, { start: 0, end: bytes.length, count }, second.encoding);
    const page = readDataPageV2(
      body,
      { ...header, data_page_header_v2: { ...second, encoding } },
      { ...decoder, compressors: { [decoder.codec]: () => bytes } },
    );
    return { encoding, page: this.#exact(page, bytes, 0, encoding) };
  }

  /** The encoding to read with: without values there need not be anything of an encoding. */
  #check(bytes: Uint8Array, values: Parameters<typeof checkValues>[1], encoding: Encoding): Encoding {
    if (values.count === 0) return 'PLAIN';
    checkValues(bytes, values, encoding, this.#column, this.#dictionary?.length ?? null);
    return encoding;
  }

  /** Sums of 32 bits all lack what the first of them lacks. */
  #exact(page: DataPage, bytes: Uint8Array, start: number, encoding: Encoding): DataPage {
    const { dataPage: values } = page;
    if (encoding !== 'DELTA_BINARY_PACKED' || !(values instanceof Int32Array)) return page;
    if (!losesHighestBit(bytes, { start, end: bytes.length })) return page;
    return { ...page, dataPage: values.map((value) => value ^ 0x80000000) };
  }

  #readDictionary(header: PageHeader, body: Uint8Array): DecodedArray {
    const { type, decoder } = this.#column;
    const count = header.dictionary_page_header?.num_values ?? -1;
    if (!(count >= 0 && count <= PAGE_VALUES_MAX)) throw new PageError('has a page of a wrong size');
    const bytes = decompress(decoder.codec, body, header.uncompressed_page_size);
    checkPlain(bytes, { start: 0, end: bytes.length }, type, decoder.element.type_length ?? 0, count);
    return convert(readPlain({ view: viewOf(bytes), offset: 0 }, type, count, decoder.element.type_length), decoder);
  }

  /** Bytes of the file, in memory that is not written again: values are views of it. */
  async #at(offset: number, length: number): Promise<Uint8Array> {
    const block = this.#block;
    if (block !== null && offset >= block.start && offset + length <= block.start + block.bytes.length) {
      return block.bytes.subarray(offset - block.start, offset - block.start + length);
    }
    const bytes = new Uint8Array(new ArrayBuffer(Math.min(this.#end - offset, Math.max(length, BLOCK_BYTES))));
    if ((await this.#bytes.read(bytes, offset)) < bytes.length) throw damaged('it is shorter than its size says');
    this.#block = { start: offset, bytes };
    return bytes.subarray(0, length);
  }

  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof ParquetError) throw error;
      const what = error instanceof PageError ? error.message : 'is not readable';
      throw damaged(`column \`${this.#name}\` ${what}`, error);
    }
  }
}

interface Place {
  readonly row: number;
  readonly rows: Rows;
  readonly pages: ChunkPages & { skipped: number };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
