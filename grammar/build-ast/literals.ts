/** Durations, intervals and dates. */
import type { DateTimeLiteral, DurationLiteral, Expression } from '../ast.js';
import type { DateTimeLiteralCstNode, DurationCstNode, IntervalLiteralCstNode } from '../cst.generated.js';
import type { Span } from '../diagnostics/source.js';
import { durationOfToken, INTERVAL_UNITS_HINT, inUnits, naturalUnit, parseInterval } from '../interval-text.js';
import { syntaxDiagnostic } from '../messages.js';
import { only, spanOf, spanOfToken, which, type Builder } from './builder.js';

/** Stands where a duration could not be read; the statement is left out of the script. */
function placeholder(span: Span): DurationLiteral {
  return { kind: 'DurationLiteral', span, amount: 0n, unit: 's', microseconds: 0n };
}

export function durationLiteral(b: Builder, image: string, span: Span): DurationLiteral {
  const value = durationOfToken(image);
  if (value !== undefined) return { kind: 'DurationLiteral', span, ...value };
  b.report(
    syntaxDiagnostic(
      'ESQL1014',
      { found: `\`${image}\`` },
      { span, hint: 'The smallest step is one microsecond, and there is one decimal point at most.' },
    ),
  );
  return placeholder(span);
}

/** A fixed length of time becomes a duration, whatever its spelling. */
export function buildInterval(b: Builder, node: IntervalLiteralCstNode): Expression {
  const c = node.children;
  const span = spanOf(b, node);
  const text = c.StringToken?.[0]?.payload === undefined ? only(c.NumberToken).image : String(c.StringToken[0].payload);
  const [unit, lastUnit] = (c.Name ?? []).map((token) => token.image);
  const value = parseInterval(text, unit, lastUnit);
  if (value === undefined) {
    const written = `'${text}' ${unit ?? ''}`.trim();
    const unitless = unit === undefined && /^[+-]?[0-9.]+$/u.test(text.trim());
    const problem = unitless ? `\`${written}\` has no unit of time` : `\`${written}\` is no interval`;
    const hint = unitless
      ? INTERVAL_UNITS_HINT
      : "Write INTERVAL '30' SECOND, INTERVAL '1 day 2 hours', or a duration such as 30s.";
    b.report(syntaxDiagnostic('ESQL1019', { problem }, { span, hint }));
    return placeholder(span);
  }
  const sign = c.Minus === undefined ? 1n : -1n;
  const months = value.months * sign;
  const microseconds = value.microseconds * sign;
  if (months !== 0n) return { kind: 'IntervalLiteral', span, months, microseconds };
  const absolute = microseconds < 0n ? -microseconds : microseconds;
  const named = unit === undefined || lastUnit !== undefined ? undefined : durationOfToken(`1${shortUnit(unit)}`)?.unit;
  const literal: DurationLiteral = {
    kind: 'DurationLiteral',
    span,
    ...inUnits(absolute, named ?? naturalUnit(absolute)),
  };
  return microseconds < 0n ? { kind: 'Unary', span, operator: '-', operand: literal } : literal;
}

/** `SECONDS` → `s`; a week has no unit of its own and is counted in days. */
function shortUnit(word: string): string {
  const lower = word.toLowerCase();
  if (lower.startsWith('micro') || lower.startsWith('us')) return 'us';
  if (lower.startsWith('milli') || lower.startsWith('ms')) return 'ms';
  if (lower.startsWith('week')) return 'd';
  return lower.charAt(0);
}

export function buildDuration(b: Builder, node: DurationCstNode): DurationLiteral {
  const c = node.children;
  const span = spanOf(b, node);
  const token = c.DurationToken?.[0];
  if (token !== undefined) return durationLiteral(b, token.image, span);
  const interval = c.intervalLiteral?.[0];
  if (interval !== undefined) {
    const value = buildInterval(b, interval);
    if (value.kind === 'DurationLiteral') return value;
    b.report(
      syntaxDiagnostic(
        'ESQL1014',
        { found: value.kind === 'IntervalLiteral' ? 'an interval with months' : 'a negative interval' },
        { span, hint: 'Write a fixed length of time: 30s, 5m, 1h or 7d.' },
      ),
    );
    return placeholder(span);
  }
  const number = c.NumberToken?.[0];
  const word = c.Identifier?.[0];
  const written = b.file.text.slice(span.start, span.end);
  const joined =
    number === undefined ? undefined : `${number.image}${word === undefined ? 's' : shortUnit(word.image)}`;
  const hint =
    word === undefined
      ? `A duration is a number with its unit, without quotes${joined === undefined ? '' : `: ${joined}`}.`
      : `The unit follows the number without a blank: ${joined ?? ''}.`;
  const fix =
    joined === undefined || word === undefined
      ? undefined
      : { title: `write ${joined}`, edits: [{ span, text: joined }] };
  b.report(syntaxDiagnostic('ESQL1014', { found: `\`${written}\`` }, { span, hint, fix }));
  return placeholder(span);
}

export function buildDateTime(b: Builder, node: DateTimeLiteralCstNode): DateTimeLiteral {
  const c = node.children;
  const plain = which(c, ['DATE', 'TIMESTAMPTZ', 'TIMESTAMP']) ?? 'TIME';
  let type: DateTimeLiteral['type'] = plain;
  if (c.WITH !== undefined) {
    if (plain === 'TIMESTAMP') type = 'TIMESTAMPTZ';
    else {
      b.report(
        syntaxDiagnostic(
          'ESQL1018',
          { problem: 'TIME has no time zone' },
          { span: spanOf(b, node), hint: 'TIMESTAMPTZ is the type with a time zone.' },
        ),
      );
    }
  }
  const text = only(c.StringToken);
  return {
    kind: 'DateTimeLiteral',
    span: { ...spanOf(b, node), end: spanOfToken(b, text).end },
    type,
    text: String(text.payload),
  };
}
