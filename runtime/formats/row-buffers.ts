/**
 * The columns of the batch being filled, as typed arrays over an arena, and how they leave as a ColumnBatch. Scanners
 * and slow parsers write into the same buffers, row by row.
 */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import { metadataOrigin, type MetadataOrigin } from '../../plan/connectors/metadata.js';
import type { SourceColumn } from '../../plan/plan.js';
import { physicalKind, type Column, type PhysicalKind } from '../columns/column.js';
import type { Arena } from './arena.js';
import { ROWS_PER_COLUMN_BATCH_MAX, type Envelope, type RawChunk, type RowSink, type Slices } from './format.js';

/** Where a column's buffers lie; `lengths` for bytes, `valid` for nullable columns, else 0. */
export interface ColumnSpace {
  readonly kind: PhysicalKind;
  readonly values: number;
  readonly lengths: number;
  readonly valid: number;
}

/** A column's buffers as views; those that the kind doesn't use are empty. */
export interface ColumnViews {
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly i64: BigInt64Array;
  readonly f64: Float64Array;
  readonly lengths: Int32Array;
  /** A Buffer, because its search for a byte is memchr and not a loop. */
  readonly valid: Buffer;
}

/** What a batch needs to know of the chunk it comes from. */
export interface ChunkPlace {
  readonly partition: number;
  readonly resource: string;
  /** Position of the arena's byte 0, or null if positions are listed. */
  readonly base: number | null;
  readonly envelope: Envelope | null;
}

const ROWS = ROWS_PER_COLUMN_BATCH_MAX;
const VALUE_BYTES: { readonly [K in PhysicalKind]: number } = { u8: 1, i32: 4, i64: 8, f64: 8, i128: 16, bytes: 4 };

export class RowBuffers {
  readonly spaces: readonly ColumnSpace[];
  readonly starts: number;
  readonly lengths: number;
  /** One per column; use `refresh` after anything that may grow the arena. */
  views: readonly ColumnViews[] = [];
  startsView: Int32Array = new Int32Array(0);
  lengthsView: Int32Array = new Int32Array(0);
  /** Positions of rows where the chunk lists them. */
  readonly positions = new Float64Array(ROWS);
  /** Of each row, the index of its record within the chunk; kept where positions are listed. */
  readonly records = new Int32Array(ROWS);
  /** Per row, +1 or -1, where a format has rows that are taken back. */
  weights: Int32Array | null = null;
  #generation = -1;
  #ordinal = 0;
  readonly #arena: Arena;
  readonly #columns: readonly SourceColumn[];
  readonly #encoder = new TextEncoder();

  constructor(arena: Arena, columns: readonly SourceColumn[]) {
    this.#arena = arena;
    this.#columns = columns;
    this.starts = arena.reserve(ROWS * 4);
    this.lengths = arena.reserve(ROWS * 4);
    this.spaces = columns.map((column) => {
      if (column.from === 'metadata' && metadataOrigin(column.name) === undefined) {
        throw new InternalError(`no decoder gives the metadata '${column.name}'`);
      }
      const kind = physicalKind(column.field.type);
      return {
        kind,
        values: arena.reserve(ROWS * VALUE_BYTES[kind]),
        lengths: kind === 'bytes' ? arena.reserve(ROWS * 4) : 0,
        valid: column.field.nullable ? arena.reserve(ROWS) : 0,
      };
    });
    this.refresh();
  }

