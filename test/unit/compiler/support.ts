/** Compiling small texts in tests. */
import { compile, type Compilation } from '../../../compiler/compile.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import type { Operator, Plan } from '../../../plan/plan.js';
import { typeToText } from '../../../plan/types.js';

export const ORDERS = `
CREATE SOURCE orders (id BIGINT NOT NULL, store INT NOT NULL, customer VARCHAR, amount DECIMAL(12,2), price DOUBLE,
  doc JSON, day DATE NOT NULL, ts TIMESTAMP NOT NULL, PRIMARY KEY (id) NOT ENFORCED, WATERMARK FOR ts AS ts - 5s)
WITH (connector = 'file', path = 'orders.jsonl') FORMAT JSON;
CREATE SINK nowhere WITH (connector = 'blackhole');
`;

export function compileText(text: string): Compilation {
  return compile({ source: new SourceFile('test.esql', text), include: () => undefined });
}

export function planOf(text: string): Plan {
  const { plan, diagnostics } = compileText(`${ORDERS}${text}`);
  if (plan === undefined) throw new Error(diagnostics.map(({ code, label }) => `${code}: ${label}`).join('\n'));
  return plan;
}

/** The query's columns: `name TYPE [NOT NULL]`. */
export function columnsOf(query: string): readonly string[] {
  const plan = planOf(`CREATE STREAM result AS ${query};`);
  const root = operatorNamed(plan, plan.streams[0]?.operator ?? '');
  return root.output.schema.map(
    ({ name, type, nullable }) => `${name} ${typeToText(type)}${nullable ? '' : ' NOT NULL'}`,
  );
}

/** The type of one expression over `orders`. */
export function typeOf(expression: string): string {
  return (columnsOf(`SELECT ${expression} AS x FROM orders`)[0] ?? '').slice(2);
}

export function codesOf(text: string): readonly string[] {
  return compileText(`${ORDERS}${text}`).diagnostics.map((diagnostic) => diagnostic.code);
}

export function operatorNamed(plan: Plan, id: string): Operator {
  const found = plan.operators.find((operator) => operator.id === id);
  if (found === undefined) throw new Error(`no operator ${id}: ${plan.operators.map((each) => each.id).join(', ')}`);
  return found;
}
