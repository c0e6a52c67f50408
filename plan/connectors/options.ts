/**
 * Options of connectors and formats. `decodeOptions` runs in the compiler: written values become the plan's canonical
 * ones and references stay references. `resolveOptions` runs when a job starts: references are looked up and every
 * value gets its type. Problems are data; option-problems.ts makes diagnostics of them.
 */
import type { OptionValue, OptionValues } from '../plan.js';
import type { ConnectorRole, OptionRules, OptionSpec, OptionSpecs, OptionType } from './descriptor.js';
import { canonicalOptionText, expectedOption, optionTextToValue, type OptionText } from './option-text.js';
import type { OptionsOfSpecs } from './option-types.js';
import { Secret } from './secret.js';

/** An option's value as it stands in a query, without its place. */
export type WrittenValue =
  | { readonly kind: 'text'; readonly text: string }
  /** `mode = upsert`: a choice without quotes. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** `30s`, `64MB` as written; any unit. */
  | { readonly kind: 'duration'; readonly text: string }
  | { readonly kind: 'size'; readonly text: string }
  | { readonly kind: 'env'; readonly name: string; readonly fallback: WrittenValue | null }
  | { readonly kind: 'secret'; readonly name: string };

export interface WrittenOption {
  readonly name: string;
  readonly value: WrittenValue;
}

/**
 * `at` is the index of the written option that is wrong, or null where none is (something is missing, or at run time).
 */
export type OptionProblem = { readonly option: string; readonly at: number | null } & (
  | { readonly kind: 'unknown'; readonly known: readonly string[] }
  | { readonly kind: 'missing'; readonly alternatives: readonly string[]; readonly neededBy: string | null }
  | { readonly kind: 'wrong_type' | 'out_of_range'; readonly expected: string; readonly found: string }
  | { readonly kind: 'secret_literal' }
  | { readonly kind: 'wrong_role'; readonly role: ConnectorRole }
  | { readonly kind: 'twice' }
  | { readonly kind: 'unresolved'; readonly reference: string }
);

/** What options belong to: a connector's or a format's descriptor. */
export interface OptionOwner<S extends OptionSpecs = OptionSpecs> {
  readonly options: S;
  readonly rules?: OptionRules;
}

export interface DecodedOptions {
  /** Canonical, in alphabetical order; only valid options. */
  readonly values: OptionValues;
  readonly problems: readonly OptionProblem[];
}

/** Written options to the plan's. All problems are reported; the values of faultless options are there even so. */
export function decodeOptions(
  owner: OptionOwner,
  role: ConnectorRole,
  written: readonly WrittenOption[],
): DecodedOptions {
  const values = new Map<string, OptionValue>();
  const problems: OptionProblem[] = [];
  const seen = new Set<string>();
  written.forEach(({ name, value }, at) => {
    const spec = specNamed(owner, name);
    if (spec === undefined) problems.push({ kind: 'unknown', option: name, at, known: optionNames(owner, role) });
    else if (!spec.roles.includes(role)) problems.push({ kind: 'wrong_role', option: name, at, role });
    else if (seen.has(name)) problems.push({ kind: 'twice', option: name, at });
    else {
      const decoded = decodeValue(spec.type, value);
      if (decoded.ok) values.set(name, decoded.value);
      else problems.push({ ...decoded.problem, option: name, at });
    }
    seen.add(name);
  });
  problems.push(...missingOptions(owner, role, seen, (name) => values.get(name) === false));
  return { values: sortedRecord(values), problems };
}

function specNamed(owner: OptionOwner, name: string): OptionSpec | undefined {
  return Object.hasOwn(owner.options, name) ? owner.options[name] : undefined;
}

/** The options that a role has, in the order of the descriptor. */
export function optionNames(owner: OptionOwner, role: ConnectorRole): readonly string[] {
  return Object.entries(owner.options).flatMap(([name, spec]) => (spec.roles.includes(role) ? [name] : []));
}

function sortedRecord(values: ReadonlyMap<string, OptionValue>): OptionValues {
  return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

type ValueProblem =
  | { readonly kind: 'wrong_type' | 'out_of_range'; readonly expected: string; readonly found: string }
  | { readonly kind: 'secret_literal' };
type DecodedValue<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: ValueProblem };

