/**
 * The rules of progress (I3, I5), once for every sink: who may write, which batch is next, and what a repetition is.
 * Sinks call it inside the atomic action that writes the rows.
 */
import { connectorError } from './messages.js';
import type { SinkCommit, SinkProgress } from './connector.js';

/** What the sink would write for the batch. */
export interface SinkBatch extends SinkCommit {
  readonly digest: string;
}

/** A sink that has never been written to by this pipeline. */
export function emptyProgress(epoch: number): SinkProgress {
  return { epoch, batch: 0, digest: '', intentHash: '', intent: '' };
}

/**
 * `apply` or, for a batch that has been applied before, `duplicate`. Throws a diagnostic when a newer driver is
 * registered, when batches in between are missing, and when the batch that was applied had other rows or another
 * intent.
 */
export function decideCommit(progress: SinkProgress, batch: SinkBatch, place: string): 'apply' | 'duplicate' {
  refuseIfFenced(progress.epoch, batch.epoch, place);
  if (batch.batch > progress.batch + 1) {
    throw connectorError(
      'ESQL8441',
      { expected: progress.batch + 1, found: batch.batch },
      { place, hint: 'Restore the sink, or start with an empty sink and a new checkpoint folder.' },
    );
  }
  if (batch.batch > progress.batch) return 'apply';
  if (batch.batch === progress.batch) verifyRepetition(progress, batch, place);
  return 'duplicate';
}

/** Throws if a newer epoch than `epoch` is registered. */
export function refuseIfFenced(registered: number, epoch: number, place: string): void {
  if (registered <= epoch) return;
  throw connectorError(
    'ESQL8440',
    { epoch, newer: registered },
    {
      place,
      facts: [
        'Nothing of this batch was written.',
        'A newer driver took over; or the sink was written with another checkpoint folder than this one.',
      ],
      hint: 'Leave the newer driver running. If there is none, use the checkpoint folder of this sink, or an empty sink.',
    },
  );
}

/** Throws if the batch that was applied before is not the same as `batch`. */
export function verifyRepetition(
  applied: { readonly digest: string; readonly intentHash: string },
  batch: SinkBatch,
  place: string,
): void {
  if (applied.intentHash !== batch.intentHash) {
    throw connectorError(
      'ESQL8443',
      { why: `batch ${batch.batch} was applied from another intent` },
      {
        place,
        facts: [`Expected intent ${batch.intentHash}.`, `Found intent ${applied.intentHash}.`],
        hint: 'Use the checkpoint folder that belongs to this sink, or another sink.',
      },
    );
  }
  if (applied.digest === batch.digest) return;
  throw connectorError(
    'ESQL8442',
    { batch: batch.batch },
    {
      place,
      facts: [`Expected digest ${applied.digest}.`, `Found digest ${batch.digest}.`],
      hint: 'Check whether the input or the version of esql changed; start again with an empty sink if it did.',
    },
  );
}
