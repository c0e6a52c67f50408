CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
CREATE VIEW windows AS
  SELECT rows.*, time_bucket(INTERVAL 20 SECOND, ts) - n * INTERVAL 20 SECOND AS window_start FROM rows, range(0, 3) AS slides (n)
  WHERE ts IS NOT NULL;
-- sink results
SELECT window_start AS k, COUNT(*) AS n, SUM(qty) AS pieces FROM windows WHERE ts < window_start + INTERVAL 50 SECOND GROUP BY window_start;
