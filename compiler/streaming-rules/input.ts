/** What a rule sees. */
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { LogicalPlan, LogicalStream } from '../logical/logical.js';
import type { StreamOutputs } from '../lower/lower.js';
import type { TypedProgram, TypedStream } from '../program.js';

export interface RuleInput {
  readonly program: TypedProgram;
  readonly logical: LogicalPlan;
  readonly outputs: ReadonlyMap<string, StreamOutputs>;
  /** From the command line. */
  readonly checkpoint_us: bigint | null;
  readonly sink: DiagnosticSink;
}

/** One stream with its logical plan and its sinks. */
export interface StreamRuleInput extends RuleInput {
  readonly stream: TypedStream;
  readonly plan: LogicalStream;
  readonly into: StreamOutputs['into'];
}

export type StreamRule = (input: StreamRuleInput) => void;
export type ProgramRule = (input: RuleInput) => void;
