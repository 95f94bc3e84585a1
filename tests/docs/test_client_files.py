"""The files that clients open name the server's own defaults; those that can be used are used by the client matrix."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
URL = "jdbc:postgresql://127.0.0.1:7432/lakehouse"


def test_dbeaver_opens_the_default_server() -> None:
    found = json.loads((CLIENTS / "dbeaver" / "data-sources.json").read_text())
    (connection,) = found["connections"].values()
    assert (connection["provider"], connection["driver"]) == ("postgresql", "postgres-jdbc")
    assert connection["configuration"]["url"] == URL


def test_datagrip_opens_the_default_server() -> None:
    found = ElementTree.parse(CLIENTS / "datagrip" / "dataSources.xml")
    assert found.findtext(".//driver-ref") == "postgresql"
    assert found.findtext(".//jdbc-url") == URL


def test_power_bi_opens_the_default_server() -> None:
    found = json.loads((CLIENTS / "powerbi" / "lakehouse.pbids").read_text())
    details = found["connections"][0]["details"]
    assert details == {"protocol": "postgresql", "address": {"server": "127.0.0.1:7432", "database": "lakehouse"}}


def test_tableau_opens_a_table_that_every_server_has() -> None:
    found = ElementTree.parse(CLIENTS / "tableau" / "lakehouse.tds")
    connection = found.find(".//named-connection/connection")
    relation = found.find(".//relation")
    assert connection is not None and relation is not None
    wanted = {"class": "postgres", "server": "127.0.0.1", "port": "7432", "dbname": "lakehouse"}
    assert wanted.items() <= connection.attrib.items()
    assert relation.attrib["table"] == "[lake].[objects]"


def test_metabase_takes_the_default_server() -> None:
    details = json.loads((CLIENTS / "metabase" / "database.json").read_text())["details"]
    assert (details["host"], details["port"], details["dbname"]) == ("127.0.0.1", 7432, "lakehouse")


@pytest.mark.parametrize(("file", "section"), [("psql/pg_service.conf", "lakehouse"), ("odbc/odbc.ini", "lakehouse")])
def test_an_ini_file_names_the_default_server(file: str, section: str) -> None:
    found = configparser.ConfigParser(comment_prefixes=(";", "#"))
    found.read(CLIENTS / file)
    assert "7432" in found[section].values()
    assert "lakehouse" in found[section].values()


def test_every_client_folder_has_a_page_in_the_list() -> None:
    listed = set(re.findall(r"\(([\w-]+)/README\.md\)", (CLIENTS / "README.md").read_text()))
    assert {path.parent.name for path in CLIENTS.glob("*/README.md")} <= listed
