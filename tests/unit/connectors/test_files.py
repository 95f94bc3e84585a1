"""Folders as sources, and how their files are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormolu.connectors.connections import Surroundings, open_source
from ormolu.connectors.files import LocalFiles
from ormolu.connectors.formats import CsvDialect, copy_format, file_format, read_head
from ormolu.definitions import Connection, Format, Option, Options, SecretReference
from ormolu.errors import (
    BadCopyFileFormat,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidParameterValue,
    UndefinedFile,
)


def options(**values: str | SecretReference) -> Options:
    return Options(tuple(Option(name, value) for name, value in sorted(values.items())))


def test_a_folder_lists_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "pos").mkdir()
    (tmp_path / "pos" / "a.csv").write_text("a\n1\n")
    (tmp_path / ".hidden").write_text("")
    folder = LocalFiles("landing", tmp_path, lambda _: True)
    assert [table.name for table in folder.tables()] == ["pos/a.csv"]
    assert [file.path for file in folder.files("pos/*.csv")] == ["pos/a.csv"]
    assert folder.files("*.parquet") == ()
    assert folder.test().endswith("2 entries")


def test_a_folder_is_left_neither_by_name_nor_by_link(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    folder = LocalFiles("landing", tmp_path / "in", lambda path: path == tmp_path / "in")
    for pattern in ("../*.csv", "/etc/passwd"):
        with pytest.raises(InvalidParameterValue):
            folder.files(pattern)
    with pytest.raises(InsufficientPrivilege, match="link"):
        folder.files("*.csv")
    with pytest.raises(InsufficientPrivilege, match="not allowed"):
        LocalFiles("landing", tmp_path, lambda _: False).files("*")
    with pytest.raises(UndefinedFile):
        LocalFiles("landing", tmp_path / "nowhere", lambda _: True).test()


def test_the_type_of_a_connection_opens_it_and_secrets_are_filled_in(tmp_path: Path) -> None:
    surroundings = Surroundings(secret=lambda name: f"value of {name}", base=tmp_path, allows=lambda _: True)
    folder = open_source(Connection("c", "files", options(url="landing/")), surroundings)
    assert isinstance(folder, LocalFiles)
    assert folder.root == tmp_path / "landing"
    shop = open_source(Connection("c", "postgres", options(password=SecretReference("pw"))), surroundings)
    assert "value of pw" in str(getattr(shop, "options", None))
    with pytest.raises(FeatureNotSupported, match="TYPE kafka"):
        open_source(Connection("c", "kafka"), surroundings)
    with pytest.raises(FeatureNotSupported, match="s3"):
        open_source(Connection("c", "files", options(url="s3://bucket/")), surroundings)
    with pytest.raises(InvalidParameterValue):
        open_source(Connection("c", "floppy"), surroundings)


def test_the_format_follows_the_name_or_the_declaration() -> None:
    assert file_format(None, "x.csv.gz").name == "csv"
    assert file_format(None, "x.jsonl").name == "ndjson"
    declared = Format("csv", options(header="false", delimiter=";", encoding="latin1"))
    assert file_format(declared, "x").dialect == CsvDialect(has_header=False, delimiter=";", encoding="iso8859-1")
    with pytest.raises(InvalidParameterValue, match="not known from its name"):
        file_format(None, "x.bin")
    with pytest.raises(FeatureNotSupported, match="excel"):
        file_format(Format("excel"), "x.xlsx")
    with pytest.raises(InvalidParameterValue, match="one character"):
        file_format(Format("csv", options(delimiter=";;")), "x")


def test_a_copy_that_says_nothing_takes_the_source_format_and_any_other_is_postgresqls() -> None:
    assert copy_format(None, {}).dialect.is_text
    assert copy_format(None, {"format": "csv"}).dialect == CsvDialect(has_header=False, delimiter=",")
    declared = Format("csv", options(header="true", delimiter=";"))
    assert copy_format(declared, {}).dialect == CsvDialect(has_header=True, delimiter=";")
    assert copy_format(declared, {"repeat": "true"}).dialect == CsvDialect(has_header=True, delimiter=";")
    as_postgres = CsvDialect(False, "|", quote="", escape="", is_text=True, null="\\N")
    assert copy_format(declared, {"delimiter": "|"}).dialect == as_postgres
    assert copy_format(declared, {"format": "csv"}).dialect == CsvDialect(has_header=False, delimiter=",")
    assert copy_format(declared, {"format": "text"}).dialect.is_text


@pytest.mark.parametrize(
    ("text", "names", "delimiter"),
    [
        ("a,b\n1,2\n", ("a", "b"), ","),
        ("a;b;c,d\n", ("a", "b", "c,d"), ";"),
        ('"a,1",b\n', ("a,1", "b"), ","),
        ("\ufeffa\tb\r\n", ("a", "b"), "\t"),
        ("a,,c\n", ("a", "column2", "c"), ","),
        ('"two\nlines",b\n', ("two\nlines", "b"), ","),
    ],
)
def test_the_head_of_a_file_is_read(tmp_path: Path, text: str, names: tuple[str, ...], delimiter: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, newline="")
    head = read_head(path, CsvDialect())
    assert head is not None
    assert (head.names, head.delimiter) == (names, delimiter)


def test_an_empty_file_has_no_head_and_a_name_comes_once(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n")
    assert read_head(path, CsvDialect()) is None
    path.write_text("a,A\n")
    with pytest.raises(BadCopyFileFormat, match="twice"):
        read_head(path, CsvDialect())
