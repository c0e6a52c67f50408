CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
CREATE VIEW windows AS SELECT *, time_bucket(INTERVAL 1 MINUTE, ts) AS window_start FROM rows WHERE ts IS NOT NULL;
-- sink results
SELECT window_start AS k, COALESCE(customer, 'nobody') AS who, COUNT(*) AS n, SUM(qty) AS pieces, window_start + INTERVAL 1 MINUTE AS until FROM windows GROUP BY window_start, COALESCE(customer, 'nobody');
