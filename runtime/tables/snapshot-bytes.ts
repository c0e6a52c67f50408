/**
 * A snapshot as bytes, little-endian: `"ESQLTAB1" | rows u32 | columns u32`, then per column `kind u8 | has NULLs u8`,
 * a byte per row if it has (1 = a value), and the values: of text and bytes all lengths (u32), the number of bytes
 * (u32) and the bytes one after the other. The same rows in the same order give the same bytes, so a table that did not
 * change has the same hash when it is loaded again.
 */
import type { Schema } from '../../plan/types.js';
import { physicalKind, type Column, type PhysicalKind, type Validity } from '../columns/column.js';
import { snapshotOf, type TableSnapshot } from './snapshot.js';

const MAGIC = new TextEncoder().encode('ESQLTAB1');
const HEADER_BYTES = 16;
const kinds: readonly PhysicalKind[] = ['u8', 'i32', 'i64', 'f64', 'i128', 'bytes'];

/** In order; views of the snapshot's own arrays where they can be. */
export function encodeSnapshot(snapshot: TableSnapshot): readonly Uint8Array[] {
  const { rowCount, columns } = snapshot;
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  const view = new DataView(header.buffer);
  view.setUint32(8, rowCount, true);
  view.setUint32(12, columns.length, true);
  return [header, ...columns.flatMap((column) => encodeColumn(column, rowCount))];
}

function encodeColumn(column: Column, rowCount: number): readonly Uint8Array[] {
  const valid = column.valid?.subarray(0, rowCount) ?? null;
  const hasNull = valid?.includes(0) === true;
  const head = Uint8Array.of(kinds.indexOf(column.kind), hasNull ? 1 : 0);
  const validity = hasNull ? [valid] : [];
  switch (column.kind) {
    case 'u8':
    case 'i32':
    case 'i64':
    case 'f64':
      return [head, ...validity, bytesOf(column.values.subarray(0, rowCount))];
    case 'i128':
      return [head, ...validity, bytesOf(column.values.subarray(0, 2 * rowCount))];
    case 'bytes': {
      const lengths = column.lengths.slice(0, rowCount);
      // Other rows than these may lie between them in a heap.
      let total = 0;
      for (let row = 0; row < rowCount; row += 1) total += lengths[row]!;
      const heap = new Uint8Array(total);
      for (let row = 0, at = 0; row < rowCount; row += 1) {
        const start = column.starts[row]!;
        heap.set(column.heap.subarray(start, start + lengths[row]!), at);
        at += lengths[row]!;
      }
      const size = new Uint8Array(4);
      new DataView(size.buffer).setUint32(0, total, true);
      return [head, ...validity, bytesOf(lengths), size, heap];
    }
  }
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Null if the bytes are no snapshot of these columns. Whatever the bytes are, nothing is thrown. */
export function decodeSnapshot(schema: Schema, bytes: Uint8Array): TableSnapshot | null {
  const reader = new Reader(bytes);
  const magic = reader.take(MAGIC.length);
  if (magic === null || !MAGIC.every((byte, index) => magic[index] === byte)) return null;
  const rowCount = reader.count();
  if (rowCount === null || reader.count() !== schema.length) return null;
  const columns: Column[] = [];
  for (const field of schema) {
    const column = decodeColumn(reader, physicalKind(field.type), rowCount);
    if (column === null) return null;
    columns.push(column);
  }
  return reader.atEnd ? snapshotOf(rowCount, columns) : null;
}

function decodeColumn(reader: Reader, kind: PhysicalKind, rowCount: number): Column | null {
  const head = reader.take(2);
  if (head === null || kinds[head[0]!] !== kind) return null;
  const valid: Validity = head[1] === 1 ? reader.take(rowCount) : null;
  if (head[1] === 1 && valid === null) return null;
  const values = reader.take(rowCount * (kind === 'bytes' ? 4 : valueBytes[kind]));
  if (values === null) return null;
  const { buffer } = values;
  switch (kind) {
    case 'u8':
      return { kind, values, valid };
    case 'i32':
      return { kind, values: new Int32Array(buffer), valid };
    case 'i64':
    case 'i128':
      return { kind, values: new BigInt64Array(buffer), valid };
    case 'f64':
      return { kind, values: new Float64Array(buffer), valid };
    case 'bytes': {
      const size = reader.count();
      const heap = size === null ? null : reader.take(size);
      return heap === null ? null : bytesColumn(new Int32Array(buffer), heap, valid);
    }
  }
}

const valueBytes = { u8: 1, i32: 4, i64: 8, f64: 8, i128: 16 } as const;

function bytesColumn(lengths: Int32Array, heap: Uint8Array, valid: Validity): Column | null {
  const starts = new Int32Array(lengths.length);
  let at = 0;
  for (let row = 0; row < lengths.length; row += 1) {
    starts[row] = at;
    if (lengths[row]! < 0) return null;
    at += lengths[row]!;
  }
  return at === heap.length ? { kind: 'bytes', heap, starts, lengths, valid } : null;
}

/** Copies parts out, so that each begins where its element size wants it. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Uint8Array<ArrayBuffer> | null {
    if (length > this.#bytes.length - this.#at) return null;
    const part = new Uint8Array(length);
    part.set(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return part;
  }

  count(): number | null {
    const part = this.take(4);
    return part === null ? null : new DataView(part.buffer).getUint32(0, true);
  }
}
