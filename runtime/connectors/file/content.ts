/** The bytes of an input file by position, plain or inflated. */
import { createGunzip } from 'node:zlib';
import { connectorError } from '../messages.js';
import type { ReadHandle } from '../../env.js';

/** Positional reads of what the records are in; positions count uncompressed bytes. */
export interface Content {
  /** Up to `target.length` bytes from `position`; fewer only at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Nothing before `position` will be asked for soon. */
  release(position: number): void;
  /** The first record, once somebody looked for it: going back for it means to inflate everything again. */
  header: Uint8Array | null;
  close(): Promise<void>;
}

export function plainContent(handle: ReadHandle): Content {
  return {
    read: (target, position) => handle.read(target, position),
    release: () => undefined,
    header: null,
    close: () => handle.close(),
  };
}

const INPUT_BYTES = 64 * 1024;
const OUTPUT_BYTES = 128 * 1024;

/**
 * Inflates forward and keeps what was not released; a position before that starts again from the beginning of the file.
 * Output is pulled, so that a small file which inflates to a huge one costs time and not memory.
 */
export class GzipContent implements Content {
  header: Uint8Array | null = null;
  readonly #handle: ReadHandle;
  readonly #shown: string;
  #inflater: Inflater;
  #kept: Buffer[] = [];
  #keptStart = 0;
  #keptEnd = 0;

  constructor(handle: ReadHandle, shown: string) {
    this.#handle = handle;
    this.#shown = shown;
    this.#inflater = new Inflater(handle, shown);
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    if (position < this.#keptStart) {
      this.#inflater.close();
      this.#inflater = new Inflater(this.#handle, this.#shown);
      this.#kept = [];
      this.#keptStart = 0;
      this.#keptEnd = 0;
    }
    while (this.#keptEnd < position + target.length) {
      const chunk = await this.#inflater.next();
      if (chunk === null) break;
      this.#kept.push(chunk);
      this.#keptEnd += chunk.length;
      // Going forward to where a job was stopped: nothing on the way is kept.
      if (this.#keptEnd <= position) this.release(this.#keptEnd);
    }
    return this.#copy(target, position);
  }

  release(position: number): void {
    for (
      let first = this.#kept[0];
      first !== undefined && this.#keptStart + first.length <= position;
      first = this.#kept[0]
    ) {
      this.#keptStart += first.length;
      this.#kept.shift();
    }
  }

  async close(): Promise<void> {
    this.#inflater.close();
    await this.#handle.close();
  }

  #copy(target: Uint8Array, position: number): number {
    let count = 0;
    let chunkStart = this.#keptStart;
    for (const chunk of this.#kept) {
      const from = Math.max(0, position + count - chunkStart);
      if (from < chunk.length && count < target.length) {
        const part = chunk.subarray(from, from + target.length - count);
        target.set(part, count);
        count += part.length;
      }
      chunkStart += chunk.length;
    }
    return count;
  }
}

/** Pulls a gzip stream (also one of several members) chunk by chunk. */
class Inflater {
  readonly #handle: ReadHandle;
  readonly #shown: string;
  readonly #stream = createGunzip({ chunkSize: OUTPUT_BYTES });
  #position = 0;
  #inputEnded = false;
  #writing = false;
  #ended = false;
  #failure: Error | null = null;
  #signalled = false;
  #wake: (() => void) | null = null;

  constructor(handle: ReadHandle, shown: string) {
    this.#handle = handle;
    this.#shown = shown;
    const notify = (): void => {
      this.#signalled = true;
      this.#wake?.();
    };
    this.#stream.on('readable', notify);
    this.#stream.on('end', () => {
      this.#ended = true;
      notify();
    });
    this.#stream.on('error', (error) => {
      this.#failure = error;
      notify();
    });
  }

  /** The next bytes, or null at the end. */
  async next(): Promise<Buffer | null> {
    for (;;) {
      this.#signalled = false;
      const chunk = this.#stream.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.#failure !== null) throw this.#damaged(this.#failure);
      if (this.#ended) return null;
      if (!this.#inputEnded && !this.#writing) await this.#feed();
      await this.#event();
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  async #feed(): Promise<void> {
    const input = Buffer.allocUnsafe(INPUT_BYTES);
    const count = await this.#handle.read(input, this.#position);
    if (count === 0) {
      this.#inputEnded = true;
      this.#stream.end();
      return;
    }
    this.#position += count;
    this.#writing = true;
    this.#stream.write(input.subarray(0, count), () => {
      this.#writing = false;
      this.#signalled = true;
      this.#wake?.();
    });
  }

  async #event(): Promise<void> {
    if (this.#signalled) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  #damaged(cause: Error): Error {
    const why = 'code' in cause && cause.code === 'Z_BUF_ERROR' ? 'it ends in the middle' : 'it is not gzip data';
    return connectorError(
      'ESQL8407',
      { why },
      { place: this.#shown, cause, hint: "Compress the file again, or set compression = 'none'." },
    );
  }
}
