-- Arrays
SELECT ARRAY[1, 2, 3], ARRAY['a', NULL], ARRAY[1.5, 2], ARRAY[true, false], '{1,2}'::int[], '{"a b",c,NULL,"NULL"}'::text[], '{}'::int[], ARRAY[]::text[]
SELECT ARRAY[[1, 2], [3, 4]], '{{1,2},{3,4}}'::int[]
SELECT ARRAY[date '2024-01-01'], ARRAY[1::numeric(5,2)], ARRAY['a'::varchar(3)], ARRAY[NULL]::int[], ARRAY[1, NULL, 3.5]
SELECT (ARRAY[1, 2, 3])[1], (ARRAY[1, 2, 3])[0], (ARRAY[1, 2, 3])[4], (ARRAY[1, 2, 3])[-1], (ARRAY[1, 2, 3])[NULL], ('{a,b}'::text[])[2]
SELECT (ARRAY[1, 2, 3, 4])[2:3], (ARRAY[1, 2, 3])[2:], (ARRAY[1, 2, 3])[:2], (ARRAY[1, 2, 3])[5:6], (ARRAY[1, 2, 3])[3:2], (ARRAY[1,2,3])[:]
SELECT (ARRAY[[1, 2], [3, 4]])[1][2], (ARRAY[[1, 2], [3, 4]])[2]
SELECT ARRAY[1, 2] || ARRAY[3], ARRAY[1] || 2, 0 || ARRAY[1], ARRAY[1] || NULL, ARRAY['a'] || 'b'::text, '{1}'::int[] || '{2}', NULL || ARRAY[1]
SELECT ARRAY[1, 2] = ARRAY[1, 2], ARRAY[1, 2] < ARRAY[1, 3], ARRAY[1] < ARRAY[1, 0], ARRAY[1, NULL] = ARRAY[1, NULL], ARRAY[2] > ARRAY[1, 9], '{}'::int[] < ARRAY[1], ARRAY[1] <> ARRAY[2]
SELECT ARRAY[1, 2, 3] @> ARRAY[2, 3], ARRAY[1] <@ ARRAY[1, 2], ARRAY[1, 2] && ARRAY[2, 3], ARRAY[1] @> '{}', '{}'::int[] <@ ARRAY[1], ARRAY[1, NULL] @> ARRAY[NULL]::int[], ARRAY[1, 1] @> ARRAY[1, 1, 1]
SELECT array_length(ARRAY[1, 2], 1), array_length(ARRAY[1], 2), array_length('{}'::int[], 1), cardinality(ARRAY[1, 2]), cardinality('{}'::int[]), array_ndims(ARRAY[1]), array_dims(ARRAY[1, 2]), array_lower(ARRAY[1], 1), array_upper(ARRAY[1, 2], 1), array_ndims('{}'::int[])
SELECT array_append(ARRAY[1], 2), array_append(NULL::int[], 1), array_prepend(1, ARRAY[2]), array_cat(ARRAY[1], ARRAY[2]), array_cat(ARRAY[1], NULL), array_remove(ARRAY[1, 2, 1], 1), array_remove(ARRAY[1, NULL], NULL), array_replace(ARRAY[1, 2, 1], 1, 9), array_position(ARRAY['a', 'b', 'a'], 'a'), array_position(ARRAY[1, 2], 3), array_position(ARRAY['a', 'b', 'a'], 'a', 2), array_positions(ARRAY[1, 2, 1], 1), array_position(ARRAY[1, NULL], NULL)
SELECT array_to_string(ARRAY[1, 2, 3], ','), array_to_string(ARRAY[1, NULL, 3], ',', '*'), array_to_string(ARRAY[1, NULL, 3], ','), array_to_string('{}'::int[], ','), array_to_string(ARRAY[true, false], ','), array_to_string(ARRAY[1.50, 2], ','), array_to_string(ARRAY[1::float8], ',')
SELECT array_fill(7, ARRAY[3]), array_fill('a'::text, ARRAY[2]), trim_array(ARRAY[1, 2, 3, 4], 2)
SELECT unnest(ARRAY[1, 2]), unnest(ARRAY['a', 'b'])
SELECT unnest(ARRAY[1, 2, 3]), unnest(ARRAY['a', 'b'])
SELECT unnest(tags), order_id FROM orders ORDER BY 2, 1
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b', 'c']) AS x(n, t)
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b', 'c']) WITH ORDINALITY AS x(n, t, place)
SELECT * FROM ROWS FROM (generate_series(1, 2), unnest(ARRAY['a', 'b', 'c'])) AS x(n, t)
SELECT * FROM unnest('{}'::int[]) AS x
SELECT * FROM unnest(NULL::int[]) AS x
SELECT generate_subscripts(ARRAY['a', 'b'], 1)
SELECT s, (ARRAY['a', 'b', 'c'])[s] FROM generate_subscripts(ARRAY['a', 'b', 'c'], 1) AS s ORDER BY s
SELECT * FROM generate_subscripts(ARRAY[1, 2], 1, true) AS s
SELECT 1 = ANY (ARRAY[1, 2]), 3 = ANY (ARRAY[1, 2]), NULL = ANY (ARRAY[1]), 1 = ANY (ARRAY[NULL, 1]), 1 = ANY ('{1,2}'), 2 > ALL (ARRAY[1, 0]), 1 = ANY ('{}'::int[]), 1 = ALL ('{}'::int[]), 'a' = ANY (ARRAY['a']), 1 = ANY (NULL::int[])
SELECT 2 = ANY (ARRAY[1.5, 2]), 1.5 = ANY (ARRAY[1, 2]), 'a' = SOME (ARRAY['a', 'b']), 'abc' ~ ANY (ARRAY['^a', '^b']), date '2024-01-01' = ANY (ARRAY['2024-01-01'::date])
SELECT order_id FROM orders WHERE 'b' = ANY (tags) ORDER BY 1
SELECT order_id FROM orders WHERE tags && ARRAY['a', 'c'] ORDER BY 1
SELECT order_id FROM orders WHERE tags @> '{b}' ORDER BY 1
SELECT order_id, tags[1], tags[2:], cardinality(tags), tags || 'z'::text, 'b' = ANY (tags), tags::text FROM orders ORDER BY order_id
SELECT tags, count(*) FROM orders GROUP BY tags ORDER BY tags
SELECT ARRAY(SELECT unnest(tags) ORDER BY 1) FROM orders ORDER BY order_id
SELECT order_id, t FROM orders LEFT JOIN LATERAL unnest(tags) t ON true ORDER BY 1, 2
SELECT ARRAY[1, 2]::text[], ARRAY['1', '2']::int[], ARRAY[1, 2]::bigint[], ARRAY[1.5]::int[], '{1,2}'::text::int[], ARRAY[1, 2]::text, '{t,f}'::bool[], '{2024-01-01}'::date[], '{1.5,2}'::numeric[]
SELECT ARRAY[1, 2] IS NULL, ARRAY[NULL] IS NOT NULL, coalesce(NULL, ARRAY[1])
SELECT string_to_array('1,2,3', ',')::int[], array_agg(x) FROM unnest(string_to_array('a b', ' ')) AS x
SELECT (SELECT array_agg(x ORDER BY x DESC) FROM unnest(ARRAY[3, 1, 2]) x), (SELECT sum(x) FROM unnest(ARRAY[1, 2]) x)
SELECT array_agg(DISTINCT x ORDER BY x) FROM unnest(ARRAY['b', 'a', 'b']) AS x
SELECT int4range(1, 5) @> 3
-- What is wrong
SELECT ARRAY[1, 'a']
SELECT ARRAY[1, 'a'::text]
SELECT ARRAY[]
SELECT '{1,a}'::int[]
SELECT '{1,2'::int[]
SELECT 'abc'::int[]
SELECT (1)[1]
SELECT ARRAY[1] || 'a'::text
SELECT ARRAY[1] @> ARRAY['a'::text]
SELECT ARRAY[1] = ARRAY['a'::text]
SELECT 1 = ANY (ARRAY['a'::text])
SELECT unnest(1)
SELECT array_length(1, 1)
SELECT ARRAY[1] + 1
SELECT 'a' = ANY ('b')
SELECT (ARRAY[1])['a']
SELECT array_fill(1, NULL)
SELECT div(9, 4), div(9.5, 4), div(-9, 4), div(7.5, 2.5), div(-7.5, 2), factorial(5), factorial(20), factorial(0)
SELECT div(1.5, 0)
SELECT round(amount, order_id), trunc(amount, order_id - 2), round(quantity, order_id - 3) FROM orders WHERE order_id < 4 ORDER BY order_id
SELECT sind(30), cosd(60), tand(45), asind(0.5), acosd(0.5), atand(1), atan2d(1, 1), cotd(45), sind(90), cosd(180), sind(37), sind(210), cosd(240), tand(135), acosd(-1), sind(-30), cosd(-60), sind(45), cosd(10)
SELECT width_bucket(3, ARRAY[1, 3, 5]), width_bucket(0, ARRAY[1, 3, 5]), width_bucket(9, ARRAY[1, 3, 5]), width_bucket(now(), ARRAY['yesterday', 'today', 'tomorrow']::timestamptz[]), width_bucket(NULL, ARRAY[1])
SELECT array_replace(ARRAY[1, 2, 1], 1, 9), array_replace(ARRAY[1, NULL], NULL, 3), array_positions(ARRAY[1, 2, 1], 1), array_position(ARRAY['a', 'b', 'a'], 'a', 2), array_positions(ARRAY['a', NULL], NULL), array_fill(7, ARRAY[3]), array_fill('a'::text, ARRAY[2]), trim_array(ARRAY[1, 2, 3, 4], 2), array_ndims(ARRAY[1]), array_dims(ARRAY[1, 2]), array_ndims('{}'::int[]), array_dims('{}'::int[])
SELECT array_replace(tags, 'a', 'z'), array_positions(tags, 'b'), array_dims(tags) FROM orders ORDER BY order_id
SELECT * FROM generate_subscripts(ARRAY['a', 'b'], 1, true) AS s
SELECT * FROM generate_series(5, 1, -1.5) AS g
SELECT generate_series(1.0, 2, 0.5), g FROM generate_series(3.0, 1, 1) AS g
SELECT sum(g), count(*) FROM generate_series(0.1, 10, 0.1) AS g
SELECT trim_array(ARRAY[1], 3)
