/**
 * `esql run --supervise`: the job runs in a child process and is started again when it dies. Every start claims a new
 * epoch, so a child that only seemed dead can do no harm. Wrong queries and wrong data (exit 1, 2) are not tried again:
 * they would fail alike.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type { Terminal } from './command.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { cliDiagnostic } from './messages.js';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 60_000;
/** So many starts in a row without a finished batch, and the supervisor gives up. */
const FRUITLESS_STARTS_MAX = 10;

/** What the child tells its supervisor over the IPC channel after each finished batch. */
export interface ProgressMessage {
  readonly kind: 'batch';
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly madeProgress: boolean;
}

/** How a child is run and waited for; tests put in their own. */
export interface SupervisorParts {
  runOnce(words: readonly string[], started: (child: ChildProcess) => void): Promise<ChildEnd>;
  /** Ends early when `signal` is aborted. */
  pause(duration_ms: number, signal: AbortSignal): Promise<void>;
}

const PROCESSES: SupervisorParts = { runOnce, pause };

/** `words` are the child's command-line words, without `--supervise`. */
export async function supervise(
  words: readonly string[],
  terminal: Terminal,
  parts: SupervisorParts = PROCESSES,
): Promise<ExitCode> {
  const stop = new AbortController();
  let child: ChildProcess | undefined;
  const forward = (signal: NodeJS.Signals): void => {
    stop.abort();
    child?.kill(signal);
  };
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  try {
    let fruitlessStarts = 0;
    for (;;) {
      const end = await parts.runOnce(words, (started) => {
        child = started;
      });
      if (stop.signal.aborted || end.code === EXIT.fine || end.code === EXIT.wrong || end.code === EXIT.usage) {
        return asExitCode(end);
      }
      fruitlessStarts = end.madeProgress ? 0 : fruitlessStarts + 1;
      if (fruitlessStarts >= FRUITLESS_STARTS_MAX) {
        terminal.diagnostics.report(
          cliDiagnostic(
            'ESQL7012',
            { attempts: fruitlessStarts, exit: describe(end) },
            { hint: 'The messages above say what stopped it; without --supervise it fails at once.' },
          ),
        );
        return EXIT.tryAgain;
      }
      const wait_ms = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.max(0, fruitlessStarts - 1));
      terminal.err(`The job ended with ${describe(end)}; starting it again in ${String(wait_ms / 1000)} s.\n`);
      await parts.pause(wait_ms, stop.signal);
      if (isAborted(stop.signal)) return asExitCode(end);
    }
  } finally {
    process.off('SIGINT', forward);
    process.off('SIGTERM', forward);
  }
}

function runOnce(words: readonly string[], started: (child: ChildProcess) => void): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const script = process.argv[1] ?? '';
    const child = spawn(process.execPath, [...process.execArgv, script, ...words], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ESQL_SUPERVISED: '1' },
    });
    started(child);
    let madeProgress = false;
    child.on('message', () => {
      madeProgress = true;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      resolve({ code, signal, madeProgress });
    });
  });
}

function describe(end: ChildEnd): string {
  return end.signal === null ? `exit code ${String(end.code)}` : `signal ${end.signal}`;
}

function asExitCode(end: ChildEnd): ExitCode {
  const known = [EXIT.fine, EXIT.wrong, EXIT.usage, EXIT.bug].find((code) => code === end.code);
  return known ?? EXIT.tryAgain;
}

async function pause(duration_ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(duration_ms, undefined, { signal }).catch(() => undefined);
}

/** A function, because the type checker remembers the answer from before the pause. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
