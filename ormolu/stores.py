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
    AZURE = "azure"
    GCS = "gcs"


_SCHEMES: Mapping[str, Kind] = {"s3": Kind.S3, "abfss": Kind.AZURE, "az": Kind.AZURE, "gs": Kind.GCS}
HELP = (
    "Give a folder, s3://bucket/prefix, abfss://container@account.dfs.core.windows.net/prefix, az://container/prefix"
    " or gs://bucket/prefix."
)
NEVER = "4102444800000"  # when the token that an emulator is given expires, in milliseconds


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
        case Kind.AZURE:
            return _azure(warehouse.rstrip("/"), environment)
        case Kind.GCS:
            return _gcs(warehouse.rstrip("/"), environment)


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
        **_azure_properties(environment),
        **_gcs_properties(environment),
    }
    return {name: value for name, value in found.items() if value}


# --- Azure -----------------------------------------------------------------------------------------------------


def account_of(url: str) -> str:
    """The account that `container@account.dfs...` names; nothing where the url has the container alone."""
    return urlsplit(url).netloc.rpartition("@")[2].partition(".")[0] if "@" in url else ""


def _azure(url: str, environment: Mapping[str, str]) -> ObjectStore:
    account = _azure_account(environment)
    named = account_of(url) or account.get("AccountName", "")
    if not named:
        raise InvalidParameterValue(
            "the warehouse's url names no account of Azure", hint="Set AZURE_STORAGE_ACCOUNT, or name it in the url."
        )
    if account.get("AccountName", named) != named:
        raise InvalidParameterValue(f'the credentials are not those of the account "{named}"')
    secret: dict[str, str | bool] = {"TYPE": "azure", "SCOPE": f"{url}/"}
    if "AccountKey" in account or "SharedAccessSignature" in account:
        parts = {"DefaultEndpointsProtocol": "https", "AccountName": named, **account}
        secret["CONNECTION_STRING"] = "".join(f"{name}={value};" for name, value in parts.items())
    else:
        secret |= {"PROVIDER": "credential_chain", "ACCOUNT_NAME": named}
    return ObjectStore(Kind.AZURE, url, ("azure",), secret)


def _azure_account(environment: Mapping[str, str]) -> dict[str, str]:
    """The parts of a connection string, under its own names; it may be given whole or in parts."""
    parts = (part.partition("=") for part in environment.get("AZURE_STORAGE_CONNECTION_STRING", "").split(";"))
    found = {name.strip(): value for name, _, value in parts if value}
    given = {
        "AccountName": environment.get("AZURE_STORAGE_ACCOUNT", ""),
        "AccountKey": environment.get("AZURE_STORAGE_KEY", ""),
        "SharedAccessSignature": environment.get("AZURE_STORAGE_SAS_TOKEN", "").removeprefix("?"),
    }
    return {name: value for name, value in given.items() if value} | found


def _azure_properties(environment: Mapping[str, str]) -> dict[str, str]:
    account = _azure_account(environment)
    endpoint = urlsplit(account.get("BlobEndpoint", ""))
    signature = account.get("SharedAccessSignature", "")
    return {
        "adls.account-name": account.get("AccountName", ""),
        "adls.account-key": account.get("AccountKey", ""),
        "adls.sas-token": f"?{signature}" if signature else "",
        "adls.blob-storage-authority": endpoint.netloc,
        "adls.blob-storage-scheme": endpoint.scheme,
        "adls.dfs-storage-authority": endpoint.netloc,
        "adls.dfs-storage-scheme": endpoint.scheme,
    }


# --- Google Cloud Storage --------------------------------------------------------------------------------------


def _gcs(url: str, environment: Mapping[str, str]) -> ObjectStore:
    key = environment.get("GCS_ACCESS_KEY_ID")
    if not key:
        raise InvalidParameterValue(
            "a warehouse in Google Cloud Storage needs an HMAC key",
            hint="Set GCS_ACCESS_KEY_ID and GCS_SECRET_ACCESS_KEY.",
        )
    secret: dict[str, str | bool] = {
        "TYPE": "gcs",
        "SCOPE": f"{url}/",
        "KEY_ID": key,
        "SECRET": environment.get("GCS_SECRET_ACCESS_KEY", ""),
    }
    if emulator := _emulator(environment):
        parts = urlsplit(emulator)
        secret |= {"ENDPOINT": parts.netloc, "URL_STYLE": "path", "USE_SSL": parts.scheme == "https"}
    return ObjectStore(Kind.GCS, url, ("httpfs",), secret)


def _emulator(environment: Mapping[str, str]) -> str:
    host = environment.get("STORAGE_EMULATOR_HOST", "").rstrip("/")
    return host if not host or "://" in host else f"http://{host}"


def _gcs_properties(environment: Mapping[str, str]) -> dict[str, str]:
    """Google's library finds credentials by itself, GOOGLE_APPLICATION_CREDENTIALS first; an emulator needs none."""
    emulator = _emulator(environment)
    if not emulator:
        return {}
    return {"gcs.service.host": emulator, "gcs.oauth2.token": "emulator", "gcs.oauth2.token-expires-at": NEVER}


# --- errors ----------------------------------------------------------------------------------------------------

_REFUSED = re.compile(
    r"access[ _]?denied|forbidden|\b40[13]\b|InvalidAccessKey|SignatureDoesNotMatch|authoriz|authentic", re.IGNORECASE
)
_ABSENT = re.compile(r"NoSuchBucket|bucket does not exist|ContainerNotFound", re.IGNORECASE)
_OF_STORE = re.compile(
    r"\bAWS Error|\b(s3a?|gc?s|abfss?|az|azure)://|\bHTTP (GET|HEAD|PUT|POST|DELETE)|^HTTP |curlCode|google::cloud"
    r"|Azure|blob\.core|GcsFileSystem",
    re.IGNORECASE,
)
_QUERY = re.compile(r"\?[^\s'\")]+")
_REFUSED_HINT = "Check the credentials in the server's environment, and what they may do below the warehouse."
_SLOW_HINT = "The store did not answer as it should, after several attempts. Nothing is half done: try again later."


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
