/** What a connector is given besides its options: the places it may use and what it needs to know of its operator. */
import type { SourceOperator, TableOperator } from '../../plan/plan.js';
import type { Env } from '../env.js';
import type { Decoder, Framing } from '../formats/format.js';
import type { EncodeFormat } from '../formats/encode.js';
import type { SinkShape } from './connector.js';

export interface SourceContext {
  readonly env: Env;
  readonly operator: SourceOperator;
  /** Relative paths are resolved against it: the working directory of `esql run`. Absolute. */
  readonly workingDirectory: string;
  /**
   * Where a logged source keeps its write-ahead log: `<checkpoint>/wal/<source>`; null where no disk holds the
   * checkpoint.
   */
  readonly logDirectory: string | null;
  /** The driver's epoch: it stands in the names of log segments. */
  readonly epoch: number;
  /** Finds records in the bytes of the operator's FORMAT; null for sources of typed rows. */
  readonly framing: Framing | null;
  /** Absolute folders that the job itself writes (checkpoints, file sinks): never read as input. */
  readonly excluded: readonly string[];
}

export interface TableContext {
  readonly env: Env;
  readonly operator: TableOperator;
  /** Relative paths are resolved against it. Absolute. */
  readonly workingDirectory: string;
  /** Of the operator's FORMAT; null for typed rows, and for formats of whole files. */
  readonly decoder: Decoder | null;
  /** As of a source. */
  readonly excluded: readonly string[];
}

export interface SinkContext {
  readonly env: Env;
  readonly shape: SinkShape;
  /** Relative paths are resolved against it. Absolute. */
  readonly workingDirectory: string;
  /** The operator's FORMAT; null for sinks of typed rows. */
  readonly format: EncodeFormat | null;
}
