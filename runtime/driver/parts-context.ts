/** What the parts of a run are built from. */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { optionDiagnostic } from '../../plan/connectors/option-problems.js';
import type { ResolvedOptions } from '../../plan/connectors/options.js';
import type { Plan } from '../../plan/plan.js';
import type { Env } from '../env.js';
import type { Kernel } from '../formats/decoder.js';

export interface PartsContext {
  readonly env: Env;
  readonly plan: Plan;
  readonly queryId: string;
  readonly epoch: number;
  /** Absolute. */
  readonly workingDirectory: string;
  /** Absolute folder of the query's store, or null where it is not on a disk. */
  readonly storeFolder: string | null;
  readonly kernel: Kernel;
  /** Ends waiting. */
  readonly signal: AbortSignal;
  /** Failures that another try may cure. */
  readonly isPassing: (error: unknown) => boolean;
}

/** The options, or a diagnostic for one that does not hold any more (a reference without value). */
export function resolved<T>(found: ResolvedOptions<T>, owner: string): T {
  if (found.ok) return found.options;
  const [problem] = found.problems;
  invariant(problem !== undefined, 'a problem where options are refused');
  throw new DiagnosticError(optionDiagnostic(problem, owner, { place: owner }));
}
