/** What validation finds: a place in the plan and what is wrong there. */
import { pathText, type Path } from '../codec/codec.js';
import { planLimits } from '../limits.js';

export interface PlanProblem {
  /** `operators[3].window.size_us` */
  readonly path: string;
  readonly problem: string;
}

export class PlanProblems {
  readonly items: PlanProblem[] = [];

  add(path: Path, problem: string): void {
    if (this.items.length < planLimits.problems) this.items.push({ path: pathText(path), problem });
  }

  /** Reports `problem` unless `holds`. */
  check(holds: boolean, path: Path, problem: string): void {
    if (!holds) this.add(path, problem);
  }
}

export function at(parent: Path, ...steps: readonly (string | number)[]): Path {
  return steps.reduce<Path>((path, step) => ({ parent: path, step }), parent);
}
