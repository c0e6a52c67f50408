/** Texts for the database: names are quoted or refused, and a procedure's name tells its content. */
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../../grammar/diagnostics/diagnostic.js';
import { BIGINT, VARBINARY, VARCHAR, type Schema } from '../../../../plan/types.js';
import { createStatements, createTable, objectsOf, targetOf } from '../../../../runtime/connectors/mssql/ddl.js';
import type { SinkShape } from '../../../../runtime/connectors/connector.js';
import { SINK_SCHEMA } from '../../../contract/sink-subject.js';

const OPTIONS = { table: 'dbo.results', progress_schema: 'stream', shared: false, batch_rows: 4000 };
const SHAPE: SinkShape = {
  queryId: 'query',
  sinkId: 'per_key/out',
  schema: SINK_SCHEMA,
  key: [0],
  conflict: 'update',
};

const target = (shape: Partial<SinkShape> = {}, options: Partial<typeof OPTIONS> = {}) =>
  targetOf({ ...SHAPE, ...shape }, { ...OPTIONS, ...options });

describe('names', () => {
  it.each(["results'); DROP TABLE x;--", 'a.b.c', '', 'a.', 'a\0b', 'a\nb', 'rеsults', 'x'.repeat(129), 'a]b', 'a[b'])(
    '%j is refused as a table',
    (table) => {
      expect(() => target({}, { table })).toThrow(DiagnosticError);
      expect(() => target({}, { table })).toThrow('ESQL8431');
    },
  );

  it('are refused as columns and schemas alike', () => {
    const schema: Schema = [{ name: "a'b", type: BIGINT, nullable: false }];
    expect(() => target({ schema })).toThrow('ESQL8431');
    expect(() => target({}, { progress_schema: 'a;b' })).toThrow('ESQL8431');
  });

  it('of jobs and sinks fit the table of progress', () => {
    expect(() => target({ queryId: 'q'.repeat(201) })).toThrow('ESQL8431');
    expect(() => target({ sinkId: 's'.repeat(201) })).toThrow('ESQL8431');
    expect(target({ queryId: 'q'.repeat(200) }).schema).toBe('stream');
  });

  it('are always quoted', () => {
    const schema: Schema = [
      { name: 'select', type: BIGINT, nullable: false },
      { name: 'two words', type: VARCHAR, nullable: true },
    ];
    const text = createTable(target({ schema }, { table: 'order' }));
    expect(text).toContain('CREATE TABLE [dbo].[order]');
    expect(text).toContain('[select] BIGINT NOT NULL');
    expect(text).toContain('[two words] NVARCHAR(MAX) NULL');
  });
});

describe('procedures', () => {
  it('have names of at most 63 bytes that change with what they do, and with nothing else', () => {
    const { apply, register } = objectsOf(target());
    expect(apply).toMatch(/^\[stream\]\.\[apply_out_[0-9a-f]{12}\]$/u);
    expect(objectsOf(target({ queryId: 'another' }))).toEqual(objectsOf(target()));
    const others = [
      target({ conflict: 'ignore' }),
      target({ key: [0, 1] }),
      target({}, { batch_rows: 10 }),
      target({}, { shared: true }),
      target({}, { table: 'dbo.other' }),
    ].map((each) => objectsOf(each));
    expect(new Set([apply, ...others.map((each) => each.apply)]).size).toBe(6);
    expect(new Set(others.map((each) => each.register))).toEqual(new Set([register]));
    const long = objectsOf(target({ sinkId: `s/${'Äb'.repeat(90)}` })).apply;
    expect(Buffer.byteLength(long.slice('[stream].['.length, -1))).toBeLessThanOrEqual(63);
  });

  it('are what the name says: all statements', async () => {
    const text = createStatements(target())
      .map(({ what, sql }) => `-- ${what}\n${sql}\n`)
      .join('\n');
    await expect(text).toMatchFileSnapshot('statements.sql');
  });

  it('use no MERGE, no CREATE OR ALTER and no WAITFOR (S11)', () => {
    for (const { sql } of createStatements(target())) expect(sql).not.toMatch(/\bMERGE\b|\bOR ALTER\b|\bWAITFOR\b/u);
  });
});

it('texts of a key fit into an index together', () => {
  const schema: Schema = [
    { name: 'a', type: VARCHAR, nullable: false },
    { name: 'b', type: VARBINARY, nullable: false },
    { name: 'c', type: BIGINT, nullable: false },
  ];
  const text = createTable(target({ schema, key: [0, 1, 2] }));
  expect(text).toContain('[a] NVARCHAR(220) COLLATE Latin1_General_BIN2 NOT NULL');
  expect(text).toContain('[b] VARBINARY(440) NOT NULL');
  expect(createTable(target({ schema, key: [0] }))).toContain('[a] NVARCHAR(450)');
});
