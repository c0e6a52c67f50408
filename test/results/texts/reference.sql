CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT line, batch, field(text, 'id')::BIGINT AS id, field(text, 'customer') AS customer,
    field(text, 'amount')::DECIMAL(12, 2) AS amount, field(text, 'qty')::INT AS qty, field(text, 'price')::DOUBLE AS price,
    field(text, 'paid')::BOOLEAN AS paid, field(text, 'ts')::TIMESTAMP AS ts
  FROM orders;
-- sink results
SELECT id AS k, UPPER(customer) AS up, customer || '-' || id AS tag, LENGTH(customer) AS len, SUBSTRING(customer, 2) AS tail,
  LPAD(qty::VARCHAR, 3, '0') AS padded, REPLACE(customer, 'n', '**') AS starred, INSTR(customer, 'n') AS place,
  REGEXP_REPLACE(customer, '[aeiou]', '_') AS vowels, CONCAT_WS('/', customer, qty) AS path, TRIM(customer, 'a') AS trimmed
FROM rows;
