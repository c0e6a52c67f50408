-- For sink out: run it in its database as the owner of the table, then
--   GRANT esql_writer TO "the login of the job";
-- and write create = 'never' in the sink. It changes nothing that is there already.

-- schema "stream"
DO $esql$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'stream') THEN
CREATE SCHEMA "stream";
  END IF;
END
$esql$;

-- table "stream"."progress"
DO $esql$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'stream' AND c.relname = 'progress') THEN
CREATE TABLE "stream"."progress" (
  query_id text NOT NULL,
  sink_id text NOT NULL,
  target text NOT NULL,
  epoch bigint NOT NULL,
  batch_id bigint NOT NULL,
  digest text NOT NULL,
  intent_hash text NOT NULL,
  intent text NOT NULL,
  seen_epoch bigint NOT NULL,
  PRIMARY KEY (query_id, sink_id)
);
  END IF;
END
$esql$;

-- table "public"."results"
DO $esql$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname = 'results') THEN
CREATE TABLE "public"."results" (
  "id" bigint NOT NULL,
  "name" text,
  PRIMARY KEY ("id")
);
  END IF;
END
$esql$;

-- function "stream"."register_4afa2abd2216"
DO $esql$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = 'stream' AND p.proname = 'register_4afa2abd2216') THEN
CREATE FUNCTION "stream"."register_4afa2abd2216"(
  p_query text, p_sink text, p_target text, p_epoch bigint, p_shared boolean
) RETURNS TABLE (
  known_epoch text, known_batch text, known_digest text, known_hash text, known_intent text,
  other_query text, other_sink text
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  v_epoch bigint;
BEGIN
  IF p_epoch > 0 THEN
    INSERT INTO "stream"."progress" (query_id, sink_id, target, epoch, batch_id, digest, intent_hash, intent, seen_epoch)
    VALUES (p_query, p_sink, p_target, p_epoch, 0, '', '', '', p_epoch)
    ON CONFLICT (query_id, sink_id) DO UPDATE SET seen_epoch = excluded.seen_epoch;
  ELSE
    UPDATE "stream"."progress" SET seen_epoch = p_epoch WHERE query_id = p_query AND sink_id = p_sink;
  END IF;
  SELECT epoch INTO v_epoch FROM "stream"."progress" WHERE query_id = p_query AND sink_id = p_sink;
  IF p_epoch > 0 AND p_epoch >= v_epoch THEN
    IF NOT p_shared THEN
      SELECT query_id, sink_id INTO other_query, other_sink FROM "stream"."progress"
      WHERE target = p_target AND batch_id > 0 AND NOT (query_id = p_query AND sink_id = p_sink) LIMIT 1;
    END IF;
    IF other_query IS NULL THEN
      UPDATE "stream"."progress" SET epoch = p_epoch, target = p_target WHERE query_id = p_query AND sink_id = p_sink;
    END IF;
  END IF;
  RETURN QUERY SELECT epoch::text, batch_id::text, digest, intent_hash, intent, other_query, other_sink
  FROM "stream"."progress" WHERE query_id = p_query AND sink_id = p_sink;
END
$body$;
REVOKE ALL ON FUNCTION "stream"."register_4afa2abd2216" FROM PUBLIC;
  END IF;
END
$esql$;

-- function "stream"."apply_out_09563f110134"
DO $esql$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = 'stream' AND p.proname = 'apply_out_09563f110134') THEN
CREATE FUNCTION "stream"."apply_out_09563f110134"(
  p_query text, p_sink text, p_epoch bigint, p_batch bigint, p_digest text, p_hash text, p_intent text, p_rows jsonb
) RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  v_epoch bigint;
  v_batch bigint;
  v_digest text;
  v_hash text;
