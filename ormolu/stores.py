"""Object stores that a warehouse may be in, and the settings that open them, under the names their own tools use.

Credentials come from the environment alone: no flag, no definition and no message ever holds one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from ormolu.errors import InvalidParameterValue, IoError, OrmoluError

REGION = "us-east-1"  # what stores that know no regions expect
CONNECT_SECONDS = 5
REQUEST_SECONDS = 30  # of silence; then the request is tried again
ATTEMPTS_MAX = 5  # of one request


class Kind(StrEnum):
    S3 = "s3"


_SCHEMES: Mapping[str, Kind] = {"s3": Kind.S3}
HELP = "Give a folder, or s3://bucket/prefix."


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """How the engine reaches the warehouse at `url`: extensions to load, and the fields of its secret."""

    kind: Kind
    url: str
    extensions: tuple[str, ...]
    secret: Mapping[str, str | bool] = field(repr=False)


def is_remote(location: str) -> bool:
    return "://" in location


def find_store(warehouse: str, environment: Mapping[str, str]) -> ObjectStore | None:
    """The store that a warehouse is in; none for a local folder. 22023 for a url that names no place in a store."""
    if not is_remote(warehouse):
        return None
    parts = urlsplit(warehouse)
    kind = _SCHEMES.get(parts.scheme)
    if kind is None:
        raise InvalidParameterValue(f'warehouses cannot be in "{parts.scheme}://"', hint=HELP)
    if not parts.netloc or parts.query or parts.fragment or ".." in parts.path.split("/"):
        raise InvalidParameterValue("the warehouse's url names no place in a store", hint=HELP)
    match kind:
        case Kind.S3:
            return _s3(warehouse.rstrip("/"), environment)


# --- S3 --------------------------------------------------------------------------------------------------------


def _s3(url: str, environment: Mapping[str, str]) -> ObjectStore:
    secret: dict[str, str | bool] = {"TYPE": "s3", "SCOPE": f"{url}/", "REGION": _region(environment)}
    endpoint = _endpoint(environment)
    if endpoint:
        parts = urlsplit(endpoint)
        secret |= {"ENDPOINT": parts.netloc, "URL_STYLE": "path", "USE_SSL": parts.scheme == "https"}
    key = environment.get("AWS_ACCESS_KEY_ID")
    if not key:
        return ObjectStore(Kind.S3, url, ("httpfs", "aws"), {**secret, "PROVIDER": "credential_chain"})
    secret |= {"KEY_ID": key, "SECRET": environment.get("AWS_SECRET_ACCESS_KEY", "")}
    if token := environment.get("AWS_SESSION_TOKEN"):
        secret["SESSION_TOKEN"] = token
    return ObjectStore(Kind.S3, url, ("httpfs",), secret)


def _region(environment: Mapping[str, str]) -> str:
    return environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or REGION


def _endpoint(environment: Mapping[str, str]) -> str:
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL") or ""
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise InvalidParameterValue("AWS_ENDPOINT_URL starts with http:// or https://")
    return endpoint.rstrip("/")


def file_io_properties(environment: Mapping[str, str]) -> dict[str, str]:
    """What opens files of any of the stores for pyiceberg; an empty value leaves it to the store's own defaults."""
    found = {
        "s3.region": _region(environment),
        "s3.endpoint": _endpoint(environment),
        "s3.access-key-id": environment.get("AWS_ACCESS_KEY_ID", ""),
        "s3.secret-access-key": environment.get("AWS_SECRET_ACCESS_KEY", ""),
        "s3.session-token": environment.get("AWS_SESSION_TOKEN", ""),
        "s3.connect-timeout": str(CONNECT_SECONDS),
        "s3.request-timeout": str(REQUEST_SECONDS),
    }
    return {name: value for name, value in found.items() if value}


# --- errors ----------------------------------------------------------------------------------------------------

_REFUSED = re.compile(
    r"access ?denied|forbidden|\b40[13]\b|InvalidAccessKey|SignatureDoesNotMatch|authoriz|authentic", re.IGNORECASE
)
_ABSENT = re.compile(r"NoSuchBucket|bucket does not exist|ContainerNotFound", re.IGNORECASE)
_OF_STORE = re.compile(
    r"\bAWS Error|\b(s3a?|gc?s|abfss?|az|azure)://|\bHTTP (GET|HEAD|PUT|POST|DELETE)|^HTTP |curlCode|google::cloud"
    r"|Azure|blob\.core|GcsFileSystem",
    re.IGNORECASE,
)
_QUERY = re.compile(r"\?[^\s'\")]+")
_REFUSED_HINT = "Check the credentials in the server's environment, and what they may do below the warehouse."
_SLOW_HINT = "The store did not answer as it should, after several attempts; nothing was changed. Try again later."


def as_store_error(error: Exception) -> OrmoluError | None:
    """The condition behind a store's error, Arrow's or DuckDB's; None where it is about something else.

    A signature in a url is as good as a password: what follows a question mark is left out.
    """
    text = str(error)
    if not _OF_STORE.search(text):
        return None
    message = "the object store failed: " + _QUERY.sub("", text.strip().split("\n")[0])
    if _ABSENT.search(text):
        return IoError(message, hint="The bucket or container of the warehouse has to be there: it is not made.")
    return IoError(message, hint=_REFUSED_HINT if _REFUSED.search(text) else _SLOW_HINT)
