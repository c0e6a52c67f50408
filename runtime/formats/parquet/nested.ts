/** Lists, maps and groups as JSON text, with all digits: the spelling of values is that of FORMAT JSON. */
import type { SchemaTree } from 'hyparquet';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';
import { dateToText, decimalToText, doubleToText, timestampToText, timeToText } from '../../../plan/literals.js';
import { leafOf, type Leaf } from './leaf.js';
import { bytes, float16, integer, toMicroseconds, unscaled, unsigned, uuidText } from './physical.js';

/** Makes the text of a column's assembled values. */
export function nestedConverter(node: SchemaTree): (value: unknown) => string {
  const one = single(node);
  if (node.element.repetition_type !== 'REPEATED') return one;
  return (value) => list(value, one);
}

/** Whether a leaf below can't be spelled. */
export function unreadableLeaf(node: SchemaTree): Leaf | undefined {
  if (node.children.length === 0) {
    const leaf = leafOf(node.element);
    return leaf.kind === 'unknown' ? leaf : undefined;
  }
  if (node.element.logical_type?.type === 'VARIANT') return { kind: 'unknown', shown: 'VARIANT' };
  for (const child of node.children) {
    const found = unreadableLeaf(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function single(node: SchemaTree): (value: unknown) => string {
  const [first] = node.children;
  if (first === undefined) return scalar(leafOf(node.element));
  if (isListLike(node)) {
    // Three levels as the format asks for, or two as old writers do.
    const [inner] = first.children;
    const one = inner === undefined ? single(first) : nestedConverter(inner);
    return (value) => list(value, one);
  }
  if (isMapLike(node)) {
    const [, values] = first.children;
    const one = values === undefined ? (): string => 'null' : nestedConverter(values);
    return (value) => members(value, () => one);
  }
  const converters = new Map(node.children.map((child) => [child.element.name, nestedConverter(child)]));
  return (value) => members(value, (name) => converters.get(name));
}

function list(value: unknown, one: (value: unknown) => string): string {
  if (!Array.isArray(value)) return 'null';
  return `[${value.map((item) => orNull(item, one)).join(',')}]`;
}

function members(value: unknown, converterOf: (name: string) => ((value: unknown) => string) | undefined): string {
  if (typeof value !== 'object' || value === null) return 'null';
  const texts = Object.entries(value).map(([name, item]) => {
    const one = converterOf(name);
    return `${JSON.stringify(name)}:${one === undefined ? 'null' : orNull(item, one)}`;
  });
  return `{${texts.join(',')}}`;
}

function orNull(value: unknown, one: (value: unknown) => string): string {
  return value === null || value === undefined ? 'null' : one(value);
}

function scalar(leaf: Leaf): (value: unknown) => string {
  switch (leaf.kind) {
    case 'boolean':
      return (value) => (value === true ? 'true' : 'false');
    case 'integer':
      return (value) => String(leaf.signed ? integer(value) : unsigned(value, leaf.bits));
    case 'real':
      return (value) => real(Number(value));
    case 'float16':
      return (value) => real(float16(value));
    case 'decimal':
      return (value) => decimalToText(unscaled(value), leaf.scale);
    case 'date':
      return (value) => JSON.stringify(dateToText(Number(value)));
    case 'time':
      return (value) => JSON.stringify(timeToText(toMicroseconds(integer(value), leaf.unit)));
    case 'timestamp':
      return (value) => JSON.stringify(timestampToText(toMicroseconds(integer(value), leaf.unit)));
    case 'int96':
      return (value) => JSON.stringify(timestampToText(toMicroseconds(integer(value), 'nano')));
    case 'text':
    case 'json':
      // Decoded by the library, because names of maps have to be texts before they are put together.
      return (value) => JSON.stringify(value);
    case 'uuid':
      return (value) => JSON.stringify(uuidText(value));
    case 'bytes':
      return (value) => JSON.stringify(Buffer.from(bytes(value)).toString('base64'));
    case 'unknown':
      return () => 'null';
  }
}

function real(value: number): string {
  return Number.isFinite(value) ? doubleToText(value) : JSON.stringify(String(value));
}
