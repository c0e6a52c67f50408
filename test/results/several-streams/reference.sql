CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink per_customer
SELECT customer AS k, COUNT(*) AS n FROM rows WHERE customer IS NOT NULL GROUP BY customer;
-- sink copies
SELECT customer AS k, COUNT(*) AS n FROM rows WHERE customer IS NOT NULL GROUP BY customer;
-- sink big_orders
SELECT id, price FROM rows WHERE price > 30;
-- sink per_qty
SELECT COALESCE(qty, 0) AS k, MAX(price) AS highest FROM rows GROUP BY COALESCE(qty, 0);
