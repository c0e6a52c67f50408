/** Rules of the repository as tests: sizes, leftovers, paragraphs, versions, nothing of anybody's machine. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../cli/version.js';
import { ENGINE_VERSION } from '../runtime/version.js';
import { filesBelow, ROOT, SOURCE_FOLDERS, textOf } from './support/repository.js';

const LINES_MAX = 600;
const COLUMNS_MAX = 120;

/** Made by tools, or data. */
const isGenerated = (path: string): boolean =>
  path.includes('.generated.') || path.startsWith('test/golden/') || path.endsWith('.snap');

const isCode = (path: string): boolean => /\.(?:ts|mjs|cjs)$/u.test(path) && !isGenerated(path);

const isText = (path: string): boolean =>
  !path.startsWith('queries/data/') && /\.(?:ts|mjs|cjs|md|json|esql|yml|txt|csv|jsonl|sql)$|^[^.]+$/u.test(path);

const files = filesBelow();
const code = files.filter(isCode);

function places(paths: readonly string[], isBad: (line: string) => boolean): readonly string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) => (isBad(line) ? [`${path}:${String(index + 1)}: ${line.trim().slice(0, 100)}`] : [])),
  );
}

describe('code', () => {
  it('is found at all', () => {
    expect(code.length).toBeGreaterThan(300);
  });

  it(`has at most ${String(LINES_MAX)} lines in a file`, () => {
    expect(code.filter((path) => textOf(path).split('\n').length > LINES_MAX + 1)).toEqual([]);
  });

  it(`has at most ${String(COLUMNS_MAX)} columns in a comment`, () => {
    // Prettier breaks code, and leaves string literals alone. Tables and layouts in a comment are indented.
    const tooLong = (line: string): boolean =>
      line.length > COLUMNS_MAX && /^\s*(?:\/\*|\* {0,2}[^\s|]|\/\/)/u.test(line);
    expect(places(code, tooLong)).toEqual([]);
  });

  it('has no leftovers', () => {
    // Spelled apart, so that this file passes its own rule.
    const words = [
      'TO' + 'DO',
      'FIX' + 'ME',
      'X' + 'XX',
      'HA' + 'CK',
      'not ' + 'implemented',
      'for ' + 'now',
      'simpl' + 'ified',
    ];
    const leftover = new RegExp(`\\b(?:${words.join('|')})\\b`, 'u');
    const written = files.filter((path) => isText(path) && !isGenerated(path) && path !== 'package-lock.json');
    expect(places(written, (line) => leftover.test(line))).toEqual([]);
  });

  it('has kebab-case file names', () => {
    const names = code.map((path) => basename(path)).filter((name) => !name.startsWith('.'));
    expect(names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)+$/u.test(name))).toEqual([]);
  });

  it('switches no rule off without saying why', () => {
    const bare = (line: string): boolean =>
      /eslint-disable|@ts-(?:ignore|expect-error|nocheck)/u.test(line) && !/(?:--|@ts-expect-error) .{10,}/u.test(line);
    expect(
      places(
        code.filter((path) => path !== 'test/tidy.test.ts'),
        bare,
      ),
    ).toEqual([]);
  });
});

describe('folders', () => {
  const folders = new Set(code.map((path) => dirname(path)).filter((folder) => /^[a-z]/u.test(folder)));

  /** `x/README.md`, or a comment at the top of `x/index.ts`, `x/x.ts` or `x.ts`. */
  function hasParagraph(folder: string): boolean {
    const name = basename(folder);
    const mains = [`${folder}/index.ts`, `${folder}/${name}.ts`, `${dirname(folder)}/${name}.ts`];
    return (
      existsSync(join(ROOT, folder, 'README.md')) ||
      mains.some((path) => existsSync(join(ROOT, path)) && textOf(path).startsWith('/**'))
    );
  }

  it('of the sources start with a paragraph', () => {
    const sources = [...folders].filter((folder) => SOURCE_FOLDERS.some((top) => `${folder}/`.startsWith(`${top}/`)));
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter((folder) => !hasParagraph(folder))).toEqual([]);
  });

  it('at the top have one too', () => {
    expect(['bench', 'queries', 'scripts', 'test', 'docs'].filter((folder) => !hasParagraph(folder))).toEqual([]);
  });
});

