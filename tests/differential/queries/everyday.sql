-- Ordinary queries, several things at once.
SELECT 1
SELECT 1, 'a', NULL, true, 1.5, 2.50, 1e3, -7
SELECT 1/2, 7/2, -7/2, 7%3, -7%3, 7.0/2, 10/4.0, 1/3.0
SELECT 2^3, 2^0.5, 2 ^ -1
SELECT 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, 256 >> 2
SELECT 3000000000 + 1, 9223372036854775807, 100000000000000000000
SELECT |/ 16, ||/ 27
SELECT i / 2, s / 2, i / 2.0, n / 3, f / 2 FROM gold.numbers ORDER BY i
SELECT i + s, i * n, n * n, n + f, n - 1, -n FROM gold.numbers ORDER BY i
SELECT sum(i), sum(s), sum(n), sum(f) FROM gold.numbers
SELECT avg(i), avg(n), avg(f), count(*), count(i) FROM gold.numbers
SELECT min(i), max(n), min(f) FROM gold.numbers
SELECT stddev(f), variance(f), stddev_pop(f), var_pop(f) FROM gold.numbers
SELECT sum(big) FROM orders
SELECT round(n), round(n, 1), round(n, 2), round(f), ceil(n), floor(n), trunc(n), abs(n), sign(n) FROM numbers ORDER BY i
SELECT round(2.5), round(3.5), round(-2.5), round(2.5::float8), round(3.5::float8), round(0.125, 2)
SELECT trunc(2.567, 1), trunc(-2.567, 2), trunc(7.9::float8), round(1234.5, -2)
SELECT ceil(1.2::float8), floor(-1.2::float8), sign(-3), abs(-3), abs(-3.5), abs(-3.5::float8)
SELECT mod(7, 3), mod(-7, 3), div(7, 2), gcd(12, 18), lcm(4, 6), power(2, 10), sqrt(2::float8), exp(0::float8), ln(1::float8)
SELECT degrees(pi()), radians(180), sin(0), cos(0), atan2(1, 1)
SELECT 2.5::int, 3.5::int, 2.5::float8::int, 3.5::float8::int, '42'::int, ' 7 '::int, true::int, 1::bool
SELECT 1.005::numeric(10,2), 1::numeric, 1.50::numeric, '1.25'::numeric, 7::numeric(5,1), 1.5::float8::numeric(4,2)
SELECT 'abcdef'::varchar(3), 'abc'::varchar, 12345::varchar(2), cast('abc' as text)
SELECT 1::text, 1.50::text, 1.5::float8::text, 2::float8::text, 1e20::float8::text, true::text, date '2024-01-02'::text
SELECT at::text, zoned::text, is_gift::text, ratio::text, tags::text FROM orders ORDER BY order_id
SELECT '2 days 03:00'::interval::text, interval '1 year 2 mons -3 days'::text, interval '90 minutes'::text, interval '1 month'::text
SELECT 't'::bool, 'off'::bool, 'yes'::boolean
SELECT '{1,2,NULL}'::int[], '{a,"b c"}'::text[], array[1,2,3], array['a','b']
SELECT '2024-01-15'::date, '2024-01-15 10:00'::timestamp, '10:30'::time, '20240115'::date
SELECT 'a' || 'b', 'a' || 1, 1 || 'a', 'a' || NULL, 'x' || true, 'n' || 1.50
SELECT concat('a', NULL, 1, true), concat_ws('-', 'a', NULL, 'b'), concat(1.50, ' ', 2::float8)
SELECT lower('ABC'), upper('abc'), initcap('hello wORLD o''neil'), length('Zoë'), char_length('ab'), octet_length('Zoë')
SELECT trim('  x '), trim(both 'x' from 'xxaxx'), trim(leading 'x' from 'xxa'), trim(trailing from 'a  '), btrim('xyaxy', 'xy'), ltrim('  a'), rtrim('a  ')
SELECT substring('hello' from 2 for 3), substring('hello', 2), substr('hello', 0, 3), substr('hello', -1, 4), substring('foobar' from 'o+'), substring('foobar' from 'o(.)b')
SELECT left('hello', 2), left('hello', -2), right('hello', 2), right('hello', -2)
SELECT lpad('7', 3, '0'), rpad('ab', 4), lpad('abcdef', 3), lpad('a', 5, 'xy')
SELECT position('l' in 'hello'), strpos('hello', 'z'), replace('aXbX', 'X', '-'), translate('12345', '143', 'ax'), reverse('abc'), repeat('ab', 3), repeat('a', -1)
SELECT split_part('a,b,c', ',', 2), split_part('a,b,c', ',', 9), split_part('a,b,c', ',', -1), starts_with('hello', 'he'), ascii('A'), chr(65)
SELECT md5('a'), to_hex(255), encode('abc'::bytea, 'hex'), encode('abc'::bytea, 'base64')
SELECT overlay('Txxxxas' placing 'hom' from 2 for 4), overlay('abc' placing 'X' from 2)
SELECT quote_ident('abc'), quote_ident('A b'), quote_ident('select'), quote_literal('O''Neil'), quote_nullable(NULL), quote_literal(42)
SELECT format('%s and %s', 'a', 1), format('%I = %L', 'a b', 'x''y'), format('100%%')
SELECT 'abc' LIKE 'a%', 'abc' NOT LIKE 'b%', 'a_c' LIKE 'a\_c', 'abc' LIKE 'a\_c', 'ABC' ILIKE 'a%', 'a%c' LIKE 'a!%c' ESCAPE '!'
SELECT 'abc' SIMILAR TO 'a(b|x)c', 'abc' SIMILAR TO 'a', 'a.c' SIMILAR TO 'a.c', 'abc' SIMILAR TO 'a.c', 'abc' SIMILAR TO '%b%', 'abd' NOT SIMILAR TO 'a_c'
SELECT 'abc' ~ 'b', 'abc' ~ '^b', 'ABC' ~* 'b', 'abc' !~ 'x', 'ABC' !~* 'b', E'a\nb' ~ 'a.b'
SELECT regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobar', '(o+)', '[\1]'), regexp_replace('ABC', 'b', 'x', 'i')
SELECT regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_match('abc', 'x'), regexp_match('abc', 'b'), regexp_split_to_array('a b  c', '\s+')
SELECT customer FROM orders WHERE customer ~ '^[A-Z]' ORDER BY 1
SELECT CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END, CASE 3 WHEN 3 THEN 1.5 ELSE 2 END, CASE WHEN false THEN 1 END
SELECT coalesce(NULL, 2), coalesce(NULL, 'x'), nullif(1, 1), nullif('a', 'b'), greatest(1, 2.5, 2), least('b', 'a'), greatest(1, NULL)
SELECT 1 IN (1, 2), 3 NOT IN (1, 2), NULL IN (1), 1 IN (NULL, 1), (1, 2) IN ((1, 2), (3, 4))
SELECT 2 BETWEEN 1 AND 3, 2 NOT BETWEEN 3 AND 4, NULL IS NULL, 1 IS NOT NULL, true IS TRUE, NULL::bool IS NOT TRUE, 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL
SELECT true AND NULL, false OR NULL, NOT NULL::bool
SELECT 'a' < 'b', 'Z' < 'a', 1 = 1.0, 1 <> 2, 2 != 2, date '2024-01-01' < '2024-01-02'
SELECT 1 = ANY (ARRAY[1,2]), 3 = ANY (ARRAY[1,NULL]), 3 > ALL (ARRAY[1,2]), 'a' = ANY ('{a,b}'), 1 <> ALL ('{2,3}')
SELECT order_id FROM orders WHERE 'b' = ANY (tags) ORDER BY 1
SELECT date '2024-01-31' + 1, date '2024-03-01' - 1, date '2024-03-01' - date '2024-02-01', date '2024-01-31' + interval '1 month'
SELECT timestamp '2024-03-01 10:00' - timestamp '2024-02-28 09:00', timestamp '2024-01-01' + interval '36 hours', timestamptz '2024-01-01 00:00+00' - interval '1 day'
SELECT interval '1 day' + interval '2 hours', interval '1 day' * 2, interval '1 day' / 2, -interval '1 day', 2 * interval '1 hour 30 minutes'
SELECT timestamp '2024-01-01 12:00' > date '2024-01-01', time '10:00' + interval '90 minutes', date '2024-01-01' + time '10:00'
SELECT extract(year from date '2024-02-29'), extract(month from at), extract(day from at), extract(dow from at), extract(isodow from at), extract(doy from at), extract(week from at), extract(quarter from at), extract(hour from at), extract(minute from at), extract(second from at), extract(epoch from at) FROM orders ORDER BY order_id
SELECT date_part('year', date '2024-02-29'), date_part('epoch', timestamp '2024-01-01'), extract(epoch from interval '1 day 2 hours'), extract(hour from time '10:30')
SELECT date_trunc('month', at), date_trunc('day', zoned), date_trunc('year', day), date_trunc('week', at), date_trunc('quarter', at), date_trunc('hour', at) FROM orders ORDER BY order_id
SELECT age(timestamp '2024-03-01', timestamp '2023-01-15'), age(date '2024-01-01', date '2000-02-29')
SELECT to_char(at, 'YYYY-MM-DD HH24:MI:SS'), to_char(day, 'DD Mon YYYY'), to_char(at, 'FMDay, FMDDth'), to_char(at, 'HH12:MI AM') FROM orders WHERE false
SELECT to_char(at, 'YYYY-MM-DD HH24:MI:SS'), to_char(day, 'DD Mon YYYY'), to_char(at, 'HH12:MI AM'), to_char(at, 'Day|Month|MON|dy'), to_char(at, 'FMMonth FMDD, YYYY'), to_char(at, 'YYYY"Q"Q'), to_char(at, 'IYYY-IW-ID'), to_char(at, 'DDD'), to_char(at, 'MS US') FROM orders ORDER BY order_id
SELECT to_char(1234.5, '9,999.99'), to_char(1234.5, 'FM9,999.00'), to_char(-5, '999'), to_char(0.5, '0.99'), to_char(12, '0000'), to_char(0.1, '99.9'), to_char(1234567, 'FM999,999,999'), to_char(12345, '999'), to_char(5, 'S99'), to_char(-5, '99MI'), to_char(0, '99'), to_char(1.5::float8, '9.9')
SELECT to_number('1,234.50', '9,999.99'), to_number('-12', 'S99'), to_date('15/01/2024', 'DD/MM/YYYY'), to_date('15 Jan 2024', 'DD Mon YYYY'), to_timestamp('2024-01-15 10:30', 'YYYY-MM-DD HH24:MI'), to_timestamp(0)
SELECT make_date(2024, 2, 29), make_timestamp(2024, 1, 2, 3, 4, 5.5), make_time(10, 30, 0), make_interval(days => 3, hours => 2)
SELECT justify_hours(interval '30 hours'), justify_days(interval '45 days'), justify_interval(interval '1 mon -1 hour')
SELECT timestamp '2024-07-01 12:00' AT TIME ZONE 'Europe/Paris', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'America/New_York'
SELECT data->'k', data->>'k', data->'l'->0, data->'l'->>-1, data#>'{l,1}', data#>>'{l,1}', data->>'missing' FROM orders ORDER BY order_id
SELECT data->>'n', (data->>'n')::numeric, data @> '{"k": "v"}', data ? 'k', jsonb_typeof(data->'n') FROM orders ORDER BY order_id
SELECT jsonb_array_length(data->'l') FROM orders WHERE order_id = 1
SELECT value FROM orders, jsonb_array_elements(data->'l') WHERE order_id = 1 ORDER BY value::text
SELECT e FROM orders, jsonb_array_elements_text(data->'l') AS e WHERE order_id = 1 ORDER BY e
SELECT to_json('a'::text), json_build_object('a', 1, 'b', 'x')->>'b', jsonb_build_array(1, 'a')->>1
SELECT customer, sum(amount) FROM orders GROUP BY customer ORDER BY customer
SELECT lower(customer) AS name, count(*), sum(quantity) FROM orders GROUP BY name ORDER BY name NULLS FIRST
SELECT customer, count(*) FROM orders GROUP BY 1 HAVING count(*) > 0 ORDER BY 2 DESC, 1 DESC
SELECT date_trunc('month', at) AS month, sum(amount) FROM orders GROUP BY date_trunc('month', at) ORDER BY 1
SELECT is_gift, customer, sum(quantity), grouping(is_gift) FROM orders GROUP BY ROLLUP (is_gift, customer) ORDER BY 1, 2, 3, 4
SELECT is_gift, code, count(*) FROM orders GROUP BY GROUPING SETS ((is_gift), (code), ()) ORDER BY 1, 2, 3
SELECT is_gift, code, count(*) FROM orders GROUP BY CUBE (is_gift, code) ORDER BY 1, 2, 3
SELECT count(DISTINCT is_gift), count(*) FILTER (WHERE is_gift), sum(quantity) FILTER (WHERE quantity > 2) FROM orders
SELECT string_agg(customer, ', ' ORDER BY customer DESC), string_agg(DISTINCT code, '|'), array_agg(quantity ORDER BY quantity DESC), array_agg(DISTINCT is_gift) FROM orders WHERE order_id IN (1, 2)
SELECT bool_and(is_gift), bool_or(is_gift), every(quantity >= 0) FROM orders
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY quantity), percentile_disc(0.5) WITHIN GROUP (ORDER BY quantity), percentile_cont(0.25) WITHIN GROUP (ORDER BY ratio DESC), mode() WITHIN GROUP (ORDER BY is_gift) FROM orders
SELECT corr(i::float8, f), regr_slope(f, i::float8), regr_count(f, i::float8) FROM numbers
SELECT sum(x), avg(x), min(x), count(x), bool_and(x > 0), array_agg(x), string_agg(x::text, ',') FROM generate_series(1, 0) AS g(x)
SELECT order_id, rank() OVER (ORDER BY amount), row_number() OVER (ORDER BY order_id), dense_rank() OVER (ORDER BY quantity), ntile(2) OVER (ORDER BY order_id) FROM orders ORDER BY order_id
SELECT order_id, sum(quantity) OVER (ORDER BY order_id), avg(quantity) OVER (ORDER BY order_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), lag(quantity) OVER w, lead(quantity, 1, -1) OVER w, first_value(customer) OVER w, last_value(order_id) OVER w FROM orders WINDOW w AS (ORDER BY order_id) ORDER BY order_id
SELECT order_id, sum(amount) OVER (PARTITION BY is_gift), count(*) OVER (), percent_rank() OVER (ORDER BY order_id), cume_dist() OVER (ORDER BY order_id), nth_value(code, 2) OVER (ORDER BY order_id) FROM orders ORDER BY order_id
SELECT DISTINCT is_gift FROM orders ORDER BY 1
SELECT DISTINCT ON (is_gift) is_gift, order_id FROM orders ORDER BY is_gift, order_id DESC
SELECT order_id FROM orders ORDER BY amount
SELECT order_id FROM orders ORDER BY amount DESC
SELECT order_id FROM orders ORDER BY amount NULLS FIRST, order_id LIMIT 3 OFFSET 1
SELECT order_id AS x FROM orders ORDER BY -order_id FETCH FIRST 2 ROWS ONLY
SELECT * FROM customers ORDER BY customer
SELECT o.*, c.city FROM orders o JOIN customers c ON c.customer = o.customer ORDER BY 1
SELECT o.order_id, c.city FROM orders AS o LEFT JOIN customers AS c USING (customer) ORDER BY 1
SELECT customer, order_id, city FROM orders FULL JOIN customers USING (customer) ORDER BY 1, 2
SELECT * FROM (SELECT customer, amount FROM orders) o JOIN customers USING (customer) ORDER BY amount
SELECT * FROM (SELECT 1 AS a, 2 AS b) x NATURAL JOIN (SELECT 1 AS a, 3 AS c) y
SELECT a.i, b.i FROM numbers a CROSS JOIN numbers b WHERE a.i < b.i ORDER BY 1, 2
SELECT a.i, b.i FROM numbers a, numbers b WHERE a.i = b.i - 1 ORDER BY 1
SELECT c.customer, o.order_id FROM customers c RIGHT JOIN orders o ON o.customer = c.customer ORDER BY 2
SELECT silver.orders.order_id, orders.customer FROM silver.orders WHERE orders.order_id < 3 ORDER BY 1
SELECT customer FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.customer) ORDER BY 1
SELECT customer FROM customers WHERE customer NOT IN (SELECT customer FROM orders WHERE customer IS NOT NULL)
SELECT (SELECT max(amount) FROM orders), (SELECT count(*) AS n FROM customers), EXISTS (SELECT 1), ARRAY(SELECT i FROM numbers ORDER BY i)
SELECT customer, (SELECT sum(amount) FROM orders o WHERE o.customer = c.customer) AS total FROM customers c ORDER BY 1
SELECT c.customer, x.total FROM customers c, LATERAL (SELECT sum(amount) AS total FROM orders o WHERE o.customer = c.customer) x ORDER BY 1
SELECT c.customer, x.order_id FROM customers c LEFT JOIN LATERAL (SELECT order_id FROM orders o WHERE o.customer = c.customer LIMIT 1) x ON true ORDER BY 1
WITH big AS (SELECT * FROM orders WHERE quantity > 1) SELECT count(*), sum(quantity) FROM big
WITH a(x, y) AS (SELECT 1, 'a'), b AS (SELECT x + 1 AS z FROM a) SELECT * FROM a, b
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n), count(*) FROM t
WITH orders AS (SELECT 1 AS only_column) SELECT * FROM orders
SELECT 1 UNION SELECT 2 ORDER BY 1
SELECT 1 AS a UNION ALL SELECT 2.5 ORDER BY a
SELECT 1 INTERSECT SELECT 1
SELECT i FROM numbers EXCEPT SELECT 1 ORDER BY 1
SELECT NULL UNION SELECT 1 ORDER BY 1
SELECT '2024-01-01' UNION SELECT day::text FROM orders WHERE order_id = 1 ORDER BY 1
SELECT date '2024-01-01' UNION SELECT NULL ORDER BY 1
(SELECT 1 LIMIT 1) UNION ALL (SELECT 2) ORDER BY 1 DESC
VALUES (1, 'a'), (2, 'b')
SELECT * FROM (VALUES (1, 'a'), (2.5, NULL)) AS v(x, y) ORDER BY x
SELECT column1 FROM (VALUES (3), (1)) v ORDER BY 1
SELECT * FROM generate_series(1, 3)
SELECT * FROM generate_series(1, 10, 4) AS g(i)
SELECT i, i * 2 FROM generate_series(3, 1, -1) AS i
SELECT generate_series(1, 3)
SELECT generate_series(timestamp '2024-01-01', timestamp '2024-01-03', interval '1 day') AS d
SELECT d::date FROM generate_series(date '2024-01-30', date '2024-02-02', '1 day') AS d
SELECT unnest(array['a', 'b'])
SELECT * FROM unnest(array[3, 1, 2]) WITH ORDINALITY AS u(v, n) ORDER BY v
SELECT order_id, tag FROM orders, unnest(tags) AS tag ORDER BY 1, 2
SELECT order_id, g FROM orders, generate_series(1, quantity) g WHERE order_id IN (1, 2) ORDER BY 1, 2
SELECT tags[1], tags[2], tags[9], array_length(tags, 1), cardinality(tags), array_to_string(tags, '-'), array_to_string(tags, '-', '?') FROM orders ORDER BY order_id
SELECT array[1,2] || 3, 0 || array[1,2], array[1] || array[2], array_append(array[1], 2), array_prepend(0, array[1]), array_cat(array[1], array[2]), array_position(array['a','b'], 'b'), array_remove(array[1,2,1], 1)
SELECT array[1,2,3] @> array[2], array[2] <@ array[1,2], array[1,2] && array[2,3], (array[1,2,3,4])[2:3], string_to_array('a,b,,c', ',')
SELECT upper(customer) AS "Upper Case", amount AS amount_1 FROM orders WHERE order_id = 1
SELECT order_id::text, amount::int, (amount), (SELECT 5), CASE WHEN true THEN order_id END FROM orders WHERE order_id = 1
SELECT count(*) AS n, max(amount)::int, sum(amount) + 1, -count(*), NOT true FROM orders
SELECT current_database() IS NOT NULL, current_user IS NOT NULL, now() IS NOT NULL
SELECT 1 AS "a b", 2 AS "select"
SELECT -5 % 3, 5 / -2, 0 / 5, (1 + 2) * 3, 2 + 3 * 4, -2 ^ 2
SELECT 0.1 + 0.2, 0.1::float8 + 0.2::float8, 1.0 * 3, 1.10 * 1.10, 100 * 0.01
SELECT amount * 1.2, amount / quantity, amount + quantity, quantity * 1.5 FROM orders WHERE order_id < 4 ORDER BY order_id
SELECT sum(amount) / count(*), avg(amount) * 2, sum(quantity) / count(*) FROM orders
SELECT width_bucket(5.35, 0.024, 10.06, 5), num_nulls(1, NULL, 2)
SELECT 1 WHERE NULL
SELECT count(*) FROM orders WHERE NOT (quantity > 2)
SELECT count(*) FROM orders WHERE quantity > 2 IS NOT TRUE
SELECT code, length(code), code = '', code || '!' FROM orders ORDER BY order_id
SELECT is_gift, is_gift = true, is_gift IS NULL, NOT is_gift FROM orders ORDER BY order_id
SELECT customer COLLATE "C" FROM orders ORDER BY customer COLLATE "C"
SELECT pg_catalog.lower('A'), 1 OPERATOR(pg_catalog.+) 2
SELECT (1, 2) = (1, 2), (1, NULL) = (1, 2), (1, 2) <> (1, 3)
SELECT c.customer, o.order_id, n.i FROM customers c LEFT JOIN (orders o JOIN numbers n ON n.i = o.order_id) ON o.customer = c.customer ORDER BY 1, 2
SELECT a.x, b.x FROM (SELECT 1 AS x) a, (SELECT 2 AS x) b
SELECT x.customer, count(*) FROM (SELECT customer FROM orders UNION ALL SELECT customer FROM customers) x GROUP BY x.customer ORDER BY 2, 1
SELECT o.customer, sum(o.amount) AS total FROM orders o GROUP BY o.customer HAVING sum(o.amount) > 0 ORDER BY total DESC
SELECT extract(year from day)::int AS y, count(*) FROM orders GROUP BY y ORDER BY y
SELECT customer, amount, amount - lag(amount) OVER (ORDER BY day) AS change, round(100.0 * amount / sum(amount) OVER (), 2) AS share FROM orders WHERE order_id < 4 ORDER BY day
SELECT date_trunc('week', day)::date AS week, avg(amount)::numeric(10,2), max(day) - min(day) FROM orders GROUP BY 1 ORDER BY 1
SELECT CASE WHEN amount > 15 THEN 'big' WHEN amount > 0 THEN 'small' ELSE 'none' END AS size, count(*) FROM orders GROUP BY size ORDER BY size
SELECT order_id FROM orders WHERE day >= '2024-01-01' AND day < date '2024-01-01' + interval '3 months' ORDER BY 1
SELECT order_id FROM orders WHERE at BETWEEN '2024-01-01' AND '2024-12-31' AND customer IS NOT NULL ORDER BY 1
SELECT order_id FROM orders WHERE amount::text LIKE '%.5%' OR lower(customer) IN ('ann', 'bob') ORDER BY 1
SELECT count(*), count(amount), sum(coalesce(amount, 0)), avg(coalesce(quantity, 0)) FROM orders
SELECT round(avg(amount), 2), round(sum(ratio)::numeric, 1), round(stddev(ratio)::numeric, 3) FROM orders
SELECT to_char(sum(amount), 'FM999,990.00'), to_char(max(day), 'YYYY-MM'), to_char(avg(quantity), '990.9') FROM orders
SELECT max(customer), min(code), max(at), min(zoned), max(day), min(amount) FROM orders
SELECT first_value(amount) OVER (PARTITION BY is_gift ORDER BY order_id), row_number() OVER (PARTITION BY is_gift ORDER BY day DESC) FROM orders ORDER BY order_id
SELECT sum(quantity) OVER (ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), sum(quantity) OVER (ORDER BY order_id RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM orders ORDER BY order_id
SELECT string_agg(customer, ', ' ORDER BY customer) FILTER (WHERE amount > 0) FROM orders
SELECT regexp_replace(customer, '[^a-zA-Z]', '', 'g'), substring(customer from '^\w'), customer ~* '^a' FROM orders ORDER BY order_id
SELECT 10 / NULL, NULL + 1, NULL || 'a', NULL = NULL
SELECT 1.0 / 3 * 3, 2.0 / 3, 1e-3, 0.00001, 123456.789 * 1000
SELECT 5000000000 / 2, 9000000000 % 7, 2147483647 + 1::bigint, 32767::smallint + 1::smallint * 0
SELECT interval '1 day' > interval '23 hours', interval '1 month' = interval '30 days', time '10:00' < '11:00'
SELECT now() - now() = interval '0', current_date - current_date, age(now(), now()) = interval '0'
SELECT ARRAY[1, 2] = ARRAY[1, 2], ARRAY['a'] || ARRAY['b'], ARRAY[1.5, 2]
SELECT least(date '2024-01-01', date '2023-01-01'), greatest('a', 'b', NULL), coalesce(NULL, NULL, 3)
SELECT array[1,2] || 2.50, 0.5 || array[1,2], 3::int2 & 1, 2::int8 | 1, '\x41'::bytea || '\x42'::bytea
SELECT 1.5::float8 ^ 2.0, nullif(1, 2.50), coalesce(1, 1.5::float4), 1.5::float4::numeric, 0.1::float8::numeric, 1e20::float8::numeric
SELECT substr('hello', '2'), repeat('ab', NULL), substr('hello', NULL, 2), quote_literal('a\b'), (timestamptz '2024-01-01 10:30:00+00')::time
SELECT uuid '12345678-1234-1234-1234-123456789abc', '\x4142'::bytea
SELECT to_char(interval '1 day', 'HH24') WHERE false
SELECT o.order_id, t.v, t.n FROM orders o LEFT JOIN LATERAL unnest(o.tags) WITH ORDINALITY AS t(v, n) ON true ORDER BY 1, 3
SELECT j.customer, j.order_id FROM (orders o JOIN customers c USING (customer)) AS j ORDER BY 1
SELECT 'abc' LIKE ANY (ARRAY['x%', 'a%']), 'abc' LIKE ALL (ARRAY['%c', 'a%']), 'abc' NOT LIKE ALL (ARRAY['x%']), 'abc' ILIKE ANY (ARRAY['A%']), 'abc' ~ ANY (ARRAY['^x', '^a']), 'abc' LIKE ANY ('{x%,a%}'), 'abc' !~ ALL (ARRAY['x']), 'abc' NOT LIKE ANY (ARRAY['a%', 'x%']), 'abc' LIKE ANY (ARRAY['x', NULL]), 'abc' LIKE ANY ('{x%,a%}'::text[])
SELECT customer FROM orders WHERE customer ILIKE ANY (ARRAY['a%', 'b%']) ORDER BY 1
SELECT is_gift FROM orders ORDER BY 1 OFFSET 1 FETCH NEXT 1 ROW WITH TIES
SELECT order_id FROM orders ORDER BY amount USING <
SELECT order_id, sum(quantity) OVER (ORDER BY day RANGE BETWEEN '30 days' PRECEDING AND CURRENT ROW) FROM orders ORDER BY 1
SELECT day, count(*) OVER (ORDER BY day RANGE BETWEEN '1 month' PRECEDING AND '1 day' FOLLOWING) FROM orders ORDER BY day
SELECT order_id, sum(quantity) OVER (ORDER BY order_id ROWS '1' PRECEDING), count(*) OVER (ORDER BY quantity RANGE '2' PRECEDING) FROM orders ORDER BY 1
SELECT substring('<a><b>' from '<(.+?)>'), regexp_replace('<a><b>', '<.+?>', '', 'g'), regexp_replace('aaa', 'a*?', 'x')
SELECT regexp_split_to_array('abc', ''), regexp_split_to_array(',a,,b,', ','), regexp_split_to_array('', ',')
SELECT split_part('abc', '', 1), string_to_array('abc', NULL), string_to_array('', ','), string_to_array(NULL, ','), array_to_string(ARRAY[]::text[], ',')
SELECT rpad('abc', 2), lpad('abc', 2), lpad('', 3, 'x'), rpad('é', 3, 'ü'), left('é', 1), right('né', 1), reverse('né'), substr('hello', 2, 100), substr('hello', -2, 4), left('abc', 0), repeat('x', 0), repeat('x', -1)
SELECT translate('abc', 'ab', ''), translate('aabb', 'ab', 'x'), btrim('xyxabcyx', 'xy'), ltrim('  a '), rtrim('a  b  '), trim(E'\t a '), chr(8364), ascii(''), ascii('€')
SELECT 'abc' < 'abd', 'a' < 'B', 'a' COLLATE "C" < 'B' COLLATE "C", greatest('a', 'B'), least('é', 'z')
SELECT x FROM (VALUES ('a b'), ('ab'), ('a-b'), ('A'), ('_'), ('~')) v(x) ORDER BY x DESC
SELECT round(-0.5), round(0.5), round(1.5::float8), round(-1.5::float8), round(0.5::float8), round(25, -1), round(-25, -1), round(0.045, 2), trunc(-0.5), ceil(0.1), floor(-0.1), ceil(-0.5)
SELECT round(-0.4), round(-0.4::float8), -0.0, 0 * -1.5, (-0.0)::text, ceil(-0.5::float8)
SELECT 7 % -3, -7 % 3, 7.5 % 2, -7.5 % 2, mod(7, -3), 7 / -2, -7 / 2, 7.0 / -2
SELECT 2 ^ -1, 2 ^ 0.5, 2.0 ^ -2, 0 ^ 0, (-8) ^ 3, 4 ^ 0.5, 10 ^ 20, 1.5 ^ 3, power(2, 3), power(2.5, 2)
SELECT sqrt(0), sqrt(2.25), sqrt(10), cbrt(-27), exp(0), exp(2.5), ln(2.718281828), log(1000), log(2, 64), log(10, 0.001)
SELECT 1e3, 1.5e-3, 123456789.123456789, .5, 5., 0.10, 1_000
SELECT 0.1::real + 0.2::real, 0.1::real = 0.1, 0.1::real::float8 = 0.1, 1::real / 3, 16777217::real, 1e10::real::int8, 2.5::real::int, 0.1::float8 * 3, 1e15::float8 + 0.3, 1e16::float8::text, 100000000000000000000::float8
SELECT sum(x), avg(x), max(x), min(x), stddev(x) FROM (VALUES (1), (2), (NULL), (4)) v(x)
SELECT sum(x), avg(x) FROM (VALUES (1.10), (2.205), (NULL)) v(x)
SELECT count(*), count(x), count(DISTINCT x), sum(DISTINCT x), avg(DISTINCT x), array_agg(DISTINCT x ORDER BY x DESC), string_agg(DISTINCT x::text, ',' ORDER BY x::text DESC) FROM (VALUES (1), (2), (2), (NULL)) v(x)
SELECT bool_and(x), bool_or(x), every(x), bool_and(x) FILTER (WHERE false) FROM (VALUES (true), (NULL), (false)) v(x)
SELECT string_agg(x, ','), string_agg(x, ',' ORDER BY x DESC), string_agg(x, NULL), array_agg(x) FILTER (WHERE x > 'a'), max(x), string_agg(NULL, ',') FROM (VALUES ('b'), (NULL), ('a')) v(x)
SELECT mode() WITHIN GROUP (ORDER BY x), mode() WITHIN GROUP (ORDER BY x DESC), percentile_disc(0.5) WITHIN GROUP (ORDER BY x), percentile_cont(0.5) WITHIN GROUP (ORDER BY x DESC), percentile_disc(0) WITHIN GROUP (ORDER BY x), percentile_disc(1) WITHIN GROUP (ORDER BY x), percentile_cont(0.33) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (2), (1), (5)) v(x)
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1)) v(x)
SELECT x, rank() OVER (ORDER BY x), percent_rank() OVER (ORDER BY x DESC), cume_dist() OVER (ORDER BY x), ntile(2) OVER (ORDER BY x, y), lag(y, 2, 'none') OVER (ORDER BY y), first_value(y) OVER (PARTITION BY x ORDER BY y DESC), last_value(y) OVER (PARTITION BY x ORDER BY y), nth_value(y, 2) OVER (ORDER BY y ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM (VALUES (1, 'a'), (1, 'b'), (2, 'c'), (NULL, 'd')) v(x, y) ORDER BY y
SELECT y, sum(x) OVER (ORDER BY y ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING), avg(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING), count(*) OVER (ORDER BY x GROUPS 1 PRECEDING), sum(x) OVER (ORDER BY y ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES), max(x) OVER (ORDER BY x DESC), min(x) FILTER (WHERE x > 1) OVER () FROM (VALUES (1, 'a'), (1, 'b'), (2, 'c'), (NULL, 'd')) v(x, y) ORDER BY y
SELECT y, sum(x) OVER (ORDER BY x), array_agg(x) OVER (ORDER BY y), string_agg(y, '') OVER (ORDER BY y DESC), row_number() OVER () FROM (VALUES (1, 'a'), (1, 'b'), (2, 'c')) v(x, y) ORDER BY y
SELECT x, y, sum(z), grouping(x, y), count(*) FROM (VALUES (1, 'a', 10), (1, 'b', 20), (2, NULL, 5)) v(x, y, z) GROUP BY GROUPING SETS ((x, y), (x), ()) ORDER BY 1, 2, 3, 4
SELECT x, sum(z) / count(*) AS r, sum(z) * 1.0 / count(*) FROM (VALUES (1, 10), (1, 25), (2, 5)) v(x, z) GROUP BY ROLLUP (x) HAVING sum(z) > 5 ORDER BY x NULLS FIRST
SELECT '{"a": 1.50, "b": [1, 2, {"c": null}], "d": "x\u00e9"}'::jsonb, '{"b":1,"a":2,"a":3}'::jsonb, '{"b":1,"a":2, "a":3}'::json
SELECT j -> 'a', j ->> 'a', j -> 'b' -> 0, j #> '{b,2,c}', j #>> '{b,1}', j -> 'zz', j ->> 'd', j -> 'b' -> -1, jsonb_array_length(j -> 'b'), jsonb_typeof(j -> 'b' -> 2 -> 'c') FROM (VALUES ('{"a": 1.50, "b": [1, 2, {"c": null}], "d": "x\u00e9"}'::jsonb)) v(j)
SELECT '{"a":1}'::jsonb || '{"b":2}', '[1,2]'::jsonb || '3', '{"a":1,"b":2}'::jsonb - 'a', '[1,2,3]'::jsonb - 1, '{"a":{"b":1}}'::jsonb #- '{a,b}', '{"a":1}'::jsonb @> '{"a":1}', '[1,2]'::jsonb <@ '[1,2,3]', '{"a":1}'::jsonb ? 'a', '{"a":1}'::jsonb = '{"a":1.0}'
SELECT jsonb_set('{"a":[1,2]}', '{a,0}', '9'), jsonb_insert('{"a":[1,2]}', '{a,1}', '9'), jsonb_strip_nulls('{"a":null,"b":1}'), jsonb_pretty('{"a":[1,2]}'), jsonb_build_array(1, 'a', NULL, true, 1.50), jsonb_object_agg(k, v) FROM (VALUES ('x', 1), ('y', 2)) t(k, v)
SELECT * FROM jsonb_each('{"a":1,"b":"x","c":null}'), jsonb_each_text('{"z":1.50}')
SELECT jsonb_array_elements('[1,"a",null,[2]]'), jsonb_array_elements_text('[1,"a",null,[2]]')
SELECT (j ->> 'n')::numeric * 2, (j ->> 'n')::int FROM (VALUES ('{"n":"12"}'::jsonb)) v(j)
SELECT data ->> 'k', data -> 'n', (data ->> 'n')::numeric + 1, data ? 'l', jsonb_typeof(data -> 'k') FROM orders ORDER BY order_id
SELECT json_agg(o ORDER BY o.order_id) FROM (SELECT order_id, amount, day FROM orders WHERE order_id < 3) o
SELECT json_build_object('d', date '2024-01-01', 't', timestamp '2024-01-01 10:00', 'tz', timestamptz '2024-01-01 10:00+02', 'i', interval '1 day', 'b', true, 'f', 1.0::float8, 'n', 1.50, 'a', ARRAY[1, 2], 'x', NULL)
SELECT ARRAY[1, 2, 3] @> ARRAY[2], ARRAY[1, 2] && ARRAY[2, 3], ARRAY[1, 2] < ARRAY[1, 3], ARRAY[1, NULL] = ARRAY[1, NULL], ARRAY[3, 1, 2] = ARRAY[1, 2, 3], ARRAY[1, 2] || 3, (ARRAY[1, 2, 3])[2:3], (ARRAY[1, 2, 3])[5], cardinality(ARRAY[[1, 2], [3, 4]])
SELECT ARRAY[1, 2] < ARRAY[1, NULL], ARRAY[]::int[] < ARRAY[1], array_length(ARRAY[]::int[], 1), ARRAY['a', 'b'] <= ARRAY['a']
SELECT date '2024-01-31' + 1, date '2024-03-01' - date '2024-02-01', date '2024-01-31' + interval '1 month 1 day', timestamp '2024-03-31 10:00' - interval '1 month', date '2024-02-29' - interval '1 year', interval '1 month' + date '2024-01-31', date '2024-01-01' - interval '1 second'
SELECT age(timestamp '2024-03-31', timestamp '2024-02-29 12:00'), age(date '2020-02-29', date '2024-02-28'), age(timestamp '2024-01-01 00:00:00.5', timestamp '2023-12-31 23:59:59.75')
SELECT extract(second from timestamp '2024-01-01 10:20:30.123456'), extract(milliseconds from time '10:20:30.456'), extract(microseconds from interval '1.5 seconds'), extract(quarter from interval '7 months'), extract(century from timestamp '2001-01-01'), extract(decade from interval '25 years'), extract(epoch from timestamp '1969-12-31 23:59:59.5'), extract(epoch from date '1960-01-01'), extract(week from timestamp '2021-01-03'), extract(isoyear from date '2021-01-03'), extract(day from interval '-3 days 5 hours'), extract(hour from interval '-3 days -5 hours'), extract(second from interval '-1.5 seconds')
SELECT date_trunc('week', timestamp '2024-01-07 10:00'), date_trunc('quarter', date '2024-12-31'), date_trunc('millennium', timestamp '2024-01-01'), date_trunc('century', timestamp '1900-06-01'), date_trunc('hour', timestamptz '2024-01-01 10:45+05:30'), date_trunc('second', timestamp '1969-12-31 23:59:59.7')
SELECT timestamp '2024-01-15 10:00' - timestamp '2024-01-10 12:00', (timestamp '2024-01-10 12:00' - timestamp '2024-01-15 10:00'), justify_hours(timestamp '2024-01-10 12:00' - timestamp '2024-01-15 10:00'), justify_interval(interval '-1 month 35 days'), justify_days(interval '-35 days'), justify_hours(interval '-27 hours')
SELECT make_interval(months => 14, days => -3), make_interval(hours => 25, mins => 61, secs => 61.5), interval '1 day' / 3, interval '1 month' * 1.5, 2 * interval '1 day 12:00', interval '1 year' * 0.1, interval '10 min' * -1.5
SELECT greatest(interval '1 month', interval '31 days'), least(interval '1 month', interval '31 days'), greatest(interval '1 day', NULL, interval '25 hours')
SELECT x FROM (VALUES (interval '1 month'), (interval '31 days'), (interval '-1 day'), (interval '30 days 1 second'), (NULL)) v(x) ORDER BY x
SELECT x, count(*) FROM (VALUES (interval '1 day'), (interval '24 hours')) v(x) GROUP BY x
SELECT count(DISTINCT x) FROM (VALUES (interval '1 day'), (interval '24 hours'), (interval '30 days'), (interval '1 month')) v(x)
SELECT * FROM generate_series(timestamp '2024-01-31', timestamp '2024-05-31', interval '1 month')
SELECT * FROM generate_series(date '2024-03-30', date '2024-04-01', '1 day') AS d
SELECT count(*) FROM generate_series(timestamp '2024-01-01', timestamp '2023-01-01', interval '1 day')
SELECT d::date, extract(isodow from d) FROM generate_series(date '2024-02-26', date '2024-03-02', interval '1 day') d WHERE extract(isodow from d) < 6
SELECT NULL = NULL, NULL IS DISTINCT FROM 1, NULL AND false, NULL OR true, NOT NULL, 1 IN (2, NULL), 1 NOT IN (2, NULL), 1 IN (1, NULL), NULL IN (1), (1, NULL) = (1, 2), (1, NULL) IS NULL, ROW(NULL, NULL) IS NULL
SELECT coalesce(NULL, NULL, 3), nullif(1, 2), nullif(1.0, 1), greatest(NULL, 1), least(NULL, NULL), num_nulls(1, NULL, 'a'), CASE NULL WHEN NULL THEN 1 ELSE 2 END
SELECT 'a' || 1 || NULL, concat('a', NULL, 1), concat_ws(',', NULL, 'a', '', NULL), 'a' || ARRAY['b'] , format('%s-%s', NULL, 1)
SELECT true::text, 1::text, 1.50::text, 1e10::float8::text, NULL::text, date '2024-01-01'::text, ARRAY[true, false]::text, ARRAY['a b', NULL, '']::text, ROW(1, 'a', NULL)::text, interval '-1 day -2:00'::text
SELECT '  42  '::int, '1e3'::float8, '0x10'::int
SELECT ' t '::bool, 'YES'::bool, '1'::bool, 'on'::boolean, 'abc'::bool
SELECT '2024-1-5'::date, 'Jan 5, 2024'::date, '20240105'::date, '5 January 2024'::date, '2024-01-05 10:30'::date, '10:30 PM'::time, '2024-01-05T10:30:00Z'::timestamptz, '01/02/2024'::date
SELECT 12345678901234567890, 12345678901234567890::numeric / 7, 99999999999999999999.99 * 2, 1.23456789012345678901 * 1.1
SELECT amount, rank() OVER (ORDER BY amount DESC NULLS LAST), amount - lag(amount) OVER (ORDER BY order_id) AS d, round(100 * amount / sum(amount) OVER (), 1) AS p, sum(amount) OVER (ORDER BY order_id) / count(*) OVER (ORDER BY order_id) AS running FROM orders ORDER BY order_id
SELECT customer, (SELECT count(*) FROM orders o2 WHERE o2.amount > o.amount) FROM orders o ORDER BY order_id
SELECT o.order_id, c.city FROM orders o LEFT JOIN customers c ON lower(c.customer) = lower(o.customer) AND c.since < o.day ORDER BY 1
SELECT order_id FROM orders WHERE tags @> ARRAY['a'] OR 'c' = ANY (tags) ORDER BY 1
SELECT to_timestamp(0), to_timestamp(1.5), to_timestamp(-1), extract(epoch from to_timestamp(1700000000.123456))
SELECT width_bucket(5, 1, 10, 3), width_bucket(10.0, 1, 10, 3), width_bucket(0.99, 1, 10, 3), width_bucket(5, 10, 1, 3), width_bucket(7.3, 0, 10, 4)
SELECT md5(''), encode('\xdeadbeef', 'hex'), encode('hello world', 'base64'), decode('aGk=', 'base64'), encode('a\b'::bytea, 'escape'), sha256('x'), length('\x0102'::bytea), '\x01'::bytea || '\x02'
SELECT random() < 1, gen_random_uuid() IS NOT NULL, pg_typeof(1), pg_typeof('a'), pg_typeof(1.5), pg_typeof(now()), pg_typeof(ARRAY[1])
TABLE customers
SELECT 1 AS "A b", 2 AS select, 'x' "y"
SELECT count(*) AS count, sum(1), max('a'::text), (SELECT 1), (SELECT 2 AS z), 1 + 1, -1, NOT true, 'a'::varchar, CASE WHEN true THEN 1 END, ARRAY[1], ROW(1), EXISTS (SELECT 1), coalesce(1, 2)
