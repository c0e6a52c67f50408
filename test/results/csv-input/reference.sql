CREATE TABLE records AS
  SELECT row_number() OVER () AS line, * FROM read_csv('in.csv', header = true, columns = {'id': 'BIGINT', 'city': 'VARCHAR', 'temp': 'DOUBLE', 'taken': 'TIMESTAMP'});
-- sink results
SELECT COALESCE(city, '?') AS k, COUNT(*) AS n, AVG(temp) AS average, MIN(taken) AS first FROM records
WHERE line <= (SELECT COUNT(*) FROM weather) GROUP BY ALL;
