/**
 * Pieces of generated loops. 64-bit integers are handled as halves (`lo`, `hi`, both int32), because int32 arithmetic
 * is fast in every tier of V8 and never makes a BigInt. Text is made from the layout alone: numbers of words and names
 * of our own, never a name or a literal of a query.
 *
 * Names in scope: `table`, `w32`, `w64`, `f64` (its entries), `d` (entry), `e` (its first int32), `q` (its first word).
 */
import type { Accumulator, KeyPart, TableLayout } from './layout.js';

/** Two int32 expressions per key word. */
export interface WordLoad {
  readonly lo: string;
  readonly hi: string;
}

const MULTIPLIERS = ['0x9e3779b1', '0x85ebca77', '0xc2b2ae3d', '0x27d4eb2f'];

/** An expression chain that leaves the hash of the words in `h`. */
export function hashText(words: readonly WordLoad[]): string {
  const lines = ['let h = 0;'];
  words.forEach(({ lo, hi }, i) => {
    const multiplier = MULTIPLIERS[i % MULTIPLIERS.length]!;
    const mixed = hi === '0' ? lo : `(${lo} ^ Math.imul(${hi}, 0x165667b1))`;
    lines.push(
      i === 0
        ? `h = Math.imul(${mixed}, ${multiplier});`
        : `h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) + Math.imul(${mixed}, ${multiplier}) | 0;`,
    );
  });
  lines.push('h ^= h >>> 15; h = Math.imul(h, 0x297a2d39); h ^= h >>> 13;');
  return lines.join('\n');
}

/** Body of an EntryHash over `count` words at `i32[at]`. */
export function entryHashText(count: number): string {
  const words = Array.from({ length: count }, (_, i) => ({ lo: `i32[at + ${2 * i}]`, hi: `i32[at + ${2 * i + 1}]` }));
  return `'use strict';\n${hashText(words)}\nreturn h;`;
}

export const RELOAD =
  'w32 = table.i32; w64 = table.i64; f64 = table.f64; index = table.index; mask = index.length - 1;';

/** Finds or makes the entry whose key words are `words`; leaves `d`, `e` and `q`. `isNew` is run for a new entry. */
export function probeText(words: readonly WordLoad[], strideWords: number, isNew: string): string {
  if (words.length === 0) {
    return `let d = 0; if (table.count === 0) { d = table.insert(0, 0); ${RELOAD} ${isNew} } const e = 0; const q = 0;`;
  }
  const stride = 2 * strideWords;
  const same = words
    .map(({ lo, hi }, i) => `w32[e + ${2 * i}] === ${lo} && w32[e + ${2 * i + 1}] === ${hi}`)
    .join(' && ');
  const store = words.map(({ lo, hi }, i) => `w32[e + ${2 * i}] = ${lo}; w32[e + ${2 * i + 1}] = ${hi};`).join(' ');
  return `${hashText(words)}
let slot = h & mask; let d = 0; let e = 0;
for (;;) {
  d = index[slot] - 1;
  if (d < 0) { d = table.insert(slot, h); ${RELOAD} e = d * ${stride}; ${store} ${isNew} break; }
  e = d * ${stride};
  if (${same}) break;
  slot = (slot + 1) & mask;
}
const q = e >>> 1;`;
}

