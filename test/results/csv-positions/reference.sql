-- sink results
SELECT split_part(text, ';', 2) AS k, SUM(split_part(text, ';', 3)::DECIMAL(5, 1)) AS s, COUNT(DISTINCT split_part(text, ';', 1)::BIGINT % 3) AS n
FROM weather GROUP BY k;
