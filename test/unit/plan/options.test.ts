import { inspect } from 'node:util';
import { expect, expectTypeOf, test } from 'vitest';
import type { ConnectorDescriptor, ConnectorRole, OptionSpecs } from '../../../plan/connectors/descriptor.js';
import {
  connectorNamed,
  connectors,
  isLaterConnector,
  type ConnectorNameOf,
  type OptionsOf,
} from '../../../plan/connectors/index.js';
import { metadataOrigin } from '../../../plan/connectors/metadata.js';
import { canonicalOptionText } from '../../../plan/connectors/option-text.js';
import { optionDiagnostic } from '../../../plan/connectors/option-problems.js';
import {
  decodeOptions,
  optionTexts,
  resolveOptions,
  type ReferenceLookup,
  type WrittenOption,
  type WrittenValue,
} from '../../../plan/connectors/options.js';
import { redactSecrets, Secret } from '../../../plan/connectors/secret.js';
import { formatNamed, formats, type FormatOptionsOf } from '../../../plan/formats/index.js';

const text = (value: string): WrittenValue => ({ kind: 'text', text: value });
const number = (value: string): WrittenValue => ({ kind: 'number', text: value });
const option = (name: string, value: WrittenValue): WrittenOption => ({ name, value });

const references: ReferenceLookup = {
  environment: (name) => ({ PORT: '9999', BAD: 'many', FOLLOW: 'true' })[name],
  secret: (name) => Promise.resolve(name === 'TOKEN' ? 'canary-4711' : undefined),
};

/** Has every type of option; none of the present connectors has a secret one. */
const owner = {
  options: {
    token: { type: { kind: 'text', secret: true }, required: true, fallback: null, roles: ['source'], doc: '' },
    every: { type: { kind: 'duration' }, required: false, fallback: '30s', roles: ['source'], doc: '' },
    size: { type: { kind: 'size' }, required: false, fallback: null, roles: ['source'], doc: '' },
    names: { type: { kind: 'names' }, required: false, fallback: null, roles: ['source'], doc: '' },
    count: {
      type: { kind: 'integer', min: 1n, max: 10n },
      required: false,
      fallback: null,
      roles: ['source'],
      doc: '',
    },
  },
} as const satisfies { options: OptionSpecs };

test('written options become canonical, in alphabetical order', () => {
  const written = [
    option('path', { kind: 'env', name: 'IN', fallback: text('a.jsonl') }),
    option('order', { kind: 'word', text: 'MODIFIED' }),
    option('follow', { kind: 'boolean', value: true }),
  ];
  const decoded = decodeOptions(connectors.file, 'source', written);
  expect(decoded).toEqual({
    values: { follow: true, order: 'modified', path: { env: 'IN', default: 'a.jsonl' } },
    problems: [],
  });
  expect(Object.keys(decoded.values)).toEqual(['follow', 'order', 'path']);
  expect(
    decodeOptions(connectors.file, 'sink', [
      option('path', text('x')),
      option('max_file_size', { kind: 'size', text: '2048kb' }),
    ]).values,
  ).toEqual({ max_file_size: '2MB', path: 'x' });
});

