"""json and jsonb over Arrow columns: what the engine's own JSON functions lack, or would write with other digits."""

from __future__ import annotations

from ormolu.engine.native import NativeFunction, native
from ormolu.errors import ArraySubscriptError, InvalidParameterValue, NullValueNotAllowed
from ormolu.sql_extensions.values import json_spans
from ormolu.sql_extensions.values.json_forms import pretty, stripped
from ormolu.sql_extensions.values.jsonb_edits import (
    Edit,
    at_path,
    edited,
    joined,
    without_index,
    without_keys,
    without_nulls,
)
from ormolu.sql_extensions.values.jsonb_order import contains, has_key, sort_key
from ormolu.sql_extensions.values.jsons import json_value, jsonb_value, quoted, read_jsonb, write_jsonb

Path = list[str | None]


def _join(left: str, right: str) -> str:
    return write_jsonb(joined(jsonb_value(left), jsonb_value(right)))


def _drop_keys(value: str, keys: Path) -> str:
    return write_jsonb(without_keys(jsonb_value(value), keys))


def _drop_index(value: str, index: int) -> str:
    return write_jsonb(without_index(jsonb_value(value), index))


def _drop_path(value: str, path: Path) -> str:
    return write_jsonb(edited(jsonb_value(value), path, None, Edit.DELETE))


def _set(value: str, path: Path, new: str, creates: bool) -> str:
    edit = Edit.SET if creates else Edit.REPLACE
    return write_jsonb(edited(jsonb_value(value), path, jsonb_value(new), edit))


def _insert(value: str, path: Path, new: str, after: bool) -> str:
    edit = Edit.INSERT_AFTER if after else Edit.INSERT_BEFORE
    return write_jsonb(edited(jsonb_value(value), path, jsonb_value(new), edit))


def _at_path(value: str, path: Path) -> str | None:
    is_there, found = at_path(jsonb_value(value), path)
    return write_jsonb(found) if is_there else None


def _text_at_path(value: str, path: Path) -> str | None:
    is_there, found = at_path(jsonb_value(value), path)
    return _text(found) if is_there else None


def _text(value: object) -> str | None:
    return None if value is None else value[:] if type(value) is str else write_jsonb(value)


def _written_text_at_path(value: str, path: Path) -> str | None:
    return json_spans.plain_text(json_spans.at_path(value, path))


def _member(value: str, key: str, is_place: bool) -> str | None:
    found = jsonb_value(value)
    return _at_path(value, [key]) if isinstance(found, list if is_place else dict) else None


def _member_text(value: str, key: str, is_place: bool) -> str | None:
    found = _member(value, key, is_place)
    return None if found is None else _text(jsonb_value(found))


def _written_member(value: str, key: str, is_place: bool) -> str | None:
    return json_spans.at_path(value, [key]) if value.lstrip().startswith("[" if is_place else "{") else None


def _written_member_text(value: str, key: str, is_place: bool) -> str | None:
    return json_spans.plain_text(_written_member(value, key, is_place))


def _members(value: str, called: str) -> dict[str, object]:
    found = jsonb_value(value)
    if not isinstance(found, dict):
        raise InvalidParameterValue(f"cannot call {called} on a non-object")
    return found


def _keys(value: str, called: str) -> list[str]:
    return list(_members(value, called))


def _values(value: str, called: str) -> list[str]:
    return [write_jsonb(item) for item in _members(value, called).values()]


def _value_texts(value: str, called: str) -> list[str | None]:
    return [_text(item) for item in _members(value, called).values()]


def _written_members(value: str, called: str) -> list[tuple[str, str]]:
    found = json_spans.members(value)
    if found is None:
        raise InvalidParameterValue(f"cannot call {called} on a non-object")
    return found


def _written_keys(value: str, called: str) -> list[str]:
    return [key for key, _ in _written_members(value, called)]


def _written_values(value: str, called: str) -> list[str]:
    return [item for _, item in _written_members(value, called)]


def _written_value_texts(value: str, called: str) -> list[str | None]:
    return [json_spans.plain_text(item) for _, item in _written_members(value, called)]


def _elements(value: str) -> list[str]:
    return [write_jsonb(item) for item in _listed(value)]


def _element_texts(value: str) -> list[str | None]:
    return [_text(item) for item in _listed(value)]


def _listed(value: str) -> list[object]:
    found = jsonb_value(value)
    if not isinstance(found, list):
        kind = "an object" if isinstance(found, dict) else "a scalar"
        raise InvalidParameterValue(f"cannot extract elements from {kind}")
    return found


def _written_elements(value: str) -> list[str]:
    found = json_spans.elements(value)
    if found is None:
        raise InvalidParameterValue("cannot extract elements from a json that is no array")
    return found


def _written_element_texts(value: str) -> list[str | None]:
    return [json_spans.plain_text(item) for item in _written_elements(value)]


def _object_of_pairs(items: list[str | None]) -> str:
    if len(items) % 2:
        raise ArraySubscriptError("array must have even number of elements")
    return _object_of(items[::2], items[1::2])


def _object_of(names: list[str | None], values: list[str | None]) -> str:
    if len(names) != len(values):
        raise ArraySubscriptError("mismatched array dimensions")
    if any(name is None for name in names):
        raise NullValueNotAllowed("null value not allowed for object key")
    pairs = zip(names, values, strict=True)
    return "{" + ", ".join(f"{quoted(str(k))} : {'null' if v is None else quoted(v)}" for k, v in pairs) + "}"


