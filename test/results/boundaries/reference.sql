-- @depends-on-batches
CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- The watermark that a batch begins with: the largest time of the batches before it minus 20 seconds.
CREATE VIEW known AS
  SELECT rows.*, (SELECT MAX(before.ts) - INTERVAL 20 SECOND FROM rows AS before WHERE before.batch < rows.batch) AS watermark FROM rows;
CREATE VIEW windows AS SELECT *, time_bucket(INTERVAL 1 MINUTE, ts) AS window_start FROM known;
-- Where the watermark stands after the batch that was reached: the largest time so far minus 20 seconds, at the end infinity.
CREATE VIEW at_end AS
  SELECT CASE WHEN EXISTS (FROM ended) THEN 'infinity'::TIMESTAMP ELSE MAX(ts) - INTERVAL 20 SECOND END AS reached FROM rows;
-- sink results
SELECT window_start AS k, COUNT(*) AS n, SUM(qty) AS pieces, MIN(ts) AS first, MAX(ts) AS last FROM windows, at_end
WHERE (watermark IS NULL OR window_start + INTERVAL 1 MINUTE > watermark) AND window_start + INTERVAL 1 MINUTE <= reached
GROUP BY window_start;
