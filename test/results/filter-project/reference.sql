CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT id, customer, qty * 2 + 1 AS double_qty, price / 4 AS quarter, amount * 2 AS twice, NOT paid AS unpaid,
  qty::BIGINT * 3000000000 AS big, -price AS negated, qty % 3 AS remainder
FROM rows WHERE price > 10 AND (paid OR qty >= 4);
