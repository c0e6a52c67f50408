-- The last change of each row up to the batch says what the table holds.
CREATE VIEW changes AS
  SELECT line, COALESCE(text::JSON -> 'payload', text::JSON) AS change FROM orders WHERE text <> 'null';
CREATE VIEW latest AS
  SELECT line, change ->> 'op' AS op, change -> 'after' AS row,
    COALESCE(change -> 'after' ->> 'id', change -> 'before' ->> 'id')::BIGINT AS id
  FROM changes
  QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY line DESC) = 1;
CREATE VIEW rows AS
  SELECT id, row ->> 'customer' AS customer, (row ->> 'amount')::DECIMAL(12, 2) AS amount, (row ->> 'qty')::INT AS qty,
    DATE '1970-01-01' + (row ->> 'day')::INT AS day, make_timestamp((row ->> 'ts')::BIGINT * 1000) AS ts
  FROM latest WHERE op <> 'd';
-- sink copy
SELECT id, customer, amount, day, ts, qty > 5 AS large FROM rows WHERE qty > 1;
-- sink totals
SELECT COALESCE(customer, 'nobody') AS k, COUNT(*) AS orders, SUM(qty) AS pieces, MIN(amount) AS lowest, MAX(ts) AS last, COUNT(DISTINCT qty) AS sizes
FROM rows GROUP BY COALESCE(customer, 'nobody');
