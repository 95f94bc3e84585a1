-- Subqueries
SELECT order_id FROM orders WHERE amount = (SELECT max(amount) FROM orders)
SELECT order_id FROM orders o WHERE amount > (SELECT avg(amount) FROM orders i WHERE i.is_gift = o.is_gift) ORDER BY 1
SELECT order_id, (SELECT count(*) FROM orders i WHERE i.order_id < o.order_id) AS before FROM orders o ORDER BY 1
SELECT order_id FROM orders o WHERE EXISTS (SELECT * FROM customers c WHERE c.customer = o.customer AND c.city IS NOT NULL) ORDER BY 1
SELECT order_id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM customers c WHERE c.customer = o.customer) ORDER BY 1
SELECT order_id FROM orders WHERE customer IN (SELECT customer FROM customers) ORDER BY 1
SELECT order_id FROM orders WHERE customer NOT IN (SELECT customer FROM customers) ORDER BY 1
SELECT 1 WHERE 1 NOT IN (SELECT NULL::int)
SELECT 1 IN (SELECT i FROM numbers), 99 IN (SELECT i FROM numbers), NULL IN (SELECT i FROM numbers), 99 IN (SELECT NULL::int UNION SELECT 1)
SELECT order_id FROM orders WHERE order_id = ANY (SELECT i FROM numbers) ORDER BY 1
SELECT order_id FROM orders WHERE order_id <> ALL (SELECT i FROM numbers) ORDER BY 1
SELECT order_id FROM orders WHERE order_id > ALL (SELECT i FROM numbers WHERE i < 3) ORDER BY 1
SELECT order_id FROM orders WHERE order_id >= SOME (SELECT i FROM numbers WHERE i > 2) ORDER BY 1
SELECT order_id FROM orders WHERE (order_id, quantity) IN (SELECT 1, 3) ORDER BY 1
SELECT order_id FROM orders WHERE (order_id, quantity) IN (SELECT order_id, max(quantity) FROM orders GROUP BY order_id) ORDER BY 1
SELECT (SELECT 1 WHERE false), (SELECT NULL), EXISTS (SELECT 1 WHERE false)
SELECT (SELECT array_agg(i ORDER BY i) FROM numbers), ARRAY(SELECT i FROM numbers WHERE i > 100), ARRAY(SELECT customer FROM customers ORDER BY customer)
SELECT * FROM (SELECT customer, count(*) AS n FROM orders GROUP BY customer) x WHERE n = 1 ORDER BY customer
SELECT x.* FROM (SELECT 1 AS a, 'b' AS b) AS x
SELECT a FROM (SELECT a FROM (SELECT 1 AS a) x) y
SELECT (SELECT max(x.i) FROM (SELECT i FROM numbers WHERE i < o.order_id) x) FROM orders o ORDER BY order_id
SELECT customer, (SELECT city FROM customers c WHERE c.customer = o.customer) FROM orders o ORDER BY order_id
SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE is_gift) THEN 'gifts' ELSE 'none' END
SELECT coalesce((SELECT city FROM customers WHERE customer = 'Cyd'), 'nowhere')
SELECT sum(total) FROM (SELECT sum(amount) AS total FROM orders GROUP BY is_gift) x
SELECT i, i = (SELECT max(i) FROM numbers) AS is_max FROM numbers ORDER BY i
SELECT (SELECT sum(o.quantity)) FROM orders o
SELECT count(*) FROM orders WHERE (SELECT true)
SELECT order_id FROM orders ORDER BY (SELECT city FROM customers c WHERE c.customer = orders.customer) NULLS FIRST, order_id
SELECT order_id FROM orders LIMIT (SELECT 2)
SELECT ROW(1, 2) = (SELECT 1, 2)
SELECT (1, 2) = (SELECT 1, 2), (1, 2) < (SELECT 1, 3)
-- WITH
WITH x AS (SELECT 1 AS a) SELECT * FROM x
WITH x AS MATERIALIZED (SELECT i FROM numbers) SELECT sum(i) FROM x
WITH x AS NOT MATERIALIZED (SELECT i FROM numbers) SELECT sum(i) FROM x
WITH x AS (SELECT 1 AS a), y AS (SELECT a + 1 AS b FROM x) SELECT a, b FROM x, y
WITH x (p, q) AS (VALUES (1, 'a'), (2, 'b')) SELECT q, p FROM x ORDER BY p DESC
WITH x AS (SELECT 1) SELECT * FROM x
WITH t AS (SELECT * FROM orders WHERE is_gift) SELECT o.customer, t.amount FROM orders o LEFT JOIN t USING (order_id) ORDER BY order_id
WITH a AS (WITH b AS (SELECT 1 AS x) SELECT x + 1 AS y FROM b) SELECT * FROM a
WITH a AS (SELECT 1 AS x) SELECT * FROM a UNION ALL SELECT x + 1 FROM a ORDER BY 1
SELECT * FROM (WITH a AS (SELECT 1 AS x) SELECT * FROM a) s
SELECT (WITH a AS (SELECT 7 AS x) SELECT x FROM a)
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT n FROM t ORDER BY n
WITH RECURSIVE t(n, path) AS (SELECT 1, '1' UNION ALL SELECT n + 1, path || '>' || (n + 1) FROM t WHERE n < 4) SELECT * FROM t ORDER BY n
WITH RECURSIVE t AS (SELECT 1 AS n UNION SELECT (n % 3) + 1 FROM t) SELECT n FROM t ORDER BY n
WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib WHERE b < 50) SELECT a FROM fib ORDER BY a
WITH RECURSIVE tree(id, parent) AS (VALUES (1, NULL), (2, 1), (3, 1), (4, 2)), down AS (SELECT id, 0 AS depth FROM tree WHERE parent IS NULL UNION ALL SELECT t.id, d.depth + 1 FROM tree t JOIN down d ON t.parent = d.id) SELECT * FROM down ORDER BY id
WITH RECURSIVE d(day) AS (SELECT date '2024-02-27' UNION ALL SELECT day + 1 FROM d WHERE day < '2024-03-01') SELECT * FROM d ORDER BY 1
WITH RECURSIVE x AS (SELECT 1 AS a), y AS (SELECT a FROM x) SELECT * FROM y
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t LIMIT 3
-- What is wrong
SELECT (SELECT i FROM numbers)
SELECT (SELECT 1, 2)
SELECT 1 IN (SELECT 1, 2)
SELECT (1, 2) IN (SELECT 1)
SELECT 1 = ANY (1)
SELECT 1 IN (SELECT 'a'::text)
SELECT * FROM (SELECT 1)
WITH x AS (SELECT 1), x AS (SELECT 2) SELECT * FROM x
WITH x(a, b) AS (SELECT 1) SELECT * FROM x
WITH x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x
SELECT * FROM (SELECT a FROM x) x
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT 'a' FROM t) SELECT n FROM t
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1.5 FROM t WHERE n < 3) SELECT n FROM t
