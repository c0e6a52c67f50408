/** What a source of files asks of its format: where a range ends, and its rows. */
import type { SourceBuffers, SourceReader } from '../connector.js';
import type { OpenedFile } from './open-file.js';

export interface Cut {
  /** Behind the range: a position of the format's own, bytes or rows. */
  readonly at: number;
  /** The file ends here. */
  readonly done: boolean;
  /** What the range takes of the budget. */
  readonly bytes: number;
}

export interface FileRange {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface FormatReader {
  /** Only a complete file can be read: it doesn't grow, and is compared as a whole. */
  readonly whole: boolean;
  /**
   * The end of the range from `start` on that takes about `budget` bytes. `tails`: the file may grow, and then null
   * stands for "no whole record yet".
   */
  cut(file: OpenedFile, start: number, budget: number, tails: boolean): Promise<Cut | null>;
  /** Called before the reads of a micro-batch. */
  begin(): void;
  read(file: OpenedFile, range: FileRange, buffers: SourceBuffers, reader: SourceReader): Promise<void>;
}
