/** Runs a case's plan with the real Env, and notes after every batch what was delivered and what the sinks hold. */
import { createEnv } from '../../../cli/host/env.js';
import type { Operator } from '../../../plan/plan.js';
import type { Env } from '../../../runtime/env.js';
import { WATERMARK_END } from '../../../runtime/operators/operator.js';
import { run, type RunEvent, type RunOutcome } from '../../../runtime/run.js';
import type { ObjectStore } from '../../../runtime/storage/object-store.js';
import type { ResultCase } from './case.js';
import { readContent, type SinkContent } from './content.js';

/** After one batch. */
export interface Snapshot {
  readonly batch: number;
  /** Records that each source has delivered so far. */
  readonly delivered: ReadonlyMap<string, number>;
  /** Sources that are at their end. */
  readonly ended: ReadonlySet<string>;
  readonly content: SinkContent;
}

export interface JobOptions {
  readonly folder: string;
  readonly env?: Env;
  /** Checkpoints go here instead of into the folder. */
  readonly store?: ObjectStore;
  readonly batchBytes_max?: number;
  /** Called after every batch. */
  readonly observe?: (snapshot: Snapshot) => void;
}

export const CHECKPOINT_FOLDER = 'checkpoints';

/** Small, or most of the steps at which a process dies would lie in writing the store's reserve. */
const RESERVE_BYTES = 4096;

export async function runCase(item: ResultCase, options: JobOptions): Promise<RunOutcome> {
  const { folder, store, batchBytes_max, observe } = options;
  const delivered = new Map<string, number>();
  const ended = new Set<string>();
  const onBatch = (event: Extract<RunEvent, { kind: 'batch' }>): void => {
    for (const { id, source } of item.sources) {
      delivered.set(source, (delivered.get(source) ?? 0) + (event.counters.get(id)?.rowsIn ?? 0));
    }
    for (const operator of item.plan.operators) noteEnd(operator, item, event, ended);
    observe?.({
      batch: event.batch,
      delivered: new Map(delivered),
      ended: new Set(ended),
      content: readContent(item.sinks, folder),
    });
  };
  return run(item.plan, options.env ?? createEnv(), {
    checkpointUri: CHECKPOINT_FOLDER,
    workingDirectory: folder,
    queryId: 'case',
    checkpoint_us: 1n,
    reserve_bytes: RESERVE_BYTES,
    ...(store === undefined ? {} : { store }),
    ...(batchBytes_max === undefined ? {} : { batchBytes_max }),
    observer: {
      event: (event) => {
        if (event.kind === 'batch' && observe !== undefined) onBatch(event);
      },
    },
  });
}

function noteEnd(
  operator: Operator,
  item: ResultCase,
  event: Extract<RunEvent, { kind: 'batch' }>,
  ended: Set<string>,
): void {
  if (operator.op !== 'watermark' || event.watermarks_us.get(operator.id) !== WATERMARK_END) return;
  const source = item.sources.find((candidate) => candidate.id === operator.source);
  if (source !== undefined) ended.add(source.source);
}
