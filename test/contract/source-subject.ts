/** What the contract of sources needs of each of them. */
import type { Source } from '../../runtime/connectors/connector.js';
import type { SourceBench } from '../support/connectors.js';

export interface SourceSetUp {
  readonly bench: SourceBench;
  /** A new instance, as after a restart. The one before is closed. */
  create(): Source;
  /** Values of all rows, in order. */
  readonly rows: readonly string[];
  /** The source comes to an end. */
  readonly ends: boolean;
  /** Changes what was read already; null where that can't be. */
  readonly spoil: (() => Promise<void>) | null;
  tearDown(): Promise<void>;
}

export interface SourceSubject {
  readonly name: string;
  setUp(folder: string): Promise<SourceSetUp>;
}
