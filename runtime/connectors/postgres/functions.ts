/**
 * The functions, from templates with fixed grammar: only names that were checked and types of ours are put in. They run
 * with the rights of their owner and a search path of their own, so that the job's login needs no right to the tables.
 * The lock is a write (S2); every statement of them sees what was committed before it (READ COMMITTED).
 */
import { POSTGRES_REFUSALS } from '../../remote/postgres.js';
import type { SinkShape } from '../connector.js';
import type { Target } from '../database/target.js';
import { dollarQuoted, literal, qualified, quoteName } from './names.js';
import { castType } from './types.js';

const OWN_ROW = 'query_id = p_query AND sink_id = p_sink';
const OTHER_OWNERS = `batch_id > 0 AND NOT (${OWN_ROW})`;
const RIGHTS = 'LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

/**
 * `register`: puts the epoch into the progress row, unless a newer one is there or the table is another sink's, and
 * returns the row. With epoch 0 it only returns it, once nobody is writing it any more.
 */
export function registerText(name: string, progress: string): string {
  const body = `DECLARE
  v_epoch bigint;
BEGIN
  IF p_epoch > 0 THEN
    INSERT INTO ${progress} (query_id, sink_id, target, epoch, batch_id, digest, intent_hash, intent, seen_epoch)
    VALUES (p_query, p_sink, p_target, p_epoch, 0, '', '', '', p_epoch)
    ON CONFLICT (query_id, sink_id) DO UPDATE SET seen_epoch = excluded.seen_epoch;
  ELSE
    UPDATE ${progress} SET seen_epoch = p_epoch WHERE ${OWN_ROW};
  END IF;
  SELECT epoch INTO v_epoch FROM ${progress} WHERE ${OWN_ROW};
  IF p_epoch > 0 AND p_epoch >= v_epoch THEN
    IF NOT p_shared THEN
      SELECT query_id, sink_id INTO other_query, other_sink FROM ${progress}
      WHERE target = p_target AND ${OTHER_OWNERS} LIMIT 1;
    END IF;
    IF other_query IS NULL THEN
      UPDATE ${progress} SET epoch = p_epoch, target = p_target WHERE ${OWN_ROW};
    END IF;
  END IF;
  RETURN QUERY SELECT epoch::text, batch_id::text, digest, intent_hash, intent, other_query, other_sink
  FROM ${progress} WHERE ${OWN_ROW};
END`;
  return `CREATE FUNCTION ${name}(
  p_query text, p_sink text, p_target text, p_epoch bigint, p_shared boolean
) RETURNS TABLE (
  known_epoch text, known_batch text, known_digest text, known_hash text, known_intent text,
  other_query text, other_sink text
) ${RIGHTS} AS ${dollarQuoted(body, 'body')};`;
}

/** `apply`: a micro-batch in one transaction. Returns 1 for an applied batch and 0 for a repeated one. */
export function applyText(name: string, progress: string, target: Target): string {
  const body = `DECLARE
  v_epoch bigint;
  v_batch bigint;
  v_digest text;
  v_hash text;
BEGIN
  UPDATE ${progress} SET seen_epoch = p_epoch WHERE ${OWN_ROW}
  RETURNING epoch, batch_id, digest, intent_hash INTO v_epoch, v_batch, v_digest, v_hash;
  IF NOT FOUND THEN
${refusal('NOT_REGISTERED')}
  IF v_epoch > p_epoch THEN
${refusal('FENCED')}
  IF v_batch = p_batch AND (v_digest <> p_digest OR v_hash <> p_hash) THEN
${refusal('NONDETERMINISTIC_REPLAY')}
  IF v_batch >= p_batch THEN
    RETURN 0;
  END IF;
  IF v_batch <> p_batch - 1 THEN
${refusal('BATCH_GAP')}
  -- A commit that is answered has to be there after a crash of the server.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
${ownerCheck(progress, target)}${rowStatements(target).join('\n')}
  UPDATE ${progress}
  SET epoch = p_epoch, batch_id = p_batch, digest = p_digest, intent_hash = p_hash, intent = p_intent
  WHERE ${OWN_ROW};
  RETURN 1;
END`;
  return `CREATE FUNCTION ${name}(
  p_query text, p_sink text, p_epoch bigint, p_batch bigint, p_digest text, p_hash text, p_intent text, p_rows jsonb
) RETURNS integer ${RIGHTS} AS ${dollarQuoted(body, 'body')};`;
}

