CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
CREATE VIEW windows AS
  SELECT rows.*, time_bucket(INTERVAL 20 SECOND, ts) - n * INTERVAL 20 SECOND AS window_start FROM rows, range(0, 3) AS slides (n)
  WHERE ts IS NOT NULL;
-- Where the watermark stands after the batch that was reached: the largest time so far minus 20 seconds, at the end infinity.
CREATE VIEW watermark AS
  SELECT CASE WHEN EXISTS (FROM ended) THEN 'infinity'::TIMESTAMP ELSE MAX(ts) - INTERVAL 20 SECOND END AS reached FROM rows;
-- sink results
SELECT window_start AS k, window_start + INTERVAL 1 MINUTE AS until, COUNT(*) AS n, SUM(amount) AS amount FROM windows, watermark
WHERE window_start + INTERVAL 1 MINUTE <= reached GROUP BY window_start HAVING COUNT(*) > 3;
