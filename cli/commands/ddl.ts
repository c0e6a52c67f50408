/** `esql ddl --sink NAME FILE`: what an administrator runs in the database of a sink. */
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import type { OptionValue, Plan, SinkOperator } from '../../plan/plan.js';
import type { SinkShape } from '../../runtime/connectors/connector.js';
import type { CommandRun } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { loadPlan } from '../load.js';
import { cliDiagnostic } from '../messages.js';

export const runDdl: CommandRun = async (args, terminal) => {
  const [path = ''] = args.operands;
  const name = args.values.get('sink');
  if (name === undefined) {
    terminal.diagnostics.report(
      cliDiagnostic('ESQL7004', { command: 'ddl', expected: '--sink NAME', found: 'no name of a sink' }, {}),
    );
    return EXIT.usage;
  }
  const plan = await loadPlan(path, terminal);
  if (plan === undefined) return EXIT.wrong;
  const operators = databaseSinks(plan);
  const chosen = operators.filter((operator) => operator.sink === name);
  if (chosen.length === 0) {
    const names = [...new Set(operators.map(({ sink }) => sink))];
    terminal.diagnostics.report(
      cliDiagnostic(
        'ESQL7014',
        { name },
        {
          facts: [
            names.length === 0 ? 'No sink of the plan is a database.' : `Sinks of databases: ${names.join(', ')}.`,
          ],
          hint: suggestionHint(name, names),
        },
      ),
    );
    return EXIT.usage;
  }
  const { ddlScript } = await import('../../runtime/connectors/mssql/script.js');
  const { createEnv } = await import('../host/env.js');
  const { references } = createEnv();
  const text = async (value: OptionValue | undefined, fallback: string): Promise<string> => {
    if (value === undefined) return fallback;
    if (typeof value !== 'object') return String(value);
    const found =
      'secret' in value ? await references.secret(value.secret) : (references.environment(value.env) ?? value.default);
    return found ?? fallback;
  };
  const targets = [];
  for (const { options, ...operator } of chosen) {
    targets.push({
      shape: shapeOf(operator),
      options: {
        table: await text(options['table'], ''),
        progress_schema: await text(options['progress_schema'], 'stream'),
        batch_rows: Number(await text(options['batch_rows'], '4000')),
        shared: (await text(options['shared'], 'false')) === 'true',
      },
    });
  }
  terminal.out(ddlScript(name, targets));
  return EXIT.fine;
};

function databaseSinks(plan: Plan): readonly SinkOperator[] {
  return plan.operators.filter((operator) => operator.op === 'sink').filter(({ connector }) => connector === 'mssql');
}

/** The job's name is of no importance to what is printed. */
function shapeOf(operator: Omit<SinkOperator, 'options'>): SinkShape {
  const { schema } = operator.output;
  const key = operator.key.map((column) => schema.findIndex((field) => field.name === column));
  return { queryId: '', sinkId: operator.id, schema, key, conflict: operator.conflict };
}
