CREATE VIEW rows AS
  SELECT line, (text::JSON ->> 'id')::BIGINT AS id, text::JSON ->> 'v' AS v, TRY_CAST(TRIM(text::JSON ->> 'v') AS INT) AS number, text
  FROM events;
-- sink results
SELECT id, number, TRY_CAST(TRIM(v) AS BIGINT) AS big FROM rows WHERE number IS NOT NULL;
