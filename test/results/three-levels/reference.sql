CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT MAX(customers) AS most, MIN(k) AS fewest_orders, MAX(k) AS most_orders, AVG(k) AS average, COUNT(*) AS n
FROM (SELECT n AS k, COUNT(*) AS customers FROM (SELECT qty, COUNT(*) AS n FROM rows GROUP BY qty) AS a GROUP BY n) AS b;
