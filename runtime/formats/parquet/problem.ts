/** What is wrong with a file as a whole. Whoever knows the file's name makes a diagnostic of it. */
export type FileProblem =
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'type'; readonly column: string; readonly expected: string; readonly found: string }
  | { readonly kind: 'missing'; readonly column: string; readonly columns: readonly string[] };

export class ParquetError extends Error {
  readonly problem: FileProblem;

  constructor(problem: FileProblem, cause?: unknown) {
    super(problem.kind === 'damaged' ? problem.why : `column ${problem.column}`, { cause });
    this.name = 'ParquetError';
    this.problem = problem;
  }
}

export function damaged(why: string, cause?: unknown): ParquetError {
  return new ParquetError({ kind: 'damaged', why }, cause);
}

/** What is wrong with a page, said of its column: `has a page of a wrong size`. */
export class PageError extends Error {}
