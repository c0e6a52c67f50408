/** Processes that die at a chosen step of what they write. */

class Died extends Error {}

export function hasDied(error: unknown): boolean {
  return error instanceof Died;
}

/** Counts steps; from the `fail`-th on nothing has effect any more. */
export function stepper(fail: number): <T>(action: () => T) => T {
  let steps = 0;
  return (action) => {
    steps += 1;
    if (steps >= fail) throw new Died('the process died');
    return action();
  };
}
