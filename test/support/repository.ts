/** The repository's own files and diagnostic tables, as text: what the tidiness tests look at. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** What is made by tools or by running the product, and never committed. */
const NOT_OURS = new Set(['node_modules', 'dist', '.git', 'coverage', 'quickstart', '.esql']);

/** Paths of all files below `folder`, relative to the root, with `/`, sorted. */
export function filesBelow(folder = ''): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!NOT_OURS.has(entry.name)) found.push(...filesBelow(path));
    } else if (entry.isFile() && !entry.name.endsWith('.tmp')) {
      found.push(path);
    }
  }
  return found.sort();
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export const SOURCE_FOLDERS = ['grammar', 'plan', 'compiler', 'runtime', 'cli'] as const;

/** One entry of a message table. */
export interface TableEntry {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  /** The file with the table. */
  readonly file: string;
}

const ENTRY = /(ESQL\d{4}): message(?:<[^>]*>)?\(\s*'(error|warning|note)',\s*(?:'([^']*)'|"([^"]*)")/gu;

/** Every entry of every message table, read from the sources: a table that nobody exports or lists is found as well. */
export function tableEntries(): readonly TableEntry[] {
  return SOURCE_FOLDERS.flatMap((folder) => filesBelow(folder))
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...textOf(file).matchAll(ENTRY)].map((match) => ({
        code: match[1] ?? '',
        severity: match[2] ?? '',
        title: match[3] ?? match[4] ?? '',
        file,
      })),
    )
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}
