/** The id of a sink's schema, and how it stands in front of records. */
import { registryError } from './messages.js';
import type { SchemaRegistry, SchemaToWrite } from './registry.js';

/** What stands in front of a record: a zero byte and the id of its schema, big-endian. */
export function idFrame(id: number): Uint8Array {
  return new Uint8Array([0, id >>> 24, (id >>> 16) & 255, (id >>> 8) & 255, id & 255]);
}

/** Messages begin with the id of their schema. */
export interface RegisteredSchemas {
  readonly registry: SchemaRegistry;
  /** Null: as the sink calls it. */
  readonly subject: string | null;
  /** Whether a schema that is not there yet is registered. */
  readonly register: boolean;
}

/**
 * The same schema has the same id at every start. `fallback`: the subject, unless another is said. Rejects with a
 * diagnostic if the schema is not there and may not be.
 */
export async function schemaIdOf(
  { registry, subject: given, register }: RegisteredSchemas,
  fallback: string,
  schema: SchemaToWrite,
): Promise<number> {
  const subject = given ?? fallback;
  const known = await registry.lookup(subject, schema);
  if (known !== null) return known;
  if (register) return registry.register(subject, schema);
  throw registryError(
    'ESQL8655',
    { subject },
    { place: subject, facts: [`The schema: ${schema.text}`], hint: 'Register it, or remove `register = false`.' },
  );
}
