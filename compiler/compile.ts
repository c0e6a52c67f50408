/** `.esql` text to plan. Pure and synchronous: included files are looked up through an argument. */
import { DiagnosticList, type Diagnostic, type DiagnosticCode } from '../grammar/diagnostics/diagnostic.js';
import type { SourceFile } from '../grammar/diagnostics/source.js';
import type { Plan } from '../plan/plan.js';
import { checkAssertions } from './assertions.js';
import { statementsToCatalogue } from './declare/declare.js';
import { loadScript, type IncludeLookup } from './include.js';
import type { LogicalPlan } from './logical/logical.js';
import { typedToLogical } from './logical/program.js';
import { optimise } from './optimise/pipeline.js';
import type { OptimiserRule } from './optimise/rule.js';
import { streamOutputs } from './outputs.js';
import { explainedPlans, finishPlan, type ExplainedPlan, type FinishInput } from './plan.js';
import { catalogueToTyped, type TypedProgram } from './program.js';
import { checkStreamingRules } from './streaming-rules/rules.js';

export interface CompileOptions {
  /** CHECKPOINT of streams for which neither their statement nor SET says one. */
  readonly checkpoint_us?: bigint;
  /** Version of the compiler, for the plan. */
  readonly version?: string;
  /** The optimiser's rules, for tests: with none of them every query gives the same rows. */
  readonly optimiserRules?: readonly OptimiserRule[];
}

export interface CompileInput {
  readonly source: SourceFile;
  readonly include: IncludeLookup;
  readonly options?: CompileOptions;
}

/** Every stage that was reached; later ones are absent after errors. */
export interface Compilation {
  readonly diagnostics: readonly Diagnostic[];
  /** The file and all included ones. */
  readonly files: readonly SourceFile[];
  readonly typed: TypedProgram;
  readonly logical: LogicalPlan;
  readonly optimised?: LogicalPlan;
  /** Absent exactly if there is an error. */
  readonly plan?: Plan;
  /** EXPLAIN statements with the plans they are about. */
  readonly explains: readonly ExplainedPlan[];
}

/** Say nothing where statements could not be read: one of them may declare the name, or be the one that reads it. */
const NEEDS_ALL_STATEMENTS: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>(['ESQL2002', 'ESQL4021']);

export function compile({ source, include, options = {} }: CompileInput): Compilation {
  const sink = new DiagnosticList();
  const { statements, files } = loadScript(source, include, sink);
  const incomplete = sink.hasErrors;
  const catalogue = statementsToCatalogue(statements, sink);
  const typed = catalogueToTyped(catalogue, sink);
  const outputs = streamOutputs(typed, sink);
  const logical = typedToLogical(typed);
  checkStreamingRules({ program: typed, logical, outputs, checkpoint_us: options.checkpoint_us ?? null, sink });
  const reached = { files, typed, logical };
  if (sink.hasErrors) {
    const diagnostics = sink.sorted().filter(({ code }) => !incomplete || !NEEDS_ALL_STATEMENTS.has(code));
    return { ...reached, diagnostics, explains: [] };
  }
  const optimised = optimise(logical, options.optimiserRules);
  const finish: FinishInput = { source, files, outputs, settings: catalogue.settings, options };
  const plan = finishPlan(optimised, finish);
  const holds = checkAssertions(plan, typed, sink);
  const diagnostics = sink.sorted();
  if (!holds) return { ...reached, optimised, diagnostics, explains: [] };
  return { ...reached, optimised, plan, diagnostics, explains: explainedPlans(typed, plan, finish) };
}
