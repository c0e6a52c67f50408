CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
CREATE VIEW windows AS SELECT *, time_bucket(INTERVAL 1 MINUTE, ts) AS window_start FROM rows WHERE ts IS NOT NULL;
-- Where the watermark stands after the batch that was reached: the largest time so far minus 20 seconds, at the end infinity.
CREATE VIEW watermark AS
  SELECT CASE WHEN EXISTS (FROM ended) THEN 'infinity'::TIMESTAMP ELSE MAX(ts) - INTERVAL 20 SECOND END AS reached FROM rows;
-- sink results
SELECT window_start, customer, COUNT(*) AS n, SUM(qty) AS pieces, AVG(price) AS average FROM windows, watermark
WHERE window_start + INTERVAL 1 MINUTE <= reached GROUP BY window_start, customer;
