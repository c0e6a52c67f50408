/**
 * Numbers the groups of several tables, so that tables whose groups overlap can be merged again and again (the panes of
 * hopping windows) and each group is hashed and compared once per table instead of once per merge. Derived from the
 * tables: never part of a checkpoint, and thrown away when it holds mostly groups that are gone.
 */
import { AggregateTable } from './aggregate-table.js';
import { BudgetShare, type StateBudget } from './budget.js';
import { GroupTable } from './group-table.js';
import { deadText, keyWordsOfEntry, mergeText, mergeWeightText, probeText, RELOAD } from './loop-text.js';
import type { TableLayout } from './layout.js';
import { compile, OPEN, type TablePrograms } from './programs.js';

const GONE_MIN = 1024;

/** Gives the entries of `source` from `from` on their numbers: the entries of the directory `table`. */
type NumberLoop = (
  table: GroupDirectory,
  source: AggregateTable,
  from: number,
  idMaps: readonly Int32Array[],
  numbers: Int32Array,
) => void;

/** Takes all living groups of `source` in; `places` holds the entry + 1 in `table` of each number that it has. */
type GatherLoop = (
  table: AggregateTable,
  source: AggregateTable,
  directory: GroupDirectory,
  numbers: Int32Array,
  places: Int32Array,
  slots: Int32Array,
) => void;

/** The loops of one aggregation, compiled once: directories come and go. */
export interface DirectoryPrograms {
  readonly table: TablePrograms;
  readonly number: NumberLoop;
  readonly gather: GatherLoop;
  /** Whether the group of each entry that was gathered is wanted. */
  readonly needsSlots: boolean;
}

export function compileDirectory(table: TablePrograms): DirectoryPrograms {
  const { layout } = table;
  const needsSlots = layout.multisets.length > 0 || layout.weightWord >= 0;
  return {
    table,
    number: compile<NumberLoop>(['table', 'source', 'from', 'idMaps', 'numbers'], numberBody(layout)),
    gather: compile<GatherLoop>(
      ['table', 'source', 'directory', 'numbers', 'places', 'slots'],
      gatherBody(layout, needsSlots),
    ),
    needsSlots,
  };
}

/** How far a table has been numbered. Its entries and strings only ever grow in number. */
interface Numbered {
  numbers: Int32Array;
  count: number;
  readonly idMaps: Int32Array[];
  readonly idCounts: number[];
}

export class GroupDirectory extends GroupTable {
  readonly #programs: DirectoryPrograms;
  readonly #budget: StateBudget;
  readonly #numbered = new Map<AggregateTable, Numbered>();
  #places = new Int32Array(0);
  /** Empty, for the next merge. */
  #spare: AggregateTable | null = null;

  constructor(programs: DirectoryPrograms, budget: StateBudget) {
    const { shape } = programs.table;
    super({ ...shape, strideWords: Math.max(1, shape.keyWords), template: null }, new BudgetShare(budget), false);
    this.#programs = programs;
    this.#budget = budget;
    this.account();
  }

