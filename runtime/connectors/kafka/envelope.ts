/** What a broker keeps beside each value, copied out for metadata columns. */
import type { Envelope } from '../../formats/format.js';
import { BatchError, VarintCursor, type RecordBatch } from './record-batch.js';

export interface EnvelopeParts {
  readonly keys: boolean;
  readonly headers: boolean;
}

/** Where the parts of a record are, in the memory that holds it. */
export interface RecordParts {
  readonly timeDelta: number;
  readonly key: number;
  /** -1: no key. */
  readonly keyLength: number;
  readonly headers: number;
  readonly end: number;
}

const NO_HEADERS = new TextEncoder().encode('{}');

export class EnvelopeBuilder {
  readonly #parts: EnvelopeParts;
  readonly #times_ms: number[] = [];
  readonly #epochs: number[] = [];
  readonly #keys = new SliceBuilder();
  readonly #headers = new SliceBuilder();

  constructor(parts: EnvelopeParts) {
    this.#parts = parts;
  }

  clear(): void {
    this.#times_ms.length = 0;
    this.#epochs.length = 0;
    this.#keys.clear();
    this.#headers.clear();
  }

  add(batch: RecordBatch, memory: Uint8Array, parts: RecordParts): void {
    const { timeDelta, key, keyLength, headers, end } = parts;
    this.#times_ms.push(batch.appendTime_ms ?? batch.baseTime_ms + timeDelta);
    this.#epochs.push(batch.leaderEpoch);
    if (this.#parts.keys && keyLength >= 0) this.#keys.add(memory.subarray(key, key + keyLength));
    else this.#keys.addNull();
    if (this.#parts.headers) this.#headers.add(headersJson(batch, memory, headers, end));
    else this.#headers.addNull();
  }

  build(count: number): Envelope {
    const timestamps_us = new BigInt64Array(count);
    for (let i = 0; i < count; i += 1) timestamps_us[i] = BigInt(this.#times_ms[i] ?? 0) * 1000n;
    return {
      timestamps_us,
      leaderEpochs: Int32Array.from(this.#epochs),
      keys: this.#keys.build(),
      headers: this.#headers.build(),
    };
  }
}

/** A JSON object of the headers' names and texts; of two with the same name the last one stands. */
function headersJson(batch: RecordBatch, memory: Uint8Array, at: number, end: number): Uint8Array {
  const cursor = new VarintCursor(memory, at, end);
  const count = cursor.next();
  if (count === 0) return NO_HEADERS;
  const texts = new Map<string, string | null>();
  const text = (length: number): string => {
    const start = cursor.at;
    cursor.at += length;
    if (length < 0 || cursor.at > end) throw new BatchError('damaged', batch.baseOffset, 'headers that do not fit');
    return Buffer.from(memory.buffer, memory.byteOffset + start, length).toString('utf8');
  };
  for (let i = 0; i < count; i += 1) {
    const name = text(cursor.next());
    const length = cursor.next();
    texts.set(name, length < 0 ? null : text(length));
  }
  const members = [...texts].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return Buffer.from(`{${members.join(',')}}`, 'utf8');
}

class SliceBuilder {
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #heap = new Uint8Array(1024);
  #used = 0;

  clear(): void {
    this.#starts.length = 0;
    this.#lengths.length = 0;
    this.#used = 0;
  }

  add(bytes: Uint8Array): void {
    const at = this.#used;
    this.#used += bytes.length;
    if (this.#used > this.#heap.length) {
      const larger = new Uint8Array(Math.max(this.#used, this.#heap.length * 2));
      larger.set(this.#heap.subarray(0, at));
      this.#heap = larger;
    }
    this.#heap.set(bytes, at);
    this.#starts.push(at);
    this.#lengths.push(bytes.length);
  }

  addNull(): void {
    this.#starts.push(0);
    this.#lengths.push(-1);
  }

  build(): Envelope['keys'] {
    return { heap: this.#heap, starts: Int32Array.from(this.#starts), lengths: Int32Array.from(this.#lengths) };
  }
}
