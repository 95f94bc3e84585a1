-- Of any number of rows the digits that PostgreSQL shows, where they are computed once a group and groups are few
SELECT avg(n::numeric)::text, avg(n::numeric) AS a, sum(n::numeric) / 3 AS q, avg(n::numeric) / 1000000 AS s FROM generate_series(1, 20000) AS n;
--= 10000.5000000000000000 | 10000.5000000000000000 | 66670000.000000000000 | 0.01000050000000000000
SELECT n % 3 AS g, sum(n) / 7.0 AS q FROM generate_series(1, 20000) AS n GROUP BY n % 3 ORDER BY g;
--= 0 | 9523333.285714285714
--= 1 | 9524285.714285714286
--= 2 | 9525238.142857142857
SELECT q FROM (SELECT sum(n) / 7.0 AS q FROM generate_series(1, 20000) AS n GROUP BY n % 2) g ORDER BY q;
--= 14285714.285714285714
--= 14287142.857142857143
SELECT DISTINCT sum(n) / 7.0 AS q FROM generate_series(1, 20000) AS n GROUP BY n % 2 HAVING n % 2 = 1;
--= 14285714.285714285714
SELECT 1 / 3.0 AS third, NULL / 3.0 AS nothing FROM (SELECT count(*) FROM generate_series(1, 20000)) q;
--= 0.3333333333333333 | NULL
-- Many groups, and what is computed row by row, have 16 places
SELECT n, avg(n::numeric) AS a FROM generate_series(1, 20000) AS n GROUP BY n ORDER BY n LIMIT 1;
--= 1 | 1.0000000000000000
SELECT n / 3.0 AS x FROM generate_series(1, 20000) AS n LIMIT 1;
--= 0.3333333333333333