test.each<[ConnectorDescriptor, 'source' | 'sink', WrittenOption[], object]>([
  [connectors.file, 'source', [], { kind: 'missing', option: 'path', at: null }],
  [
    connectors.file,
    'source',
    [option('path', text('x')), option('folow', text('y'))],
    { kind: 'unknown', option: 'folow', at: 1 },
  ],
  [
    connectors.file,
    'source',
    [option('path', text('x')), option('__proto__', text('y'))],
    { kind: 'unknown', option: '__proto__' },
  ],
  [
    connectors.file,
    'source',
    [option('path', text('x')), option('commit', text('manifest'))],
    { kind: 'wrong_role', role: 'source' },
  ],
  [connectors.file, 'source', [option('path', text('x')), option('path', text('y'))], { kind: 'twice', at: 1 }],
  [
    connectors.file,
    'source',
    [option('path', number('5'))],
    { kind: 'wrong_type', expected: "a path such as 'data/orders.jsonl'", found: '5' },
  ],
  [
    connectors.file,
    'source',
    [option('path', text('x')), option('follow', text('true'))],
    { kind: 'wrong_type', found: "the string 'true'" },
  ],
  [
    connectors.file,
    'source',
    [option('path', text('x')), option('order', text('size'))],
    { kind: 'wrong_type', expected: "'name' or 'modified'" },
  ],
  [
    connectors.socket,
    'source',
    [option('host', text('h')), option('port', number('70000'))],
    { kind: 'out_of_range', expected: 'a whole number from 1 to 65535' },
  ],
  [
    connectors.socket,
    'source',
    [option('host', text('h')), option('port', number('1.5'))],
    { kind: 'wrong_type', found: '1.5' },
  ],
  [
    connectors.socket,
    'source',
    [option('host', text('h')), option('port', { kind: 'env', name: 'P', fallback: number('0') })],
    { kind: 'out_of_range' },
  ],
  [
    connectors.socket,
    'source',
    [option('host', text('h')), option('port', { kind: 'env', name: 'P', fallback: { kind: 'secret', name: 'S' } })],
    { kind: 'wrong_type' },
  ],
  [connectors.generate, 'source', [], { kind: 'missing', option: 'rows', alternatives: ['follow'] }],
  [
    connectors.generate,
    'source',
    [option('follow', { kind: 'boolean', value: false })],
    { kind: 'missing', option: 'rows' },
  ],
  [
    connectors.generate,
    'source',
    [option('follow', { kind: 'boolean', value: true })],
    { kind: 'missing', option: 'rate', neededBy: 'follow' },
  ],
])('%s problem %#', (descriptor, role, written, problem) => {
  const { problems } = decodeOptions(descriptor, role, written);
  expect(problems).toMatchObject([problem]);
  const diagnostic = optionDiagnostic(problems[0]!, `connector \`${descriptor.name}\``);
  expect(diagnostic.label).not.toMatch(/undefined|you\b|!/u);
});

test('an unknown option is answered with the nearest and all others', () => {
  const { problems } = decodeOptions(connectors.file, 'source', [
    option('path', text('x')),
    option('folow', text('y')),
  ]);
  const diagnostic = optionDiagnostic(problems[0]!, 'connector `file`', { place: 'here' });
  expect(diagnostic).toMatchObject({
    code: 'ESQL5010',
    place: 'here',
    label: 'connector `file` has no option `folow`',
    facts: ['Options of connector `file`: path, follow, order, compression.'],
    hint: '`follow` might be meant.',
  });
});

test('a secret is refused as a literal and hidden everywhere else', async () => {
  const literal = decodeOptions(owner, 'source', [option('token', text('canary-4711'))]);
  expect(literal.problems).toEqual([{ kind: 'secret_literal', option: 'token', at: 0 }]);
  expect(JSON.stringify(literal)).not.toContain('canary');
  const resolved = await resolveOptions(owner, 'source', { token: { secret: 'TOKEN' } }, references);
  if (!resolved.ok) throw new Error('expected options');
  const { token } = resolved.options;
  expect(token.reveal()).toBe('canary-4711');
  expect(resolved.secrets).toEqual([token]);
  const shown = [
    String(token),
    ['x', token].join(),
    JSON.stringify(resolved.secrets),
    inspect(resolved, { depth: 9, showHidden: true }),
  ];
  expect(shown.join()).not.toContain('canary');
  expect(shown.slice(0, 2)).toEqual(['***', 'x,***']);
  expect([JSON.stringify(token), inspect(token)]).toEqual(['"***"', '***']);
  expect(redactSecrets('login canary-4711 failed', resolved.secrets)).toBe('login *** failed');
  expect(redactSecrets('abcd abc', [new Secret('A', 'abc'), new Secret('B', 'abcd'), new Secret('C', '')])).toBe(
    '*** ***',
  );
  expect(await resolveOptions(owner, 'source', { token: 'canary-4711' }, references)).toEqual({
    ok: false,
    problems: [{ kind: 'secret_literal', option: 'token', at: null }],
  });
});

test('resolving gives every option its type', async () => {
  const values = { token: { secret: 'TOKEN' }, size: '64MB', names: 'a,b', count: '3' };
  const resolved = await resolveOptions(owner, 'source', values, references);
  expect(resolved).toMatchObject({
    ok: true,
    options: { every: 30_000_000n, size: 67_108_864, names: ['a', 'b'], count: 3 },
  });
  const socket = await resolveOptions(connectors.socket, 'source', { host: 'h', port: { env: 'PORT' } }, references);
  expect(socket).toMatchObject({
    ok: true,
    options: { host: 'h', port: 9999, framing: 'newline', ack: false },
    secrets: [],
  });
  expect(await resolveOptions(connectors.file, 'sink', { path: 'x' }, references)).toMatchObject({
    ok: true,
    options: { path: 'x', partition_by: null, max_file_size: 134_217_728, commit: 'manifest' },
  });
});

