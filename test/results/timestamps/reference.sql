CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT id AS k, EXTRACT(MINUTE FROM ts) AS m, DATE_TRUNC('minute', ts) AS minute, ts + INTERVAL 90 SECOND AS later,
  ts - INTERVAL 1 DAY AS before, ts::DATE AS day, ts::TIME AS clock,
  epoch_us(ts) - epoch_us(TIMESTAMP '2026-03-01 12:00:00') AS passed, strftime(ts, '%Y-%m-%d %H:%M') AS shown,
  ts > TIMESTAMP '2026-03-01 12:03:00' AS late
FROM rows;
