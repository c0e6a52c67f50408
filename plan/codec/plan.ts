/** The codec of a whole plan. */
import { planLimits } from '../limits.js';
import {
  PLAN_FORMAT,
  PLAN_VERSION,
  type Delivery,
  type DeliveryStep,
  type EmitPolicy,
  type Plan,
  type PlanSettings,
  type StreamPlan,
} from '../plan.js';
import { list, nullable, object, oneOf, text, textLike, union, type Codec } from './codec.js';
import { operatorCodec } from './operators.js';
import { count64, duration_us, name, operatorId } from './values.js';

const settings: Codec<PlanSettings> = object<PlanSettings>({
  checkpoint_us: nullable(duration_us),
  batch_us: duration_us,
  batch_bytes_max: count64,
  state_bytes_max: count64,
});

const guarantee = oneOf('exactly-once', 'at-least-once', 'at-most-once');

const deliveryStep: Codec<DeliveryStep> = object<DeliveryStep>({
  operator: operatorId,
  guarantee,
  because: text,
  mend: nullable(text),
});

const delivery: Codec<Delivery> = object<Delivery>({
  sink: operatorId,
  guarantee,
  steps: list(deliveryStep, 0, planLimits.operators),
});

type EmitOf<K> = Extract<EmitPolicy, { kind: K }>;
const emitPolicy: Codec<EmitPolicy> = union<'kind', EmitPolicy>('kind', {
  changes: object<EmitOf<'changes'>>({ kind: oneOf('changes') }),
  final: object<EmitOf<'final'>>({ kind: oneOf('final'), timeout_us: nullable(duration_us) }),
});

const stream: Codec<StreamPlan> = object<StreamPlan>({
  name,
  operator: operatorId,
  emit: emitPolicy,
  checkpoint_us: nullable(duration_us),
  sinks: list(operatorId, 0, planLimits.operators),
  delivery: list(delivery, 0, planLimits.operators),
});

export const planCodec: Codec<Plan> = object<Plan>({
  format: oneOf(PLAN_FORMAT),
  version: oneOf(PLAN_VERSION),
  compiler: textLike('a version', /^[\w.+-]{0,64}$/u),
  query: object<Plan['query']>({ name: text, sha256: textLike('64 hex digits', /^(?:[\da-f]{64})?$/u) }),
  settings,
  operators: list(operatorCodec, 0, planLimits.operators),
  streams: list(stream, 0, planLimits.streams),
});
