SET TimeZone = 'UTC';
CREATE MACRO field(text, name) AS text::JSON ->> name;
CREATE VIEW rows AS
  SELECT field(text, 'id')::BIGINT AS id, field(text, 'b')::BOOLEAN AS b, field(text, 'i')::INT AS i,
    field(text, 'l')::BIGINT AS l, field(text, 'd')::DOUBLE AS d, NULLIF(regexp_extract(text, '"m":(-?[0-9.]+)', 1), '')::DECIMAL(23, 3) AS m,
    field(text, 's') AS s, hex(from_base64(field(text, 'v'))) AS v, field(text, 'dt')::DATE AS dt,
    field(text, 'tm')::TIME AS tm, field(text, 'ts')::TIMESTAMP AS ts, field(text, 'tz')::TIMESTAMPTZ AS tz
  FROM events;
-- sink results
SELECT id % 3 AS k, COUNT(b) AS nb, MIN(i) AS i0, MAX(i) AS i1, MIN(l) AS l0, MAX(l) AS l1, MIN(d) AS d0, MAX(d) AS d1,
  MIN(m) AS m0, MAX(m) AS m1, SUM(m) AS ms, MIN(s) AS s0, MAX(s) AS s1, MIN(v) AS v0, MAX(v) AS v1, MIN(dt) AS dt0, MAX(dt) AS dt1,
  MIN(tm) AS tm0, MAX(tm) AS tm1, MIN(ts) AS ts0, MAX(ts) AS ts1, MIN(tz) AS tz0, MAX(tz) AS tz1, MIN(b) AS b0, MAX(b) AS b1
FROM rows GROUP BY id % 3;
