"""PostgreSQL's array literals: `{1,NULL,"a b"}`."""

from __future__ import annotations

from ormolu.errors import FeatureNotSupported, InvalidTextRepresentation


def array_literal(text: str) -> list[str | None]:
    """The elements of a one-dimensional array literal; an unquoted NULL is None."""
    body = text.strip()
    if not (body.startswith("{") and body.endswith("}")):
        raise InvalidTextRepresentation(
            f'malformed array literal: "{text}"', detail='Array value must start with "{" or dimension information.'
        )
    elements: list[str | None] = []
    rest = body[1:-1]
    index = 0
    while rest.strip() and index <= len(rest):
        value, index = _element(rest, index, text)
        elements.append(value)
    return elements


def _element(rest: str, index: int, text: str) -> tuple[str | None, int]:
    """One element from `index` on, and where the next one begins."""
    characters: list[str] = []
    is_quoted = was_quoted = False
    while index < len(rest):
        character = rest[index]
        if character == "\\" and index + 1 < len(rest):
            characters.append(rest[index + 1])
            index += 2
            continue
        if character == '"':
            is_quoted, was_quoted = not is_quoted, True
        elif character == "," and not is_quoted:
            break
        elif character in "{}" and not is_quoted:
            raise FeatureNotSupported("array literals of several dimensions are not supported")
        else:
            characters.append(character)
        index += 1
    if is_quoted:
        raise InvalidTextRepresentation(f'malformed array literal: "{text}"')
    value = "".join(characters)
    if was_quoted:
        return value, index + 1
    value = value.strip()
    if not value:
        raise InvalidTextRepresentation(f'malformed array literal: "{text}"')
    return (None if value.upper() == "NULL" else value), index + 1
