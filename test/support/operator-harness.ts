/** Runs one operator outside of a pipeline: rows in, rows out as plain values, section bytes compared. */
import { dispatchOperator, type Operator, type OutputShape, type TableOperator } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import type { ColumnBatch } from '../../runtime/columns/batch.js';
import { columnFromValues } from '../../runtime/columns/write.js';
import { readValue } from '../../runtime/columns/read.js';
import { interpretPredicate, interpretProjection } from '../../runtime/kernels/interpret.js';
import { operatorBuilders } from '../../runtime/operators/index.js';
import type { BuildContext, KernelMakers } from '../../runtime/operators/build-context.js';
import type { BatchContext, RuntimeOperator, SourceFacts, StateSection } from '../../runtime/operators/operator.js';
import { TableRuntime } from '../../runtime/operators/table.js';
import { SourceErrors } from '../../runtime/operators/source-errors.js';
import { StateBudget } from '../../runtime/state/budget.js';

export interface WeightedRow {
  readonly values: readonly Value[];
  readonly weight: number;
}

export const interpreter: KernelMakers = {
  projection: (expressions) => interpretProjection(expressions),
  predicate: (expression) => interpretPredicate(expression),
};

export function batchContext(
  batch: number,
  sources: Readonly<Record<string, Partial<SourceFacts>>> = {},
): BatchContext {
  return {
    batch,
    sources: new Map(
      Object.entries(sources).map(([id, facts]) => [
        id,
        { openPartitions: [], idlePartitions: [], ended: false, advanceTo_us: null, ...facts },
      ]),
    ),
    now_us: 1_700_000_000_000_000n + BigInt(batch),
    seed: BigInt(batch) * 0x9e3779b97f4a7c15n,
  };
}

/** A batch of rows; `partition` gives it an origin whose positions are `position_base + row`. */
export function batchOf(
  schema: Schema,
  rows: readonly (readonly Value[])[],
  options: Partial<ColumnBatch> & { readonly partition?: number } = {},
): ColumnBatch {
  const { partition, ...rest } = options;
  return {
    rowCount: rows.length,
    columns: schema.map((column, c) =>
      columnFromValues(
        column.type,
        rows.map((row) => row[c]!),
      ),
    ),
    selection: null,
    weights: null,
    origin:
      partition === undefined
        ? null
        : {
            partition,
            resource: `part-${partition}`,
            heap: new TextEncoder().encode('x'.repeat(rows.length)),
            starts: Int32Array.from(rows, (_, i) => i),
            lengths: new Int32Array(rows.length).fill(1),
            positions: null,
            position_base: 1000 * partition,
          },
    ordinal_base: 0,
    ...rest,
  };
}

export function readRows(schema: Schema, batch: ColumnBatch): WeightedRow[] {
  const selection = batch.selection ?? Int32Array.from({ length: batch.rowCount }, (_, i) => i);
  return [...selection].map((row) => ({
    values: schema.map((column, c) => readValue(batch.columns[c]!, row, column.type)),
    weight: batch.weights?.[row] ?? 1,
  }));
}

/** One line per row: text that tells values of all types apart. */
export function rowText(values: readonly Value[]): string {
  return values
    .map((value) => {
      if (value === null) return 'NULL';
      if (typeof value === 'bigint') return `${value}n`;
      if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value);
      return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : JSON.stringify(value);
    })
    .join(' | ');
}

/** Applies changes to a content: text of the row to its weight. */
export function applyTo(content: Map<string, number>, rows: readonly WeightedRow[]): void {
  for (const { values, weight } of rows) {
    const text = rowText(values);
    const sum = (content.get(text) ?? 0) + weight;
    if (sum === 0) content.delete(text);
    else content.set(text, sum);
  }
}

/** As they come back from a store: one buffer per section. */
export function stored(sections: readonly StateSection[]): StateSection[] {
  return sections.map(({ name, parts }) => ({ name, parts: [new Uint8Array(Buffer.concat(parts))] }));
}

export class OperatorHarness {
  readonly runtime: RuntimeOperator;
  readonly budget: StateBudget;
  readonly errors = new SourceErrors('test');
  /** Of a lookup: to be loaded. */
  table: TableRuntime | null = null;
  out: WeightedRow[] = [];
  batches: ColumnBatch[] = [];

  constructor(
    operator: Operator,
    inputs: readonly OutputShape[],
    budget_bytes = 1 << 30,
    table: TableOperator | null = null,
  ) {
    this.budget = new StateBudget(budget_bytes);
    const context: BuildContext = {
      budget: this.budget,
      kernels: interpreter,
      emit: () => (rows) => {
        this.batches.push({ ...rows });
        this.out.push(...readRows(operator.output.schema, rows));
      },
      inputShapes: () => inputs,
      errorsOf: () => this.errors,
      interleavedInputs: () => inputs.map(() => false),
      isNettedByKey: () => false,
      ordinalSpan: () => 2 ** 36,
      table: () => {
        if (table === null) throw new Error('no table in this test');
        this.table = new TableRuntime(table, context);
        return this.table;
      },
      decoder: () => {
        throw new Error('no decoder in this test');
      },
      writer: () => ({ begin: () => undefined, write: (rows) => this.out.push(...readRows(inputs[0]!.schema, rows)) }),
    };
    this.runtime = dispatchOperator(operatorBuilders, operator, context);
  }

  /** One micro-batch; returns what came out. */
  run(
    context: BatchContext,
    batches: readonly ColumnBatch[],
    watermark_us: bigint,
  ): { readonly rows: readonly WeightedRow[]; readonly watermark_us: bigint } {
    this.out = [];
    this.batches = [];
    this.runtime.begin(context);
    for (const batch of batches) this.runtime.push(0, batch);
    const after = this.runtime.finish([watermark_us]);
    return { rows: this.out, watermark_us: after };
  }

  dump(): StateSection[] {
    return stored(this.runtime.state?.dump() ?? []);
  }
}
