/** The inside of a page, checked before the library decodes it: it follows what it reads, or takes it for values. */
import type { ColumnDecoder, DataPageHeader, DataPageHeaderV2, Encoding, ParquetType } from 'hyparquet/src/types.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { checkDeltaBytes, endOfIntegers } from './delta.js';
import { tallyHybrid, type Span } from './hybrid.js';
import { PageError } from './problem.js';

/** No writer makes larger pages: a size beyond is damage, and would be allocated. */
export const PAGE_BYTES_MAX = 1 << 30;

/** What a page is read with. */
export interface PageColumn {
  readonly type: ParquetType;
  readonly decoder: ColumnDecoder;
  readonly maxRepetition: number;
  readonly maxDefinition: number;
}

export function pageColumn(decoder: ColumnDecoder): PageColumn {
  const { type, schemaPath } = decoder;
  const maxRepetition = getMaxRepetitionLevel(schemaPath);
  return { type, decoder, maxRepetition, maxDefinition: getMaxDefinitionLevel(schemaPath) };
}

/** Where the values of a page lie, and how many they are. */
export interface PageValues extends Span {
  readonly count: number;
}

/** Levels before the values, each behind its length. Throws PageError. */
export function valuesOfPage(page: Uint8Array, header: DataPageHeader, column: PageColumn): PageValues {
  const { maxRepetition, maxDefinition } = column;
  const all = { start: 0, end: page.length };
  const behind =
    maxRepetition === 0
      ? all
      : levels(page, all, maxRepetition, header.repetition_level_encoding, header.num_values).rest;
  if (maxDefinition === 0) return { ...behind, count: header.num_values };
  const { rest, most } = levels(page, behind, maxDefinition, header.definition_level_encoding, header.num_values);
  return { ...rest, count: most };
}

function levels(page: Uint8Array, { start, end }: Span, max: number, encoding: Encoding, count: number) {
  if (encoding !== 'RLE') throw new PageError(`has levels in the encoding ${encoding}, which is not read`);
  if (start + 4 > end) throw new PageError('ends within its levels');
  const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(start, true);
  const span = { start: start + 4, end: start + 4 + length };
  if (span.end > end) throw new PageError('ends within its levels');
  return { rest: { start: span.end, end }, most: checkLevels(page, span, max, count) };
}

/** How many of them are the highest. */
function checkLevels(page: Uint8Array, span: Span, max: number, count: number): number {
  const { most, matches } = tallyHybrid(page, span, 32 - Math.clz32(max), count, max);
  if (most > max) throw new PageError('has levels that its schema lacks');
  return matches;
}

/** Checks levels that lie before a compressed part; how many values follow. Throws PageError. */
export function valuesOfLevels(levelBytes: Uint8Array, header: DataPageHeaderV2, column: PageColumn): number {
  const { repetition_levels_byte_length: repetition, num_values, num_nulls } = header;
  const { maxRepetition, maxDefinition } = column;
  if (maxRepetition > 0) checkLevels(levelBytes, { start: 0, end: repetition }, maxRepetition, num_values);
  const span = { start: repetition, end: levelBytes.length };
  const count = maxDefinition > 0 ? checkLevels(levelBytes, span, maxDefinition, num_values) : num_values;
  if (count !== num_values - num_nulls) throw new PageError('has another number of NULLs than it says');
  return count;
}

/**
 * Checks that the values are there. Throws PageError.
 *
 * @param entries - Of the dictionary; null where none came before.
 */
export function checkValues(
  page: Uint8Array,
  { start, end, count }: PageValues,
  encoding: Encoding,
  { type, decoder: { element } }: PageColumn,
  entries: number | null,
): void {
  const span = { start, end };
  switch (encoding) {
    case 'PLAIN':
      checkPlain(page, span, type, element.type_length ?? 0, count);
      return;
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      if (entries === null) throw new PageError('has no dictionary');
      checkIndexes(page, span, count, entries);
      return;
    case 'RLE':
      if (type !== 'BOOLEAN') break;
      levels(page, span, 1, 'RLE', count);
      return;
    case 'BYTE_STREAM_SPLIT':
      if (bytesOf(type, element.type_length ?? 0, count) > end - start) throw shorter();
      return;
    case 'DELTA_BINARY_PACKED':
      if (type !== 'INT32' && type !== 'INT64') break;
      endOfIntegers(page, span, count);
      return;
    case 'DELTA_LENGTH_BYTE_ARRAY':
    case 'DELTA_BYTE_ARRAY':
      if (type !== 'BYTE_ARRAY' && type !== 'FIXED_LEN_BYTE_ARRAY') break;
      checkDeltaBytes(page, span, count, encoding === 'DELTA_BYTE_ARRAY', PAGE_BYTES_MAX);
      return;
    case 'BIT_PACKED':
    case 'GROUP_VAR_INT':
      break;
  }
  throw new PageError(`has a page in the encoding ${encoding} of ${type}, which is not read`);
}

function checkIndexes(page: Uint8Array, { start, end }: Span, count: number, entries: number): void {
  if (start >= end) throw shorter();
  const width = page[start] ?? 0;
  // Of indexes without bits some writers leave the runs out.
  const absent = width === 0 && start + 1 === end;
  const most = absent ? 0 : tallyHybrid(page, { start: start + 1, end }, width, count, 0).most;
  if (most >= entries) throw new PageError('has an index beyond its dictionary');
}

/** Also of dictionaries. Throws PageError. */
export function checkPlain(
  page: Uint8Array,
  { start, end }: Span,
  type: ParquetType,
  length: number,
  count: number,
): void {
  if (type !== 'BYTE_ARRAY') {
    if (bytesOf(type, length, count) > end - start) throw shorter();
    return;
  }
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 4 > end) throw shorter();
    at += 4 + view.getUint32(at, true);
    if (at > end) throw shorter();
  }
}

function bytesOf(type: ParquetType, length: number, count: number): number {
  switch (type) {
    case 'BOOLEAN':
      return Math.ceil(count / 8);
    case 'INT32':
    case 'FLOAT':
      return count * 4;
    case 'INT64':
    case 'DOUBLE':
      return count * 8;
    case 'INT96':
      return count * 12;
    case 'FIXED_LEN_BYTE_ARRAY':
      if (length <= 0) throw new PageError('has values without a length');
      return count * length;
    case 'BYTE_ARRAY':
      return count * 4;
  }
}

function shorter(): PageError {
  return new PageError('has fewer values than it says');
}