  /**
   * All living groups of `sources` in one table, in order of first appearance: what merging them into an empty table
   * one after another gives. Its text is that of the directory. `expected` groups are made room for. To be given back.
   */
  merge(sources: readonly AggregateTable[], expected: number): AggregateTable {
    const all = sources.map((source) => this.#enrol(source));
    if (this.#places.length < this.count) this.#places = new Int32Array(this.capacity);
    else this.#places.fill(0, 0, this.count);
    this.account();
    const merged = this.#spare ?? new AggregateTable(this.#programs.table, this.#budget, false, this.interners);
    this.#spare = null;
    if (merged.capacity < expected) merged.reserve(expected, false);
    sources.forEach((source, i) => {
      const slots = new Int32Array(this.#programs.needsSlots ? source.count : 0);
      this.#programs.gather(merged, source, this, all[i]!.numbers, this.#places, slots);
      merged.takeMultisets(source, slots);
    });
    merged.account();
    return merged;
  }

  /** The result of a merge, when it has been read: the next one is made in the same memory if it can be. */
  giveBack(merged: AggregateTable): void {
    if (!merged.isPlain) {
      merged.release();
      return;
    }
    merged.clear();
    this.#spare = merged;
  }

  override release(): void {
    super.release();
    this.#spare?.release();
    this.#spare = null;
  }

  /** Forgets all tables but `kept`; says whether the directory is still worth having. */
  retain(kept: ReadonlySet<AggregateTable>): boolean {
    let living = 0;
    for (const [table, { count }] of this.#numbered) {
      if (kept.has(table)) living += count;
      else this.#numbered.delete(table);
    }
    this.account();
    return living > 0 && this.count <= GONE_MIN + 2 * living;
  }

  protected override ownBytes(): number {
    let bytes = super.ownBytes() + this.#places.byteLength;
    for (const { numbers, idMaps } of this.#numbered.values()) {
      bytes += numbers.byteLength;
      for (const map of idMaps) bytes += map.byteLength;
    }
    return bytes;
  }

  #enrol(source: AggregateTable): Numbered {
    let known = this.#numbered.get(source);
    if (known === undefined) {
      known = {
        numbers: new Int32Array(0),
        count: 0,
        idMaps: source.interners.map(() => new Int32Array(1)),
        idCounts: source.interners.map(() => 0),
      };
      this.#numbered.set(source, known);
    }
    if (known.count === source.count) return known;
    known.numbers = withRoom(known.numbers, source.count);
    for (const [i, { heap, ends, count }] of source.interners.entries()) {
      const map = withRoom(known.idMaps[i]!, count);
      for (let id = known.idCounts[i]!; id < count; id += 1) {
        map[id] = this.interners[i]!.intern(heap, ends[id]!, ends[id + 1]! - ends[id]!);
      }
      known.idMaps[i] = map;
      known.idCounts[i] = count;
    }
    this.#programs.number(this, source, known.count, known.idMaps, known.numbers);
    known.count = source.count;
    return known;
  }
}

function withRoom(array: Int32Array, length: number): Int32Array {
  if (array.length >= length) return array;
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

function numberBody(layout: TableLayout): string {
  const { words, declare } = keyWordsOfEntry(layout);
  return `'use strict';
${OPEN}
const s32 = source.i32, count = source.count;
for (let sd = from; sd < count; sd += 1) {
  const se = sd * ${2 * layout.strideWords};
  ${declare}
  ${probeText(words, Math.max(1, layout.keyWords), '')}
  numbers[sd] = d;
}`;
}

function gatherBody(layout: TableLayout, needsSlots: boolean): string {
  const stride = 2 * layout.strideWords;
  const store: string[] = [];
  // Words of a new entry that are not zero, as they are nowhere else.
  layout.template?.forEach((half, i) => {
    if (half !== 0) store.push(`w32[e + ${i}] = ${half};`);
  });
  for (let word = 0; word < layout.keyWords; word += 1) {
    const isText = layout.keys.some((key) => key.interner >= 0 && key.word === word);
    const from = isText ? `g32[g * ${2 * Math.max(1, layout.keyWords)} + ${2 * word}` : `s32[se + ${2 * word}`;
    store.push(`w32[e + ${2 * word}] = ${from}]; w32[e + ${2 * word + 1}] = ${isText ? '0' : `${from} + 1]`};`);
  }
  return `'use strict';
${OPEN}
const s32 = source.i32, s64 = source.i64, sf64 = source.f64, count = source.count, g32 = directory.i32;
let capacity = table.capacity, used = table.count;
for (let sd = 0; sd < count; sd += 1) {
  const sq = sd * ${layout.strideWords}, se = 2 * sq;
  ${deadText(layout)}
  const g = numbers[sd];
  let d = places[g] - 1, e = d * ${stride};
  if (d < 0) {
    if (used === capacity) { table.count = used; table.extend(); ${RELOAD} capacity = table.capacity; }
    d = used; e = d * ${stride}; used += 1; places[g] = used;
    ${store.join('\n    ')}
  }
  const q = e >>> 1;
  ${needsSlots ? 'slots[sd] = d;' : ''}
  ${mergeWeightText(layout)}
  ${layout.accumulators.map((accumulator, i) => mergeText(accumulator, i)).join('\n  ')}
}
table.count = used;`;
}
