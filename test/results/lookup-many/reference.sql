CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT field(text, 'id')::BIGINT AS id, field(text, 'product') AS product, field(text, 'day')::DATE AS day,
    field(text, 'price')::DOUBLE AS price FROM orders;
CREATE VIEW tags AS SELECT * FROM read_json('in-tags.jsonl', columns = {'product': 'VARCHAR', 'tag': 'VARCHAR', 'least': 'INT'});
CREATE VIEW days AS SELECT * FROM read_csv('in-days.csv', header = false, delim = ';', columns = {'day': 'DATE', 'price': 'DOUBLE', 'name': 'VARCHAR'});
-- sink kept
SELECT id, o.product, tag, least FROM rows o LEFT JOIN tags t ON o.product = t.product AND o.id >= least;
-- sink matched
SELECT o.day, o.price, o.id, o.product, d.name FROM rows o JOIN days d ON o.day = d.day AND o.price = d.price;
-- sink counted
SELECT COALESCE(tag, 'none') AS k, COUNT(*) AS n, COUNT(d.name) AS named
FROM (SELECT product, day, MIN(price) AS price FROM rows GROUP BY product, day) o
JOIN tags t ON LOWER(o.product) = t.product LEFT JOIN days d ON o.day = d.day AND o.price = d.price GROUP BY COALESCE(tag, 'none');
