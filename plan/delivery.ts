/**
 * The guarantee from the sources to a sink, derived step by step. The compiler stores the result in the plan; EXPLAIN
 * DELIVERY prints it and ASSERT DELIVERY checks it.
 *
 * A chain is as strong as its weakest link: a source that can be read again (or whose records are in the write-ahead
 * log before they are processed), operators whose results depend on their input and the logged intent alone, and a sink
 * where delivering a result twice changes nothing.
 */
import { connectorNamed } from './connectors/index.js';
import { optionTexts } from './connectors/options.js';
import { sinkTraits } from './connectors/sink-traits.js';
import type {
  Delivery,
  DeliveryStep,
  Guarantee,
  Operator,
  OperatorId,
  OutputShape,
  SinkOperator,
  SourceOperator,
} from './plan.js';

const strength: Readonly<Record<Guarantee, number>> = { 'at-most-once': 0, 'at-least-once': 1, 'exactly-once': 2 };

export function isWeaker(a: Guarantee, b: Guarantee): boolean {
  return strength[a] < strength[b];
}

/**
 * The guarantee of links one after another. A link that can lose and one that can repeat together give no more than
 * at-most-once: what is lost is lost.
 */
export function weakestGuarantee(guarantees: readonly Guarantee[]): Guarantee {
  return guarantees.reduce(
    (weakest, guarantee) => (isWeaker(guarantee, weakest) ? guarantee : weakest),
    'exactly-once',
  );
}

/** The first step with the weakest guarantee, or null if every step is exactly-once. */
export function weakestStep(delivery: Delivery): DeliveryStep | null {
  if (delivery.guarantee === 'exactly-once') return null;
  return delivery.steps.find((step) => step.guarantee === delivery.guarantee) ?? null;
}

/**
 * Derives the guarantee of one sink. `operators` is the plan's list; steps come in its order, sources first, the sink
 * last.
 */
export function deriveDelivery(sink: SinkOperator, operators: readonly Operator[]): Delivery {
  const byId = new Map(operators.map((operator) => [operator.id, operator]));
  const upstream = upstreamOf(sink, byId);
  const inputShape = byId.get(sink.inputs[0]?.from ?? '')?.output ?? sink.output;
  const steps = [
    ...operators.flatMap((operator) =>
      operator.op === 'source' && upstream.has(operator.id) ? [sourceStep(operator)] : [],
    ),
    ...operators.flatMap((operator) => (upstream.has(operator.id) ? computeSteps(operator) : [])),
    sinkStep(sink, inputShape),
  ];
  return { sink: sink.id, guarantee: weakestGuarantee(steps.map((step) => step.guarantee)), steps };
}

function upstreamOf(sink: SinkOperator, byId: ReadonlyMap<OperatorId, Operator>): ReadonlySet<OperatorId> {
  const found = new Set<OperatorId>();
  const waiting = sink.inputs.map((input) => input.from);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(byId.get(id)?.inputs ?? []).map((input) => input.from));
  }
  return found;
}

function step(operator: OperatorId, guarantee: Guarantee, because: string, mend: string | null = null): DeliveryStep {
  return { operator, guarantee, because, mend };
}

function sourceStep(source: SourceOperator): DeliveryStep {
  const descriptor = connectorNamed(source.connector);
  const replayable = descriptor?.source?.replayable ?? 'logged';
  if (replayable === 'yes') {
    const logged = source.wal === 'full' ? ' and the write-ahead log holds every record' : '';
    return step(source.id, 'exactly-once', `${source.connector}: any range can be read again${logged}`);
  }
  if (source.wal === 'offsets') {
    const because = `${source.connector} can't be read again and the write-ahead log holds offsets only`;
    return step(
      source.id,
      'at-most-once',
      because,
      'WAL AUTO or WAL FULL: records are logged before they are processed',
    );
  }
  const acknowledges = descriptor?.options['ack'] === undefined || optionTexts(source.options)['ack'] === 'true';
  if (!acknowledges) {
    const because =
      'records are logged first, but the sender is not told which: what was on its way at a crash is lost';
    return step(
      source.id,
      'at-most-once',
      because,
      'ack = true, and a sender that sends again what was not acknowledged',
    );
  }
  const because = 'records are logged before they are acknowledged, and records sent again are recognised';
  return step(source.id, 'exactly-once', because);
}

/** Operators between: what might make a replay differ is named with the reason why it doesn't. */
function computeSteps(operator: Operator): readonly DeliveryStep[] {
  switch (operator.op) {
    case 'source':
    case 'sink':
    case 'filter':
    case 'project':
    case 'union':
    case 'window':
    case 'lookup':
      return [];
    case 'table':
      return [
        step(
          operator.id,
          'exactly-once',
          'a snapshot is stored before the first batch that joins with it: a replay joins with the same rows',
        ),
      ];
    case 'watermark':
      return operator.timeout_us === null
        ? []
        : [step(operator.id, 'exactly-once', 'closing by wall clock is decided once, in the log: a replay repeats it')];
    case 'late':
      return [
        step(
          operator.id,
          'exactly-once',
          'what is late follows from the logged watermark: a replay finds the same rows',
        ),
      ];
    case 'aggregate':
      return [
        step(
          operator.id,
          'exactly-once',
          'state comes from the checkpoint, and batches after it are computed again from their intents',
        ),
      ];
  }
}

function sinkStep(sink: SinkOperator, input: OutputShape): DeliveryStep {
  const descriptor = connectorNamed(sink.connector);
  const traits = descriptor === undefined ? null : sinkTraits(descriptor, sink.options);
  if (traits === null) {
    return step(sink.id, 'at-least-once', `${sink.connector} promises nothing`);
  }
  if (traits.atomic) return step(sink.id, 'exactly-once', `${sink.connector}: ${traits.because}`);
  const idempotent = sink.key.length > 0 && traits.keyed === 'required' && keyCovers(sink.key, input.key);
  if (idempotent) {
    return step(
      sink.id,
      'exactly-once',
      `${sink.connector}: a row written twice under its key (${sink.key.join(', ')}) is one row`,
    );
  }
  return step(
    sink.id,
    'at-least-once',
    `${sink.connector}: ${traits.because}`,
    'a sink that commits rows and progress together, such as sqlite or file',
  );
}

/** Whether a sink's key tells all rows apart: it names every column of the query's own key. */
export function keyCovers(sinkKey: readonly string[], queryKey: readonly string[] | null): boolean {
  return queryKey !== null && missingFromKey(sinkKey, queryKey).length === 0;
}

/** The columns of the query's key that a sink's key lacks. */
export function missingFromKey(sinkKey: readonly string[], queryKey: readonly string[]): readonly string[] {
  return queryKey.filter((name) => !sinkKey.includes(name));
}
