import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import type { Expression } from '../../../plan/expression.js';
import { ERROR_SCHEMA, type Operator } from '../../../plan/plan.js';
import { BIGINT, BOOLEAN, INT, TIMESTAMP, VARCHAR, type Schema } from '../../../plan/types.js';
import { WATERMARK_END } from '../../../runtime/operators/operator.js';
import { buildPipelineFrom } from '../../../runtime/pipeline/build.js';
import type { ColumnBatch } from '../../../runtime/columns/batch.js';
import type { Pipeline } from '../../../runtime/pipeline/pipeline.js';
import {
  aggregateOperator,
  columnAt,
  errorsOf,
  field,
  filterOperator,
  planOf,
  projectOperator,
  sinkOperator,
  sourceOperator,
  unionOperator,
  watermarkOperator,
} from '../../support/plan-builder.js';
import { batchContext, batchOf, interpreter, readRows, rowText } from '../../support/operator-harness.js';

const SCHEMA: Schema = [field('id', BIGINT), field('ts', TIMESTAMP), field('v', INT)];

function literal(value: string): Expression {
  return { kind: 'literal', value, type: INT, nullable: false };
}

function build(
  operators: readonly Operator[],
  state_bytes_max?: bigint,
): { pipeline: Pipeline; written: Map<string, string[]> } {
  const written = new Map<string, string[]>();
  const sinks = new Map(
    operators
      .filter((operator) => operator.op === 'sink')
      .map((sink) => {
        const lines: string[] = [];
        written.set(sink.id, lines);
        const write = (rows: ColumnBatch): void => {
          for (const { values, weight } of readRows(sink.output.schema, rows))
            lines.push(`${weight} ${rowText(values)}`);
        };
        return [sink.id, { begin: (): void => void lines.splice(0), write }] as const;
      }),
  );
  const pipeline = buildPipelineFrom(planOf(operators, state_bytes_max), {
    sinks,
    kernels: interpreter,
    decoderFor: () => {
      throw new Error('no decoder in this test');
    },
  });
  return { pipeline, written };
}

function feed(
  pipeline: Pipeline,
  batch: number,
  rows: readonly (readonly (bigint | number)[])[],
  ended = false,
): ReturnType<Pipeline['finish']> {
  pipeline.begin(batchContext(batch, { src: { ended } }));
  if (rows.length > 0) pipeline.source('src').reader.rows(batchOf(SCHEMA, rows, { partition: 0 }));
  return pipeline.finish();
}

const source = sourceOperator('src', SCHEMA);
const tenOver: Expression = {
  kind: 'arithmetic',
  operator: 'divide',
  left: literal('10'),
  right: columnAt(SCHEMA, 2),
  type: INT,
  nullable: false,
};
const positive: Expression = {
  kind: 'comparison',
  operator: 'gt',
  left: columnAt(SCHEMA, 2),
  right: literal('0'),
  type: BOOLEAN,
  nullable: false,
};

