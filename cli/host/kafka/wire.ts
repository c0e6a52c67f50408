/** Kafka's primitive types (https://kafka.apache.org/protocol), as far as our requests and responses have them. */
import { KafkaError } from '../../../runtime/remote/kafka.js';

const BYTES_FIRST = 256;

export class WireWriter {
  #bytes = Buffer.alloc(BYTES_FIRST);
  #length = 0;

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  int8(value: number): this {
    const at = this.#room(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  int16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  int64(value: number): this {
    const at = this.#room(8);
    this.#bytes.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  text(value: string): this {
    const encoded = Buffer.from(value, 'utf8');
    this.int16(encoded.length);
    return this.#raw(encoded);
  }

  /** A text of the flexible versions: its length plus one as an unsigned varint. */
  compactText(value: string): this {
    const encoded = Buffer.from(value, 'utf8');
    this.varint(encoded.length + 1);
    return this.#raw(encoded);
  }

  varint(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      this.int8((((rest & 0x7f) | 0x80) << 24) >> 24);
      rest >>>= 7;
    }
    return this.int8(rest);
  }

  list<T>(items: readonly T[], write: (item: T, writer: this) => void): this {
    this.int32(items.length);
    for (const item of items) write(item, this);
    return this;
  }

  /** Bytes behind their length. */
  data(value: Uint8Array): this {
    this.int32(value.length);
    return this.#raw(value);
  }

  zeros(count: number): this {
    this.#bytes.fill(0, this.#room(count), this.#length);
    return this;
  }

  #raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Makes room and returns where it is. */
  #room(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }
}

/** Reads what a broker sent; what does not fit is a `KafkaError`, never a wrong value. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  bigint64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  /** An offset or a moment in milliseconds. */
  int64(): number {
    const value = Number(this.bigint64());
    if (!Number.isSafeInteger(value)) throw malformed('a number beyond 2^53');
    return value;
  }

  uuid(): string {
    const at = this.#take(16);
    return this.#bytes.toString('base64url', at, at + 16);
  }

  text(): string | null {
    return this.#utf8(this.int16());
  }

  compactText(): string | null {
    return this.#utf8(this.varint() - 1);
  }

  /** A view, not a copy. */
  bytes(): Uint8Array {
    const length = this.int32();
    if (length <= 0) return new Uint8Array(0);
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.int8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte >= 0) return value;
    }
    throw malformed('an endless number');
  }

  list<T>(read: () => T): T[] {
    return this.#items(this.int32(), read);
  }

  compactList<T>(read: () => T): T[] {
    return this.#items(this.varint() - 1, read);
  }

  /** Fields that a newer broker adds: of no interest here. */
  tags(): void {
    const count = this.varint();
    for (let i = 0; i < count; i += 1) {
      this.varint();
      this.#take(this.varint());
    }
  }

  #items<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let i = 0; i < count; i += 1) items.push(read());
    return items;
  }

  #utf8(length: number): string | null {
    if (length < 0) return null;
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length) throw malformed('its end too early');
    this.#at = at + bytes;
    return at;
  }
}

function malformed(found: string): KafkaError {
  return new KafkaError('unsupported', `expected a complete response of a Kafka broker, found ${found}`);
}
