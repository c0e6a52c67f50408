/**
 * Which values each group has, and how often: for DISTINCT, and for MIN and MAX over rows that can be retracted. One
 * table per aggregate, keyed by group and value. Ordered ones keep a pairing heap per group (Fredman, Sedgewick,
 * Sleator, Tarjan 1986) inside the entries: a value whose count fell to zero stays in the heap until it comes to the
 * top.
 */
import type { BudgetShare } from './budget.js';
import { compareSlices } from '../columns/compare-slices.js';
import { GroupTable } from './group-table.js';
import type { MultisetLayout } from './layout.js';
import type { MultisetProgram } from './programs.js';
import type { SectionReader } from './section.js';

const CHANGES_AT_FIRST = 64;
const DEAD_MIN = 1024;

export class ValueMultiset extends GroupTable {
  /** Values that appeared (+1) or disappeared (-1) since the changes were last taken. */
  changedEntries = new Int32Array(CHANGES_AT_FIRST);
  changedSigns = new Int32Array(CHANGES_AT_FIRST);
  changes = 0;
  /** Entries whose count is above zero. */
  live = 0;
  readonly #layout: MultisetLayout;
  readonly #stride: number;
  readonly #pairs: number[] = [];

  constructor(program: MultisetProgram, share: BudgetShare) {
    super(program.shape, share, false);
    this.#layout = program.layout;
    this.#stride = 2 * program.layout.strideWords;
    this.account();
  }

  changed(entry: number, sign: number): void {
    if (this.changes === this.changedEntries.length) {
      const entries = new Int32Array(this.changes * 2);
      entries.set(this.changedEntries);
      this.changedEntries = entries;
      const signs = new Int32Array(this.changes * 2);
      signs.set(this.changedSigns);
      this.changedSigns = signs;
    }
    this.changedEntries[this.changes] = entry;
    this.changedSigns[this.changes] = sign;
    this.changes += 1;
    this.live += sign;
  }

  /** Half or more of the entries are values that nothing has any more. */
  get isSparse(): boolean {
    return this.count - this.live > Math.max(DEAD_MIN, this.live);
  }

