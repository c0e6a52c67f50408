/** The bytes that all operator state of one pipeline may take together. */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { runtimeDiagnostic } from '../messages.js';

export class StateBudget {
  readonly #max_bytes: number;
  #used_bytes = 0;

  constructor(max_bytes: number) {
    this.#max_bytes = max_bytes;
  }

  get used_bytes(): number {
    return this.#used_bytes;
  }

  get free_bytes(): number {
    return this.#max_bytes - this.#used_bytes;
  }

  /** Called before memory is taken, so that the job stops with a diagnostic instead of running out of memory. */
  reserve(bytes: number): void {
    if (bytes > 0 && this.#used_bytes + bytes > this.#max_bytes) {
      throw new DiagnosticError(
        runtimeDiagnostic('ESQL8206', {
          bytes: String(this.#used_bytes + bytes),
          limit: String(this.#max_bytes),
        }),
      );
    }
    this.#used_bytes += bytes;
  }
}

/** One owner's share of a budget: it knows what it holds, and gives all of it back at once. */
export class BudgetShare {
  readonly budget: StateBudget;
  #bytes = 0;

  constructor(budget: StateBudget) {
    this.budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Sets the share to `bytes`; throws before a growth that the budget doesn't allow. */
  change(bytes: number): void {
    this.budget.reserve(bytes - this.#bytes);
    this.#bytes = bytes;
  }
}
