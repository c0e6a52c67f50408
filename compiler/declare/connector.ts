/** The connector and the format of a source or sink, from its options and its FORMAT clause. */
import type { CreateSink, CreateSource, CreateTable, FormatClause, Option } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { nearest, suggestionHint } from '../../grammar/diagnostics/suggest.js';
import type { ConnectorDescriptor, ConnectorRole, UnitTraits } from '../../plan/connectors/descriptor.js';
import { connectorNamed, connectors, isLaterConnector } from '../../plan/connectors/index.js';
import { formatNamed, formats, isFormatName, needsFiles, needsMessages } from '../../plan/formats/index.js';
import type { FormatSpec, OptionValues } from '../../plan/plan.js';
import { notSupported } from '../check/unsupported.js';
import { nameDiagnostic } from '../messages/names.js';
import { isOfBytes } from '../../plan/connectors/bytes.js';
import { checkAvroOptions } from './avro.js';
import { checkProtobufOptions } from './protobuf.js';
import { checkedOptions } from './written-options.js';

export interface ConnectorPart {
  readonly connector: ConnectorDescriptor;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
  readonly ok: boolean;
}

/** Undefined where the connector itself is not known; other mistakes are reported and `ok` is false. */
export function checkConnector(
  node: CreateSource | CreateSink | CreateTable,
  role: ConnectorRole,
  sink: DiagnosticSink,
): ConnectorPart | undefined {
  const [chosen, ...others] = node.options.filter((option) => option.key.name === 'connector');
  for (const option of others) {
    sink.report(
      nameDiagnostic('ESQL2014', { name: 'connector' }, { span: option.key.span, hint: 'Remove one of them.' }),
    );
  }
  if (chosen === undefined) {
    const misspelled = node.options.find((option) => nearest(option.key.name, ['connector']) !== undefined);
    sink.report(
      nameDiagnostic(
        'ESQL2021',
        { what: `${role} \`${node.name.name}\`` },
        {
          span: misspelled?.key.span ?? node.name.span,
          facts: [connectorsFact(role)],
          hint: misspelled === undefined ? "Add connector = '…' to the options." : '`connector` might be meant.',
        },
      ),
    );
    return undefined;
  }
  const connector = connectorOf(chosen, role, sink);
  if (connector === undefined) return undefined;
  const rest = node.options.filter((option) => option.key.name !== 'connector');
  const options = checkedOptions(connector, `connector \`${connector.name}\``, role, rest, node.name.span, sink);
  const format = checkFormat(node, connector, role, sink);
  return {
    connector,
    options: options.values,
    format: format ?? null,
    ok: options.ok && others.length === 0 && format !== undefined,
  };
}

function connectorsFact(role: ConnectorRole): string {
  const names = Object.values(connectors)
    .filter((descriptor: ConnectorDescriptor) => (descriptor[role] ?? null) !== null)
    .map((descriptor) => descriptor.name);
  return `Connectors of a ${role}: ${names.join(', ')}.`;
}

function connectorOf(option: Option, role: ConnectorRole, sink: DiagnosticSink): ConnectorDescriptor | undefined {
  const { value } = option;
  const name = value.kind === 'StringLiteral' ? value.value : value.kind === 'OptionWord' ? value.word.name : undefined;
  if (name === undefined) {
    sink.report(
      nameDiagnostic('ESQL2021', { what: 'this value' }, { span: value.span, facts: [connectorsFact(role)] }),
    );
    return undefined;
  }
  const connector = connectorNamed(name);
  if (connector === undefined) {
    if (isLaterConnector(name)) return notSupported(`connector \`${name}\``, value.span, sink);
    sink.report(
      nameDiagnostic(
        'ESQL2012',
        { name },
        { span: value.span, facts: [connectorsFact(role)], hint: suggestionHint(name, Object.keys(connectors)) },
      ),
    );
    return undefined;
  }
  if ((connector[role] ?? null) === null) {
    sink.report(nameDiagnostic('ESQL2023', { name, role }, { span: value.span, facts: [connectorsFact(role)] }));
    return undefined;
  }
  return connector;
}

/** Null: none needed. Undefined: a mistake, reported. */
function checkFormat(
  node: CreateSource | CreateSink | CreateTable,
  connector: ConnectorDescriptor,
  role: ConnectorRole,
  sink: DiagnosticSink,
): FormatSpec | null | undefined {
  const needsBytes = isOfBytes(connector, role);
  if (node.format === undefined) {
    if (!needsBytes) return null;
    const problem = `connector \`${connector.name}\` reads and writes bytes and needs a FORMAT`;
    sink.report(
      nameDiagnostic(
        'ESQL2024',
        { problem },
        { span: node.name.span, facts: [formatsFact()], hint: 'Add FORMAT JSON.' },
      ),
    );
    return undefined;
  }
  if (!needsBytes) {
    const problem = `connector \`${connector.name}\` has typed rows and takes no FORMAT`;
    sink.report(nameDiagnostic('ESQL2024', { problem }, { span: node.format.span, hint: 'Remove the FORMAT clause.' }));
    return undefined;
  }
  const format = formatSpec(node.format, role, sink);
  if (format === undefined) return undefined;
  const traits: UnitTraits | null | undefined = connector[role];
  const hasFiles = traits?.files === true;
  const hasMessages = traits?.messages === true;
  const lacks =
    needsFiles(format.name) && !hasFiles
      ? 'files'
      : needsMessages(format.name, hasFiles) && !hasMessages
        ? 'messages'
        : null;
  if (lacks === null) {
    const isWhole =
      checkAvroOptions(node.format, format, hasFiles, role, sink) &&
      checkProtobufOptions(node.format, format, role, sink);
    return isWhole ? format : undefined;
  }
  const problem = `connector \`${connector.name}\` has no ${lacks}, which FORMAT ${node.format.name} needs`;
  sink.report(
    nameDiagnostic(
      'ESQL2024',
      { problem },
      { span: node.format.span, hint: `Use a connector of ${lacks}, or write FORMAT JSON.` },
    ),
  );
  return undefined;
}

function formatsFact(): string {
  return `Formats: ${Object.keys(formats)
    .map((name) => name.toUpperCase())
    .join(', ')}.`;
}

function formatSpec(clause: FormatClause, role: ConnectorRole, sink: DiagnosticSink): FormatSpec | undefined {
  const name = clause.name.toLowerCase();
  const descriptor = formatNamed(name);
  if (descriptor === undefined || !isFormatName(name)) {
    sink.report(
      nameDiagnostic(
        'ESQL2013',
        { name: clause.name },
        { span: clause.span, facts: [formatsFact()], hint: suggestionHint(name, Object.keys(formats)) },
      ),
    );
    return undefined;
  }
  if (!descriptor.roles.includes(role)) {
    const problem = `FORMAT ${clause.name} is for a ${descriptor.roles.join(' or a ')}, not for a ${role}`;
    sink.report(nameDiagnostic('ESQL2024', { problem }, { span: clause.span, hint: 'Write FORMAT JSON.' }));
    return undefined;
  }
  const options = checkedOptions(descriptor, `format ${clause.name}`, role, clause.options, clause.span, sink);
  return options.ok ? { name, options: options.values } : undefined;
}