function decodeValue(type: OptionType, value: WrittenValue): DecodedValue<OptionValue> {
  if (value.kind === 'secret') return { ok: true, value: { secret: value.name } };
  if (value.kind === 'env') {
    if (value.fallback === null) return { ok: true, value: { env: value.name } };
    // An environment holds text only, so a default may be written the way the variable would be: env('PORT', '9999').
    const { fallback: written } = value;
    const fallback = written.kind === 'text' ? decodeText(type, written) : decodeValue(type, written);
    if (!fallback.ok) return fallback;
    // A reference as the default of a reference has no place in the plan.
    if (typeof fallback.value === 'object') {
      return notOfType(type, 'a reference inside a reference');
    }
    return { ok: true, value: { env: value.name, default: String(fallback.value) } };
  }
  if (!allowedKinds[type.kind].includes(value.kind)) return notOfType(type, writtenText(value));
  return decodeText(type, value);
}

/** Text in the spelling of the option's type, whatever kind of literal it stood in. */
function decodeText(
  type: OptionType,
  value: Exclude<WrittenValue, { kind: 'env' | 'secret' }>,
): DecodedValue<OptionValue> {
  if (type.kind === 'text' && type.secret) return { ok: false, problem: { kind: 'secret_literal' } };
  const text = value.kind === 'boolean' ? String(value.value) : value.text;
  const canonical = canonicalOptionText(type, value.kind === 'size' ? text.toUpperCase() : text);
  if (!canonical.ok) return { ok: false, problem: problemOf(canonical, writtenText(value)) };
  return { ok: true, value: type.kind === 'boolean' ? canonical.text === 'true' : canonical.text };
}

/** Literals are typed: a number in quotes is a string. */
const allowedKinds: { readonly [K in OptionType['kind']]: readonly WrittenValue['kind'][] } = {
  text: ['text'],
  path: ['text'],
  boolean: ['boolean'],
  integer: ['number'],
  duration: ['duration'],
  size: ['size', 'number'],
  choice: ['text', 'word'],
  character: ['text'],
  names: ['text', 'word'],
};

function notOfType(type: OptionType, found: string): { readonly ok: false; readonly problem: ValueProblem } {
  return { ok: false, problem: { kind: 'wrong_type', expected: expectedOption(type), found } };
}

function problemOf(text: OptionText & { ok: false }, found: string): ValueProblem {
  return { kind: text.problem, expected: text.expected, found };
}

const FOUND_LENGTH_MAX = 40;

function writtenText(value: WrittenValue): string {
  switch (value.kind) {
    case 'text':
      return `the string '${shortened(value.text)}'`;
    case 'boolean':
      return String(value.value);
    case 'word':
    case 'number':
    case 'duration':
    case 'size':
      return shortened(value.text);
    case 'env':
      return `env('${shortened(value.name)}')`;
    case 'secret':
      return `secret('${shortened(value.name)}')`;
  }
}

function shortened(text: string): string {
  return text.length <= FOUND_LENGTH_MAX ? text : `${text.slice(0, FOUND_LENGTH_MAX)}…`;
}

function missingOptions(
  owner: OptionOwner,
  role: ConnectorRole,
  given: ReadonlySet<string>,
  isOff: (name: string) => boolean,
): readonly OptionProblem[] {
  const problems: OptionProblem[] = [];
  const missing = (option: string, alternatives: readonly string[], neededBy: string | null): void => {
    problems.push({ kind: 'missing', option, at: null, alternatives, neededBy });
  };
  const names = optionNames(owner, role);
  for (const name of names) {
    if (owner.options[name]?.required === true && !given.has(name)) missing(name, [], null);
  }
  for (const group of owner.rules?.oneOf ?? []) {
    const [first, ...others] = group.filter((name) => names.includes(name));
    if (first !== undefined && !group.some((name) => given.has(name) && !isOff(name))) missing(first, others, null);
  }
  for (const [name, needed] of Object.entries(owner.rules?.needs ?? {})) {
    if (!names.includes(name) || !given.has(name) || isOff(name)) continue;
    for (const other of needed) if (!given.has(other)) missing(other, [], name);
  }
  return problems;
}

/** Looks references up; both give undefined for a name without a value. */
export interface ReferenceLookup {
  environment(name: string): string | undefined;
  secret(name: string): Promise<string | undefined>;
}

export type ResolvedOptions<T> =
  | {
      readonly ok: true;
      readonly options: T;
      /**
       * Every secret that was looked up. An option that is not secret by itself (a host, a path) may be given by
       * `secret(…)`; its value is a plain string then, and messages are to be passed through `redactSecrets`.
       */
      readonly secrets: readonly Secret[];
    }
  | { readonly ok: false; readonly problems: readonly OptionProblem[] };

