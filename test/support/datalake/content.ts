/** The bytes of one file: what readers see, what was appended and not flushed, and the list of committed blocks. */
import type { Behaviour } from './behaviour.js';
import { ServiceError } from './errors.js';

export interface BlockSize {
  readonly id: string;
  readonly size: number;
}

interface Appended {
  readonly position: number;
  readonly bytes: Buffer;
}

export class Content {
  #parts: Buffer[] = [];
  #length = 0;
  #appended: Appended[] = [];
  #blocks: readonly BlockSize[] = [];
  /** Files written through the blob API can't be appended to through the dfs API. */
  #isOfBlobApi = false;

  get length(): number {
    return this.#length;
  }

  get blocks(): readonly BlockSize[] {
    return this.#blocks;
  }

  get isOfBlobApi(): boolean {
    return this.#isOfBlobApi;
  }

  get uncommittedBytes(): number {
    return this.#appended.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** From `start` up to, not including, `end`. */
  slice(start: number, end: number): Buffer {
    const parts: Buffer[] = [];
    let offset = 0;
    for (const part of this.#parts) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, part.length);
      if (from < to) parts.push(part.subarray(from, to));
      offset += part.length;
    }
    return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
  }

  /** Put Blob and Put Block List: whole contents at once. */
  replace(parts: readonly Buffer[], blocks: readonly BlockSize[]): void {
    this.#parts = [...parts];
    this.#length = parts.reduce((sum, part) => sum + part.length, 0);
    this.#blocks = blocks;
    this.#appended = [];
    this.#isOfBlobApi = true;
  }

  append(position: number, bytes: Buffer): void {
    if (this.#isOfBlobApi) throw new ServiceError('InvalidAppendOperation');
    this.#appended.push({ position, bytes });
  }

  /** Takes the very append back. */
  withdraw(position: number, bytes: Buffer): void {
    this.#appended = this.#appended.filter((block) => block.position !== position || block.bytes !== bytes);
  }

  dropUncommitted(): void {
    this.#appended = [];
  }

  /**
   * Makes the appended bytes up to `position` the file's, or throws `InvalidFlushPosition` and changes nothing.
   * `false`: there was nothing to commit.
   */
  flush(position: number, retainUncommitted: boolean, behaviour: Behaviour): boolean {
    if (this.#isOfBlobApi) throw new ServiceError('InvalidFlushOperation');
    const run = this.#contiguous(behaviour);
    const end = run.at(-1)?.end ?? this.#length;
    const isBoundary = position === this.#length || run.some((block) => block.end === position);
    const isAllowed = position === end || retainUncommitted || behaviour.flushBelowEnd === 'drops-the-rest';
    if (!isBoundary || !isAllowed) throw new ServiceError('InvalidFlushPosition');
    const taken = run.filter((block) => block.end <= position);
    this.#parts.push(...taken.map(({ bytes }) => bytes));
    this.#length = position;
    this.#appended = retainUncommitted ? this.#appended.filter((block) => block.position >= position) : [];
    return taken.length > 0;
  }

  /** Appended blocks that follow each other without a gap from the file's length on. */
  #contiguous(behaviour: Behaviour): readonly { readonly end: number; readonly bytes: Buffer }[] {
    const byPosition = new Map<number, Buffer>();
    for (const { position, bytes } of this.#appended) {
      if (behaviour.overlappingAppends === 'last-wins' || !byPosition.has(position)) byPosition.set(position, bytes);
    }
    const run: { end: number; bytes: Buffer }[] = [];
    let end = this.#length;
    for (let bytes = byPosition.get(end); bytes !== undefined; bytes = byPosition.get(end)) {
      end += bytes.length;
      run.push({ end, bytes });
    }
    return run;
  }
}
