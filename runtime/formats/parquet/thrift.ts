/**
 * Structures in Thrift's compact protocol, walked before the library reads them: it follows numbers of any length and
 * structures of any depth, and makes lists as long as they say.
 */
const DEPTH_MAX = 32;
const VARINT_BYTES_MAX = 10;

/** Where a structure ends, or null where the bytes end before it. Throws RangeError where it is none. */
export function endOfStruct(bytes: Uint8Array): number | null {
  const walk = new Walk(bytes);
  walk.struct(0);
  return walk.offset <= bytes.length ? walk.offset : null;
}

/** Beyond the bytes everything is 0, which ends structures; the offset then tells. */
class Walk {
  offset = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(depth: number): void {
    if (depth > DEPTH_MAX) throw new RangeError('thrift: nested too deeply');
    for (let field = this.#next(); (field & 0x0f) !== 0; field = this.#next()) {
      if (field >> 4 === 0) this.#varint();
      this.#value(field & 0x0f, depth);
    }
  }

  #value(type: number, depth: number): void {
    switch (type) {
      case 1:
      case 2:
        return;
      case 3:
        this.offset += 1;
        return;
      case 4:
      case 5:
      case 6:
        this.#varint();
        return;
      case 7:
        this.offset += 8;
        return;
      case 8: {
        const length = this.#varint();
        this.offset += length;
        return;
      }
      case 9:
        this.#list(depth);
        return;
      case 12:
        this.struct(depth + 1);
        return;
      default:
        throw new RangeError('thrift: not readable');
    }
  }

  #list(depth: number): void {
    const header = this.#next();
    const count = header >> 4 === 15 ? this.#varint() : header >> 4;
    const type = header & 0x0f;
    for (let i = 0; i < count && this.offset <= this.#bytes.length; i++) {
      // Within lists a truth value takes a byte.
      if (type === 1 || type === 2) this.offset += 1;
      else this.#value(type, depth);
    }
  }

  #varint(): number {
    let value = 0;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const byte = this.#next();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new RangeError('thrift: a number of too many digits');
  }

  #next(): number {
    return this.#bytes[this.offset++] ?? 0;
  }
}
