CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT COALESCE(customer, 'nobody') AS k, COUNT(DISTINCT qty) AS n, SUM(DISTINCT qty) AS s, AVG(DISTINCT price) AS a, MIN(DISTINCT price) AS m, COUNT(DISTINCT paid) AS p,
  SUM(qty) AS all_qty, COUNT(DISTINCT amount) AS amounts
FROM rows GROUP BY COALESCE(customer, 'nobody');
