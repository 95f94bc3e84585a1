-- Reading
SELECT '{"a": {"b": 1}}'::jsonb -> 'a', '{"a": {"b": 1}}'::jsonb -> 'a' -> 'b', '{"a": 1}'::jsonb ->> 'a', '[1, 2, 3]'::jsonb -> 1, '[1, 2, 3]'::jsonb ->> -1, '[1, 2]'::jsonb -> 5, '{"a": null}'::jsonb -> 'a', '{"a": null}'::jsonb ->> 'a', '{"a": 1}'::jsonb -> 'z'
SELECT '{"a": [1, {"b": 2}]}'::jsonb #> '{a,1,b}', '{"a": [1, {"b": 2}]}'::jsonb #>> '{a,1,b}', '{"a": [1]}'::jsonb #> ARRAY['a', '0'], '{"a": 1}'::jsonb #>> '{z}', '{"a": 1}'::jsonb #> '{}'
SELECT '{"a": "x y"}'::json -> 'a', '{"a": "x y"}'::json ->> 'a', '[1, "b", null, true]'::json -> 1, '[1, "b"]'::json ->> 1, '{"a":  1}'::json
SELECT data -> 'l' -> 0, data ->> 'k', data #>> '{l,2}', (data ->> 'n')::numeric + 1, data -> 'k' IS NULL FROM orders ORDER BY order_id
SELECT order_id FROM orders WHERE data ->> 'k' = 'v' OR (data ->> 'n')::float8 < 0 ORDER BY 1
SELECT ('{"a": {"b": [1, 2]}}'::jsonb)['a']['b'][0], ('[1, 2]'::jsonb)[1]
SELECT '{"a": 1, "b": 2}'::jsonb @> '{"b": 2}', '{"b": 2}'::jsonb <@ '{"a": 1, "b": 2}', '[1, 2, 3]'::jsonb @> '[3, 1]', '[1, [2, 3]]'::jsonb @> '[[2]]', '{"a": {"b": 1, "c": 2}}'::jsonb @> '{"a": {"c": 2}}', '[1, 2]'::jsonb @> '1', '"a"'::jsonb @> '"a"', '{"a": 1}'::jsonb @> '{}', '[1, 1]'::jsonb <@ '[1]'
SELECT '{"a": 1, "b": 2}'::jsonb ? 'b', '["a", "b"]'::jsonb ? 'b', '"a"'::jsonb ? 'a', '{"a": 1, "b": 2}'::jsonb ?| ARRAY['b', 'c'], '["a", "b"]'::jsonb ?& ARRAY['a', 'b'], '{"a": 1}'::jsonb ?& ARRAY['a', 'c'], '{"a": 1}'::jsonb ?| '{c,a}'
SELECT '{"a": 1}'::jsonb || '{"b": 2}', '{"a": 1}'::jsonb || '{"a": 3}', '[1, 2]'::jsonb || '[3]', '[1]'::jsonb || '2', '1'::jsonb || '2', '{"a": 1}'::jsonb || '[1]', '[]'::jsonb || '{"a": 1}'
SELECT '{"a": 1, "b": 2}'::jsonb - 'a', '["a", "b", "a"]'::jsonb - 'a', '["a", "b"]'::jsonb - 1, '["a", "b"]'::jsonb - -1, '{"a": 1, "b": 2}'::jsonb - ARRAY['a', 'b'], '{"a": {"b": 1, "c": 2}}'::jsonb #- '{a,b}', '["a", {"b": 1}]'::jsonb #- '{1,b}', '[1, 2]'::jsonb - 9
SELECT '{"b": 1, "a": 2, "aa": 3}'::jsonb, '{"a": 1, "a": 2}'::jsonb, '[1,2]'::jsonb, ' {"a" : 1.50 } '::jsonb, '1e2'::jsonb, '"é\u00e9\n"'::jsonb, 'null'::jsonb, '[]'::jsonb, '{}'::jsonb, '1.0'::jsonb, '-0'::jsonb
SELECT '{"b": 1, "a": 2}'::json, '[1,2]'::json, '{"a": 1, "a": 2}'::json
SELECT '{"a": 1}'::jsonb = '{"a": 1.0}'::jsonb, '[1, 2]'::jsonb = '[2, 1]'::jsonb, '{"a": 1, "b": 2}'::jsonb = '{"b": 2, "a": 1}'::jsonb, '1'::jsonb < '2'::jsonb, '"a"'::jsonb <> '"b"'::jsonb
-- Making
SELECT to_jsonb(1), to_jsonb(1.50), to_jsonb('a'::text), to_jsonb(true), to_jsonb(NULL::int), to_jsonb(date '2024-01-01'), to_jsonb(timestamp '2024-01-01 10:00'), to_jsonb(timestamptz '2024-01-01 10:00+00'), to_jsonb(ARRAY[1, 2]), to_jsonb(ARRAY['a', NULL]), to_jsonb('{"a": 1}'::jsonb), to_jsonb(interval '1 day'), to_jsonb(1.5::float8), to_jsonb(1::float8), to_jsonb('\x41'::bytea)
SELECT to_json(1), to_json('a "b"'::text), to_json(ARRAY[1, 2]), to_json(ARRAY['a', 'b']), to_json(true), to_json(date '2024-01-01'), to_json('{"a":  1}'::json), to_json(ARRAY[1.50, 2])
SELECT json_build_object('a', 1, 'b', 'x', 'c', NULL, 'd', true, 'e', 1.50), json_build_object(), json_build_array(1, 'a', NULL, true), json_build_array(), json_build_object('a', json_build_array(1, 2))
SELECT jsonb_build_object('b', 1, 'a', 'x', 'c', NULL), jsonb_build_array(1, 'a', NULL, true, 1.50, date '2024-01-01'), jsonb_build_object('a', jsonb_build_array(1, ARRAY[2, 3])), jsonb_build_object(1, 2)
SELECT json_object('{a, 1, b, "def"}'), jsonb_object('{a, 1, b, 2}'), json_object('{a,b}', '{1,2}'), jsonb_object(ARRAY['a', 'b'], ARRAY['1', NULL])
SELECT array_to_json(ARRAY[1, 2]), array_to_json(ARRAY['a', 'b']), row_to_json(ROW(1, 'a')), row_to_json(x) FROM (SELECT 1 AS a, 'b' AS b, NULL AS c) x
SELECT row_to_json(c), to_jsonb(c) FROM customers c ORDER BY customer
SELECT row_to_json(o) ->> 'customer' FROM orders o ORDER BY order_id
SELECT to_jsonb(x) - 'a' FROM (SELECT 1 AS a, 2 AS b) x
SELECT jsonb_build_object('id', order_id, 'tags', tags, 'amount', amount, 'day', day, 'at', at, 'gift', is_gift, 'data', data) FROM orders ORDER BY order_id
-- Functions
SELECT jsonb_typeof('1'), jsonb_typeof('"a"'), jsonb_typeof('null'), jsonb_typeof('true'), jsonb_typeof('[]'), jsonb_typeof('{}'), json_typeof('1.5'), jsonb_typeof(NULL)
SELECT jsonb_array_length('[1, 2, 3]'), json_array_length('[]'), jsonb_array_length('[[1, 2]]')
SELECT jsonb_set('{"a": 1}', '{a}', '2'), jsonb_set('{"a": 1}', '{b}', '2'), jsonb_set('{"a": 1}', '{b}', '2', false), jsonb_set('{"a": {"b": 1}}', '{a,b}', '"x"'), jsonb_set('[1, 2]', '{0}', '9'), jsonb_set('[1, 2]', '{-1}', '9'), jsonb_set('[1]', '{5}', '9'), jsonb_set('{"a": 1}', '{x,y}', '1')
SELECT jsonb_insert('{"a": [0, 1, 2]}', '{a,1}', '"new"'), jsonb_insert('{"a": [0, 1, 2]}', '{a,1}', '"new"', true), jsonb_insert('{"a": 1}', '{b}', '2')
SELECT jsonb_strip_nulls('{"a": 1, "b": null, "c": {"d": null}, "e": [null]}'), json_strip_nulls('{"a": null, "b": 1}'), jsonb_pretty('{"a": [1, 2], "b": {}}')
SELECT jsonb_extract_path('{"a": {"b": 1}}', 'a', 'b'), jsonb_extract_path_text('{"a": {"b": "x"}}', 'a', 'b'), json_extract_path_text('{"a": [1, 2]}', 'a', '1'), jsonb_extract_path('{"a": 1}', 'z')
SELECT * FROM jsonb_each('{"a": 1, "b": "x"}')
SELECT key, value FROM jsonb_each_text('{"a": 1, "b": "x", "c": null}') ORDER BY key
SELECT * FROM json_each('{"b": 1, "a": [2]}')
SELECT o.order_id, e.key, e.value FROM orders o, jsonb_each(o.data) AS e ORDER BY 1, 2
SELECT jsonb_object_keys('{"b": 1, "a": 2}')
SELECT k FROM orders, jsonb_object_keys(data) AS k ORDER BY 1
SELECT * FROM jsonb_array_elements('[1, "a", null, {"b": 1}]')
SELECT * FROM jsonb_array_elements_text('[1, "a", null, {"b": 1}]')
SELECT value, ordinality FROM jsonb_array_elements('["x", "y"]') WITH ORDINALITY
SELECT jsonb_array_elements('[1, 2]')
SELECT e ->> 'n' FROM jsonb_array_elements('[{"n": 1}, {"n": 2}]') AS e
SELECT * FROM jsonb_to_record('{"a": 1, "b": "x", "c": [1, 2]}') AS x(a int, b text, d text)
SELECT * FROM jsonb_to_recordset('[{"a": 1, "b": "x"}, {"a": 2}]') AS x(a int, b text)
SELECT * FROM json_to_recordset('[{"a": 1.5, "b": true}]') AS x(a numeric(5,2), b bool)
SELECT * FROM json_to_record('{"day": "2024-01-01", "n": 5}') AS x(day date, n bigint)
SELECT * FROM jsonb_populate_record(NULL::customers, '{"customer": "x"}')
SELECT jsonb_path_query('{"a": [1, 2, 3]}', '$.a[*] ? (@ > 1)')
SELECT jsonb_path_exists('{"a": 1}', '$.a'), jsonb_path_query_array('{"a": [1, 2]}', '$.a[*]'), jsonb_path_query_first('{"a": [1, 2]}', '$.a[*]'), '{"a": 1}'::jsonb @? '$.a', '{"a": 1}'::jsonb @@ '$.a == 1'
SELECT ('1'::jsonb)::int, ('1.5'::jsonb)::numeric, ('true'::jsonb)::bool, ('"a"'::jsonb)::text, ('{"a": 1}'::jsonb)::text, '{"a": 1}'::text::jsonb, ('2.7'::jsonb)::int, '{"a":1}'::json::jsonb, '{"b":1, "a":2}'::jsonb::json
SELECT data::text, data -> 'l' || '[9]' FROM orders ORDER BY order_id
SELECT count(*) FROM orders WHERE data @> '{"n": 1}'
SELECT data -> 'k', count(*) FROM orders GROUP BY 1 ORDER BY count(*), 1
SELECT DISTINCT jsonb_typeof(data -> 'n') FROM orders ORDER BY 1
SELECT jsonb_agg(e) FROM jsonb_array_elements('[3, 1]') AS e WHERE e > '1'
-- What is wrong
SELECT '{a: 1}'::jsonb
SELECT ''::json
SELECT '[1'::jsonb
SELECT jsonb_array_length('{}')
SELECT jsonb_array_elements('{}')
SELECT jsonb_object_keys('[1]')
SELECT jsonb_each('[1]')
SELECT 'a' -> 'b'
SELECT 1 -> 'b'
SELECT ('"a"'::jsonb)::int
SELECT ('[1]'::jsonb)::numeric
SELECT jsonb_build_object('a')
SELECT jsonb_build_object(NULL, 1)
SELECT json_object('{a}')
SELECT '{"a": 1}'::json = '{"a": 1}'::json
SELECT '{"a": 1}'::json @> '{}'
SELECT jsonb_set('1', '{a}', '2')
SELECT jsonb_insert('{"a": 1}', '{a}', '2')
SELECT '{"a": 1}'::jsonb - 1
SELECT data + 1 FROM orders
SELECT DISTINCT '{}'::json
SELECT to_jsonb('a')
SELECT coalesce(data::text, 'none') FROM orders ORDER BY order_id
SELECT o.order_id, row_to_json(c) FROM orders o LEFT JOIN customers c USING (customer) ORDER BY 1
SELECT data -> 'n', data ->> 'n', '{"n": 1.50}'::jsonb -> 'n', '{"n":  [1.50, 1e2]}'::json -> 'n', '{"n": 1.50}'::jsonb ->> 'n' FROM orders ORDER BY order_id
SELECT v FROM (VALUES ('1'::jsonb), ('"a"'), ('null'), ('[]'), ('[1]'), ('{}'), ('true'), ('1.0'), ('-2'), ('{"a": 1}')) x(v) ORDER BY v, v::text
SELECT '[1, {"a": 1.0}]'::jsonb @> '[{"a": 1}]', '{"a": [1]}'::jsonb @> '{"a": [1.0]}', '[1]'::jsonb @> '1', '1'::jsonb @> '[1]'
SELECT jsonb_build_object('a', 1, 'a', 2) -> 'a', jsonb_object_agg(customer, city) FROM customers
SELECT ROW(1, 'a b', NULL, '')::text, row_to_json(ROW(1, ARRAY[1, 2]))
