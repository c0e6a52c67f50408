/**
 * The two scanners against the exact parser: rows, bad records with their messages, positions and ordinals must be the
 * same for every input. Valid records are made at random and then damaged; FUZZ_ITERATIONS sets how many inputs.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDecoder, type Kernel } from '../../runtime/formats/decoder.js';
import { bytesOf, column, decodeInto, emptyDecoded, source, type Decoded } from '../support/decoding.js';

const iterations = Number(process.env['FUZZ_ITERATIONS'] ?? 150);

const COLUMNS = [
  'flag BOOLEAN',
  'i INT',
  'id BIGINT NOT NULL',
  'd DOUBLE',
  'dec DECIMAL(12,3)',
  'wide DECIMAL(30,6)',
  's VARCHAR',
  'j JSON',
  'day DATE',
  'clock TIME',
  'ts TIMESTAMP',
  'tz TIMESTAMPTZ',
  'a_key_that_is_longer_than_sixteen_bytes VARCHAR',
  'pos BIGINT NOT NULL METADATA FROM offset',
  'line VARBINARY NOT NULL METADATA FROM raw',
] as const;
const SLOW_COLUMNS = ['bin VARBINARY', 'wait INTERVAL'] as const;

const digits = (max: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^(0|[1-9][0-9]{0,${String(max - 1)}})$`, 'u'));
const signed = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom('', '', '', '-'), text).map((parts) => parts.join(''));
const fraction = fc.constantFrom('', '', '.0', '.5', '.125', '.1234567', '.000001000', '.12345678901234567890');
const numbers = fc.oneof(
  signed(digits(6)),
  signed(digits(20)),
  fc.tuple(signed(digits(10)), fraction).map((parts) => parts.join('')),
  fc.constantFrom('1e3', '1E-2', '0.0e5', '-0', '-0.0', '9223372036854775807', '1767225600123', '01', '1.', '-', '1e'),
);
const text = fc.oneof(
  fc.stringMatching(/^[a-z ]{0,40}$/u),
  fc.string({ unit: 'binary', maxLength: 20 }).map((value) => JSON.stringify(value).slice(1, -1)),
  fc.constantFrom('\\u0041\\ud83c\\udf88', '\\ud83c', '\\n\\t\\"', 'é🎈', 'AP8=', '90s', '"', '\t', '\\x', '\\u12'),
);
const two = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((value) => String(value).padStart(2, '0'));
const date = fc
  .tuple(fc.constantFrom('2026', '1969', '2024', '0001', '9999', '0000', '2300'), two(0, 13), two(0, 32))
  .map((parts) => parts.join('-'));
const clock = fc
  .tuple(two(0, 24), two(0, 60), two(0, 60), fc.constantFrom('', '', '.1', '.123', '.123456', '.1234567', '.'))
  .map(([hour, minute, second, rest]) => `${hour}:${minute}:${second}${rest}`);
const zone = fc.constantFrom('', 'Z', 'Z', '+02:00', '-05:30', '+15:59', '+16:00', '+0200', '+02', 'z');
const stamp = fc.tuple(date, fc.constantFrom('T', 'T', ' ', 't', 'x'), clock, zone).map((parts) => parts.join(''));
const strings = fc.oneof(text, date, clock, stamp).map((value) => `"${value}"`);
const plain = fc.oneof(
  { weight: 4, arbitrary: numbers },
  { weight: 6, arbitrary: strings },
  { weight: 2, arbitrary: fc.constantFrom('true', 'false', 'null') },
  { weight: 1, arbitrary: fc.constantFrom('{}', '[]', '{"id":1}', '[1,{"a":[null]}]', '[1,', 'nul', '') },
);

/**
 * Strings with escapes and characters beyond ASCII, short and longer than what SIMD reads at once; one piece is wrong.
 */
