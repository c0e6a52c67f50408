/** The generated loops of one aggregation, compiled once per operator and shared by all of its tables. */
import type { AggregateTable } from './aggregate-table.js';
import type { EntryHash, GroupTable, TableShape } from './group-table.js';
import { inputList, type InputSlot } from './inputs.js';
import type { MultisetLayout, TableLayout } from './layout.js';
import {
  accumulateText,
  add64Text,
  conditionOfRow,
  deadText,
  entryHashText,
  keyWordsOfEntry,
  keyWordsOfRow,
  mergeText,
  mergeWeightText,
  probeText,
  type WordLoad,
} from './loop-text.js';
import type { ValueMultiset } from './multiset.js';

export type LoopInput = ArrayBufferView;

/** Finds every selected row's group and takes the row in. `slots` (if not null) gets the group of each physical row. */
export type AccumulateLoop = (
  table: AggregateTable,
  inputs: readonly LoopInput[],
  selection: Int32Array | null,
  count: number,
  slots: Int32Array,
) => void;

/** Takes all living groups of `source` in; `slots` gets the group of each source entry (-1 = a dead one). */
export type MergeLoop = (
  table: AggregateTable,
  source: AggregateTable,
  idMaps: readonly Int32Array[],
  slots: Int32Array,
) => void;

/** Adds values to a multiset and records which became present or absent. */
export type MultisetLoop = (
  table: ValueMultiset,
  inputs: readonly LoopInput[],
  selection: Int32Array | null,
  count: number,
  slots: Int32Array,
) => void;

export type MultisetMergeLoop = (
  table: ValueMultiset,
  source: GroupTable,
  slots: Int32Array,
  idMap: Int32Array,
) => void;

/** Gives the recorded changes of a multiset to the DISTINCT accumulator it feeds. */
export type DistinctLoop = (table: AggregateTable, values: ValueMultiset) => void;

export interface MultisetProgram {
  readonly layout: MultisetLayout;
  readonly shape: TableShape;
  readonly inputs: readonly InputSlot[];
  readonly update: MultisetLoop;
  readonly merge: MultisetMergeLoop;
  readonly distinct: DistinctLoop | null;
}

export interface TablePrograms {
  readonly layout: TableLayout;
  readonly shape: TableShape;
  readonly inputs: readonly InputSlot[];
  readonly accumulate: AccumulateLoop;
  readonly merge: MergeLoop;
  readonly multisets: readonly MultisetProgram[];
}

/**
 * `stamped`: groups are remembered as they were before a micro-batch. `slotted`: the groups of rows are wanted anyway.
 */
export function compilePrograms(layout: TableLayout, stamped: boolean, slotted = false): TablePrograms {
  const inputs = inputList();
  const accumulate = compile<AccumulateLoop>(
    ['table', 'inputs', 'selection', 'count', 'slots'],
    accumulateBody(layout, stamped, slotted || layout.multisets.length > 0, inputs),
  );
  return {
    layout,
    shape: {
      strideWords: layout.strideWords,
      keyWords: layout.keyWords,
      textWords: layout.keys.filter((key) => key.interner >= 0).map((key) => key.word),
      template: layout.template,
      hash: compile<EntryHash>(['i32', 'at'], entryHashText(layout.keyWords)),
    },
    inputs: inputs.slots,
    accumulate,
    merge: compile<MergeLoop>(['table', 'source', 'idMaps', 'slots'], mergeBody(layout)),
    multisets: layout.multisets.map((multiset) => compileMultiset(layout, multiset)),
  };
}

/** A generated function: its text comes from loop-text.ts and the layout. */
export function compile<F>(parameters: readonly string[], body: string): F {
  // The text is made by loop-text.ts from numbers of words only; the cast gives the generated function its signature.
  return new Function(...parameters, body) as F;
}

/** Declares the names that RELOAD brings up to date. */
export const OPEN = `let w32 = table.i32, w64 = table.i64, f64 = table.f64, index = table.index, mask = index.length - 1;`;

