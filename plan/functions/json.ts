/**
 * JSON. Text that is not JSON leads nowhere: JSON_VALUE and JSON_QUERY are NULL then and JSON_EXISTS is FALSE, the
 * standard's ON ERROR defaults. Numbers keep their digits as written.
 */
import { valueToPlainText } from '../casts.js';
import {
  isJsonText,
  jsonChild,
  jsonKindAt,
  jsonLength,
  jsonScalarText,
  wholeJson,
  type JsonKind,
  type JsonPart,
} from '../json-text.js';
import { BIGINT, BOOLEAN, JSON_TYPE, VARCHAR, type SqlType } from '../types.js';
import type { Value } from '../values.js';
import { clampPosition } from './characters.js';
import { called, checkLength, fail, strict } from './declare.js';
import type { CallTypes, FunctionOverload, ParameterType, ScalarFunction } from './function.js';
import { followPath } from './json-path.js';

function find(text: string, path: string): JsonPart | undefined {
  const whole = wholeJson(text);
  return whole === undefined ? undefined : followPath(text, whole, path);
}

function isScalar(kind: JsonKind): boolean {
  return kind !== 'object' && kind !== 'array';
}

function scalarAt(text: string, part: JsonPart | undefined): string | null {
  if (part === undefined) return null;
  const kind = jsonKindAt(text, part);
  return kind === 'null' || !isScalar(kind) ? null : jsonScalarText(text, part);
}

/** `->>`: a scalar's text, a container's JSON, NULL for null. */
function textAt(text: string, part: JsonPart | undefined): string | null {
  if (part === undefined || jsonKindAt(text, part) === 'null') return null;
  return jsonScalarText(text, part);
}

function childOf(text: string, key: string | bigint): JsonPart | undefined {
  const whole = wholeJson(text);
  return whole && jsonChild(text, whole, typeof key === 'string' ? key : clampPosition(key));
}

function partText(text: string, part: JsonPart | undefined): string | null {
  return part === undefined ? null : text.slice(part.start, part.end);
}

/** The same for JSON and for VARCHAR that holds JSON. */
function forBoth(
  rest: readonly ('varchar' | 'bigint')[],
  returns: SqlType,
  evaluate: (text: string, rest: readonly (string | bigint)[]) => Value,
  mayReturnNull: boolean,
): readonly FunctionOverload[] {
  return (['json', 'varchar'] as const).map((kind) =>
    strict(
      [kind, ...rest] as readonly ParameterType[],
      returns,
      // The parameters are text and whole numbers, as declared in `rest`.
      ([text, ...others]) => evaluate(text as string, others as readonly (string | bigint)[]),
      { mayReturnNull },
    ),
  );
}

const KINDS: ReadonlyMap<string, (kind: JsonKind) => boolean> = new Map([
  ['VALUE', () => true],
  ['OBJECT', (kind: JsonKind) => kind === 'object'],
  ['ARRAY', (kind: JsonKind) => kind === 'array'],
  ['SCALAR', isScalar],
]);

function isJson(text: string, wanted = 'VALUE'): boolean {
  const accepts = KINDS.get(wanted.toUpperCase());
  if (accepts === undefined) return fail('invalid_argument', `'${wanted}' is not VALUE, OBJECT, ARRAY or SCALAR`);
  const whole = wholeJson(text);
  return whole !== undefined && accepts(jsonKindAt(text, whole));
}

/** A value as JSON: numbers and booleans bare, JSON as it is, everything else as a string. */
export function toJson(value: Value, type: SqlType): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'decimal':
      return valueToPlainText(value, type);
    case 'double':
      return Number.isFinite(value) ? String(Object.is(value, -0) ? '-0' : value) : 'null';
    case 'json':
      return value as string;
    case 'timestamp':
    case 'timestamptz':
      return JSON.stringify(valueToPlainText(value, type).replace(' ', 'T').replace(/\+00$/u, 'Z'));
    case 'varchar':
    case 'varbinary':
    case 'date':
    case 'time':
    case 'interval':
      return JSON.stringify(valueToPlainText(value, type));
  }
}

