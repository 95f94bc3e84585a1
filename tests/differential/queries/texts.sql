-- Text functions
SELECT 'a' || 'b', 'a' || 1, 1.5 || 'a', 'a' || NULL, 'a' || true, 'a' || date '2024-01-01', 'x' || ARRAY['a']
SELECT length('abc'), length('Zoë'), length(''), char_length('añb'), bit_length('abc'), octet_length('añb'), length('abc'::varchar), length('ab '::char(5))
SELECT lower('ÀB'), upper('àß'), initcap('the quick-brown fox_jumps o''er 2nd')
SELECT position('b' in 'abc'), position('' in 'abc'), position('z' in 'abc'), strpos('abcb', 'b')
SELECT substring('hello' from 2), substring('hello' for 2), substring('hello' from 2 for 3), substring('hello' from -1 for 3), substring('hello', 2, 2), substring('hello' from 10)
SELECT substring('Thomas' from '...$'), substring('foobar' from 'o(.)b'), substring('foobar', 'x'), substring('foobar' similar '%#"o_b#"%' escape '#')
SELECT substr('hello', 2), substr('hello', 2, 3), substr('hello', 0), substr('hello', -2, 4)
SELECT left('abcde', 2), left('abcde', -2), left('abcde', 10), left('abcde', -10), right('abcde', 2), right('abcde', -2), right('abcde', 0)
SELECT lpad('hi', 5), lpad('hi', 5, 'xy'), lpad('hello', 2), lpad('hi', 5, ''), rpad('hi', 5, 'xy') , rpad('hi', -1), lpad('hi', 0)
SELECT trim(' a '), trim('x' from 'xax'), trim(both from ' a '), trim(leading 'x' from 'xxa'), trim(trailing 'xy' from 'axyx'), btrim('xaxbx', 'x'), ltrim('zzytest', 'xyz'), rtrim('testxxzx', 'xyz')
SELECT trim(both 'xyz' from 'yxTomxx'), btrim('  a'), ltrim(E'\t a'), trim(E'\n a \n')
SELECT overlay('Txxxxas' placing 'hom' from 2 for 4), overlay('abcdef' placing 'X' from 3), overlay('abc' placing 'XYZ' from 1 for 0)
SELECT replace('abcabc', 'b', 'X'), replace('abc', '', 'X'), replace('abc', 'b', ''), translate('12345', '143', 'ax'), translate('abc', 'abc', ''), reverse('añb'), repeat('ab', 3), repeat('ab', 0)
SELECT split_part('a,b,c', ',', 1), split_part('a,b,c', ',', 3), split_part('a,b,c', ',', 4), split_part('a,b,c', ',', -2), split_part('abc', ',', 1), split_part('', ',', 1), split_part('a--b', '--', 2)
SELECT starts_with('alphabet', 'alph'), starts_with('a', ''), 'alphabet' ^@ 'alph'
SELECT ascii('x'), ascii(''), ascii('é'), chr(65), chr(233), chr(8364)
SELECT concat('a', 1, NULL, true, 1.50), concat(NULL), concat_ws(',', 'a', NULL, 'b', 2), concat_ws(NULL, 'a'), concat_ws('', 'a', 'b'), concat_ws(',', ''), concat_ws(',')
SELECT format('Hello %s', 'x'), format('%s %s', 1, NULL), format('%I', 'A b'), format('%L', NULL), format('%L', 'it''s'), format('%%'), format('%2$s %1$s', 'a', 'b'), format('|%10s|', 'x'), format('|%-10s|', 'x'), format('%s', ARRAY[1,2]), format('%s', true)
SELECT format('|%*s|', 5, 'x'), format('%1$s %s', 'a', 'b')
SELECT md5('abc'), md5(''), sha256('abc'::bytea), sha224('abc'::bytea), sha384(''::bytea), sha512('a'::bytea), md5('a'::bytea)
SELECT encode('abc'::bytea, 'hex'), encode('abc'::bytea, 'base64'), encode('a\000b'::bytea, 'escape'), decode('616263', 'hex'), decode('YWJj', 'base64'), decode('abc', 'escape')
SELECT encode(repeat('x', 100)::bytea, 'base64')
SELECT quote_ident('a'), quote_ident('A'), quote_ident('a b'), quote_ident('select'), quote_ident('a"b'), quote_ident('1a'), quote_ident('user'), quote_ident('name'), quote_literal('a'), quote_literal('a''b'), quote_literal('a\b'), quote_literal(1.5), quote_nullable(NULL), quote_literal(date '2024-01-01')
SELECT string_to_array('a,b,c', ','), string_to_array('a,b,c', ',', 'b'), string_to_array('abc', NULL), string_to_array('', ','), string_to_array(NULL, ','), string_to_array('abc', ''), string_to_array('a,,b', ',')
SELECT * FROM string_to_table('a,b,c', ',')
SELECT * FROM string_to_table('a,b,c', ',', 'b') AS x
SELECT to_hex(10), to_char(5, '9'), ascii(chr(120)), parse_ident('a.b'), parse_ident('"A b".c')
SELECT normalize('é'), 'é' IS NORMALIZED, normalize(U&'e\0301') = 'é', normalize('é', NFD) = 'é'
SELECT unistr('d\0061t\+000061'), E'\u00e9', E'a\tb', E'\x41', E'it\'s', 'a''b'
SELECT 'a' 'b', $$it's$$, $q$a$$b$q$, B'101', X'1F'
SELECT 'a'
SELECT casefold('A')
SELECT string_agg(c, '') FROM regexp_split_to_table('hello', '') AS c
SELECT convert_from('abc'::bytea, 'UTF8'), convert_to('é', 'UTF8'), get_byte('abc'::bytea, 1), set_byte('abc'::bytea, 1, 65), get_bit('abc'::bytea, 0), substring('abc'::bytea from 2 for 1), position('b'::bytea in 'abc'::bytea), length('abc'::bytea), 'ab'::bytea || 'c'::bytea, overlay('abc'::bytea placing 'X'::bytea from 2)
SELECT bytea '\x00ff', '\x6162'::bytea::text, 'a\\b'::bytea, btrim('\x00ab00'::bytea, '\x00'::bytea), bit_count('\xff'::bytea)
-- LIKE, SIMILAR TO and regular expressions
SELECT 'abc' LIKE 'abc', 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' LIKE 'c', 'abc' NOT LIKE 'a%', NULL LIKE 'a', 'abc' LIKE NULL
SELECT 'a%c' LIKE 'a\%c', 'abc' LIKE 'a\%c', 'a%c' LIKE 'a#%c' ESCAPE '#', 'a\c' LIKE 'a\c' ESCAPE '', 'A' ILIKE 'a', 'ÀB' ILIKE 'àb', 'a' NOT ILIKE 'B%'
SELECT 'abc' ~~ 'a%', 'abc' !~~ 'a%', 'ABC' ~~* 'a%', 'ABC' !~~* 'a%'
SELECT 'abc' LIKE ANY (ARRAY['a%', 'x%']), 'abc' LIKE ALL (ARRAY['a%', 'x%']), 'abc' ILIKE ANY (ARRAY['A%']), 'abc' NOT LIKE ALL (ARRAY['x%'])
SELECT customer LIKE code || '%' FROM orders ORDER BY order_id
SELECT 'abc' SIMILAR TO 'abc', 'abc' SIMILAR TO 'a', 'abc' SIMILAR TO '%(b|d)%', 'abc' SIMILAR TO '(b|c)%', 'aaa' SIMILAR TO 'a{3}', 'aaa' SIMILAR TO 'a+', 'a.b' SIMILAR TO 'a.b', 'a%b' SIMILAR TO 'a\%b', 'a%b' SIMILAR TO 'a#%b' ESCAPE '#', '-abc-' SIMILAR TO '%\mabc\M%'
SELECT 'xyz' SIMILAR TO '[w-y]_z', 'abc' SIMILAR TO '[^x]bc', 'abc' NOT SIMILAR TO 'x%'
SELECT 'thomas' ~ 't.*ma', 'thomas' ~ '^t', 'Thomas' ~ 't$', 'thomas' ~* 'T.*MA', 'thomas' !~ 't.*max', 'thomas' !~* 'T.*X'
SELECT 'foo bar' ~ '\mbar\M', 'foobar' ~ '\mbar', 'foo.bar' ~ 'foo\.bar', 'a1' ~ '\d', 'a b' ~ '\s', 'ab' ~ '\w+', 'a' ~ '[[:alpha:]]', '1' ~ '[[:digit:]]', 'abab' ~ '^(ab)\1$'
SELECT regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), regexp_replace('abc', 'B', 'x', 'i'), regexp_replace('hello', '(l)(l)', '\2-\1'), regexp_replace('a.b', '\.', '\\', 'g'), regexp_replace('abc', '', '-', 'g'), regexp_replace('foo', 'o', '[\&]', 'g')
SELECT regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 0, 'i'), regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i'), regexp_replace('aaa', 'a', 'b', 2)
SELECT regexp_match('foobarbequebaz', 'bar.*que'), regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_match('abc', '(x)?abc'), regexp_match('abc', 'z'), regexp_match('ABC', 'b', 'i')
SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g')
SELECT regexp_matches('abc', 'x')
SELECT m[1] FROM regexp_matches('a1b2', '[a-z](\d)', 'g') AS m
SELECT regexp_split_to_array('the quick  fox', '\s+'), regexp_split_to_array('hello', ''), regexp_split_to_array('a1b2c', '\d'), regexp_split_to_array('aXbxc', 'x', 'i')
SELECT * FROM regexp_split_to_table('the quick fox', '\s+') AS word
SELECT regexp_count('ABCABCAXYaxy', 'A.'), regexp_count('ABCABCAXYaxy', 'A.', 1, 'i'), regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i'), regexp_instr('abcabc', 'b', 3), regexp_like('Hello World', 'world$', 'i'), regexp_like('abc', 'b'), regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2), regexp_substr('abcabc', 'b.', 3)
SELECT regexp_replace(customer, '(.)$', '<\1>') FROM orders ORDER BY order_id
SELECT customer FROM orders WHERE customer ~ code ORDER BY 1
SELECT 'a' < 'b', 'a' < 'B', 'abc' = 'abc', 'a' = 'a ', 'a'::char(3) = 'a  '::char(3), 'a'::char(3) || 'b', 'Z' < 'a', 'é' > 'z'
SELECT 'abc' COLLATE "C" < 'abd', max(x COLLATE "C") FROM (VALUES ('a'), ('B')) v(x)
SELECT 'abc'::varchar(2), 'abc'::char(2), 'a'::char(3), 'abc'::varchar, 'abc'::text, 'abc'::char, 'abc'::name, cast('abcdef' AS character varying(4))
SELECT code::char(3), code::varchar(2), customer::varchar(2) FROM orders ORDER BY order_id
SELECT to_ascii('abc')
SELECT hashtext('a') IS NOT NULL
-- What is wrong
SELECT substring('abc' from 1 for -1)
SELECT split_part('a', ',', 0)
SELECT chr(0)
SELECT repeat('a', 2000000000)
SELECT lower()
SELECT 'a' || 1 || ARRAY[1]
SELECT 'a' ~ '('
SELECT regexp_replace('a', '[', 'b')
SELECT regexp_match('a', 'a', 'z')
SELECT regexp_match('a', 'a', 'g')
SELECT 'a' LIKE 'a\'
SELECT 'a' LIKE 'a' ESCAPE 'ab'
SELECT encode('a'::bytea, 'nothing')
SELECT decode('zz', 'hex')
SELECT decode('a', 'base64')
SELECT '\xzz'::bytea
SELECT format('%s')
SELECT format('%x', 1)
SELECT format('%I', NULL)
SELECT left('a', 'b')
SELECT lpad('a', 'x')
SELECT 1 LIKE 'a'
SELECT 1 || 2
SELECT 'a' - 'b'
SELECT 'abc'::varchar(0)
SELECT upper(NULL), lower('A', 'B')
SELECT 'unterminated
SELECT "unterminated
SELECT position('a')
SELECT sha224('a'::bytea), sha512(NULL)
SELECT regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), regexp_replace('Hello', 'l', 'L', 4), regexp_replace('ABC', 'b', 'x', 'i'), regexp_replace('foo', '(o)', '[\&]', 'g'), regexp_replace('aXbXc', 'X', '-', 1, 0), regexp_replace('axbXc', 'x', '-', 3, 0, 'i')
SELECT regexp_matches('foobarbequebaz', '(b[^b]+)(b[^b]+)')
SELECT regexp_matches('a1b2c3', '\d', 'g')
SELECT order_id, regexp_matches(customer, 'n', 'g') FROM orders ORDER BY 1
SELECT regexp_split_to_array('aXbxc', 'x', 'i'), regexp_split_to_array('hello', ''), regexp_split_to_array('the quick  fox', '\s+')
SELECT regexp_split_to_table('aXbxc', 'x', 'i')
SELECT regexp_count('ABCABCAXYaxy', 'A.'), regexp_count('ABCABCAXYaxy', 'A.', 1, 'i'), regexp_count('abcabc', 'b', 3), regexp_count('abc', 'x'), regexp_count(NULL, 'x')
SELECT regexp_instr('abcabc', 'b'), regexp_instr('abcabc', 'b', 3), regexp_instr('abcabc', 'b', 1, 2), regexp_instr('abcabc', 'bc', 1, 1, 1), regexp_instr('abcabc', 'B', 1, 2, 0, 'i'), regexp_instr('abc', 'x'), regexp_instr('abcabc', 'b', 1, 3)
SELECT regexp_like('Hello World', 'world$', 'i'), regexp_like('abc', 'b'), regexp_like('abc', 'B')
SELECT regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2), regexp_substr('abcabc', 'b.', 3), regexp_substr('a1b22c333', '\d+', 1, 2), regexp_substr('abc', 'x'), regexp_substr('abc', '(b)', 1, 1, '', 1)
SELECT substring('foobar' from 'foo|foobar'), regexp_replace('foobar', 'foo|foobar', 'X'), regexp_match('abcd', 'a|ab|abc')
SELECT 'foo bar' ~ '\mbar\M', 'foobar' ~ '\mbar', 'foo bar' ~ '\mba', 'foo' ~ 'o\M'
SELECT upper('abc'), 0.1::real = 0.1, 0.5::real = 0.5, 0.1::real > 0.1, string_agg(x, NULL) FROM (VALUES ('a'), ('b')) v(x)
SELECT cardinality(ARRAY[[1, 2], [3, 4]]), greatest(interval '1 month', interval '31 days'), least(interval '1 month', interval '31 days'), greatest(interval '1 day', NULL, interval '25 hours'), 1.23456789012345678901 * 1.1
SELECT regexp_count('abc', 'b', 0)
SELECT regexp_substr('abc', 'b', 1, 1, 'g')
SELECT regexp_replace('abc', 'b*', '-', 'g')
SELECT upper('straße ß'), initcap('ßa STRASSE'), upper('ẞ'), regexp_replace(' a  b ', '\s*', '', 'g'), regexp_replace('a b', '^|$', '|', 'g')
