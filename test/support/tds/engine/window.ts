/** Window functions: ROW_NUMBER, RANK, DENSE_RANK, and aggregates over whole partitions. */
import { aggregateOf, isAggregate } from './aggregate.js';
import { type Expression } from './ast.js';
import { type Bound, type Env } from './bind.js';
import { joinKeys, keyOf } from './compare.js';
import { SqlError } from './errors.js';
import { sorted } from './query.js';
import { type SqlValue } from './sql-type.js';

type Call = Extract<Expression, { kind: 'call' }>;

/** The rows with the values of all window functions behind what is computed, the first of them last. */
export function windowValues(
  envs: readonly Env[],
  calls: readonly Call[],
  bind: (expression: Expression) => Bound,
): readonly Env[] {
  if (calls.length === 0) return envs;
  const values = calls.map((call) => valuesOf(envs, call, bind));
  return envs.map((env) => ({
    ...env,
    computed: [...env.computed, ...values.map((of) => of.get(env)!).reverse()],
  }));
}

function valuesOf(
  envs: readonly Env[],
  call: Call,
  bind: (expression: Expression) => Bound,
): ReadonlyMap<Env, SqlValue> {
  const partition = call.over!.partition.map(bind);
  const order = call.over!.order.map(({ expression, isDescending }) => ({ bound: bind(expression), isDescending }));
  const groups = new Map<string, { env: Env }[]>();
  for (const env of envs) {
    const key = joinKeys(partition.map((value) => keyOf(value.evaluate(env), value.type)));
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [{ env }]);
    else members.push({ env });
  }
  const found = new Map<Env, SqlValue>();
  const orderText = (env: Env): string => joinKeys(order.map(({ bound: key }) => keyOf(key.evaluate(env), key.type)));
  for (const members of groups.values()) {
    const ranked = sorted(members, order).map(({ env }) => env);
    if (isAggregate(call.name)) {
      if (order.length > 0) throw new SqlError(40518, 'Running aggregates are no part of this server.');
      const value = aggregateOf(call, bind).compute(ranked);
      for (const env of ranked) found.set(env, value);
      continue;
    }
    let [rank, dense] = [0, 0];
    ranked.forEach((env, at) => {
      const isNew = at === 0 || orderText(env) !== orderText(ranked[at - 1]!);
      if (isNew) [rank, dense] = [at + 1, dense + 1];
      found.set(env, BigInt(call.name === 'ROW_NUMBER' ? at + 1 : call.name === 'RANK' ? rank : dense));
    });
  }
  return found;
}
