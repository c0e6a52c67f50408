/** `esql ddl --sink NAME FILE`: what an administrator runs in the database of a sink. */
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import type { OptionValue, Plan, SinkOperator } from '../../plan/plan.js';
import type { SinkShape } from '../../runtime/connectors/connector.js';
import type { TargetOptions } from '../../runtime/connectors/database/target.js';
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
  // A sink has one connector, whichever streams write to it.
  const connector = chosen[0]?.connector ?? '';
  if (!isDatabase(connector)) {
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
  const { createEnv } = await import('../host/env.js');
  const { references } = createEnv();
  const text: Texts = async (value, fallback) => {
    if (value === undefined) return fallback;
    if (typeof value !== 'object') return String(value);
    const found =
      'secret' in value ? await references.secret(value.secret) : (references.environment(value.env) ?? value.default);
    return found ?? fallback;
  };
  const table = async ({ options }: SinkOperator): Promise<TargetOptions> => ({
    table: await text(options['table'], ''),
    progress_schema: await text(options['progress_schema'], 'stream'),
    shared: (await text(options['shared'], 'false')) === 'true',
  });
  terminal.out(await scripts[connector](name, chosen, table, text));
  return EXIT.fine;
};

type Texts = (value: OptionValue | undefined, fallback: string) => Promise<string>;
type Script = (
  name: string,
  operators: readonly SinkOperator[],
  table: (operator: SinkOperator) => Promise<TargetOptions>,
  text: Texts,
) => Promise<string>;

/** By connector. */
const scripts: Readonly<Record<'mssql' | 'postgres', Script>> = {
  mssql: async (name, operators, table, text) => {
    const { ddlScript } = await import('../../runtime/connectors/mssql/script.js');
    const targets = operators.map(async (operator) => ({
      shape: shapeOf(operator),
      options: {
        ...(await table(operator)),
        batch_rows: Number(await text(operator.options['batch_rows'], '4000')),
      },
    }));
    return ddlScript(name, await Promise.all(targets));
  },
  postgres: async (name, operators, table) => {
    const { ddlScript } = await import('../../runtime/connectors/postgres/script.js');
    const targets = operators.map(async (operator) => ({
      shape: shapeOf(operator),
      options: await table(operator),
    }));
    return ddlScript(name, await Promise.all(targets));
  },
};

function isDatabase(connector: string): connector is keyof typeof scripts {
  return Object.hasOwn(scripts, connector);
}

function databaseSinks(plan: Plan): readonly SinkOperator[] {
  return plan.operators.filter((operator) => operator.op === 'sink').filter(({ connector }) => isDatabase(connector));
}

/** The job's name is of no importance to what is printed. */
function shapeOf(operator: SinkOperator): SinkShape {
  const { schema } = operator.output;
  const key = operator.key.map((column) => schema.findIndex((field) => field.name === column));
  return { queryId: '', sinkId: operator.id, schema, key, conflict: operator.conflict };
}
