"""Byte strings, UUIDs, network addresses and texts of limited length as PostgreSQL reads them."""

from __future__ import annotations

import ipaddress
import re

from ormolu.errors import CharacterNotInRepertoire, InvalidParameterValue, InvalidTextRepresentation
from ormolu.sql_extensions.values.numbers import invalid

NAME_BYTES_MAX = 63
_UUID = re.compile(r"\{?((?:[0-9a-f]{4}-?){8})\}?", re.IGNORECASE)
_ESCAPED_BYTE = re.compile(rb"\\(?:([0-3][0-7]{2})|(\\)|)")


def read_bytes(text: str) -> bytes:
    """Read a bytea in hexadecimal or escape form."""
    if not text.startswith("\\x"):
        return _ESCAPED_BYTE.sub(_unescaped, text.encode())
    digits = re.sub(r"[ \n\t\r]", "", text[2:])
    if bad := re.search(r"[^0-9a-fA-F]", digits):
        raise InvalidParameterValue(f'invalid hexadecimal digit: "{bad[0]}"')
    if len(digits) % 2:
        raise InvalidParameterValue("invalid hexadecimal data: odd number of digits")
    return bytes.fromhex(digits)


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[1] is not None:
        return bytes([int(match[1], 8)])
    if match[2] is None:
        raise InvalidTextRepresentation("invalid input syntax for type bytea")
    return b"\\"


def escaped_bytes(data: bytes) -> str:
    """The text of bytea_output = escape."""
    return "".join("\\\\" if byte == 0x5C else chr(byte) if 0x20 <= byte <= 0x7E else f"\\{byte:03o}" for byte in data)


def read_uuid(text: str) -> str:
    match = _UUID.fullmatch(text)
    if match is None or text.startswith("{") != text.endswith("}"):
        raise invalid("uuid", text)
    digits = match[1].replace("-", "").lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def read_inet(text: str) -> str:
    """An IPv4 or IPv6 address with the length of its network where that is not the whole."""
    word = text.strip()
    try:
        if not re.fullmatch(r"[0-9a-fA-F.:]+(/\d{1,3})?", word):
            raise ValueError(word)
        address = ipaddress.ip_interface(word)
    except ValueError as error:
        raise invalid("inet", text) from error
    is_host = address.network.prefixlen == address.max_prefixlen
    return str(address.ip) if is_host else str(address)


def limited(text: str, name: str, modifiers: tuple[int, ...]) -> str:
    """What an explicit cast to name, "char", varchar(n) or char(n) leaves of a text."""
    if "\0" in text:
        raise CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8": 0x00')
    match name:
        case "name":
            return text.encode()[:NAME_BYTES_MAX].decode(errors="ignore")
        case '"char"':
            return _single(text)
        case "varchar" if modifiers:
            return text[: modifiers[0]]
        case "bpchar" if modifiers:
            return text[: modifiers[0]].ljust(modifiers[0])
        case _:
            return text


def _single(text: str) -> str:
    """The one byte of a "char", which a backslash and three octal digits may stand for."""
    if re.fullmatch(r"\\[0-3][0-7]{2}", text):
        text = chr(int(text[1:], 8))
    return text.encode()[:1].decode(errors="replace").replace("\0", "")
