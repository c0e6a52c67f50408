/** Faults on purpose: what goes wrong, when, and how often. */
import { SqlError } from './engine/errors.js';

/** Where a fault can strike. */
export type Point = 'prelogin' | 'login' | 'request' | 'statement' | 'before-commit' | 'after-commit' | 'answer';

export type Fault =
  /** The server says so itself; from severity 20 on the connection ends. */
  | { readonly kind: 'error'; readonly number: number; readonly message?: string; readonly severity?: number }
  /** The socket is gone; what the session did is kept only if it was committed. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly delay_ms: number }
  /** Prelogin only: "encryption is not supported here". */
  | { readonly kind: 'refuse-encryption' };

export interface FaultRule {
  readonly at: Point;
  readonly fault: Fault;
  /** Text of the batch, or name of the procedure with its text parameters. */
  readonly matches?: RegExp;
  /** Strikes from the n-th match on (1 for the first). */
  readonly from?: number;
  /** How often; always where it is left out. */
  readonly times?: number;
}

/** What real servers say, for the numbers that tests ask for. */
const MESSAGES: Readonly<Record<number, readonly [severity: number, message: string]>> = {
  4060: [11, 'Cannot open database "streams" requested by the login. The login failed.'],
  18456: [14, "Login failed for user 'esql'."],
  40197: [17, 'The service has encountered an error processing your request. Please try again. Error code 4221.'],
  40501: [20, 'The service is currently busy. Retry the request after 10 seconds.'],
  40613: [
    17,
    "Database 'streams' on server 'tds-double' is not currently available. Please retry the connection later.",
  ],
  49918: [16, 'Cannot process request. Not enough resources to process request. Please retry you request later.'],
  10928: [20, 'Resource ID: 1. The request limit for the database is 60 and has been reached.'],
  10929: [20, 'Resource ID: 1. The server is currently too busy to support requests greater than 60.'],
  1205: [
    13,
    'Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.',
  ],
};

export function faultError({ number, message, severity }: Extract<Fault, { kind: 'error' }>): SqlError {
  const [usual, text] = MESSAGES[number] ?? [16, `Error ${number} as the test asked for.`];
  return new SqlError(number, message ?? text, severity ?? usual, number === 1205 ? 51 : 1);
}

export class Faults {
  readonly #rules: { readonly rule: FaultRule; seen: number; struck: number }[] = [];

  /** Adds a rule; the function that is returned takes it away. */
  add(rule: FaultRule): () => void {
    const entry = { rule, seen: 0, struck: 0 };
    this.#rules.push(entry);
    return () => {
      const at = this.#rules.indexOf(entry);
      if (at !== -1) this.#rules.splice(at, 1);
    };
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** How often faults struck so far. */
  get count(): number {
    return this.#rules.reduce((sum, { struck }) => sum + struck, 0);
  }

  /** All faults that strike at this point, in the order in which they were added. */
  strike(at: Point, text: string): readonly Fault[] {
    return this.#rules.flatMap((entry) => {
      const { rule } = entry;
      if (rule.at !== at || (rule.matches !== undefined && !rule.matches.test(text))) return [];
      entry.seen += 1;
      if (entry.seen < (rule.from ?? 1) || entry.struck >= (rule.times ?? Infinity)) return [];
      entry.struck += 1;
      return [rule.fault];
    });
  }
}
