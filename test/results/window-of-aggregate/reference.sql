CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
CREATE VIEW windows AS SELECT *, time_bucket(INTERVAL 1 MINUTE, ts) AS window_start FROM rows WHERE ts IS NOT NULL;
-- sink results
SELECT time_bucket(INTERVAL 2 MINUTE, minute) AS k, SUM(n) AS n, MAX(n) AS busiest
FROM (SELECT window_start AS minute, COUNT(*) AS n FROM windows GROUP BY window_start) GROUP BY k;
