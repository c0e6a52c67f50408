/** What is wrong with a file as a whole. Whoever knows the file's name makes a diagnostic of it. */
import type { AvroMismatch } from '../../../plan/formats/avro/fit.js';

export type AvroFileProblem = { readonly kind: 'damaged'; readonly why: string } | AvroMismatch;

export class AvroFileError extends Error {
  readonly problem: AvroFileProblem;

  constructor(problem: AvroFileProblem, cause?: unknown) {
    super(problem.kind === 'damaged' ? problem.why : `column ${problem.column}`, { cause });
    this.name = 'AvroFileError';
    this.problem = problem;
  }
}

export function damaged(why: string, cause?: unknown): AvroFileError {
  return new AvroFileError({ kind: 'damaged', why }, cause);
}
