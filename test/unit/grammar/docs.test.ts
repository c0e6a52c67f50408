/** Each ESQL1xxx code has a page whose example triggers it, whose fix does not, and a golden file that shows it. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { codesOf } from './corpus.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const table = readFileSync(`${root}grammar/messages.ts`, 'utf8');
const entries = [...table.matchAll(/(ESQL\d{4}): message(?:<\w+>)?\(\s*'\w+',\s*'([^']+)'/gu)].map(
  ([, code, title]) => ({
    code: code ?? '',
    title: title ?? '',
  }),
);
const golden = readdirSync(`${root}test/golden/diagnostics/syntax`)
  .filter((file) => file.endsWith('.diag.txt'))
  .map((file) => readFileSync(`${root}test/golden/diagnostics/syntax/${file}`, 'utf8'))
  .join('\n');

describe('syntax diagnostics', () => {
  test('the table is found', () => {
    expect(entries).toHaveLength([...table.matchAll(/^ {2}ESQL\d{4}:/gmu)].length);
    expect(entries.length).toBeGreaterThan(25);
  });

  test.each(entries)('$code has a page with an example and a fix', ({ code, title }) => {
    const page = readFileSync(`${root}docs/diagnostics/${code}.md`, 'utf8');
    expect(page.startsWith(`# ${code}: ${title}\n`)).toBe(true);
    const [, example, fix] =
      /## Example\n\n```sql\n([\s\S]*?)\n```[\s\S]*## Fix\n[\s\S]*?```sql\n([\s\S]*?)\n```/u.exec(page) ?? [];
    expect(codesOf(fix ?? '')).toEqual([]);
    // Limits need texts too long for a page or a golden file; test/unit/grammar/parse.test.ts and lexer.test.ts have
    // them.
    if (code.startsWith('ESQL109')) return;
    expect(codesOf(example ?? '')).toContain(code);
    expect(golden).toContain(`${code}: ${title}`);
  });
});
