/** A stream with a sink has a checkpoint interval, and settings that come later are named. */
import { notSupported } from '../check/unsupported.js';
import { typeDiagnostic } from '../messages/types.js';
import { streamingDiagnostic } from '../messages/streaming.js';
import type { StreamRuleInput } from './input.js';

export function checkCheckpoint({ stream, into, program, checkpoint_us, sink }: StreamRuleInput): void {
  const { settings, name } = stream.node;
  if (settings?.stateTtl !== undefined) notSupported('STATE TTL', settings.stateTtl.span, sink);
  const own = settings?.checkpoint;
  if (own !== undefined && own.microseconds <= 0n) {
    const expected = 'a fixed duration of more than 0, such as 30s';
    sink.report(typeDiagnostic('ESQL3014', { what: 'CHECKPOINT', expected }, { span: own.span }));
  }
  const [first] = into;
  const isSet = own !== undefined || program.catalogue.settings.checkpoint_us !== null || checkpoint_us !== null;
  if (first === undefined || isSet) return;
  sink.report(
    streamingDiagnostic(
      'ESQL4001',
      { stream: stream.name },
      {
        span: name.span,
        related: [{ span: first.clause.span, label: 'it writes here' }],
        facts: ['At most this much input is processed again after a crash.'],
        hint: 'Add WITH CHECKPOINT 30s before INTO, or SET checkpoint = 30s for the whole file.',
      },
    ),
  );
}
