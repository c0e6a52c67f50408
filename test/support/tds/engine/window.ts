/** Window functions: ROW_NUMBER, RANK, DENSE_RANK, and aggregates over whole partitions. */
import { aggregateOf, type AggregateSpec, isAggregate } from './aggregate.js';
import { type Expression } from './ast.js';
import { type Bound, type Env } from './bind.js';
import { joinKeys, keyOf } from './compare.js';
import { SqlError } from './errors.js';
import { sorted } from './query.js';
import { type SqlValue } from './sql-type.js';

type Call = Extract<Expression, { kind: 'call' }>;

export interface BoundWindow {
  readonly name: string;
  readonly partition: readonly Bound[];
  readonly order: readonly { readonly bound: Bound; readonly isDescending: boolean }[];
  readonly aggregate: AggregateSpec | null;
}

export function bindWindow(call: Call, bind: (expression: Expression) => Bound): BoundWindow {
  const order = call.over!.order.map(({ expression, isDescending }) => ({ bound: bind(expression), isDescending }));
  const isSum = isAggregate(call.name);
  if (isSum && order.length > 0) throw new SqlError(40518, 'Running aggregates are no part of this server.');
  return {
    name: call.name,
    partition: call.over!.partition.map(bind),
    order,
    aggregate: isSum ? aggregateOf(call, bind) : null,
  };
}

/** The rows with the values of all window functions behind what is computed, the first of them last. */
export function windowValues(envs: readonly Env[], windows: readonly BoundWindow[]): readonly Env[] {
  if (windows.length === 0) return envs;
  const values = windows.map((window) => valuesOf(envs, window));
  return envs.map((env) => ({
    ...env,
    computed: [...env.computed, ...values.map((of) => of.get(env)!).reverse()],
  }));
}

function valuesOf(
  envs: readonly Env[],
  { name, partition, order, aggregate }: BoundWindow,
): ReadonlyMap<Env, SqlValue> {
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
    if (aggregate !== null) {
      const value = aggregate.compute(ranked);
      for (const env of ranked) found.set(env, value);
      continue;
    }
    let [rank, dense] = [0, 0];
    ranked.forEach((env, at) => {
      const isNew = at === 0 || orderText(env) !== orderText(ranked[at - 1]!);
      if (isNew) [rank, dense] = [at + 1, dense + 1];
      found.set(env, BigInt(name === 'ROW_NUMBER' ? at + 1 : name === 'RANK' ? rank : dense));
    });
  }
  return found;
}
