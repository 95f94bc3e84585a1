"""Where a warehouse may be, what the environment says about it, and what errors of stores tell."""

from __future__ import annotations

import pytest

from ormolu.errors import InvalidParameterValue
from ormolu.stores import as_store_error, file_io_properties, find_store

AWS = {"AWS_ACCESS_KEY_ID": "the key", "AWS_SECRET_ACCESS_KEY": "the secret"}
AZURE = {"AZURE_STORAGE_ACCOUNT": "shop", "AZURE_STORAGE_KEY": "the secret=="}
GCS = {"GCS_ACCESS_KEY_ID": "the key", "GCS_SECRET_ACCESS_KEY": "the secret"}


def test_a_folder_is_in_no_store() -> None:
    assert find_store("/srv/lake", AWS) is None
    assert find_store("lake", {}) is None


@pytest.mark.parametrize(
    "url",
    ["http://x/y", "file:///etc", "s3://", "s3:///prefix", "s3://b/../c", "s3://b/c?s3_endpoint=evil", "s3://b/c#d"],
)
def test_a_url_that_names_no_place_in_a_store_is_refused(url: str) -> None:
    with pytest.raises(InvalidParameterValue):
        find_store(url, AWS)


def test_a_secret_holds_below_the_warehouse_alone_and_is_not_shown() -> None:
    for url, environment in (("s3://b/p/", AWS), ("az://b/p", AZURE), ("gs://b/p", GCS)):
        store = find_store(url, environment)
        assert store is not None and store.secret["SCOPE"] == url.rstrip("/") + "/"
        assert "the secret" in str(store.secret) and "the secret" not in repr(store)


def test_without_keys_the_stores_find_credentials_by_themselves() -> None:
    s3, azure = find_store("s3://b", {}), find_store("abfss://c@shop.dfs.core.windows.net/p", {})
    assert s3 is not None and s3.secret["PROVIDER"] == "credential_chain" and "aws" in s3.extensions
    assert azure is not None and azure.secret["ACCOUNT_NAME"] == "shop"
    with pytest.raises(InvalidParameterValue, match="HMAC"):
        find_store("gs://b", {})
    with pytest.raises(InvalidParameterValue, match="names no account"):
        find_store("az://c/p", {})
    with pytest.raises(InvalidParameterValue, match="not those of the account"):
        find_store("abfss://c@other.dfs.core.windows.net/p", AZURE)


def test_an_endpoint_of_ones_own_has_its_buckets_in_the_path() -> None:
    store = find_store(
        "s3://b", {**AWS, "AWS_ENDPOINT_URL": "https://a:9", "AWS_ENDPOINT_URL_S3": "http://minio:9000/"}
    )
    assert store is not None
    assert (store.secret["ENDPOINT"], store.secret["URL_STYLE"], store.secret["USE_SSL"]) == (
        "minio:9000",
        "path",
        False,
    )
    with pytest.raises(InvalidParameterValue, match="http"):
        find_store("s3://b", {"AWS_ENDPOINT_URL": "minio:9000"})


def test_a_connection_string_of_azure_may_be_given_in_parts() -> None:
    whole = {"AZURE_STORAGE_CONNECTION_STRING": "AccountName=shop;AccountKey=the secret==;"}
    for environment in (whole, AZURE):
        store = find_store("az://c/p", environment)
        assert store is not None and "AccountKey=the secret==;" in str(store.secret["CONNECTION_STRING"])
        assert file_io_properties(environment)["adls.account-key"] == "the secret=="


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("AWS Error ACCESS_DENIED during PutObject operation: no", "credentials"),
        ("HTTP GET error on 's3://b/x' (HTTP 403)", "credentials"),
        ("AWS Error NO_SUCH_BUCKET: The specified bucket does not exist", "has to be there"),
        ("When reading from key 'x': AWS Error SLOW_DOWN during GetObject: Please reduce", "try again later"),
        ("Could not connect to server error for HTTP HEAD to 'http://127.0.0.1:9/b/x'", "try again later"),
    ],
)
def test_an_error_of_a_store_says_what_to_do(text: str, hint: str) -> None:
    found = as_store_error(OSError(text))
    assert found is not None and found.sqlstate == "58030" and hint in (found.hint or "")


def test_a_signature_is_not_told_and_other_errors_are_not_the_stores() -> None:
    found = as_store_error(
        OSError("HTTP GET error on 'https://shop.blob.core.windows.net/x?sig=the-signature' (HTTP 500)")
    )
    assert found is not None and "the-signature" not in found.message
    assert as_store_error(OSError(28, "No space left on device", "/srv/lake/x")) is None
