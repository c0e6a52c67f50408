/**
 * Evaluates the catalogue's examples: calls, literals, and comparisons of literals; nothing a compiler is needed for.
 */
import { castValue } from '../../plan/casts.js';
import { compareValues } from '../../plan/compare.js';
import { resolveCall } from '../../plan/functions/resolve.js';
import { hexToBytes } from '../../plan/literals.js';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  decimal,
  INT,
  INTERVAL_MICROSECOND,
  INTERVAL_MONTH,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARBINARY,
  VARCHAR,
  type SqlType,
} from '../../plan/types.js';
import type { Value } from '../../plan/values.js';

export interface Typed {
  readonly value: Value;
  readonly type: SqlType | null;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|X'([^']*)'|'((?:[^']|'')*)'|([A-Za-z_][A-Za-z_0-9]*)|(<=|>=|<>|[-(),<>=]))/uy;
const DATE_TYPES: ReadonlyMap<string, SqlType> = new Map([
  ['DATE', DATE],
  ['TIME', TIME],
  ['TIMESTAMP', TIMESTAMP],
  ['TIMESTAMPTZ', TIMESTAMPTZ],
]);

type Token = { readonly kind: 'number' | 'bytes' | 'text' | 'word' | 'symbol'; readonly text: string };

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(sql);
    if (match === null) throw new Error(`cannot read ${sql.slice(at)}`);
    const [, number, bytes, text, word, symbol] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (bytes !== undefined) tokens.push({ kind: 'bytes', text: bytes });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word.toUpperCase() });
    else tokens.push({ kind: 'symbol', text: symbol ?? '' });
  }
  return tokens;
}

export function evaluateCall(name: string, given: readonly Typed[]): Typed {
  const resolved = resolveCall(
    name,
    given.map((argument) => argument.type),
  );
  if (resolved.kind !== 'resolved') throw new Error(`${name}: ${resolved.kind}`);
  const { overload, argumentTypes, type } = resolved;
  const values = given.map((argument, index) =>
    argument.type === null ? null : castValue(argument.value, argument.type, argumentTypes[index]!),
  );
  if (overload.nulls === 'strict' && values.includes(null)) return { value: null, type };
  return { value: overload.evaluate(values, { argumentTypes, result: type }), type };
}

function numberLiteral(text: string): Typed {
  const [whole = '', fraction] = text.split('.');
  if (fraction !== undefined) {
    const type = decimal(Math.max(1, whole.replace(/^0+/u, '').length + fraction.length), fraction.length);
    return { value: BigInt(whole + fraction), type };
  }
  const value = BigInt(text);
  return value < 2n ** 31n ? { value: Number(value), type: INT } : { value, type: BIGINT };
}

/** Parses and evaluates at once. */
export function evaluateExample(sql: string): Typed {
  const tokens = tokensOf(sql);
  let at = 0;
  const takeSymbol = (text: string): boolean => {
    if (tokens[at]?.kind !== 'symbol' || tokens[at]?.text !== text) return false;
    at += 1;
    return true;
  };
  const primary = (): Typed => {
    if (takeSymbol('-')) {
      const operand = primary();
      return {
        value: typeof operand.value === 'bigint' ? -operand.value : -(operand.value as number),
        type: operand.type,
      };
    }
    const token = tokens[at];
    if (token === undefined) throw new Error(`unexpected end of ${sql}`);
    at += 1;
    if (token.kind === 'number') return numberLiteral(token.text);
    if (token.kind === 'bytes') return { value: hexToBytes(token.text)!, type: VARBINARY };
    if (token.kind === 'text') return { value: token.text, type: VARCHAR };
    if (token.text === 'NULL') return { value: null, type: null };
    if (token.text === 'TRUE' || token.text === 'FALSE') return { value: token.text === 'TRUE', type: BOOLEAN };
    const next = tokens[at];
    if (next?.kind === 'text' && token.text === 'INTERVAL') {
      const unit = tokens[at + 1]?.text ?? '';
      at += 2;
      const type = ['MONTH', 'YEAR'].includes(unit) ? INTERVAL_MONTH : INTERVAL_MICROSECOND;
      return { value: castValue(`${next.text} ${unit}`, VARCHAR, type), type };
    }
    const dateType = DATE_TYPES.get(token.text);
    if (next?.kind === 'text' && dateType !== undefined) {
      at += 1;
      return { value: castValue(next.text, VARCHAR, dateType), type: dateType };
    }
    if (!takeSymbol('(')) throw new Error(`unexpected ${token.text} in ${sql}`);
    const given: Typed[] = [];
    if (!takeSymbol(')')) {
      do given.push(comparison());
      while (takeSymbol(','));
      if (!takeSymbol(')')) throw new Error(`) expected in ${sql}`);
    }
    return evaluateCall(token.text, given);
  };
  const comparison = (): Typed => {
    const left = primary();
    if (takeSymbol('>')) return { value: compareValues(left.value!, primary().value!) > 0, type: BOOLEAN };
    return left;
  };
  const result = comparison();
  if (at !== tokens.length) throw new Error(`the end expected in ${sql}`);
  return result;
}
