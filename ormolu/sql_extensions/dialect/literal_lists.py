"""Long lists of constants, `IN (1, 2, ...)`: one node of a tree instead of one for each constant."""

from __future__ import annotations

import json

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

LISTED_MIN = 200

# Names that no statement can spell: texts have no zero bytes.
_NUMBERS, _TEXTS = "\0numbers", "\0texts"
_NAMES = {TokenType.NUMBER: _NUMBERS, TokenType.STRING: _TEXTS}


def with_lists_folded(tokens: list[Token]) -> list[Token]:
    """The tokens with each long IN list of whole numbers or of strings as one call of one string, a JSON array."""
    if len(tokens) < 2 * LISTED_MIN:
        return tokens
    folded: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        end = _end_of_list(tokens, index + 2) if _opens_list(tokens, index) else None
        if end is None:
            folded.append(token)
            index += 1
            continue
        first = tokens[index + 2]
        listed = tokens[index + 2 : end : 2]
        values = [item.text if first.token_type == TokenType.STRING else int(item.text) for item in listed]
        folded += [token, tokens[index + 1], *_call(_NAMES[first.token_type], json.dumps(values), first), tokens[end]]
        index = end + 1
    return folded


def _opens_list(tokens: list[Token], index: int) -> bool:
    following = tokens[index + 1 : index + 3]
    return (
        tokens[index].token_type == TokenType.IN
        and len(following) == 2
        and following[0].token_type == TokenType.L_PAREN
        and following[1].token_type in _NAMES
    )


def _end_of_list(tokens: list[Token], start: int) -> int | None:
    """Where the closing parenthesis of a long list of one kind of constant stands."""
    kind = tokens[start].token_type
    index = start
    while index + 1 < len(tokens):
        token, following = tokens[index], tokens[index + 1]
        if token.token_type != kind or (kind == TokenType.NUMBER and not token.text.isdigit()):
            return None
        if following.token_type == TokenType.R_PAREN:
            return index + 1 if (index - start) // 2 + 1 >= LISTED_MIN else None
        if following.token_type != TokenType.COMMA:
            return None
        index += 2
    return None


def _call(name: str, text: str, where: Token) -> list[Token]:
    parts = (
        (TokenType.VAR, name),
        (TokenType.L_PAREN, "("),
        (TokenType.STRING, text),
        (TokenType.R_PAREN, ")"),
    )
    return [Token(kind, word, where.line, where.col, where.start, where.end) for kind, word in parts]


def listed_constants(node: exp.Expr) -> tuple[list[str], bool] | None:
    """The constants that a node stands for, and whether they are numbers; None where it is another node."""
    if not isinstance(node, exp.Anonymous) or node.this not in (_NUMBERS, _TEXTS):
        return None
    return [str(value) for value in json.loads(node.expressions[0].name)], node.this == _NUMBERS