test.each([
  [
    { host: 'h', port: { env: 'NONE' } },
    { kind: 'unresolved', reference: "env('NONE')" },
  ],
  [
    { host: 'h', port: { env: 'BAD' } },
    { kind: 'wrong_type', found: "'many' in env('BAD')" },
  ],
  [
    { host: 'h', port: { secret: 'TOKEN' } },
    { kind: 'wrong_type', found: "something else in secret('TOKEN')" },
  ],
  [
    { host: 'h', port: { secret: 'NONE' } },
    { kind: 'unresolved', reference: "secret('NONE')" },
  ],
  [
    { host: 'h', port: '9999', other: 'x' },
    { kind: 'unknown', option: 'other' },
  ],
  [{ port: '9999' }, { kind: 'missing', option: 'host' }],
])('resolving %j', async (values, problem) => {
  const resolved = await resolveOptions(connectors.socket, 'source', values, references);
  expect(resolved).toMatchObject({ ok: false, problems: [problem] });
  expect(JSON.stringify(resolved)).not.toContain('canary');
});

test('a default is used only where the environment has nothing', async () => {
  const resolve = (name: string) =>
    resolveOptions(connectors.socket, 'source', { host: 'h', port: { env: name, default: '1' } }, references);
  expect(await resolve('PORT')).toMatchObject({ options: { port: 9999 } });
  expect(await resolve('NONE')).toMatchObject({ options: { port: 1 } });
});

test('the default of an environment variable may be written as the variable would be', () => {
  const written = (fallback: WrittenValue) =>
    decodeOptions(connectors.socket, 'source', [
      option('host', text('h')),
      option('port', { kind: 'env', name: 'PORT', fallback }),
    ]);
  for (const fallback of [text('9999'), number('9999')]) {
    expect(written(fallback)).toEqual({ values: { host: 'h', port: { env: 'PORT', default: '9999' } }, problems: [] });
  }
  expect(written(text('many')).problems).toMatchObject([{ kind: 'wrong_type', found: "the string 'many'" }]);
  expect(written(text('70000')).problems).toMatchObject([{ kind: 'out_of_range' }]);
  expect(decodeOptions(connectors.socket, 'source', [option('port', text('9999'))]).problems).toContainEqual(
    expect.objectContaining({ kind: 'wrong_type', option: 'port' }),
  );
  const secret: WrittenValue = { kind: 'env', name: 'TOKEN', fallback: text('canary') };
  expect(decodeOptions(owner, 'source', [option('token', secret)]).problems).toContainEqual(
    expect.objectContaining({ kind: 'secret_literal' }),
  );
});

test('single texts: what is canonical and what is refused', () => {
  const canonical = (type: Parameters<typeof canonicalOptionText>[0], value: string): string | null => {
    const found = canonicalOptionText(type, value);
    return found.ok ? found.text : null;
  };
  expect(canonical({ kind: 'character' }, '\\t')).toBe('\t');
  expect(canonical({ kind: 'character' }, 'ab')).toBeNull();
  expect(canonical({ kind: 'character' }, 'é')).toBeNull();
  expect(canonical({ kind: 'names' }, 'a, b')).toBe('a,b');
  expect(canonical({ kind: 'names' }, 'a,a')).toBeNull();
  expect(canonical({ kind: 'names' }, 'a,,b')).toBeNull();
  expect(canonical({ kind: 'path' }, '')).toBeNull();
  expect(canonical({ kind: 'path' }, 'a\0b')).toBeNull();
  expect(canonical({ kind: 'integer', min: 0n, max: 9n }, '007')).toBe('7');
  expect(canonical({ kind: 'integer', min: 0n, max: 9n }, '1e1')).toBeNull();
  expect(canonical({ kind: 'duration' }, '60s')).toBe('1m');
});

