-- Tables, metrics, measure() at a coarser grain.
CREATE BRONZE SOURCE g_in (day date, region text, product text, order_id integer, amount numeric(10,2), qty integer, reason text) FROM UPLOAD FORMAT csv (header = true);
COPY bronze.g_in FROM STDIN WITH (FORMAT csv, HEADER true);
day,region,product,order_id,amount,qty,reason
2026-01-01,north,a,1,10.00,1,
2026-01-02,north,b,1,20.00,2,
2026-01-02,south,a,2,30.00,3,RETURN
2026-02-01,south,a,3,40.00,,
2026-02-03,,b,4,50.00,5,
2026-02-03,north,b,5,,1,
\.
CREATE SILVER TABLE g_lines FROM bronze.g_in;
CREATE GOLD TABLE g_daily KEY (day, region) AS SELECT day, region, sum(amount) AS revenue, count(*) AS n FROM silver.g_lines GROUP BY day, region;
SELECT * FROM gold.g_daily ORDER BY day, region;
--= 2026-01-01 | north | 10.00 | 1
--= 2026-01-02 | north | 20.00 | 1
--= 2026-01-02 | south | 30.00 | 1
--= 2026-02-01 | south | 40.00 | 1
--= 2026-02-03 | north | NULL | 1
--= 2026-02-03 | NULL | 50.00 | 1
CREATE GOLD METRIC g_monthly FROM silver.g_lines
  GRAIN (date_trunc('month', day) AS month, region)
  MEASURES (sum(amount) AS revenue, count(DISTINCT order_id) AS orders, avg(amount) AS mean, revenue / orders AS per_order)
  FILTER (no_returns AS (reason IS DISTINCT FROM 'RETURN'));
SELECT month, region, revenue, orders FROM gold.g_monthly ORDER BY month, region;
--= 2026-01-01 00:00:00+00 | north | 30.00 | 1
--= 2026-02-01 00:00:00+00 | north | NULL | 1
--= 2026-02-01 00:00:00+00 | south | 40.00 | 1
--= 2026-02-01 00:00:00+00 | NULL | 50.00 | 1
SELECT month, measure(revenue), measure(orders), round(measure(mean), 2), round(measure(per_order), 2) FROM gold.g_monthly GROUP BY month ORDER BY month;
--= 2026-01-01 00:00:00+00 | 30.00 | 1 | 15.00 | 30.00
--= 2026-02-01 00:00:00+00 | 90.00 | 3 | 45.00 | 30.00
SELECT measure(orders) FROM gold.g_monthly;
--= 4
SELECT sum(revenue) FROM gold.g_monthly;
--= 120.00
SELECT sum(orders) FROM gold.g_monthly;
--! 42803 measure(
SET metric_sum = 'warn';
SELECT sum(orders) FROM gold.g_monthly;
--= 4
--~ WARNING
RESET metric_sum;
-- a metric follows its upstream
COPY bronze.g_in FROM STDIN WITH (FORMAT csv, HEADER true);
day,region,product,order_id,amount,qty,reason
2026-01-31,north,a,6,70.00,1,
\.
REFRESH silver.g_lines CASCADE;
SELECT revenue, orders FROM gold.g_monthly WHERE month = '2026-01-01';
--= 100.00 | 2
SELECT revenue FROM gold.g_daily WHERE day = '2026-01-31';
--= 70.00
-- a grain that is no column, a measure that is no aggregate
CREATE GOLD METRIC g_median FROM silver.g_lines GRAIN (region) MEASURES (percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS median);
SELECT count(*), count(median) FROM gold.g_median;
--= 3 | 3
CREATE GOLD METRIC g_wrong FROM silver.g_lines GRAIN (nothing) MEASURES (sum(amount));
--! 42703
CREATE GOLD METRIC g_wrong FROM silver.g_lines GRAIN (region) MEASURES (amount AS a);
--! 42703 amount
-- KEY of a gold table is checked
CREATE GOLD TABLE g_twice KEY (region) AS SELECT region, day FROM silver.g_lines;
--! 23514 g_twice_pkey
SELECT * FROM gold.g_twice;
--! 42P01