/** The plan's options to typed ones, when a job starts. Options that are not given take their fallback, or null. */
export async function resolveOptions<S extends OptionSpecs, R extends ConnectorRole>(
  owner: OptionOwner<S>,
  role: R,
  values: OptionValues,
  references: ReferenceLookup,
): Promise<ResolvedOptions<OptionsOfSpecs<S, R>>> {
  const problems: OptionProblem[] = [];
  const secrets: Secret[] = [];
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    const spec = specNamed(owner, name);
    if (spec === undefined) {
      problems.push({ kind: 'unknown', option: name, at: null, known: optionNames(owner, role) });
    } else if (!spec.roles.includes(role)) {
      problems.push({ kind: 'wrong_role', option: name, at: null, role });
    } else {
      const found = await lookUp(spec.type, value, references);
      if (found.secret !== null) secrets.push(found.secret);
      if (found.ok) texts.set(name, found.text);
      else problems.push({ ...found.problem, option: name, at: null });
    }
  }
  const given = new Set(Object.keys(values));
  problems.push(...missingOptions(owner, role, given, (name) => texts.get(name) === 'false'));
  if (problems.length > 0) return { ok: false, problems };
  const entries = optionNames(owner, role).map((name) => [
    name,
    typedValue(owner.options[name], texts.get(name), secrets, values[name]),
  ]);
  // Built from the very specs that `OptionsOfSpecs` maps over, which TypeScript cannot follow through
  // `Object.fromEntries`.
  return { ok: true, options: Object.fromEntries(entries) as OptionsOfSpecs<S, R>, secrets };
}

function typedValue(
  spec: OptionSpec | undefined,
  text: string | undefined,
  secrets: readonly Secret[],
  value: OptionValue | undefined,
): unknown {
  const known = text ?? spec?.fallback ?? null;
  if (spec === undefined || known === null) return null;
  if (spec.type.kind !== 'text' || !spec.type.secret) return optionTextToValue(spec.type, known);
  const name = typeof value === 'object' && 'secret' in value ? value.secret : undefined;
  return secrets.find((secret) => secret.name === name) ?? new Secret(referenceText(value), known);
}

type LookedUp =
  | { readonly ok: true; readonly text: string; readonly secret: Secret | null }
  | {
      readonly ok: false;
      readonly problem: ValueProblem | { readonly kind: 'unresolved'; readonly reference: string };
      readonly secret: Secret | null;
    };

async function lookUp(type: OptionType, value: OptionValue, references: ReferenceLookup): Promise<LookedUp> {
  if (typeof value === 'string' || typeof value === 'boolean') {
    if (type.kind === 'text' && type.secret) return { ok: false, problem: { kind: 'secret_literal' }, secret: null };
    return checked(type, String(value), `'${shortened(String(value))}'`, null);
  }
  if ('secret' in value) {
    const text = await references.secret(value.secret);
    if (text === undefined) return unresolved(value);
    // The value itself never stands in a message.
    return checked(type, text, `something else in ${referenceText(value)}`, new Secret(value.secret, text));
  }
  const text = references.environment(value.env) ?? value.default;
  if (text === undefined) return unresolved(value);
  const secret = type.kind === 'text' && type.secret ? new Secret(value.env, text) : null;
  const shown = secret === null ? `'${shortened(text)}'` : 'something else';
  return checked(type, text, `${shown} in ${referenceText(value)}`, secret);
}

function checked(type: OptionType, text: string, found: string, secret: Secret | null): LookedUp {
  const canonical = canonicalOptionText(type, text);
  if (!canonical.ok) return { ok: false, problem: problemOf(canonical, found), secret };
  return { ok: true, text: canonical.text, secret };
}

function unresolved(value: OptionValue): LookedUp {
  return { ok: false, problem: { kind: 'unresolved', reference: referenceText(value) }, secret: null };
}

/** A reference as it is written; other values as text. */
export function referenceText(value: OptionValue | undefined): string {
  if (typeof value !== 'object') return String(value ?? '');
  if ('secret' in value) return `secret('${value.secret}')`;
  return value.default === undefined ? `env('${value.env}')` : `env('${value.env}', '${value.default}')`;
}

/** Options as texts for `SourceTraits.bounded`: a reference counts as given, with its default or empty. */
export function optionTexts(values: OptionValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value !== 'object') return [name, String(value)];
      return [name, 'env' in value ? (value.default ?? '') : ''];
    }),
  );
}
