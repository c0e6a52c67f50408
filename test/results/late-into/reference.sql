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
-- sink results
SELECT window_start AS k, COUNT(*) AS n FROM windows
WHERE ts IS NOT NULL AND (watermark IS NULL OR window_start + INTERVAL 1 MINUTE > watermark) GROUP BY window_start;
-- sink late_rows
SELECT id, customer, ts, epoch_us(watermark) - epoch_us(ts) AS lateness FROM windows
WHERE ts IS NULL OR window_start + INTERVAL 1 MINUTE <= watermark;
