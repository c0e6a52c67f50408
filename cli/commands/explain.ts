/** `esql explain FILE [PLAN|STATE|DELIVERY|JSON|DOT]`. */
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { planToDot } from '../../plan/dot.js';
import { encodePlan } from '../../plan/encode.js';
import { explainDelivery } from '../../plan/explain-delivery.js';
import { explainState } from '../../plan/explain-state.js';
import { explainPlan } from '../../plan/explain.js';
import type { Plan } from '../../plan/plan.js';
import type { CommandRun } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { loadPlan } from '../load.js';
import { cliDiagnostic } from '../messages.js';

const forms: Readonly<Record<string, (plan: Plan, stream: string | undefined) => string>> = {
  PLAN: explainPlan,
  STATE: explainState,
  DELIVERY: explainDelivery,
  JSON: encodePlan,
  DOT: planToDot,
};

export const runExplain: CommandRun = async (args, terminal) => {
  const [path = '', form = 'PLAN'] = args.operands;
  const print = forms[form.toUpperCase()];
  if (print === undefined) {
    const expected = Object.keys(forms).join(', ');
    terminal.diagnostics.report(
      cliDiagnostic(
        'ESQL7004',
        { command: 'explain', expected: `FILE and one of ${expected}`, found: `\`${form}\`` },
        { hint: suggestionHint(form, Object.keys(forms)) },
      ),
    );
    return EXIT.usage;
  }
  const plan = await loadPlan(path, terminal);
  if (plan === undefined) return EXIT.wrong;
  const stream = args.values.get('stream');
  if (stream !== undefined && !plan.streams.some((known) => known.name === stream)) {
    const names = plan.streams.map((known) => known.name);
    terminal.diagnostics.report(
      cliDiagnostic(
        'ESQL7009',
        { name: stream },
        { facts: [`Streams: ${names.join(', ')}.`], hint: suggestionHint(stream, names) },
      ),
    );
    return EXIT.usage;
  }
  terminal.out(print(plan, stream));
  return EXIT.fine;
};
