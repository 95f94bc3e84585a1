CREATE SILVER TABLE orders (
    id integer NOT NULL,
    q integer DEFAULT 1 ON VIOLATION DISCARD
  )
  KEY (id)
  SEQUENCE BY at
  HISTORY
  WITH RULES (
    CHECK (q > 0) ON VIOLATION QUARANTINE
  )
  WITH (publish = 'auto')
  FROM bronze.orders