function accumulateBody(
  layout: TableLayout,
  stamped: boolean,
  slotted: boolean,
  inputs: ReturnType<typeof inputList>,
): string {
  const declared: string[] = [];
  const add = (name: string, slot: InputSlot): void => {
    declared.push(`const ${name} = inputs[${inputs.add(slot)}];`);
  };
  layout.keys.forEach((key, i) => {
    add(`k${i}`, {
      view: key.physical === 'bytes' ? 'ids' : key.physical === 'f64' ? 'canonical' : 'key',
      column: key.column,
      interner: key.interner,
    });
    if (key.nullable) add(`kv${i}`, { view: 'valid', column: key.column, interner: -1 });
  });
  const weighted = layout.weightWord >= 0;
  if (weighted) add('weights', { view: 'weights', column: -1, interner: -1 });
  const takes: string[] = weighted ? ['const w = weights[r];', add64Text(layout.weightWord, 'w')] : [];
  layout.accumulators.forEach((accumulator, i) => {
    if (accumulator.multiset >= 0) return;
    declareValue(accumulator, i, add);
    const condition = conditionOfRow(accumulator, i);
    const text = accumulateText(accumulator, i, { kind: 'row', index: i }, weighted);
    takes.push(condition === '' ? `{ ${text} }` : `if (${condition}) { ${text} }`);
  });
  const keys = keyWordsOfRow(layout.keys, layout.nullMaskWord);
  const reload = stamped ? 'stamps = table.stamps;' : '';
  return `'use strict';
${declared.join('\n')}
${OPEN}
${stamped ? 'let stamps = table.stamps; const stamp = table.stamp;' : ''}
for (let i = 0; i < count; i += 1) {
  const r = selection === null ? i : selection[i];
  ${keys.declare}
  ${probeText(keys.words, layout.strideWords, reload)}
  ${stamped ? 'if (stamps[d] !== stamp) table.touch(d);' : ''}
  ${slotted ? 'slots[r] = d;' : ''}
  ${takes.join('\n  ')}
}`;
}

function declareValue(
  accumulator: Pick<TableLayout['accumulators'][number], 'argument' | 'filter'>,
  i: number,
  add: (name: string, slot: InputSlot) => void,
): void {
  const { argument, filter } = accumulator;
  if (filter !== null) {
    add(`c${i}`, { view: 'key', column: filter.column, interner: -1 });
    if (filter.nullable) add(`cv${i}`, { view: 'valid', column: filter.column, interner: -1 });
  }
  if (argument === null) return;
  const { column } = argument;
  if (argument.nullable) add(`av${i}`, { view: 'valid', column, interner: -1 });
  if (argument.physical === 'bytes') {
    add(`a${i}h`, { view: 'heap', column, interner: -1 });
    add(`a${i}s`, { view: 'starts', column, interner: -1 });
    add(`a${i}l`, { view: 'lengths', column, interner: -1 });
  } else {
    const view = argument.physical === 'f64' || argument.physical === 'i128' ? 'values' : 'key';
    add(`a${i}`, { view, column, interner: -1 });
  }
}

function mergeBody(layout: TableLayout): string {
  const { words, declare } = keyWordsOfEntry(layout);
  return `'use strict';
${OPEN}
const s32 = source.i32, s64 = source.i64, sf64 = source.f64, count = source.count;
for (let sd = 0; sd < count; sd += 1) {
  const sq = sd * ${layout.strideWords}, se = 2 * sq;
  ${deadText(layout)}
  ${declare}
  ${probeText(words, layout.strideWords, '')}
  slots[sd] = d;
  ${mergeWeightText(layout)}
  ${layout.accumulators.map((accumulator, i) => mergeText(accumulator, i)).join('\n  ')}
}`;
}

