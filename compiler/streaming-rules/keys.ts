/** KEY: its columns exist, are never NULL, and identify the rows. */
import type { Identifier } from '../../grammar/ast.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { sinkTraits } from '../../plan/connectors/sink-traits.js';
import { nameDiagnostic } from '../messages/names.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import { propertiesOf, type KeyPart } from '../logical/properties.js';
import type { StreamRuleInput } from './input.js';

type Into = StreamRuleInput['into'][number];

export function checkKeys(input: StreamRuleInput): void {
  for (const into of input.into) checkKey(input, into);
}

function keyIdentifiers({ clause, sink }: Into): readonly Identifier[] {
  return clause.key.length > 0 ? clause.key : (sink.primaryKey ?? []);
}

function checkKey(input: StreamRuleInput, into: Into): void {
  const { plan, stream } = input;
  const identifiers = keyIdentifiers(into);
  const [first] = identifiers;
  if (first === undefined) {
    checkMissing(input, into);
    return;
  }
  const columns = columnsOf(input, identifiers);
  if (columns === undefined) return;
  const properties = propertiesOf(plan.root);
  identifiers.forEach((name, index) => {
    const column = columns[index];
    if (column === undefined || properties.notNull.has(column)) return;
    input.sink.report(
      streamingDiagnostic(
        'ESQL4017',
        { name: name.name },
        {
          span: name.span,
          hint: `Declare the column NOT NULL, filter with WHERE ${name.name} IS NOT NULL, or use COALESCE.`,
        },
      ),
    );
  });
  const { key, changelog } = properties;
  const isLost = key?.some((part) => part.columns.length === 0) ?? true;
  // Rows that only come and have no key of their own: what identifies them is for the text to say.
  if (changelog === 'append' && isLost) return;
  if (key === null) {
    const hint = 'Group the rows by the columns that identify them.';
    input.sink.report(streamingDiagnostic('ESQL4005', { stream: stream.name }, { span: keySpan(identifiers), hint }));
    return;
  }
  reportUncovered(input, key, columns, identifiers);
}

function reportUncovered(
  input: StreamRuleInput,
  key: readonly KeyPart[],
  columns: readonly number[],
  identifiers: readonly Identifier[],
): void {
  const schema = input.plan.root.schema;
  const missing = key.filter((part) => !part.columns.some((column) => columns.includes(column)));
  if (missing.length === 0) return;
  const nameOf = (part: KeyPart): string => schema[part.columns[0] ?? -1]?.name ?? part.name;
  const lost = missing.filter((part) => part.columns.length === 0).map((part) => `\`${part.name}\``);
  const hint =
    lost.length > 0
      ? `Select ${lost.join(' and ')} and add it to KEY.`
      : `KEY ${[...identifiers.map((name) => name.name), ...missing.map(nameOf)].join(', ')} identifies the rows.`;
  input.sink.report(
    streamingDiagnostic(
      'ESQL4002',
      { missing: missing.map((part) => `\`${nameOf(part)}\``).join(', ') },
      {
        span: keySpan(identifiers),
        related: [{ span: input.stream.node.name.span, label: 'the stream' }],
        facts: [
          `The query's key: ${key.map(nameOf).join(', ')}.`,
          'With fewer columns several rows would overwrite each other in the sink.',
        ],
        hint,
      },
    ),
  );
}

/** The columns that KEY names; undefined after a report. */
function columnsOf(input: StreamRuleInput, identifiers: readonly Identifier[]): readonly number[] | undefined {
  const names = input.plan.root.schema.map((field) => field.name);
  const columns: number[] = [];
  for (const name of identifiers) {
    const { span } = name;
    const index = names.indexOf(name.name);
    if (index < 0) {
      const hint = suggestionHint(name.name, names);
      const facts = [`Columns: ${names.join(', ')}.`];
      const parts = { name: name.name, stream: input.stream.name };
      input.sink.report(streamingDiagnostic('ESQL4004', parts, { span, facts, hint }));
    } else if (columns.includes(index)) {
      input.sink.report(nameDiagnostic('ESQL2014', { name: name.name }, { span, hint: 'Remove one of them.' }));
    } else columns.push(index);
  }
  return columns.length === identifiers.length ? columns : undefined;
}

function checkMissing(input: StreamRuleInput, into: Into): void {
  const { sink: declaration, clause } = into;
  const needsKey =
    sinkTraits(declaration.connector, declaration.options)?.keyed === 'required' || clause.onConflict === 'IGNORE';
  const { key, changelog } = propertiesOf(input.plan.root);
  if (!needsKey) {
    if (changelog === 'changes') checkOwnKey(input, key, clause.sink.span);
    return;
  }
  const names = key?.flatMap((part) => input.plan.root.schema[part.columns[0] ?? -1]?.name ?? []) ?? [];
  const isComplete = key !== null && names.length === key.length && names.length > 0;
  const { span } = clause.sink;
  input.sink.report(
    streamingDiagnostic(
      'ESQL4003',
      { sink: declaration.name },
      {
        span,
        related: [{ span: declaration.span, label: `connector \`${declaration.connector.name}\`` }],
        facts: ['KEY names the columns that identify a row in the sink.'],
        hint: isComplete
          ? `Write INTO ${declaration.name} KEY ${names.join(', ')}.`
          : 'Add KEY and columns after the sink.',
        ...(isComplete
          ? {
              fix: {
                title: 'Add the key of the query',
                edits: [
                  { span: { file: span.file, start: span.end, end: span.end }, text: ` KEY ${names.join(', ')}` },
                ],
              },
            }
          : {}),
      },
    ),
  );
}

/** Without KEY, changes are written by the query's own key: it must have one, and all of it must be selected. */
function checkOwnKey(input: StreamRuleInput, key: readonly KeyPart[] | null, span: Span): void {
  const lost = key?.filter((part) => part.columns.length === 0).map((part) => `\`${part.name}\``) ?? [];
  if (key !== null && lost.length === 0) return;
  const hint =
    key === null ? 'Group the rows by the columns that identify them.' : `Select ${lost.join(' and ')} as well.`;
  input.sink.report(streamingDiagnostic('ESQL4005', { stream: input.stream.name }, { span, hint }));
}

function keySpan(identifiers: readonly Identifier[]): Span | undefined {
  const [first] = identifiers;
  const last = identifiers.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { file: first.span.file, start: first.span.start, end: last.span.end };
}
