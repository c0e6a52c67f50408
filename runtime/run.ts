/** Runs a plan: the runtime's entry. It never sees query text. */
import { DiagnosticError, type DiagnosticCode } from '../grammar/diagnostics/diagnostic.js';
import { comparePlans, takeoverDiagnostic } from '../plan/compatible.js';
import { decodePlan } from '../plan/decode.js';
import { encodePlan } from '../plan/encode.js';
import { planFingerprint } from '../plan/fingerprint.js';
import type { Plan } from '../plan/plan.js';
import { DEFAULT_RETENTION, type RetentionPolicy } from './checkpoint/retention.js';
import { buildParts } from './driver/build-parts.js';
import { drive } from './driver/driver.js';
import { DEFAULT_POISON_LIMITS, type JobPlan, type PoisonLimits, type RunOutcome } from './driver/job.js';
import type { RunObserver } from './driver/observer.js';
import { PROTOCOL, type Protocol } from './driver/protocol.js';
import type { Env } from './env.js';
import type { Kernel } from './formats/decoder.js';
import { runtimeDiagnostic } from './messages.js';
import { parseStoreAddress } from './storage/address.js';
import { openStore } from './storage/open.js';
import type { ObjectStore } from './storage/object-store.js';
import { ENGINE_VERSION } from './version.js';

export type { RunOutcome } from './driver/job.js';
export type { RunEvent, RunObserver } from './driver/observer.js';

export interface RunOptions {
  /** `file:folder`, a path, or `memory:`. */
  readonly checkpointUri: string;
  /** Absolute; relative paths in the plan and in the URI are resolved against it. */
  readonly workingDirectory: string;
  /** Names the job in its store and in the sinks' progress; from the query's name if not given. */
  readonly queryId?: string;
  /** Asks for a graceful stop: finish the batch, write a checkpoint, return. */
  readonly signal?: AbortSignal;
  /** The plan may differ from the stored one where the state still fits. */
  readonly allowChange?: boolean;
  readonly observer?: RunObserver;
  /** Overrides the plan's checkpoint interval, microseconds. */
  readonly checkpoint_us?: bigint;
  /** Overrides the plan's byte budget of a batch. */
  readonly batchBytes_max?: number;
  readonly retention?: RetentionPolicy;
  readonly poison?: PoisonLimits;
  /** Bytes kept aside for the last checkpoint on a full disk. */
  readonly reserve_bytes?: number;
  /** A store to use instead of the one at `checkpointUri`: for several runs over one memory store. */
  readonly store?: ObjectStore;
  readonly protocol?: Protocol;
  /** Which JSON scanner; results never depend on it. */
  readonly kernel?: Kernel;
}

/** Where neither the plan nor the caller says how often. */
export const CHECKPOINT_DEFAULT_US = 30_000_000n;

/** Resolves when the job has finished or was stopped; rejects with a DiagnosticError when it can't go on. */
export async function run(plan: Plan, env: Env, options: RunOptions): Promise<RunOutcome> {
  const queryId = options.queryId ?? defaultQueryId(plan.query.name);
  const { checkpointUri: uri, workingDirectory } = options;
  let lowSpace = false;
  const opened = openStore(env, {
    uri,
    workingDirectory,
    queryId,
    lowSpace: () => {
      lowSpace = true;
    },
    ...(options.reserve_bytes === undefined ? {} : { reserve_bytes: options.reserve_bytes }),
  });
  const store = options.store ?? opened;
  const address = parseStoreAddress(uri, workingDirectory);
  const storeFolder = address.kind === 'local' ? `${address.folder}/${queryId}` : null;
  const { settings } = plan;
  const signal = options.signal ?? new AbortController().signal;
  const checkpoint_us = options.checkpoint_us ?? settings.checkpoint_us ?? CHECKPOINT_DEFAULT_US;
  try {
    return await drive({
      queryId,
      plan: jobPlan(plan),
      engineVersion: ENGINE_VERSION,
      settings: {
        checkpoint_ms: Number(checkpoint_us) / 1000,
        batch_ms: Number(settings.batch_us) / 1000,
        batchBytes_max: options.batchBytes_max ?? Number(settings.batch_bytes_max),
        stateBytes_max: Number(settings.state_bytes_max),
        retention: options.retention ?? DEFAULT_RETENTION,
        poison: options.poison ?? DEFAULT_POISON_LIMITS,
        allowChange: options.allowChange ?? false,
      },
      store,
      clock: env.clock,
      random: env.random,
      observer: options.observer ?? { event: () => undefined },
      signal,
      lowSpace: () => lowSpace,
      protocol: options.protocol ?? PROTOCOL,
      build: (epoch) =>
        buildParts({
          env,
          plan,
          queryId,
          epoch,
          workingDirectory,
          storeFolder,
          kernel: options.kernel ?? 'auto',
          signal,
          isPassing: (error) => error instanceof DiagnosticError && failureKind(error.diagnostic.code) === 'retryable',
        }),
    });
  } finally {
    await store.close();
  }
}

function jobPlan(plan: Plan): JobPlan {
  return {
    text: encodePlan(plan),
    fingerprint: planFingerprint(plan),
    takeover: (stored, allowChange, place) => {
      const decoded = decodePlan(stored, { place });
      if (decoded.ok) return takeoverDiagnostic(comparePlans(decoded.plan, plan), allowChange, place) ?? null;
      const why = decoded.diagnostics.map((d) => d.label).join('; ');
      return runtimeDiagnostic(
        'ESQL8304',
        { why },
        { place, hint: 'Run the job with the version of esql that wrote the checkpoint.' },
      );
    },
  };
}

/** The query file's name without its ending, with `-` for what an id can't hold. */
export function defaultQueryId(queryName: string): string {
  const base = queryName.replace(/(?:\.plan\.json|\.esql)$/u, '');
  const id = base.replace(/[^A-Za-z0-9_-]+/gu, '-').slice(0, 64);
  return id === '' ? 'query' : id;
}

/**
 * Failures that another start can cure, and those where something has to be changed first. A superseded driver is not
 * started again: the other one has the job.
 */
const RETRYABLE: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  'ESQL8003',
  'ESQL8004',
  'ESQL8005',
  'ESQL8204',
  'ESQL8420',
  'ESQL8425',
  'ESQL8426',
  'ESQL8433',
  'ESQL8450',
  'ESQL8462',
  'ESQL8601',
  'ESQL8614',
  'ESQL8650',
  'ESQL8660',
]);

export type FailureKind = 'retryable' | 'final';

/** For the command line's exit code (75 for retryable) and for a supervisor. */
export function failureKind(code: DiagnosticCode): FailureKind {
  return RETRYABLE.has(code) ? 'retryable' : 'final';
}