function jsonAt(values: readonly Value[], types: CallTypes, index: number): string {
  return toJson(values[index] ?? null, types.argumentTypes[index] ?? VARCHAR);
}

function jsonObject(values: readonly Value[], types: CallTypes): string {
  if (values.length % 2 !== 0) return fail('invalid_argument', 'JSON_OBJECT takes pairs of name and value');
  const members: string[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const name = values[i] ?? null;
    if (name === null) return fail('invalid_argument', 'a name in JSON_OBJECT is NULL');
    const key = JSON.stringify(valueToPlainText(name, types.argumentTypes[i] ?? VARCHAR));
    members.push(`${key}:${jsonAt(values, types, i + 1)}`);
  }
  return sized(`{${members.join(',')}}`);
}

function sized(text: string): string {
  checkLength(text.length);
  return text;
}

function arrayLength(text: string): bigint {
  const whole = wholeJson(text);
  if (whole === undefined || jsonKindAt(text, whole) !== 'array') {
    return fail('invalid_argument', 'JSON_ARRAY_LENGTH of something else than an array');
  }
  return BigInt(jsonLength(text, whole));
}

const readingFunctions: readonly ScalarFunction[] = [
  {
    name: 'JSON_VALUE',
    aliases: [],
    category: 'json',
    doc: 'The scalar at a path, as text; NULL if there is none, if it is null, an object or an array.',
    example: { sql: `JSON_VALUE('{"a":{"b":[10,20]}}', '$.a.b[1]')`, result: "'20'" },
    spark: { template: 'get_json_object($1, $2)' },
    overloads: forBoth(['varchar'], VARCHAR, (text, [path]) => scalarAt(text, find(text, String(path))), true),
  },
  {
    name: 'JSON_QUERY',
    aliases: ['JSON_EXTRACT'],
    category: 'json',
    doc: 'The value at a path, as JSON; NULL if there is none.',
    example: { sql: `JSON_QUERY('{"a":{"b":[10,20]}}', '$.a.b')`, result: "'[10,20]'" },
    spark: { unsupported: 'get_json_object unquotes strings' },
    overloads: forBoth(['varchar'], JSON_TYPE, (text, [path]) => partText(text, find(text, String(path))), true),
  },
  {
    name: 'JSON_EXISTS',
    aliases: [],
    category: 'json',
    doc: 'Whether a path leads to a value (null counts).',
    example: { sql: `JSON_EXISTS('{"a":null}', '$.a')`, result: 'TRUE' },
    spark: { unsupported: 'Spark has no test that tells null from nothing' },
    overloads: forBoth(['varchar'], BOOLEAN, (text, [path]) => find(text, String(path)) !== undefined, false),
  },
  {
    name: 'JSON_GET',
    aliases: [],
    category: 'json',
    doc: 'What `x -> key` means: the member of that name or the element of that index (from 0), as JSON.',
    example: { sql: `JSON_GET('{"a":"x"}', 'a')`, result: `'"x"'` },
    spark: { unsupported: 'Spark has no -> for JSON text' },
    overloads: [
      ...forBoth(['varchar'], JSON_TYPE, (text, [key = '']) => partText(text, childOf(text, key)), true),
      ...forBoth(['bigint'], JSON_TYPE, (text, [key = 0n]) => partText(text, childOf(text, key)), true),
    ],
  },
  {
    name: 'JSON_GET_TEXT',
    aliases: [],
    category: 'json',
    doc: 'What `x ->> key` means: like `->`, but as text without quotes; NULL for null.',
    example: { sql: `JSON_GET_TEXT('{"a":"x"}', 'a')`, result: "'x'" },
    spark: { unsupported: 'Spark has no ->> for JSON text' },
    overloads: [
      ...forBoth(['varchar'], VARCHAR, (text, [key = '']) => textAt(text, childOf(text, key)), true),
      ...forBoth(['bigint'], VARCHAR, (text, [key = 0n]) => textAt(text, childOf(text, key)), true),
    ],
  },
  {
    name: 'JSON_ARRAY_LENGTH',
    aliases: [],
    category: 'json',
    doc: 'How many elements an array has.',
    example: { sql: `JSON_ARRAY_LENGTH('[1,[2,3]]')`, result: '2' },
    spark: { template: 'json_array_length($1)' },
    overloads: forBoth([], BIGINT, arrayLength, false),
  },
  {
    name: 'JSON_TYPEOF',
    aliases: ['JSON_TYPE'],
    category: 'json',
    doc: 'object, array, string, number, boolean or null.',
    example: { sql: `JSON_TYPEOF('[1]')`, result: "'array'" },
    spark: { unsupported: 'Spark has no function for it' },
    overloads: forBoth(
      [],
      VARCHAR,
      (text) => {
        const whole = wholeJson(text);
        return whole === undefined ? fail('invalid_argument', 'the text is not JSON') : jsonKindAt(text, whole);
      },
      false,
    ),
  },
  {
    name: 'IS_JSON',
    aliases: ['JSON_VALID'],
    category: 'json',
    doc: '`x IS JSON [VALUE | OBJECT | ARRAY | SCALAR]`: whether the text is JSON of that kind.',
    example: { sql: `IS_JSON('[1,2]', 'ARRAY')`, result: 'TRUE' },
    spark: { unsupported: 'Spark has no IS JSON' },
    overloads: [
      ...forBoth([], BOOLEAN, (text) => isJson(text), false),
      ...forBoth(['varchar'], BOOLEAN, (text, [kind]) => isJson(text, String(kind)), false),
    ],
  },
];

