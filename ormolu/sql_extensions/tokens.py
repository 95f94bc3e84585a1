"""The tokens of PostgreSQL's SQL, with their positions: enough to read our words and to cut queries out by offsets."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from ormolu.errors import InvalidSyntax, ProgramLimitExceeded

SCRIPT_CHARACTERS_MAX = 64 * 1024 * 1024
COMMENT_DEPTH_MAX = 100


class TokenKind(Enum):
    WORD = "word"
    IDENTIFIER = "quoted identifier"
    STRING = "string"
    ESCAPED = "escape string"
    BITS = "bit string"
    NUMBER = "number"
    PARAMETER = "parameter"
    SYMBOL = "symbol"
    END = "end of input"


class Token(NamedTuple):
    """`word` is what grammar compares: the upper-case word or the symbol, "" for literals and quoted identifiers.

    `value` is what the token means: the folded name, the string's characters, the number's digits. `start` and `end`
    are offsets into the script, end exclusive.
    """

    kind: TokenKind
    word: str
    value: str
    start: int
    end: int


_PATTERN = re.compile(
    r"""
    (?P<blank>(?:\s+|--[^\n\r]*)+)
  | (?P<comment>/\*)
  | (?P<escaped>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*')
  | (?P<unicode>[uU]&['"])
  | (?P<bits>[bBxX]'[^']*')
  | (?P<unterminated>[eEbBxX]')
  | (?P<word>[A-Za-z_\u0080-\U0010ffff][\w$\u0080-\U0010ffff]*)
  | (?P<string>'[^']*(?:''[^']*)*')
  | (?P<identifier>"[^"]*(?:""[^"]*)*")
  | (?P<parameter>\$\d+)
  | (?P<dollar>\$(?:[A-Za-z_\u0080-\U0010ffff][\w\u0080-\U0010ffff]*)?\$)
  | (?P<number>(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<symbol>=>|:=|::|[^\s'"])
    """,
    re.VERBOSE | re.DOTALL,
)
_JUNK = re.compile(r"[\w\u0080-\U0010ffff]")
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))|''", re.DOTALL)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def tokenize(text: str) -> list[Token]:
    """Read the whole script; the last token is END, at the end of the text."""
    if len(text) > SCRIPT_CHARACTERS_MAX:
        raise ProgramLimitExceeded(f"a script may have {SCRIPT_CHARACTERS_MAX} characters, this one has {len(text)}")
    tokens: list[Token] = []
    position = 0
    match_at = _PATTERN.match
    while position < len(text):
        match = match_at(text, position)
        if match is None or match.lastgroup == "unterminated":
            raise _unterminated(text, position)
        group = match.lastgroup
        end = match.end()
        match group:
            case "blank":
                pass
            case "comment":
                end = _end_of_comment(text, position)
            case "word":
                word = match.group()
                tokens.append(Token(TokenKind.WORD, word.upper(), word.lower(), position, end))
            case "symbol":
                tokens.append(Token(TokenKind.SYMBOL, match.group(), match.group(), position, end))
            case "dollar":
                tokens.append(_dollar_string(text, match.group(), position))
                end = tokens[-1].end
            case _:
                tokens.append(_literal(group or "", match.group(), position))
                if group == "number" and _JUNK.match(text, end):
                    raise _trailing_junk(text, position)
        position = end
    tokens.append(Token(TokenKind.END, "", "", len(text), len(text)))
    return tokens


def _literal(group: str, text: str, start: int) -> Token:
    end = start + len(text)
    match group:
        case "string":
            return Token(TokenKind.STRING, "", text[1:-1].replace("''", "'"), start, end)
        case "identifier":
            if text == '""':
                raise InvalidSyntax("zero-length delimited identifier", position=start + 1)
            return Token(TokenKind.IDENTIFIER, "", text[1:-1].replace('""', '"'), start, end)
        case "escaped":
            return Token(TokenKind.ESCAPED, "", unescape(text[2:-1]), start, end)
        case "bits":
            return Token(TokenKind.BITS, "", text, start, end)
        case "parameter":
            return Token(TokenKind.PARAMETER, "", text[1:], start, end)
        case "number":
            return Token(TokenKind.NUMBER, "", text, start, end)
        case _:
            raise InvalidSyntax(
                'strings with Unicode escapes (U&"...") are not read', hint="Write E'\\u00e9'.", position=start + 1
            )


def unescape(body: str) -> str:
    """The characters of an escape string's body: E'a\\nb'."""
    return _ESCAPE.sub(_unescaped, body)


def _unescaped(match: re.Match[str]) -> str:
    octal, hexadecimal, short, long, other = match.groups()
    if match.group() == "''":
        return "'"
    if octal:
        return chr(int(octal, 8) & 0xFF)
    for digits in (hexadecimal, short, long):
        if digits:
            code = int(digits, 16)
            if code > 0x10FFFF:
                raise InvalidSyntax("invalid Unicode escape value")
            return chr(code)
    return _CONTROL.get(other, other)


def _dollar_string(text: str, tag: str, start: int) -> Token:
    body = start + len(tag)
    end = text.find(tag, body)
    if end < 0:
        raise _unterminated(text, start)
    return Token(TokenKind.STRING, "", text[body:end], start, end + len(tag))


def _end_of_comment(text: str, start: int) -> int:
    """PostgreSQL's comments nest."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
        if depth > COMMENT_DEPTH_MAX:
            raise ProgramLimitExceeded(f"comments nest deeper than {COMMENT_DEPTH_MAX}", position=start + 1)
    raise InvalidSyntax("unterminated /* comment", position=start + 1)


def _trailing_junk(text: str, start: int) -> InvalidSyntax:
    shown = re.compile(r"[\w.$\u0080-\U0010ffff]+").match(text, start)
    near = shown.group() if shown else text[start]
    return InvalidSyntax(f'trailing junk after numeric literal at or near "{near}"', position=start + 1)


def _unterminated(text: str, start: int) -> InvalidSyntax:
    kind = {'"': "quoted identifier", "$": "dollar-quoted string"}.get(text[start], "quoted string")
    return InvalidSyntax(f'unterminated {kind} at or near "{text[start : start + 40]}"', position=start + 1)
