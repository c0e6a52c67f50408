/** Codecs of the small values that stand in operators and expressions. */
import type { FormatSpec, OptionValue, OptionValues, WindowSpec } from '../plan.js';
import { planLimits } from '../limits.js';
import { typeFromText, typeToText, type Field, type Schema, type SqlType } from '../types.js';
import { durationFromText, durationToText } from '../units.js';
import type { LiteralValue } from '../literals.js';
import {
  boolean,
  describeJson,
  integer,
  isJsonObject,
  list,
  object,
  oneOf,
  text,
  textLike,
  textOf,
  type Codec,
} from './codec.js';

/** Microseconds with a unit: `30s`; may be negative (a window's offset). Validation says where it must not be. */
export const duration_us: Codec<bigint> = textOf(
  'a duration such as "30s"',
  durationToText,
  (written) => {
    const negative = written.startsWith('-');
    const value_us = durationFromText(negative ? written.slice(1) : written);
    // One text per value: `60s` is `1m`.
    if (value_us === undefined || durationToText(negative ? -value_us : value_us) !== written) return undefined;
    return negative ? -value_us : value_us;
  },
  { pattern: '^-?\\d{1,20}(us|ms|s|m|h|d)$' },
);

/** A 64-bit integer that isn't negative, as digits. */
export const count64: Codec<bigint> = textOf(
  'digits of a 64-bit integer in a string',
  (value) => String(value),
  (digits) => {
    const value = /^(?:0|[1-9]\d{0,18})$/u.test(digits) ? BigInt(digits) : undefined;
    return value === undefined || value > 9_223_372_036_854_775_807n ? undefined : value;
  },
  { pattern: '^(0|[1-9]\\d{0,18})$' },
);

export const sqlType: Codec<SqlType> = textOf('a type such as "BIGINT" or "DECIMAL(12,2)"', typeToText, typeFromText);

/** Names of columns, sources, sinks and streams. */
export const name: Codec<string> = textLike('a name without control characters', /^[^\u0000-\u001f\u007f]{1,512}$/u);

/** `flights`, `per_airport/aggregate`: names of the query with a step of the plan behind a slash. */
export const operatorId: Codec<string> = textLike(
  'an operator id such as "per_airport/aggregate"',
  /^[^\u0000-\u001f\u007f]{1,1024}$/u,
);

export const columnIndex: Codec<number> = integer(0, planLimits.columns - 1);

export const field: Codec<Field> = object<Field>({ name, type: sqlType, nullable: boolean });
export const schema: Codec<Schema> = list(field, 0, planLimits.columns);

const literalSchema = { type: ['string', 'boolean', 'null'] } as const;

export const literalValue: Codec<LiteralValue> = {
  encode: (value) => value,
  decode(json, path, problems) {
    if (json === null || typeof json === 'string' || typeof json === 'boolean') return json;
    problems.wrong(path, 'a string, true, false or null', describeJson(json));
    return undefined;
  },
  schema: () => literalSchema,
};

const referenceName: Codec<string> = textLike('a name', /^[^\u0000-\u001f\u007f]{1,256}$/u);
const secretReference = object<{ readonly secret: string }>({ secret: referenceName });
const plainReference = object<{ readonly env: string }>({ env: referenceName });
const defaultedReference = object<{ readonly env: string; readonly default: string }>({
  env: referenceName,
  default: text,
});

/** References stay references. */
export const optionValue: Codec<OptionValue> = {
  encode(value) {
    if (typeof value !== 'object') return value;
    if ('secret' in value) return secretReference.encode(value);
    if (value.default === undefined) return plainReference.encode(value);
    return defaultedReference.encode({ env: value.env, default: value.default });
  },
  decode(json, path, problems) {
    if (typeof json === 'string' || typeof json === 'boolean') return json;
    if (!isJsonObject(json)) {
      problems.wrong(path, 'a string, true, false or a reference', describeJson(json));
      return undefined;
    }
    if (Object.hasOwn(json, 'secret')) return secretReference.decode(json, path, problems);
    const codec = Object.hasOwn(json, 'default') ? defaultedReference : plainReference;
    return codec.decode(json, path, problems);
  },
  schema: (definitions) => ({
    anyOf: [
      { type: ['string', 'boolean'] },
      secretReference.schema(definitions),
      plainReference.schema(definitions),
      defaultedReference.schema(definitions),
    ],
  }),
};

const OPTION_NAME = /^[a-z][a-z0-9_.]{0,63}$/u;

/** Options by name, in alphabetical order. */
export const optionValues: Codec<OptionValues> = {
  encode: (values) =>
    Object.fromEntries(
      Object.entries(values)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([key, value]) => [key, optionValue.encode(value)]),
    ),
  decode(json, path, problems) {
    if (!isJsonObject(json)) {
      problems.wrong(path, 'an object', describeJson(json));
      return undefined;
    }
    const values: [string, OptionValue][] = [];
    const members = Object.entries(json);
    for (const [key, member] of members) {
      if (problems.full) return undefined;
      const at = { parent: path, step: key };
      if (!OPTION_NAME.test(key)) {
        problems.wrong(at, 'the name of an option', 'this one');
        continue;
      }
      const value = optionValue.decode(member, at, problems);
      if (value !== undefined) values.push([key, value]);
    }
    // Sorted, so that decoding gives equal plans for equal bytes.
    values.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return values.length === members.length ? Object.fromEntries(values) : undefined;
  },
  schema: (definitions) => ({
    type: 'object',
    propertyNames: { pattern: OPTION_NAME.source },
    additionalProperties: optionValue.schema(definitions),
  }),
};

export const formatSpec: Codec<FormatSpec> = object<FormatSpec>({
  name: oneOf('json', 'csv', 'raw', 'parquet', 'avro', 'protobuf', 'debezium json'),
  options: optionValues,
});

export const windowSpec: Codec<WindowSpec> = object<WindowSpec>({
  size_us: duration_us,
  slide_us: duration_us,
  offset_us: duration_us,
});
