/** The command line as users get it: built, started as a process of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ROOT } from './repository.js';

const BUILT = join(ROOT, 'dist/cli/main.js');
const CACHE = join(ROOT, 'node_modules/.cache');
const LOCK = join(CACHE, 'esql-build.lock');
/** A build takes seconds: a lock of this age was left behind. */
const LOCK_AGE_MAX_MS = 120_000;
const SOURCES = ['grammar', 'plan', 'compiler', 'runtime', 'cli', 'scripts'];

export interface BuiltCli {
  readonly main: string;
  remove(): void;
}

/**
 * Builds dist/ if it is missing or older than a source, and gives a copy of it: a build that somebody starts meanwhile
 * must not take the files away from under a test.
 */
export async function builtCli(): Promise<BuiltCli> {
  mkdirSync(CACHE, { recursive: true });
  await takeLock();
  try {
    if (isStale()) {
      const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`the build failed:\n${stderr}`);
    }
    const folder = mkdtempSync(join(CACHE, 'esql-cli-'));
    cpSync(join(ROOT, 'dist'), folder, { recursive: true });
    return {
      main: join(folder, 'cli/main.js'),
      remove: () => {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } finally {
    rmdirSync(LOCK);
  }
}

async function takeLock(): Promise<void> {
  for (;;) {
    try {
      mkdirSync(LOCK);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const age_ms = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age_ms > LOCK_AGE_MAX_MS) rmSync(LOCK, { recursive: true, force: true });
      else await setTimeout(100);
    }
  }
}

function isStale(): boolean {
  if (!existsSync(BUILT)) return true;
  const built_ms = statSync(BUILT).mtimeMs;
  return SOURCES.some((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).some((path) => {
      if (!/\.(?:ts|mjs)$/u.test(path)) return false;
      return (statSync(join(ROOT, folder, path), { throwIfNoEntry: false })?.mtimeMs ?? 0) > built_ms;
    }),
  );
}

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface StartedCli {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What was printed so far. */
  text(): { readonly out: string; readonly err: string };
  readonly end: Promise<CliResult>;
}

export function startCli(cli: BuiltCli, words: readonly string[], options: CliOptions): StartedCli {
  const child = spawn(process.execPath, [cli.main, ...words], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const end = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, out, err });
    });
  });
  return { process: child, pid: child.pid ?? 0, text: () => ({ out, err }), end };
}

export function runCli(cli: BuiltCli, words: readonly string[], options: CliOptions): Promise<CliResult> {
  return startCli(cli, words, options).end;
}
