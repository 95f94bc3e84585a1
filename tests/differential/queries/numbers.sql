-- Literals and arithmetic
SELECT 1, 2147483647, 2147483648, 9223372036854775807, 9223372036854775808
SELECT 1., .5, 1.50, 1e2, 1.5e-3, 1e0
SELECT +1, -1, - -1, -(-1), -2147483648
SELECT 7 / 2, -7 / 2, 7 / -2, 7 % 2, -7 % 2, 7 % -2
SELECT 7.0 / 2, 7 / 2.0, 1.0 / 3, 2.0 / 3, 10.0 / 3.0, 1 / 7.0
SELECT 7.5 % 2, -7.5 % 2, 7.5 % -2.25
SELECT 1.5 + 1, 1.50 + 1.5, 1.5 - 0.25, 1.5 * 1.5, 2 * 1.25
SELECT 1::smallint + 1::smallint, 1::smallint + 1, 1 + 1::bigint, 1::bigint * 2, 1::real + 1, 1::real + 1::real, 1::real + 1.5, 1 + 1.5::float8
SELECT 0.1::real, 0.1::float8, 1.0::real / 3, 1.0::float8 / 3, 1e10::real, 1e-10::float8, 1e15::float8, 1e16::float8, 123456789.123::float8, 1e-5::float8, 0.0001::float8
SELECT 'NaN'::float8, 'Infinity'::float8, '-inf'::float8, 'NaN'::float8 = 'NaN'::float8, 'NaN'::float8 > 1e300
SELECT -0.0::float8, 0.0::float8 = -0.0::float8, 1e308::float8, 5e-324::float8
SELECT 2 ^ 10, 2 ^ 0.5, 2.0 ^ 3, (-2) ^ 3, 2 ^ -1
SELECT 2::numeric ^ 3, 2.5 ^ 2, 10::numeric ^ -2
SELECT @ -5, @ -5.5, |/ 25, ||/ 27, 5 !=4
SELECT 91 & 15, 32 | 3, 17 # 5, ~1, 1 << 4, 8 >> 2, 1::bigint << 40, (-8) >> 1
SELECT 1 = 1.0, 1 < 1.5, 2.50 = 2.5, 1::float8 = 1, '1' = 1, 1 = '1'
SELECT 1 <> 2, 1 != 2, NOT 1 = 2, 1 >= 1 AND 2 <= 1
SELECT 10 * 0.1 = 1, 0.1 + 0.2 = 0.3, 0.1::float8 + 0.2::float8 = 0.3::float8
SELECT i * n, i + n, i - n, n / i, n % i FROM numbers ORDER BY i
SELECT f + n, f * i, f / 2, f - s FROM numbers ORDER BY i
SELECT amount * quantity, amount / 2, amount * 1.1, amount + 1, amount - ratio FROM orders ORDER BY order_id
SELECT amount::int, amount::bigint, amount::float8, amount::real, amount::numeric(12,1), amount::text FROM orders ORDER BY order_id
-- Functions
SELECT abs(-1), abs(-1.5), abs(-1.5::float8), abs(-1::smallint), abs(-1::bigint), abs(NULL::int)
SELECT round(1.5), round(2.5), round(-1.5), round(1.45, 1), round(1.455, 2), round(-1.455, 2), round(15, -1), round(1250.5, -2)
SELECT round(1.5::float8), round(2.5::float8), round(-0.5::float8), round(7), round(42.4382, 2)
SELECT round(n, i::int) FROM (VALUES (1.2345, 1), (1.2345, 3), (123.45, -1)) v(n, i)
SELECT trunc(1.9), trunc(-1.9), trunc(1.999, 2), trunc(-1.999, 1), trunc(1.9::float8), trunc(129, -1)
SELECT ceil(1.1), ceil(-1.1), ceiling(1.0), floor(1.9), floor(-1.1), ceil(1.1::float8), floor(5)
SELECT sign(-2), sign(0), sign(2.5), sign(-2.5::float8)
SELECT mod(7, 3), mod(-7, 3), mod(7.5, 2), mod(7::bigint, 2::smallint), div(7, 2), div(-7, 2), div(7.5, 2)
SELECT sqrt(2), sqrt(2::float8), sqrt(4.0), cbrt(27), cbrt(2)
SELECT power(2, 3), power(2.0, 3), power(2, 0.5), pow(2::float8, 0.5)
SELECT exp(1), exp(1.0), exp(0::float8), ln(2), ln(2.0), log(100), log(100.0), log(2, 8), log10(1000), log(2.0, 64.0)
SELECT sin(1), cos(1), tan(1), asin(0.5), acos(0.5), atan(1), atan2(1, 2), cot(1)
SELECT sind(30), cosd(60), tand(45), asind(0.5), acosd(0.5), atand(1), atan2d(1, 1), cotd(45)
SELECT sinh(1), cosh(1), tanh(1), asinh(1), acosh(2), atanh(0.5)
SELECT degrees(1), radians(90), pi()
SELECT gcd(12, 18), lcm(4, 6), gcd(0, 5), gcd(-4, 6), gcd(12.5, 5), factorial(5)
SELECT width_bucket(5.35, 0.024, 10.06, 5), width_bucket(0, 1, 10, 3), width_bucket(11::float8, 1, 10, 3), width_bucket(5, 10, 1, 3)
SELECT width_bucket(15, ARRAY[10, 20, 30]), width_bucket(5, ARRAY[10, 20]), width_bucket('b'::text, ARRAY['a', 'c'])
SELECT scale(1.50), min_scale(1.50), trim_scale(1.50), scale(1)
SELECT numeric_inc(1), num_nonnulls(1, NULL, 2), num_nulls(NULL, NULL)
SELECT random() >= 0 AND random() < 1, pg_typeof(random())
SELECT greatest(1, 2, 3), least(1, 2.5), greatest(NULL, 1), least(NULL, NULL::int), greatest('a', 'b'), greatest(date '2024-01-01', '2024-02-01')
SELECT to_hex(255), to_hex(-1), to_hex(4294967296)
-- Casts
SELECT 1.5::int, 2.5::int, -1.5::int, -2.5::int, 0.5::int, 1.4999::int
SELECT 1.5::float8::int, 2.5::float8::int, 3.5::float8::int, -2.5::float8::bigint, 1e10::float8::bigint
SELECT '12'::int, ' 12 '::int, '-5'::smallint, '+5'::bigint, '1e2'::float8, '1e2'::numeric, '.5'::numeric, ' 1.50 '::numeric
SELECT 1::bool, 0::bool, true::int, false::int, 't'::bool, 'no'::bool
SELECT 1.005::numeric(5,2), 1.115::numeric(5,2), -1.005::numeric(5,2), 123::numeric(5), 99.99::numeric(3,0)
SELECT 1::numeric(10,2), 1.5::float8::numeric(10,3), '1.5'::numeric(10,4), 1::numeric, 1.10::numeric
SELECT 12345.678::float8::text, 1e20::float8::text, 1e-7::float8::text, 100::float8::text, 1.5::real::text, 0.1::real::float8
SELECT 1::text, 1.50::text, (-1)::text, true::text, NULL::int::text
SELECT cast(1 AS numeric(4,1)), cast('5' AS int), cast(5 AS varchar), cast(NULL AS date)
SELECT int4 '5', numeric '1.5', float8 '2.5', bool 'true'
SELECT int '5' + 1, '5'::int + '6', '5' + 6, 6 - '5'
SELECT '1'::oid, 1::oid, 'a'::name, 'x'::"char"
SELECT i::int[], 1 FROM (VALUES ('{1,2}')) v(i)
-- What is wrong
SELECT 1 / 0
SELECT 1.0 / 0
SELECT 1::float8 / 0
SELECT 1 % 0
SELECT mod(1, 0)
SELECT 1 / (i - 1) FROM numbers
SELECT 2147483647 + 1
SELECT 9223372036854775807 + 1
SELECT 32767::smallint + 1::smallint
SELECT -32769::smallint
SELECT 32768::smallint
SELECT 2147483648::int
SELECT 1e10::int
SELECT 9223372036854775808::bigint
SELECT 2147483647 * 2
SELECT 1e308::float8 * 10
SELECT 1e-300::float8 * 1e-300::float8
SELECT 1e40::float8::real
SELECT 100::numeric(2)
SELECT 1000.5::numeric(5,2)
SELECT 'NaN'::float8::int
SELECT 'abc'::int
SELECT '1.5'::int
SELECT ''::int
SELECT 'abc'::numeric
SELECT 'abc'::float8
SELECT 'maybe'::bool
SELECT '99999999999'::int
SELECT '1e400'::float8
SELECT sqrt(-1)
SELECT sqrt(-1::float8)
SELECT ln(0)
SELECT ln(-1)
SELECT log(0.0)
SELECT power(0, -1)
SELECT (-8) ^ 0.5
SELECT exp(1000::float8)
SELECT acos(2)
SELECT factorial(-1)
SELECT abs(-2147483648)
SELECT - (-2147483648)
SELECT abs('a'::text)
SELECT 1 + 'a'
SELECT 1 + 'a'::text
SELECT 1 + true
SELECT 1 = true
SELECT 1 = 'a'
SELECT 1 = 'a'::text
SELECT true > 1
SELECT 1 AND true
SELECT NOT 1
SELECT 1.5 & 1
SELECT 1.5::float8 % 2
SELECT round(1.5::float8, 1)
SELECT 1::date
SELECT true::numeric
SELECT width_bucket(1, 1, 1, 3)
SELECT width_bucket(1, 1, 2, 0)
SELECT nothing(1)
SELECT lower(1)
SELECT abs()
SELECT abs(1, 2)
SELECT gcd(-2147483648, -2147483648)
SELECT 1::nothing
SELECT scale(1.50), min_scale(1.50), scale(1), min_scale(2.0), scale(NULL::numeric(5,2))
SELECT sum(scale(amount)) FROM orders
SELECT 1e308::float8 * 10, 1
SELECT 1e308::float8 + 1e308::float8
SELECT 1e308::float8 / 1e-10::float8
SELECT power(10::float8, 400), 1
SELECT 10::float8 ^ 400
SELECT exp(710::float8)
SELECT exp(-1000::float8)
SELECT power(10::float8, -400)
SELECT 'inf'::float8 * 2, 'nan'::float8 + 1, 'inf'::float8 - 'inf'::float8, 1 / 'inf'::float8, 0 * 'inf'::float8
SELECT ratio * 2 + 1 - ratio / 3, -ratio * 2, sqrt(ratio * 4) * 2, (ratio + 1) ^ 2, ratio * quantity, amount * ratio FROM orders ORDER BY order_id
SELECT ratio / sum(ratio) OVER (), (SELECT max(ratio) FROM orders) * 2, ratio * (SELECT 1e308::float8) FROM orders WHERE order_id = 1
SELECT ratio * (SELECT 1e308::float8) * 100 FROM orders WHERE order_id = 1
SELECT sum(ratio * 2), avg(ratio + 1), sum(ratio) * 2 / count(*), sum(ratio) / sum(quantity) FROM orders
SELECT random() * 10 < 10, floor(random() * 10) < 10
SELECT order_id FROM orders WHERE ratio * 2 > 1 ORDER BY ratio * 3
SELECT ratio * 2, count(*) FROM orders GROUP BY ratio * 2 ORDER BY 1
SELECT 2 * 6371 * asin(sqrt(sin(radians(52.5 - 48.8) / 2) ^ 2 + cos(radians(48.8)) * cos(radians(52.5)) * sin(radians(13.4 - 2.3) / 2) ^ 2))
SELECT f / 0 FROM numbers
SELECT f * 1.5::real, s * 1.5::real, 1.5::real / 3::real FROM numbers ORDER BY 1

