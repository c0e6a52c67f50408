CREATE TABLE records AS SELECT row_number() OVER () AS line, * FROM read_parquet('in.parquet');
-- sink results
SELECT COALESCE(city, '?') AS k, COUNT(*) AS n, COUNT(temp) AS measured, SUM(temp)::DECIMAL(38,2) AS total, MIN(taken) AS first,
  MAX(station)::BIGINT AS station, COUNT(tags) AS tagged
FROM records WHERE line <= (SELECT COUNT(*) FROM weather) GROUP BY ALL;