const pieces = fc
  .array(
    fc.constantFrom(
      'a',
      'plain ',
      'sixteen letters.',
      'é',
      '🎈',
      '\\n',
      '\\"',
      '\\\\',
      '\\/',
      '\\u00e9',
      '\\ud83c\\udf88',
      '\\u0041',
    ),
    { maxLength: 8 },
  )
  .map((list) => `"${list.join('')}"`);
const wrongPieces = fc
  .tuple(
    pieces,
    fc.constantFrom(
      '\\ud83c',
      '\\udf88\\udf88',
      '\\ud83c\\ud83c',
      '\\ud83cx\\udf88',
      '\\x',
      '\\u12',
      '\\u00g0',
      '\u0001',
      '\\',
    ),
  )
  .map(([right, wrong]) => `${right.slice(0, -1)}${wrong}"`);
const goodDate = fc
  .tuple(fc.constantFrom('2026', '1969', '2024'), two(1, 12), two(1, 28))
  .map((parts) => parts.join('-'));
const goodClock = fc
  .tuple(two(0, 23), two(0, 59), two(0, 59), fc.constantFrom('', '.1', '.123', '.123456'))
  .map(([hour, minute, second, rest]) => `${hour}:${minute}:${second}${rest}`);
const goodStamp = fc.tuple(goodDate, goodClock).map((parts) => parts.join('T'));
const fitting: Readonly<Record<string, fc.Arbitrary<string>>> = {
  flag: fc.constantFrom('true', 'false'),
  i: signed(digits(9)),
  id: signed(digits(18)),
  d: numbers,
  dec: fc.tuple(signed(digits(9)), fc.constantFrom('', '.5', '.1250', '.1234')).map((parts) => parts.join('')),
  wide: fc.tuple(signed(digits(12)), fc.constantFrom('', '.5', '.123456')).map((parts) => parts.join('')),
  s: fc.oneof(
    text.map((value) => `"${value}"`),
    wrongPieces,
  ),
  j: plain,
  day: date.map((value) => `"${value}"`),
  clock: clock.map((value) => `"${value}"`),
  ts: fc.oneof(
    stamp.map((value) => `"${value}"`),
    signed(digits(15)),
  ),
  tz: fc.oneof(
    stamp.map((value) => `"${value}"`),
    fc.tuple(goodStamp, zone).map((parts) => `"${parts.join('')}"`),
    signed(digits(13)),
  ),
  a_key_that_is_longer_than_sixteen_bytes: text.map((value) => `"${value}"`),
  other: plain,
  'unknown, "quoted"': plain,
  bin: fc.constantFrom('"AP8="', '"*"'),
  wait: fc.constantFrom('"90s"', '"P1D"', '"x"'),
};
const names = Object.keys(fitting);

const member = fc
  .constantFrom(...names)
  .chain((name) =>
    fc
      .tuple(
        fc.constantFrom(':', ':', ':', ': ', ' : ', ':\t'),
        fc.oneof({ weight: 12, arbitrary: fitting[name] ?? plain }, { weight: 1, arbitrary: plain }),
      )
      .map(([colon, value]) => `${JSON.stringify(name)}${colon}${value}`),
  );
const gap = fc.constantFrom('', '', '', '', ' ', '\t', ' \r ');
const nestedScalars = fc.oneof(
  { weight: 4, arbitrary: pieces },
  {
    weight: 4,
    arbitrary: fc.constantFrom('0', '-1', '2.50', '1e5', '-0.5E-10', '12345678', '123456789012345678901.5'),
  },
  { weight: 2, arbitrary: fc.constantFrom('true', 'false', 'null') },
);
/** Objects and arrays with all that may stand in them. */
const { nested } = fc.letrec<{ nested: string; value: string; array: string; object: string }>((tie) => ({
  nested: fc.oneof(tie('array'), tie('object')),
  value: fc.oneof({ maxDepth: 4 }, nestedScalars, tie('array'), tie('object')),
  array: fc
    .tuple(gap, fc.array(tie('value'), { maxLength: 4 }), gap)
    .map(([before, list, after]) => `[${before}${list.join(`${after},${before}`)}${after}]`),
  object: fc
    .tuple(gap, fc.array(fc.tuple(pieces, tie('value')), { maxLength: 4 }), gap)
    .map(([before, list, after]) => {
      const inner = list.map(([name, value]) => `${name}${after}:${before}${value}`);
      return `{${before}${inner.join(`${before},${after}`)}${after}}`;
    }),
}));
const deep = fc
  .tuple(
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[{"b":[', ']}]']),
    fc.constantFrom(20, 62, 63, 64, 65),
    nestedScalars,
  )
  .map(([brackets, depth, value]) => `${brackets[0].repeat(depth)}${value}${brackets[1].repeat(depth)}`);
