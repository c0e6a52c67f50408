/** The footer of a file: what is in it and where. Everything that can be refused is refused here, before any row. */
import type { FileBytes } from '../file-bytes.js';
import { parquetMetadata, parquetSchema, type FileMetaData, type SchemaElement, type SchemaTree } from 'hyparquet';
import { leafOf } from './leaf.js';
import { damaged } from './problem.js';
import { endOfStruct } from './thrift.js';

/** Positional reads of a file. */
const MAGIC = 'PAR1';
/** Of files with an encrypted footer. */
const MAGIC_ENCRYPTED = 'PARE';
const TAIL_BYTES = 8;
/** A footer of a hundred thousand column chunks has some ten megabytes. */
const FOOTER_BYTES_MAX = 64 * 1024 * 1024;

export interface Footer {
  /** For the library: without annotations of leaves, so that it gives physical values. */
  readonly metadata: FileMetaData;
  /** With all annotations. */
  readonly schema: SchemaTree;
}

export async function readFooter(bytes: FileBytes): Promise<Footer> {
  const { size } = bytes;
  if (size < MAGIC.length + TAIL_BYTES) throw damaged('it is too short for a Parquet file');
  const tail = await readAt(bytes, size - TAIL_BYTES, TAIL_BYTES);
  const magic = tail.subarray(4).toString('latin1');
  if (magic === MAGIC_ENCRYPTED) throw damaged('it is encrypted');
  if (magic !== MAGIC) throw damaged('it does not end as a Parquet file does');
  const length = tail.readUInt32LE(0);
  if (length > size - TAIL_BYTES - MAGIC.length) throw damaged('its footer is longer than the file');
  if (length > FOOTER_BYTES_MAX) throw damaged(`its footer has more than ${String(FOOTER_BYTES_MAX)} bytes`);
  const footer = await readAt(bytes, size - TAIL_BYTES - length, length + TAIL_BYTES);
  try {
    if (endOfStruct(footer.subarray(0, length)) === null) throw damaged('its footer is not readable');
    const metadata = parquetMetadata(footer, { geoparquet: false });
    const schema = parquetSchema(metadata);
    checkGroups(metadata, size - TAIL_BYTES - length);
    return { schema, metadata: { ...metadata, schema: physicalSchema(metadata.schema, schema) } };
  } catch (error) {
    if (error instanceof Error && error.name === 'ParquetError') throw error;
    throw damaged('its footer is not readable', error);
  }
}

async function readAt(bytes: FileBytes, position: number, length: number): Promise<Buffer> {
  // Memory of its own, not of Node's pool: the library makes views on whole buffers.
  const target = Buffer.from(new ArrayBuffer(length));
  if ((await bytes.read(target, position)) < length) throw damaged('it is shorter than its size says');
  return target;
}

function checkGroups({ row_groups, num_rows }: FileMetaData, dataEnd: number): void {
  let rows = 0n;
  for (const group of row_groups) {
    rows += group.num_rows;
    if (group.num_rows < 0n) throw damaged('a group of rows has a negative number of rows');
    for (const chunk of group.columns) {
      const { meta_data: meta } = chunk;
      if (chunk.crypto_metadata !== undefined) throw damaged('a column is encrypted');
      if (chunk.file_path !== undefined && chunk.file_path !== '') throw damaged('its columns lie in other files');
      if (meta === undefined) throw damaged('a column has no description');
      const start = meta.dictionary_page_offset ?? meta.data_page_offset;
      const inside = start >= 0n && meta.total_compressed_size >= 0n && meta.total_uncompressed_size >= 0n;
      if (!inside || start + meta.total_compressed_size > BigInt(dataEnd)) throw damaged('it was cut or put together');
    }
  }
  if (rows !== num_rows) throw damaged('its groups do not have the rows that its footer says');
}

/** Leaves without annotations, but for texts in lists and maps: names of maps have to be texts. */
function physicalSchema(elements: readonly SchemaElement[], root: SchemaTree): SchemaElement[] {
  const nested = new Set<SchemaElement>();
  for (const column of root.children) for (const child of column.children) collect(child, nested);
  return elements.map((element) => {
    if (element.type === undefined) return element;
    const physical = { ...element };
    delete physical.converted_type;
    delete physical.logical_type;
    const leaf = leafOf(element);
    const isText = leaf.kind === 'text' || leaf.kind === 'json';
    const asText = nested.has(element) || element.repetition_type === 'REPEATED';
    return isText && asText ? { ...physical, converted_type: 'UTF8' } : physical;
  });
}

function collect(node: SchemaTree, into: Set<SchemaElement>): void {
  into.add(node.element);
  for (const child of node.children) collect(child, into);
}
