/**
 * The groups of one window (or of all time) with their accumulators, multisets, and what changed in the micro-batch.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { BudgetShare, type StateBudget } from './budget.js';
import { ByteHeap } from './byte-heap.js';
import type { ByteInterner } from './byte-interner.js';
import { ExactSums } from './exact-sums.js';
import { GroupTable } from './group-table.js';
import { ValueMultiset } from './multiset.js';
import { stateDiagnostic } from './messages.js';
import type { TablePrograms } from './programs.js';
import type { SectionReader } from './section.js';

const TOUCHED_AT_FIRST = 64;
const DEAD_MIN = 1024;

export class AggregateTable extends GroupTable {
  readonly programs: TablePrograms;
  /** By accumulator; holes where the kind needs none. */
  readonly exact: readonly (ExactSums | null)[];
  readonly heaps: readonly (ByteHeap | null)[];
  readonly multisets: readonly ValueMultiset[];
  /** Number of the micro-batch for `stamps`. */
  stamp = 1;
  /** Groups touched in this micro-batch, and their entries as they were before. */
  touched: Int32Array<ArrayBuffer>;
  touchedCount = 0;
  old32: Int32Array<ArrayBuffer>;
  old64: BigInt64Array<ArrayBuffer>;
  oldF64: Float64Array<ArrayBuffer>;
  /** Entries before this micro-batch. */
  countBefore = 0;
  /** Weighted tables: entries that stand for no row. */
  dead = 0;
  /** Whether anything changed since the last dump. */
  isDirty = true;

  /** `interners`: see GroupTable. */
  constructor(
    programs: TablePrograms,
    budget: StateBudget,
    stamped: boolean,
    interners: readonly ByteInterner[] | null = null,
  ) {
    super(programs.shape, new BudgetShare(budget), stamped, interners);
    const { layout } = programs;
    this.programs = programs;
    this.exact = layout.accumulators.map((a) => (a.kind === 'sum_exact' ? new ExactSums() : null));
    this.heaps = layout.accumulators.map((a) =>
      a.kind === 'extreme' && a.argument?.physical === 'bytes' ? new ByteHeap() : null,
    );
    this.multisets = programs.multisets.map((program) => new ValueMultiset(program, new BudgetShare(budget)));
    const touchedAtFirst = stamped ? TOUCHED_AT_FIRST : 0;
    this.touched = new Int32Array(touchedAtFirst);
    this.old64 = new BigInt64Array(touchedAtFirst * layout.strideWords);
    this.old32 = new Int32Array(this.old64.buffer);
    this.oldF64 = new Float64Array(this.old64.buffer);
    this.account();
  }

  /** Everything the table holds, multisets included. */
  get totalBytes(): number {
    let bytes = this.bytes;
    for (const multiset of this.multisets) bytes += multiset.bytes;
    return bytes;
  }

  /** Whether `clear` can empty it: nothing lies outside of its entries. */
  get isPlain(): boolean {
    return this.multisets.length === 0 && !this.heaps.some(Boolean) && !this.exact.some(Boolean);
  }

  /** Empties a plain table whose entries were only appended; its room is kept. */
  clear(): void {
    invariant(this.isPlain && this.stamps === null, 'a table that cannot be emptied');
    this.clearEntries();
  }

  override account(): void {
    super.account();
    for (const multiset of this.multisets) multiset.account();
  }

  override release(): void {
    super.release();
    for (const multiset of this.multisets) multiset.release();
  }

  /** Remembers a group as it is before its first change in this micro-batch. Called by generated loops. */
  touch(entry: number): void {
    const words = 2 * this.shape.strideWords;
    if (this.touchedCount === this.touched.length) this.#growTouched();
    this.stamps![entry] = this.stamp;
    const to = this.touchedCount * words;
    const from = entry * words;
    for (let i = 0; i < words; i += 1) this.old32[to + i] = this.i32[from + i]!;
    this.touched[this.touchedCount] = entry;
    this.touchedCount += 1;
  }

  /** Adds a 64-bit value `weight` times to a `sum_int` whose first word is `at`. */
  addScaled(at: number, low: number, high: number, weight: number): void {
    const value = (BigInt(high) << 32n) | BigInt(low >>> 0);
    const total = this.i64[at]! + BigInt(this.i32[2 * at + 2]!) * 2n ** 64n + value * BigInt(weight);
    const wrapped = BigInt.asIntN(64, total);
    this.i64[at] = wrapped;
    this.i32[2 * at + 2] = Number((total - wrapped) >> 64n);
  }

  /** Adds a 128-bit value `weight` times to a `sum_i128` whose first word is `at`. */
  addWide(at: number, low: bigint, high: bigint, weight: number): void {
    const value = (high << 64n) | BigInt.asUintN(64, low);
    const own = (this.i64[at + 1]! << 64n) | BigInt.asUintN(64, this.i64[at]!);
    const total = own + value * BigInt(weight);
    const wrapped = BigInt.asIntN(128, total);
    this.i64[at] = BigInt.asIntN(64, wrapped);
    this.i64[at + 1] = wrapped >> 64n;
    this.i32[2 * at + 4] = this.i32[2 * at + 4]! + Number((total - wrapped) >> 128n);
  }

  wideExtreme(at: number, low: bigint, high: bigint, sign: number): void {
    const ownHigh = this.i64[at + 1]!;
    const ownLow = BigInt.asUintN(64, this.i64[at]!);
    const unsigned = BigInt.asUintN(64, low);
    const order = high !== ownHigh ? (high > ownHigh ? 1 : -1) : unsigned > ownLow ? 1 : unsigned < ownLow ? -1 : 0;
    if (order * sign <= 0) return;
    this.i64[at] = low;
    this.i64[at + 1] = high;
  }

  /** Number of rows the group stands for; 1 for a group of an append-only table. */
  isAlive(words: Int32Array, entry: number): boolean {
    const { weightWord, strideWords } = this.programs.layout;
    if (weightWord < 0) return true;
    const at = 2 * (entry * strideWords + weightWord);
    if (words[at + 1]! < 0) throw tookTooMany(words[at]!, words[at + 1]!);
    return words[at] !== 0 || words[at + 1] !== 0;
  }

  /** Passes what the multiset recorded on: to a DISTINCT accumulator, or into the heaps. */
  applyChanges(multiset: number): void {
    const values = this.multisets[multiset]!;
    const program = this.programs.multisets[multiset]!;
    if (program.distinct !== null) program.distinct(this, values);
    else {
      const word = this.#rootWord(program.layout.accumulator);
      values.link(this.i32, 2 * word, 2 * this.shape.strideWords);
    }
    values.changes = 0;
  }

  /** Brings the results of an entry up to date that are not kept so at every row. */
  settle(entry: number): void {
    const { accumulators, strideWords } = this.programs.layout;
    const base = entry * strideWords;
    for (let i = 0; i < accumulators.length; i += 1) {
      const accumulator = accumulators[i]!;
      if (accumulator.kind === 'sum_exact') {
        this.exact[i]!.settle(this.f64, base + accumulator.word, entry);
      } else if (accumulator.kind === 'multiset_extreme') {
        const values = this.multisets[accumulator.multiset]!;
        const root = 2 * (base + this.#rootWord(i));
        const top = values.settle(this.i32[root]! - 1);
        this.i32[root] = top + 1;
        const valueWords = this.#rootWord(i) - accumulator.word;
        for (let k = 0; k < 2 * valueWords; k += 1) {
          this.i32[2 * (base + accumulator.word) + k] =
            top < 0 ? 0 : values.i32[2 * (top * values.shape.strideWords + 1) + k]!;
        }
      }
    }
  }

  /** Ends the micro-batch: forgets the touched groups. */
  endBatch(): void {
    this.touchedCount = 0;
    this.countBefore = this.count;
    this.stamp += 1;
    const stride = 2 * this.shape.strideWords;
    this.heaps.forEach((heap, i) => {
      heap?.compact(this.i32, 2 * this.programs.layout.accumulators[i]!.word, stride, this.count);
    });
    this.account();
  }

  /** More dead entries than living ones, here or in a multiset: worth being made anew. */
  get isSparse(): boolean {
    return this.dead > Math.max(DEAD_MIN, this.count - this.dead) || this.multisets.some((values) => values.isSparse);
  }

  /** Takes all living groups of `source` in, in their order. */
  mergeFrom(source: AggregateTable): void {
    const slots = new Int32Array(source.count);
    const idMaps = source.interners.map((interner, i) => idMap(interner, this.interners[i]!));
    this.programs.merge(this, source, idMaps, slots);
    this.takeMultisets(source, slots);
    this.isDirty = true;
    this.account();
  }

  /** Merges the multisets of `source`, whose entries went to `slots`. */
  takeMultisets(source: AggregateTable, slots: Int32Array): void {
    source.multisets.forEach((values, m) => {
      const own = this.multisets[m]!;
      const map = values.interners.length === 0 ? slots : idMap(values.interners[0]!, own.interners[0]!);
      this.programs.multisets[m]!.merge(own, values, slots, map);
      this.applyChanges(m);
    });
  }

  settleAll(): void {
    const settles = this.programs.layout.accumulators.some(
      ({ kind }) => kind === 'sum_exact' || kind === 'multiset_extreme',
    );
    if (!settles) return;
    for (let entry = 0; entry < this.count; entry += 1) this.settle(entry);
  }

  override dump(): readonly ArrayBufferView[] {
    return [
      ...super.dump(),
      ...this.heaps.flatMap((heap) => (heap === null ? [] : [heap.heap.subarray(0, heap.used)])),
      ...this.exact.flatMap((sums) => (sums === null ? [] : sums.dump(this.count))),
      ...this.multisets.flatMap((values) => values.dump()),
    ];
  }

  override load(reader: SectionReader): void {
    super.load(reader);
    const { layout } = this.programs;
    const stride = 2 * layout.strideWords;
    this.heaps.forEach((heap, i) => {
      heap?.load(reader, this.i32, 2 * layout.accumulators[i]!.word, stride, this.count);
    });
    for (const sums of this.exact) sums?.load(reader, this.count);
    this.multisets.forEach((values, m) => {
      values.load(reader);
      if (layout.multisets[m]!.order === 0) {
        for (let entry = 0; entry < values.count; entry += 1) {
          const group = values.i32[2 * entry * values.shape.strideWords]!;
          if (group < 0 || group >= this.count) reader.fail(`value ${entry} belongs to no group`);
        }
        return;
      }
      const word = 2 * this.#rootWord(layout.multisets[m]!.accumulator);
      const roots = Array.from({ length: this.count }, (_, entry) => this.i32[entry * stride + word]! - 1);
      values.verifyHeaps(reader, roots, this.count);
    });
    this.dead = 0;
    if (layout.weightWord >= 0) {
      for (let entry = 0; entry < this.count; entry += 1) {
        if (this.i32[entry * stride + 2 * layout.weightWord + 1]! < 0)
          reader.fail(`group ${entry} has fewer than no rows`);
        if (!this.isAlive(this.i32, entry)) this.dead += 1;
      }
    }
    this.countBefore = this.count;
    this.isDirty = false;
    this.account();
  }

  protected override ownBytes(): number {
    let bytes = super.ownBytes() + this.touched.byteLength + this.old64.byteLength;
    for (const heap of this.heaps) bytes += heap?.heap.length ?? 0;
    for (const sums of this.exact) bytes += sums?.bytes ?? 0;
    return bytes;
  }

  /** Word of a `multiset_extreme` that holds its top entry + 1, behind the value. */
  #rootWord(accumulator: number): number {
    const { word, argument } = this.programs.layout.accumulators[accumulator]!;
    return word + (argument?.physical === 'i128' ? 2 : 1);
  }

  #growTouched(): void {
    const touched = new Int32Array(this.touched.length * 2);
    touched.set(this.touched);
    this.touched = touched;
    const old = new BigInt64Array(this.old64.length * 2);
    old.set(this.old64);
    this.old64 = old;
    this.old32 = new Int32Array(old.buffer);
    this.oldF64 = new Float64Array(old.buffer);
  }
}

/** Ids of another interner's strings in this one. */
function idMap(source: ByteInterner, target: ByteInterner): Int32Array {
  const map = new Int32Array(Math.max(1, source.count));
  for (let id = 0; id < source.count; id += 1) {
    map[id] = target.intern(source.heap, source.ends[id]!, source.ends[id + 1]! - source.ends[id]!);
  }
  return map;
}

/** Changes that a source delivers can take back what it never gave; the high word is negative. */
function tookTooMany(low: number, high: number): DiagnosticError {
  const rows = (BigInt(high) << 32n) | BigInt(low >>> 0);
  return new DiagnosticError(
    stateDiagnostic(
      'ESQL8503',
      { rows: String(rows) },
      { hint: 'A changelog has to begin with the snapshot of its table, and to hold whole rows in `before`.' },
    ),
  );
}
