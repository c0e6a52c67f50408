CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT 'east' AS side, field(text, 't')::TIMESTAMP AS t, field(text, 'v')::INT AS v FROM east
  UNION ALL SELECT 'west', field(text, 't')::TIMESTAMP, field(text, 'v')::INT FROM west;
CREATE VIEW watermarks AS
  SELECT name, CASE WHEN name IN (SELECT source FROM ended) THEN 'infinity'::TIMESTAMP
    ELSE (SELECT MAX(t) - INTERVAL 10 SECOND FROM rows WHERE side = name) END AS reached
  FROM (VALUES ('east'), ('west')) AS sides (name);
-- sink results
SELECT v AS k, COUNT(*) AS n, COUNT(DISTINCT side) AS sides FROM rows GROUP BY v;
-- sink windows
SELECT date_trunc('minute', t) AS window_start, COUNT(*) AS n, SUM(v) AS s FROM rows
WHERE date_trunc('minute', t) + INTERVAL 1 MINUTE <= (SELECT MIN(COALESCE(reached, '-infinity'::TIMESTAMP)) FROM watermarks) GROUP BY 1;