describe('pipeline', () => {
  it('runs source, filter, project and an unkeyed sink', () => {
    const filter = filterOperator(source, 'filter', positive);
    const project = projectOperator(filter, 'project', ['id', 'q'], [columnAt(SCHEMA, 0), tenOver]);
    const { pipeline, written } = build([source, filter, project, sinkOperator(project, 'sink')]);
    const report = feed(pipeline, 1, [
      [1n, 0n, 5],
      [2n, 0n, 0],
      [3n, 0n, 2],
    ]);
    expect(written.get('sink')).toEqual(['1 1n | 2', '1 3n | 5']);
    expect(report.counters.get('filter')).toMatchObject({ rowsIn: 3, rowsOut: 2, filtered: 1 });
  });

  it('stops at a failing record with its place, or skips it, or keeps it as an error row', () => {
    const run = (on_error: 'fail' | 'skip' | 'into'): { pipeline: Pipeline; written: Map<string, string[]> } => {
      const project: Operator = { ...projectOperator(source, 'project', ['q'], [tenOver]), on_error };
      const errors = {
        ...sinkOperator(source, 'errors'),
        inputs: [errorsOf('src')],
        output: { ...source.output, schema: ERROR_SCHEMA },
      };
      return build([source, project, sinkOperator(project, 'sink'), errors]);
    };
    const rows = [
      [1n, 0n, 0],
      [2n, 0n, 5],
    ];
    const failing = run('fail');
    expect(() => feed(failing.pipeline, 1, rows)).toThrow(DiagnosticError);
    try {
      feed(run('fail').pipeline, 1, rows);
    } catch (error) {
      expect((error as DiagnosticError).diagnostic).toMatchObject({ code: 'ESQL8550', place: 'part-0:0' });
    }
    const skipping = run('skip');
    const report = feed(skipping.pipeline, 1, rows);
    expect(report.counters.get('project')).toMatchObject({ rowsIn: 2, rowsOut: 1, errors: 1 });
    expect(skipping.written.get('errors')).toEqual([]);
    const keeping = run('into');
    feed(keeping.pipeline, 1, rows);
    expect(keeping.written.get('sink')).toEqual(['1 2']);
    expect(keeping.written.get('errors')).toEqual([
      expect.stringMatching(
        /^1 "src" \| 0 \| "part-0" \| 0n \| "division_by_zero" \| ".*" \| 78 \| 1700000000000001n$/u,
      ),
    ]);
  });

  it('keeps a union of two branches of one source in the same order however the source is cut', () => {
    const left = filterOperator(source, 'left', positive);
    const right = projectOperator(
      source,
      'right',
      ['id', 'ts', 'v'],
      [0, 1, 2].map((c) => columnAt(SCHEMA, c)),
    );
    const union = unionOperator([left, right], 'union');
    const operators = [source, left, right, union, sinkOperator(union, 'sink')];
    const rows = [
      [1n, 0n, 1],
      [2n, 0n, 2],
    ];
    const whole = build(operators);
    feed(whole.pipeline, 1, rows);
    const cut = build(operators);
    cut.pipeline.begin(batchContext(1, { src: {} }));
    for (const row of rows) cut.pipeline.source('src').reader.rows(batchOf(SCHEMA, [row], { partition: 0 }));
    cut.pipeline.finish();
    expect(cut.written.get('sink')).toEqual(whole.written.get('sink'));
    expect(whole.written.get('sink')).toHaveLength(4);
  });

  it('aggregates an aggregate, and a keyed sink gets net changes', () => {
    const call = { function: 'count', argument: null, distinct: false, filter: null } as const;
    const perValue = aggregateOperator(source, 'per_value', {
      group: [2],
      aggregates: [{ ...call, field: field('n', BIGINT) }],
    });
    const histogram = aggregateOperator(perValue, 'histogram', {
      group: [1],
      aggregates: [{ ...call, field: field('times', BIGINT) }],
    });
    const { pipeline, written } = build([source, perValue, histogram, sinkOperator(histogram, 'sink', { key: ['n'] })]);
    feed(
      pipeline,
      1,
      [1, 1, 2, 3].map((v) => [0n, 0n, v]),
    );
    expect(written.get('sink')).toEqual(['1 2n | 1n', '1 1n | 2n']);
    feed(
      pipeline,
      2,
      [2, 3].map((v) => [0n, 0n, v]),
    );
    expect(written.get('sink')?.sort()).toEqual(['-1 1n | 2n', '1 2n | 3n']);
    feed(pipeline, 3, []);
    expect(written.get('sink')).toEqual([]);
  });

  it('keeps the last row per key under UPDATE and the first under IGNORE', () => {
    const run = (conflict: 'update' | 'ignore'): string[] | undefined => {
      const { pipeline, written } = build([source, sinkOperator(source, 'sink', { key: ['id'], conflict })]);
      feed(pipeline, 1, [
        [1n, 0n, 1],
        [2n, 0n, 5],
        [1n, 0n, 2],
      ]);
      return written.get('sink');
    };
    expect(run('update')).toEqual(['1 1n | 0n | 2', '1 2n | 0n | 5']);
    expect(run('ignore')).toEqual(['1 1n | 0n | 1', '1 2n | 0n | 5']);
  });

  it('passes the watermark on and closes windows at the end of a source', () => {
    const watermark = watermarkOperator(source, 'wm', 1, { delay_us: 5n });
    const pane = { column: 1, window: { size_us: 10n, slide_us: 10n, offset_us: 0n } };
    const windows = aggregateOperator(watermark, 'windows', {
      group: [3, 4],
      aggregates: [{ function: 'sum', argument: 2, distinct: false, filter: null, field: field('s', BIGINT, true) }],
      emit: 'final',
      pane,
      window_start: 3,
      window_end: 4,
    });
    const { pipeline, written } = build([source, watermark, windows, sinkOperator(windows, 'sink')]);
    expect(
      feed(pipeline, 1, [
        [1n, 1n, 1],
        [1n, 12n, 2],
      ]).watermarks_us.get('wm'),
    ).toBe(7n);
    expect(written.get('sink')).toEqual([]);
    feed(pipeline, 2, [
      [1n, 2n, 3],
      [1n, 15n, 4],
    ]);
    expect(written.get('sink')).toEqual(['1 0n | 10n | 4n']);
    const report = feed(pipeline, 3, [[1n, 3n, 9]]);
    expect(report.counters.get('windows')).toMatchObject({ rowsIn: 1, late: 1, buffered: 0 });
    expect(feed(pipeline, 4, [], true).watermarks_us.get('sink')).toBe(WATERMARK_END);
    expect(written.get('sink')).toEqual(['1 10n | 20n | 6n']);
  });

  it('stops with a diagnostic before the state outgrows its budget', () => {
    const schema: Schema = [field('k', VARCHAR)];
    const words = sourceOperator('src', schema);
    const perWord = aggregateOperator(words, 'agg', { group: [0], aggregates: [] });
    const { pipeline } = build([words, perWord], 20_000n);
    pipeline.begin(batchContext(1, { src: {} }));
    const rows = Array.from({ length: 5000 }, (_, i) => [`word number ${i}`]);
    expect(() => {
      pipeline.source('src').reader.rows(batchOf(schema, rows));
    }).toThrow(/ESQL8206/u);
  });
});
