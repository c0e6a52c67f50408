/** Rules of streaming, each in its own file. They report and change nothing. */
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

type StreamRule = (input: StreamRuleInput) => void;
type ProgramRule = (input: RuleInput) => void;

const streamRules: readonly StreamRule[] = [];
const programRules: readonly ProgramRule[] = [];

export function checkStreamingRules(input: RuleInput): void {
  for (const stream of input.program.streams) {
    const plan = input.logical.streams.find((candidate) => candidate.name === stream.name);
    if (plan === undefined) continue;
    const into = input.outputs.get(stream.name)?.into ?? [];
    for (const rule of streamRules) rule({ ...input, stream, plan, into });
  }
  for (const rule of programRules) rule(input);
}
