/** What a command is to the dispatcher: its words for `--help`, its options, and how to load what it does. */
import type { DiagnosticSink } from '../grammar/diagnostics/diagnostic.js';
import type { ExitCode } from './exit-codes.js';

export interface OptionHelp {
  readonly name: string;
  readonly short?: string;
  /** Shown for options with a value; absent for switches. */
  readonly value?: string;
  /** The values there are to choose from. */
  readonly choices?: readonly string[];
  readonly doc: string;
}

export interface CommandHelp {
  readonly name: string;
  readonly summary: string;
  /** `FILE`, `FILE…`, `OLD NEW`. */
  readonly operands: string;
  readonly operandsMin: number;
  readonly operandsMax: number;
  readonly options: readonly OptionHelp[];
  readonly examples: readonly string[];
}

export interface Arguments {
  readonly operands: readonly string[];
  readonly switches: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly colour: boolean;
  readonly columns: number;
  /** Diagnostics go to `err`, framed, or as JSON lines with `--json`. */
  readonly diagnostics: DiagnosticSink;
}

export type CommandRun = (args: Arguments, terminal: Terminal) => Promise<ExitCode>;

export interface Command {
  readonly help: CommandHelp;
  /** Imports the implementation; `--help` never does. */
  readonly load: () => Promise<CommandRun>;
}
