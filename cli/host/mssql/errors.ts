/** Errors of mssql and tedious as `MssqlError`. Texts of the server stand in messages only where they hold no data. */
import { certificateReason, errorChain, type ChainedError } from '../error-chain.js';
import { MssqlError, type MssqlErrorFacts } from '../../../runtime/remote/mssql.js';

/** What both libraries add to their errors; mssql wraps tedious' in `originalError`. */
interface ClientError extends ChainedError {
  readonly number?: unknown;
  readonly class?: unknown;
  readonly state?: unknown;
}

/** Numbers whose texts name objects, permissions and databases, and never values of rows. */
const PLAIN_TEXTS: ReadonlySet<number> = new Set([
  201, 207, 208, 229, 230, 262, 297, 300, 916, 1088, 1205, 2714, 2759, 2760, 2812, 4060, 8144, 8145, 18456, 18452,
  40197, 40501, 40532, 40613, 40615, 47072,
]);
const SAID_LENGTH_MAX = 300;
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
  const certificate = certificateReason(chain);
  if (certificate !== null) return new MssqlError('certificate', certificate, null, { cause: error });
  const [code = ''] = codes;
  if (code === 'ELOGIN' || code === 'EFEDAUTH') return new MssqlError('login', code, null, { cause: error });
  if (code === 'ETIMEOUT') return new MssqlError('timeout', 'no answer in time', null, { cause: error });
  const system = codes.find((each) => /^E[A-Z]+$/u.test(each) && !LIBRARY_CODES.has(each)) ?? code;
  return new MssqlError('unreachable', `the connection failed, ${system}`, null, { cause: error });
}

const LIBRARY_CODES: ReadonlySet<string> = new Set(['ESOCKET', 'ECONNCLOSED', 'ENOTOPEN', 'EREQUEST', 'ECANCEL']);

function factsOf(chain: readonly ClientError[]): MssqlErrorFacts | null {
  for (const { number, class: severity, state } of chain) {
    if (typeof number === 'number' && number > 0) {
      return { number, severity: Number(severity ?? 0), state: Number(state ?? 0) };
    }
  }
  return null;
}
