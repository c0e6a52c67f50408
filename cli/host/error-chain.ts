/** What stands behind an error of a library: its causes, and which of them speaks of a certificate. */

export interface ChainedError {
  readonly code?: unknown;
  readonly message: string;
  /** As mssql wraps tedious' errors. */
  readonly originalError?: unknown;
  readonly cause?: unknown;
}

const LENGTH_MAX = 10;

/** The error itself first. */
export function errorChain(error: Error): readonly ChainedError[] {
  const chain: ChainedError[] = [];
  const visit = (found: unknown): void => {
    if (!(found instanceof Error) || chain.length >= LENGTH_MAX) return;
    const each: ChainedError = found;
    chain.push(each);
    visit(each.originalError);
    visit(each.cause);
    if (found instanceof AggregateError) for (const one of found.errors) visit(one);
  };
  visit(error);
  return chain;
}

const CERTIFICATE = /CERT|SIGNED|UNABLE_TO_VERIFY|certificate|SSL|TLS/u;

/** Why the server's certificate is not trusted, for people; null if that is not what the error is about. */
export function certificateReason(chain: readonly ChainedError[]): string | null {
  const found = [...chain].reverse().find((each) => CERTIFICATE.test(`${String(each.code)} ${each.message}`));
  if (found === undefined) return null;
  return typeof found.code === 'string' ? found.code : 'the certificate is not trusted';
}