interface LockEntry {
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

describe('versions and packages', () => {
  const manifest = JSON.parse(textOf('package.json')) as {
    readonly version: string;
    readonly scripts: Readonly<Record<string, string>>;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
    readonly allowScripts: Readonly<Record<string, boolean>>;
  };
  const lock = JSON.parse(textOf('package-lock.json')) as {
    readonly version: string;
    readonly packages: Readonly<Record<string, LockEntry>>;
  };

  it('agree everywhere', () => {
    expect([VERSION, ENGINE_VERSION, lock.version]).toEqual(Array(3).fill(manifest.version));
    expect(textOf('CHANGELOG.md')).toContain(`## ${manifest.version}`);
  });

  it('are exact', () => {
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/u.test(version))).toEqual([]);
  });

  it('come from whatever registry npm is set to', () => {
    const resolved = Object.values(lock.packages).flatMap((entry) => entry.resolved ?? []);
    expect(resolved.filter((where) => /^[a-z+]+:\/\//u.test(where))).toEqual([]);
  });

  it('may run exactly the install scripts that there are', () => {
    // npm 11 skips scripts that aren't listed, and better-sqlite3 without its own has no database. By name only: npm
    // can't verify a version where the lockfile names no host; there the version is exact and has its hash.
    const withScripts = Object.entries(lock.packages)
      .filter(([path, entry]) => path !== '' && entry.hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//u, ''));
    expect(withScripts).toContain('better-sqlite3');
    expect(Object.entries(manifest.allowScripts)).toEqual(withScripts.map((name) => [name, true]));
  });

  it('name only scripts that exist in what is written about them', () => {
    const written = files.filter((path) => /\.(?:md|ts|mjs)$|^\.ci\/run$/u.test(path) && !isGenerated(path));
    const unknown = written.flatMap((path) =>
      [...textOf(path).matchAll(/npm run ([a-z:-]+)/gu)]
        .map((match) => match[1] ?? '')
        .filter((name) => manifest.scripts[name] === undefined)
        .map((name) => `${path}: npm run ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('run scripts whose files exist', () => {
    const paths = Object.values(manifest.scripts).flatMap((line) => line.match(/[\w./-]+\.(?:mjs|ts|cjs)\b/gu) ?? []);
    expect(paths.filter((path) => !path.startsWith('dist/') && !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the repository', () => {
  it('holds nothing of the machine it was written on', () => {
    const machine = [
      /(?<![\w.$}`])\/(?:work|root|Users)\/\w/u,
      /(?<![\w.])[A-Z]:\\\\?Users/u,
      /registry\.[a-z.-]+\.[a-z]{2,}/u,
    ];
    const looked = files.filter((path) => isText(path) && path !== 'test/tidy.test.ts');
    expect(places(looked, (line) => machine.some((pattern) => pattern.test(line)))).toEqual([]);
  });

  it('formats everything but what is generated, and data', () => {
    for (const line of textOf('.prettierignore').trim().split('\n')) {
      expect(line, 'an ignored source folder').not.toMatch(
        /^(?:grammar|plan|compiler|runtime|cli|bench|scripts|test\/?$)/u,
      );
      if (/^(?:dist|coverage|quickstart)\/$/u.test(line)) continue;
      expect(existsSync(join(ROOT, line)), `${line} of .prettierignore`).toBe(true);
    }
  });

  it('has executable scripts where a shell starts them', () => {
    expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0);
  });

  it('links only to files that are there', () => {
    const broken = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...textOf(path).matchAll(/\]\(([^)#\s:]+)(?:#[^)]*)?\)/gu)]
          .map((match) => match[1] ?? '')
          .filter((target) => !existsSync(join(ROOT, dirname(path), target)))
          .map((target) => `${path}: ${target}`),
      );
    expect(broken).toEqual([]);
  });
});