test('descriptors are consistent', () => {
  for (const [name, descriptor] of Object.entries<ConnectorDescriptor>(connectors)) {
    expect(descriptor.name).toBe(name);
    expect(descriptor.source ?? descriptor.sink).not.toBeNull();
    expect(descriptor.example).toContain(`'${name}'`);
    for (const field of descriptor.source?.metadata ?? []) expect(metadataOrigin(field.name)).toBeDefined();
    checkSpecs(descriptor.options, (role) => (descriptor[role] ?? null) !== null);
    for (const group of descriptor.rules?.oneOf ?? [])
      for (const item of group) expect(descriptor.options).toHaveProperty(item);
    for (const [key, items] of Object.entries(descriptor.rules?.needs ?? {})) {
      for (const item of [key, ...items]) expect(descriptor.options).toHaveProperty(item);
    }
  }
  for (const [name, descriptor] of Object.entries(formats)) {
    expect(descriptor.name).toBe(name);
    checkSpecs(descriptor.options, (role) => (descriptor.roles as readonly string[]).includes(role));
  }
});

function checkSpecs(specs: OptionSpecs, hasRole: (role: ConnectorRole) => boolean): void {
  for (const [name, spec] of Object.entries(specs)) {
    expect(name).toMatch(/^[a-z][a-z_]*$/u);
    expect(spec.roles.every(hasRole)).toBe(true);
    expect(spec.required && spec.fallback !== null).toBe(false);
    expect(spec.doc).toMatch(/^[A-Z].*\.$/u);
    if (spec.fallback !== null)
      expect(canonicalOptionText(spec.type, spec.fallback)).toEqual({ ok: true, text: spec.fallback });
  }
}

test('names that come later are told from unknown ones', () => {
  expect(isLaterConnector('nexmark')).toBe(true);
  expect(isLaterConnector('kafak')).toBe(false);
  expect(isLaterConnector('toString')).toBe(false);
  expect(connectorNamed('toString')).toBeUndefined();
  expect(formatNamed('constructor')).toBeUndefined();
  expect(formatNamed('csv')).toBe(formats.csv);
});

test('whether a source ends follows from its options', () => {
  expect(connectors.file.source.bounded(optionTexts({ path: 'x' }))).toBe(true);
  expect(connectors.file.source.bounded(optionTexts({ path: 'x', follow: true }))).toBe(false);
  expect(connectors.generate.source.bounded(optionTexts({ rows: { env: 'N' } }))).toBe(true);
  expect(connectors.generate.source.bounded(optionTexts({ follow: true, rate: '5' }))).toBe(false);
  expect(connectors.socket.source.bounded()).toBe(false);
});

test('option types', () => {
  expectTypeOf<OptionsOf<'file', 'source'>>().toEqualTypeOf<{
    readonly path: string;
    readonly follow: boolean;
    readonly order: 'name' | 'modified';
    readonly compression: 'none' | 'gzip';
  }>();
  expectTypeOf<OptionsOf<'file', 'sink'>['partition_by']>().toEqualTypeOf<readonly string[] | null>();
  expectTypeOf<OptionsOf<'generate'>['rows']>().toEqualTypeOf<number | null>();
  expectTypeOf<FormatOptionsOf<'csv'>['header']>().toEqualTypeOf<boolean>();
  expectTypeOf<ConnectorNameOf<'sink'>>().toEqualTypeOf<
    | 'file'
    | 'kafka'
    | 'eventhubs'
    | 'datalake'
    | 'blob'
    | 'hdfs'
    | 'sqlite'
    | 'mssql'
    | 'postgres'
    | 'console'
    | 'blackhole'
  >();
});

test.each<[string, WrittenOption[]]>([
  ['ESQL5010', [option('tokn', text('x'))]],
  ['ESQL5011', []],
  ['ESQL5012', [option('every', text('soon'))]],
  ['ESQL5013', [option('count', number('11'))]],
  ['ESQL5014', [option('token', text('canary-4711'))]],
  ['ESQL5016', [option('size', number('1')), option('size', number('2'))]],
])('%s is said without the value of a secret', (code, written) => {
  const said = decodeOptions(owner, 'source', written).problems.map((problem) => optionDiagnostic(problem, 'it'));
  expect(said.map((diagnostic) => diagnostic.code)).toContain(code);
  expect(inspect(said, { depth: 9 })).not.toContain('canary');
});

test('ESQL5015: an option of the other role', () => {
  const { problems } = decodeOptions(connectors.file, 'source', [
    option('path', text('x')),
    option('partition_by', text('y')),
  ]);
  expect(problems.map((problem) => optionDiagnostic(problem, 'it').code)).toEqual(['ESQL5015']);
});
