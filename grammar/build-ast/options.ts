/** `key = value` pairs. */
import type { IToken } from 'chevrotain';
import type { FormatClause, Option, OptionKey, OptionValue, SizeUnit } from '../ast.js';
import type {
  FormatClauseCstNode,
  OptionKeyCstNode,
  OptionListCstNode,
  OptionPairCstNode,
  OptionReferenceCstNode,
  OptionValueCstNode,
} from '../cst.generated.js';
import type { Span } from '../diagnostics/source.js';
import { nearest } from '../diagnostics/suggest.js';
import { syntaxDiagnostic } from '../messages.js';
import { QuotedIdentifier } from '../tokens.js';
import { identifier, only, spanOf, spanOfToken, string, type Builder } from './builder.js';
import { durationLiteral } from './literals.js';

export function buildOptions(b: Builder, nodes: readonly OptionListCstNode[] | undefined): readonly Option[] {
  return (nodes?.[0]?.children.optionPair ?? []).map((option) => buildOption(b, option));
}

export function buildOption(b: Builder, node: OptionPairCstNode): Option {
  const c = node.children;
  return {
    kind: 'Option',
    span: spanOf(b, node),
    key: buildKey(b, only(c.optionKey)),
    value: buildValue(b, only(c.optionValue)),
  };
}

function buildKey(b: Builder, node: OptionKeyCstNode): OptionKey {
  const c = node.children;
  const name =
    c.StringToken === undefined
      ? (c.AnyWord ?? []).map((word) => identifier(b, word).name).join('.')
      : String(only(c.StringToken).payload);
  return { kind: 'OptionKey', span: spanOf(b, node), name };
}

function buildValue(b: Builder, node: OptionValueCstNode): OptionValue {
  const c = node.children;
  const span = spanOf(b, node);
  if (c.StringToken !== undefined) return string(b, only(c.StringToken));
  if (c.NumberToken !== undefined) {
    return { kind: 'NumberLiteral', span, text: `${c.Minus === undefined ? '' : '-'}${only(c.NumberToken).image}` };
  }
  if (c.DurationToken !== undefined) return durationLiteral(b, only(c.DurationToken).image, span);
  if (c.SizeToken !== undefined) return buildSize(b, only(c.SizeToken), span);
  if (c.optionReference !== undefined) return buildReference(b, only(c.optionReference));
  if (c.intervalLiteral !== undefined) {
    const value = b.interval(only(c.intervalLiteral));
    if (value.kind === 'DurationLiteral') return value;
    b.report(
      syntaxDiagnostic(
        'ESQL1014',
        { found: 'another interval' },
        { span, hint: 'Write a fixed length of time: 30s, 5m, 1h or 7d.' },
      ),
    );
    return { kind: 'StringLiteral', span, value: '' };
  }
  const word = only(c.AnyWord);
  const upper = word.image.toUpperCase();
  if (word.tokenType === QuotedIdentifier) return doubleQuoted(b, word);
  if (upper === 'TRUE' || upper === 'FALSE') return { kind: 'BooleanLiteral', span, value: upper === 'TRUE' };
  return { kind: 'OptionWord', span, word: identifier(b, word) };
}

function doubleQuoted(b: Builder, word: IToken): OptionValue {
  const value = String(word.payload);
  const span = spanOfToken(b, word);
  const text = `'${value.replaceAll("'", "''")}'`;
  b.report(
    syntaxDiagnostic(
      'ESQL1013',
      { name: value },
      {
        span,
        hint: `Strings stand in single quotes: ${text}.`,
        fix: { title: `write ${text}`, edits: [{ span, text }] },
      },
    ),
  );
  return { kind: 'StringLiteral', span, value };
}

const sizeFactors: Readonly<Record<SizeUnit, bigint>> = {
  B: 1n,
  KB: 1024n,
  MB: 1024n ** 2n,
  GB: 1024n ** 3n,
  TB: 1024n ** 4n,
};

/** `1.5GB` is 1536MB: the amount is whole, in the largest unit that allows it. */
function buildSize(b: Builder, token: IToken, span: Span): OptionValue {
  const found = /^([0-9]*)\.?([0-9]*)([a-z]+)$/iu.exec(token.image);
  const fraction = found?.[2] ?? '';
  const scale = 10n ** BigInt(fraction.length);
  let unit = (found?.[3] ?? 'B').toUpperCase() as SizeUnit;
  const scaled = BigInt(`${found?.[1] ?? ''}${fraction}`) * sizeFactors[unit];
  if (scaled % scale !== 0n) {
    b.report(
      syntaxDiagnostic('ESQL1005', { found: token.image }, { span, hint: 'A size is a whole number of bytes.' }),
    );
  }
  const bytes = scaled / scale;
  const smaller: readonly SizeUnit[] = ['TB', 'GB', 'MB', 'KB', 'B'];
  while (unit !== 'B' && bytes % sizeFactors[unit] !== 0n) unit = smaller[smaller.indexOf(unit) + 1] ?? 'B';
  return { kind: 'SizeLiteral', span, amount: bytes / sizeFactors[unit], unit, bytes };
}

function buildReference(b: Builder, node: OptionReferenceCstNode): OptionValue {
  const c = node.children;
  const span = spanOf(b, node);
  const word = only(c.Name);
  const called = word.image.toLowerCase();
  const name = string(b, only(c.StringToken));
  const fallback = c.optionValue?.[0];
  if (called === 'env') {
    return { kind: 'EnvReference', span, name, fallback: fallback && buildValue(b, fallback) };
  }
  if (called !== 'secret') {
    const meant = nearest(called, ['env', 'secret']) ?? 'env';
    b.report(
      syntaxDiagnostic(
        'ESQL1026',
        { found: `${word.image}(…)` },
        {
          span: spanOfToken(b, word),
          facts: ["Values from outside: env('NAME'), env('NAME', default), secret('NAME')."],
          hint: `\`${meant}\` might be meant.`,
        },
      ),
    );
  } else if (fallback !== undefined) {
    b.report(
      syntaxDiagnostic(
        'ESQL1021',
        { clause: 'a default', place: 'secret(…)' },
        { span: spanOf(b, fallback), hint: "A secret with a default is none; env('NAME', default) may have one." },
      ),
    );
  }
  return { kind: 'SecretReference', span, name };
}

export function buildFormat(b: Builder, node: FormatClauseCstNode): FormatClause {
  const c = node.children;
  const words = [only(c.Name), ...(c.BareAlias ?? [])].map((word) => identifier(b, word).name.toUpperCase());
  // RisingWave's `FORMAT PLAIN ENCODE JSON`.
  const plain = words[0] === 'PLAIN' && words[1] === 'ENCODE' && words.length > 2;
  return {
    kind: 'FormatClause',
    span: spanOf(b, node),
    name: (plain ? words.slice(2) : words).join(' '),
    options: buildOptions(b, c.optionList),
  };
}