def _array_literal(value: str) -> str:
    """A JSON array as PostgreSQL reads it into an array."""
    found = jsonb_value(value)
    if not isinstance(found, list):
        raise InvalidParameterValue("expected JSON array")
    return _literal(found)


def _literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case list():
            return "{" + ",".join(map(_literal, value)) + "}"
        case _:
            text = str(_text(value)).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{text}"'


JSON_FUNCTIONS: tuple[NativeFunction, ...] = (
    native("pg_jsonb", "VARCHAR", read_jsonb, "VARCHAR"),
    native("pg_jsonb_join", "VARCHAR", _join, "VARCHAR", "VARCHAR"),
    native("pg_jsonb_drop_keys", "VARCHAR", _drop_keys, "VARCHAR", "VARCHAR[]"),
    native("pg_jsonb_drop_index", "VARCHAR", _drop_index, "VARCHAR", "INTEGER"),
    native("pg_jsonb_drop_path", "VARCHAR", _drop_path, "VARCHAR", "VARCHAR[]"),
    native("pg_jsonb_set", "VARCHAR", _set, "VARCHAR", "VARCHAR[]", "VARCHAR", "BOOLEAN"),
    native("pg_jsonb_insert", "VARCHAR", _insert, "VARCHAR", "VARCHAR[]", "VARCHAR", "BOOLEAN"),
    native("pg_jsonb_strip_nulls", "VARCHAR", lambda text: write_jsonb(without_nulls(jsonb_value(text))), "VARCHAR"),
    native("pg_json_strip_nulls", "VARCHAR", lambda text: stripped(json_value(text)), "VARCHAR"),
    native("pg_jsonb_pretty", "VARCHAR", lambda text: pretty(jsonb_value(text)), "VARCHAR"),
    native("pg_jsonb_contains", "BOOLEAN", lambda a, b: contains(jsonb_value(a), jsonb_value(b)), "VARCHAR", "VARCHAR"),
    native("pg_jsonb_has_key", "BOOLEAN", lambda a, key: has_key(jsonb_value(a), key), "VARCHAR", "VARCHAR"),
    native("pg_jsonb_has_any", "BOOLEAN", lambda a, keys: _has(any, a, keys), "VARCHAR", "VARCHAR[]"),
    native("pg_jsonb_has_all", "BOOLEAN", lambda a, keys: _has(all, a, keys), "VARCHAR", "VARCHAR[]"),
    native("pg_jsonb_key", "BLOB", lambda text: sort_key(jsonb_value(text)), "VARCHAR"),
    native("pg_jsonb_at", "VARCHAR", _at_path, "VARCHAR", "VARCHAR[]"),
    native("pg_jsonb_text_at", "VARCHAR", _text_at_path, "VARCHAR", "VARCHAR[]"),
    native("pg_json_at", "VARCHAR", json_spans.at_path, "VARCHAR", "VARCHAR[]"),
    native("pg_json_text_at", "VARCHAR", _written_text_at_path, "VARCHAR", "VARCHAR[]"),
    native("pg_jsonb_member", "VARCHAR", _member, "VARCHAR", "VARCHAR", "BOOLEAN"),
    native("pg_jsonb_member_text", "VARCHAR", _member_text, "VARCHAR", "VARCHAR", "BOOLEAN"),
    native("pg_json_member", "VARCHAR", _written_member, "VARCHAR", "VARCHAR", "BOOLEAN"),
    native("pg_json_member_text", "VARCHAR", _written_member_text, "VARCHAR", "VARCHAR", "BOOLEAN"),
    native("pg_json_quoted", "VARCHAR", quoted, "VARCHAR"),
    native("pg_jsonb_keys", "VARCHAR[]", _keys, "VARCHAR", "VARCHAR"),
    native("pg_jsonb_values", "VARCHAR[]", _values, "VARCHAR", "VARCHAR"),
    native("pg_jsonb_value_texts", "VARCHAR[]", _value_texts, "VARCHAR", "VARCHAR"),
    native("pg_json_keys", "VARCHAR[]", _written_keys, "VARCHAR", "VARCHAR"),
    native("pg_json_values", "VARCHAR[]", _written_values, "VARCHAR", "VARCHAR"),
    native("pg_json_value_texts", "VARCHAR[]", _written_value_texts, "VARCHAR", "VARCHAR"),
    native("pg_jsonb_elements", "VARCHAR[]", _elements, "VARCHAR"),
    native("pg_jsonb_element_texts", "VARCHAR[]", _element_texts, "VARCHAR"),
    native("pg_json_written_elements", "VARCHAR[]", _written_elements, "VARCHAR"),
    native("pg_json_written_element_texts", "VARCHAR[]", _written_element_texts, "VARCHAR"),
    native("pg_json_object_of_1", "VARCHAR", _object_of_pairs, "VARCHAR[]"),
    native("pg_json_object_of_2", "VARCHAR", _object_of, "VARCHAR[]", "VARCHAR[]"),
    native("pg_json_array_literal", "VARCHAR", _array_literal, "VARCHAR"),
)


def _has(quantifier: object, value: str, keys: Path) -> bool:
    found = jsonb_value(value)
    given = [has_key(found, key) for key in keys if key is not None]
    return all(given) if quantifier is all else any(given)
