"""What changes a jsonb: joining, deleting, setting and inserting at a path, as PostgreSQL's operators do."""

from __future__ import annotations

from enum import Enum

from ormolu.errors import InvalidParameterValue, InvalidTextRepresentation, NullValueNotAllowed
from ormolu.sql_extensions.values.jsons import in_order

Path = list[str | None]


def joined(left: object, right: object) -> object:
    """`||`: members of two objects, else elements of two arrays, where anything else is an array of itself."""
    if isinstance(left, dict) and isinstance(right, dict):
        return in_order({**left, **right})
    first = left if isinstance(left, list) else [left]
    second = right if isinstance(right, list) else [right]
    return [*first, *second]


def without_keys(value: object, keys: Path) -> object:
    """`-` with a text or an array of them: members of these names, or elements that are these strings."""
    gone = {key for key in keys if key is not None}
    match value:
        case dict():
            return {key: item for key, item in value.items() if key not in gone}
        case list():
            return [item for item in value if not (type(item) is str and item in gone)]
        case _:
            raise InvalidParameterValue("cannot delete from scalar")


def without_index(value: object, index: int) -> object:
    """`-` with an integer."""
    if isinstance(value, dict):
        raise InvalidParameterValue("cannot delete from object using integer index")
    if not isinstance(value, list):
        raise InvalidParameterValue("cannot delete from scalar")
    place = index + len(value) if index < 0 else index
    return [item for at, item in enumerate(value) if at != place]


def without_nulls(value: object) -> object:
    """Members that are null are left out, at any depth; elements stay."""
    match value:
        case dict():
            return {key: without_nulls(item) for key, item in value.items() if item is not None}
        case list():
            return [without_nulls(item) for item in value]
        case _:
            return value


class Edit(Enum):
    """What happens at the end of a path."""

    DELETE = "delete"
    REPLACE = "replace"
    SET = "set"
    INSERT_BEFORE = "insert before"
    INSERT_AFTER = "insert after"

    @property
    def creates(self) -> bool:
        return self not in (Edit.DELETE, Edit.REPLACE)


def edited(value: object, path: Path, new: object, edit: Edit) -> object:
    """The value changed at a path; a path that leads nowhere changes nothing."""
    if not isinstance(value, dict | list):
        raise InvalidParameterValue(
            "cannot delete path in scalar" if edit is Edit.DELETE else "cannot set path in scalar"
        )
    if not path or (not value and not edit.creates):
        return value
    return _edited(value, path, new, edit, 0)


def _edited(value: object, path: Path, new: object, edit: Edit, level: int) -> object:
    step = path[level]
    if step is None:
        raise NullValueNotAllowed(f"path element at position {level + 1} is null")
    match value:
        case dict():
            return _edited_object(value, step, path, new, edit, level)
        case list():
            return _edited_array(value, step, path, new, edit, level)
        case _:
            return value


def _edited_object(  # noqa: PLR0917
    value: dict[str, object], step: str, path: Path, new: object, edit: Edit, level: int
) -> object:
    if level < len(path) - 1:
        if step not in value:
            return value
        return {**value, step: _edited(value[step], path, new, edit, level + 1)}
    if step not in value:
        return in_order({**value, step: new}) if edit.creates else value
    match edit:
        case Edit.INSERT_BEFORE | Edit.INSERT_AFTER:
            raise InvalidParameterValue(
                "cannot replace existing key", hint="Try using the function jsonb_set to replace key value."
            )
        case Edit.DELETE:
            return {key: item for key, item in value.items() if key != step}
        case _:
            return {**value, step: new}


def _edited_array(  # noqa: PLR0917
    value: list[object], step: str, path: Path, new: object, edit: Edit, level: int
) -> object:
    place = _index(step, level)
    if place < 0:
        place += len(value)
    is_last = level == len(path) - 1
    if not 0 <= place < len(value):
        if not (is_last and edit.creates):
            return value
        return [new, *value] if place < 0 else [*value, new]
    before, here, after = value[:place], value[place], value[place + 1 :]
    if not is_last:
        return [*before, _edited(here, path, new, edit, level + 1), *after]
    match edit:
        case Edit.DELETE:
            return [*before, *after]
        case Edit.INSERT_BEFORE:
            return [*before, new, here, *after]
        case Edit.INSERT_AFTER:
            return [*before, here, new, *after]
        case _:
            return [*before, new, *after]


_INDEX_MAX = 2**31


def _index(step: str, level: int) -> int:
    text = step.strip()
    if not text.lstrip("+-").isdecimal() or not text.isascii() or not -_INDEX_MAX <= int(text) < _INDEX_MAX:
        raise InvalidTextRepresentation(f'path element at position {level + 1} is not an integer: "{step}"')
    return int(text)


def at_path(value: object, path: Path) -> tuple[bool, object]:
    """`#>`: whether a path leads to something, and to what."""
    for step in path:
        match value:
            case dict() if step in value:
                value = value[step]
            case list() if step is not None and (place := _place(step, len(value))) is not None:
                value = value[place]
            case _:
                return False, None
    return True, value


def _place(step: str, length: int) -> int | None:
    text = step.strip()
    if not text.isascii() or not text.removeprefix("-").removeprefix("+").isdecimal():
        return None
    place = int(text) + (length if text.startswith("-") else 0)
    return place if 0 <= place < length else None