/** Declares `k0lo`, `k0hi`, … for the key words of row `r`, and the null mask `nm`. Inputs are `k<i>` and `kv<i>`. */
export function keyWordsOfRow(keys: readonly KeyPart[], nullMaskWord: number): { declare: string; words: WordLoad[] } {
  const lines: string[] = nullMaskWord >= 0 ? ['let nm = 0;'] : [];
  const words: WordLoad[] = [];
  keys.forEach((key, i) => {
    const loads = rowLoads(key, `k${i}`);
    loads.forEach(({ lo, hi }, part) => {
      const name = `x${i}${part === 0 ? '' : 'h'}`;
      lines.push(`let ${name}lo = ${lo}, ${name}hi = ${hi.replace('$lo', `${name}lo`)};`);
      words.push({ lo: `${name}lo`, hi: `${name}hi` });
    });
    if (key.nullable) {
      const zero = loads.map((_, part) => `x${i}${part === 0 ? '' : 'h'}lo = 0; x${i}${part === 0 ? '' : 'h'}hi = 0;`);
      lines.push(`if (kv${i}[r] === 0) { ${zero.join(' ')} nm |= ${1 << i}; }`);
    }
  });
  if (nullMaskWord >= 0) words.push({ lo: 'nm', hi: '0' });
  return { declare: lines.join('\n'), words };
}

/** The key words of source entry `se` for another table: ids of text are looked up in `idMaps`. */
export function keyWordsOfEntry(layout: TableLayout): { declare: string; words: WordLoad[] } {
  const words: WordLoad[] = [];
  for (let word = 0; word < layout.keyWords; word += 1) {
    const isText = layout.keys.some((key) => key.interner >= 0 && key.word === word);
    words.push(isText ? { lo: `x${word}`, hi: '0' } : { lo: `s32[se + ${2 * word}]`, hi: `s32[se + ${2 * word + 1}]` });
  }
  const mapped = layout.keys
    .filter((key) => key.interner >= 0)
    .map((key) => {
      // A NULL has no string: its id is 0 here as everywhere.
      const isNull = key.nullable ? `s32[se + ${2 * layout.nullMaskWord}] & ${1 << layout.keys.indexOf(key)}` : '0';
      return `const x${key.word} = ${isNull} ? 0 : idMaps[${key.interner}][s32[se + ${2 * key.word}]];`;
    });
  return { declare: mapped.join('\n'), words };
}

/** Passes over a source entry that stands for no row. */
export function deadText(layout: TableLayout): string {
  if (layout.weightWord < 0) return '';
  const at = 2 * layout.weightWord;
  return `if (s32[se + ${at}] === 0 && s32[se + ${at + 1}] === 0) { slots[sd] = -1; continue; }`;
}

function rowLoads(key: KeyPart, name: string): WordLoad[] {
  switch (key.physical) {
    case 'u8':
    case 'bytes':
      return [{ lo: `${name}[r]`, hi: '0' }];
    case 'i32':
      return [{ lo: `${name}[r]`, hi: '$lo >> 31' }];
    case 'i64':
    case 'f64':
      return [{ lo: `${name}[2 * r]`, hi: `${name}[2 * r + 1]` }];
    case 'i128':
      return [
        { lo: `${name}[4 * r]`, hi: `${name}[4 * r + 1]` },
        { lo: `${name}[4 * r + 2]`, hi: `${name}[4 * r + 3]` },
      ];
  }
}

/** Adds the int32 expression `by` to the 64-bit integer at word `word`. */
export function add64Text(word: number, by: string): string {
  const at = 2 * word;
  if (by === '1') return `if ((w32[e + ${at}] = (w32[e + ${at}] + 1) | 0) === 0) w32[e + ${at + 1}] += 1;`;
  return `{ const a = w32[e + ${at}], b = ${by}, s = (a + b) | 0; w32[e + ${at}] = s;
    w32[e + ${at + 1}] += (b >> 31) + ((s >>> 0) < (a >>> 0) ? 1 : 0); }`;
}

/** Adds the 64-bit integer at `s32[from]` (two halves) to the one at word `word`, without noticing an overflow. */
function addPairText(word: number, from: string): string {
  const at = 2 * word;
  return `{ const a = w32[e + ${at}], s = (a + s32[${from}]) | 0; w32[e + ${at}] = s;
    w32[e + ${at + 1}] = (w32[e + ${at + 1}] + s32[${from} + 1] + ((s >>> 0) < (a >>> 0) ? 1 : 0)) | 0; }`;
}

