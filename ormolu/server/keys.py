"""The key of a row as a user writes it: a JSON object of columns and values."""

from __future__ import annotations

import json

from ormolu.definitions import TableName
from ormolu.errors import InvalidParameterValue, InvalidTextRepresentation


def table_of(text: str) -> TableName:
    schema, _, table = text.partition(".")
    if schema not in ("bronze", "silver", "gold") or not table:
        raise InvalidParameterValue(f'"{text}" is no table of bronze, silver or gold')
    return TableName(schema, table)


def key_of(text: str) -> dict[str, str]:
    """Column and value, as texts; NULL identifies nobody."""
    try:
        found = json.loads(text, parse_int=str, parse_float=str)
    except ValueError as error:
        raise InvalidTextRepresentation("invalid input syntax for type json") from error
    if not isinstance(found, dict) or not found:
        raise InvalidParameterValue("the key must be an object", hint='{"customer_id": 42}')
    for name, value in found.items():
        if not isinstance(value, str | bool):
            raise InvalidParameterValue(f'the value of "{name}" must be a text, a number or a boolean')
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in found.items()}
