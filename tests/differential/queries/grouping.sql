-- GROUP BY, HAVING, GROUPING SETS, DISTINCT
SELECT is_gift, count(*) FROM orders GROUP BY is_gift ORDER BY is_gift
SELECT is_gift, count(*) AS n, sum(amount) FROM orders GROUP BY is_gift HAVING count(*) > 1 ORDER BY n, 1
SELECT count(*) FROM orders HAVING count(*) > 100
SELECT 1 FROM orders HAVING true
SELECT upper(customer), count(*) FROM orders GROUP BY upper(customer) ORDER BY 1
SELECT upper(customer) || '!' AS x, count(*) FROM orders GROUP BY upper(customer) ORDER BY 1
SELECT quantity % 2, count(*) FROM orders GROUP BY quantity % 2 ORDER BY 1
SELECT quantity % 2 AS parity, count(*) FROM orders GROUP BY parity ORDER BY parity
SELECT customer AS is_gift, count(*) FROM orders GROUP BY customer ORDER BY 1
SELECT extract(year FROM day) AS y, extract(month FROM day) AS m, count(*) FROM orders GROUP BY 1, 2 ORDER BY 1, 2
SELECT is_gift, sum(quantity) FROM orders GROUP BY ROLLUP (is_gift) ORDER BY 1, 2
SELECT is_gift, quantity > 2 AS many, count(*), grouping(is_gift, quantity > 2) AS g FROM orders GROUP BY CUBE (is_gift, quantity > 2) ORDER BY g, 1, 2
SELECT is_gift, code, count(*), grouping(is_gift), grouping(code), grouping(is_gift, code) FROM orders GROUP BY GROUPING SETS ((is_gift, code), (is_gift), ()) ORDER BY 4, 5, 1, 2
SELECT is_gift, count(*) FROM orders GROUP BY GROUPING SETS (is_gift, ()) ORDER BY 1, 2
SELECT is_gift, code, count(*) FROM orders GROUP BY is_gift, ROLLUP (code) ORDER BY 1, 2, 3
SELECT count(*) FROM orders GROUP BY ()
SELECT count(*) FROM orders GROUP BY GROUPING SETS (())
SELECT is_gift, sum(amount) FROM orders GROUP BY GROUPING SETS (ROLLUP (is_gift), (is_gift)) ORDER BY 1, 2
SELECT CASE WHEN grouping(is_gift) = 1 THEN 'all' ELSE coalesce(is_gift::text, 'unknown') END AS g, count(*) FROM orders GROUP BY ROLLUP (is_gift) ORDER BY 1, 2
SELECT is_gift, count(*) FROM orders GROUP BY DISTINCT ROLLUP (is_gift), ROLLUP (is_gift) ORDER BY 1, 2
SELECT DISTINCT customer FROM orders ORDER BY customer
SELECT DISTINCT is_gift, quantity > 2 AS many FROM orders ORDER BY 1, 2
SELECT DISTINCT ON (is_gift) is_gift, amount FROM orders ORDER BY is_gift, amount DESC
SELECT DISTINCT ON (1) is_gift AS g, order_id FROM orders ORDER BY 1, 2 DESC
SELECT DISTINCT ON (lower(customer)) customer, order_id FROM orders WHERE customer IS NOT NULL ORDER BY lower(customer), order_id
SELECT DISTINCT ON (is_gift, quantity > 1) is_gift, quantity FROM orders ORDER BY is_gift, quantity > 1, quantity
SELECT count(DISTINCT customer), count(DISTINCT is_gift), count(DISTINCT quantity % 2) FROM orders
SELECT DISTINCT 1 FROM orders
SELECT DISTINCT tags[1] FROM orders ORDER BY 1
SELECT DISTINCT lower(code) FROM orders ORDER BY lower(code)
SELECT count(*) FROM (SELECT DISTINCT customer, is_gift FROM orders) x
SELECT o.customer, c.city, sum(o.amount) FROM orders o JOIN customers c USING (customer) GROUP BY o.customer, c.city ORDER BY 1
SELECT customer, sum(amount) FILTER (WHERE is_gift) AS gifts, sum(amount) FILTER (WHERE NOT is_gift) AS rest FROM orders GROUP BY customer ORDER BY customer
SELECT max(amount) - min(amount) AS spread FROM orders
SELECT sum(amount) AS s FROM orders GROUP BY is_gift ORDER BY s
SELECT is_gift FROM orders GROUP BY is_gift ORDER BY count(*) DESC, 1
SELECT sum(sum(amount)) OVER () FROM orders GROUP BY is_gift
SELECT is_gift, sum(amount) AS total, rank() OVER (ORDER BY sum(amount) DESC) FROM orders GROUP BY is_gift ORDER BY 3
-- ORDER BY, LIMIT
SELECT order_id FROM orders ORDER BY customer NULLS FIRST, order_id
SELECT order_id FROM orders ORDER BY customer DESC NULLS LAST, order_id
SELECT order_id FROM orders ORDER BY amount USING >
SELECT order_id, amount * 2 AS double FROM orders ORDER BY double
SELECT order_id FROM orders ORDER BY quantity % 3, order_id
SELECT order_id FROM orders ORDER BY 1 LIMIT ALL
SELECT order_id FROM orders ORDER BY 1 LIMIT NULL OFFSET 3
SELECT order_id FROM orders ORDER BY 1 LIMIT 0
SELECT order_id FROM orders ORDER BY 1 OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY
SELECT order_id FROM orders ORDER BY 1 LIMIT 1 + 1
SELECT is_gift, order_id FROM orders ORDER BY is_gift FETCH FIRST 1 ROWS WITH TIES
SELECT quantity FROM orders ORDER BY quantity DESC NULLS LAST FETCH FIRST 2 ROWS WITH TIES
SELECT customer FROM orders ORDER BY lower(customer), customer
SELECT order_id AS customer FROM orders ORDER BY customer
SELECT -order_id AS order_id FROM orders ORDER BY order_id
SELECT -order_id AS o FROM orders ORDER BY order_id
SELECT order_id FROM orders ORDER BY is_gift = true DESC, order_id
SELECT order_id FROM orders ORDER BY tags, order_id
SELECT f FROM (VALUES ('NaN'::float8), (1), (NULL), ('Infinity'), ('-Infinity')) v(f) ORDER BY f
SELECT count(*) FROM orders TABLESAMPLE SYSTEM (100)
SELECT count(*) FROM orders TABLESAMPLE BERNOULLI (0)
-- What is wrong
SELECT customer, count(*) FROM orders
SELECT customer, amount FROM orders GROUP BY customer
SELECT customer FROM orders GROUP BY 2
SELECT customer FROM orders GROUP BY nothing
SELECT customer FROM orders ORDER BY 2
SELECT customer FROM orders ORDER BY nothing
SELECT count(*) FROM orders WHERE count(*) > 1
SELECT count(count(*)) FROM orders
SELECT customer FROM orders GROUP BY count(*)
SELECT customer FROM orders HAVING amount > 1
SELECT DISTINCT customer FROM orders ORDER BY amount
SELECT DISTINCT ON (customer) customer FROM orders ORDER BY amount
SELECT order_id FROM orders LIMIT -1
SELECT order_id FROM orders OFFSET -1
SELECT order_id FROM orders LIMIT order_id
SELECT order_id FROM orders LIMIT 'a'
SELECT order_id FROM orders WHERE amount
SELECT order_id FROM orders WHERE 'x'
SELECT order_id AS a, customer AS a FROM orders ORDER BY a
SELECT grouping(is_gift) FROM orders GROUP BY code
SELECT sum(rank() OVER ()) FROM orders
SELECT order_id FROM orders WHERE rank() OVER () = 1
SELECT order_id FROM orders FETCH FIRST 1 ROWS WITH TIES
SELECT order_id FROM orders FOR UPDATE
