/** `esql explain FILE [PLAN|STATE|DELIVERY|JSON|DOT]`. */
import type { ExplainTopic } from '../../grammar/ast.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { planToDot } from '../../plan/dot.js';
import { encodePlan } from '../../plan/encode.js';
import { explainDelivery } from '../../plan/explain-delivery.js';
import { explainState } from '../../plan/explain-state.js';
import { explainPlan } from '../../plan/explain.js';
import type { Plan } from '../../plan/plan.js';
import type { CommandRun, Terminal } from '../command.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { compileFile, loadPlan } from '../load.js';
import { cliDiagnostic } from '../messages.js';

const forms: Readonly<Record<ExplainTopic, (plan: Plan, stream: string | undefined) => string>> = {
  PLAN: explainPlan,
  STATE: explainState,
  DELIVERY: explainDelivery,
  JSON: encodePlan,
  DOT: planToDot,
};

const TOPICS: readonly ExplainTopic[] = ['PLAN', 'STATE', 'DELIVERY', 'JSON', 'DOT'];

export const runExplain: CommandRun = async (args, terminal) => {
  const [path = '', form = 'PLAN'] = args.operands;
  const topic = TOPICS.find((known) => known === form.toUpperCase());
  if (topic === undefined) {
    const expected = TOPICS.join(', ');
    terminal.diagnostics.report(
      cliDiagnostic(
        'ESQL7004',
        { command: 'explain', expected: `FILE and one of ${expected}`, found: `\`${form}\`` },
        { hint: suggestionHint(form, TOPICS) },
      ),
    );
    return EXIT.usage;
  }
  if (args.operands.length === 1 && !args.values.has('stream') && !path.endsWith('.json')) {
    return explainFile(path, terminal);
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
  terminal.out(forms[topic](plan, stream));
  return EXIT.fine;
};

/** What the EXPLAIN statements of the file ask for, in their order; the whole plan where there are none. */
async function explainFile(path: string, terminal: Terminal): Promise<ExitCode> {
  const { plan, explains } = await compileFile(path, terminal);
  if (plan === undefined) return EXIT.wrong;
  const texts = explains.map((asked) => forms[asked.topic](asked.plan, asked.stream));
  terminal.out(texts.length === 0 ? explainPlan(plan) : texts.join('\n'));
  return EXIT.fine;
}
