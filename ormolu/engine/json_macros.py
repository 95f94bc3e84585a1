"""SQL macros over json: texts of values, and where the engine's own JSON functions lose nothing."""

from __future__ import annotations

# Numbers that the engine prints with other digits: 1.50, 1e5, and those longer than a double's.
_ODD_NUMBERS = r"[0-9](\.[0-9]*0([^0-9]|$)|[eE])|[0-9.]{17}"
_LISTS = {
    "plain": "e::VARCHAR",
    "texts": "pg_json_quote(e::VARCHAR)",
    "floats": "pg_json_float(pg_float_text(e))",
    "moments": "pg_json_quote(replace(e::VARCHAR, ' ', 'T'))",
}

JSON_MACROS: tuple[str, ...] = (
    f"pg_is_plain_jsonb(j) AS NOT regexp_matches(j::VARCHAR, '{_ODD_NUMBERS}')",
    f"pg_is_plain_json(j) AS NOT regexp_matches(j::VARCHAR, '{_ODD_NUMBERS}|[\\s\\\\]')",
    """pg_json_quote(s) AS CASE WHEN regexp_matches(s, '[\\x00-\\x07\\x0B\\x0E-\\x1F]') THEN pg_json_quoted(s)
        ELSE to_json(s)::VARCHAR END""",
    """pg_json_float(s) AS CASE WHEN s IN ('NaN', 'Infinity', '-Infinity') THEN '"' || s || '"' ELSE s END""",
    """pg_json_name(s) AS CASE WHEN s IS NULL THEN error('22023: argument of an object must not be null')
        ELSE pg_json_quote(s) END""",
    *(
        f"""pg_json_list_{name}(x) AS '[' || array_to_string(list_transform(x, lambda e: coalesce({item}, 'null')), ',')
            || ']'"""
        for name, item in _LISTS.items()
    ),
    *(
        f"""pg_json_list_{name}_2(x) AS '[' || array_to_string(list_transform(x, lambda row: pg_json_list_{name}(row)),
            ',') || ']'"""
        for name in _LISTS
    ),
    r"""pg_row_item(s) AS CASE WHEN s IS NULL THEN '' WHEN s = '' OR regexp_matches(s, '[",()\\\s]')
        THEN '"' || replace(replace(s, '\', '\\'), '"', '""') || '"' ELSE s END""",
    """pg_json_record(j, name) AS CASE WHEN j IS NULL OR json_type(j) = 'OBJECT' THEN j
        ELSE error('22023: cannot call ' || name || ' on a non-object') END""",
    # A structured element is put on a line of its own, but for the first.
    r"""pg_json_elements_text_of(l) AS '[' || regexp_replace(array_to_string(l, ', '), '^\n ', '') || ']'""",
    "pg_json_members_text_of(l) AS '{ ' || array_to_string(l, ', ') || ' }'",
    """pg_json_kind(j) AS CASE json_type(j) WHEN 'ARRAY' THEN 'array' WHEN 'OBJECT' THEN 'object' WHEN 'VARCHAR'
        THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' ELSE 'numeric' END""",
    """pg_jsonb_number(j, type) AS CASE WHEN pg_json_kind(j) = 'numeric' THEN j::VARCHAR WHEN j IS NOT NULL THEN
        error('22023: cannot cast jsonb ' || pg_json_kind(j) || ' to type ' || type) END""",
    """pg_jsonb_boolean(j) AS CASE WHEN pg_json_kind(j) = 'boolean' THEN j::VARCHAR = 'true' WHEN j IS NOT NULL THEN
        error('22023: cannot cast jsonb ' || pg_json_kind(j) || ' to type boolean') END""",
)
