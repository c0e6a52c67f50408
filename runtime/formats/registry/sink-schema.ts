/** The id that a sink writes in front of its records. */
import { registryError } from './messages.js';
import type { SchemaRegistry, SchemaToWrite } from './registry.js';

/** The same schema has the same id at every start. Rejects with a diagnostic if it is not there and may not be. */
export async function schemaIdOf(
  registry: SchemaRegistry,
  subject: string,
  schema: SchemaToWrite,
  register: boolean,
): Promise<number> {
  const known = await registry.lookup(subject, schema);
  if (known !== null) return known;
  if (register) return registry.register(subject, schema);
  throw registryError(
    'ESQL8655',
    { subject },
    { place: subject, facts: [`The schema: ${schema.text}`], hint: 'Register it, or remove `register = false`.' },
  );
}
