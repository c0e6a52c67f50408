/** Texts for the database: names are quoted or refused, and a function's name tells its content. */
import { describe, expect, it } from 'vitest';
import { BIGINT, JSON_TYPE, VARCHAR, type Schema } from '../../../../plan/types.js';
import type { SinkShape } from '../../../../runtime/connectors/connector.js';
import { createStatements, createTable, objectsOf, targetOf } from '../../../../runtime/connectors/postgres/ddl.js';
import { ddlScript } from '../../../../runtime/connectors/postgres/script.js';
import { SINK_SCHEMA } from '../../../contract/sink-subject.js';

const OPTIONS = { table: 'results', progress_schema: 'stream', shared: false };
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
  it.each(["results'); DROP TABLE x;--", 'a.b.c', '', 'a.', 'a\0b', 'rеsults', 'a"b', 'x'.repeat(64), 'ä'.repeat(32)])(
    '%j is refused as a table',
    (table) => {
      expect(() => target({}, { table })).toThrow('ESQL8431');
    },
  );

  it('are refused as columns, schemas, jobs and sinks alike', () => {
    const named = (name: string): Schema => [{ name, type: BIGINT, nullable: false }];
    for (const name of ["a'b", 'x'.repeat(64)]) {
      expect(() => target({ schema: named(name) })).toThrow('ESQL8431');
      expect(() => target({}, { progress_schema: name })).toThrow('ESQL8431');
      expect(() => target({}, { table: `${name}.x` })).toThrow('ESQL8431');
    }
    expect(() => target({ queryId: 'q'.repeat(201) })).toThrow('ESQL8431');
    expect(() => target({ sinkId: 's'.repeat(201) })).toThrow('ESQL8431');
    expect(target({}, { table: 'x'.repeat(63) }).table).toEqual({ schema: 'public', name: 'x'.repeat(63) });
  });

  it('with dollar signs end no text', () => {
    const schema: Schema = [
      { name: 'a$body$', type: BIGINT, nullable: false },
      { name: 'b$body1$', type: BIGINT, nullable: true },
    ];
    const text = createStatements(target({ schema }, { table: 't$esql$' })).map(({ sql }) => sql);
    expect(text.at(-1)).toContain('AS $body2$');
    expect(text.at(-1)).toMatch(/^DO \$esql1\$/u);
  });
});

describe('functions', () => {
  it('have names of at most 63 bytes that change with what they do, and with nothing else', () => {
    const name = (each: ReturnType<typeof target>): string => objectsOf(each).apply.name;
    expect(name(target())).toMatch(/^apply_out_[0-9a-f]{12}$/u);
    expect(objectsOf(target({ queryId: 'another' }))).toEqual(objectsOf(target()));
    const others = [
      target({ conflict: 'ignore' }),
      target({ key: [0, 1] }),
      target({}, { shared: true }),
      target({}, { table: 'public.other' }),
      target({}, { progress_schema: 'other' }),
    ].map(name);
    expect(new Set([name(target()), ...others]).size).toBe(6);
    expect(Buffer.byteLength(name(target({ sinkId: `s/${'Äb'.repeat(90)}` })))).toBeLessThanOrEqual(63);
  });

  it('are what the name says: all that an administrator runs', async () => {
    const text = ddlScript('out', [
      { shape: SHAPE, options: OPTIONS },
      { shape: { ...SHAPE, sinkId: 'others/out', conflict: 'ignore' }, options: OPTIONS },
    ]);
    await expect(text).toMatchFileSnapshot('statements.sql');
  });
});

it('tables declare the types of the plan, and keys that may be NULL as unique', () => {
  const schema: Schema = [
    { name: 'select', type: VARCHAR, nullable: true },
    { name: 'two words', type: JSON_TYPE, nullable: false },
    { name: 'rest', type: JSON_TYPE, nullable: true },
  ];
  expect(createTable(target({ schema, key: [0, 1] }, { table: 'own.order' }))).toBe(`CREATE TABLE "own"."order" (
  "select" text,
  "two words" text NOT NULL,
  "rest" jsonb,
  UNIQUE NULLS NOT DISTINCT ("select", "two words")
)`);
  expect(createTable(target({ schema, key: [1] }))).toContain('PRIMARY KEY ("two words")');
  expect(createTable(target({ key: [] }))).not.toMatch(/KEY|UNIQUE/u);
});