BEGIN
  UPDATE "stream"."progress" SET seen_epoch = p_epoch WHERE query_id = p_query AND sink_id = p_sink
  RETURNING epoch, batch_id, digest, intent_hash INTO v_epoch, v_batch, v_digest, v_hash;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'NOT_REGISTERED' USING ERRCODE = 'ZE000';
  END IF;
  IF v_epoch > p_epoch THEN
    RAISE EXCEPTION 'FENCED' USING ERRCODE = 'ZE001';
  END IF;
  IF v_batch = p_batch AND (v_digest <> p_digest OR v_hash <> p_hash) THEN
    RAISE EXCEPTION 'NONDETERMINISTIC_REPLAY' USING ERRCODE = 'ZE002';
  END IF;
  IF v_batch >= p_batch THEN
    RETURN 0;
  END IF;
  IF v_batch <> p_batch - 1 THEN
    RAISE EXCEPTION 'BATCH_GAP' USING ERRCODE = 'ZE003';
  END IF;
  -- A commit that is answered has to be there after a crash of the server.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  IF p_batch = 1 THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('"public"."results"', 0));
    IF EXISTS (SELECT 1 FROM "stream"."progress" WHERE target = '"public"."results"' AND batch_id > 0 AND NOT (query_id = p_query AND sink_id = p_sink)) THEN
      RAISE EXCEPTION 'OTHER_OWNER' USING ERRCODE = 'ZE004';
    END IF;
  END IF;
  DELETE FROM "public"."results" AS t USING jsonb_array_elements(p_rows) AS r(v)
  WHERE r.v->>1 = '-1' AND t."id" = (r.v->>2)::bigint;
  INSERT INTO "public"."results" ("id", "name")
  SELECT (r.v->>2)::bigint, (r.v->>3)::text
  FROM jsonb_array_elements(p_rows) AS r(v) WHERE r.v->>1 = '1'
  ORDER BY 1
  ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name";
  UPDATE "stream"."progress"
  SET epoch = p_epoch, batch_id = p_batch, digest = p_digest, intent_hash = p_hash, intent = p_intent
  WHERE query_id = p_query AND sink_id = p_sink;
  RETURN 1;
END
$body$;
REVOKE ALL ON FUNCTION "stream"."apply_out_09563f110134" FROM PUBLIC;
  END IF;
END
$esql$;

-- role "esql_writer"
DO $esql$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'esql_writer') THEN
CREATE ROLE "esql_writer" NOLOGIN;
  END IF;
END
$esql$;

-- its rights
GRANT USAGE ON SCHEMA "stream" TO "esql_writer";

-- the function
GRANT EXECUTE ON FUNCTION "stream"."register_4afa2abd2216" TO "esql_writer";

-- the function
GRANT EXECUTE ON FUNCTION "stream"."apply_out_09563f110134" TO "esql_writer";

-- function "stream"."apply_out_e54a41964b5a"
DO $esql$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = 'stream' AND p.proname = 'apply_out_e54a41964b5a') THEN
CREATE FUNCTION "stream"."apply_out_e54a41964b5a"(
  p_query text, p_sink text, p_epoch bigint, p_batch bigint, p_digest text, p_hash text, p_intent text, p_rows jsonb
) RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  v_epoch bigint;
  v_batch bigint;
  v_digest text;
  v_hash text;
BEGIN
  UPDATE "stream"."progress" SET seen_epoch = p_epoch WHERE query_id = p_query AND sink_id = p_sink
  RETURNING epoch, batch_id, digest, intent_hash INTO v_epoch, v_batch, v_digest, v_hash;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'NOT_REGISTERED' USING ERRCODE = 'ZE000';
  END IF;
  IF v_epoch > p_epoch THEN
    RAISE EXCEPTION 'FENCED' USING ERRCODE = 'ZE001';
  END IF;
  IF v_batch = p_batch AND (v_digest <> p_digest OR v_hash <> p_hash) THEN
    RAISE EXCEPTION 'NONDETERMINISTIC_REPLAY' USING ERRCODE = 'ZE002';
  END IF;
  IF v_batch >= p_batch THEN
    RETURN 0;
  END IF;
  IF v_batch <> p_batch - 1 THEN
    RAISE EXCEPTION 'BATCH_GAP' USING ERRCODE = 'ZE003';
  END IF;
  -- A commit that is answered has to be there after a crash of the server.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  IF p_batch = 1 THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('"public"."results"', 0));
    IF EXISTS (SELECT 1 FROM "stream"."progress" WHERE target = '"public"."results"' AND batch_id > 0 AND NOT (query_id = p_query AND sink_id = p_sink)) THEN
      RAISE EXCEPTION 'OTHER_OWNER' USING ERRCODE = 'ZE004';
    END IF;
  END IF;
  DELETE FROM "public"."results" AS t USING jsonb_array_elements(p_rows) AS r(v)
  WHERE r.v->>1 = '-1' AND t."id" = (r.v->>2)::bigint;
  INSERT INTO "public"."results" ("id", "name")
  SELECT (r.v->>2)::bigint, (r.v->>3)::text
  FROM jsonb_array_elements(p_rows) AS r(v) WHERE r.v->>1 = '1'
  ORDER BY 1
  ON CONFLICT ("id") DO NOTHING;
  UPDATE "stream"."progress"
  SET epoch = p_epoch, batch_id = p_batch, digest = p_digest, intent_hash = p_hash, intent = p_intent
  WHERE query_id = p_query AND sink_id = p_sink;
  RETURN 1;
END
$body$;
REVOKE ALL ON FUNCTION "stream"."apply_out_e54a41964b5a" FROM PUBLIC;
  END IF;
END
$esql$;

-- the function
GRANT EXECUTE ON FUNCTION "stream"."apply_out_e54a41964b5a" TO "esql_writer";