export const jsonFunctions: readonly ScalarFunction[] = [
  ...readingFunctions,
  {
    name: 'PARSE_JSON',
    aliases: ['JSON_PARSE'],
    category: 'json',
    doc: 'The text as JSON; an error of the record if it is not.',
    example: { sql: "PARSE_JSON('[1]')", result: "'[1]'" },
    spark: { template: 'parse_json($1)' },
    overloads: [
      strict(['varchar'], JSON_TYPE, ([text]) =>
        isJsonText(text) ? text : fail('invalid_argument', 'the text is not JSON'),
      ),
    ],
  },
  {
    name: 'TO_JSON',
    aliases: [],
    category: 'json',
    doc: 'The value as JSON: numbers and booleans bare, NaN and infinities as null, everything else as a string.',
    example: { sql: "TO_JSON('a\"b')", result: `'"a\\"b"'` },
    spark: { unsupported: 'Spark’s to_json takes structures only' },
    overloads: [strict(['any'], JSON_TYPE, (values, types) => sized(jsonAt(values, types, 0)))],
  },
  {
    name: 'JSON_OBJECT',
    aliases: ['JSON_BUILD_OBJECT'],
    category: 'json',
    doc: 'An object of names and values in turn.',
    example: { sql: "JSON_OBJECT('a', 1, 'b', NULL)", result: `'{"a":1,"b":null}'` },
    spark: { unsupported: 'Spark’s to_json leaves NULLs out' },
    overloads: [called(['any', 'any'], JSON_TYPE, jsonObject, { variadic: true })],
  },
  {
    name: 'JSON_ARRAY',
    aliases: ['JSON_BUILD_ARRAY'],
    category: 'json',
    doc: 'An array of the arguments.',
    example: { sql: "JSON_ARRAY(1, 'a', NULL)", result: `'[1,"a",null]'` },
    spark: { unsupported: 'Spark’s arrays have one type of element' },
    overloads: [
      called(
        ['any'],
        JSON_TYPE,
        (values, types) => sized(`[${values.map((_, index) => jsonAt(values, types, index)).join(',')}]`),
        { variadic: true },
      ),
    ],
  },
];
