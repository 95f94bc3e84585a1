"""SQL macros: PostgreSQL's semantics in DuckDB's words. An error() starts with its SQLSTATE."""

from __future__ import annotations

MACROS: tuple[str, ...] = (
    # --- numbers
    "pg_divisor(b) AS CASE WHEN b = 0 THEN error('22012: division by zero') ELSE b END",
    "pg_divisor_of(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN error('22012: division by zero') ELSE b END",
    """pg_whole_quotient(a, b) AS list_transform([{'a': a, 'b': b}],
        lambda e: e['a'] // pg_divisor_of(e['a'], e['b']))[1]""",
    """pg_float_quotient(a, b) AS list_transform([{'a': a, 'b': b}],
        lambda e: e['a'] / pg_divisor_of(e['a'], e['b']))[1]""",
    """pg_remainder(a, b) AS list_transform([{'a': a, 'b': b}],
        lambda e: e['a'] % pg_divisor_of(e['a'], e['b']))[1]""",
    # The engine takes 0.7 us to divide in 128 bits and a hundredth of it in 64: there, in two steps, where both fit:
    # twice a remainder of b, shifted by up to 10^8, and b are no more than 2^63 - 1 together.
    # A list of one names what is computed once, however often it is used.
    """pg_divide_numeric(a, b, high, low) AS list_transform([{'a': a, 'b': b}], lambda given: list_transform(
        [{'a': abs(given['a']), 'b': abs(given['b']),
          'short_a': TRY_CAST(abs(given['a']) AS BIGINT), 'short_b': TRY_CAST(abs(given['b']) AS BIGINT)}],
        lambda e: sign(given['a']) * sign(given['b']) * CASE
            WHEN e['b'] = 0 AND e['a'] IS NOT NULL THEN error('22012: division by zero')
            WHEN e['short_b'] <= 46116859954 AND e['short_a'] IS NOT NULL
                THEN pg_quotient_short(e['short_a'], e['short_b'], high, low)
            ELSE pg_quotient_long(e['a'], e['b'], high::HUGEINT * low) END)[1]::DECIMAL(38,0)
        * 0.0000000000000001::DECIMAL(17,16))[1]""",
    """pg_quotient_short(a, b, high, low) AS (a // b) * (high::HUGEINT * low)
        + (a % b * high // b * low + (a % b * high % b * low * 2 + b) // (2 * b))""",
    "pg_quotient_long(a, b, shift) AS (a // b) * shift + (a % b * shift * 2 + b) // (2 * b)",
    "pg_digits_number(s) AS TRY_CAST(s AS DECIMAL(38,20))",
    "pg_power_of_ten(n) AS ('1' || repeat('0', n))::HUGEINT",
    """pg_power(a, b) AS CASE
        WHEN a < 0 AND b <> trunc(b)
            THEN error('2201F: a negative number raised to a non-integer power yields a complex result')
        WHEN a = 0 AND b < 0 THEN error('2201F: zero raised to a negative power is undefined')
        WHEN isinf(pow(a, b)) AND NOT isinf(a) AND NOT isinf(b) THEN error('22003: value out of range: overflow')
        WHEN pow(a, b) = 0 AND a <> 0 AND NOT isinf(a) AND NOT isinf(b)
            THEN error('22003: value out of range: underflow')
        ELSE pow(a, b) END""",
    """pg_checked_float(x, is_finite) AS CASE WHEN NOT isfinite(x) AND is_finite
        THEN error('22003: value out of range: overflow') ELSE x END""",
    """pg_checked_once(x) AS list_transform([x], lambda e: CASE WHEN isinf(e)
        THEN error('22003: value out of range: overflow') ELSE e END)[1]""",
    """pg_sqrt(a) AS CASE WHEN a < 0 THEN error('2201F: cannot take square root of a negative number')
        ELSE sqrt(a) END""",
    """pg_ln(a) AS CASE WHEN a = 0 THEN error('2201E: cannot take logarithm of zero')
        WHEN a < 0 THEN error('2201E: cannot take logarithm of a negative number') ELSE ln(a) END""",
    """pg_log(a) AS CASE WHEN a = 0 THEN error('2201E: cannot take logarithm of zero')
        WHEN a < 0 THEN error('2201E: cannot take logarithm of a negative number') ELSE log10(a) END""",
    "pg_round_numeric(a, n) AS round(a, n)",
    "pg_trunc_numeric(a, n) AS CASE WHEN a < 0 THEN ceil(a * pow(10, n)) ELSE floor(a * pow(10, n)) END / pow(10, n)",
    """pg_width_bucket(x, low, high, count) AS CASE
        WHEN count <= 0 THEN error('2201G: count must be greater than zero')
        WHEN low = high THEN error('2201G: lower bound cannot equal upper bound')
        WHEN low < high THEN CASE WHEN x < low THEN 0 WHEN x >= high THEN count + 1
            ELSE floor((x - low) / (high - low) * count)::INTEGER + 1 END
        ELSE CASE WHEN x > low THEN 0 WHEN x <= high THEN count + 1
            ELSE floor((low - x) / (low - high) * count)::INTEGER + 1 END END""",
    "pg_series_step(n) AS CASE WHEN n = 0 THEN error('22023: step size cannot equal zero') ELSE n END",
    # --- casts
    """pg_text_to_integer(s, type) AS CASE
        WHEN s IS NULL OR regexp_full_match(s, '\\s*[+-]?[0-9]+\\s*') THEN trim(s)::HUGEINT
        ELSE error('22P02: invalid input syntax for type ' || type || ': "' || s || '"') END""",
    """pg_any_to_integer(x) AS CASE WHEN typeof(x) <> 'VARCHAR' THEN TRY_CAST(x AS BIGINT)
        ELSE pg_text_to_integer(x::VARCHAR, 'integer')::BIGINT END""",
    """pg_text_to_boolean(s) AS CASE
        WHEN s IS NULL THEN NULL
        WHEN lower(trim(s)) IN ('t','tr','tru','true','y','ye','yes','on','1') THEN true
        WHEN lower(trim(s)) IN ('f','fa','fal','fals','false','n','no','of','off','0') THEN false
        ELSE error('22P02: invalid input syntax for type boolean: "' || s || '"') END""",
    """pg_text_to_bytea(s) AS CASE WHEN s LIKE '\\x%' THEN from_hex(substr(s, 3)) ELSE encode(s) END""",
    """pg_float_text(x) AS CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE
        '-Infinity' END ELSE regexp_replace(x::VARCHAR, '\\.0$', '') END""",
    """pg_interval_text(x) AS regexp_replace(regexp_replace(regexp_replace(x::VARCHAR, 'month', 'mon', 'g'),
        '-1 (year|mon|day)\\b', '-1 \\1s', 'g'), '(-\\d+ (?:year|mon|day)s) (\\d)', '\\1 +\\2', 'g')""",
    "pg_bytea_text(x) AS '\\x' || lower(hex(x))",
    """pg_offset_text(seconds) AS CASE WHEN seconds < 0 THEN '-' ELSE '+' END
        || lpad((abs(seconds) // 3600)::VARCHAR, 2, '0')
        || CASE WHEN abs(seconds) % 3600 = 0 THEN ''
        ELSE ':' || lpad((abs(seconds) % 3600 // 60)::VARCHAR, 2, '0') END""",
    """pg_timestamptz_text(x, local) AS local::VARCHAR
        || pg_offset_text((epoch_us(local) - epoch_us(x)) // 1000000)""",
    """pg_timestamptz_json(s) AS regexp_replace(replace(s, ' ', 'T'), '([+-]\\d\\d)$', '\\1:00')""",
    # --- arrays
    """pg_array_item_text(s) AS CASE WHEN s IS NULL THEN 'NULL'
        WHEN s = '' OR upper(s) = 'NULL' OR regexp_matches(s, '[{}",\\\\\\s]')
        THEN '"' || replace(replace(s, '\\', '\\\\'), '"', '\\"') || '"' ELSE s END""",
    """pg_array_text(x) AS '{' || array_to_string(list_transform(x::VARCHAR[],
        lambda s: pg_array_item_text(CASE
        WHEN s IN ('true', 'false') AND typeof(x) = 'BOOLEAN[]' THEN s[1] ELSE s END)),
        ',') || '}'""",
    # Arrow counts an interval's time in nanoseconds of 64 bits: 292 years.
    """pg_carried_interval(x) AS CASE WHEN abs((date_part('hour', x) * 60 + date_part('minute', x)) * 60000000
        + date_part('microsecond', x)) > 9223372036854775
        THEN error('0A000: an interval of more than 292 years of hours is not supported') ELSE x END""",
    "pg_float_text_array(x) AS pg_array_text(list_transform(x, lambda e: pg_float_text(e)))",
    "pg_interval_text_array(x) AS pg_array_text(list_transform(x, lambda e: pg_interval_text(e)))",
    "pg_array_element(x, i) AS CASE WHEN i > 0 THEN x[i] END",
    "pg_array_slice(x, i, j) AS CASE WHEN i IS NOT NULL AND j IS NOT NULL THEN x[greatest(i, 1):greatest(j, 0)] END",
    "pg_array_remove(x, e) AS list_filter(x, lambda i: i IS DISTINCT FROM e)",
    """pg_array_to_string(x, sep) AS array_to_string(list_filter(x, lambda i: i IS NOT NULL), sep)""",
    """pg_array_to_string_nulls(x, sep, n) AS array_to_string(
        CASE WHEN n IS NULL THEN list_filter(x, lambda i: i IS NOT NULL)
        ELSE list_transform(x, lambda i: coalesce(i, n)) END, sep)""",
    """pg_string_to_array(s, sep) AS CASE WHEN s = '' THEN []::VARCHAR[] WHEN sep = '' THEN [s]
        WHEN sep IS NULL THEN string_split(s, '') ELSE string_split(s, sep) END""",
    # --- texts
    # The engine knows a capital of the sharp s, which PostgreSQL's upper() leaves as it is.
    """pg_upper(s) AS CASE WHEN contains(s, 'ß')
        THEN array_to_string(list_transform(string_split(s, 'ß'), lambda part: upper(part)), 'ß') ELSE upper(s) END""",
    """pg_initcap(s) AS array_to_string(list_transform(regexp_extract_all(lower(s), '[\\pL\\pN]+|[^\\pL\\pN]+'),
        lambda w: pg_upper(w[1]) || w[2:]), '')""",
    "pg_ascii(s) AS CASE WHEN s = '' THEN 0 ELSE unicode(s) END",
    "pg_lpad(s, n, fill := ' ') AS CASE WHEN n <= 0 THEN '' WHEN fill = '' THEN left(s, n) ELSE lpad(s, n, fill) END",
    "pg_rpad(s, n, fill := ' ') AS CASE WHEN n <= 0 THEN '' WHEN fill = '' THEN left(s, n) ELSE rpad(s, n, fill) END",
    """pg_substring(s, start, count) AS CASE
        WHEN start IS NULL OR count IS NULL THEN NULL
        WHEN count < 0 THEN error('22011: negative substring length not allowed')
        ELSE substr(s, greatest(start, 1), greatest(start::BIGINT + count - greatest(start, 1), 0)) END""",
    "pg_substring_from(s, start) AS CASE WHEN start IS NOT NULL THEN substr(s, greatest(start, 1)) END",
    "pg_overlay(s, new, start, count) AS left(s, start - 1) || new || substr(s, start + count)",
    """pg_split_part(s, sep, n) AS CASE WHEN n = 0 THEN error('22023: field position must not be zero')
        WHEN sep = '' THEN CASE WHEN n IN (1, -1) THEN s ELSE '' END
        ELSE coalesce(CASE WHEN s IS NOT NULL THEN CASE WHEN n > 0 THEN string_split(s, sep)[n]
        ELSE string_split(s, sep)[len(string_split(s, sep)) + 1 + n] END END,
        CASE WHEN s IS NOT NULL THEN '' END) END""",
    """pg_quote_literal(s) AS CASE WHEN contains(s, '\\') THEN 'E''' ELSE '''' END
        || replace(replace(s, '''', ''''''), '\\', '\\\\') || ''''""",
    "pg_quote_nullable(s) AS coalesce(pg_quote_literal(s), 'NULL')",
    # --- dates and times
    """pg_timestamp_difference(a, b) AS to_days(((epoch_us(a) - epoch_us(b)) // 86400000000)::INTEGER)
        + to_microseconds((epoch_us(a) - epoch_us(b)) % 86400000000)""",
    "pg_interval_months(x) AS (date_part('year', x) * 12 + date_part('month', x))",
    """pg_interval_us(x) AS ((date_part('hour', x) * 60 + date_part('minute', x)) * 60000000
        + date_part('microsecond', x))""",
    # Of months, days and microseconds with fractions: what is left of a month are days of 30, of a day its time.
    "pg_days_of_months(m) AS round((m - trunc(m)) * 30, 6)",
    """pg_seconds_of_days(m, d) AS round((d - trunc(d) + pg_days_of_months(m) - trunc(pg_days_of_months(m))) * 86400.0,
        6)""",
    """pg_interval_carried(m, d, us) AS list_transform([{'m': m, 'd': d, 's': pg_seconds_of_days(m, d)}],
        lambda e: to_months(trunc(e['m'])::INTEGER)
        + to_days((trunc(e['d']) + trunc(pg_days_of_months(e['m'])) + trunc(e['s'] / 86400.0))::INTEGER)
        + to_microseconds(round_even(us + (e['s'] % 86400.0) * 1000000.0, 0)::BIGINT))[1]""",
    """pg_interval_times(x, f) AS list_transform([{'x': x, 'f': f}], lambda given: pg_interval_carried(
        pg_interval_months(given['x']) * given['f'], date_part('day', given['x']) * given['f'],
        pg_interval_us(given['x']) * given['f']))[1]""",
    """pg_interval_over(x, f) AS list_transform([{'x': x, 'f': pg_divisor_of(x, f)}], lambda given: pg_interval_carried(
        pg_interval_months(given['x']) / given['f'], date_part('day', given['x']) / given['f'],
        pg_interval_us(given['x']) / given['f']))[1]""",
    """pg_interval_trunc(x, months, days, clock) AS list_transform([x], lambda e:
        to_months((pg_interval_months(e) - pg_interval_months(e) % months)::INTEGER)
        + to_days((pg_interval_days(e) * days)::INTEGER)
        + to_microseconds(CASE WHEN clock = 0 THEN 0
            ELSE (pg_interval_us(e) - pg_interval_us(e) % clock)::BIGINT END))[1]""",
    "pg_justify_hours(x) AS x - to_microseconds(pg_interval_us(x))"
    " + to_days((pg_interval_us(x) // 86400000000)::INTEGER) + to_microseconds(pg_interval_us(x) % 86400000000)",
    "pg_justify_days(x) AS to_months((pg_interval_months(x) + date_part('day', x) // 30)::INTEGER)"
    " + to_days((date_part('day', x) % 30)::INTEGER) + to_microseconds(pg_interval_us(x))",
    "pg_epoch(x) AS CASE WHEN typeof(x) = 'INTERVAL' THEN epoch(x)::DECIMAL(24,6) ELSE epoch(x)::DECIMAL(24,6) END",
    """pg_seconds(x) AS (date_part('microsecond', x) / 1000000.0)::DECIMAL(10,6)""",
    """pg_milliseconds(x) AS (date_part('microsecond', x) / 1000.0)::DECIMAL(12,3)""",
    """pg_zone_part(local, x, unit) AS CASE WHEN unit = 1 THEN (epoch_us(local) - epoch_us(x)) // 1000000
        ELSE (epoch_us(local) - epoch_us(x)) // 1000000 // unit % CASE WHEN unit = 60 THEN 60 ELSE 24 END END""",
    "pg_time_interval(x) AS to_microseconds(epoch_us(x))",
    "pg_age(a, b) AS age(a, b)",
    "pg_week_of_year(x) AS lpad(((dayofyear(x) - 1) // 7 + 1)::VARCHAR, 2, '0')",
    # --- json
    "pg_json_key_path(k) AS '$.\"' || replace(replace(k, '\\', '\\\\'), '\"', '\\\"') || '\"'",
    "pg_json_index_path(i) AS CASE WHEN i < 0 THEN '$[#' || i::VARCHAR || ']' ELSE '$[' || i::VARCHAR || ']' END",
    """pg_json_has_key(j, k) AS CASE json_type(j) WHEN 'OBJECT' THEN list_contains(json_keys(j), k)
        WHEN 'ARRAY' THEN list_contains(list_filter(json_extract(j, '$[*]'), lambda e: json_type(e) = 'VARCHAR')
            ::VARCHAR[], to_json(k)::VARCHAR)
        ELSE json_type(j) = 'VARCHAR' AND json_extract_string(j, '$') = k END""",
    """pg_json_typeof(j) AS CASE json_type(j) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array'
        WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null'
        ELSE CASE WHEN j IS NULL THEN NULL ELSE 'number' END END""",
    """pg_json_array_length(j) AS CASE WHEN j IS NULL OR json_type(j) = 'ARRAY' THEN json_array_length(j)
        ELSE error('22023: cannot get array length of a non-array') END""",
    """pg_json_elements(j) AS CASE WHEN j IS NULL OR json_type(j) = 'ARRAY' THEN json_extract(j, '$[*]')
        ELSE error('22023: cannot extract elements from a non-array') END""",
    """pg_json_elements_text(j) AS list_transform(pg_json_elements(j), lambda e: json_extract_string(e, '$'))""",
    # --- cleansing, checks and masks
    """clean_boolean(s) AS CASE
        WHEN lower(trim(s)) IN ('t','true','y','yes','on','1','x','ja','oui','si','wahr','vrai') THEN true
        WHEN lower(trim(s)) IN ('f','false','n','no','off','0','nein','non','falsch','faux') THEN false END""",
    "clean_date(s, formats) AS try_strptime(trim(s), formats)::DATE",
    """pg_currency_digits(s) AS regexp_replace(s, '[^0-9.,-]', '', 'g')""",
    """clean_currency(s) AS TRY_CAST(CASE
        WHEN regexp_matches(trim(s), '^\\(.*\\)$') THEN '-' ELSE '' END || CASE
        WHEN regexp_matches(pg_currency_digits(s), ',\\d{1,2}$')
            THEN replace(replace(pg_currency_digits(s), '.', ''), ',', '.')
        WHEN regexp_matches(pg_currency_digits(s), '^-?\\d{1,3}(\\.\\d{3}){2,}$')
            THEN replace(pg_currency_digits(s), '.', '')
        ELSE replace(pg_currency_digits(s), ',', '') END AS DECIMAL(38,4))""",
    """is_email(s) AS regexp_full_match(s,
        '[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\\.[A-Za-z]{2,63}')
        AND NOT contains(s, '..') AND NOT starts_with(s, '.') AND NOT contains(s, '.@')""",
    "is_url(s) AS regexp_full_match(s, '(?i)(https?|ftp)://[^\\s/?#:@]+(:\\d{1,5})?([/?#]\\S*)?')",
    """is_uuid(s) AS regexp_full_match(s,
        '(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')""",
    """mask_email(s) AS CASE WHEN s IS NULL THEN NULL WHEN strpos(s, '@') > 1
        THEN s[1] || '***' || substr(s, strpos(s, '@')) ELSE '***' END""",
    """mask_phone(s) AS regexp_replace(left(s, greatest(length(s) - 2, 0)), '[0-9]', '*', 'g') || right(s, 2)""",
    "mask_name(s) AS regexp_replace(s, '(\\pL)[\\pL''-]*', '\\1***', 'g')",
    """mask_iban(s) AS left(replace(s, ' ', ''), 4) || repeat('*', greatest(length(replace(s, ' ', '')) - 8, 0))
        || right(replace(s, ' ', ''), least(4, greatest(length(replace(s, ' ', '')) - 4, 0)))""",
    "mask_all(s) AS CASE WHEN s IS NOT NULL THEN '***' END",
    "mask_hash(s) AS sha256(s)",
    """mask_partial(s, prefix, suffix) AS CASE WHEN length(s) <= prefix + suffix THEN repeat('*', length(s))
        ELSE left(s, prefix) || repeat('*', length(s) - prefix - suffix) || right(s, suffix) END""",
)
