/**
 * Docs that say what the code does: diagnostics, connectors, functions, settings, commands, and examples that compile.
 */
import { describe, expect, it, test } from 'vitest';
import { commands } from '../cli/commands.js';
import { EXIT } from '../cli/exit-codes.js';
import { compile } from '../compiler/compile.js';
import { renderDiagnostic } from '../grammar/diagnostics/render.js';
import { SourceFile } from '../grammar/diagnostics/source.js';
import { connectors } from '../plan/connectors/index.js';
import { formats } from '../plan/formats/index.js';
import { scalarFunctions } from '../plan/functions/index.js';
import { filesBelow, SOURCE_FOLDERS, tableEntries, textOf, type TableEntry } from './support/repository.js';

const entries = tableEntries();

/** First digits of codes by the folder that has the table. */
const AREAS: Readonly<Record<string, { readonly digits: string; readonly title: string }>> = {
  grammar: { digits: '1', title: 'text' },
  compiler: { digits: '234', title: 'names, types, streaming rules' },
  plan: { digits: '5', title: 'plan and options' },
  cli: { digits: '7', title: 'command line' },
  runtime: { digits: '8', title: 'running' },
};

const AREA_TITLES: Readonly<Record<string, string>> = {
  1: 'Text (1xxx)',
  2: 'Names (2xxx)',
  3: 'Types (3xxx)',
  4: 'Streaming rules (4xxx)',
  5: 'Plans and options (5xxx)',
  7: 'Command line (7xxx)',
  8: 'Running (8xxx)',
};

/** Codes that no test can bring about, with the reason. */
const UNTESTED: Readonly<Record<string, string>> = {
  ESQL8435: 'needs a build of SQLite older than the one that is installed',
};

const INDEX_TEXT = `# Diagnostics

Every message has a code; its page says what it means, shows an example and how to mend it. The first digit is the area. This list is
written by \`npm run docs\` from the tables in the sources.
`;

function index(): string {
  const areas = Object.entries(AREA_TITLES).map(([digit, title]) => {
    const rows = entries
      .filter((entry) => entry.code.startsWith(`ESQL${digit}`))
      .map(({ code, severity, title: text }) => {
        const kind = severity === 'error' ? '' : ` (${severity})`;
        return `- [${code}](${code}.md) ${text}${kind}`;
      });
    return `## ${title}\n\n${rows.join('\n')}\n`;
  });
  return `${INDEX_TEXT}\n${areas.join('\n')}`;
}

describe('diagnostics', () => {
  it('are all found', () => {
    const declared = SOURCE_FOLDERS.flatMap((folder) => filesBelow(folder))
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...textOf(file).matchAll(/^\s+ESQL\d{4}: /gmu)]);
    expect(entries).toHaveLength(declared.length);
    expect(entries.length).toBeGreaterThan(190);
  });

  it('have a code each', () => {
    const twice = entries.filter((entry, i) => entries.findIndex((other) => other.code === entry.code) !== i);
    expect(twice).toEqual([]);
  });

  it('have a code of their area', () => {
    const outside = (entry: TableEntry): boolean =>
      AREAS[entry.file.split('/')[0] ?? '']?.digits.includes(entry.code.charAt(4)) !== true;
    expect(entries.filter(outside)).toEqual([]);
  });

  it('have a page each, with title, paragraph, example and fix', () => {
    const pages = new Set(filesBelow('docs/diagnostics'));
    const bad = entries.filter(({ code, title }) => {
      const path = `docs/diagnostics/${code}.md`;
      const form = /^# (.+)\n\n\S[\s\S]*?\n\n## Example\n\n[\s\S]*?```[\s\S]*?```\n[\s\S]*?\n## Fix\n\n\S/u;
      return !pages.has(path) || form.exec(textOf(path))?.[1] !== `${code}: ${title}`;
    });
    expect(bad.map((entry) => entry.code)).toEqual([]);
  });

  it('have no page without a code', () => {
    const known = new Set(entries.map((entry) => `docs/diagnostics/${entry.code}.md`));
    const pages = filesBelow('docs/diagnostics').filter((path) => path !== 'docs/diagnostics/README.md');
    expect(pages.filter((path) => !known.has(path))).toEqual([]);
  });

  it('are listed in docs/diagnostics/README.md', async () => {
    await expect(index()).toMatchFileSnapshot('../docs/diagnostics/README.md');
  });

  it('are reported somewhere', () => {
    const sources = SOURCE_FOLDERS.flatMap((folder) => filesBelow(folder))
      .filter((file) => file.endsWith('.ts'))
      .map(textOf)
      .join('\n');
    expect(entries.filter(({ code }) => !sources.includes(`'${code}'`)).map(({ code }) => code)).toEqual([]);
  });

  it('are tested, but for those that cannot be', () => {
    const tests = filesBelow('test')
      .filter((file) => file !== 'test/documentation.test.ts')
      .map(textOf)
      .join('\n');
    const untested = entries.map(({ code }) => code).filter((code) => !tests.includes(code));
    expect(untested).toEqual(Object.keys(UNTESTED));
  });

  it('speak to nobody', () => {
    const titles = entries.filter(({ title }) => /[!?]|\b[Yy]ou/u.test(title));
    expect(titles).toEqual([]);
    const pages = filesBelow('docs/diagnostics').filter((path) => /\byou(?:r|rs)?\b|!\s/iu.test(textOf(path)));
    expect(pages).toEqual([]);
  });
});

