import { describe, expect, it } from 'vitest';
import { hasWildcard, parseGlob } from '../../../runtime/connectors/file/glob.js';

function matches(pattern: string, path: string): boolean {
  const glob = parseGlob(pattern);
  if ('error' in glob) throw new Error(glob.error);
  return glob.matches(path);
}

describe('file patterns', () => {
  it.each([
    ['*.jsonl', 'a.jsonl', true],
    ['*.jsonl', 'a.json', false],
    ['*.jsonl', 'd/a.jsonl', false],
    ['*.jsonl', '.a.jsonl', false],
    ['.*.jsonl', '.a.jsonl', true],
    ['?.x', 'ä.x', true],
    ['?.x', '😀.x', true],
    ['?.x', 'ab.x', false],
    ['[a-c]?.x', 'b1.x', true],
    ['[!a-c].x', 'b.x', false],
    ['[!a-c].x', 'z.x', true],
    ['[]a].x', '].x', true],
    ['a{b,c,}.x', 'ab.x', true],
    ['a{b,c,}.x', 'a.x', true],
    ['a{b,c{1,2}}.x', 'ac2.x', true],
    ['a{b,c{1,2}}.x', 'ac3.x', false],
    ['{2025,2026}/*.x', '2026/a.x', true],
    ['{a/b,c}/?.x', 'a/b/1.x', true],
    ['**/*.x', 'a.x', true],
    ['**/*.x', 'a/b/c.x', true],
    ['**/*.x', 'a/.git/c.x', false],
    ['*/**/z', 'a/z', true],
    ['*/**/z', 'a/b/c/z', true],
    ['*/**/z', 'z', false],
    ['*a*b*c', 'xaxbxc', true],
    ['*a*b*c', 'xaxcxb', false],
    ['a\\*', 'a\\b', true],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it.each([
    ['data/2026/*.x', 'data/2026', false],
    ['/abs/*/x', '/abs', true],
    ['*.x', '', false],
    ['/*.x', '/', false],
    ['a/**', 'a', true],
  ])('%s begins its search in %s', (pattern, root, deep) => {
    expect(parseGlob(pattern)).toMatchObject({ root, deep });
  });

  it.each([
    '[a',
    '{a',
    'a}*',
    'a**b',
    '*/../x',
    '[z-a]',
    '*//x',
    '{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}',
    'x\0*',
  ])('refuses %s with a reason', (pattern) => {
    expect(parseGlob(pattern)).toHaveProperty('error');
  });

  it('takes bounded steps for hostile patterns', () => {
    const stars = '*a'.repeat(200);
    expect(matches(stars, `${'a'.repeat(250)}b`)).toBe(false);
    expect(matches(`${'**/'.repeat(60)}x*`, Array.from({ length: 200 }, () => 'y').join('/'))).toBe(false);
  });

  it('tells patterns from names', () => {
    expect(['a*', 'a?', '[a]', '{a}', 'a.b-c'].map(hasWildcard)).toEqual([true, true, true, true, false]);
  });
});
