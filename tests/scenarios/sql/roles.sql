-- An analyst reads what is granted and changes nothing; OPERATE runs; both see only what is theirs.
CREATE BRONZE SOURCE ro_in FROM UPLOAD FORMAT csv (header = true);
COPY bronze.ro_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
1,a
2,
\.
CREATE SILVER TABLE ro_out KEY (id) WITH RULES (CONSTRAINT has_v NOT NULL v) FROM bronze.ro_in;
CREATE GOLD TABLE ro_gold AS SELECT count(*) AS n FROM silver.ro_out;
GRANT SELECT ON gold.ro_gold TO anna;
GRANT OPERATE ON bronze.ro_in TO otto;
GRANT OPERATE ON silver.ro_out TO otto;
--as anna
SELECT * FROM gold.ro_gold;
--= 1
SELECT table_schema, table_name FROM information_schema.tables WHERE table_name LIKE 'ro\_%';
--= gold | ro_gold
SELECT table_name, column_name FROM information_schema.columns WHERE table_name LIKE 'ro\_%';
--= ro_gold | n
SELECT schema_name FROM information_schema.schemata WHERE schema_name IN ('gold', 'quarantine');
--= gold
SELECT count(*) > 0 FROM pg_class WHERE relname = 'ro_out';
--= t
SELECT * FROM silver.ro_out;
--! 42501
SELECT * FROM bronze.ro_in;
--! 42501
SELECT * FROM quarantine.ro_out;
--! 42501
SELECT n FROM gold.ro_gold WHERE EXISTS (SELECT 1 FROM silver.ro_out);
--! 42501
SELECT * FROM silver.ro_out FOR VERSION AS OF 1;
--! 42501
REFRESH gold.ro_gold;
--! 42501
CREATE GOLD TABLE ro_mine AS SELECT * FROM gold.ro_gold;
--! 42501
CREATE OR REPLACE GOLD TABLE ro_gold AS SELECT 2 AS n;
--! 42501
DROP GOLD TABLE ro_gold;
--! 42501
ALTER GOLD TABLE ro_gold SET (owner = 'anna');
--! 42501
COMMENT ON TABLE gold.ro_gold IS 'mine';
--! 42501
COPY bronze.ro_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
3,c
\.
--! 42501
COPY silver.ro_out TO STDOUT;
--! 42501
UPDATE quarantine.ro_out SET v = 'x';
--! 42501
DELETE FROM quarantine.ro_out;
--! 42501
GRANT SELECT ON silver.ro_out TO anna;
--! 42501
CREATE ROLE someone;
--! 42501
ALTER ROLE anna SUPERUSER;
--! 42501
ALTER ROLE admin PASSWORD 'x';
--! 42501
DROP ROLE otto;
--! 42501
CREATE SECRET ro_secret AS 'x';
--! 42501
CREATE CONNECTION ro_c TYPE files WITH (url = '/tmp');
--! 42501
SHOW CREATE silver.ro_out;
--! 42501
SHOW CREATE gold.ro_gold;
SHOW LINEAGE silver.ro_out;
--! 42501
EXPLAIN REFRESH silver.ro_out;
--! 42501
EXPLAIN SELECT * FROM silver.ro_out;
--! 42501
PROFILE silver.ro_out;
--! 42501
SUGGEST RULES FOR silver.ro_out;
--! 42501
SET ROLE admin;
--! 0A000
SELECT current_user;
--= anna
-- what happens in the lake is not told to her either
SELECT object FROM lake.runs;
--! 42501
SELECT name FROM lake.objects;
--! 42501
SELECT rule FROM lake.quarantine;
--! 42501
SELECT * FROM lake.definitions;
--! 42501
SELECT * FROM lake.files;
--! 42501
--as otto
REFRESH silver.ro_out;
UPDATE quarantine.ro_out SET v = 'fixed' WHERE id = 2;
REFRESH silver.ro_out FROM QUARANTINE;
COPY bronze.ro_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
3,c
\.
SELECT * FROM gold.ro_gold;
--! 42501
REFRESH gold.ro_gold;
--! 42501
DROP SILVER TABLE ro_out CASCADE;
--! 42501
ALTER SILVER TABLE ro_out PAUSE;
--! 42501
--as admin
SELECT count(*) FROM silver.ro_out WHERE id < 3;
--= 2
REVOKE SELECT ON gold.ro_gold FROM anna;
--as anna
SELECT * FROM gold.ro_gold;
--! 42501
--as admin
-- a schema, and what comes into it later
GRANT SELECT ON SCHEMA gold TO anna;
CREATE GOLD TABLE ro_later AS SELECT 1 AS n FROM silver.ro_out;
--as anna
SELECT DISTINCT n FROM gold.ro_later;
--= 1
--as admin
REVOKE SELECT ON SCHEMA gold FROM anna;
--as anna
SELECT * FROM gold.ro_later;
--! 42501
--as admin
-- what a metric computes from behind it takes SELECT on the metric, and shows nothing else of what is behind it
CREATE GOLD METRIC ro_metric FROM silver.ro_out GRAIN (v) MEASURES (count(DISTINCT id) AS ids);
--as otto
SELECT measure(ids) FROM gold.ro_metric;
--! 42501 ro_metric
--as admin
GRANT SELECT ON gold.ro_metric TO anna;
--as anna
SELECT measure(ids) >= 2 AS some FROM gold.ro_metric;
--= t
SELECT measure(ids), max("ormolu:base:id") FROM gold.ro_metric;
--! 42703
SELECT *, measure(ids) FROM gold.ro_metric GROUP BY v;
--! 0A000 whole rows
SELECT measure(ids), max(row_to_json(ro_metric)::text) FROM gold.ro_metric;
--! 0A000 whole rows
SELECT measure(ids), max(m.ids) FROM gold.ro_metric AS m, silver.ro_out AS o;
--! 0A000 join
