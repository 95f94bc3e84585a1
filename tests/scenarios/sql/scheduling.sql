-- Things that run by themselves.
CREATE CONNECTION sc_landing TYPE files WITH (url = '{files}');
--write in/1.csv
id,v
1,1
\.
CREATE BRONZE SOURCE sc_files FROM CONNECTION sc_landing FILES 'in/*.csv' FORMAT csv (header = true) LOAD APPEND SCHEDULE EVERY '1 second';
--wait
SELECT id FROM bronze.sc_files ORDER BY id;
--= 1
CREATE SILVER TABLE sc_lines KEY (id) FROM bronze.sc_files;
CREATE GOLD TABLE sc_sum AS SELECT sum(v) AS total FROM silver.sc_lines;
--write in/2.csv
id,v
2,10
\.
--wait
SELECT total FROM gold.sc_sum;
--= 11
ALTER BRONZE SOURCE sc_files PAUSE;
--sleep 1.5
--write in/3.csv
id,v
3,100
\.
--sleep 2.5
SELECT count(*) FROM bronze.sc_files;
--= 2
ALTER BRONZE SOURCE sc_files RESUME;
--wait
SELECT total FROM gold.sc_sum;
--= 111
ALTER BRONZE SOURCE sc_files SCHEDULE NEVER;
--sleep 1.5
--write in/4.csv
id,v
4,1000
\.
--sleep 2.5
SELECT total FROM gold.sc_sum;
--= 111
-- COPY sets off the chain, except where it is never
CREATE BRONZE SOURCE sc_up FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sc_up FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
1,1
\.
CREATE SILVER TABLE sc_auto KEY (id) FROM bronze.sc_up;
CREATE SILVER TABLE sc_never KEY (id) SCHEDULE NEVER FROM bronze.sc_up;
CREATE GOLD TABLE sc_gold AS SELECT count(*) AS n FROM silver.sc_auto;
COPY bronze.sc_up FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
2,2
\.
--wait
SELECT n FROM gold.sc_gold;
--= 2
SELECT count(*) FROM silver.sc_never;
--= 1
SELECT DISTINCT trigger FROM lake.runs WHERE object = 'gold.sc_gold' ORDER BY 1;
--= statement
--= upstream
-- refresh_mode background answers at once, the run is in lake.runs
SET refresh_mode = 'background';
REFRESH silver.sc_never;
RESET refresh_mode;
--wait
SELECT count(*) FROM silver.sc_never;
--= 2
-- a paused table is not refreshed by its upstream
ALTER SILVER TABLE sc_auto PAUSE;
COPY bronze.sc_up FROM STDIN WITH (FORMAT csv, HEADER true);
id,v
3,3
\.
--sleep 1.5
SELECT count(*) FROM silver.sc_auto;
--= 2
ALTER SILVER TABLE sc_auto RESUME;
--wait
SELECT n FROM gold.sc_gold;
--= 3
REFRESH silver.sc_auto CASCADE;
SELECT n FROM gold.sc_gold;
--= 3
CANCEL RUN 999999;
--! 42704
ALTER BRONZE SOURCE sc_up SCHEDULE EVERY 'sometimes';
--! 22023 interval
ALTER BRONZE SOURCE sc_files SCHEDULE CRON 'not a cron';
--! 22023
ALTER BRONZE SOURCE sc_files SCHEDULE CRON '61 * * * *';
--! 22023 minute
-- a monitor without a schedule follows what it watches, until it is paused
CREATE BRONZE SOURCE sc_days FROM UPLOAD FORMAT csv (header = true);
COPY bronze.sc_days FROM STDIN WITH (FORMAT csv, HEADER true);
day,v
2026-11-01,1
\.
CREATE MONITOR sc_watch ON bronze.sc_days MEASURES (sum(v)) TIME day;
COPY bronze.sc_days FROM STDIN WITH (FORMAT csv, HEADER true);
day,v
2026-11-02,1
\.
--wait
SELECT trigger, status FROM lake.runs WHERE object = 'sc_watch' ORDER BY run_id;
--= statement | succeeded
--= upstream | succeeded
ALTER MONITOR sc_watch PAUSE;
COPY bronze.sc_days FROM STDIN WITH (FORMAT csv, HEADER true);
day,v
2026-11-03,1
\.
SELECT count(*) FROM lake.runs WHERE object = 'sc_watch';
--= 2
