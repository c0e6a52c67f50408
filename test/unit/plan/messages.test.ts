import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

test('every ESQL5xxx has a page with its title, and every page a code', () => {
  const table = readFileSync('plan/messages.ts', 'utf8');
  const codes = [...table.matchAll(/(ESQL5\d{3}): message\(\s*'error',\s*'([^']+)'/gu)].map(
    ([, code, title]) => [code, title] as const,
  );
  expect(codes.length).toBe(table.match(/message\(/gu)?.length);
  for (const [code, title] of codes) {
    const page = `docs/diagnostics/${String(code)}.md`;
    expect(existsSync(page), page).toBe(true);
    const text = readFileSync(page, 'utf8');
    expect(text.startsWith(`# ${String(code)}: ${String(title)}\n`), page).toBe(true);
    expect(text).toMatch(/\n## Example\n\n```[\s\S]+```\n\n## Fix\n\n\S/u);
  }
  const pages = readdirSync('docs/diagnostics').filter((name) => name.startsWith('ESQL5'));
  expect(pages.map((name) => name.replace('.md', '')).sort()).toEqual(codes.map(([code]) => code));
});
