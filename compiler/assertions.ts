/** ASSERT DELIVERY EXACTLY ONCE, against what the plan derives. */
import type { DiagnosticSink } from '../grammar/diagnostics/diagnostic.js';
import { weakestStep } from '../plan/delivery.js';
import type { Plan } from '../plan/plan.js';
import { streamingDiagnostic } from './messages/streaming.js';
import { reportUnknownStream, type TypedProgram } from './program.js';

/** Whether all assertions hold; those that don't are reported. */
export function checkAssertions(plan: Plan, program: TypedProgram, sink: DiagnosticSink): boolean {
  let holds = true;
  for (const { stream: name, span } of program.catalogue.assertions) {
    if (name !== undefined && program.catalogue.declarations.get(name.name)?.kind !== 'stream') {
      holds = false;
      reportUnknownStream(name.name, name.span, program.catalogue, sink);
      continue;
    }
    for (const stream of plan.streams) {
      if (name !== undefined && stream.name !== name.name) continue;
      for (const delivery of stream.delivery) {
        const weakest = weakestStep(delivery);
        if (weakest === null) continue;
        holds = false;
        sink.report(
          streamingDiagnostic(
            'ESQL4015',
            { stream: stream.name, found: delivery.guarantee },
            {
              span,
              facts: [`Weakest link: \`${weakest.operator}\`: ${weakest.because}.`],
              hint: weakest.mend === null ? undefined : `To mend it: ${weakest.mend}.`,
            },
          ),
        );
      }
    }
  }
  return holds;
}
