/**
 * Options of the text to the ones that plan/connectors/options decodes, and its problems back to places in the text.
 */
import type { Option, OptionValue } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { spanText, type Span } from '../../grammar/diagnostics/source.js';
import type { ConnectorRole } from '../../plan/connectors/descriptor.js';
import { optionDiagnostic } from '../../plan/connectors/option-problems.js';
import { decodeOptions, type OptionOwner, type WrittenValue } from '../../plan/connectors/options.js';
import type { OptionValues } from '../../plan/plan.js';

export function writtenValue(value: OptionValue): WrittenValue {
  switch (value.kind) {
    case 'StringLiteral':
      return { kind: 'text', text: value.value };
    case 'NumberLiteral':
      return { kind: 'number', text: value.text };
    case 'BooleanLiteral':
      return { kind: 'boolean', value: value.value };
    case 'DurationLiteral':
      return { kind: 'duration', text: `${value.amount}${value.unit}` };
    case 'SizeLiteral':
      return { kind: 'size', text: `${value.amount}${value.unit}` };
    case 'EnvReference':
      return {
        kind: 'env',
        name: value.name.value,
        fallback: value.fallback === undefined ? null : writtenValue(value.fallback),
      };
    case 'SecretReference':
      return { kind: 'secret', name: value.name.value };
    case 'OptionWord':
      return { kind: 'word', text: value.word.name };
  }
}

/** The value as it stands in the text, for messages. */
export function shownValue(value: OptionValue): string {
  return spanText(value.span);
}

/** `place` is where a missing option is reported. */
export function checkedOptions(
  owner: OptionOwner,
  label: string,
  role: ConnectorRole,
  options: readonly Option[],
  place: Span,
  sink: DiagnosticSink,
): { readonly values: OptionValues; readonly ok: boolean } {
  const written = options.map((option) => ({ name: option.key.name, value: writtenValue(option.value) }));
  const { values, problems } = decodeOptions(owner, role, written);
  for (const problem of problems) {
    const option = problem.at === null ? undefined : options[problem.at];
    const isAboutKey = problem.kind === 'unknown' || problem.kind === 'wrong_role' || problem.kind === 'twice';
    const span = option === undefined ? place : isAboutKey ? option.key.span : option.value.span;
    sink.report(optionDiagnostic(problem, label, { span }));
  }
  return { values, ok: problems.length === 0 };
}
