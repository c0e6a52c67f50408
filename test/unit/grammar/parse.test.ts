import { describe, expect, test } from 'vitest';
import { spanText } from '../../../grammar/diagnostics/source.js';
import { limits } from '../../../grammar/limits.js';
import { printAst } from '../../../grammar/print-ast.js';
import { childrenOf, transform, treeDepth, walk } from '../../../grammar/visit.js';
import { codesOf, corpus, parseText } from './corpus.js';

describe('parse', () => {
  test('names that are keywords elsewhere need no quotes', () => {
    const words = 'window_start ts date timestamp value key name size events price type source path state offset emit';
    const columns = words.split(' ').join(', ');
    expect(codesOf(`SELECT ${columns} FROM source AS stream WHERE value = key;`)).toEqual([]);
    expect(codesOf(`CREATE SOURCE events (${words.split(' ').join(' INT, ')} INT) WITH (connector = 'x');`)).toEqual(
      [],
    );
  });

  test('clauses after a table are no aliases', () => {
    const { script } = parseText('CREATE STREAM s AS SELECT a FROM t WITH CHECKPOINT 30s INTO k KEY a;');
    expect(printAst(script)).toContain('settings: StreamSettings');
    expect(printAst(script)).not.toContain('TableAlias');
  });

  test('statements without mistakes survive those with mistakes', () => {
    const { script, diagnostics } = parseText('SELECT FROM;\nSET a = 1;\nSELEC 1;\nCREATE VIEW v AS SELECT 1;');
    expect(script.statements.map((statement) => statement.kind)).toEqual(['SetOption', 'CreateView']);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['ESQL1001', 'ESQL1015']);
  });

  test('an empty file and one of comments are empty scripts', () => {
    for (const text of ['', ';;', '-- nothing\n', '/* a */']) {
      expect(parseText(text)).toMatchObject({ script: { statements: [] }, diagnostics: [] });
    }
  });

  test.each([
    ['parentheses', (n: number) => `SELECT ${'('.repeat(n)}1${')'.repeat(n)};`],
    ['subqueries', (n: number) => `SELECT ${'(SELECT '.repeat(n)}1${')'.repeat(n)};`],
    ['derived tables', (n: number) => `SELECT 1 FROM ${'(SELECT 1 FROM '.repeat(n)}t${')'.repeat(n)};`],
    ['brackets', (n: number) => `SELECT ${'a['.repeat(n)}1${']'.repeat(n)};`],
    ['calls', (n: number) => `SELECT ${'f('.repeat(n)}1${')'.repeat(n)};`],
    ['case', (n: number) => `SELECT ${'CASE WHEN '.repeat(n)}1${' THEN 1 END'.repeat(n)};`],
    ['signs', (n: number) => `SELECT ${'- '.repeat(n)}1;`],
    ['negations', (n: number) => `SELECT ${'NOT '.repeat(n)}a;`],
    ['types', (n: number) => `SELECT CAST(1 AS ${'ARRAY<'.repeat(n)}INT${'>'.repeat(n)});`],
    ['joins in parentheses', (n: number) => `SELECT 1 FROM ${'('.repeat(n)}t${' JOIN u ON TRUE)'.repeat(n)};`],
    [
      'queries in parentheses',
      (n: number) => `${'('.repeat(n)}SELECT 1${')'.repeat(n)};`.replace(/^/u, 'CREATE VIEW v AS '),
    ],
  ])('nested %s: the limit is a diagnostic, what is below is read or refused', (_, nested) => {
    expect(codesOf(nested(100))).toEqual([]);
    for (const depth of [limits.nesting - 2, limits.nesting + 1, 5_000, 20_000]) {
      const codes = codesOf(nested(depth));
      if (depth > limits.nesting) expect(codes).toEqual([expect.stringMatching(/^ESQL109[01]$/u)]);
      else expect(codes.filter((code) => code !== 'ESQL1091')).toEqual([]);
    }
  });

  test.each([
    ['operators', (n: number) => `SELECT 1${' + 1'.repeat(n)};`],
    ['conditions', (n: number) => `SELECT a FROM t WHERE a${' OR a'.repeat(n)};`],
    ['set operations', (n: number) => `SELECT 1${' UNION ALL SELECT 1'.repeat(n)};`],
    ['joins', (n: number) => `SELECT 1 FROM t${' CROSS JOIN t'.repeat(n)};`],
    ['casts', (n: number) => `SELECT 1${'::INT'.repeat(n)};`],
  ])('a long chain of %s is a diagnostic, never a stack overflow', (_, chained) => {
    expect(codesOf(chained(500))).toEqual([]);
    expect(codesOf(chained(20_000))).toEqual(['ESQL1091']);
  });

  test('more than 1,000 columns are a diagnostic', () => {
    const columns = (n: number): string => Array.from({ length: n }, (_, i) => `c${String(i)}`).join(', ');
    expect(codesOf(`SELECT ${columns(1_000)} FROM t;`)).toEqual([]);
    expect(codesOf(`SELECT ${columns(1_001)} FROM t;`)).toEqual(['ESQL1092']);
    const elements = columns(1_001).replaceAll(',', ' INT,');
    expect(codesOf(`CREATE SOURCE s (${elements} INT) WITH (connector = 'file');`)).toEqual(['ESQL1092']);
  });

  test('every node lies inside its parent, and spans give the text', () => {
    for (const { text } of corpus('syntax')) {
      const { script } = parseText(text);
      walk(script, (node) => {
        for (const child of childrenOf(node)) {
          // A sink before FROM moves to the end of the statement; a primary key behind a column stands beside it.
          if (child.kind === 'IntoClause') continue;
          if (node.kind === 'PrimaryKeyDefinition') continue;
          expect([child.kind, child.span.start >= node.span.start, child.span.end <= node.span.end]).toEqual([
            child.kind,
            true,
            true,
          ]);
        }
        if (node.kind === 'NumberLiteral' && node.text !== '1') expect(spanText(node.span)).toBe(node.text);
        return true;
      });
    }
  });

  test('transform changes leaves and keeps what has no change', () => {
    const { script } = parseText('SELECT a + 1, b;');
    expect(transform(script, (node) => node)).toBe(script);
    const changed = transform(script, (node) => (node.kind === 'NumberLiteral' ? { ...node, text: '2' } : node));
    expect(printAst(changed)).toBe(printAst(parseText('SELECT a + 2, b;').script));
    expect(printAst(script)).toContain('text="1"');
  });

  test('depth counts levels', () => {
    const { script } = parseText('SELECT a;');
    // Script, QueryStatement, Query, Select, SelectItem, ColumnReference, Identifier.
    expect(treeDepth(script)).toBe(7);
  });
});
