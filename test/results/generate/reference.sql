-- sink results
SELECT line % 5 AS k, COUNT(*) AS n, SUM(line::DOUBLE / 2) AS s, MAX(line) AS last FROM ticks GROUP BY k;
