/**
 * What a running job tells about itself: facts for progress lines and figures. An observer never changes what happens.
 */
import type { Diagnostic } from '../../grammar/diagnostics/diagnostic.js';
import type { SinkOutcome } from '../connectors/connector.js';
import type { RowCounters } from '../operators/operator.js';

export type RunEvent =
  | {
      readonly kind: 'recovered';
      readonly epoch: number;
      /** Batch of the checkpoint that was restored; 0 = from the beginning. */
      readonly batch: number;
      /** Batches that were begun after it and are replayed now. */
      readonly replayed: number;
      /** A finished job: nothing is left to run. */
      readonly finished: boolean;
      /** Damaged objects that were found and survived. */
      readonly warnings: readonly Diagnostic[];
    }
  | {
      readonly kind: 'batch';
      readonly batch: number;
      readonly replayed: boolean;
      /** By operator id, in plan order; valid during the call. */
      readonly counters: ReadonlyMap<string, Readonly<RowCounters>>;
      readonly watermarks_us: ReadonlyMap<string, bigint>;
      readonly sinks: ReadonlyMap<string, SinkOutcome>;
      readonly stateBytes: number;
      readonly duration_ms: number;
    }
  | {
      readonly kind: 'checkpoint';
      readonly batch: number;
      readonly stateBytes: number;
      readonly writtenBytes: number;
      readonly duration_ms: number;
    }
  /** A table could not be loaded again: what was loaded before stays in force. */
  | { readonly kind: 'table kept'; readonly warning: Diagnostic }
  | { readonly kind: 'waiting'; readonly batch: number }
  | { readonly kind: 'stopping'; readonly why: 'signal' | 'disk full' };

export interface RunObserver {
  event(event: RunEvent): void;
}