  /** Makes the views again if the arena has grown. */
  refresh(): void {
    if (this.#generation === this.#arena.generation) return;
    this.#generation = this.#arena.generation;
    const buffer = this.#arena.memory.buffer;
    this.startsView = new Int32Array(buffer, this.starts, ROWS);
    this.lengthsView = new Int32Array(buffer, this.lengths, ROWS);
    this.views = this.spaces.map(({ kind, values, lengths, valid }) => ({
      u8: new Uint8Array(buffer, values, kind === 'u8' ? ROWS : 0),
      i32: new Int32Array(buffer, values, kind === 'i32' || kind === 'bytes' ? ROWS : 0),
      i64: new BigInt64Array(buffer, values, kind === 'i64' ? ROWS : kind === 'i128' ? 2 * ROWS : 0),
      f64: new Float64Array(buffer, values, kind === 'f64' ? ROWS : 0),
      lengths: new Int32Array(buffer, lengths, kind === 'bytes' ? ROWS : 0),
      valid: Buffer.from(buffer, valid, valid === 0 ? 0 : ROWS),
    }));
  }

  begin(): void {
    this.#ordinal = 0;
  }

  /** Hands over the first `rowCount` rows. */
  flush(rowCount: number, place: ChunkPlace, sink: RowSink): void {
    if (rowCount === 0) return;
    this.#fillMetadata(rowCount, place);
    this.refresh();
    const heap = this.#arena.bytes;
    sink.rows({
      rowCount,
      columns: this.#columns.map((column, index) => {
        const slices = column.from === 'metadata' ? envelopeSlices(metadataOrigin(column.name), place) : null;
        return slices === null ? this.#column(index, rowCount, heap) : this.#gather(slices, rowCount, index);
      }),
      selection: null,
      weights: this.weights?.subarray(0, rowCount) ?? null,
      origin: {
        partition: place.partition,
        resource: place.resource,
        heap,
        starts: this.startsView.subarray(0, rowCount),
        lengths: this.lengthsView.subarray(0, rowCount),
        positions: place.base === null ? this.positions.subarray(0, rowCount) : null,
        position_base: place.base ?? 0,
      },
      ordinal_base: this.#ordinal,
    });
    this.#ordinal += rowCount;
  }

  #column(index: number, rowCount: number, heap: Uint8Array): Column {
    const view = this.views[index];
    const space = this.spaces[index];
    if (view === undefined || space === undefined) throw new InternalError(`no column ${String(index)}`);
    const firstNull = view.valid.indexOf(0);
    // Behind the last row lies what an earlier batch left.
    const valid = firstNull >= 0 && firstNull < rowCount ? view.valid.subarray(0, rowCount) : null;
    switch (space.kind) {
      case 'u8':
        return { kind: 'u8', values: view.u8.subarray(0, rowCount), valid };
      case 'i32':
        return { kind: 'i32', values: view.i32.subarray(0, rowCount), valid };
      case 'i64':
        return { kind: 'i64', values: view.i64.subarray(0, rowCount), valid };
      case 'f64':
        return { kind: 'f64', values: view.f64.subarray(0, rowCount), valid };
      case 'i128':
        return { kind: 'i128', values: view.i64.subarray(0, 2 * rowCount), valid };
      case 'bytes': {
        const starts = view.i32.subarray(0, rowCount);
        return { kind: 'bytes', heap, starts, lengths: view.lengths.subarray(0, rowCount), valid };
      }
    }
  }

  /** The slices of the rows' records, as a column over the envelope's own heap. */
  #gather({ heap, starts, lengths }: Slices, rowCount: number, index: number): Column {
    const view = this.views[index];
    if (view === undefined) throw new InternalError(`no column ${String(index)}`);
    const valid = view.valid.length === 0 ? null : view.valid.subarray(0, rowCount);
    for (let row = 0; row < rowCount; row++) {
      const record = this.records[row] ?? 0;
      const length = lengths[record] ?? 0;
      if (valid !== null) valid[row] = length < 0 ? 0 : 1;
      view.i32[row] = starts[record] ?? 0;
      view.lengths[row] = Math.max(0, length);
    }
    const own = view.i32.subarray(0, rowCount);
    return { kind: 'bytes', heap, starts: own, lengths: view.lengths.subarray(0, rowCount), valid };
  }

  #fillMetadata(rowCount: number, place: ChunkPlace): void {
    this.#columns.forEach((column, index) => {
      if (column.from !== 'metadata') return;
      const origin = metadataOrigin(column.name);
      const path = origin === 'resource' ? this.#encoder.encode(place.resource) : null;
      const pathStart = path === null ? 0 : this.#arena.sideSpace(path.length);
      this.refresh();
      const view = this.views[index];
      if (view === undefined) throw new InternalError(`no column ${String(index)}`);
      if (column.field.nullable) view.valid.fill(1, 0, rowCount);
      if (path !== null) {
        this.#arena.bytes.set(path, pathStart);
        view.i32.fill(pathStart, 0, rowCount);
        view.lengths.fill(path.length, 0, rowCount);
      } else if (origin === 'raw') {
        view.i32.set(this.startsView.subarray(0, rowCount));
        view.lengths.set(this.lengthsView.subarray(0, rowCount));
      } else if (origin === 'partition') {
        view.i32.fill(place.partition, 0, rowCount);
      } else if (origin === 'timestamp') {
        const times_us = envelopeOf(place).timestamps_us;
        for (let row = 0; row < rowCount; row++) view.i64[row] = times_us[this.records[row] ?? 0] ?? 0n;
      } else if (origin === 'leader_epoch') {
        const epochs = envelopeOf(place).leaderEpochs;
        for (let row = 0; row < rowCount; row++) view.i32[row] = epochs[this.records[row] ?? 0] ?? 0;
      } else if (origin !== 'key' && origin !== 'headers') {
        const { positions, startsView } = this;
        for (let row = 0; row < rowCount; row++) {
          view.i64[row] = BigInt(place.base === null ? (positions[row] ?? 0) : place.base + (startsView[row] ?? 0));
        }
      }
    });
  }
}

/** The partition, resource and positions of a chunk whose byte `start` lies at `address` of the arena. */
export function chunkPlace(chunk: RawChunk, start: number, address: number): ChunkPlace {
  const base = 'base' in chunk.positions ? chunk.positions.base + start - address : null;
  return { partition: chunk.partition, resource: chunk.resource, base, envelope: chunk.envelope ?? null };
}

function envelopeOf(place: ChunkPlace): Envelope {
  invariant(place.envelope !== null, 'a source fills the envelope that the plan asks for');
  return place.envelope;
}

/** Columns that lie in the chunk's envelope already. */
function envelopeSlices(origin: MetadataOrigin | undefined, place: ChunkPlace): Slices | null {
  if (origin === 'key') return envelopeOf(place).keys;
  return origin === 'headers' ? envelopeOf(place).headers : null;
}
