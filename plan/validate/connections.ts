/** A plan's connectors, formats and their options against the descriptors. */
import type { Path } from '../codec/codec.js';
import { isOfBytes } from '../connectors/bytes.js';
import type { ConnectorDescriptor, ConnectorRole, UnitTraits } from '../connectors/descriptor.js';
import { connectorNamed } from '../connectors/index.js';
import { canonicalOptionText } from '../connectors/option-text.js';
import { optionNames, type OptionOwner } from '../connectors/options.js';
import { formatNamed, needsFiles, needsMessages } from '../formats/index.js';
import type { FormatSpec, OptionValue, OptionValues } from '../plan.js';
import { at, type PlanProblems } from './problem.js';

interface Connection {
  readonly connector: string;
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
}

/** The descriptor, if the connector exists and has the role. */
export function checkConnection(
  connection: Connection,
  role: ConnectorRole,
  path: Path,
  problems: PlanProblems,
): ConnectorDescriptor | undefined {
  const descriptor = connectorNamed(connection.connector);
  if (descriptor === undefined) {
    problems.add(at(path, 'connector'), `this version has no connector \`${connection.connector}\``);
    return undefined;
  }
  const traits = descriptor[role] ?? null;
  if (traits === null) {
    problems.add(at(path, 'connector'), `connector \`${descriptor.name}\` is no ${role}`);
    return undefined;
  }
  checkOptions(descriptor, role, connection.options, at(path, 'options'), problems);
  const inBytes = isOfBytes(descriptor, role);
  if (inBytes !== (connection.format !== null)) {
    problems.add(
      at(path, 'format'),
      `connector \`${descriptor.name}\` ${inBytes ? 'needs a format' : 'has no format'}`,
    );
  }
  if (connection.format !== null && needsFiles(connection.format.name) && traits.files !== true) {
    problems.add(at(path, 'format'), `connector \`${descriptor.name}\` has no files for the format`);
  }
  const units: UnitTraits | null | undefined = descriptor[role];
  if (
    connection.format !== null &&
    needsMessages(connection.format.name, units?.files === true) &&
    units?.messages !== true
  ) {
    problems.add(at(path, 'format'), `connector \`${descriptor.name}\` has no messages for the format`);
  }
  if (connection.format !== null) checkFormat(connection.format, role, at(path, 'format'), problems);
  return descriptor;
}

function checkFormat(format: FormatSpec, role: ConnectorRole, path: Path, problems: PlanProblems): void {
  const descriptor = formatNamed(format.name);
  if (!descriptor?.roles.includes(role)) {
    problems.add(at(path, 'name'), `this version has no format \`${format.name}\` for a ${role}`);
    return;
  }
  checkOptions(descriptor, role, format.options, at(path, 'options'), problems);
}

function checkOptions(
  owner: OptionOwner,
  role: ConnectorRole,
  values: OptionValues,
  path: Path,
  problems: PlanProblems,
): void {
  const names = optionNames(owner, role);
  for (const [name, value] of Object.entries(values)) {
    const spec = names.includes(name) ? owner.options[name] : undefined;
    if (spec === undefined) {
      problems.add(at(path, name), `a ${role} has no such option`);
      continue;
    }
    const text = literalText(value);
    if (text === undefined) continue;
    if (spec.type.kind === 'text' && spec.type.secret && typeof value !== 'object') {
      problems.add(at(path, name), 'a secret in clear text');
      continue;
    }
    const canonical = canonicalOptionText(spec.type, text);
    if (!canonical.ok) problems.add(at(path, name), `expected ${canonical.expected}`);
    else if (canonical.text !== text) problems.add(at(path, name), `expected the canonical text \`${canonical.text}\``);
  }
  for (const name of names) {
    if (owner.options[name]?.required === true && !Object.hasOwn(values, name)) {
      problems.add(path, `the option \`${name}\` is missing`);
    }
  }
}

/** The text that stands in the plan; a reference has none but its default. */
function literalText(value: OptionValue): string | undefined {
  if (typeof value !== 'object') return String(value);
  return 'env' in value ? value.default : undefined;
}
