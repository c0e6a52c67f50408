/** The example on each page of docs/diagnostics gives the diagnostic it is about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile } from '../../../compiler/compile.js';
import { nameMessages } from '../../../compiler/messages/names.js';
import { streamingMessages } from '../../../compiler/messages/streaming.js';
import { typeMessages } from '../../../compiler/messages/types.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';

const folder = join(import.meta.dirname, '../../../docs/diagnostics');
const pages = readdirSync(folder).filter((name) => /^ESQL[234]/u.test(name));
const messages = { ...nameMessages, ...typeMessages, ...streamingMessages };

/** What the examples read and write. */
const prelude = new SourceFile(
  'prelude.esql',
  `CREATE SOURCE orders (id BIGINT NOT NULL, store INT NOT NULL, customer VARCHAR, amount DECIMAL(12,2),
     ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts - 5s)
   WITH (connector = 'file', path = 'orders.jsonl') FORMAT JSON;
   CREATE SINK totals WITH (connector = 'sqlite', path = 'out.db', table = 'totals');
   CREATE SINK log WITH (connector = 'file', path = 'out') FORMAT JSON;`,
);

function include(path: string): SourceFile | undefined {
  if (path === 'prelude.esql') return prelude;
  if (path === 'loop.sql') return new SourceFile(path, "INCLUDE 'loop.sql';\n");
  const deep = /^deep_(\d+)\.sql$/u.exec(path);
  return deep === null ? undefined : new SourceFile(path, `INCLUDE 'deep_${Number(deep[1]) + 1}.sql';\n`);
}

it.each(pages)('%s', (page) => {
  const text = readFileSync(join(folder, page), 'utf8');
  const code = page.replace('.md', '') as keyof typeof messages;
  expect(text.startsWith(`# ${code}: ${messages[code].title}\n`)).toBe(true);
  expect(text).toContain('\n## Fix\n');
  const example = /\n## Example\n\n```sql\n([\s\S]*?)\n```\n/u.exec(text)?.[1] ?? '';
  // Examples that need a thousand columns or operators only show the pattern; the golden files have them in full.
  if (example.includes('/* …')) return;
  const source = new SourceFile(page, `INCLUDE 'prelude.esql';\n${example}\n`);
  expect(compile({ source, include }).diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
});
