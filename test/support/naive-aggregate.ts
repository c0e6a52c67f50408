/**
 * GROUP BY the slow and obvious way, over everything that ever came: the reference that the incremental operator is
 * held against. It shares no code with it.
 */
import type { AggregateCall, AggregateOperator, WindowSpec } from '../../plan/plan.js';
import type { Schema, SqlType } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { rowText, type WeightedRow } from './operator-harness.js';

interface Member {
  readonly row: readonly Value[];
  readonly weight: number;
}

interface Group {
  readonly key: readonly Value[];
  readonly end_us: bigint | null;
  readonly members: Member[];
}

/** Starts of all windows that hold `time`, by walking from near it. */
export function naiveWindows(time: bigint, { size_us, slide_us, offset_us }: WindowSpec): bigint[] {
  const starts: bigint[] = [];
  let start = offset_us + ((time - offset_us) / slide_us) * slide_us;
  while (start > time) start -= slide_us;
  while (start + slide_us <= time) start += slide_us;
  for (; start + size_us > time; start -= slide_us) starts.unshift(start);
  return starts;
}

export class NaiveAggregate {
  readonly #operator: AggregateOperator;
  readonly #schema: Schema;
  readonly #groups = new Map<string, Group>();
  late = 0;

  constructor(operator: AggregateOperator, schema: Schema) {
    this.#operator = operator;
    this.#schema = schema;
    if (operator.group.length === 0 && operator.emit === 'changes') this.#group([], null);
  }

  /** Rows that arrive while the watermark stands at `watermark_us`. */
  add(rows: readonly WeightedRow[], watermark_us: bigint): void {
    for (const { values, weight } of rows) {
      let isLate = false;
      for (const extended of this.#extended(values)) {
        const { window_end, pane } = this.#operator;
        const closes = pane === null ? window_end : extended.length - 1;
        const end = closes === null ? null : extended[closes]!;
        const end_us = typeof end === 'bigint' ? end : null;
        if (closes !== null && (end_us === null || end_us <= watermark_us)) {
          isLate = true;
          continue;
        }
        const key = this.#operator.group.map((column) => extended[column]!);
        this.#group(key, window_end === null ? null : end_us).members.push({ row: extended, weight });
      }
      const timeless = this.#operator.pane !== null && values[this.#operator.pane.column] === null;
      if (isLate || timeless) this.late += 1;
    }
  }

  /** The content after all rows so far; for `final` that of the windows closed by `watermark_us`. */
  content(watermark_us: bigint): Map<string, number> {
    const content = new Map<string, number>();
    for (const group of this.#groups.values()) {
      const alive = this.#operator.group.length === 0 || group.members.reduce((sum, m) => sum + m.weight, 0) > 0;
      const isDue = this.#operator.emit === 'changes' || (group.end_us !== null && group.end_us <= watermark_us);
      if (!alive || !isDue) continue;
      const results = this.#operator.aggregates.map((call) => this.#evaluate(call, group.members));
      content.set(rowText([...group.key, ...results]), 1);
    }
    return content;
  }

  #extended(values: readonly Value[]): (readonly Value[])[] {
    const { pane } = this.#operator;
    if (pane === null) return [values];
    const time = values[pane.column];
    if (typeof time !== 'bigint') return [];
    return naiveWindows(time, pane.window).map((start) => [...values, start, start + pane.window.size_us]);
  }

  #group(key: readonly Value[], end_us: bigint | null): Group {
    const text = rowText(key);
    const group = this.#groups.get(text) ?? { key: key.map(canonical), end_us, members: [] };
    this.#groups.set(text, group);
    return group;
  }

  #evaluate(call: AggregateCall, members: readonly Member[]): Value {
    const { argument, filter } = call;
    const counts = new Map<string, { value: Value; times: number }>();
    let all = 0;
    for (const { row, weight } of members) {
      if (filter !== null && row[filter] !== true) continue;
      all += weight;
      if (argument === null || row[argument] === null) continue;
      const value = canonical(row[argument]!);
      const entry = counts.get(rowText([value])) ?? { value, times: 0 };
      entry.times += weight;
      counts.set(rowText([value]), entry);
    }
    if (argument === null) return BigInt(all);
    const present = [...counts.values()].filter(({ times }) => times > 0);
    const taken = call.distinct ? present.map(({ value }) => ({ value, times: 1 })) : present;
    const total = taken.reduce((sum, { times }) => sum + times, 0);
    if (call.function === 'count') return BigInt(total);
    if (total === 0) return null;
    const type = this.#schema[argument]!.type;
    if (call.function === 'min' || call.function === 'max') {
      const sorted = taken.map(({ value }) => value).sort(compareValues);
      return sorted[call.function === 'min' ? 0 : sorted.length - 1]!;
    }
    return type.kind === 'double' ? doubleResult(call, taken, total) : exactResult(call, type, taken, total);
  }
}

function doubleResult(call: AggregateCall, taken: readonly { value: Value; times: number }[], total: number): Value {
  const sum = taken.reduce((acc, { value, times }) => acc + Number(value) * times, 0);
  return call.function === 'avg' ? sum / total : sum;
}

function exactResult(
  call: AggregateCall,
  type: SqlType,
  taken: readonly { value: Value; times: number }[],
  total: number,
): Value {
  const sum = taken.reduce((acc, { value, times }) => acc + BigInt(value as bigint | number) * BigInt(times), 0n);
  if (call.function === 'sum') return sum;
  const scale = type.kind === 'decimal' ? type.scale : 0;
  if (call.field.type.kind === 'double') return Number(sum) / total / 10 ** scale;
  const target = call.field.type.kind === 'decimal' ? call.field.type.scale : 0;
  const numerator = sum * 10n ** BigInt(target);
  const denominator = BigInt(total) * 10n ** BigInt(scale);
  const doubled = 2n * (numerator < 0n ? -numerator : numerator) + denominator;
  const magnitude = doubled / (2n * denominator);
  return numerator < 0n ? -magnitude : magnitude;
}

function canonical(value: Value): Value {
  return Object.is(value, -0) ? 0 : value;
}

function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
    if (Number.isNaN(b)) return -1;
  }
  return a === b ? 0 : a! < b! ? -1 : 1;
}
