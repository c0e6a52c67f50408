/** The last step: optimised logical plan to a plan that was checked, and the plans that EXPLAIN asks for. */
import type { ExplainTopic } from '../grammar/ast.js';
import { InternalError } from '../grammar/diagnostics/internal-error.js';
import type { SourceFile } from '../grammar/diagnostics/source.js';
import { sha256Hex } from '../plan/fingerprint.js';
import { overloadOf } from '../plan/functions/resolve.js';
import type { Plan } from '../plan/plan.js';
import { validatePlan } from '../plan/validate/validate.js';
import type { CompileOptions } from './compile.js';
import type { Settings } from './declare/declarations.js';
import type { LogicalPlan } from './logical/logical.js';
import { typedToLogical } from './logical/program.js';
import { logicalToPlan, type StreamOutputs } from './lower/lower.js';
import { optimise } from './optimise/pipeline.js';
import { EXPLAINED_QUERY, type TypedProgram } from './program.js';

export interface FinishInput {
  readonly source: SourceFile;
  readonly files: readonly SourceFile[];
  readonly outputs: ReadonlyMap<string, StreamOutputs>;
  readonly settings: Settings;
  readonly options: CompileOptions;
}

export interface ExplainedPlan {
  readonly topic: ExplainTopic;
  readonly plan: Plan;
  /** The stream that is asked about. */
  readonly stream: string;
}

/** A plan of the compiler that is not valid is a bug, not a user's mistake. */
export function finishPlan(logical: LogicalPlan, input: FinishInput): Plan {
  const plan = logicalToPlan({
    logical,
    outputs: input.outputs,
    settings: input.settings,
    checkpoint_us: input.options.checkpoint_us ?? null,
    compiler: input.options.version ?? '0.0.0',
    query: {
      name: input.source.path.replace(/^.*[\\/]/u, ''),
      sha256: sha256Hex(input.files.map((file) => file.text).join('\u0000')),
    },
  });
  const [problem] = validatePlan(plan, overloadOf);
  if (problem !== undefined) {
    throw new InternalError(`the compiled plan is inconsistent: ${problem.path}: ${problem.problem}`);
  }
  return plan;
}

/** Plans for EXPLAIN: of the whole file for a stream, of the query with what it reads otherwise. */
export function explainedPlans(program: TypedProgram, plan: Plan, input: FinishInput): readonly ExplainedPlan[] {
  return program.explains.map(({ node, target }) => {
    const { topic } = node;
    if (target.kind === 'stream') return { topic, plan, stream: target.name };
    const logical = typedToLogical(program, { name: EXPLAINED_QUERY, query: target.query, emit: target.emit });
    const own = logical.streams.filter((stream) => stream.name === EXPLAINED_QUERY);
    const explained = finishPlan(optimise({ streams: own }, input.options.optimiserRules), {
      ...input,
      outputs: new Map(),
    });
    return { topic, plan: explained, stream: EXPLAINED_QUERY };
  });
}
