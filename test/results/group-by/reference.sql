CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT COALESCE(customer, 'nobody') AS k, COUNT(*) AS orders, COUNT(qty) AS with_qty, SUM(qty) AS pieces, AVG(qty) AS average, MIN(price) AS lowest, MAX(price) AS highest,
  SUM(price) AS total, SUM(amount) AS amount, ROUND(SUM(amount)::DECIMAL(38, 2) / COUNT(amount), 6)::DECIMAL(38, 6) AS average_amount, MAX(ts) AS last
FROM rows GROUP BY COALESCE(customer, 'nobody');
