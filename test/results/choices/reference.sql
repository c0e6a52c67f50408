CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT id AS k, CASE WHEN qty > 6 THEN 'many' WHEN qty > 3 THEN 'some' ELSE 'few' END AS size, CASE customer WHEN 'ann' THEN 1 WHEN 'bob' THEN 2 END AS code,
  COALESCE(customer, 'nobody') AS who, NULLIF(qty, 3) AS not_three, customer IN ('ann', 'cy') AS chosen, qty BETWEEN 2 AND 5 AS middle,
  customer LIKE '%e%' AS has_e, paid IS DISTINCT FROM TRUE AS open, paid AND qty > 4 AS both, paid OR qty > 4 AS either, amount IS NULL AS free
FROM rows;
