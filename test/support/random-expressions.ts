/** Random typed expressions and batches from a seed, for holding the generated loops against the interpreter. */
import { castKind } from '../../plan/casts.js';
import type { ComparisonOperator, Expression } from '../../plan/expression.js';
import { scalarFunctions } from '../../plan/functions/index.js';
import { resolveCall } from '../../plan/functions/resolve.js';
import { valueToLiteral } from '../../plan/literals.js';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  INT,
  INTERVAL_MICROSECOND,
  JSON_TYPE,
  TIMESTAMP,
  TIMESTAMPTZ,
  typesEqual,
  VARBINARY,
  VARCHAR,
  type Schema,
  type SqlType,
} from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import type { ColumnBatch } from '../../runtime/columns/batch.js';
import { columnFromValues } from '../../runtime/columns/write.js';

/** Mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const TYPES: readonly SqlType[] = [
  BOOLEAN,
  INT,
  BIGINT,
  DOUBLE,
  decimal(9, 2),
  decimal(18, 4),
  decimal(18, 0),
  decimal(19, 0),
  decimal(25, 3),
  decimal(38, 10),
  VARCHAR,
  VARBINARY,
  JSON_TYPE,
  DATE,
  TIMESTAMP,
  TIMESTAMPTZ,
  INTERVAL_MICROSECOND,
];

export const SCHEMA: Schema = TYPES.map((type, index) => ({ name: `c${index}`, type, nullable: true }));

const TEXTS = [
  '',
  'a',
  'abc',
  'ABC',
  '12',
  '-7.5',
  'x'.repeat(40),
  'straße',
  '日本',
  '😀é',
  'true',
  '2026-01-31',
  '[1,2]',
];

export class Generator {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  bits(count: number): bigint {
    let value = 0n;
    for (let i = 0; i < count; i += 16) value = (value << 16n) | BigInt(this.below(65536));
    return BigInt.asIntN(count, value);
  }

  long(): bigint {
    switch (this.below(5)) {
      case 0:
        return this.pick([0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 31n]);
      case 1:
        return this.bits(64);
      default:
        return this.bits(this.pick([16, 32, 48]));
    }
  }

  value(type: SqlType): NonNullable<Value> {
    switch (type.kind) {
      case 'boolean':
        return this.chance(0.5);
      case 'int':
        return this.chance(0.2)
          ? this.pick([0, 1, -1, 2 ** 31 - 1, -(2 ** 31)])
          : Number(this.bits(this.pick([16, 32])));
      case 'date':
        return Number(this.bits(16));
      case 'double':
        return this.chance(0.3)
          ? this.pick([0, -0, NaN, Infinity, -Infinity, 1e308, 5e-324, 0.5, 2.5])
          : (this.#random() - 0.5) * 10 ** this.below(20);
      case 'decimal': {
        const limit = 10n ** BigInt(type.precision);
        if (this.chance(0.5)) return this.bits(16) % limit;
        return this.bits(144) % limit;
      }
      case 'bigint':
        return this.long();
      case 'timestamp':
      case 'timestamptz':
        return this.chance(0.9) ? this.bits(48) * 100n : this.long();
      case 'time':
        return (this.bits(48) & (2n ** 36n - 1n)) % 86_400_000_000n;
      case 'interval':
        return this.bits(this.pick([16, 48]));
      case 'varchar':
        return this.pick(TEXTS);
      case 'json':
        return this.pick(['1', '"a"', '{"a":[1,2,{"b":null}]}', '[true]', 'null']);
      case 'varbinary':
        return Uint8Array.from({ length: this.below(5) }, () => this.below(256));
    }
  }

  batch(options: { readonly nulls: boolean; readonly selection: boolean; readonly rows: number }): ColumnBatch {
    const columns = SCHEMA.map((field) =>
      columnFromValues(
        field.type,
        Array.from({ length: options.rows }, () => (options.nulls && this.chance(0.2) ? null : this.value(field.type))),
      ),
    );
    const selection = options.selection
      ? Int32Array.from(Array.from({ length: options.rows }, (_, row) => row).filter(() => this.chance(0.6)))
      : null;
    const weights = this.chance(0.5) ? Int32Array.from({ length: options.rows }, () => this.pick([1, -1, 3])) : null;
    return { rowCount: options.rows, columns, selection, weights, origin: null, ordinal_base: this.below(1000) };
  }

  type(): SqlType {
    return this.pick(TYPES);
  }

  expression(type: SqlType, depth: number): Expression {
    if (depth <= 0 || this.chance(0.1)) return this.leaf(type);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const found = this.#node(type, depth - 1);
      if (found !== undefined) return found;
    }
    return this.leaf(type);
  }

  leaf(type: SqlType): Expression {
    const index = SCHEMA.findIndex((field) => typesEqual(field.type, type));
    if (index >= 0 && this.chance(0.75)) return { kind: 'column', type, nullable: true, index, name: `c${index}` };
    const value = this.chance(0.1) ? null : this.value(type);
    return { kind: 'literal', type, nullable: value === null, value: valueToLiteral(value, type) };
  }

  #node(type: SqlType, depth: number): Expression | undefined {
    const base = { type, nullable: true };
    switch (this.below(8)) {
      case 0: {
        const branches = Array.from({ length: 1 + this.below(2) }, () => ({
          when: this.expression(BOOLEAN, depth),
          then: this.expression(type, depth),
        }));
        return { ...base, kind: 'case', branches, otherwise: this.expression(type, depth) };
      }
      case 1:
        return {
          ...base,
          kind: 'coalesce',
          operands: [this.expression(type, depth), this.expression(type, depth), this.leaf(type)],
        };
      case 2: {
        const from = this.type();
        if (castKind(from, type) === 'never') return undefined;
        return { ...base, kind: 'cast', mode: this.pick(['strict', 'try']), operand: this.expression(from, depth) };
      }
      case 3:
        return this.#call(type, depth);
      default:
        return type.kind === 'boolean' ? this.#boolean(depth) : this.#number(type, depth);
    }
  }

  #number(type: SqlType, depth: number): Expression | undefined {
    const base = { type, nullable: true };
    if (type.kind === 'double' && this.chance(0.1)) {
      return { ...base, nullable: false, kind: 'batch_value', value: 'random', site: 'q/1' };
    }
    if (type.kind === 'varchar' && this.chance(0.2)) {
      return { ...base, nullable: false, kind: 'batch_value', value: 'uuid', site: 'q/2' };
    }
    if (type.kind === 'timestamptz') return { ...base, nullable: false, kind: 'batch_value', value: 'now', site: '' };
    if (type.kind !== 'int' && type.kind !== 'bigint' && type.kind !== 'double' && type.kind !== 'decimal') {
      return undefined;
    }
    if (this.chance(0.15)) return { ...base, kind: 'negate', operand: this.expression(type, depth) };
    const decimals = TYPES.filter((candidate) => candidate.kind === 'decimal');
    const operandType = (): SqlType => (type.kind === 'decimal' ? this.pick(decimals) : type);
    return {
      ...base,
      kind: 'arithmetic',
      operator: this.pick(['add', 'subtract', 'multiply', 'divide', 'modulo']),
      left: this.expression(operandType(), depth),
      right: this.expression(operandType(), depth),
    };
  }

  #boolean(depth: number): Expression {
    const base = { type: BOOLEAN, nullable: true };
    const operand = this.type();
    switch (this.below(5)) {
      case 0:
        return {
          ...base,
          kind: 'logical',
          operator: this.pick(['and', 'or']),
          operands: Array.from({ length: 2 + this.below(2) }, () => this.expression(BOOLEAN, depth)),
        };
      case 1:
        return { ...base, kind: 'not', operand: this.expression(BOOLEAN, depth) };
      case 2:
        return { ...base, kind: 'is_null', negated: this.chance(0.5), operand: this.expression(operand, depth) };
      case 3:
        return {
          ...base,
          kind: 'in',
          negated: this.chance(0.5),
          operand: this.expression(operand, depth),
          list: Array.from({ length: this.pick([1, 3, 20]) }, () =>
            this.chance(0.2) ? this.expression(operand, depth - 1) : this.literal(operand),
          ),
        };
      default: {
        const operators: readonly ComparisonOperator[] = [
          'eq',
          'ne',
          'lt',
          'le',
          'gt',
          'ge',
          'distinct',
          'not_distinct',
        ];
        const left = this.expression(operand, depth);
        // The same expression on both sides now and then: common subexpressions.
        const right = this.chance(0.1) ? left : this.expression(operand, depth);
        return { ...base, kind: 'comparison', operator: this.pick(operators), left, right };
      }
    }
  }

  literal(type: SqlType): Expression {
    return { kind: 'literal', type, nullable: false, value: valueToLiteral(this.value(type), type) };
  }

  /** Any call of the catalogue whose result has the wanted type. */
  #call(type: SqlType, depth: number): Expression | undefined {
    const entry = this.pick(scalarFunctions);
    const overload = this.pick(entry.overloads);
    const given = overload.parameters.map((parameter) => {
      if (typeof parameter === 'object' || parameter === 'any') return type;
      return TYPES.find((candidate) => candidate.kind === parameter) ?? VARCHAR;
    });
    const resolved = resolveCall(entry.name, given);
    if (resolved.kind !== 'resolved' || !typesEqual(resolved.type, type)) return undefined;
    if (!resolved.argumentTypes.every((argument, i) => typesEqual(argument, given[i]!))) return undefined;
    return {
      type,
      nullable: true,
      kind: 'call',
      function: entry.name,
      arguments: given.map((argument) => this.expression(argument, depth)),
    };
  }
}