const wrongNested = fc.oneof(
  fc.constantFrom(
    '[1,]',
    '[,1]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{1:2}',
    '[1}',
    '{"a":1]',
    '[1 2]',
    '{"a" "b"}',
    '[[]',
  ),
  fc.constantFrom('[01]', '[1.]', '[-]', '[1e]', '[nul]', '[tru]', '[fals]', '["\u0001"]', '{"\\x":1}', '["\\u00"]'),
  wrongPieces.map((value) => `[${value}]`),
);
const rich = fc.oneof(
  { weight: 6, arbitrary: nested },
  { weight: 3, arbitrary: pieces },
  { weight: 2, arbitrary: deep },
  { weight: 2, arbitrary: fc.oneof(wrongNested, wrongPieces) },
);

/** Values that the scanners take without help: a record of these with one or two others goes deep into them. */
const letters = fc.stringMatching(/^[a-z ]{0,40}$/u).map((value) => `"${value}"`);
const good: Readonly<Record<string, fc.Arbitrary<string>>> = {
  flag: fc.constantFrom('true', 'false', 'null'),
  i: signed(digits(9)),
  id: signed(digits(18)),
  d: fc.tuple(signed(digits(8)), fc.constantFrom('', '.5', '.125', '.0000001')).map((parts) => parts.join('')),
  dec: fc.tuple(signed(digits(9)), fc.constantFrom('', '.5', '.125')).map((parts) => parts.join('')),
  wide: fc.tuple(signed(digits(11)), fc.constantFrom('', '.5', '.123456')).map((parts) => parts.join('')),
  s: fc.oneof(letters, pieces),
  j: fc.oneof(letters, pieces, nested, signed(digits(9)), fc.constantFrom('true', '1.5', 'null')),
  day: goodDate.map((value) => `"${value}"`),
  clock: goodClock.map((value) => `"${value}"`),
  ts: goodStamp.chain((value) => fc.constantFrom(`"${value}"`, `"${value}Z"`, '1767225600123')),
  tz: goodStamp.chain((value) => fc.constantFrom(`"${value}Z"`, `"${value}+02:00"`, `"${value}-05:30"`, '-5')),
  a_key_that_is_longer_than_sixteen_bytes: fc.oneof(letters, pieces),
  other: fc.oneof(letters, rich, signed(digits(9)), fc.constantFrom('true', 'false', 'null', '-0.5', '1e-7')),
};
const goodMembers = fc.tuple(
  ...Object.entries(good).map(([name, value]) => value.map((each) => [name, each] as const)),
);
/** A change of one member: another value, the member twice, left out, or at another place. */
const change = fc.tuple(fc.nat(13), fc.nat(5), fc.nat(13), fc.oneof(plain, rich));
const inOrder = fc.tuple(goodMembers, fc.array(change, { maxLength: 2 })).chain(([entries, changes]) => {
  const list = entries.map(([name, value]) => fc.constant<string>(`${JSON.stringify(name)}:${value}`));
  for (const [at, kind, to, odd] of changes) {
    const [name, value] = entries[at] ?? ['', ''];
    const key = JSON.stringify(name);
    if (kind === 0) list[at] = fc.constant(`${key}:${odd}`);
    else if (kind <= 2) list[at] = (fitting[name] ?? plain).map((fit) => `${key}:${fit}`);
    else if (kind === 3) list.splice(to, 0, fc.constantFrom(`${key}:${value}`, `${key}:null`, `${key}:0`));
    else if (kind === 4) list.splice(at, 1);
    else list.splice(to, 0, ...list.splice(at, 1));
  }
  return fc.tuple(...list);
});
const members = fc.oneof(
  { weight: 5, arbitrary: inOrder },
  { weight: 1, arbitrary: fc.array(member, { maxLength: 16 }) },
);
const record = fc
  .tuple(
    members,
    fc.constantFrom(',', ',', ',', ',', ',', ',', ', ', ' ,'),
    fc.constantFrom('', '', '', '', '', '\r', ' ', 'x', '}'),
  )
  .map(([list, comma, tail]) => `{${list.join(comma)}}${tail}`);
