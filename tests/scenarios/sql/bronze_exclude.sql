-- A bad load is taken back, with what it touched, and brought in again.
CREATE BRONZE SOURCE be_lines FROM UPLOAD FORMAT csv (header = true);
COPY bronze.be_lines FROM STDIN WITH (FORMAT csv, HEADER true);
id,day,amount
1,2026-01-01,10
2,2026-01-01,20
\.
CREATE SILVER TABLE be_lines KEY (id) FROM bronze.be_lines;
CREATE GOLD TABLE be_days KEY (day) AS SELECT day, sum(amount) AS total FROM silver.be_lines GROUP BY day;
COPY bronze.be_lines FROM STDIN WITH (FORMAT csv, HEADER true);
id,day,amount
2,2026-01-01,2000
3,2026-01-02,3000
\.
REFRESH silver.be_lines CASCADE;
SELECT * FROM gold.be_days ORDER BY day;
--= 2026-01-01 | 2010
--= 2026-01-02 | 3000
ALTER BRONZE SOURCE be_lines EXCLUDE RUN {run:bronze.be_lines} CASCADE;
SELECT id, amount FROM bronze.be_lines ORDER BY id;
--= 1 | 10
--= 2 | 20
SELECT id, amount FROM silver.be_lines ORDER BY id;
--= 1 | 10
--= 2 | 20
SELECT * FROM gold.be_days;
--= 2026-01-01 | 30
ALTER BRONZE SOURCE be_lines INCLUDE RUN {run:bronze.be_lines} CASCADE;
SELECT * FROM gold.be_days ORDER BY day;
--= 2026-01-01 | 2010
--= 2026-01-02 | 3000
ALTER BRONZE SOURCE be_lines EXCLUDE RUN 999999;
--! 42704