function compileMultiset(layout: TableLayout, multiset: MultisetLayout): MultisetProgram {
  const inputs = inputList();
  const update = multisetUpdateBody(layout, multiset, inputs);
  const accumulator = layout.accumulators[multiset.accumulator]!;
  const weighted = layout.weightWord >= 0;
  return {
    layout: multiset,
    shape: {
      strideWords: multiset.strideWords,
      keyWords: multiset.keyWords,
      textWords: multiset.argument.physical === 'bytes' ? [1] : [],
      template: null,
      hash: compile<EntryHash>(['i32', 'at'], entryHashText(multiset.keyWords)),
    },
    inputs: inputs.slots,
    update: compile<MultisetLoop>(['table', 'inputs', 'selection', 'count', 'slots'], update),
    merge: compile<MultisetMergeLoop>(['table', 'source', 'slots', 'idMap'], multisetMergeBody(multiset)),
    distinct:
      multiset.order !== 0
        ? null
        : compile<DistinctLoop>(
            ['table', 'values'],
            `'use strict';
const w32 = table.i32, w64 = table.i64, f64 = table.f64;
const m32 = values.i32, m64 = values.i64, mf64 = values.f64;
for (let t = 0; t < values.changes; t += 1) {
  const mq = values.changedEntries[t] * ${multiset.strideWords}, w = values.changedSigns[t];
  const d = m32[2 * mq], q = d * ${layout.strideWords}, e = 2 * q;
  ${accumulateText(accumulator, multiset.accumulator, { kind: 'entry' }, weighted)}
}`,
          ),
  };
}

/** Adds `by` to the count at `q + word` and records whether the value appeared or disappeared. */
function countChangeText(multiset: MultisetLayout, by: string): string {
  const at = `q + ${multiset.keyWords}`;
  return `const before = f64[${at}], after = before + ${by}; f64[${at}] = after;
  if ((before > 0) !== (after > 0)) table.changed(d, after > 0 ? 1 : -1);`;
}

function multisetUpdateBody(
  layout: TableLayout,
  multiset: MultisetLayout,
  inputs: ReturnType<typeof inputList>,
): string {
  const declared: string[] = [];
  const add = (name: string, slot: InputSlot): void => {
    declared.push(`const ${name} = inputs[${inputs.add(slot)}];`);
  };
  const { argument } = multiset;
  const view = argument.physical === 'bytes' ? 'ids' : argument.physical === 'f64' ? 'canonical' : 'key';
  add('k0', { view, column: argument.column, interner: argument.physical === 'bytes' ? 0 : -1 });
  if (argument.nullable) add('av0', { view: 'valid', column: argument.column, interner: -1 });
  if (multiset.filter !== null) {
    add('c0', { view: 'key', column: multiset.filter.column, interner: -1 });
    if (multiset.filter.nullable) add('cv0', { view: 'valid', column: multiset.filter.column, interner: -1 });
  }
  const weighted = layout.weightWord >= 0;
  if (weighted) add('weights', { view: 'weights', column: -1, interner: -1 });
  const value = keyWordsOfRow(
    [{ column: argument.column, physical: argument.physical, nullable: false, word: 1, interner: -1 }],
    -1,
  );
  const condition = conditionOfRow(multiset, 0);
  return `'use strict';
${declared.join('\n')}
${OPEN}
for (let i = 0; i < count; i += 1) {
  const r = selection === null ? i : selection[i];
  ${condition === '' ? '' : `if (!(${condition})) continue;`}
  const g = slots[r];
  ${value.declare}
  ${probeText([{ lo: 'g', hi: '0' }, ...value.words], multiset.strideWords, '')}
  ${countChangeText(multiset, weighted ? 'weights[r]' : '1')}
}`;
}

function multisetMergeBody(multiset: MultisetLayout): string {
  const words: WordLoad[] = [{ lo: 'g', hi: '0' }];
  for (let word = 1; word < multiset.keyWords; word += 1) {
    words.push(
      multiset.argument.physical === 'bytes'
        ? { lo: 'x', hi: '0' }
        : { lo: `s32[se + ${2 * word}]`, hi: `s32[se + ${2 * word + 1}]` },
    );
  }
  return `'use strict';
${OPEN}
const s32 = source.i32, sf64 = source.f64, count = source.count;
for (let sd = 0; sd < count; sd += 1) {
  const sq = sd * ${multiset.strideWords}, se = 2 * sq;
  const g = slots[s32[se]], times = sf64[sq + ${multiset.keyWords}];
  if (g < 0 || times === 0) continue;
  ${multiset.argument.physical === 'bytes' ? 'const x = idMap[s32[se + 2]];' : ''}
  ${probeText(words, multiset.strideWords, '')}
  ${countChangeText(multiset, 'times')}
}`;
}
