-- CASE, COALESCE, NULLIF, comparisons
SELECT CASE 1 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END, CASE WHEN NULL THEN 1 ELSE 2 END, CASE WHEN false THEN 1 END, CASE 1 WHEN NULL THEN 'n' ELSE 'e' END
SELECT CASE WHEN true THEN 1 ELSE 2.5 END, CASE WHEN true THEN 1::smallint ELSE 2 END, CASE WHEN true THEN 'a' ELSE NULL END, CASE WHEN true THEN NULL ELSE 1 END, CASE WHEN true THEN '1' ELSE 2 END, CASE WHEN true THEN date '2024-01-01' ELSE timestamp '2024-01-02' END
SELECT CASE WHEN i > 0 THEN i / 0 ELSE 0 END FROM numbers WHERE i < 0
SELECT CASE quantity WHEN 3 THEN 'three' WHEN 2 THEN 'two' ELSE 'other' END AS q FROM orders ORDER BY order_id
SELECT coalesce(NULL, 1), coalesce(1, 2.5), coalesce(NULL, NULL), coalesce('a', 'b'), coalesce(NULL::date, '2024-01-01'), coalesce(amount, 0) FROM orders WHERE order_id = 4
SELECT nullif(1, 1), nullif(1, 2), nullif('a', 'b'), nullif(1, 1.0), nullif(NULL, 1), nullif(1, NULL), nullif('', '')
SELECT 1 IS DISTINCT FROM 1, 1 IS DISTINCT FROM NULL, NULL IS DISTINCT FROM NULL, 1 IS NOT DISTINCT FROM 1, NULL IS NOT DISTINCT FROM 1
SELECT 2 BETWEEN 1 AND 3, 2 BETWEEN 3 AND 1, 2 BETWEEN SYMMETRIC 3 AND 1, 2 NOT BETWEEN SYMMETRIC 3 AND 1, NULL BETWEEN 1 AND 2, 'b' BETWEEN 'a' AND 'c', date '2024-01-15' BETWEEN '2024-01-01' AND '2024-01-31', 1 BETWEEN NULL AND 0
SELECT true AND false, true OR NULL, NULL AND false, NOT NULL, NULL OR false, true AND NULL
SELECT true IS TRUE, NULL IS TRUE, false IS NOT FALSE, NULL::bool IS UNKNOWN, true IS NOT UNKNOWN, NULL IS NULL, 1 IS NOT NULL, 1 ISNULL, 1 NOTNULL
SELECT 1 IN (1, 2, 3), 1 NOT IN (2, NULL), NULL IN (1, 2), 'a' IN ('a', 'b'), 1 IN (1.0, 2), 1.5 IN (1, 2), '2' IN (1, 2), date '2024-01-01' IN ('2024-01-01')
SELECT (1, 2) = (1, 2), (1, 2) <> (1, 3), (1, 2) < (1, 3), (1, 2) >= (1, 2), (2, 1) > (1, 9), (1, NULL) = (2, 1), (1, NULL) < (2, 1), (1, 'a') = (1, 'a'), ROW(1, 2) = ROW(1, 2)
SELECT (1, 2) IN ((1, 2), (3, 4)), (1, 2) NOT IN ((1, 3)), (1, NULL) IS NULL, ROW(NULL, NULL) IS NULL, ROW(1, NULL) IS NOT NULL, (1, 2) IS DISTINCT FROM (1, 2)
SELECT order_id FROM orders WHERE (order_id, quantity) > (2, 1) ORDER BY 1
SELECT ROW(1, 'a'), ROW(1, 2, NULL)
SELECT (1, 2)
SELECT c FROM customers c ORDER BY customer
SELECT (c).city FROM customers c ORDER BY 1
SELECT 1 + 2 * 3, (1 + 2) * 3, 2 ^ 3 ^ 2, -2 ^ 2, 10 - 5 - 2, 100 / 10 / 5, 1 + 1 = 2, NOT true = false, 1 < 2 = true, 5 - -3
SELECT 'a' || 'b' = 'ab', 1 + 1 || 'a', 'x' LIKE 'x' || '%', 1 = 1 AND 2 = 2 OR false
SELECT true > false, true = 'yes', 'f' = false, false < true
SELECT 1::int4 = 1::int8, 1::float8 = 1::numeric, 'a'::text = 'a'::varchar, 'a'::char(5) = 'a', '2024-01-01' = date '2024-01-01', timestamp '2024-01-01' = '2024-01-01'
SELECT uuid 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc999c0b4ef8bb6d6bb9bd380a11'::uuid, gen_random_uuid() IS NOT NULL, uuid '00000000-0000-0000-0000-000000000001' < uuid '00000000-0000-0000-0000-000000000002'
SELECT num_nulls(1, NULL), pg_typeof(1), pg_typeof('a'), pg_typeof(1.5), pg_typeof(ARRAY[1]), pg_typeof(now()), pg_typeof(NULL), pg_typeof('a'::varchar(3)), pg_typeof(sum(1))
-- Names
SELECT 1 AS a, 2 b, 3 AS "C d", 4 AS "select", 5 AS value
SELECT 1 + 1, 'a', NULL, true, 1::int, '1'::text, -1, 1 = 1, NOT true, 1 IS NULL, 1 IN (1), 1 BETWEEN 0 AND 2, 'a' LIKE 'a'
SELECT lower('A'), count(*), coalesce(1), nullif(1, 2), greatest(1), CASE WHEN true THEN 1 END, ARRAY[1], (ARRAY[1])[1], ROW(1), EXISTS (SELECT 1), (SELECT 1), (SELECT 1 AS x)
SELECT date '2024-01-01', interval '1 day', timestamp '2024-01-01', '2024-01-01'::date, cast(1 AS text), 1::numeric(5,2), 'a'::varchar(3), extract(year from now()), now() IS NULL, current_date IS NULL
SELECT trim(' a'), substring('abc' from 1), position('a' in 'a'), overlay('abc' placing 'x' from 1), ltrim(' a'), trim(leading from ' a'), trim(both 'x' from 'x')
SELECT order_id::text, (order_id), orders.order_id, amount::int::text, lower(customer)::varchar, (CASE WHEN true THEN order_id END), (SELECT order_id), -order_id, order_id + 0, order_id AS renamed FROM orders WHERE order_id = 1
SELECT "order_id", ORDER_ID, Orders."customer" FROM Orders WHERE order_id = 1
SELECT tags[1], (tags)[1], data -> 'k', data ->> 'k', data #> '{k}' FROM orders WHERE order_id = 1
SELECT count(*) FILTER (WHERE true), sum(1) OVER (), array_agg(1), string_agg('a', ','), max(1) + 1, row_number() OVER () FROM orders GROUP BY ()
SELECT coalesce(a.customer, 'x'), CASE WHEN true THEN 1 ELSE order_id END, CASE order_id WHEN 1 THEN customer END FROM orders a WHERE order_id = 1
SELECT '1'::int, int '1', 1::bool, 'a'::"char", 1::bigint::text, 'x'::text COLLATE "C", (1 + 1)::int8, pi()::numeric(4,2)
SELECT 1 AS x, 2 AS x, 3 AS "X"
SELECT * FROM (SELECT 1 AS "A", 2 AS a) t
SELECT t."A" FROM (SELECT 1 AS "A") t
SELECT current_user IS NOT NULL, session_user IS NOT NULL, current_database() IS NOT NULL, current_schema() IS NOT NULL, version() IS NOT NULL, pg_backend_pid() > 0
SELECT current_setting('TimeZone'), current_setting('nothing', true), set_config('application_name', 'x', false)
SELECT generate_series(1, 3) AS n, 'x' AS t
SELECT generate_series(1, 2), generate_series(1, 3)
SELECT order_id, generate_series(1, 2) AS n FROM orders WHERE order_id < 3 ORDER BY 1, 2
SELECT generate_series(1, 3) * 2
SELECT count(*) FROM (SELECT unnest(ARRAY[1, 2])) x
SELECT unnest(ARRAY[1, 2]) ORDER BY 1 DESC LIMIT 1
SELECT max(x) FROM (SELECT generate_series(1, 3) AS x) t
SELECT 1 WHERE true
SELECT 1 FROM orders WHERE order_id = 1
SELECT FROM orders WHERE order_id < 3
SELECT ALL order_id FROM orders ORDER BY 1
SELECT /* a /* nested */ comment */ 1 -- the end
SELECT pg_sleep(0) IS NOT NULL
-- What is wrong
SELECT nothing
SELECT order_ix FROM orders
SELECT "ORDER_ID" FROM orders
SELECT nothing.a
SELECT nothing.*
SELECT *
SELECT 1 AS
SELECT 1 FROM
SELEC 1
SELECT 1 +
SELECT (1
SELECT 1)
SELECT 1,
SELECT , 1
SELECT FROM WHERE
SELECT 1 1
SELECT 'a' 'b'
SELECT CASE WHEN 1 THEN 2 END
SELECT CASE WHEN true THEN 1 ELSE 'a' END
SELECT CASE WHEN true THEN 1 ELSE 'a'::text END
SELECT coalesce(1, 'a')
SELECT coalesce()
SELECT greatest(1, 'a'::text)
SELECT nullif(1)
SELECT (1, 2) = (1, 2, 3)
SELECT 1 IN ()
SELECT 1 IN ('a')
SELECT 1 IN ('a'::text)
SELECT $1
SELECT 1 IS TRUE
SELECT order_id FROM orders GROUP BY
SELECT 'a'::nothing
SELECT 1::text::int::nothing
SELECT cast(1 AS)
SELECT nothing.lower('a')
SELECT lower(nothing => 'a')
SELECT uuid 'nonsense'
SELECT 1 WHERE 1
SELECT current_setting('nothing')
SELECT * FROM generate_series(1, 2) AS g(a, b)
SELECT * FROM lower('A')
SELECT * FROM lower('A') AS l
SELECT * FROM now() AS n WHERE n IS NULL
SELECT * FROM current_date AS d WHERE d IS NULL
