SET TimeZone = 'UTC';
CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT field(text, 'id')::BIGINT AS id, field(text, 'b')::BOOLEAN AS b, field(text, 'i')::INT AS i,
    field(text, 'l')::BIGINT AS l, field(text, 'd')::DOUBLE AS d, NULLIF(regexp_extract(text, '"m":(-?[0-9.]+)', 1), '')::DECIMAL(23, 3) AS m,
    field(text, 's') AS s, hex(from_base64(field(text, 'v'))) AS v, field(text, 'dt')::DATE AS dt,
    field(text, 'tm')::TIME AS tm, field(text, 'ts')::TIMESTAMP AS ts, field(text, 'tz')::TIMESTAMPTZ AS tz
  FROM events;
-- sink results
SELECT * FROM rows;
