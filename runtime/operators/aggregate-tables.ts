/**
 * The tables of an aggregate by window, pane or value, their dumps, and the micro-batch's rows on their way into them.
 */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { ColumnBatch } from '../columns/batch.js';
import { AggregateTable } from '../state/aggregate-table.js';
import type { StateBudget } from '../state/budget.js';
import { InputBinder } from '../state/inputs.js';
import { stateDiagnostic } from '../state/messages.js';
import type { TablePrograms } from '../state/programs.js';
import { SectionReader, writeSection } from '../state/section.js';
import { WATERMARK_NONE, type OperatorState, type StateSection } from './operator.js';

/** A window is expected to have as many groups as the one that closed last; beyond this it grows as it goes. */
const RESERVED_GROUPS_MAX = 1 << 20;

const META = 'meta';
const TABLE = 'table';

export class AggregateTables implements OperatorState {
  /** By start of the pane or window, or by value of window_end; the one of `all` is number 0. */
  readonly tables = new Map<bigint, AggregateTable>();
  /** The input's watermark after the last micro-batch: what is closed. */
  watermark_us = WATERMARK_NONE;
  readonly #operator: string;
  readonly #programs: TablePrograms;
  readonly #budget: StateBudget;
  readonly #isStamped: boolean;
  readonly #binder: InputBinder;
  readonly #multisetBinders: readonly InputBinder[];
  readonly #dumps = new WeakMap<AggregateTable, StateSection>();
  #slots = new Int32Array(0);
  /** Groups of the window that closed last. */
  #groupsExpected = 0;

  constructor(operator: string, programs: TablePrograms, budget: StateBudget, isStamped: boolean) {
    this.#operator = operator;
    this.#programs = programs;
    this.#budget = budget;
    this.#isStamped = isStamped;
    this.#binder = new InputBinder(programs.inputs);
    this.#multisetBinders = programs.multisets.map((program) => new InputBinder(program.inputs));
  }

  get bytes(): number {
    let bytes = 8;
    for (const table of this.tables.values()) bytes += table.totalBytes;
    return bytes;
  }

  create(): AggregateTable {
    return new AggregateTable(this.#programs, this.#budget, this.#isStamped);
  }

  obtain(key: bigint): AggregateTable {
    const known = this.tables.get(key);
    if (known !== undefined) return known;
    const table = this.create();
    table.reserve(this.#groupsExpected);
    this.tables.set(key, table);
    return table;
  }

  /** Closed: its memory is given back. */
  drop(key: bigint): void {
    const table = this.tables.get(key);
    if (table === undefined) return;
    this.#groupsExpected = Math.min(table.count, RESERVED_GROUPS_MAX);
    table.release();
    this.tables.delete(key);
  }

  /** Keys in ascending order: the order of everything that is done to all tables. */
  sortedKeys(): readonly bigint[] {
    return [...this.tables.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  accumulate(table: AggregateTable, rows: ColumnBatch, selection: Int32Array | null, count: number): void {
    if (this.#slots.length < rows.rowCount) this.#slots = new Int32Array(Math.max(rows.rowCount, 1024));
    table.isDirty = true;
    const inputs = this.#binder.bind(rows, table.interners, selection, count);
    this.#programs.accumulate(table, inputs, selection, count, this.#slots);
    for (let m = 0; m < this.#multisetBinders.length; m += 1) {
      const values = table.multisets[m]!;
      const valueInputs = this.#multisetBinders[m]!.bind(rows, values.interners, selection, count);
      this.#programs.multisets[m]!.update(values, valueInputs, selection, count, this.#slots);
      table.applyChanges(m);
    }
    table.account();
  }

  /** Ends the micro-batch for all tables; sparse ones are made anew without what is dead. */
  endBatch(): void {
    for (const [key, table] of this.tables) {
      table.endBatch();
      if (!table.isSparse) continue;
      const compact = this.create();
      compact.mergeFrom(table);
      compact.settleAll();
      compact.endBatch();
      table.release();
      this.tables.set(key, compact);
    }
  }

  /** A table that did not change since its last dump gives the same section again, without reading it. */
  dump(): readonly StateSection[] {
    const keys = this.sortedKeys();
    const sections = [writeSection(META, 'meta', [BigInt64Array.from([this.watermark_us, ...keys])])];
    for (const key of keys) {
      const table = this.tables.get(key);
      if (table === undefined) throw new InternalError('a table disappeared while it was dumped');
      let section = table.isDirty ? undefined : this.#dumps.get(table);
      if (section === undefined) {
        section = writeSection(sectionName(key), 'table', [this.#shape(), ...table.dump()]);
        this.#dumps.set(table, section);
        table.isDirty = false;
      }
      sections.push(section);
    }
    return sections;
  }

  load(sections: readonly StateSection[]): void {
    const meta = sections.find(({ name }) => name === META);
    const reader: SectionReader = new SectionReader(this.#operator, meta ?? { name: META, parts: [] }, 'meta');
    const words = reader.words(null, 'table list');
    reader.end();
    const watermark_us = words[0];
    if (watermark_us === undefined) reader.fail('it has no watermark');
    const keys = [...words.subarray(1)];
    if (sections.length !== keys.length + 1)
      reader.fail(`${keys.length} tables are listed, ${sections.length - 1} found`);
    for (const key of this.tables.keys()) this.drop(key);
    keys.forEach((key, i) => {
      if (i > 0 && keys[i - 1]! >= key) reader.fail('its tables are not in order');
      const section = sections.find(({ name }) => name === sectionName(key));
      if (section === undefined) reader.fail(`table ${sectionName(key)} is missing`);
      this.#loadTable(key, section);
    });
    this.watermark_us = watermark_us;
  }

  #loadTable(key: bigint, section: StateSection): void {
    const reader = new SectionReader(this.#operator, section, 'table');
    const shape = this.#shape();
    const found = reader.integers(shape.length, 'shape');
    if (found.some((value, i) => value !== shape[i])) {
      throw new DiagnosticError(
        stateDiagnostic('ESQL8501', {
          operator: this.#operator,
          section: section.name,
          why: 'it was written by an aggregate with other columns',
        }),
      );
    }
    const table = this.create();
    this.tables.set(key, table);
    table.load(reader);
    reader.end();
  }

  /** Tells tables of differently built aggregates apart. */
  #shape(): Int32Array {
    const { layout } = this.#programs;
    return Int32Array.of(
      layout.strideWords,
      layout.keyWords,
      layout.weightWord,
      layout.internerCount,
      layout.accumulators.length,
      layout.multisets.length,
    );
  }
}

function sectionName(key: bigint): string {
  return `${TABLE}-${key}`;
}