describe('the catalogue', () => {
  it('of functions is in docs/functions.md', () => {
    const text = textOf('docs/functions.md');
    expect(scalarFunctions.filter((entry) => !text.includes(`### ${entry.name}\n`))).toEqual([]);
  });

  it('of connectors is in docs/connectors, with every option and column of metadata', () => {
    const pages = filesBelow('docs/connectors').map(textOf);
    for (const connector of Object.values(connectors)) {
      const page = pages.find((text) => text.includes(`\`${connector.name}\``) && text.startsWith('# '));
      expect(page, connector.name).toBeDefined();
      const own = pages.filter((text) => (text.split('\n')[0] ?? '').includes(`\`${connector.name}\``)).join('\n');
      const { source } = connector;
      const words = [...Object.keys(connector.options), ...(source?.metadata.map((field) => field.name) ?? [])];
      expect(words.filter((word) => !new RegExp(`\\b${word}\\b`, 'u').test(own))).toEqual([]);
    }
  });

  it('of formats is in docs/language.md, with every option', () => {
    const text = textOf('docs/language.md');
    for (const format of Object.values(formats)) {
      expect(text).toContain(`\`${format.name.toUpperCase()}\``);
      expect(Object.keys(format.options).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
    }
  });

  it('of exit codes is in docs/operations.md', () => {
    const text = textOf('docs/operations.md');
    expect(Object.values(EXIT).filter((code) => !text.includes(`| ${String(code)} `))).toEqual([]);
  });

  it('of options of `esql run` is in docs/operations.md', () => {
    const text = textOf('docs/operations.md');
    const run = commands.find((command) => command.help.name === 'run');
    expect(run?.help.options.filter((option) => !text.includes(`--${option.name}`))).toEqual([]);
  });
});

describe('examples', () => {
  test.each(Object.values(connectors).map(({ name, example }) => ({ name, example })))(
    'the one of connector $name compiles',
    ({ name, example }) => {
      const { diagnostics } = compile({ source: new SourceFile(name, example), include: () => undefined });
      expect(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n')).toBe('');
    },
  );

  /** Blocks ```sql complete are whole files; the others are pieces. */
  const complete = [...filesBelow('docs').filter((path) => path.endsWith('.md')), 'README.md'].flatMap((path) =>
    [...textOf(path).matchAll(/```sql complete\n([\s\S]*?)```/gu)].map((match, i) => ({
      name: `${path}, ${String(i + 1)}`,
      text: match[1] ?? '',
    })),
  );

  it('are found', () => {
    expect(complete.length).toBeGreaterThan(8);
  });

  test.each(complete)('$name compiles', ({ name, text }) => {
    const { diagnostics } = compile({ source: new SourceFile(name, text), include: () => undefined });
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity !== 'note');
    expect(errors.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n')).toBe('');
  });
});