/** Adds `vlo`, `vhi` to a `sum_int`: the wrapped sum, and how often it wrapped (up +1, down -1). */
function addSumText(word: number): string {
  const at = 2 * word;
  return `{ const a = w32[e + ${at}], ahi = w32[e + ${at + 1}], s = (a + vlo) | 0;
    const shi = (ahi + vhi + ((s >>> 0) < (a >>> 0) ? 1 : 0)) | 0; w32[e + ${at}] = s; w32[e + ${at + 1}] = shi;
    if (((ahi ^ shi) & (vhi ^ shi)) < 0) w32[e + ${at + 2}] += vhi < 0 ? -1 : 1; }`;
}

/** Where an accumulator's argument is read from: row `r` of column inputs, or the words of a multiset's entry. */
export type ValueFrom = { readonly kind: 'row'; readonly index: number } | { readonly kind: 'entry' };

/** Declares the argument's value: `vlo`/`vhi`, `v`, or `al`/`ah`. */
function valueText(accumulator: Accumulator, from: ValueFrom): string {
  const physical = accumulator.argument?.physical;
  if (from.kind === 'entry') {
    if (physical === 'f64') return 'const v = mf64[mq + 1];';
    if (physical === 'i128') return 'const al = m64[mq + 1], ah = m64[mq + 2];';
    return 'const vlo = m32[2 * mq + 2], vhi = m32[2 * mq + 3];';
  }
  const name = `a${from.index}`;
  switch (physical) {
    case 'u8':
    case 'i32':
      return `const vlo = ${name}[r], vhi = vlo >> 31;`;
    case 'i64':
      return `const vlo = ${name}[2 * r], vhi = ${name}[2 * r + 1];`;
    case 'f64':
      return `const v = ${name}[r];`;
    case 'i128':
      return `const al = ${name}[2 * r], ah = ${name}[2 * r + 1];`;
    case 'bytes':
    case undefined:
      return '';
  }
}

/** Conditions of row `r` under which the accumulator takes it: FILTER is TRUE, and the argument is not NULL. */
export function conditionOfRow(accumulator: Pick<Accumulator, 'argument' | 'filter'>, index: number): string {
  const conditions: string[] = [];
  if (accumulator.filter !== null) {
    conditions.push(`c${index}[r] === 1`);
    if (accumulator.filter.nullable) conditions.push(`cv${index}[r] === 1`);
  }
  if (accumulator.argument?.nullable === true) conditions.push(`av${index}[r] === 1`);
  return conditions.join(' && ');
}

/** Takes one value in; `w` is its weight if `weighted`, else it is +1. */
export function accumulateText(accumulator: Accumulator, index: number, from: ValueFrom, weighted: boolean): string {
  const { word, nonNullWord } = accumulator;
  const by = weighted ? 'w' : '1';
  const count = nonNullWord >= 0 ? add64Text(nonNullWord, by) : '';
  return `${accumulator.kind === 'count' ? '' : valueText(accumulator, from)} ${takeText(accumulator, index, word, from, weighted)} ${count}`;
}

function takeText(accumulator: Accumulator, index: number, word: number, from: ValueFrom, weighted: boolean): string {
  switch (accumulator.kind) {
    case 'count':
      return add64Text(word, weighted ? 'w' : '1');
    case 'sum_int':
      return weighted
        ? `if (w === 1) ${addSumText(word)} else table.addScaled(q + ${word}, vlo, vhi, w);`
        : addSumText(word);
    case 'sum_i128':
      return `table.addWide(q + ${word}, al, ah, ${weighted ? 'w' : '1'});`;
    case 'sum_double':
      return `f64[q + ${word}] += v;`;
    case 'sum_exact':
      return `table.exact[${index}].add(f64, q + ${word}, d, v, ${weighted ? 'w' : '1'});`;
    case 'extreme':
      return extremeText(accumulator, index, word, from);
    case 'multiset_extreme':
      return '';
  }
}

