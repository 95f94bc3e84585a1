-- Window functions
SELECT order_id, row_number() OVER (ORDER BY amount DESC NULLS LAST) FROM orders ORDER BY 1
SELECT order_id, rank() OVER (ORDER BY is_gift), dense_rank() OVER (ORDER BY is_gift) FROM orders ORDER BY 1
SELECT order_id, percent_rank() OVER (ORDER BY quantity), cume_dist() OVER (ORDER BY quantity) FROM orders ORDER BY 1
SELECT order_id, ntile(3) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, lag(amount) OVER (ORDER BY order_id), lead(amount) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, lag(amount, 2) OVER (ORDER BY order_id), lead(customer, 1, 'none') OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, lag(amount, 1, 0) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, first_value(customer) OVER (PARTITION BY is_gift ORDER BY order_id), last_value(customer) OVER (PARTITION BY is_gift ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, nth_value(customer, 2) OVER (ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM orders ORDER BY 1
SELECT order_id, sum(quantity) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, sum(amount) OVER (PARTITION BY is_gift ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, count(*) OVER (PARTITION BY is_gift), avg(quantity) OVER (PARTITION BY is_gift) FROM orders ORDER BY 1
SELECT order_id, sum(quantity) OVER (ORDER BY order_id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM orders ORDER BY 1
SELECT order_id, sum(quantity) OVER (ORDER BY order_id ROWS 2 PRECEDING) FROM orders ORDER BY 1
SELECT order_id, sum(quantity) OVER (ORDER BY order_id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM orders ORDER BY 1
SELECT order_id, sum(quantity) OVER (ORDER BY quantity RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders ORDER BY 1
SELECT order_id, count(*) OVER (ORDER BY day RANGE BETWEEN interval '60 days' PRECEDING AND CURRENT ROW) FROM orders ORDER BY 1
SELECT order_id, count(*) OVER (ORDER BY is_gift GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders ORDER BY 1
SELECT order_id, sum(quantity) OVER (ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM orders ORDER BY 1
SELECT order_id, count(*) OVER (ORDER BY is_gift RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE GROUP) FROM orders ORDER BY 1
SELECT order_id, count(*) OVER (ORDER BY is_gift RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) FROM orders ORDER BY 1
SELECT order_id, count(*) OVER (ORDER BY is_gift ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE NO OTHERS) FROM orders ORDER BY 1
SELECT order_id, sum(quantity) OVER w, avg(quantity) OVER w FROM orders WINDOW w AS (PARTITION BY is_gift ORDER BY order_id) ORDER BY 1
SELECT order_id, sum(quantity) OVER (w ORDER BY order_id) FROM orders WINDOW w AS (PARTITION BY is_gift) ORDER BY 1
SELECT order_id, sum(quantity) OVER (w ROWS 1 PRECEDING) FROM orders WINDOW w AS (ORDER BY order_id) ORDER BY 1
SELECT order_id, sum(quantity) OVER w2 FROM orders WINDOW w1 AS (PARTITION BY is_gift), w2 AS (w1 ORDER BY order_id) ORDER BY 1
SELECT order_id, count(*) FILTER (WHERE quantity > 1) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, amount / sum(amount) OVER () AS share FROM orders ORDER BY 1
SELECT order_id, amount - avg(amount) OVER (PARTITION BY is_gift) AS off FROM orders ORDER BY 1
SELECT order_id, array_agg(order_id) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, string_agg(customer, ',') OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, max(day) OVER (ORDER BY order_id), min(customer) OVER (PARTITION BY is_gift) FROM orders ORDER BY 1
SELECT order_id, bool_or(is_gift) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, stddev(quantity) OVER (ORDER BY order_id) FROM orders ORDER BY 1
SELECT order_id, row_number() OVER () > 0 AS positive FROM orders ORDER BY 1
SELECT order_id FROM orders ORDER BY row_number() OVER (ORDER BY order_id DESC)
SELECT * FROM (SELECT order_id, row_number() OVER (PARTITION BY is_gift ORDER BY order_id) AS n FROM orders) x WHERE n = 1 ORDER BY 1
SELECT DISTINCT is_gift, count(*) OVER (PARTITION BY is_gift) FROM orders ORDER BY 1
SELECT order_id, sum(quantity) OVER (ORDER BY customer, order_id DESC) FROM orders ORDER BY 1
SELECT order_id, rank() OVER (ORDER BY amount NULLS FIRST) FROM orders ORDER BY 1
SELECT order_id, day - lag(day) OVER (ORDER BY day) AS gap, at - lag(at) OVER (ORDER BY at) AS span FROM orders ORDER BY 1
SELECT order_id, sum(sum(quantity)) OVER (ORDER BY order_id) FROM orders GROUP BY order_id ORDER BY 1
SELECT lag(1) OVER (), lead(NULL::text) OVER (), first_value(2.5) OVER ()
SELECT order_id, count(*) OVER (ORDER BY order_id ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING), sum(quantity) OVER (ORDER BY order_id ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING) FROM orders ORDER BY 1
SELECT order_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) OVER () FROM orders ORDER BY 1
-- What is wrong
SELECT row_number() FROM orders
SELECT lag(amount) FROM orders
SELECT sum(quantity) OVER nothing FROM orders
SELECT lower(customer) OVER () FROM orders
SELECT count(DISTINCT customer) OVER () FROM orders
SELECT ntile(0) OVER () FROM orders
SELECT nth_value(customer, 0) OVER () FROM orders
SELECT sum(quantity) OVER (ORDER BY order_id ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM orders
SELECT sum(quantity) OVER (ORDER BY order_id ROWS BETWEEN UNBOUNDED FOLLOWING AND CURRENT ROW) FROM orders
SELECT sum(quantity) OVER (ROWS -1 PRECEDING) FROM orders
SELECT sum(quantity) OVER (RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders
SELECT sum(row_number() OVER ()) OVER () FROM orders
SELECT sum(quantity) OVER (w PARTITION BY is_gift) FROM orders WINDOW w AS (ORDER BY order_id)
