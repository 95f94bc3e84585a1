-- A FAIL leaves the published version as it was, blocks downstream, and is told.
CREATE BRONZE SOURCE sg_in (id integer, v integer) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sg_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
1,1
2,2
\.
CREATE SILVER TABLE sg_out KEY (id) SCHEDULE NEVER
  WITH RULES (CONSTRAINT small CHECK (v < 100) ON VIOLATION QUARANTINE OR FAIL ABOVE 40%, CONSTRAINT few EXPECT (count(*) < 5) ON VIOLATION FAIL)
  FROM bronze.sg_in;
CREATE GOLD TABLE sg_gold KEY (n) SCHEDULE NEVER AS SELECT count(*) AS n FROM silver.sg_out;
COPY bronze.sg_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
3,300
4,400
5,5
\.
REFRESH silver.sg_out CASCADE;
--! 23514 small
SELECT id FROM silver.sg_out ORDER BY id;
--= 1
--= 2
SELECT count(*) FROM quarantine.sg_out;
--= 0
SELECT n FROM gold.sg_gold;
--= 2
SELECT status, sqlstate FROM lake.runs WHERE object = 'silver.sg_out' ORDER BY run_id DESC LIMIT 1;
--= failed | 23514
COPY bronze.sg_in FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
6,6
7,7
8,8
\.
REFRESH silver.sg_out;
--! 23514 few
-- a creation whose gate fails creates nothing
CREATE SILVER TABLE sg_never WITH RULES (EXPECT (count(*) > 1000) ON VIOLATION FAIL) FROM bronze.sg_in;
--! 23514
SELECT * FROM silver.sg_never;
--! 42P01
-- once the rule is gone the rows come
ALTER SILVER TABLE sg_out DROP RULE few;
REFRESH silver.sg_out CASCADE;
SELECT id FROM silver.sg_out ORDER BY id;
--= 1
--= 2
--= 5
--= 6
--= 7
--= 8
SELECT n FROM gold.sg_gold;
--= 6
