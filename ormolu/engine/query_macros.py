"""SQL macros of queries: texts, intervals, JSON numbers, arrays. An error() starts with its SQLSTATE."""

from __future__ import annotations

_DAY = "86400000000"
# As much text as PostgreSQL puts into one value.
_TEXT_MAX = 2**30 - 1
_SERIES_TOO_LONG = "54000: a series of so many values is not held in memory; write generate_series() in FROM"

# PostgreSQL's words that are no names without quotes.
_KEYWORDS = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
]
_QUOTED_KEYWORDS = ", ".join(f"'{word}'" for word in _KEYWORDS)

QUERY_MACROS: tuple[str, ...] = (
    # --- numbers and texts
    """pg_exp(x) AS CASE WHEN isinf(exp(x)) AND NOT isinf(x) THEN error('22003: value out of range: overflow')
        WHEN exp(x) = 0 AND NOT isinf(x) THEN error('22003: value out of range: underflow') ELSE exp(x) END""",
    "pg_min_scale(s) AS length(rtrim(split_part(s, '.', 2), '0'))::INTEGER",
    "pg_base64(b) AS rtrim(regexp_replace(base64(b), '(.{76})', '\\1' || chr(10), 'g'), chr(10))",
    "pg_search_start(n) AS CASE WHEN n < 1 THEN error('22023: invalid value for parameter: ' || n::VARCHAR) ELSE n END",
    """pg_match_rows(lists) AS list_transform(generate_series(1, len(lists[1])),
        lambda i: list_transform(lists, lambda l: l[i]))""",
    """pg_place_of_match(pieces, found, n, past, start) AS CASE WHEN found IS NULL THEN NULL WHEN n > len(found) THEN 0
        ELSE start + list_sum(list_transform(pieces[1:n], lambda e: length(e)))
            + coalesce(list_sum(list_transform(found[1:n - 1 + past], lambda e: length(e))), 0) END""",
    "pg_chr(n) AS CASE WHEN n = 0 THEN error('54000: null character not permitted') ELSE chr(n) END",
    f"""pg_repeat(s, n) AS CASE WHEN n <= 0 THEN repeat(s, 0)
        WHEN n::HUGEINT * strlen(s) > {_TEXT_MAX} THEN error('54000: requested length too large')
        ELSE repeat(s, n) END""",
    f"""pg_quote_ident(s) AS CASE WHEN regexp_full_match(s, '[a-z_][a-z0-9_$]*') AND s NOT IN ({_QUOTED_KEYWORDS})
        THEN s ELSE '"' || replace(s, '"', '""') || '"' END""",
    "pg_bools_text(x) AS list_transform(x, lambda e: CASE WHEN e THEN 't' WHEN NOT e THEN 'f' END)",
    "pg_floats_text(x) AS list_transform(x, lambda e: pg_float_text(e))",
    # --- angles in degrees: exact where PostgreSQL's are
    """pg_sind(x) AS CASE WHEN isinf(x) THEN error('22003: input is out of range') WHEN x % 180 = 0 THEN 0.0
        WHEN x % 90 = 0 THEN CASE WHEN (x - 90) % 360 = 0 THEN 1.0 ELSE -1.0 END
        WHEN x % 30 = 0 AND x % 90 <> 0 AND abs(round(sin(radians(x)), 9)) = 0.5 THEN round(sin(radians(x)), 9)
        ELSE sin(radians(x % 360)) END::DOUBLE""",
    """pg_cosd(x) AS CASE WHEN isinf(x) THEN error('22003: input is out of range') WHEN (x - 90) % 180 = 0 THEN 0.0
        WHEN x % 180 = 0 THEN CASE WHEN x % 360 = 0 THEN 1.0 ELSE -1.0 END
        WHEN x % 60 = 0 THEN round(cos(radians(x)), 9) ELSE cos(radians(x % 360)) END::DOUBLE""",
    """pg_tand(x) AS list_transform([x], lambda e: CASE WHEN (e - 90) % 180 = 0 THEN
        CASE WHEN (e - 90) % 360 = 0 THEN 'Infinity'::DOUBLE ELSE '-Infinity'::DOUBLE END
        WHEN e % 45 = 0 THEN round(tan(radians(e)), 9) ELSE pg_sind(e) / pg_cosd(e) END::DOUBLE)[1]""",
    """pg_cotd(x) AS list_transform([x], lambda e: CASE WHEN e % 180 = 0 THEN
        CASE WHEN e % 360 = 0 THEN 'Infinity'::DOUBLE ELSE '-Infinity'::DOUBLE END
        WHEN e % 45 = 0 AND e % 90 <> 0 THEN round(1 / tan(radians(e)), 9)
        WHEN e % 90 = 0 THEN 0.0 ELSE pg_cosd(e) / pg_sind(e) END::DOUBLE)[1]""",
    """pg_arc_domain(x) AS CASE WHEN abs(x) > 1 THEN error('22003: input is out of range') ELSE x END""",
    """pg_asind(x) AS CASE WHEN abs(pg_arc_domain(x)) IN (0, 0.5, 1) THEN round(degrees(asin(x)), 9)
        ELSE degrees(asin(x)) END""",
    """pg_acosd(x) AS CASE WHEN pg_arc_domain(x) IN (-1, -0.5, 0, 0.5, 1) THEN round(degrees(acos(x)), 9)
        ELSE degrees(acos(x)) END""",
    "pg_atand(x) AS CASE WHEN abs(x) IN (0, 1) THEN round(degrees(atan(x)), 9) ELSE degrees(atan(x)) END",
    """pg_atan2d(y, x) AS CASE WHEN abs(x) = abs(y) OR x = 0 OR y = 0 THEN round(degrees(atan2(y, x)), 9)
        ELSE degrees(atan2(y, x)) END""",
    "pg_bucket_of(x, bounds) AS CASE WHEN x IS NOT NULL THEN len(list_filter(bounds, lambda b: b <= x)) END",
    # --- moments
    """pg_rounded_us(us, unit) AS CASE WHEN us < 0 THEN -((unit // 2 - us) // unit) ELSE (us + unit // 2) // unit END
        * unit""",
    "pg_round_time(x, unit) AS x + to_microseconds(pg_rounded_us(epoch_us(x), unit) - epoch_us(x))",
    "pg_round_moment(x, unit) AS CASE WHEN isfinite(x) THEN pg_round_time(x, unit) ELSE x END",
    # --- intervals
    "pg_interval_days(x) AS date_part('day', x)",
    # --- series: as a list they are in memory whole, so `most` is how long one may be
    """pg_series_interval(x) AS list_transform([x], lambda e: CASE WHEN e = INTERVAL 0 DAY
        THEN error('22023: step size cannot equal zero')
        WHEN greatest(pg_interval_months(e), date_part('day', e), pg_interval_us(e)) > 0
            AND least(pg_interval_months(e), date_part('day', e), pg_interval_us(e)) < 0
        THEN error('0A000: a series whose step has fields of both signs is not supported') ELSE e END)[1]""",
    """pg_series_moment(x) AS CASE WHEN isinf(x)
        THEN error('0A000: a series cannot start or end at infinity') ELSE x END""",
    f"""pg_series(a, b, step, most) AS generate_series(a, CASE WHEN (b::HUGEINT - a) // step >= most
        THEN error('{_SERIES_TOO_LONG}') ELSE b END, step)""",
    f"""pg_series_moments(a, b, step, most) AS generate_series(a, CASE WHEN epoch(b - a) / epoch(step) >= most
        THEN error('{_SERIES_TOO_LONG}') ELSE b END, step)""",
    f"""pg_numeric_series(a, b, step, most) AS CASE WHEN (b - a)::DOUBLE / step::DOUBLE >= most
        THEN error('{_SERIES_TOO_LONG}')
        ELSE list_filter(list_transform(generate_series(0, floor((b - a)::DOUBLE / step::DOUBLE)::BIGINT + 1),
            lambda i: a + i::DECIMAL(9,0) * step), lambda e: CASE WHEN step > 0 THEN e <= b ELSE e >= b END) END""",
    """pg_series_digits(first, series) AS CASE WHEN len(series) > 0 THEN list_prepend(first, series[2:]::VARCHAR[])
        ELSE [] END""",
    """pg_bin_interval(x) AS CASE WHEN pg_interval_months(x) <> 0
        THEN error('0A000: timestamps cannot be binned into intervals containing months or years')
        WHEN x <= INTERVAL 0 DAY THEN error('22008: stride must be greater than zero') ELSE x END""",
    "pg_interval_of(m, d, u) AS to_months(m::INTEGER) + to_days(d::INTEGER) + to_microseconds(u::BIGINT)",
    f"""pg_justified_days(m, d, u) AS CASE WHEN d > 0 AND u < 0 THEN pg_interval_of(m, d - 1, u + {_DAY})
        WHEN d < 0 AND u > 0 THEN pg_interval_of(m, d + 1, u - {_DAY}) ELSE pg_interval_of(m, d, u) END""",
    """pg_justified_months(m, d, u) AS CASE WHEN m > 0 AND (d < 0 OR (d = 0 AND u < 0))
        THEN pg_justified_days(m - 1, d + 30, u) WHEN m < 0 AND (d > 0 OR (d = 0 AND u > 0))
        THEN pg_justified_days(m + 1, d - 30, u) ELSE pg_justified_days(m, d, u) END""",
    """pg_justified(m, d, u) AS list_transform([{'m': m + d // 30, 'd': d % 30, 'u': u}],
        lambda e: pg_justified_months(e['m'], e['d'], e['u']))[1]""",
    f"""pg_justify_interval(x) AS list_transform([x], lambda given: pg_justified(pg_interval_months(given),
        date_part('day', given) + pg_interval_us(given) // {_DAY}, pg_interval_us(given) % {_DAY}))[1]""",
    # --- json
    "pg_number_json(s) AS s::JSON",
    "pg_float_json(s) AS CASE WHEN s IN ('NaN', 'Infinity', '-Infinity') THEN to_json(s) ELSE s::JSON END",
    # --- arrays
    """pg_array_replace(x, old, new) AS list_transform(x,
        lambda e: CASE WHEN e IS NOT DISTINCT FROM old THEN new ELSE e END)""",
    "pg_read_texts(x, type, style) AS list_transform(x, lambda e: pg_read_text(e, type, style))",
    "pg_string_to_array_nulls(s, sep, n) AS list_transform(pg_string_to_array(s, sep), lambda e: nullif(e, n))",
    # --- clocks
    """pg_overlaps(a, b, c, d) AS CASE WHEN a > c THEN CASE WHEN a < d THEN true WHEN b IS NOT NULL THEN a < d END
        WHEN a < c THEN CASE WHEN c < b THEN true WHEN d IS NOT NULL THEN c < b END
        WHEN a = c AND b IS NOT NULL AND d IS NOT NULL THEN true END""",
    "pg_wrapped_time(us) AS '00:00'::TIME + to_microseconds(((us % 86400000000 + 86400000000) % 86400000000)::BIGINT)",
    """pg_array_positions(x, wanted) AS list_filter(generate_series(1, len(x)),
        lambda i: x[i] IS NOT DISTINCT FROM wanted)""",
    "pg_first_from(places, start) AS list_filter(places, lambda i: i >= start)[1]",
    """pg_array_fill(e, sizes) AS CASE WHEN len(sizes) > 1
        THEN error('0A000: array_fill() of more than one dimension is not supported')
        WHEN sizes IS NULL THEN error('22004: dimension array or low bound array cannot be null')
        WHEN sizes[1] < 0 THEN error('22023: array size must not be negative')
        ELSE list_transform(generate_series(1, sizes[1]), lambda i: e) END""",
    """pg_trim_array(x, n) AS CASE WHEN n < 0 OR n > len(x)
        THEN error('2202E: number of elements to trim must be between 0 and ' || len(x)::VARCHAR)
        ELSE x[1:len(x) - n] END""",
    "pg_array_dims(x) AS CASE WHEN len(x) > 0 THEN '[1:' || len(x)::VARCHAR || ']' END",
    # NULL is in no array
    "pg_array_contains(a, b) AS list_has_all(a, b) AND len(b) = len(list_filter(b, lambda e: e IS NOT NULL))",
    "pg_array_overlaps(a, b) AS list_has_any(a, list_filter(b, lambda e: e IS NOT NULL))",
)
