"""What a column means: e-mail, phone, card number, identifier, measure ... from values, checksums and its name.

A share of the values decides, and where chance alone would pass a test (one random 16-digit number in
ten passes Luhn) the name must say so too. The libraries of the tests are loaded by the first that needs them: the
server knows the statements and looks at no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ormolu.ai.tally import Tally

SHARE_MIN = 0.8
IDENTIFIER_SHARE_MIN = 0.95
SAMPLE_MAX = 500
DIMENSION_VALUES_MAX = 100
FREE_TEXT_LENGTH = 40


class Semantic(Enum):
    EMAIL = "e-mail"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "credit card"
    POSTAL_CODE = "postal code"
    PERSON = "person's name"
    ADDRESS = "address"
    BIRTH_DATE = "date of birth"
    IP_ADDRESS = "ip address"
    URL = "url"
    UUID = "uuid"
    COUNTRY = "country"
    CURRENCY = "currency"
    IDENTIFIER = "identifier"
    TIMESTAMP = "timestamp"
    MEASURE = "measure"
    DIMENSION = "dimension"
    TRUTH = "truth value"
    FREE_TEXT = "free text"


PERSONAL = {
    Semantic.EMAIL: "email",
    Semantic.PHONE: "phone",
    Semantic.IBAN: "iban",
    Semantic.CARD: "credit_card",
    Semantic.POSTAL_CODE: "postal_code",
    Semantic.PERSON: "name",
    Semantic.ADDRESS: "address",
    Semantic.BIRTH_DATE: "birth_date",
    Semantic.IP_ADDRESS: "ip_address",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    semantic: Semantic
    share: float


def meaning(tally: Tally) -> Meaning | None:
    """What the column is likely to mean; None where it holds nothing."""
    if not tally.examined:
        return None
    name = _spelled_out(tally.name)
    for semantic, hint, test, share_min in _TESTS:
        if hint is not None and not hint.search(name):
            continue
        share = _share(tally, test)
        if share >= share_min:
            return Meaning(semantic, share)
    return _by_type(tally)


def is_email(text: str) -> bool:
    if "@" not in text:
        return False
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def is_phone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    if not 7 <= digits <= 15 or re.search(r"[A-Za-z]{2,}", text):
        return False
    import phonenumbers

    try:
        number = phonenumbers.parse(text, None if text.lstrip().startswith("+") else "US")
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))


def is_iban(text: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(text))


def is_card(text: str) -> bool:
    from stdnum import luhn

    digits = re.sub(r"[ -]", "", text)
    return 13 <= len(digits) <= 19 and digits.isdigit() and bool(luhn.is_valid(digits))


def _by_type(tally: Tally) -> Meaning:
    name = _spelled_out(tally.name)
    if str(tally.type) == "bool":
        return Meaning(Semantic.TRUTH, 1.0)
    if tally.is_time:
        return Meaning(Semantic.BIRTH_DATE if _BIRTH.search(name) else Semantic.TIMESTAMP, 1.0)
    if _IDENTIFIER.search(name):
        return Meaning(Semantic.IDENTIFIER, 1.0)
    if tally.is_number:
        return Meaning(Semantic.MEASURE, 1.0)
    if (numbers := tally.share_where(_is_number)) >= IDENTIFIER_SHARE_MIN:
        return Meaning(Semantic.MEASURE, numbers)
    if (days := tally.share_where(_is_day)) >= IDENTIFIER_SHARE_MIN:
        return Meaning(Semantic.TIMESTAMP, days)
    if tally.is_text and tally.distinct <= DIMENSION_VALUES_MAX and tally.distinct < tally.present:
        return Meaning(Semantic.DIMENSION, 1.0)
    if tally.is_text and tally.distinct >= IDENTIFIER_SHARE_MIN * tally.present and _has_no_spaces(tally):
        return Meaning(Semantic.IDENTIFIER, tally.distinct / max(tally.present, 1))
    long = tally.share_where(lambda value: len(str(value)) >= FREE_TEXT_LENGTH)
    return Meaning(Semantic.FREE_TEXT if long > 0.2 else Semantic.DIMENSION, max(long, 1 - long))


def _spelled_out(name: str) -> str:
    """A column's name in one spelling: `Customer ID` and `customerId` as `customer_id`."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()


