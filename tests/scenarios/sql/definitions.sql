-- CREATE, REPLACE, DROP: what is refused, what is a no-op, what goes along.
CREATE BRONZE SOURCE df_in FROM UPLOAD FORMAT csv (header = true);
-- nothing loaded yet: the schema is unknown, what depends on it is accepted with a warning
CREATE SILVER TABLE df_later KEY (id) SCHEDULE NEVER FROM bronze.df_in;
--~ WARNING
SELECT * FROM silver.df_later;
--! 55000 REFRESH
COPY bronze.df_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
1,a
2,b
\.
REFRESH silver.df_later;
SELECT id, v FROM silver.df_later ORDER BY id;
--= 1 | a
--= 2 | b
CREATE SILVER TABLE df_empty KEY (id) FROM bronze.df_in WITH NO DATA;
SELECT * FROM silver.df_empty;
--! 55000 REFRESH silver.df_empty
REFRESH silver.df_empty;
SELECT count(*) FROM silver.df_empty;
--= 2
CREATE SILVER TABLE df_table KEY (id) AS SELECT id, v FROM bronze.df_in;
CREATE SILVER TABLE df_table KEY (id) AS SELECT id, v FROM bronze.df_in;
--! 42P07 CREATE OR REPLACE
CREATE SILVER TABLE IF NOT EXISTS df_table KEY (id) AS SELECT id, v FROM bronze.df_in;
--~ skipping
SELECT count(*) FROM lake.versions WHERE table_name = 'silver.df_table';
--= 1
-- the same in other words and another order
CREATE OR REPLACE SILVER TABLE df_table AS
  select id,   v
  from bronze.df_in -- a comment
;
SELECT count(*) FROM lake.versions WHERE table_name = 'silver.df_table';
--= 2
CREATE OR REPLACE SILVER TABLE silver.df_table SCHEDULE AFTER UPSTREAM KEY (id) AS SELECT id, v FROM bronze.df_in;
CREATE OR REPLACE SILVER TABLE df_table KEY (id) AS SELECT id, v FROM bronze.df_in;
CREATE GOLD TABLE df_gold AS SELECT v, count(*) AS n FROM silver.df_table GROUP BY v;
-- cycles
CREATE OR REPLACE SILVER TABLE df_table KEY (id) AS SELECT t.id, t.v FROM silver.df_table AS t;
--! 42P17
CREATE OR REPLACE SILVER TABLE df_table KEY (n) AS SELECT n, v FROM gold.df_gold;
--! 42P17
SELECT id FROM silver.df_table ORDER BY id;
--= 1
--= 2
-- dependents
DROP SILVER TABLE df_table;
--! 2BP01 gold.df_gold
DROP SILVER TABLE df_table RESTRICT;
--! 2BP01
DROP BRONZE SOURCE df_table;
--! 42P01
DROP GOLD TABLE silver.df_table;
--! 42601 lives in the schema gold
EXPLAIN DROP SILVER TABLE df_table CASCADE;
DROP SILVER TABLE df_table CASCADE;
--~ gold.df_gold
SELECT * FROM gold.df_gold;
--! 42P01
DROP SILVER TABLE df_table;
--! 42P01
DROP SILVER TABLE IF EXISTS df_table;
--~ does not exist
SELECT count(*) FROM lake.objects WHERE name IN ('silver.df_table', 'gold.df_gold');
--= 0
-- the name may be used again
CREATE SILVER TABLE df_table AS SELECT v FROM bronze.df_in;
SELECT v FROM silver.df_table ORDER BY v;
--= a
--= b
-- words and names that are not there
CREATE SILVER TABLE df_wrong KEYS (id) FROM bronze.df_in;
--! 42601
CREATE SILVER TABLE df_wrong WITH (ownr = 'x') FROM bronze.df_in;
--! 42601 owner
CREATE SILVER TABLE df_wrong FROM bronze.df_inn;
--! 42P01
CREATE SILVER TABLE df_wrong AS SELECT nothing FROM bronze.df_in;
--! 42703
CREATE SILVER TABLE df_wrong KEY (nothing) FROM bronze.df_in;
--! 42703
CREATE SILVER TABLE df_wrong KEY (id) KEY (id) FROM bronze.df_in;
--! 42601
CREATE SILVER TABLE gold.df_wrong FROM bronze.df_in;
--! 42601 lives in the schema silver
CREATE SILVER TABLE df_wrong (extra integer) FROM bronze.df_in;
--! 42703
CREATE SILVER TABLE df_wrong (id strange) FROM bronze.df_in;
--! 42704
CREATE SILVER TABLE df_wrong FROM lake.runs;
--! 0A000
SELECT count(*) FROM lake.objects WHERE name LIKE '%df_wrong';
--= 0
-- options, comments, pause
ALTER SILVER TABLE df_table SET (owner = 'someone');
SHOW CREATE silver.df_table;
--= silver.df_table | CREATE SILVER TABLE df_table\n  WITH (owner = 'someone')\n  AS SELECT v FROM bronze.df_in;
COMMENT ON TABLE silver.df_table IS 'it''s a table';
SELECT obj_description('silver.df_table'::regclass);
--= it's a table
