/**
 * Typed dumps. A section is a header and the raw bytes of typed arrays, little-endian as the machine has them:
 *
 * magic `ESQS` · version u32 · kind u32 · CRC-32 of everything behind it u32 · number of parts u32 · zero u32 ·
 * length of each part in bytes (f64) · the parts, one after another
 *
 * Parts are views of live arrays: writing a section copies nothing but the header. A checkpoint names objects by their
 * content, so the checksum is not what finds a broken disk; it makes the reader safe on its own, whoever hands it
 * bytes.
 */
import { crc32 } from 'node:zlib';
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import type { StateSection } from '../operators/operator.js';
import { stateDiagnostic } from './messages.js';

const MAGIC = 0x53515345;
const STATE_VERSION = 1;
const FIXED_BYTES = 24;
const PARTS_MAX = 4096;

/** What a section holds: a table is never taken for another structure. */
export const SECTION_KINDS = { meta: 1, table: 2, watermark: 3 } as const;
export type SectionKind = keyof typeof SECTION_KINDS;

export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function writeSection(name: string, kind: SectionKind, arrays: readonly ArrayBufferView[]): StateSection {
  const parts = arrays.map(bytesOf);
  const header = new Uint8Array(FIXED_BYTES + 8 * parts.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, STATE_VERSION, true);
  view.setUint32(8, SECTION_KINDS[kind], true);
  view.setUint32(16, parts.length, true);
  parts.forEach((part, i) => {
    view.setFloat64(FIXED_BYTES + 8 * i, part.length, true);
  });
  let sum = crc32(header.subarray(16));
  // zlib takes an empty buffer for none and would begin anew.
  for (const part of parts) if (part.length > 0) sum = crc32(part, sum);
  view.setUint32(12, sum, true);
  return { name, parts: [header, ...parts] };
}

/** Reads the parts of a section in order. Everything it says about the bytes was checked. */
export class SectionReader {
  readonly operator: string;
  readonly name: string;
  readonly #bytes: Uint8Array;
  readonly #lengths: readonly number[];
  #part = 0;
  #at: number;

  constructor(operator: string, section: StateSection, kind: SectionKind) {
    this.operator = operator;
    this.name = section.name;
    const bytes = section.parts.length === 1 ? section.parts[0]! : Buffer.concat(section.parts);
    this.#bytes = bytes;
    if (bytes.length < FIXED_BYTES) this.fail(`it has ${bytes.length} bytes, a header has ${FIXED_BYTES}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0, true) !== MAGIC) this.fail('it does not begin as a state section');
    const version = view.getUint32(4, true);
    if (version !== STATE_VERSION) {
      throw new DiagnosticError(
        stateDiagnostic('ESQL8502', { operator, found: version, supported: STATE_VERSION }, { place: section.name }),
      );
    }
    if (view.getUint32(8, true) !== SECTION_KINDS[kind]) this.fail(`it is not a section of kind ${kind}`);
    if (view.getUint32(12, true) !== crc32(bytes.subarray(16))) this.fail('its checksum differs from its content');
    const count = view.getUint32(16, true);
    if (count > PARTS_MAX || FIXED_BYTES + 8 * count > bytes.length) this.fail(`it claims ${count} parts`);
    this.#lengths = Array.from({ length: count }, (_, i) => view.getFloat64(FIXED_BYTES + 8 * i, true));
    this.#at = FIXED_BYTES + 8 * count;
    const total = this.#lengths.reduce((sum, length) => sum + length, this.#at);
    if (total !== bytes.length || this.#lengths.some((length) => !Number.isInteger(length) || length < 0)) {
      this.fail(`it has ${bytes.length} bytes, its header says ${total}`);
    }
  }

  /** The next part, copied to memory of its own; `bytes` = the length it must have, null = any. */
  next(bytes: number | null, what: string): Uint8Array<ArrayBuffer> {
    const length = this.#lengths[this.#part];
    if (length === undefined) this.fail(`its ${what} is missing`);
    if (bytes !== null && bytes !== length) this.fail(`its ${what} has ${length} bytes, ${bytes} were expected`);
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(this.#at, this.#at + length));
    this.#part += 1;
    this.#at += length;
    return copy;
  }

  words(count: number | null, what: string): BigInt64Array<ArrayBuffer> {
    const bytes = this.next(count === null ? null : count * 8, what);
    if (bytes.length % 8 !== 0) this.fail(`its ${what} is not made of 8-byte words`);
    return new BigInt64Array(bytes.buffer);
  }

  integers(count: number | null, what: string): Int32Array<ArrayBuffer> {
    const bytes = this.next(count === null ? null : count * 4, what);
    if (bytes.length % 4 !== 0) this.fail(`its ${what} is not made of 4-byte words`);
    return new Int32Array(bytes.buffer);
  }

  end(): void {
    if (this.#part !== this.#lengths.length) this.fail(`it has ${this.#lengths.length - this.#part} parts too many`);
  }

  fail(why: string): never {
    throw new DiagnosticError(
      stateDiagnostic(
        'ESQL8501',
        { operator: this.operator, section: this.name, why },
        { hint: 'An older checkpoint may still be whole: `esql checkpoint verify` tells.' },
      ),
    );
  }
}
