CREATE SOURCE orders (
  id BIGINT NOT NULL,
  store INT NOT NULL,
  customer VARCHAR,
  amount DECIMAL(12,2),
  ts TIMESTAMP NOT NULL,
  PRIMARY KEY (id) NOT ENFORCED,
  WATERMARK FOR ts AS ts - 5s
) WITH (connector = 'file', path = 'orders/*.jsonl') FORMAT JSON;
