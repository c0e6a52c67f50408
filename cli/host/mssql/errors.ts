/** Errors of mssql and tedious as `MssqlError`. Texts of the server stand in messages only where they hold no data. */
import { MssqlError, type MssqlErrorFacts } from '../../../runtime/remote/mssql.js';

/** What both libraries add to their errors; mssql wraps tedious' in `originalError`. */
interface ClientError {
  readonly code?: unknown;
  readonly number?: unknown;
  readonly class?: unknown;
  readonly state?: unknown;
  readonly message: string;
  readonly originalError?: unknown;
  readonly cause?: unknown;
  readonly info?: unknown;
}

/** Numbers whose texts name objects, permissions and databases, and never values of rows. */
const PLAIN_TEXTS: ReadonlySet<number> = new Set([
  201, 207, 208, 229, 230, 262, 297, 300, 916, 1088, 1205, 2714, 2759, 2760, 2812, 4060, 8144, 8145, 18456, 18452,
  40197, 40501, 40532, 40613, 40615, 47072,
]);
const SAID_LENGTH_MAX = 300;
const CERTIFICATE = /CERT|SIGNED|UNABLE_TO_VERIFY|certificate|SSL|TLS/u;
/** Login failed, expired password, disabled account, database not for this login. */
const LOGIN_NUMBERS: ReadonlySet<number> = new Set([
  18456, 18452, 18470, 18486, 18487, 18488, 40532, 40615, 47072, 916,
]);

/** `reported` is what the server said while the connection was being made: tedious' own error has lost the number. */
export function mssqlError(error: unknown, reported: MssqlErrorFacts | null, plain: boolean): unknown {
  if (error instanceof MssqlError || !(error instanceof Error)) return error;
  if (plain) return new MssqlError('plain', 'the server does not encrypt', null, { cause: error });
  const chain = errorChain(error);
  const facts = factsOf(chain) ?? reported;
  const codes = chain.flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
  if (facts !== null && facts.number > 0) {
    const failure = LOGIN_NUMBERS.has(facts.number) ? 'login' : 'server';
    const text = PLAIN_TEXTS.has(facts.number) ? error.message.slice(0, SAID_LENGTH_MAX) : 'the server refuses';
    return new MssqlError(failure, text, facts, { cause: error });
  }
  if (codes.length === 0) return error;
  const certificate = chain.some((each) => CERTIFICATE.test(`${String(each.code)} ${each.message}`));
  if (certificate) return new MssqlError('certificate', reasonOf(chain, CERTIFICATE), null, { cause: error });
  const [code = ''] = codes;
  if (code === 'ELOGIN' || code === 'EFEDAUTH') return new MssqlError('login', code, null, { cause: error });
  if (code === 'ETIMEOUT') return new MssqlError('timeout', 'no answer in time', null, { cause: error });
  const system = codes.find((each) => /^E[A-Z]+$/u.test(each) && !LIBRARY_CODES.has(each)) ?? code;
  return new MssqlError('unreachable', `the connection failed, ${system}`, null, { cause: error });
}

const LIBRARY_CODES: ReadonlySet<string> = new Set(['ESOCKET', 'ECONNCLOSED', 'ENOTOPEN', 'EREQUEST', 'ECANCEL']);

function errorChain(error: Error): readonly ClientError[] {
  const chain: ClientError[] = [];
  const visit = (found: unknown): void => {
    if (!(found instanceof Error) || chain.length >= 10) return;
    const each: ClientError = found;
    chain.push(each);
    visit(each.originalError);
    visit(each.cause);
    if (found instanceof AggregateError) for (const one of found.errors) visit(one);
  };
  visit(error);
  return chain;
}

function factsOf(chain: readonly ClientError[]): MssqlErrorFacts | null {
  for (const { number, class: severity, state } of chain) {
    if (typeof number === 'number' && number > 0) {
      return { number, severity: Number(severity ?? 0), state: Number(state ?? 0) };
    }
  }
  return null;
}

function reasonOf(chain: readonly ClientError[], pattern: RegExp): string {
  const found = [...chain].reverse().find((each) => pattern.test(`${String(each.code)} ${each.message}`));
  return typeof found?.code === 'string' ? found.code : 'the certificate is not trusted';
}
