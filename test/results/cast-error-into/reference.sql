CREATE VIEW rows AS
  SELECT line, (text::JSON ->> 'id')::BIGINT AS id, text::JSON ->> 'v' AS v, TRY_CAST(TRIM(text::JSON ->> 'v') AS INT) AS number, text
  FROM events;
-- sink results
SELECT id, number FROM rows WHERE number IS NOT NULL;
-- sink bad_rows
SELECT 'events' AS source, 0 AS partition, CASE WHEN TRY_CAST(TRIM(v) AS BIGINT) IS NULL THEN 'cast_failed' ELSE 'out_of_range' END AS code, text AS raw FROM rows WHERE number IS NULL;
