/** A bug of esql itself, never a user's mistake. The command line prints it with a request to report it. */
export class InternalError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'InternalError';
  }
}

/** States something that must hold; a violation is a bug. */
export function invariant(condition: boolean, what: string): asserts condition {
  if (!condition) throw new InternalError(what);
}
