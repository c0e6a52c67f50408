CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT field(text, 'id')::BIGINT AS id, field(text, 'customer')::INT AS customer, field(text, 'store') AS store,
    field(text, 'amount')::DECIMAL(12, 2) AS amount FROM orders;
CREATE VIEW customers AS SELECT * FROM read_csv('in-customers.csv', header = true, columns =
  {'id': 'BIGINT', 'name': 'VARCHAR', 'country': 'VARCHAR', 'credit': 'DECIMAL(8,2)', 'unused': 'VARCHAR'});
CREATE VIEW stores AS SELECT * FROM read_json('in-stores.jsonl', columns = {'code': 'VARCHAR', 'city': 'VARCHAR', 'open': 'BOOLEAN'});
-- sink kept
SELECT o.id, c.id AS known, c.name, c.credit - o.amount AS rest, s.city, s.open FROM rows o
LEFT JOIN customers c ON o.customer = c.id AND o.amount <= c.credit LEFT JOIN stores s ON o.store = s.code;
-- sink matched
SELECT o.id, o.customer, name, country FROM rows o JOIN customers c ON c.id = o.customer AND (country IS NULL OR country <> 'FR') WHERE o.id > 3;
-- sink countries
SELECT COALESCE(country, 'unknown') AS k, SUM(n)::BIGINT AS n, MAX(total) AS largest
FROM (SELECT customer, COUNT(*) AS n, SUM(amount) AS total FROM rows GROUP BY customer) o
LEFT JOIN customers c ON o.customer = c.id GROUP BY COALESCE(country, 'unknown');
-- sink revised
SELECT o.customer, c.name, o.n FROM (SELECT customer, COUNT(*) AS n FROM rows WHERE customer IS NOT NULL GROUP BY customer) o
JOIN customers c ON o.customer = c.id AND o.n % 3 <> 0;
