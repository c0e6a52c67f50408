/** Pairs of a row and one of its matches, row by row, in arrays that grow. */

const PAIRS_AT_FIRST = 1024;

export interface FinishedPairs {
  readonly rows: Int32Array;
  /** -1: a row without a match. */
  readonly matches: Int32Array;
  /** Rows that stand in no pair, failed ones aside. */
  readonly withoutRow: number;
}

export class PairList {
  #rows = new Int32Array(PAIRS_AT_FIRST);
  #matches = new Int32Array(PAIRS_AT_FIRST);
  #length = 0;
  /** Rows in order, and where the pairs of each begin. */
  readonly #begun: number[] = [];
  readonly #starts: number[] = [];
  /** 1 = kept; null = all of them. */
  #kept: Uint8Array | null = null;

  get length(): number {
    return this.#length;
  }

  get rows(): Int32Array {
    return this.#rows.subarray(0, this.#length);
  }

  get matches(): Int32Array {
    return this.#matches.subarray(0, this.#length);
  }

  begin(row: number): void {
    this.#begun.push(row);
    this.#starts.push(this.#length);
  }

  /** A match of the row that was begun last. */
  add(match: number): void {
    if (this.#length === this.#rows.length) {
      this.#rows = grown(this.#rows);
      this.#matches = grown(this.#matches);
    }
    this.#rows[this.#length] = this.#begun.at(-1)!;
    this.#matches[this.#length] = match;
    this.#length += 1;
  }

  /** Only these pairs, by their numbers. */
  keep(pairs: Int32Array): void {
    this.#kept = new Uint8Array(this.#length);
    for (const pair of pairs) this.#kept[pair] = 1;
  }

  clear(): void {
    this.#length = 0;
    this.#begun.length = 0;
    this.#starts.length = 0;
    this.#kept = null;
  }

  /** What is left of each row; with `all` at least one pair, without a match. Rows in `failed` are left out. */
  finish(all: boolean, failed: ReadonlySet<number>): FinishedPairs {
    const rows = new Int32Array(this.#length + this.#begun.length);
    const matches = new Int32Array(rows.length);
    let used = 0;
    let withoutRow = 0;
    this.#begun.forEach((row, index) => {
      if (failed.has(row)) return;
      const before = used;
      const end = this.#starts[index + 1] ?? this.#length;
      for (let pair = this.#starts[index]!; pair < end; pair += 1) {
        if (this.#kept !== null && this.#kept[pair] === 0) continue;
        rows[used] = row;
        matches[used++] = this.#matches[pair]!;
      }
      if (used > before) return;
      if (all) {
        rows[used] = row;
        matches[used++] = -1;
      } else withoutRow += 1;
    });
    return { rows: rows.subarray(0, used), matches: matches.subarray(0, used), withoutRow };
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
