/** What codecs refuse. */

/** `too_large`: beyond the limit. `damaged`: not what the codec writes. */
export class CodecError extends Error {
  readonly problem: 'too_large' | 'damaged';

  constructor(problem: 'too_large' | 'damaged', why: string, options?: ErrorOptions) {
    super(why, options);
    this.name = 'CodecError';
    this.problem = problem;
  }
}

export function tooLarge(): CodecError {
  return new CodecError('too_large', 'the output goes beyond the limit');
}