-- what 64 bits do not hold
SELECT name, price * rate AS a, price * units AS b, whole + whole AS c, whole - price AS d, -(price * rate) AS e FROM gold.sizes ORDER BY name, units
SELECT name, price * (1 - rate) * (1 + units) AS a, (price * rate) - (whole * units) AS b FROM gold.sizes ORDER BY name, units
SELECT name, sum(price * rate) AS a, sum(price * units) AS b, sum(whole + whole) AS c, sum(price * (1 - rate) * (3 - 1)) AS d, avg(price * rate) AS e, count(*) AS n FROM gold.sizes GROUP BY name ORDER BY name
SELECT sum(price * rate) AS a, sum(price * rate) FILTER (WHERE name = 'small') AS b, sum(price * rate) FILTER (WHERE name = 'none') AS c, sum(DISTINCT price * units) AS d FROM gold.sizes
SELECT name, units, sum(price * rate) OVER (PARTITION BY name ORDER BY units NULLS LAST) AS a FROM gold.sizes ORDER BY name, units
SELECT name, max(price) * max(rate) AS a, max(price * rate) AS b, min(whole + whole) AS c FROM gold.sizes GROUP BY name HAVING max(price) * max(rate) > 1 OR name = 'none' ORDER BY name
SELECT s.name, (SELECT sum(s.price * o.amount) FROM silver.orders o) AS a, (SELECT max(price) FROM gold.sizes) * s.rate AS b FROM gold.sizes s ORDER BY s.name, s.units
SELECT price * rate AS product, count(*) AS n FROM gold.sizes GROUP BY price * rate ORDER BY product NULLS FIRST
SELECT name FROM gold.sizes WHERE price * rate > 100000 OR whole + whole < -5 ORDER BY name, units
SELECT sum(p) AS a, avg(p) AS b FROM (SELECT price * rate AS p FROM gold.sizes) x
SELECT sum(price * CASE WHEN name = 'large' THEN rate ELSE 1 END) AS a, sum(coalesce(price, 0) * coalesce(rate, 1)) AS b, sum(price * round(rate)) AS c FROM gold.sizes
SELECT sum(price * rate * 0) AS a, sum(price * rate * 1000000) AS b, sum((price + rate) * (price - rate)) AS c FROM gold.sizes WHERE name = 'small'
SELECT sum(price * rate) AS a FROM gold.sizes WHERE false
SELECT sum(g.i * s.price * g.n) AS a FROM gold.numbers g CROSS JOIN gold.sizes s WHERE s.name = 'large' GROUP BY g.i HAVING sum(g.i * s.price) IS NOT NULL ORDER BY g.i
-- A NULL is divided by anything
SELECT i / 0 FROM (VALUES (NULL::int)) AS t(i)
SELECT n / 0, n % 0, f / 0 FROM (VALUES (NULL::numeric, NULL::float8)) AS t(n, f)
SELECT mod(i, 0), (i + 1) / 0, div(n, 0) FROM (VALUES (NULL::int, NULL::numeric)) AS t(i, n)
SELECT sum(n) / count(n), sum(i) / count(i), avg(n) FROM (VALUES (NULL::numeric, NULL::int)) AS t(n, i)
SELECT d / 0 FROM (VALUES (NULL::interval)) AS t(d)
SELECT (i + 1) / (i - 3) FROM (VALUES (3)) AS t(i)
SELECT (f + 1) / (f - 3) FROM (VALUES (3::float8)) AS t(f)
-- Long and short quotients
SELECT a / b FROM (VALUES (1::numeric, 3::numeric), (-1, 3), (1, -7), (-2, -3), (0, 5), (1, 20000), (123456789012345678, 0.0007), (1, 46116860183), (1, 46116860184), (9223372036854775807, 46116860183), (9223372036854775808, 3)) AS t(a, b)
SELECT a / b, a % b FROM (VALUES (12.34::numeric(12,2), 0.07::numeric(4,2)), (-99999999.99, 3.00), (0.01, 99.99)) AS t(a, b)
-- Functions of functions
SELECT upper(lower(upper(lower(upper(lower(upper(lower(upper(lower(upper(lower(upper(lower(upper(lower('aßB'))))))))))))))))
SELECT sqrt(sqrt(sqrt(sqrt(sqrt(f))))), 1 / (1 / (1 / (1 / (1 / f)))) FROM (VALUES (2.5::float8)) AS t(f)
SELECT split_part(split_part(split_part(split_part(split_part(split_part(split_part(split_part(split_part(split_part(split_part(split_part(s, ',', 1), ',', 1), ',', 1), ',', 1), ',', 1), ',', 1), ',', 1), ',', 1), ',', 1), ',', 1), ',', 1), ',', 1) FROM (VALUES ('a;b.c-d,e')) AS t(s)
SELECT d * 2 * 3 / 4 * 1.5, d / 7 / 3 FROM (VALUES (interval '1 month 2 days 03:04:05')) AS t(d)
SELECT n / 2.5 / 0.7 / 3, round(round(round(n / 3, 5), 4), 3) FROM (VALUES (100::numeric), (NULL), (-7.25)) AS t(n)
SELECT justify_interval(d * 40), tand(f), cotd(f) FROM (VALUES (interval '3 days 5 hours', 45::float8), (interval '-1 month 40 days', 30)) AS t(d, f)
SELECT upper(split_part(upper(lower(s)), ',', 1)), count(*), upper(string_agg(lower(upper(lower(s))), ',' ORDER BY s)) FROM (VALUES ('a,b'), ('A,c')) AS t(s) GROUP BY upper(split_part(upper(lower(s)), ',', 1))
SELECT g AS a, avg(n) AS e FROM (VALUES (1, 1.5), (2, 2.25), (1, 7)) AS t(g, n) GROUP BY g HAVING avg(n) > 1 AND sum(n) / count(*) < 5 AND upper(lower(upper(lower(min(n::text))))) <> 'x' ORDER BY avg(n) / 3
SELECT e, given, (e + 1) / given, upper(lower(upper(e::text))) FROM (VALUES (7, 2)) AS t(e, given)
