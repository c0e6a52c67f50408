/** EXPLAIN DELIVERY: the guarantee of each sink, the steps it follows from, the weakest link and how to mend it. */
import { weakestStep } from './delivery.js';
import type { Delivery, Plan } from './plan.js';
import { textTable, wrapText } from './text-layout.js';

/** Every sink of the plan, or those of one stream. */
export function explainDelivery(plan: Plan, streamName?: string): string {
  const deliveries = plan.streams
    .filter((stream) => streamName === undefined || stream.name === streamName)
    .flatMap((stream) => stream.delivery.map((delivery) => deliveryText(stream.name, delivery)));
  return deliveries.length === 0 ? 'Nothing is delivered: there is no sink.\n' : deliveries.join('\n');
}

function deliveryText(stream: string, delivery: Delivery): string {
  const heading = wrapText(`stream ${stream} into ${delivery.sink}: ${delivery.guarantee}`, 0, 2);
  const steps = textTable(
    ['step', 'guarantee', 'because'],
    delivery.steps.map((step) => [step.operator, step.guarantee, step.because]),
  );
  const weakest = weakestStep(delivery);
  const mend = weakest?.mend ?? null;
  const lines = [
    ...heading,
    ...steps.trimEnd().split('\n'),
    ...(weakest === null ? [] : wrapText(`Weakest link: ${weakest.operator}, ${weakest.because}.`, 0, 2)),
    ...(mend === null ? [] : wrapText(`To mend it: ${mend}.`, 0, 2)),
  ];
  return `${lines.join('\n')}\n`;
}
