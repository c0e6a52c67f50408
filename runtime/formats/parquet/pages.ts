/**
 * The headers of a column chunk's pages, checked before the library follows them: a wrong size would lead it in
 * circles, and pages that are missing would only be missing rows. Where the writer gave checksums, they are compared.
 */
import { crc32 } from 'node:zlib';
import type { ColumnMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { damaged } from './problem.js';

/** No writer makes larger pages: a size beyond is damage, and would be allocated. */
const PAGE_BYTES_MAX = 1 << 30;

/** A chunk within the file. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly meta: ColumnMetaData;
}

export function chunkOf(meta: ColumnMetaData): Chunk {
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  return { start, end: start + Number(meta.total_compressed_size), meta };
}

/** Throws ParquetError. `bytes` are the chunk's. */
export function checkPages(bytes: DataView, { meta }: Chunk): void {
  const name = meta.path_in_schema.join('.');
  const reader = { view: bytes, offset: 0 };
  let values = 0;
  // The library stops a byte before the end, too.
  while (reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader);
    const { compressed_page_size: compressed, uncompressed_page_size: whole } = header;
    const count =
      header.data_page_header?.num_values ??
      header.data_page_header_v2?.num_values ??
      header.dictionary_page_header?.num_values ??
      0;
    const fits = compressed >= 0 && reader.offset + compressed <= bytes.byteLength;
    if (!fits || !(whole >= 0 && whole <= PAGE_BYTES_MAX) || !(count >= 0)) {
      throw damaged(`column \`${name}\` has a page of a wrong size`);
    }
    const page = new Uint8Array(bytes.buffer, bytes.byteOffset + reader.offset, compressed);
    if (header.crc !== undefined && crc32(page) !== header.crc >>> 0) {
      throw damaged(`column \`${name}\` has a page with a wrong checksum`);
    }
    if (header.type !== 'DICTIONARY_PAGE') values += count;
    else if (count > whole * 8) throw damaged(`column \`${name}\` has a page of a wrong size`);
    reader.offset += compressed;
  }
  if (BigInt(values) !== meta.num_values) throw damaged(`column \`${name}\` has another number of values`);
}
