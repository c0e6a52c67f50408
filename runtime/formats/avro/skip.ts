/** Goes over values that nobody reads, which also tells where a record ends. */
import type { AvroType } from '../../../plan/formats/avro/schema.js';
import { RecordError } from '../../../plan/values.js';
import { cutOff, type AvroCursor } from './cursor.js';

/** A recursive schema may nest as deep as its records like; the stack may not. */
const DEPTH_MAX = 1000;

/** Types whose values take no bytes: of them any number may be announced, and none has to be looked at. */
const empty = new WeakMap<AvroType, boolean>();

export function skipAvro(type: AvroType, cursor: AvroCursor, depth = 0): void {
  if (depth > DEPTH_MAX) {
    throw new RecordError('too_deep', `expected at most ${String(DEPTH_MAX)} levels, found more`);
  }
  switch (type.kind) {
    case 'null':
      return;
    case 'boolean':
      cursor.boolean();
      return;
    case 'int':
    case 'long':
      cursor.long();
      return;
    case 'float':
      cursor.take(4);
      return;
    case 'double':
      cursor.take(8);
      return;
    case 'bytes':
    case 'string':
      cursor.take(cursor.length());
      return;
    case 'fixed':
      cursor.take(type.size);
      return;
    case 'enum':
      cursor.index(type.symbols.length);
      return;
    case 'union':
      skipAvro(type.branches[cursor.index(type.branches.length)]!, cursor, depth + 1);
      return;
    case 'record':
      for (const field of type.fields) skipAvro(field.type, cursor, depth + 1);
      return;
    case 'array':
      skipBlocks(cursor, type.items, false, depth);
      return;
    case 'map':
      skipBlocks(cursor, type.values, true, depth);
      return;
  }
}

function skipBlocks(cursor: AvroCursor, item: AvroType, named: boolean, depth: number): void {
  const countsNothing = !named && isEmpty(item);
  for (;;) {
    const count = cursor.blockCount();
    if (count === 0) return;
    if (cursor.blockBytes >= 0) {
      cursor.take(cursor.blockBytes);
      continue;
    }
    if (countsNothing) continue;
    if (count > cursor.end - cursor.at) throw cutOff();
    for (let i = 0; i < count; i++) {
      if (named) cursor.take(cursor.length());
      skipAvro(item, cursor, depth + 1);
    }
  }
}

function isEmpty(type: AvroType): boolean {
  const known = empty.get(type);
  if (known !== undefined) return known;
  // A record that holds itself without end has no values at all.
  empty.set(type, false);
  const found =
    type.kind === 'null' ||
    (type.kind === 'fixed' && type.size === 0) ||
    (type.kind === 'record' && type.fields.every((field) => isEmpty(field.type)));
  empty.set(type, found);
  return found;
}
