/** The parts of a running job as the driver sees them: made by run.ts from a plan, or by a test. */
import type { Diagnostic } from '../../grammar/diagnostics/diagnostic.js';
import type { Sink, Source } from '../connectors/connector.js';
import type { Clock, RandomSource } from '../env.js';
import type { Schema } from '../../plan/types.js';
import type { Pipeline, PipelineTable } from '../pipeline/pipeline.js';
import type { TableSnapshot } from '../tables/snapshot.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { RetentionPolicy } from '../checkpoint/retention.js';
import type { Protocol } from './protocol.js';
import type { RunObserver } from './observer.js';

export interface JobSource {
  readonly id: string;
  readonly source: Source;
  /** It comes to an end by itself. */
  readonly bounded: boolean;
  /** Records that can't be decoded are counted and passed over (ON ERROR SKIP or INTO): the breaker watches them. */
  readonly tolerant: boolean;
  readonly time: SourceTime | null;
}

/** What the plan's watermark operators say about one source. */
export interface SourceTime {
  /** A partition silent for so long does not hold the watermark. */
  readonly idle_us: bigint;
  /** EMIT FINAL TIMEOUT: silent for so long, the watermark follows the wall clock; null = never. */
  readonly timeout_us: bigint | null;
  /** The windows that a moving wall clock can close: a batch is planned only when one of them ends. */
  readonly windows: readonly { readonly slide_us: bigint; readonly end_us: bigint }[];
}

export interface JobTable {
  readonly id: string;
  /** As messages call it. */
  readonly table: string;
  /** SHA-256 (hex) of what it is: where it is, its format and columns. */
  readonly definition: string;
  readonly schema: Schema;
  /** Null: a job loads it once. */
  readonly refresh_us: bigint | null;
  /** Reads all rows now; `patient`: failures that pass are waited for. Rejects with a diagnostic. */
  load(bytes_max: number, patient: boolean): Promise<TableSnapshot>;
  readonly target: PipelineTable;
  close(): Promise<void>;
}

export interface JobSink {
  readonly id: string;
  readonly sink: Sink;
  /** Its progress survives a restart. */
  readonly durable: boolean;
}

/** The plan as the driver needs it: bytes to store, and an answer to whether it may follow another. */
export interface JobPlan {
  readonly text: string;
  readonly fingerprint: string;
  /** Null if this plan may go on from the checkpoint of the stored one; `place` is for the message. */
  takeover(stored: string, allowChange: boolean, place: string): Diagnostic | null;
}

export interface JobSettings {
  /** At most so much input is processed again after a crash, in time between checkpoints. */
  readonly checkpoint_ms: number;
  /** Time from the planning of one batch to the next while input waits; 0 = none. */
  readonly batch_ms: number;
  readonly batchBytes_max: number;
  readonly stateBytes_max: number;
  readonly retention: RetentionPolicy;
  readonly poison: PoisonLimits;
  /** The plan may differ from the stored one where the state still fits. */
  readonly allowChange: boolean;
}

/**
 * Both must be exceeded within the window before the job stops: then it is a change of schema, not a few bad records.
 */
export interface PoisonLimits {
  readonly errors_max: number;
  /** 0 … 1. */
  readonly share_max: number;
  readonly window_us: bigint;
}

export const DEFAULT_POISON_LIMITS: PoisonLimits = { errors_max: 1000, share_max: 0.05, window_us: 60_000_000n };

/** Made anew for an epoch: sources that log carry it in the names of their segments. */
export interface JobParts {
  /** In plan order. */
  readonly sources: readonly JobSource[];
  readonly sinks: readonly JobSink[];
  readonly tables: readonly JobTable[];
  readonly pipeline: Pipeline;
}

export interface Job {
  readonly queryId: string;
  readonly plan: JobPlan;
  readonly engineVersion: string;
  readonly settings: JobSettings;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  /** The store gave up its reserve: finish, checkpoint, stop. */
  readonly lowSpace: () => boolean;
  readonly protocol: Protocol;
  build(epoch: number): Promise<JobParts>;
}

export type RunOutcome = {
  readonly kind: 'finished' | 'stopped';
  /** Nothing was left to do when it started. */
  readonly already: boolean;
  readonly epoch: number;
  /** The last batch, complete and in the checkpoint. */
  readonly batch: number;
};
