-- Joins of every kind
SELECT o.order_id, c.city FROM orders o INNER JOIN customers c ON o.customer = c.customer ORDER BY 1
SELECT o.order_id, c.city FROM orders o LEFT OUTER JOIN customers c ON o.customer = c.customer AND c.city = 'Paris' ORDER BY 1
SELECT o.order_id, c.customer FROM orders o RIGHT OUTER JOIN customers c ON o.customer = c.customer ORDER BY 2, 1
SELECT o.order_id, c.customer FROM orders o FULL OUTER JOIN customers c ON o.customer = c.customer ORDER BY 1, 2
SELECT count(*) FROM orders CROSS JOIN customers
SELECT count(*) FROM orders, customers, numbers
SELECT * FROM customers JOIN (VALUES ('Ann', 1), ('Bob', 2)) AS v(customer, n) USING (customer) ORDER BY n
SELECT customer, n FROM customers LEFT JOIN (VALUES ('Ann', 1)) AS v(customer, n) USING (customer) ORDER BY 1
SELECT customer, c.customer, v.customer FROM customers c RIGHT JOIN (VALUES ('Ann'), ('Eve')) AS v(customer) USING (customer) ORDER BY 1
SELECT customer, c.customer, v.customer FROM customers c FULL JOIN (VALUES ('Ann'), ('Eve')) AS v(customer) USING (customer) ORDER BY 1
SELECT * FROM (VALUES (1, 2)) a(x, y) JOIN (VALUES (1, 2, 3)) b(x, y, z) USING (x, y)
SELECT * FROM (VALUES (1, 2)) a(x, y) JOIN (VALUES (2, 1, 3)) b(y, x, z) USING (y, x)
SELECT * FROM (VALUES (1), (2)) a(x) NATURAL LEFT JOIN (VALUES (2, 'b')) b(x, w) ORDER BY x
SELECT * FROM (VALUES (1), (2)) a(x) NATURAL FULL JOIN (VALUES (2, 'b'), (3, 'c')) b(x, w) ORDER BY x
SELECT * FROM (VALUES (1)) a(x) NATURAL JOIN (VALUES (2), (3)) b(y) ORDER BY y
SELECT * FROM (VALUES (1), (2)) a(x) JOIN (VALUES (1), (2)) b(x) USING (x) JOIN (VALUES (1)) c(x) USING (x)
SELECT a.x, j.x FROM (VALUES (1), (2)) a(x) JOIN (VALUES (1), (2)) b(x) USING (x) AS j ORDER BY 1
SELECT a.i, b.i FROM numbers a JOIN numbers b ON a.i < b.i AND a.s > 0 ORDER BY 1, 2
SELECT a.i, b.i FROM numbers a LEFT JOIN numbers b ON b.i = a.i + 1 ORDER BY 1
SELECT a.i FROM numbers a LEFT JOIN numbers b ON b.i = a.i + 1 WHERE b.i IS NULL ORDER BY 1
SELECT o.order_id, n.i, c.city FROM orders o LEFT JOIN numbers n ON n.i = o.order_id LEFT JOIN customers c ON c.customer = o.customer ORDER BY 1
SELECT o.order_id, x.n FROM orders o CROSS JOIN LATERAL (SELECT o.quantity * 2 AS n) x ORDER BY 1
SELECT c.customer, x.order_id, x.amount FROM customers c CROSS JOIN LATERAL (SELECT order_id, amount FROM orders o WHERE o.customer = c.customer ORDER BY amount DESC LIMIT 1) x ORDER BY 1
SELECT o.order_id, t FROM orders o LEFT JOIN LATERAL unnest(o.tags) AS t ON true ORDER BY 1, 2
SELECT o.order_id, t.v, t.n FROM orders o, LATERAL unnest(o.tags) WITH ORDINALITY AS t(v, n) ORDER BY 1, 3
SELECT o.order_id, g.n FROM orders o JOIN LATERAL generate_series(1, o.quantity) AS g(n) ON g.n > 1 ORDER BY 1, 2
SELECT * FROM (orders o JOIN customers c ON o.customer = c.customer) WHERE o.order_id = 1
SELECT o.order_id, z.city FROM orders o LEFT JOIN (customers c JOIN (VALUES ('Paris', 1)) v(city, n) USING (city)) AS z ON z.customer = o.customer ORDER BY 1
SELECT o.order_id FROM orders o JOIN customers c ON c.customer = o.customer AND c.since > date '2020-06-01' ORDER BY 1
SELECT c.* FROM customers c ORDER BY c.customer
SELECT o.order_id, c.* FROM orders o JOIN customers c USING (customer) ORDER BY 1
SELECT orders.* FROM orders WHERE order_id = 4
SELECT a.*, b.* FROM (SELECT 1 AS x) a, (SELECT 2 AS x) b
SELECT count(*) FROM orders o1 JOIN orders o2 ON o1.order_id = o2.order_id JOIN orders o3 ON o3.order_id = o2.order_id
SELECT x.a FROM (SELECT 1 AS a) AS x (a) JOIN (SELECT 1 AS b) AS y (b) ON x.a = y.b
SELECT t.one, t.two FROM (SELECT 1, 2) AS t (one, two)
SELECT * FROM (SELECT 1, 2) AS t (one)
SELECT order_id FROM ONLY orders ORDER BY 1
SELECT count(*) FROM orders AS "Orders" WHERE "Orders".order_id > 2
-- What is wrong
SELECT customer FROM orders, customers
SELECT order_id FROM orders JOIN customers USING (nothing)
SELECT o.nothing FROM orders o
SELECT x.order_id FROM orders o
SELECT orders.order_id FROM orders o
SELECT * FROM nowhere
SELECT * FROM silver.nowhere
SELECT * FROM nowhere.orders
SELECT * FROM orders o, customers o
SELECT * FROM orders o JOIN customers c
SELECT * FROM orders o JOIN customers c ON c.customer
SELECT * FROM orders o JOIN customers c ON o.order_id = c.customer
SELECT * FROM orders o, (SELECT o.order_id) x
SELECT * FROM (VALUES (1)) a(x) JOIN (VALUES ('b')) b(x) USING (x)
SELECT * FROM (SELECT 1 AS x, 2 AS x) a JOIN (SELECT 1 AS x) b USING (x)
SELECT * FROM orders NATURAL CROSS JOIN customers
