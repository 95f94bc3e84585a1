-- UNION, INTERSECT, EXCEPT, VALUES
SELECT 1 UNION ALL SELECT 1 UNION SELECT 1
SELECT 1 UNION ALL (SELECT 2 UNION SELECT 2) ORDER BY 1
SELECT i FROM numbers UNION SELECT order_id FROM orders ORDER BY i
SELECT i FROM numbers INTERSECT SELECT order_id FROM orders ORDER BY i
SELECT i FROM numbers EXCEPT ALL SELECT order_id FROM orders ORDER BY i
SELECT x FROM (VALUES (1), (1), (2)) v(x) INTERSECT ALL SELECT x FROM (VALUES (1), (1), (1)) v(x)
SELECT 1 UNION SELECT 2 EXCEPT SELECT 2 ORDER BY 1
SELECT 1 UNION SELECT 2 INTERSECT SELECT 2 ORDER BY 1
SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL ORDER BY a
SELECT NULL AS a UNION ALL SELECT 1.5 ORDER BY a
SELECT NULL UNION ALL SELECT NULL
SELECT 'a' UNION ALL SELECT 'b'::varchar(3) ORDER BY 1
SELECT 1::smallint AS x UNION ALL SELECT 2::bigint ORDER BY x
SELECT 1 AS x UNION ALL SELECT 2.5::float8 ORDER BY x
SELECT 1::numeric(5,2) AS x UNION ALL SELECT 2.555 ORDER BY x
SELECT date '2024-01-01' AS d UNION ALL SELECT timestamp '2024-01-01 10:00' ORDER BY d
SELECT amount FROM orders UNION ALL SELECT n FROM numbers ORDER BY 1
SELECT order_id, customer FROM orders WHERE order_id = 1 UNION SELECT order_id, code FROM orders WHERE order_id = 2 ORDER BY order_id
SELECT customer FROM orders UNION SELECT city FROM customers ORDER BY customer NULLS FIRST
SELECT customer FROM orders UNION ALL SELECT city FROM customers ORDER BY 1 DESC LIMIT 3
(SELECT order_id FROM orders ORDER BY order_id LIMIT 1) UNION ALL (SELECT order_id FROM orders ORDER BY order_id DESC LIMIT 1)
(SELECT 1 AS a) ORDER BY a
((SELECT 1))
SELECT * FROM ((SELECT 1 AS a) UNION (SELECT 2)) x ORDER BY a
SELECT count(*) FROM (SELECT 1 UNION ALL SELECT 1) x
SELECT ARRAY[1] UNION SELECT ARRAY[2] ORDER BY 1
SELECT i, 'n' AS kind FROM numbers UNION ALL SELECT order_id, 'o' FROM orders ORDER BY kind, i LIMIT 4 OFFSET 2
SELECT i AS a FROM numbers UNION SELECT order_id FROM orders ORDER BY a DESC FETCH FIRST ROW ONLY
VALUES (1), (2), (3)
VALUES (1, 'a'), (NULL, 'b')
VALUES (1), (2.5), (NULL)
VALUES ('2024-01-01'::date), ('2024-01-02')
VALUES (1, 2) ORDER BY 1 LIMIT 1
VALUES (3), (1), (2) ORDER BY column1 DESC
SELECT * FROM (VALUES (1, 'one'), (2, 'two')) AS t (num, letter) WHERE num > 1
SELECT sum(column1), max(column2) FROM (VALUES (1, 'a'), (2, 'b')) v
SELECT v.column1 FROM (VALUES (1), (2)) AS v ORDER BY 1
VALUES (1) UNION VALUES (2) ORDER BY 1
TABLE customers ORDER BY customer
-- What is wrong
SELECT 1 UNION SELECT 1, 2
SELECT 1 UNION SELECT 'a'
SELECT 1 UNION SELECT 'a'::text
SELECT 1 AS a UNION SELECT 2 ORDER BY b
SELECT 1 AS a UNION SELECT 2 ORDER BY a + 1
VALUES (1, 2), (3)
SELECT date '2024-01-01' UNION SELECT 1
SELECT true UNION SELECT 1
SELECT ARRAY[1] UNION SELECT 1
SELECT 'a'::varchar(3) UNION SELECT 'b'::name ORDER BY 1
SELECT 'a'::varchar UNION SELECT 'b'::text ORDER BY 1
SELECT 'b'::text UNION SELECT 'a'::varchar ORDER BY 1
SELECT 'b'::name UNION SELECT 'a'::varchar ORDER BY 1
SELECT 'b'::name UNION SELECT 'a'::text ORDER BY 1
SELECT 'b'::text UNION SELECT 'a'::name ORDER BY 1
SELECT code FROM orders UNION SELECT customer FROM orders ORDER BY 1
SELECT 'a'::char(3) UNION ALL SELECT 'b'::varchar ORDER BY 1
SELECT 'a'::varchar(3) UNION ALL SELECT 'b'::char(3) ORDER BY 1
SELECT CASE WHEN order_id > 2 THEN code ELSE customer END, CASE WHEN order_id > 2 THEN customer ELSE code END, coalesce(code, customer), coalesce(code, 'x'), coalesce(customer, code) FROM orders ORDER BY order_id
VALUES ('a'::varchar), ('b'::text)
SELECT 'a'::char(3) = 'a'::varchar, 'a'::char(3) = 'a  '::text, 'a '::varchar = 'a'::char(2), 'a'::name = 'a'::varchar
SELECT 1::smallint UNION SELECT 2::bigint UNION SELECT 3.5::real ORDER BY 1
SELECT date '2024-01-01' UNION SELECT timestamp '2024-01-01 10:00' ORDER BY 1
SELECT 'a'::varchar(5) UNION SELECT 'b'::varchar(5) ORDER BY 1
SELECT 'a'::varchar(5) UNION SELECT 'b'::varchar(6) ORDER BY 1
SELECT DISTINCT x FROM (VALUES (1.5), (2.25), (3)) v(x) ORDER BY 1
SELECT 1.5 UNION SELECT 2.25 UNION SELECT 3 ORDER BY 1
SELECT DISTINCT amount / 7 FROM orders ORDER BY 1
SELECT DISTINCT avg(amount), is_gift FROM orders GROUP BY is_gift ORDER BY 1, 2
SELECT DISTINCT amount / 7 AS x, is_gift FROM orders ORDER BY x DESC NULLS LAST LIMIT 2
SELECT count(*) FROM (SELECT DISTINCT amount / 7 AS x FROM orders) s
SELECT 1/3.0 UNION SELECT 2/3.0 ORDER BY 1 DESC
SELECT x + 1 FROM (SELECT 1/3.0 AS x UNION SELECT 2/3.0 UNION ALL SELECT 5) s ORDER BY 1 DESC
SELECT 1.50 INTERSECT SELECT 1.5
SELECT 1.5 UNION SELECT 2.25 ORDER BY 1 LIMIT 1
SELECT DISTINCT ON (is_gift) is_gift, amount / 7 FROM orders ORDER BY is_gift, amount
WITH RECURSIVE r(n, x) AS (SELECT 1, 1::numeric UNION ALL SELECT n + 1, x / 3 FROM r WHERE n < 5) SELECT * FROM r
WITH RECURSIVE r(n, x) AS (SELECT 1, 1::numeric UNION ALL SELECT n + 1, x * 1.05 FROM r WHERE n < 5) SELECT * FROM r
SELECT json_build_object('a', 1/3.0, 'b', avg(amount), 'c', 1.50, 'd', sum(amount) / 3) FROM orders
SELECT row_to_json(s) FROM (SELECT avg(quantity) AS a, 1 / 3.0 AS b, 1.50 AS c FROM orders) s
SELECT json_agg(x) FROM (VALUES (1.5), (2.25), (3)) v(x)
SELECT json_object_agg(k, x) FROM (VALUES ('a', 1/3.0), ('b', 2.5)) v(k, x)
SELECT to_json(1/3.0), to_jsonb(avg(amount)) FROM orders
SELECT json_agg(s) FROM (SELECT amount / 3 AS x FROM orders ORDER BY order_id) s
SELECT json_build_array(1/3.0, 2.50, NULL)
SELECT ARRAY[1.5, 2.25, 3], ARRAY[1/3.0, 2]
SELECT array_agg(x) FROM (VALUES (1.5), (2.25), (3)) v(x)
SELECT array_to_string(ARRAY[1.5, 2.25, 3], ','), array_agg(amount / 3 ORDER BY order_id) FROM orders
SELECT nullif(code, 'x'), nullif('a'::varchar, 'b'::varchar), nullif('a'::char(3), 'b'), nullif('a'::name, 'b') FROM orders WHERE order_id = 1
WITH RECURSIVE r(n, x) AS (SELECT 1, 100.00 UNION ALL SELECT n + 1, round(x * 1.05, 2) FROM r WHERE n < 5) SELECT * FROM r
WITH RECURSIVE r(n, x) AS (SELECT 1, amount FROM orders WHERE order_id = 1 UNION ALL SELECT n + 1, x * 1.1 FROM r WHERE n < 3) SELECT * FROM r
WITH RECURSIVE r(n, x) AS (SELECT 1, 1.0 UNION ALL SELECT n + 1, x + 0.1 FROM r WHERE n < 4) SELECT sum(x), max(x), avg(x) FROM r
WITH RECURSIVE r(n, x) AS (SELECT 1, 2::numeric UNION ALL SELECT n + 1, x ^ 2 FROM r WHERE n < 4) SELECT * FROM r
WITH RECURSIVE f(a, b) AS (SELECT 0::numeric, 1::numeric UNION ALL SELECT b, a + b FROM f WHERE b < 100) SELECT a FROM f
SELECT DISTINCT sum(amount) OVER (PARTITION BY is_gift) / 3 AS s, is_gift FROM orders ORDER BY s, is_gift LIMIT 3 OFFSET 1
SELECT DISTINCT x FROM (VALUES (1.5), (2.25), (NULL)) v(x) ORDER BY x DESC
SELECT x FROM (VALUES (1.5), (2.25)) v(x) UNION SELECT NULL ORDER BY x
SELECT 1.5 AS x, 'a' AS y UNION SELECT 2.25, 'b' UNION ALL SELECT 3, 'c' ORDER BY x
SELECT (ARRAY[1.5, 2.25, 3])[1], ARRAY[1.5, 2]::text, ARRAY[NULL, 1.5, 2], array_length(ARRAY[1.5, 2], 1)
SELECT 2.5 = ANY (ARRAY[1.5, 2.50]), unnest(ARRAY[1.5, 2.25, 3])
SELECT array_agg(x ORDER BY x DESC), array_agg(x) FILTER (WHERE x > 2), json_agg(x ORDER BY x) FROM (VALUES (1.5), (2.25), (3)) v(x)
SELECT ARRAY[1.5, 2.25] || 3.125, array_append(ARRAY[1.5], 2.25), array_cat(ARRAY[1.5], ARRAY[2.25])
SELECT CASE WHEN true THEN 'a'::char(3) ELSE 'b'::varchar END || '|', CASE WHEN true THEN ARRAY[1.5, 2] END
SELECT ROW(1/3.0, 2.5, 'a'), row_to_json(ROW(1/3.0, 2))
SELECT x, x + 1 FROM unnest(ARRAY[1.5, 2.25, 3]) AS x
SELECT x, n FROM unnest(ARRAY[1.5, 2.25, 3]) WITH ORDINALITY AS u(x, n)
SELECT coalesce(NULL::numeric[], ARRAY[1.5, 2]), coalesce(tags, ARRAY['x']) FROM orders ORDER BY order_id
SELECT ARRAY[1.5, 2] UNION ALL SELECT ARRAY[2.25]
VALUES (ARRAY[1.5, 2]), (ARRAY[2.25])
SELECT ARRAY(SELECT x FROM (VALUES (1.5), (2.25), (3)) v(x) ORDER BY x)
SELECT array_append(ARRAY[1, 2], 2.5), array_prepend(0.5, ARRAY[1]), ARRAY[1, 2] || 2.50, 0.5 || ARRAY[1, 2], array_append(ARRAY['a'], 'b'), ARRAY[1] || ARRAY[2::bigint]
SELECT array_append(NULL::int[], 1), array_cat(ARRAY[1], NULL), ARRAY[1] || NULL::int[], 1 || ARRAY[2], ARRAY[1] || '{2,3}', NULL || ARRAY[1]
SELECT array_append(ARRAY[1], 'x')
WITH RECURSIVE r(n, a, b) AS (SELECT 1, 1::numeric, 1::numeric UNION ALL SELECT n + 1, b, a / 3 FROM r WHERE n < 6) SELECT * FROM r
WITH RECURSIVE r(n, t) AS (SELECT 1, 'a'::text UNION ALL SELECT n + 1, t || 'b' FROM r WHERE n < 4) SELECT * FROM r
WITH RECURSIVE r(n, t) AS (SELECT 1, 'a'::varchar(3) UNION ALL SELECT n + 1, t || 'b' FROM r WHERE n < 4) SELECT * FROM r
WITH RECURSIVE r(n, t) AS (SELECT 1, 'a' UNION ALL SELECT n + 1, t || 'b' FROM r WHERE n < 4) SELECT * FROM r
