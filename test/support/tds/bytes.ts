/** Bytes read and written one after the other, little endian as TDS wants them. */

/** The bytes end before the value does. */
export class ShortRead extends Error {}

/** Reads a message front to back. Every read past the end throws ShortRead. */
export class ByteReader {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  get left(): number {
    return this.bytes.length - this.position;
  }

  take(count: number): Buffer {
    const end = this.position + count;
    if (count < 0 || end > this.bytes.length) throw new ShortRead(`${count} bytes at ${this.position}`);
    const taken = this.bytes.subarray(this.position, end);
    this.position = end;
    return taken;
  }

  u8(): number {
    return this.take(1).readUInt8(0);
  }
  u16(): number {
    return this.take(2).readUInt16LE(0);
  }
  u16BigEndian(): number {
    return this.take(2).readUInt16BE(0);
  }
  i16(): number {
    return this.take(2).readInt16LE(0);
  }
  i32(): number {
    return this.take(4).readInt32LE(0);
  }
  u32(): number {
    return this.take(4).readUInt32LE(0);
  }
  i64(): bigint {
    return this.take(8).readBigInt64LE(0);
  }
  u64(): bigint {
    return this.take(8).readBigUInt64LE(0);
  }
  f32(): number {
    return this.take(4).readFloatLE(0);
  }
  f64(): number {
    return this.take(8).readDoubleLE(0);
  }

  /** An unsigned integer of any width. */
  unsigned(count: number): bigint {
    let value = 0n;
    const bytes = this.take(count);
    for (let index = count - 1; index >= 0; index -= 1) value = (value << 8n) | BigInt(bytes[index]!);
    return value;
  }

  /** Text in UTF-16, `count` code units long. */
  utf16(count: number): string {
    return this.take(count * 2).toString('utf16le');
  }

  /** B_VARCHAR: one byte of length, then UTF-16. */
  shortText(): string {
    return this.utf16(this.u8());
  }

  /** US_VARCHAR: two bytes of length, then UTF-16. */
  text(): string {
    return this.utf16(this.u16());
  }
}

/** Collects bytes; grows as it must. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(512);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written so far; the writer is empty afterwards. */
  finish(): Buffer {
    const all = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return all;
  }

  #room(count: number): number {
    const at = this.#length;
    if (at + count > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, at + count));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    this.#length = at + count;
    return at;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }
  u8(value: number): this {
    const at = this.#room(1);
    this.#bytes.writeUInt8(value, at);
    return this;
  }
  u16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeUInt16LE(value, at);
    return this;
  }
  u16BigEndian(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeUInt16BE(value, at);
    return this;
  }
  i16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeInt16LE(value, at);
    return this;
  }
  i32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeInt32LE(value, at);
    return this;
  }
  u32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeUInt32LE(value, at);
    return this;
  }
  u32BigEndian(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeUInt32BE(value, at);
    return this;
  }
  i64(value: bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigInt64LE(value, at);
    return this;
  }
  u64(value: bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigUInt64LE(value, at);
    return this;
  }
  f32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeFloatLE(value, at);
    return this;
  }
  f64(value: number): this {
    const at = this.#room(8);
    this.#bytes.writeDoubleLE(value, at);
    return this;
  }

  /** An unsigned integer of any width. */
  unsigned(value: bigint, count: number): this {
    const at = this.#room(count);
    let rest = value;
    for (let index = 0; index < count; index += 1) {
      this.#bytes[at + index] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    return this;
  }

  utf16(text: string): this {
    return this.raw(Buffer.from(text, 'utf16le'));
  }
  shortText(text: string): this {
    return this.u8(text.length).utf16(text);
  }
  text(text: string): this {
    return this.u16(text.length).utf16(text);
  }
}
