/**
 * One linear memory per decoder: column buffers, decoded strings and the chunk being read lie in it, so that the SIMD
 * kernel and the TypeScript code work on the same bytes. Addresses never move; only the views are made again when
 * memory grows.
 *
 * Layout: kernel data | fixed buffers (`reserve`) | chunk (`chunkSpace`) | side heap (`sideSpace`, decoded strings).
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';

const PAGE_BYTES = 65536;
const FIXED_START = 65536;
/** Loops may read a little beyond the end of what they check. */
const PADDING_BYTES = 64;
/** Starts are signed 32-bit. */
const ARENA_BYTES_MAX = 2 ** 31 - PAGE_BYTES;

export class Arena {
  readonly memory = new WebAssembly.Memory({ initial: 4 });
  bytes: Uint8Array = new Uint8Array(this.memory.buffer);
  view: DataView = new DataView(this.memory.buffer);
  /** Changes whenever views have to be made again. */
  generation = 0;
  #fixedEnd = FIXED_START;
  #chunkCapacity = 0;
  #sideStart = 0;
  #sideEnd = 0;

  /** A fixed buffer, 16-byte aligned; only before the first chunk. */
  reserve(bytes: number): number {
    invariant(this.#chunkCapacity === 0, 'fixed buffers are reserved before the first chunk');
    const address = this.#fixedEnd;
    this.#fixedEnd = align(address + bytes);
    this.#ensure(this.#fixedEnd + PADDING_BYTES);
    return address;
  }

  /** The address of space for a chunk of `bytes`; the previous chunk and the side heap are given up. */
  chunkSpace(bytes: number): number {
    if (bytes > this.#chunkCapacity || this.#chunkCapacity === 0) {
      this.#chunkCapacity = Math.max(align(bytes), PAGE_BYTES);
      this.#ensure(this.#fixedEnd + this.#chunkCapacity + 2 * PADDING_BYTES);
    }
    this.clearSide();
    return this.#fixedEnd;
  }

  /** Gives up all decoded strings. */
  clearSide(): void {
    this.#sideStart = this.#fixedEnd + this.#chunkCapacity + PADDING_BYTES;
    this.#sideEnd = this.#sideStart;
  }

  /** The address of `bytes` on the side heap; valid until `clearSide`. Views may have been made again. */
  sideSpace(bytes: number): number {
    const address = this.#sideEnd;
    this.#sideEnd += bytes;
    this.#ensure(this.#sideEnd + PADDING_BYTES);
    return address;
  }

  /** Where the side heap goes on; what is written there counts once `takeSide` is called. */
  get sideEnd(): number {
    return this.#sideEnd;
  }

  /** How far the side heap may go without new memory. */
  get sideLimit(): number {
    return this.memory.buffer.byteLength - PADDING_BYTES;
  }

  /** Makes room for `bytes` more on the side heap. Views may have been made again. */
  makeSideRoom(bytes: number): void {
    this.#ensure(this.#sideEnd + bytes + PADDING_BYTES);
  }

  /** The side heap is filled up to `end`. */
  takeSide(end: number): void {
    this.#sideEnd = end;
  }

  get sideBytes(): number {
    return this.#sideEnd - this.#sideStart;
  }

  owns(heap: Uint8Array): boolean {
    return heap.buffer === this.memory.buffer;
  }

  #ensure(end: number): void {
    const have = this.memory.buffer.byteLength;
    if (end <= have) return;
    invariant(end <= ARENA_BYTES_MAX, `a decoder needs ${String(end)} bytes of memory`);
    // An eighth more than asked for: strings are decoded one at a time, and each growth makes every view again.
    const wanted = Math.min(end + (end >> 3), ARENA_BYTES_MAX);
    this.memory.grow(Math.ceil((wanted - have) / PAGE_BYTES));
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.generation++;
  }
}

function align(address: number): number {
  return Math.ceil(address / 16) * 16;
}
