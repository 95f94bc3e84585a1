-- Aggregates
SELECT sum(i), sum(s), sum(n), sum(f), sum(i::bigint), sum(f::float4) FROM numbers
SELECT avg(i), avg(s), avg(i::bigint), avg(f), avg(f::float4) FROM numbers
SELECT avg(amount), avg(quantity) FROM orders
SELECT min(customer), max(customer), min(day), max(day), min(at), max(zoned), min(code), max(big) FROM orders
SELECT min(tags), max(tags) FROM orders
SELECT min(x), max(x) FROM (VALUES (interval '1 day'), (interval '25 hours')) v(x)
SELECT min(x), max(x) FROM (VALUES (time '10:00'), (time '09:00')) v(x)
SELECT count(*), count(amount), count(DISTINCT is_gift), count(1), count(NULL) FROM orders
SELECT sum(DISTINCT x), avg(DISTINCT x), count(DISTINCT x) FROM (VALUES (1), (1), (2)) v(x)
SELECT sum(amount) FILTER (WHERE is_gift), count(*) FILTER (WHERE amount IS NULL), avg(quantity) FILTER (WHERE false) FROM orders
SELECT array_agg(order_id ORDER BY order_id DESC), array_agg(customer ORDER BY order_id), array_agg(DISTINCT is_gift) FROM orders
SELECT array_agg(amount ORDER BY amount NULLS FIRST), array_agg(day ORDER BY day) FROM orders
SELECT array_agg(x ORDER BY x) FILTER (WHERE x > 1) FROM (VALUES (1), (2), (3)) v(x)
SELECT string_agg(customer, ',' ORDER BY customer), string_agg(customer, '' ORDER BY order_id DESC) FROM orders
SELECT string_agg(DISTINCT customer, ',' ORDER BY customer DESC) FROM orders
SELECT string_agg(order_id::text, '-' ORDER BY order_id) FROM orders
SELECT string_agg(x, y ORDER BY x) FROM (VALUES ('a', '1'), ('b', '2'), ('c', NULL)) v(x, y)
SELECT bool_and(is_gift), bool_or(is_gift), every(is_gift) FROM orders
SELECT bit_and(i), bit_or(i), bit_xor(i) FROM (VALUES (5), (3), (NULL)) v(i)
SELECT bit_and(s), bit_or(s::bigint) FROM numbers
SELECT stddev(i), stddev_pop(i), stddev_samp(i), variance(i), var_pop(i), var_samp(i) FROM numbers
SELECT round(stddev(n), 6), round(variance(n), 6), round(var_pop(n), 6) FROM numbers
SELECT stddev(f), var_samp(f), stddev_pop(f) FROM (VALUES (1.5::float8), (2.5), (4)) v(f)
SELECT stddev(x), variance(x), var_pop(x) FROM (VALUES (1)) v(x)
SELECT corr(y, x), covar_pop(y, x), covar_samp(y, x) FROM (VALUES (1::float8, 2::float8), (2, 4.5), (3, 5)) v(x, y)
SELECT regr_avgx(y, x), regr_avgy(y, x), regr_count(y, x), regr_intercept(y, x), regr_r2(y, x), regr_slope(y, x) FROM (VALUES (1::float8, 2::float8), (2, 4.5), (3, 5)) v(x, y)
SELECT regr_sxx(y, x), regr_sxy(y, x), regr_syy(y, x) FROM (VALUES (1::float8, 2::float8), (2, 4.5), (3, 5)) v(x, y)
SELECT corr(y, x), regr_slope(y, x) FROM (VALUES (1, 2), (2, 4), (3, 5)) v(x, y)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY i), percentile_disc(0.5) WITHIN GROUP (ORDER BY i) FROM numbers
SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY amount), percentile_disc(0.9) WITHIN GROUP (ORDER BY amount) FROM orders
SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY i) FROM numbers
SELECT percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY customer) FROM orders
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY customer DESC) FROM orders
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (interval '1 hour'), (interval '3 hours')) v(x)
SELECT is_gift, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM orders GROUP BY is_gift ORDER BY 1
SELECT mode() WITHIN GROUP (ORDER BY x), mode() WITHIN GROUP (ORDER BY x DESC) FROM (VALUES (1), (2), (2), (1), (3)) v(x)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY i) FILTER (WHERE i > 0) FROM numbers
SELECT rank(2) WITHIN GROUP (ORDER BY i), dense_rank(2) WITHIN GROUP (ORDER BY i) FROM numbers
SELECT json_agg(order_id ORDER BY order_id), jsonb_agg(customer ORDER BY order_id) FROM orders
SELECT jsonb_agg(x ORDER BY x) FROM (VALUES (1.50), (2)) v(x)
SELECT jsonb_agg(is_gift ORDER BY order_id), jsonb_agg(day ORDER BY order_id), jsonb_agg(at ORDER BY order_id) FROM orders
SELECT json_object_agg(order_id, customer ORDER BY order_id) FROM orders
SELECT jsonb_object_agg(code, quantity) FROM orders WHERE code IS NOT NULL
SELECT json_agg(x) FROM (SELECT 1 AS a, 'b' AS b) x
SELECT jsonb_agg(x ORDER BY a) FROM (VALUES (1, 'p'), (2, NULL)) x(a, b)
SELECT jsonb_agg(x) FROM (SELECT 1 WHERE false) x
SELECT json_agg(data ORDER BY order_id) FROM orders WHERE order_id < 3
SELECT jsonb_agg(to_jsonb(c) ORDER BY c.customer) FROM customers c
SELECT any_value(customer) FROM orders
SELECT sum(x) FROM (VALUES (interval '1 day'), (interval '2 hours')) v(x)
SELECT avg(x) FROM (VALUES (interval '1 day'), (interval '2 days')) v(x)
SELECT sum(amount) + 0.5, sum(amount) * 2, -sum(amount), sum(amount) / 3 FROM orders
SELECT sum(0.1) FROM generate_series(1, 10)
SELECT sum(i)::int / count(*)::int, sum(i) / count(*), sum(n) / count(*) FROM numbers
SELECT count(*) > 3, sum(quantity) BETWEEN 1 AND 100, max(amount) IS NULL FROM orders
SELECT sum(CASE WHEN is_gift THEN 1 ELSE 0 END), avg(CASE WHEN is_gift THEN 1.0 ELSE 0 END) FROM orders
SELECT coalesce(sum(amount), 0) FROM orders WHERE false
SELECT array_length(array_agg(order_id), 1), cardinality(array_agg(order_id)) FROM orders
SELECT (array_agg(customer ORDER BY amount DESC NULLS LAST))[1] FROM orders
SELECT count(*) FILTER (WHERE tags @> ARRAY['b']) FROM orders
SELECT max(length(customer)), sum(length(code)) FROM orders
SELECT unnest(array_agg(order_id ORDER BY order_id)) FROM orders
SELECT array_agg(ARRAY[i, i * 2] ORDER BY i) FROM (VALUES (1), (2)) v(i)
SELECT max(x) FROM (SELECT 'a'::varchar(3) AS x) v
SELECT sum(9223372036854775807::bigint) FROM generate_series(1, 2)
SELECT sum(2147483647) FROM generate_series(1, 3)
-- What is wrong
SELECT sum(customer) FROM orders
SELECT avg(is_gift) FROM orders
SELECT max(is_gift) FROM orders
SELECT min(data) FROM orders
SELECT string_agg(order_id, ',') FROM orders
SELECT count() FROM orders
SELECT sum(*) FROM orders
SELECT sum(amount, 1) FROM orders
SELECT percentile_cont(0.5) FROM orders
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY i) FROM numbers
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY customer) FROM orders
SELECT lower(DISTINCT customer) FROM orders
SELECT lower(customer) FILTER (WHERE true) FROM orders
SELECT bool_and(quantity) FROM orders
SELECT jsonb_object_agg(customer, 1) FROM orders
SELECT string_agg(DISTINCT customer, ',' ORDER BY amount) FROM orders
SELECT avg(avg(avg(avg(avg(avg(avg(avg(n)))))))) FROM (VALUES (1::numeric)) AS t(n)
SELECT sum(count(*)) FROM numbers
SELECT sum((SELECT max(i) FROM numbers)) FROM (VALUES (1), (2)) AS t(n)
SELECT g, sum(sum(n)) OVER () FROM (VALUES (1, 2), (1, 3), (2, 4)) AS t(g, n) GROUP BY g ORDER BY g
SELECT max(n) + sum(coalesce(n, 0)) FROM (VALUES (1), (2)) AS t(n)
