-- Old versions by number and by time.
CREATE BRONZE SOURCE tt_in FROM UPLOAD FORMAT csv (header = true);
COPY bronze.tt_in FROM STDIN WITH (FORMAT csv, HEADER true);
id
1
\.
CREATE SILVER TABLE tt_out KEY (id) SCHEDULE NEVER FROM bronze.tt_in;
COPY bronze.tt_in FROM STDIN WITH (FORMAT csv, HEADER true);
id
2
\.
REFRESH silver.tt_out;
SELECT version FROM lake.versions WHERE table_name = 'silver.tt_out' ORDER BY version;
--= 1
--= 2
SELECT count(*) FROM silver.tt_out FOR VERSION AS OF 1;
--= 1
SELECT count(*) FROM silver.tt_out AS t FOR VERSION AS OF 1;
--= 1
SELECT t.id FROM silver.tt_out FOR VERSION AS OF 2 AS t ORDER BY t.id;
--= 1
--= 2
-- what is new between two versions
SELECT n.id FROM silver.tt_out n LEFT JOIN silver.tt_out FOR VERSION AS OF 1 AS o ON n.id = o.id WHERE o.id IS NULL;
--= 2
SELECT count(*) FROM silver.tt_out FOR SYSTEM_TIME AS OF TIMESTAMP '2999-01-01 00:00:00';
--= 2
SELECT count(*) FROM silver.tt_out FOR SYSTEM_TIME AS OF TIMESTAMP '2001-01-01 00:00:00';
--! 22023
SELECT count(*) FROM silver.tt_out FOR VERSION AS OF 99;
--= 2
SELECT count(*) FROM silver.tt_out FOR VERSION AS OF 0;
--! 22023
SELECT count(*) FROM bronze.tt_in FOR VERSION AS OF 1;
--= 1
