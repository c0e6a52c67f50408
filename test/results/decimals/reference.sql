CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT id AS k, amount + 0.005 AS plus, amount - 100 AS minus, amount * amount AS square, ROUND(amount, 1) AS rounded,
  amount::DECIMAL(10, 1) AS cut, amount::INT AS whole, TRUNC(amount * 10) / 10 AS truncated, ABS(amount - 150) AS distance
FROM rows;
