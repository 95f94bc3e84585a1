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