function refusal(name: keyof typeof POSTGRES_REFUSALS): string {
  return `    RAISE EXCEPTION '${name}' USING ERRCODE = '${POSTGRES_REFUSALS[name]}';
  END IF;`;
}

/** Once more with the first batch, one sink after the other: two that were opened at once have both found nobody. */
function ownerCheck(progress: string, { shared, table }: Target): string {
  if (shared) return '';
  const target = literal(qualified(table));
  return `  IF p_batch = 1 THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(${target}, 0));
    IF EXISTS (SELECT 1 FROM ${progress} WHERE target = ${target} AND ${OTHER_OWNERS}) THEN
      RAISE EXCEPTION 'OTHER_OWNER' USING ERRCODE = '${POSTGRES_REFUSALS.OTHER_OWNER}';
    END IF;
  END IF;
`;
}

/** The rows are arrays: position, +1 or -1, and a value per column. */
function rowStatements(target: Target): readonly string[] {
  const { shape } = target;
  const { schema, key } = shape;
  const name = qualified(target.table);
  const names = schema.map((field) => quoteName(field.name));
  const values = schema.map((_, index) => valueText(shape, index));
  const insert = `  INSERT INTO ${name} (${names.join(', ')})
  SELECT ${values.join(', ')}
  FROM jsonb_array_elements(p_rows) AS r(v) WHERE r.v->>1 = '1'`;
  if (key.length === 0) return [`${insert};`];
  const rest = names.filter((_, index) => !key.includes(index));
  const action =
    shape.conflict === 'update' && rest.length > 0
      ? `DO UPDATE SET ${rest.map((each) => `${each} = excluded.${each}`).join(', ')}`
      : 'DO NOTHING';
  return [
    ...deleteTexts(target),
    // In the order of the key, so that two writers lock rows in the same order.
    `${insert}
  ORDER BY ${key.map((index) => index + 1).join(', ')}
  ON CONFLICT (${key.map((index) => names[index]).join(', ')}) ${action};`,
  ];
}

function valueText({ schema, key }: SinkShape, index: number): string {
  const field = schema[index];
  return field === undefined ? '' : `(r.v->>${index + 2})::${castType(field.type, key.includes(index))}`;
}

/**
 * NULL is a key value like others, as it is for GROUP BY. Keys with one are deleted apart, because the look for them is
 * a slow one: IS NOT DISTINCT FROM can't use an index, and OR reads all rows that have a NULL there.
 */
function deleteTexts({ table, shape }: Target): readonly string[] {
  const { schema, key } = shape;
  const columns = key.flatMap((index) => {
    const field = schema[index];
    if (field === undefined) return [];
    const mine = `t.${quoteName(field.name)}`;
    const isNull = `r.v->>${index + 2} IS NULL`;
    const equal = `${mine} = ${valueText(shape, index)}`;
    const alike = field.nullable ? `(${equal} OR (${mine} IS NULL AND ${isNull}))` : equal;
    return [{ isNull: field.nullable ? [isNull] : [], equal, alike }];
  });
  const statement = (conditions: readonly string[]): string =>
    `  DELETE FROM ${qualified(table)} AS t USING jsonb_array_elements(p_rows) AS r(v)
  WHERE r.v->>1 = '-1' AND ${conditions.join(' AND ')};`;
  const nulls = columns.flatMap(({ isNull }) => isNull);
  return [
    statement(columns.map(({ equal }) => equal)),
    ...(nulls.length === 0 ? [] : [statement([`(${nulls.join(' OR ')})`, ...columns.map(({ alike }) => alike)])]),
  ];
}
