/**
 * The published JSON Schema of plans: made from the codecs, so that it can't say anything else than the decoder does.
 */
import { jsonInOrder } from '../canonical-json.js';
import type { Definitions } from '../codec/codec.js';
import { planCodec } from '../codec/plan.js';
import { PLAN_VERSION } from '../plan.js';

/** JSON Schema, draft 2020-12, as canonical text: the content of docs/plan.schema.json. */
export function planSchemaText(): string {
  const definitions: Definitions = new Map();
  const root = planCodec.schema(definitions);
  return jsonInOrder({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'esql plan',
    description: `A compiled query, version ${String(PLAN_VERSION)}. Validation of the plan goes beyond this schema.`,
    ...root,
    $defs: Object.fromEntries(definitions),
  });
}
