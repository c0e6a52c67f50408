/** Wakes whoever waits for a change. */
import type { Clock } from '../../env.js';

export class Pulse {
  readonly #waiting = new Set<AbortController>();

  beat(): void {
    for (const waiter of this.#waiting) waiter.abort();
  }

  /** Until the next beat, `timeout_ms`, or `signal`. */
  async wait(clock: Clock, timeout_ms: number, signal: AbortSignal): Promise<void> {
    const waiter = new AbortController();
    this.#waiting.add(waiter);
    try {
      await clock.sleep(timeout_ms, AbortSignal.any([signal, waiter.signal]));
    } finally {
      this.#waiting.delete(waiter);
    }
  }
}