function extremeText(accumulator: Accumulator, index: number, word: number, from: ValueFrom): string {
  const at = 2 * word;
  const beats = accumulator.sign > 0 ? '>' : '<';
  switch (accumulator.argument?.physical) {
    case 'f64':
      // NaN is greater than every other value and equal to itself.
      return accumulator.sign > 0
        ? `if (v > f64[q + ${word}] || v !== v) f64[q + ${word}] = v;`
        : `{ const b = f64[q + ${word}]; if (v < b || b !== b) f64[q + ${word}] = v; }`;
    case 'i128':
      return `table.wideExtreme(q + ${word}, al, ah, ${accumulator.sign});`;
    case 'bytes': {
      const name = from.kind === 'row' ? `a${from.index}` : '';
      return `table.heaps[${index}].take(w32, e + ${at}, ${name}h, ${name}s[r], ${name}l[r], ${accumulator.sign});`;
    }
    case 'u8':
    case 'i32':
    case 'i64':
      return `{ const bhi = w32[e + ${at + 1}]; if (vhi ${beats} bhi || (vhi === bhi && (vlo >>> 0) ${beats} (w32[e + ${at}] >>> 0))) {
        w32[e + ${at}] = vlo; w32[e + ${at + 1}] = vhi; } }`;
    case undefined:
      return '';
  }
}

/** Takes in the accumulator of a source entry (`s32`, `s64`, `sf64` at `se`, `sq`; entry `sd` of `source`). */
export function mergeText(accumulator: Accumulator, index: number): string {
  if (accumulator.multiset >= 0) return '';
  const { word, nonNullWord } = accumulator;
  const count = nonNullWord >= 0 ? addPairText(nonNullWord, `se + ${2 * nonNullWord}`) : '';
  const extreme = (value: string): string => `{ ${value} ${extremeText(accumulator, index, word, { kind: 'entry' })} }`;
  switch (accumulator.kind) {
    case 'count':
      return addPairText(word, `se + ${2 * word}`);
    case 'sum_int':
      return `{ const vlo = s32[se + ${2 * word}], vhi = s32[se + ${2 * word + 1}]; ${addSumText(word)}
        w32[e + ${2 * word + 2}] += s32[se + ${2 * word + 2}]; } ${count}`;
    case 'sum_i128':
      return `table.addWide(q + ${word}, s64[sq + ${word}], s64[sq + ${word + 1}], 1);
        w32[e + ${2 * word + 4}] += s32[se + ${2 * word + 4}]; ${count}`;
    case 'sum_double':
      return `f64[q + ${word}] += sf64[sq + ${word}]; ${count}`;
    case 'sum_exact':
      return `table.exact[${index}].merge(f64, q + ${word}, d, source.exact[${index}], sf64, sq + ${word}, sd); ${count}`;
    case 'extreme':
      switch (accumulator.argument?.physical) {
        case 'f64':
          return `${extreme(`const v = sf64[sq + ${word}];`)} ${count}`;
        case 'i128':
          return `${extreme(`const al = s64[sq + ${word}], ah = s64[sq + ${word + 1}];`)} ${count}`;
        case 'bytes':
          return `if (s32[se + ${2 * word}] >= 0) table.heaps[${index}].take(w32, e + ${2 * word}, source.heaps[${index}].heap,
            s32[se + ${2 * word}], s32[se + ${2 * word + 1}], ${accumulator.sign}); ${count}`;
        case 'u8':
        case 'i32':
        case 'i64':
        case undefined:
          return `${extreme(`const vlo = s32[se + ${2 * word}], vhi = s32[se + ${2 * word + 1}];`)} ${count}`;
      }
    case 'multiset_extreme':
      return '';
  }
}

/** Adds the source entry's weight. */
export function mergeWeightText(layout: TableLayout): string {
  return layout.weightWord < 0 ? '' : addPairText(layout.weightWord, `se + ${2 * layout.weightWord}`);
}
