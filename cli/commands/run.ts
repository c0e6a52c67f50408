/** `esql run FILE`: the plan as a running job, with progress, signals and exit codes. */
import process from 'node:process';
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import type { Operator, Plan } from '../../plan/plan.js';
import { durationFromText } from '../../plan/units.js';
import { DEFAULT_POISON_LIMITS } from '../../runtime/driver/job.js';
import { failureKind, run, type RunOptions } from '../../runtime/run.js';
import type { Arguments, CommandRun, Terminal } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { createEnv } from '../host/env.js';
import { loadPlan } from '../load.js';
import { cliDiagnostic } from '../messages.js';
import { Progress } from '../progress.js';
import { supervise, type ProgressMessage } from '../supervise.js';

export const CHECKPOINT_DIR_DEFAULT = '.esql';
/** A batch that is not done so long after the first signal is left to recovery. */
const STOP_DEADLINE_MS = 25_000;

export const runRun: CommandRun = async (args, terminal) => {
  const checkpoint_us = checkpointOf(args);
  if (args.switches.has('supervise')) return supervise(wordsWithoutSupervise(), terminal);
  const loaded = await loadPlan(args.operands[0] ?? '', args.switches.has('quiet') ? withoutNotes(terminal) : terminal);
  if (loaded === undefined) return EXIT.wrong;
  if (!loaded.operators.some((operator) => operator.op === 'sink')) {
    terminal.diagnostics.report(
      cliDiagnostic(
        'ESQL7013',
        { path: args.operands[0] ?? '' },
        { hint: 'A query that runs is CREATE STREAM name AS SELECT … WITH CHECKPOINT 30s INTO sink.' },
      ),
    );
    return EXIT.wrong;
  }
  const plan = args.switches.has('follow') ? following(loaded) : loaded;
  return runPlan(plan, args, terminal, checkpoint_us);
};

/** `--quiet`: what can be read at leisure with `esql check` is not said at every start. */
function withoutNotes(terminal: Terminal): Terminal {
  const { diagnostics } = terminal;
  return {
    ...terminal,
    diagnostics: {
      report: (diagnostic) => {
        if (diagnostic.severity !== 'note') diagnostics.report(diagnostic);
      },
    },
  };
}

async function runPlan(
  plan: Plan,
  args: Arguments,
  terminal: Terminal,
  checkpoint_us: bigint | undefined,
): Promise<ExitCode> {
  const stop = new AbortController();
  const progress = new Progress(plan, terminal, {
    quiet: args.switches.has('quiet') || args.switches.has('json'),
    onBatch: tellSupervisor,
  });
  const queryId = args.values.get('query-id');
  const errors_max = badRecordsOf(args);
  const options: RunOptions = {
    checkpointUri: args.values.get('checkpoint-dir') ?? CHECKPOINT_DIR_DEFAULT,
    workingDirectory: process.cwd(),
    signal: stop.signal,
    allowChange: args.switches.has('allow-change'),
    observer: progress,
    ...(queryId === undefined ? {} : { queryId }),
    ...(checkpoint_us === undefined ? {} : { checkpoint_us }),
    ...(errors_max === undefined ? {} : { poison: { ...DEFAULT_POISON_LIMITS, errors_max } }),
  };
  const release = onStopSignals(stop);
  try {
    progress.finish(await run(plan, createEnv(), options));
    return EXIT.fine;
  } catch (error) {
    progress.closeLine();
    if (!(error instanceof DiagnosticError)) throw error;
    terminal.diagnostics.report(error.diagnostic);
    return failureKind(error.diagnostic.code) === 'retryable' ? EXIT.tryAgain : EXIT.wrong;
  } finally {
    release();
  }
}

/**
 * The first SIGINT or SIGTERM asks for a graceful stop, the second ends the process at once: both are safe, the second
 * one only leaves more to be done again.
 */
function onStopSignals(stop: AbortController): () => void {
  let deadline: NodeJS.Timeout | undefined;
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.tryAgain);
    stop.abort();
    deadline = setTimeout(() => process.exit(EXIT.tryAgain), STOP_DEADLINE_MS);
    deadline.unref();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => {
    clearTimeout(deadline);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
}

function tellSupervisor(): void {
  if (process.env['ESQL_SUPERVISED'] === undefined) return;
  const message: ProgressMessage = { kind: 'batch' };
  process.send?.(message);
}

/** `--follow`: sources that would end at the end of their files go on. */
function following(plan: Plan): Plan {
  const follow = (operator: Operator): Operator =>
    operator.op === 'source' && operator.connector === 'file'
      ? { ...operator, options: { ...operator.options, follow: true } }
      : operator;
  return { ...plan, operators: plan.operators.map(follow) };
}

function checkpointOf(args: Arguments): bigint | undefined {
  const text = args.values.get('checkpoint');
  if (text === undefined) return undefined;
  const interval_us = durationFromText(text);
  if (interval_us !== undefined && interval_us > 0n) return interval_us;
  throw new DiagnosticError(
    cliDiagnostic('ESQL7003', { option: '--checkpoint', expected: 'a duration such as 30s', found: `\`${text}\`` }),
  );
}

function badRecordsOf(args: Arguments): number | undefined {
  const text = args.values.get('max-bad-records');
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new DiagnosticError(
    cliDiagnostic('ESQL7003', { option: '--max-bad-records', expected: 'a whole number', found: `\`${text}\`` }),
  );
}

function wordsWithoutSupervise(): readonly string[] {
  return process.argv.slice(2).filter((word) => word !== '--supervise');
}
