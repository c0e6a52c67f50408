import { describe, expect, test } from 'vitest';
import { DiagnosticList } from '../../../grammar/diagnostics/diagnostic.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import { lex } from '../../../grammar/lexer.js';
import { limits } from '../../../grammar/limits.js';
import { printTokens } from '../../../grammar/print-ast.js';

function tokensOf(text: string): readonly string[] {
  const list = new DiagnosticList();
  const { tokens } = lex(new SourceFile('t.esql', text), list);
  expect(list.sorted()).toEqual([]);
  return tokens.map((token) => `${token.tokenType.name}:${token.image}`);
}

describe('lexer', () => {
  test('a duration is one token only without a blank', () => {
    expect(tokensOf('30s 30 s 1.5h 500ms 7D')).toEqual([
      'DurationToken:30s',
      'NumberToken:30',
      'Identifier:s',
      'DurationToken:1.5h',
      'DurationToken:500ms',
      'DurationToken:7D',
    ]);
  });

  test('sizes, numbers and names', () => {
    expect(tokensOf('64MB 1e5 .5 1.25e-3 window_start Größe "a""b" `c`')).toEqual([
      'SizeToken:64MB',
      'NumberToken:1e5',
      'NumberToken:.5',
      'NumberToken:1.25e-3',
      'Identifier:window_start',
      'Identifier:Größe',
      'QuotedIdentifier:"a""b"',
      'QuotedIdentifier:`c`',
    ]);
  });

  test('the longest sign wins', () => {
    expect(tokensOf('a->>b->c<=d<>e=>f!~*g::h||i')).toEqual([
      'Identifier:a',
      'LongArrow:->>',
      'Identifier:b',
      'Arrow:->',
      'Identifier:c',
      'LessEqual:<=',
      'Identifier:d',
      'NotEqual:<>',
      'Identifier:e',
      'NamedArrow:=>',
      'Identifier:f',
      'MatchesNotAnyCase:!~*',
      'Identifier:g',
      'DoubleColon:::',
      'Identifier:h',
      'Concatenation:||',
      'Identifier:i',
    ]);
  });

  test('comments nest and stand beside the tokens', () => {
    const { tokens, comments } = lex(
      new SourceFile('t.esql', 'a /* x /* y */ z */ b -- c  \r\n-- d'),
      new DiagnosticList(),
    );
    expect(tokens.map((token) => token.image)).toEqual(['a', 'b']);
    expect(comments.map((comment) => comment.text)).toEqual(['/* x /* y */ z */', '-- c', '-- d']);
  });

  test('a byte order mark is a blank', () => {
    expect(tokensOf('\uFEFFSELECT')).toEqual(['SELECT:SELECT']);
  });

  test('limits are diagnostics', () => {
    const codes = (text: string): readonly string[] => {
      const list = new DiagnosticList();
      expect(lex(new SourceFile('t.esql', text), list).tokens).toEqual([]);
      return list.sorted().map((diagnostic) => diagnostic.code);
    };
    expect(codes(' '.repeat(limits.textCharacters + 1))).toEqual(['ESQL1090']);
    expect(codes('1 '.repeat(limits.tokens + 1))).toEqual(['ESQL1090']);
  });

  test('tokens print one a line with their places', () => {
    const file = new SourceFile('t.esql', 'SELECT\n  30s;');
    expect(printTokens(file, lex(file, new DiagnosticList()).tokens)).toBe(
      [
        '1:1     SELECT            "SELECT"',
        '2:3     DurationToken     "30s"',
        '2:6     Semicolon         ";"',
        '',
      ].join('\n'),
    );
  });
});
