/** Literals of the text as typed expressions. */
import type { DateTimeLiteral, IntervalLiteral, NumberLiteral } from '../../grammar/ast.js';
import type { Expression } from '../../plan/expression.js';
import { doubleToText } from '../../plan/literals.js';
import {
  DATE,
  decimal,
  DOUBLE,
  INTERVAL_MICROSECOND,
  INTERVAL_MONTH,
  PRECISION_MAX,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  type SqlType,
} from '../../plan/types.js';
import { typeDiagnostic } from '../messages/types.js';
import { integerLiteral, literal } from './build.js';
import { textLiteralAs } from './coercion.js';
import type { ExpressionContext } from './context.js';

/**
 * `10` is INT, BIGINT or DECIMAL, the first that holds it; `0.10` is exact, DECIMAL(2,2); `1e-3` is DOUBLE (the
 * standard's approximate literal: a fixed DECIMAL has no room for it).
 */
export function numberLiteral(node: NumberLiteral, context: ExpressionContext): Expression | undefined {
  const text = node.text.replaceAll('_', '');
  // A malformed number is the lexer's to report.
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text)) return undefined;
  const found = parseNumber(text);
  if (found === undefined) {
    context.sink.report(
      typeDiagnostic(
        'ESQL3011',
        { text: node.text, type: /e/iu.test(text) ? 'DOUBLE' : `number of at most ${PRECISION_MAX} digits` },
        {
          span: node.span,
          hint: /e/iu.test(text)
            ? 'A DOUBLE goes up to about 1.8e308.'
            : 'Written with an exponent it is a DOUBLE: 1e40.',
        },
      ),
    );
  }
  return found;
}

function parseNumber(text: string): Expression | undefined {
  if (/e/iu.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? literal(doubleToText(value), DOUBLE) : undefined;
  }
  const [whole = '', fraction] = text.split('.');
  if (fraction === undefined) return integerLiteral(whole);
  const digits = whole.replace(/^(-?)0+/u, '$1');
  const sign = digits.startsWith('-') ? '-' : '';
  const wholeDigits = sign === '' ? digits : digits.slice(1);
  const precision = Math.max(1, wholeDigits.length + fraction.length);
  if (precision > PRECISION_MAX) return undefined;
  const shownWhole = wholeDigits === '' ? '0' : wholeDigits;
  const isZero = /^0*$/u.test(`${wholeDigits}${fraction}`);
  const value = fraction === '' ? shownWhole : `${shownWhole}.${fraction}`;
  return literal(`${isZero ? '' : sign}${value}`, decimal(precision, fraction.length));
}

const timeTypes: Readonly<Record<DateTimeLiteral['type'], SqlType>> = {
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
};

export function dateTimeLiteral(node: DateTimeLiteral, context: ExpressionContext): Expression | undefined {
  return textLiteralAs(node.text, timeTypes[node.type], node.span, context.sink);
}

export function intervalLiteral(node: IntervalLiteral, context: ExpressionContext): Expression | undefined {
  if (node.microseconds !== 0n) {
    context.sink.report(
      typeDiagnostic(
        'ESQL3016',
        { problem: 'months and a fixed length of time in one interval' },
        { span: node.span, hint: "Add two intervals to the time: ts + INTERVAL '1' MONTH + 1d." },
      ),
    );
    return undefined;
  }
  return literal(String(node.months), INTERVAL_MONTH);
}

export function durationLiteral(microseconds: bigint): Expression {
  return literal(String(microseconds), INTERVAL_MICROSECOND);
}
