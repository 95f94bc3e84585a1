-- What analysts ask: joins, windows, groups, and the digits of numerics
SELECT o.order_id, c.city FROM orders o LEFT JOIN customers c USING (customer) ORDER BY o.order_id
SELECT customer, o.amount, c.city FROM orders o FULL JOIN customers c USING (customer) ORDER BY customer NULLS LAST, amount
SELECT * FROM orders NATURAL JOIN customers ORDER BY order_id
SELECT * FROM customers NATURAL LEFT JOIN (SELECT customer, count(*) AS n FROM orders GROUP BY 1) x ORDER BY 1
SELECT a.order_id, b.order_id FROM orders a JOIN orders b ON a.order_id < b.order_id AND a.is_gift = b.is_gift ORDER BY 1, 2
SELECT c.customer, l.order_id FROM customers c LEFT JOIN LATERAL (SELECT order_id FROM orders o WHERE o.customer = c.customer ORDER BY amount DESC LIMIT 1) l ON true ORDER BY 1
SELECT c.customer, t.total FROM customers c, LATERAL (SELECT sum(amount) AS total FROM orders o WHERE o.customer = c.customer) t ORDER BY 1
SELECT o.customer, c.* FROM orders o RIGHT JOIN customers c ON o.customer = c.customer AND o.amount > 15 ORDER BY c.customer
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(id, name) JOIN (VALUES (1, 10), (1, 20)) AS u(id, v) USING (id) ORDER BY v
SELECT t.id, u.id FROM (VALUES (1), (2)) AS t(id) FULL OUTER JOIN (VALUES (2), (3)) AS u(id) ON t.id = u.id ORDER BY 1 NULLS LAST, 2
SELECT id FROM (VALUES (1), (2)) AS t(id) FULL OUTER JOIN (VALUES (2), (3)) AS u(id) USING (id) ORDER BY 1
SELECT * FROM (VALUES (1, 2)) AS t(a, b) FULL JOIN (VALUES (1, 3)) AS u(a, c) USING (a) FULL JOIN (VALUES (1, 4)) AS v(a, d) USING (a)
SELECT j.* FROM (orders o JOIN customers c USING (customer)) AS j ORDER BY order_id
SELECT x.* FROM (VALUES (1,2)) t(a,b) JOIN (VALUES (2,3)) u(b,c) USING (b) AS x
WITH t AS (SELECT 1 AS a) SELECT * FROM t
WITH t(x, y) AS (SELECT 1, 'a' UNION ALL SELECT 2, 'b') SELECT y, x FROM t ORDER BY x DESC
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
WITH RECURSIVE t AS (SELECT 1 AS n, 'a'::text AS path UNION ALL SELECT n + 1, path || n::text FROM t WHERE n < 4) SELECT * FROM t ORDER BY n
WITH RECURSIVE fib(a, b) AS (SELECT 0::bigint, 1::bigint UNION ALL SELECT b, a + b FROM fib WHERE b < 100) SELECT a FROM fib ORDER BY a
WITH RECURSIVE tree(id, parent, depth) AS (SELECT id, parent, 0 FROM (VALUES (1, NULL::int), (2, 1), (3, 1), (4, 2)) v(id, parent) WHERE parent IS NULL UNION ALL SELECT v.id, v.parent, depth + 1 FROM (VALUES (1, NULL::int), (2, 1), (3, 1), (4, 2)) v(id, parent) JOIN tree ON v.parent = tree.id) SELECT * FROM tree ORDER BY id
WITH a AS MATERIALIZED (SELECT 1 x), b AS NOT MATERIALIZED (SELECT x + 1 AS y FROM a) SELECT x, y FROM a, b
WITH RECURSIVE d(day) AS (SELECT date '2024-01-01' UNION ALL SELECT day + 1 FROM d WHERE day < date '2024-01-04') SELECT day FROM d ORDER BY 1
WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT (n + 1) % 3 FROM t) SELECT n FROM t ORDER BY 1
WITH RECURSIVE search(id, path) AS (SELECT 1, ARRAY[1] UNION ALL SELECT id + 1, path || (id + 1) FROM search WHERE id < 3) SELECT * FROM search ORDER BY 1
SELECT (WITH x AS (SELECT 2 AS v) SELECT v FROM x) + 1
WITH t AS (SELECT 1, 2) SELECT * FROM t AS u(a)
WITH t(a) AS (SELECT 1, 2) SELECT * FROM t
WITH t(a, b, c) AS (SELECT 1, 2) SELECT * FROM t
SELECT order_id, amount, sum(amount) OVER (ORDER BY order_id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM orders ORDER BY 1
SELECT order_id, avg(amount) OVER (ORDER BY order_id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM orders ORDER BY 1
SELECT order_id, round(avg(amount) OVER (ORDER BY order_id), 2) FROM orders ORDER BY 1
SELECT order_id, first_value(amount) OVER w, last_value(amount) OVER w, nth_value(amount, 2) OVER w FROM orders WINDOW w AS (ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY 1
SELECT i, percent_rank() OVER (ORDER BY i), cume_dist() OVER (ORDER BY i) FROM numbers ORDER BY 1
SELECT i, ntile(3) OVER (ORDER BY i DESC) FROM numbers ORDER BY 1
SELECT i, lag(i, 1, -99) OVER (ORDER BY i), lead(i, 2) OVER (ORDER BY i) FROM numbers ORDER BY 1
SELECT i, sum(i) OVER (ORDER BY i RANGE BETWEEN 2 PRECEDING AND 2 FOLLOWING) FROM numbers ORDER BY 1
SELECT f, count(*) OVER (ORDER BY f RANGE BETWEEN 1.5 PRECEDING AND CURRENT ROW) FROM numbers ORDER BY 1
SELECT n, sum(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM numbers ORDER BY 1
SELECT i, sum(i) OVER (ORDER BY i GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM numbers ORDER BY 1
SELECT i, array_agg(i) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM numbers ORDER BY 1
SELECT i, sum(i) FILTER (WHERE i > 0) OVER (ORDER BY i) FROM numbers ORDER BY 1
SELECT is_gift, sum(amount), rank() OVER (ORDER BY sum(amount) DESC NULLS LAST) FROM orders GROUP BY is_gift ORDER BY 3, 1
SELECT customer, amount, amount - lag(amount) OVER (PARTITION BY customer ORDER BY day) AS delta FROM orders ORDER BY order_id
SELECT day, count(*) OVER (ORDER BY day RANGE BETWEEN '1 month' PRECEDING AND CURRENT ROW) FROM orders ORDER BY day
SELECT order_id, sum(quantity) OVER (PARTITION BY is_gift ORDER BY order_id DESC) FROM orders ORDER BY order_id
SELECT order_id, max(amount) OVER (PARTITION BY extract(year FROM day)) FROM orders ORDER BY order_id
SELECT order_id, row_number() OVER (PARTITION BY lower(customer) ORDER BY amount DESC) AS rn FROM orders ORDER BY 1
SELECT order_id, count(*) OVER () AS total, 100.0 * quantity / sum(quantity) OVER () AS pct FROM orders ORDER BY 1
SELECT order_id, round(100.0 * quantity / sum(quantity) OVER (), 2) AS pct FROM orders ORDER BY 1
SELECT order_id, lag(customer, 1, 'none'::text) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, lead(day) OVER (ORDER BY day) - day AS gap FROM orders ORDER BY 1
SELECT DISTINCT first_value(customer) OVER (PARTITION BY is_gift ORDER BY amount DESC NULLS LAST) FROM orders ORDER BY 1
SELECT is_gift, code, sum(quantity), grouping(is_gift, code) FROM orders GROUP BY ROLLUP (is_gift, code) ORDER BY 4, 1, 2
SELECT coalesce(customer, 'TOTAL') AS who, sum(amount) FROM orders GROUP BY ROLLUP (customer) ORDER BY 2, 1
SELECT grouping(is_gift) AS g, is_gift, count(*) FROM orders GROUP BY CUBE (is_gift) ORDER BY 1, 2
SELECT CASE WHEN grouping(code) = 1 THEN 'all' ELSE code END AS c, count(*) FROM orders GROUP BY ROLLUP (code) ORDER BY 2, 1
SELECT sum(quantity) FROM orders GROUP BY GROUPING SETS ((), ())
SELECT DISTINCT ON (is_gift) is_gift, order_id, amount FROM orders ORDER BY is_gift, amount DESC
SELECT DISTINCT ON (is_gift, code) * FROM orders ORDER BY is_gift, code, order_id
SELECT DISTINCT ON (1) is_gift, order_id FROM orders ORDER BY 1, 2
SELECT DISTINCT ON (amount > 0) amount FROM orders ORDER BY amount > 0, amount
SELECT DISTINCT ON (is_gift) order_id FROM orders ORDER BY order_id
SELECT 1 UNION SELECT 2.5 ORDER BY 1
SELECT 1 UNION ALL SELECT '2' ORDER BY 1
SELECT 'a' UNION SELECT 'b' ORDER BY 1 DESC
SELECT 1::int UNION SELECT 2::bigint
SELECT date '2024-01-01' UNION SELECT timestamp '2024-01-02' ORDER BY 1
SELECT 'a'::varchar(3) UNION SELECT 'b'::varchar(3) ORDER BY 1
SELECT 'a'::varchar(3) UNION SELECT 'b'::varchar(4) ORDER BY 1
SELECT 1.5::numeric(5,2) UNION ALL SELECT 2::numeric(5,2)
SELECT 1.5::numeric(5,2) UNION ALL SELECT 2::numeric(6,3)
SELECT customer FROM orders INTERSECT SELECT customer FROM customers ORDER BY 1
SELECT customer FROM orders EXCEPT SELECT customer FROM customers ORDER BY 1
SELECT customer FROM customers EXCEPT ALL SELECT customer FROM orders ORDER BY 1
(SELECT order_id FROM orders ORDER BY 1 LIMIT 2) UNION ALL (SELECT order_id FROM orders ORDER BY 1 DESC LIMIT 1) ORDER BY 1
SELECT 1 AS x UNION ALL SELECT 2 UNION SELECT 2 INTERSECT SELECT 2 ORDER BY x
SELECT a FROM (SELECT 1 AS a UNION SELECT 2 AS b) q ORDER BY a
SELECT order_id FROM orders UNION SELECT i FROM numbers ORDER BY order_id LIMIT 3 OFFSET 1
SELECT 1, 2 UNION SELECT 3
SELECT 1 UNION SELECT true
VALUES (1, 'a'), (2, NULL) ORDER BY 1 DESC LIMIT 1
VALUES (1), (2.5)
VALUES ('a'), (1)
SELECT * FROM (VALUES (1, 2), (3, 4)) AS v
SELECT column1 FROM (VALUES (3), (1)) AS v ORDER BY 1
SELECT order_id FROM orders ORDER BY amount NULLS FIRST, order_id
SELECT order_id FROM orders ORDER BY amount DESC NULLS LAST
SELECT order_id FROM orders ORDER BY amount USING >, order_id
SELECT order_id, amount FROM orders ORDER BY 2 DESC, 1
SELECT customer FROM orders ORDER BY customer COLLATE "C"
SELECT customer FROM orders ORDER BY lower(customer), order_id
SELECT order_id AS x FROM orders ORDER BY -order_id
SELECT order_id AS x FROM orders ORDER BY x + 1
SELECT order_id FROM orders ORDER BY 5
SELECT order_id FROM orders ORDER BY nothing
SELECT order_id FROM orders LIMIT ALL
SELECT order_id FROM orders ORDER BY 1 FETCH FIRST ROW ONLY
SELECT order_id FROM orders ORDER BY 1 LIMIT 2 OFFSET NULL
SELECT order_id FROM orders ORDER BY 1 LIMIT (SELECT 2)
SELECT order_id FROM orders ORDER BY 1 LIMIT 2.5
SELECT is_gift FROM orders ORDER BY is_gift FETCH FIRST 2 ROWS WITH TIES
SELECT order_id FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.customer = o.customer) ORDER BY 1
SELECT order_id FROM orders WHERE customer NOT IN (SELECT customer FROM customers WHERE customer IS NOT NULL) ORDER BY 1
SELECT order_id FROM orders WHERE (customer, is_gift) IN (SELECT customer, true FROM customers) ORDER BY 1
SELECT order_id FROM orders WHERE amount > ALL (SELECT n FROM numbers WHERE n < 5) ORDER BY 1
SELECT order_id FROM orders WHERE amount = ANY (SELECT amount FROM orders WHERE is_gift) ORDER BY 1
SELECT order_id, (SELECT max(n) FROM numbers WHERE i <= o.order_id) FROM orders o ORDER BY 1
SELECT (SELECT order_id FROM orders ORDER BY 1)
SELECT order_id FROM orders WHERE amount > (SELECT avg(amount) FROM orders) ORDER BY 1
SELECT order_id FROM orders WHERE order_id IN (1, 2, NULL) ORDER BY 1
SELECT order_id FROM orders WHERE (order_id, quantity) = (1, 3)
SELECT order_id FROM orders WHERE (order_id, quantity) > (1, 3) ORDER BY 1
SELECT EXISTS (SELECT 1 WHERE false), EXISTS (SELECT * FROM orders)
SELECT exists(SELECT 1)
SELECT ARRAY(SELECT order_id FROM orders ORDER BY 1)
SELECT customer, (SELECT count(*) FROM orders o WHERE o.customer = c.customer) AS n FROM customers c ORDER BY n DESC, 1
SELECT * FROM (SELECT order_id, amount FROM orders) AS s(a, b) WHERE b > 0 ORDER BY a
SELECT row(1, 2) = row(1, 2), row(1, NULL) IS NULL, row(NULL, NULL) IS NULL
SELECT (1, 'a')
SELECT ROW(1, 'a', NULL)
SELECT ROW(1, 2.5) < ROW(1, 3)
SELECT o FROM orders o WHERE order_id = 2
SELECT (o).order_id FROM orders o ORDER BY 1
SELECT o.* FROM orders o WHERE order_id = 1
SELECT count(o) FROM orders o
SELECT row_to_json(c) FROM customers c ORDER BY customer
SELECT to_jsonb(c) FROM customers c ORDER BY customer
WITH m AS (SELECT is_gift, avg(amount) AS a FROM orders GROUP BY is_gift) SELECT is_gift, a, a * 2 AS twice, round(a, 1) FROM m ORDER BY 1
SELECT s.share, s.share * 100 FROM (SELECT order_id, amount / sum(amount) OVER () AS share FROM orders) s ORDER BY s.order_id
SELECT sum(share) FROM (SELECT quantity / 3.0 AS share FROM orders) s
SELECT avg(a) FROM (SELECT avg(amount) AS a FROM orders GROUP BY is_gift) s
SELECT max(a), min(a) FROM (SELECT avg(amount) AS a FROM orders GROUP BY is_gift) s
SELECT quantity / 3.0, count(*) FROM orders GROUP BY quantity / 3.0 ORDER BY 1
SELECT quantity / 3.0 AS x, count(*) FROM orders GROUP BY x ORDER BY x
SELECT quantity / 3.0 AS x, sum(amount) / count(*) AS y FROM orders GROUP BY 1 ORDER BY 1
SELECT coalesce(amount, 0) AS a, count(*) FROM orders GROUP BY 1 ORDER BY 1
SELECT is_gift, sum(amount) / count(*) FROM orders GROUP BY ROLLUP (is_gift) ORDER BY 1, 2
SELECT is_gift, coalesce(sum(amount), 0) FROM orders GROUP BY is_gift ORDER BY 1
SELECT DISTINCT amount / 3 FROM orders WHERE amount > 1 ORDER BY 1
SELECT (SELECT avg(quantity) FROM orders), (SELECT avg(amount) FROM orders) - 1
SELECT order_id FROM orders WHERE amount / 3 > (SELECT avg(amount) / 3 FROM orders) ORDER BY 1
SELECT order_id FROM orders WHERE amount / 3 IN (SELECT amount / 3 FROM orders WHERE is_gift) ORDER BY 1
SELECT ARRAY(SELECT round(amount / 3, 2) FROM orders WHERE amount > 1 ORDER BY 1)
SELECT avg(amount) FILTER (WHERE is_gift) FROM orders
SELECT avg(DISTINCT quantity), sum(DISTINCT amount) FROM orders
SELECT order_id, avg(quantity) OVER (ORDER BY order_id) FROM orders ORDER BY 2, 1
SELECT is_gift, avg(amount) AS a FROM orders GROUP BY is_gift ORDER BY avg(amount) DESC NULLS LAST
SELECT is_gift, avg(amount) AS a FROM orders GROUP BY is_gift HAVING avg(amount) > 1 ORDER BY a
SELECT avg(amount)::text, (amount / 3)::text FROM orders GROUP BY amount ORDER BY amount
SELECT 'avg: ' || avg(quantity) FROM orders
SELECT concat(1 / 3.0, ' ', 2 / 3.0), format('%s', 1 / 3.0), format('%s', true)
SELECT to_char(avg(amount), '999.99'), to_char(10 / 3.0, 'FM999.000') FROM orders
SELECT abs(-1 / 3.0), -(1 / 3.0), (1 / 3.0) + 1, (1 / 3.0) * 3, 10 % (10 / 3.0)
SELECT avg(quantity)::numeric(10, 2), avg(quantity)::int, avg(quantity)::float8, avg(quantity)::numeric FROM orders
SELECT CASE WHEN count(*) = 0 THEN 0 ELSE sum(amount) / count(*) END FROM orders
SELECT is_gift, CASE WHEN sum(quantity) > 0 THEN sum(amount) / sum(quantity) END AS rate FROM orders GROUP BY 1 ORDER BY 1
SELECT o.order_id, o.amount / t.total AS share FROM orders o, (SELECT sum(amount) AS total FROM orders) t ORDER BY 1
SELECT o.order_id, round(o.amount * 100 / t.total, 2) FROM orders o CROSS JOIN (SELECT sum(amount) AS total FROM orders) t ORDER BY 1
SELECT a.is_gift, a.x - b.y FROM (SELECT is_gift, avg(amount) AS x FROM orders GROUP BY 1) a JOIN (SELECT avg(amount) AS y FROM orders) b ON true ORDER BY 1
SELECT 1 / 3.0 UNION ALL SELECT 2 ORDER BY 1
SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2.5) s ORDER BY x
SELECT x + 1 FROM (VALUES (1), (2.5)) v(x) ORDER BY 1
SELECT sum(x), avg(x), max(x) FROM (VALUES (1), (2.5)) v(x)
SELECT lag(x, 1, 0) OVER (ORDER BY x) FROM (VALUES (1.5), (2.5)) v(x) ORDER BY 1
SELECT stddev(amount), var_pop(amount), stddev_pop(quantity), variance(big) FROM orders
SELECT is_gift, stddev(quantity) FROM orders GROUP BY is_gift ORDER BY 1
SELECT sqrt(avg(amount)), ln(avg(quantity)), power(avg(quantity), 2), exp(avg(quantity)) FROM orders
SELECT sum(quantity * 0.333), sum(amount) * 1.0 / sum(quantity) FROM orders
SELECT row_to_json(s) FROM (SELECT avg(quantity) AS a, 1 / 3.0 AS b FROM orders) s
SELECT jsonb_build_object('a', avg(quantity), 'b', 1 / 4.0) FROM orders
SELECT greatest(avg(quantity), 1), least(1 / 3.0, 0.5), nullif(1 / 3.0, 2) FROM orders
SELECT (data ->> 'n')::numeric, (data ->> 'n')::numeric * 2 FROM orders ORDER BY order_id
SELECT sum((data ->> 'n')::numeric), avg((data ->> 'n')::numeric) FROM orders
SELECT ratio::numeric, sum(ratio::numeric) OVER () FROM orders ORDER BY order_id
SELECT 123456789.123456789::float8::numeric, 0.1::float4::numeric, 1e20::float8::numeric, 1e-7::float8::numeric
SELECT extract(epoch FROM day), extract(epoch FROM at), extract(year FROM at) / 3 FROM orders ORDER BY order_id
SELECT date_trunc('hour', interval '3 days 02:47:33'), date_trunc('month', interval '14 months 5 days'), date_trunc('year', interval '-14 months')
SELECT interval '1.5 hours', interval '0.1 second', interval '1.5 days', interval '2.5 weeks'
WITH RECURSIVE t(n, v) AS (SELECT 1, 1.0 UNION ALL SELECT n + 1, v * 2 FROM t WHERE n < 4) SELECT n, v, v / 3 FROM t ORDER BY 1
SELECT DISTINCT ON (is_gift) is_gift, amount / 3 FROM orders ORDER BY is_gift, amount
SELECT count(*), count(a) FROM (SELECT amount / quantity AS a FROM orders WHERE quantity > 0) s WHERE a > 0
SELECT l.a FROM customers c, LATERAL (SELECT avg(amount) AS a FROM orders o WHERE o.customer = c.customer) l ORDER BY 1
SELECT c.customer, (SELECT avg(amount) FROM orders o WHERE o.customer = c.customer) AS a FROM customers c ORDER BY a, 1
SELECT EXISTS (SELECT avg(amount) FROM orders), 2 > ALL (SELECT avg(quantity) / 10 FROM orders)
SELECT x.* FROM (SELECT order_id, amount / 3 AS third FROM orders) x ORDER BY third DESC NULLS LAST LIMIT 2
SELECT amount / 3 AS a FROM orders ORDER BY 1 DESC LIMIT 2 OFFSET 1
SELECT string_agg((amount / 3)::text, ',' ORDER BY order_id) FROM orders
SELECT array_agg(amount / 3 ORDER BY order_id) FROM orders WHERE order_id < 3
SELECT sum(amount / 3) FROM orders
SELECT avg(CASE WHEN is_gift THEN 1 ELSE 0 END), avg(is_gift::int) FROM orders
SELECT sum(CASE WHEN is_gift THEN 1.0 ELSE 0 END) / count(*) FROM orders
(SELECT avg(amount) AS a FROM orders) ORDER BY a LIMIT 1
SELECT percent_rank() OVER (ORDER BY amount / 3), sum(amount / 3) OVER (ORDER BY order_id) FROM orders ORDER BY order_id
SELECT corr(amount, quantity) IS NOT NULL, 1 / 3.0 = 0.33333333333333333333, 1 / 3.0 > 0.3333 FROM orders
SELECT tbl.a FROM (SELECT 1 / 3.0 AS "a digits", 2 / 3.0 AS a) tbl
SELECT a, b FROM (SELECT order_id AS a, avg(amount) OVER (PARTITION BY is_gift) AS b FROM orders) s WHERE b > 1 ORDER BY a
SELECT string_agg(customer, ', ' ORDER BY amount DESC NULLS LAST) FROM orders
SELECT array_agg(amount) FROM orders WHERE order_id < 3
SELECT array_agg(tags ORDER BY order_id) FROM orders WHERE cardinality(tags) = 2
SELECT json_agg(row_to_json(c) ORDER BY customer) FROM customers c
SELECT json_agg(amount ORDER BY order_id) FROM orders
SELECT jsonb_agg(amount ORDER BY order_id) FROM orders
SELECT json_build_object('id', order_id, 'amount', amount) FROM orders ORDER BY order_id
SELECT jsonb_build_object('id', order_id, 'amount', amount) FROM orders ORDER BY order_id
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM orders
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) FROM orders
SELECT percentile_disc(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY quantity) FROM orders
SELECT percentile_cont(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY quantity DESC) FROM orders
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY day) FROM orders
SELECT mode() WITHIN GROUP (ORDER BY is_gift) FROM orders
SELECT regr_slope(amount, quantity), regr_intercept(amount, quantity), regr_r2(amount, quantity) FROM orders
SELECT corr(amount, quantity) FROM orders
SELECT stddev(amount), variance(amount) FROM orders
SELECT stddev(quantity), stddev_pop(quantity) FROM orders
SELECT var_pop(amount), var_samp(quantity) FROM orders
SELECT avg(amount), avg(quantity), avg(big), avg(ratio) FROM orders
SELECT sum(big), sum(quantity), sum(amount), sum(ratio) FROM orders
SELECT avg(quantity::smallint), sum(quantity::smallint), sum(ratio::real), avg(ratio::real) FROM orders
SELECT customer, avg(amount) FROM orders GROUP BY customer ORDER BY 1
SELECT avg(x) FROM generate_series(1, 4) x
SELECT avg(x) FROM generate_series(10000, 10001) x
SELECT avg(x) FROM (VALUES (0.1), (0.2)) v(x)
SELECT avg(x) FROM (VALUES (123456.5), (200000.25)) v(x)
SELECT sum(x) / count(x) FROM (VALUES (123456.5), (200000.25)) v(x)
SELECT avg(1), avg(NULL::int)
SELECT max(customer), min(code) FROM orders
SELECT max(at) - min(at) FROM orders
SELECT max(day) - min(day) FROM orders
SELECT bit_and(quantity), bit_or(quantity) FROM orders
SELECT every(amount > -100), bool_or(amount > 100) FROM orders
SELECT count(DISTINCT (is_gift, code)) FROM orders
SELECT count(*) FILTER (WHERE amount > 0) AS pos, count(*) FILTER (WHERE amount <= 0) AS neg FROM orders
SELECT sum(CASE WHEN is_gift THEN amount ELSE 0 END) FROM orders
SELECT sum(CASE WHEN is_gift THEN 1 END) FROM orders
SELECT sum(amount * quantity) FROM orders
SELECT sum(amount * 1.19) FROM orders
SELECT sum(amount) * 0.2 FROM orders
SELECT sum(amount) / sum(quantity) FROM orders
SELECT sum(amount) / count(*) FROM orders
SELECT round(sum(amount) / count(*), 2) FROM orders
SELECT round(avg(amount), 2) FROM orders
SELECT round(avg(quantity), 1) FROM orders
SELECT round(avg(quantity)::numeric, 3) FROM orders
SELECT round(100.0 * count(*) FILTER (WHERE is_gift) / count(*), 1) FROM orders
SELECT count(*) * 100 / (SELECT count(*) FROM customers) FROM orders
SELECT count(*)::numeric / 3 FROM orders
SELECT count(*)::float / 3 FROM orders
SELECT sum(quantity)::decimal / count(*) FROM orders
SELECT 7 / 2.0
SELECT 100 * 3 / 7.0
SELECT 1.0 / 7
SELECT 10.00 / 3
SELECT 22 / 7::numeric
SELECT 0.05 / 3
SELECT 1000000.0 / 7
SELECT 5 / 9.0 * (98.6 - 32)
SELECT 1 / 3::numeric(10, 2)
SELECT 1e3 / 3
SELECT 12345678901234567890 / 7
SELECT 2.5 * 2, 2.50 * 2.00, 1.1 + 2.22, 5.0 - 5
SELECT 7.5 % 2, -7.5 % 2, mod(10.5, 3)
SELECT round(2.345, 2), round(-2.345, 2), round(2.5), round(-2.5), round(1e10)
SELECT round(123.456, -1), round(155, -2), round(42.4382::numeric, 1)
SELECT trunc(42.4382, 2), trunc(-42.8), trunc(1234.567, -2)
SELECT ceil(-42.8), floor(-42.8), ceiling(95.3), sign(-8.4), abs(-17.4)
SELECT ceil(5), floor(5), round(5), abs(-5), sign(-5)
SELECT power(9, 3), power(9.0, 3.0), power(2, -1), power(2.0, 0.5), power(10, 20)
SELECT 9 ^ 3, 9.0 ^ 3.0, 2 ^ 10, 2.0 ^ 3
SELECT sqrt(2), sqrt(2.0), sqrt(16), sqrt(2::numeric)
SELECT exp(1), exp(1.0), ln(2), ln(2.0), log(100), log(100.0), log(2, 64), log10(1000)
SELECT log(2.0, 64.0), log(3.0)
SELECT cbrt(27), cbrt(27.0), |/ 25.0, ||/ 27.0
SELECT 5 !
SELECT factorial(5), gcd(1071, 462), lcm(1071, 462)
SELECT div(9, 4), div(9.5, 4), div(-9, 4)
SELECT width_bucket(5.35, 0.024, 10.06, 5), width_bucket(5, 0, 10, 5)
SELECT degrees(0.5), radians(45.0), pi()
SELECT 2147483647::bigint + 1
SELECT -2147483648 / -1
SELECT 1::float / 0
SELECT 0 / 0.0
SELECT '12abc'::int
SELECT 'maybe'::boolean
SELECT '2024-13-45'::date
SELECT 'abc'::uuid
SELECT '{bad'::json
SELECT '{"a":}'::jsonb
SELECT 'NaN'::numeric
SELECT 'NaN'::float8, 'Infinity'::float8, '-Infinity'::float8
SELECT 'Infinity'::numeric
SELECT 'NaN'::numeric = 'NaN'::numeric, 'NaN'::float8 = 'NaN'::float8
SELECT 1.23456789012345678901234567890
SELECT 123456789012345678901234567890123456789012345
SELECT 1.5e3, 1e-3, .5, 5., 1E5, 1e0
SELECT 0x1F
SELECT 1_000
SELECT 1a
SELECT 12e
SELECT 0.1 + 0.2, 0.1::float8 + 0.2::float8
SELECT 1.10::numeric, 1.10::numeric(5,1), 1.15::numeric(5,1), 1.25::numeric(5,1), 999.99::numeric(4,1)
SELECT 1000::numeric(3,0)
SELECT 12345.678::numeric(10,2)::text
SELECT 1.5::float4, 1.1::float4, 1.1::float4::float8, 1e-7::float8, 1e15::float8, 1e16::float8, 123456789.123::float8
SELECT 0.1::float4 + 0.2::float4, 3.0::float8, 100000::float4, 1e6::float4
SELECT 1.7::int, -1.5::int, (-1.5)::int, 2.5::int, 0.5::float8::int, 1.5::float8::int
SELECT 5 / 2, -5 / 2, 5 % -3, 5.0 / 2
SELECT 1 + 1.5, 1::bigint + 1, 1::smallint + 1, 1 + 1::float4, 1.0 + 1::float8
SELECT pg_typeof(1 + 1.5), pg_typeof(1::smallint + 1), pg_typeof(1::float4 + 1), pg_typeof(1::real * 2.0), pg_typeof(2 ^ 2), pg_typeof(1 / 2)
SELECT pg_typeof(sum(1)), pg_typeof(avg(1)), pg_typeof(count(*)), pg_typeof(sum(1::bigint)), pg_typeof(sum(1.0)), pg_typeof(avg(1::float4))
SELECT pg_typeof('a'), pg_typeof(NULL), pg_typeof(ARRAY[1]), pg_typeof(now()), pg_typeof('a'::varchar), pg_typeof(row(1))
SELECT 91 & 15, 32 | 3, 17 # 5, ~1, 1 << 4, 8 >> 2, 1::bigint << 40
SELECT -5 >> 1, 5::smallint & 3::smallint, 1 << 31, 1 << 32
SELECT @ -5.0, |/ 25, - -5, + 5
SELECT 2 + 3 * 4 ^ 2 / 8 % 5
SELECT -2 ^ 2, 2 ^ 3 ^ 2
SELECT NOT true = false, NOT 1 = 2 AND true
SELECT 1 BETWEEN 0 AND 2 AND true, 5 NOT BETWEEN SYMMETRIC 10 AND 1
SELECT 3 BETWEEN SYMMETRIC 5 AND 1
SELECT 1 < 2 AND 2 < 3 OR false
SELECT 10 - 2 - 3, 2 - -1, 100 / 10 / 2
SELECT generate_series(1, 3), generate_series(1, 2)
SELECT * FROM generate_series(0, 1, 0.25)
SELECT * FROM generate_series(1.5, 3)
SELECT * FROM generate_series(10, 1, -3)
SELECT d::date FROM generate_series('2024-01-30'::timestamp, '2024-02-02', '1 day') d
SELECT generate_series('2024-01-01'::date, '2024-03-01'::date, '1 month'::interval)
SELECT count(*) FROM generate_series('2024-01-01 00:00'::timestamp, '2024-01-01 06:00', '15 minutes')
SELECT greatest(1, 2, NULL), least(1.5, 2), greatest('a', 'b'), greatest(date '2024-01-01', date '2023-01-01'), least(1, 2.5)
SELECT coalesce(NULL, NULL), coalesce(NULL, 1, 2.5), coalesce('a', NULL)
SELECT coalesce(amount, 0), coalesce(quantity, 0), coalesce(customer, '') FROM orders ORDER BY order_id
SELECT coalesce(amount, quantity) FROM orders ORDER BY order_id
SELECT nullif(quantity, 0), nullif(customer, 'Ann'), nullif(amount, 0) FROM orders ORDER BY order_id
SELECT amount / nullif(quantity, 0) FROM orders ORDER BY order_id
SELECT round(amount / nullif(quantity, 0), 2) FROM orders ORDER BY order_id
SELECT CASE WHEN amount > 10 THEN 'high' WHEN amount > 0 THEN 'low' ELSE 'none' END FROM orders ORDER BY order_id
SELECT CASE WHEN quantity > 2 THEN quantity ELSE amount END FROM orders ORDER BY order_id
SELECT CASE WHEN is_gift THEN amount ELSE 0 END FROM orders ORDER BY order_id
SELECT CASE quantity WHEN 3 THEN 'three' WHEN 2 THEN 'two' END FROM orders ORDER BY order_id
SELECT CASE WHEN true THEN '1' ELSE 2 END
SELECT CASE WHEN order_id = 1 THEN NULL ELSE day END FROM orders ORDER BY order_id
SELECT quantity IS DISTINCT FROM 3, quantity IS NOT DISTINCT FROM NULL FROM orders ORDER BY order_id
SELECT is_gift IS TRUE, is_gift IS FALSE, is_gift IS UNKNOWN, is_gift IS NOT UNKNOWN FROM orders ORDER BY order_id
SELECT NOT is_gift, is_gift AND true, is_gift OR NULL FROM orders ORDER BY order_id
SELECT true::int, 1::boolean, 'yes'::boolean, true::text, 'on'::bool::int
SELECT amount::int, amount::text, amount::float8, quantity::numeric(5,2), ratio::numeric FROM orders ORDER BY order_id
SELECT ratio::int, ratio::text, (ratio * 100)::numeric(10,1) FROM orders ORDER BY order_id
SELECT quantity / 2, quantity / 2.0, quantity::float / 2, quantity * 1.5 FROM orders ORDER BY order_id
SELECT amount * 0.1, amount + 1, amount - 0.005, -amount, amount * amount FROM orders ORDER BY order_id
SELECT amount / 3, amount % 3, amount ^ 2 FROM orders ORDER BY order_id
SELECT amount * ratio, amount + ratio FROM orders ORDER BY order_id
SELECT big / 3, big * 2, big % 7, big::numeric / 3 FROM orders ORDER BY order_id
SELECT big * big FROM orders WHERE order_id = 1
SELECT quantity || ' pcs', amount || '', customer || order_id FROM orders ORDER BY order_id
