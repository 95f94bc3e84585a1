-- What a definition says and nothing would do is refused when it is said, not when it is first run.
CREATE CONNECTION rc_landing TYPE files WITH (url = '{files}', source_system = 'ERP');
--write rc/1.csv
id,grp,v
1,a,3
2,a,4
3,b,0
\.
-- loads that a source of that kind does not have
CREATE BRONZE SOURCE rc_upload FROM UPLOAD FORMAT csv (header = true) LOAD INCREMENTAL ON id;
--! 0A000 takes uploads
CREATE BRONZE SOURCE rc_upload FROM UPLOAD FORMAT csv (header = true) LOAD FULL;
--! 0A000 takes uploads
CREATE BRONZE SOURCE rc_files FROM CONNECTION rc_landing FILES 'rc/*.csv' LOAD INCREMENTAL ON id;
--! 0A000 files are loaded with
-- options of another way of loading are told
CREATE BRONZE SOURCE rc_files FROM CONNECTION rc_landing FILES 'rc/*.csv' LOAD APPEND WITH (lookback = '1 day', on_changed_file = 'warn') WITH (repeat = true, cache = 'off');
--~ not acted on yet: lookback, repeat /
DROP BRONZE SOURCE rc_files;
-- rules that would change or remove rows
CREATE BRONZE SOURCE rc_files FROM CONNECTION rc_landing FILES 'rc/*.csv' WITH RULES (SET v = 1);
--! 0A000 takes no SET rule
CREATE BRONZE SOURCE rc_files FROM CONNECTION rc_landing FILES 'rc/*.csv' WITH RULES (FOREIGN KEY (id) REFERENCES silver.x (id));
--! 0A000 takes no FOREIGN KEY rule
CREATE BRONZE SOURCE rc_files FROM CONNECTION rc_landing FILES 'rc/*.csv' WITH RULES (CHECK (v > 1) ON VIOLATION DISCARD);
--! 0A000 ON VIOLATION DISCARD
CREATE BRONZE SOURCE rc_files FROM CONNECTION rc_landing FILES 'rc/*.csv' WITH RULES (CHECK (v > 1) ON VIOLATION WARN OR QUARANTINE ABOVE 5%);
--! 0A000 ON VIOLATION QUARANTINE
CREATE BRONZE SOURCE rc_files FROM CONNECTION rc_landing FILES 'rc/*.csv' LOAD FULL KEY (nothing);
REFRESH bronze.rc_files;
--! 42703 column "nothing" named in KEY does not exist
-- a rule that fails on a row is broken by it; helpers of EXPECT are there; a wrong column is named
CREATE OR REPLACE BRONZE SOURCE rc_files FROM CONNECTION rc_landing FILES 'rc/*.csv' LOAD FULL WITH RULES (
  CONSTRAINT ratio CHECK (12 / v > 3), CONSTRAINT filled EXPECT (percent_null(v) < 5), CONSTRAINT many EXPECT (count(*) > 5));
REFRESH bronze.rc_files;
SELECT rule, action, rows_violating FROM lake.rule_results WHERE table_name = 'bronze.rc_files' ORDER BY rule;
--= filled | WARN | 0
--= many | WARN | 1
--= ratio | WARN | 2
ALTER BRONZE SOURCE rc_files ADD RULE CONSTRAINT wrong CHECK (vv > 1);
REFRESH bronze.rc_files;
--! 42703 column "vv" does not exist
ALTER BRONZE SOURCE rc_files DROP RULE wrong;
ALTER BRONZE SOURCE rc_files ADD RULE SET v = 1;
--! 0A000 takes no SET rule
-- an expectation is about many rows
CREATE SILVER TABLE rc KEY (id) WITH RULES (EXPECT (v > 1)) FROM bronze.rc_files;
--! 42803 "v" must be used in an aggregate function
CREATE SILVER TABLE rc KEY (id) WITH RULES (EXPECT (min(v) > grp)) FROM bronze.rc_files;
--! 42803 "grp"
CREATE SILVER TABLE rc KEY (id) WITH RULES (EXPECT (count(*) > 1) ON VIOLATION WARN OR FAIL ABOVE 5%) FROM bronze.rc_files;
--! 42601 ABOVE
CREATE SILVER TABLE rc KEY (id) WITH RULES (
  EXPECT (count(*) FILTER (WHERE v > 1) >= 2 AND percent_null(v) < 5), EXPECT ((SELECT max(s.v) FROM bronze.rc_files AS s) > 3)
) FROM bronze.rc_files;
CREATE OR REPLACE SILVER TABLE rc KEY (id) WITH RULES (CONSTRAINT by_zero EXPECT (12 / min(v) > 1)) FROM bronze.rc_files;
--! 22012 division by zero
SELECT id, _source_system FROM silver.rc ORDER BY id;
--= 1 | ERP
--= 2 | ERP
--= 3 | ERP
ALTER SILVER TABLE rc ADD RULE EXPECT (v > 1);
--! 42803
-- gold takes by ALTER what it takes by CREATE
CREATE GOLD TABLE rc_sums KEY (grp) AS SELECT grp, sum(v) AS total FROM silver.rc GROUP BY grp;
ALTER GOLD TABLE rc_sums ADD RULE CONSTRAINT some CHECK (total > 0) ON VIOLATION DISCARD;
SELECT grp, total FROM gold.rc_sums;
--= a | 7
-- a measure at a coarser grain is what the same expression is over the rows: whole numbers divide to whole ones
CREATE GOLD METRIC rc_metric FROM silver.rc GRAIN (grp) MEASURES (sum(v::integer) AS total, count(*) AS n, total / n AS each);
SELECT measure(total) AS total, measure(each) AS each, pg_typeof(measure(total)) AS kind FROM gold.rc_metric;
--= 7 | 2 | bigint
SELECT grp, measure(each) AS each FROM gold.rc_metric GROUP BY grp ORDER BY grp;
--= a | 3
--= b | 0