def _is_number(value: object) -> bool:
    return re.fullmatch(r"\s*-?\d+([.,]\d+)?\s*", str(value)) is not None


def _is_day(value: object) -> bool:
    return re.match(r"\s*(\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{4})", str(value)) is not None


def _has_no_spaces(tally: Tally) -> bool:
    return tally.share_where(lambda value: " " not in str(value)) > IDENTIFIER_SHARE_MIN


def _share(tally: Tally, test: Callable[[str], bool]) -> float:
    """Over the most frequent values: a column of one kind is of that kind there too."""
    sample = tally.texts()[:SAMPLE_MAX]
    rows = sum(count for _, count in sample)
    return sum(count for value, count in sample if test(value.strip())) / rows


_IDENTIFIER = re.compile(r"(^|_)(id|key|code|sku|uuid|number|nr)($|_)")
_BIRTH = re.compile(r"birth|(^|_)dob($|_)")
_NAME_SHAPE = re.compile(r"^[^\W\d_][\w'’.-]*(\s+[^\W\d_][\w'’.-]*){0,4}$")
_COUNTRY_CODES = frozenset(
    re.findall(
        "[A-Z]{2}",
        "AR AT AU BE BR CA CH CL CN CO CZ DE DK EG ES FI FR GB GR HU IE IL IN IT JP KR LU MA MX NL NO NZ PE PL PT RO "
        "SE SG SK TH TN TR UA US UY VN ZA",
    )
)
_COUNTRY_NAMES = frozenset(
    re.findall(
        "[a-z]+(?: [a-z]+)*",
        "argentina, australia, austria, belgium, brazil, canada, chile, china, colombia, czech republic, denmark, "
        "egypt, finland, france, germany, greece, hungary, india, ireland, israel, italy, japan, luxembourg, mexico, "
        "morocco, netherlands, new zealand, norway, peru, poland, portugal, romania, singapore, south africa, "
        "south korea, spain, sweden, switzerland, thailand, tunisia, turkey, ukraine, united kingdom, united states, "
        "vietnam",
    )
)
_CURRENCIES = frozenset(
    re.findall("[A-Z]{3}", "EUR USD GBP JPY CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF RON CNY INR BRL MXN ZAR TRY")
)


def _is_country(text: str) -> bool:
    return text in _COUNTRY_CODES or text.lower() in _COUNTRY_NAMES


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


# What is looked for, a hint that the name must give (None: the values speak for themselves), the test, the share.
_TESTS: tuple[tuple[Semantic, re.Pattern[str] | None, Callable[[str], bool], float], ...] = (
    (Semantic.EMAIL, None, is_email, SHARE_MIN),
    (Semantic.URL, None, _matches(r"https?://\S+"), SHARE_MIN),
    (Semantic.UUID, None, _matches(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), SHARE_MIN),
    (Semantic.IBAN, None, is_iban, SHARE_MIN),
    (Semantic.IP_ADDRESS, None, _matches(r"((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)"), SHARE_MIN),
    (Semantic.CARD, re.compile(r"card|(^|_)(pan|cc)($|_)|credit"), is_card, SHARE_MIN),
    (
        Semantic.POSTAL_CODE,
        re.compile(r"zip|post(al)?_?\s?code|plz|(^|_)cp($|_)"),
        _matches(r"[A-Za-z0-9 -]{3,10}"),
        0.5,
    ),
    (Semantic.PHONE, re.compile(r"phone|mobile|(^|_)(tel|fax|cell|gsm)($|_)"), is_phone, 0.5),
    (Semantic.PHONE, None, _matches(r"\+\d[\d ().-]{6,18}"), SHARE_MIN),
    (Semantic.BIRTH_DATE, _BIRTH, _matches(r"\d{4}-\d\d-\d\d.*|\d\d?[./]\d\d?[./]\d{4}"), SHARE_MIN),
    (
        Semantic.PERSON,
        re.compile(
            r"(first|last|full|sur|family|given|customer|contact|employee|person|user|client|patient|holder)_?name"
        ),
        lambda text: _NAME_SHAPE.match(text) is not None,
        SHARE_MIN,
    ),
    (Semantic.ADDRESS, re.compile(r"address|street"), _matches(r".*\d.*"), 0.5),
    (Semantic.COUNTRY, None, _is_country, 0.95),
    (Semantic.CURRENCY, None, lambda text: text in _CURRENCIES, 0.95),
)
