/**
 * The circuit breaker for bad records (docs/exactly-once.md §9): many of them are a change of schema, not a few
 * accidents.
 */
import { runtimeError } from '../messages.js';
import type { PoisonLimits } from './job.js';

interface Sample {
  readonly now_us: bigint;
  readonly errors: number;
  readonly rows: number;
}

export class PoisonBreaker {
  readonly #limits: PoisonLimits;
  readonly #samples = new Map<string, Sample[]>();

  constructor(limits: PoisonLimits) {
    this.#limits = limits;
  }

  /** Called before the batch has any effect. Rejects with ESQL8205. `rows` are all records, good and bad. */
  check(source: string, now_us: bigint, errors: number, rows: number): void {
    const samples = (this.#samples.get(source) ?? []).filter((s) => now_us - s.now_us < this.#limits.window_us);
    samples.push({ now_us, errors, rows });
    this.#samples.set(source, samples);
    let allErrors = 0;
    let allRows = 0;
    for (const sample of samples) {
      allErrors += sample.errors;
      allRows += sample.rows;
    }
    if (allErrors <= this.#limits.errors_max || allErrors <= this.#limits.share_max * allRows) return;
    throw runtimeError(
      'ESQL8205',
      { source, errors: allErrors, rows: allRows },
      {
        facts: [
          `The limit is ${String(this.#limits.errors_max)} bad records and ${String(this.#limits.share_max * 100)} percent.`,
          'Nothing of this batch was written.',
        ],
        hint: 'Look at what the source sends now; if it is right, raise the limit with --max-bad-records.',
      },
    );
  }
}
