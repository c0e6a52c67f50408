/**
 * What the records of a socket log hold, little-endian:
 *
 *     head    1 u8 | next sequence f64 | producers
 *     frames  2 u8 | first sequence f64 | producers changed | count u32 | count × length u32 | the records, each with line break
 *     producers: count u32 | count × (length u8 | name | number f64)
 *
 * Sequences and numbers are integers up to 2^53, which f64 holds exactly.
 */
import type { Frame } from './frames.js';

export type LogEntry =
  | { readonly kind: 'head'; readonly next: number; readonly producers: readonly (readonly [string, number])[] }
  | {
      readonly kind: 'frames';
      readonly first: number;
      readonly producers: readonly (readonly [string, number])[];
      readonly lengths: Uint32Array;
      /** All records, one after the other. */
      readonly bytes: Buffer;
    };

const HEAD = 1;
const FRAMES = 2;

export function encodeHead(next: number, producers: ReadonlyMap<string, number>): Buffer {
  return Buffer.concat([prefix(HEAD, next), encodeProducers([...producers])]);
}

export function encodeFrames(first: number, frames: readonly Frame[]): Buffer {
  const producers = new Map<string, number>();
  for (const { producer, number } of frames) if (producer !== null) producers.set(producer, number);
  const lengths = Buffer.alloc(4 + 4 * frames.length);
  lengths.writeUInt32LE(frames.length, 0);
  frames.forEach((frame, i) => lengths.writeUInt32LE(frame.record.length, 4 + 4 * i));
  return Buffer.concat([
    prefix(FRAMES, first),
    encodeProducers([...producers]),
    lengths,
    ...frames.map((f) => f.record),
  ]);
}

function prefix(kind: number, sequence: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(kind, 0);
  bytes.writeDoubleLE(sequence, 1);
  return bytes;
}

function encodeProducers(producers: readonly (readonly [string, number])[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(producers.length, 0);
  const entries = producers.map(([name, number]) => {
    const entry = Buffer.alloc(9 + name.length);
    entry.writeUInt8(name.length, 0);
    entry.write(name, 1, 'latin1');
    entry.writeDoubleLE(number, 1 + name.length);
    return entry;
  });
  return Buffer.concat([count, ...entries]);
}

/** Null for bytes that are no entry, whatever they are. */
export function decodeEntry(payload: Buffer): LogEntry | null {
  try {
    return decode(payload);
  } catch (error) {
    // Buffer's own check of bounds: the entry ends too early.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function decode(payload: Buffer): LogEntry | null {
  const kind = payload.readUInt8(0);
  const sequence = payload.readDoubleLE(1);
  if (!isCount(sequence)) return null;
  const producers: (readonly [string, number])[] = [];
  let at = 13;
  for (let left = payload.readUInt32LE(9); left > 0; left--) {
    const length = payload.readUInt8(at);
    const number = payload.readDoubleLE(at + 1 + length);
    if (!isCount(number)) return null;
    producers.push([payload.toString('latin1', at + 1, at + 1 + length), number]);
    at += 9 + length;
  }
  if (kind === HEAD) return at === payload.length ? { kind: 'head', next: sequence, producers } : null;
  if (kind !== FRAMES) return null;
  const count = payload.readUInt32LE(at);
  at += 4;
  if (count > (payload.length - at) / 4) return null;
  const lengths = new Uint32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++, at += 4) {
    lengths[i] = payload.readUInt32LE(at);
    total += lengths[i] ?? 0;
  }
  if (at + total !== payload.length) return null;
  return { kind: 'frames', first: sequence, producers, lengths, bytes: payload.subarray(at) };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