  /** Puts the recorded new values into the heaps; `roots[rootAt + group * stride]` holds a group's top entry + 1. */
  link(roots: Int32Array, rootAt: number, stride: number): void {
    const inHeap = 2 * (this.#layout.keyWords + 2);
    for (let t = 0; t < this.changes; t += 1) {
      const entry = this.changedEntries[t]!;
      const at = entry * this.#stride;
      if (this.changedSigns[t]! < 0 || this.i32[at + inHeap] === 1) continue;
      this.i32[at + inHeap] = 1;
      const root = rootAt + this.i32[at]! * stride;
      roots[root] = this.#meld(roots[root]! - 1, entry) + 1;
    }
  }

  /** Takes values that are gone off the top of a heap; returns the new top entry, or -1 if the group has no value. */
  settle(root: number): number {
    const count = this.#layout.keyWords;
    let top = root;
    while (top >= 0 && this.f64[top * this.#layout.strideWords + count]! <= 0) top = this.#pop(top);
    return top;
  }

  /** Checks that the heaps under `roots` are trees over exactly the entries that say so. */
  verifyHeaps(reader: SectionReader, roots: readonly number[], groups: number): void {
    const links = 2 * (this.#layout.keyWords + 1);
    const seen = new Uint8Array(this.count);
    let visited = 0;
    const open: number[] = [];
    const visit = (entry: number): void => {
      if (entry === -1) return;
      if (entry < -1 || entry >= this.count || seen[entry] === 1) reader.fail('its heaps are not trees');
      if (this.i32[entry * this.#stride + links + 2] !== 1) reader.fail('a heap refers to a value outside of it');
      seen[entry] = 1;
      visited += 1;
      open.push(entry);
    };
    for (const root of roots) {
      visit(root);
      for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
        visit(this.i32[entry * this.#stride + links]! - 1);
        visit(this.i32[entry * this.#stride + links + 1]! - 1);
      }
    }
    let expected = 0;
    for (let entry = 0; entry < this.count; entry += 1) {
      const at = entry * this.#stride;
      const inHeap = this.i32[at + links + 2]!;
      if (inHeap === 1) expected += 1;
      const mustBe = this.f64[(at >> 1) + this.#layout.keyWords]! > 0;
      if (inHeap > 1 || inHeap < 0 || (mustBe && inHeap === 0)) reader.fail(`value ${entry} is not where it belongs`);
      if (this.i32[at]! < 0 || this.i32[at]! >= groups) reader.fail(`value ${entry} belongs to no group`);
    }
    if (expected !== visited) reader.fail('its heaps do not hold all values');
  }

  override load(reader: SectionReader): void {
    super.load(reader);
    this.live = 0;
    for (let entry = 0; entry < this.count; entry += 1) {
      const times = this.f64[entry * this.#layout.strideWords + this.#layout.keyWords]!;
      if (!Number.isInteger(times) || times < 0) reader.fail(`value ${entry} occurs ${times} times`);
      if (times > 0) this.live += 1;
    }
  }

  protected override ownBytes(): number {
    return super.ownBytes() + 2 * this.changedEntries.byteLength;
  }

  /** Joins two heaps, either of which may be empty (-1). */
  #meld(a: number, b: number): number {
    if (a < 0) return b;
    if (b < 0) return a;
    const [winner, loser] = this.#beats(b, a) ? [b, a] : [a, b];
    const links = 2 * (this.#layout.keyWords + 1);
    this.i32[loser * this.#stride + links + 1] = this.i32[winner * this.#stride + links]!;
    this.i32[winner * this.#stride + links] = loser + 1;
    return winner;
  }

  #pop(top: number): number {
    const links = 2 * (this.#layout.keyWords + 1);
    const pairs = this.#pairs;
    pairs.length = 0;
    let child = this.i32[top * this.#stride + links]! - 1;
    this.i32[top * this.#stride + links] = 0;
    this.i32[top * this.#stride + links + 2] = 0;
    while (child >= 0) {
      const second = this.#takeSibling(child);
      if (second < 0) {
        pairs.push(child);
        break;
      }
      const next = this.#takeSibling(second);
      pairs.push(this.#meld(child, second));
      child = next;
    }
    let heap = -1;
    for (let i = pairs.length - 1; i >= 0; i -= 1) heap = this.#meld(heap, pairs[i]!);
    return heap;
  }

  #takeSibling(entry: number): number {
    const at = entry * this.#stride + 2 * (this.#layout.keyWords + 1) + 1;
    const sibling = this.i32[at]! - 1;
    this.i32[at] = 0;
    return sibling;
  }

  #beats(a: number, b: number): boolean {
    return this.#compare(a, b) * this.#layout.order > 0;
  }

  #compare(a: number, b: number): number {
    const { i32, f64, i64 } = this;
    const ai = a * this.#stride + 2;
    const bi = b * this.#stride + 2;
    switch (this.#layout.argument.physical) {
      case 'f64':
        return compareDoubles(f64[ai >> 1]!, f64[bi >> 1]!);
      case 'i128': {
        const highA = i64[(ai >> 1) + 1]!;
        const highB = i64[(bi >> 1) + 1]!;
        if (highA !== highB) return highA < highB ? -1 : 1;
        const lowA = BigInt.asUintN(64, i64[ai >> 1]!);
        const lowB = BigInt.asUintN(64, i64[bi >> 1]!);
        return lowA < lowB ? -1 : lowA > lowB ? 1 : 0;
      }
      case 'bytes': {
        const { heap, ends } = this.interners[0]!;
        const x = i32[ai]!;
        const y = i32[bi]!;
        return compareSlices(heap, ends[x]!, ends[x + 1]! - ends[x]!, heap, ends[y]!, ends[y + 1]! - ends[y]!);
      }
      case 'u8':
      case 'i32':
      case 'i64':
        return i32[ai + 1] !== i32[bi + 1] ? i32[ai + 1]! - i32[bi + 1]! : (i32[ai]! >>> 0) - (i32[bi]! >>> 0);
    }
  }
}

/** NaN is greater than everything else and equal to itself. */
function compareDoubles(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
