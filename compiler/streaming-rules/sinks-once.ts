/** A sink belongs to one stream: two would overwrite each other's rows and progress. */
import { streamingDiagnostic } from '../messages/streaming.js';
import type { RuleInput } from './input.js';

export function checkSinksOnce({ outputs, sink }: RuleInput): void {
  const owners = new Map<
    string,
    { readonly stream: string; readonly span: NonNullable<Parameters<typeof streamingDiagnostic>[2]>['span'] }
  >();
  for (const [stream, { into }] of outputs) {
    for (const { clause, sink: declaration } of into) {
      const { name } = declaration;
      const owner = owners.get(name);
      if (owner === undefined) {
        owners.set(name, { stream, span: clause.sink.span });
        continue;
      }
      const related = owner.span === undefined ? [] : [{ span: owner.span, label: 'written here' }];
      const hint = 'UNION ALL puts two queries into one stream; another CREATE SINK writes elsewhere.';
      sink.report(
        streamingDiagnostic(
          'ESQL4013',
          { sink: name, stream: owner.stream },
          { span: clause.sink.span, related, hint },
        ),
      );
    }
  }
}