const line = fc.oneof(
  { weight: 20, arbitrary: record },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\r', '[1]') },
);

/** A damage at a random place: a byte changed, cut out or doubled. */
const damage = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  fc.integer({ min: 0, max: 255 }),
  fc.nat(3),
);
const rarely = fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: damage });
const input = fc
  .tuple(
    fc.array(fc.tuple(line, rarely), { minLength: 1, maxLength: 12 }),
    fc.boolean(),
    fc.constantFrom('', '', '', '\uFEFF'),
  )
  .map(([lines, terminated, mark]) => {
    const parts = lines.map(([content, harm], index) => {
      const last = index === lines.length - 1 && !terminated;
      const bytes = bytesOf(`${index === 0 ? mark : ''}${content}${last ? '' : '\n'}`);
      return harm === null ? bytes : harmed(bytes, harm);
    });
    return new Uint8Array(Buffer.concat(parts));
  });

function harmed(bytes: Uint8Array, [where, byte, kind]: readonly [number, number, number]): Uint8Array {
  const at = Math.floor(where * bytes.length);
  const copy = Array.from(bytes);
  if (kind === 0) copy.splice(at, 1);
  else if (kind === 1) copy.splice(at, 0, byte);
  else if (kind === 2) copy[at] = byte;
  else copy.splice(at);
  return Uint8Array.from(copy);
}

function decode(columns: readonly string[], bytes: Uint8Array, kernel: Kernel, cuts: readonly number[]): Decoded {
  const decoder = createDecoder(source(columns), { kernel });
  const types = columns.map((each) => column(each).field.type);
  const result = emptyDecoded();
  decoder.begin();
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    const end = cut === bytes.length ? cut : decoder.framing.lastRecordEnd(bytes, start, cut);
    if (end > start) decodeInto(result, decoder, types, bytes.slice(start, end), start);
    start = Math.max(start, end);
  }
  return { ...result, batches: [] };
}

test.each([
  ['columns of the fast path', COLUMNS],
  ['a column that is never on the fast path', [...SLOW_COLUMNS, ...COLUMNS]],
  ['few columns', ['id BIGINT NOT NULL', 's VARCHAR']],
  ['no column', ['pos BIGINT NOT NULL METADATA FROM offset']],
] as const)('scanners and exact parser agree: %s', (_, columns) => {
  fc.assert(
    fc.property(input, fc.array(fc.nat(4000), { maxLength: 3 }), (bytes, marks) => {
      const expected = decode(columns, bytes, 'exact', []);
      const cuts = marks.map((mark) => mark % (bytes.length + 1)).sort((a, b) => a - b);
      for (const kernel of ['twin', 'simd'] as const) {
        expect(decode(columns, bytes, kernel, [])).toEqual(expected);
        expect(decode(columns, bytes, kernel, cuts)).toEqual(expected);
      }
    }),
    { numRuns: iterations },
  );
});
