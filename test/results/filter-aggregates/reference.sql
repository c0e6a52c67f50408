CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT COALESCE(customer, 'nobody') AS k, COUNT(*) FILTER (WHERE paid) AS paid, COUNT(*) FILTER (WHERE NOT paid) AS open, SUM(qty) FILTER (WHERE price > 20) AS dear,
  COUNT(DISTINCT qty) FILTER (WHERE paid) AS kinds, MAX(price) FILTER (WHERE qty > 100) AS never, SUM(qty) AS pieces
FROM rows GROUP BY COALESCE(customer, 'nobody');
