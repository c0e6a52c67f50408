/** Plan to its canonical JSON: the bytes that are reviewed, stored in checkpoints and fingerprinted. */
import { jsonInOrder } from './canonical-json.js';
import { planCodec } from './codec/plan.js';
import type { Plan } from './plan.js';

/** The only JSON text of this plan; ends with a newline. */
export function encodePlan(plan: Plan): string {
  return jsonInOrder(planCodec.encode(plan));
}
