/**
 * Reading untrusted JSON members: every access states the shape it needs, and a wrong one is a `FieldError` with its
 * path.
 */
import type { JsonValue } from '../connectors/connector.js';
import { isArray } from './sealed.js';

/** Never leaves the record decoders: they turn it into a reason. */
export class FieldError extends Error {}

export interface Fields {
  readonly path: string;
  readonly members: { readonly [name: string]: JsonValue };
}

/** An object with exactly these members. */
export function fields(value: JsonValue, path: string, names: readonly string[]): Fields {
  if (value === null || typeof value !== 'object' || isArray(value)) throw new FieldError(`${path} is not an object`);
  const found = Object.keys(value);
  const unknown = found.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new FieldError(`${path} has an unknown member ${JSON.stringify(unknown.slice(0, 40))}`);
  const missing = names.find((name) => !found.includes(name));
  if (missing !== undefined) throw new FieldError(`${path}.${missing} is missing`);
  return { path, members: value };
}

export function raw(from: Fields, name: string): JsonValue {
  return from.members[name] ?? null;
}

export function text(from: Fields, name: string, pattern: RegExp): string {
  const value = raw(from, name);
  if (typeof value !== 'string' || !pattern.test(value)) throw new FieldError(`${from.path}.${name} is malformed`);
  return value;
}

export function count(from: Fields, name: string, max: number = Number.MAX_SAFE_INTEGER): number {
  const value = raw(from, name);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || Object.is(value, -0) || value > max)
    throw new FieldError(`${from.path}.${name} is not a whole number`);
  return value;
}

export function flag(from: Fields, name: string): boolean {
  const value = raw(from, name);
  if (typeof value !== 'boolean') throw new FieldError(`${from.path}.${name} is not true or false`);
  return value;
}

const INTEGER = /^(?:0|-?[1-9][0-9]{0,18})$/u;

/** A 64-bit integer as text. */
export function integer(from: Fields, name: string): bigint {
  const value = BigInt(text(from, name, INTEGER));
  if (BigInt.asIntN(64, value) !== value) throw new FieldError(`${from.path}.${name} is beyond 64 bits`);
  return value;
}

export function list(from: Fields, name: string, length_max: number): readonly JsonValue[] {
  const value = raw(from, name);
  if (value === null || !isArray(value) || value.length > length_max)
    throw new FieldError(`${from.path}.${name} is not a list of at most ${String(length_max)}`);
  return value;
}

export function itemPath(from: Fields, name: string, index: number): string {
  return `${from.path}.${name}[${String(index)}]`;
}
