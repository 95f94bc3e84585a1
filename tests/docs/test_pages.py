"""What the documentation shows is what the server does."""

from __future__ import annotations

import re

import pytest

from ormolu.definitions import Kind
from ormolu.server.commands import ANSWERS
from tests.docs.pages import ROOT, Page, all_pages, matches
from tests.docs.psql_session import clear, run_page
from tests.peers.ormolu import OrmoluServer

PAGES = all_pages()
STATEMENTS = ROOT / "docs" / "statements"

# The page of each statement that the server answers beside queries and the session's own business.
PAGE_OF = {
    "Create": "create-silver-table.md",  # and the pages of its other kinds, below
    "CreateSecret": "create-secret.md",
    "CreateDatabase": "create-database.md",
    "Alter": "alter.md",
    "Drop": "drop.md",
    "CommentOn": "comment-on.md",
    "Refresh": "refresh.md",
    "CancelRun": "refresh.md",
    "Profile": "profile.md",
    "Suggest": "suggest.md",
    "SummarizeAnomalies": "create-monitor.md",
    "ExplainAnomaly": "create-monitor.md",
    "Update": "quarantine.md",
    "Delete": "quarantine.md",
    "CopyFrom": "copy.md",
    "Explain": "explain.md",
    "TestConnection": "create-connection.md",
    "ShowCreate": "show.md",
    "ShowTablesFromConnection": "create-connection.md",
    "ShowLineage": "show.md",
    "ShowOptions": "show.md",
    "ShowRuns": "show.md",
    "CreateRole": "roles-and-grants.md",
    "AlterRole": "roles-and-grants.md",
    "DropRole": "roles-and-grants.md",
    "Grant": "roles-and-grants.md",
    "Revoke": "roles-and-grants.md",
    "Vacuum": "vacuum.md",
    "ShowPlan": "explain.md",
    "Undrop": "undrop.md",
    "ExplainChange": "explain-change.md",
    "Call": "erase.md",
}
PAGE_OF_KIND = {
    Kind.SECRET: "create-secret.md",
    Kind.CONNECTION: "create-connection.md",
    Kind.BRONZE_SOURCE: "create-bronze-source.md",
    Kind.SILVER_TABLE: "create-silver-table.md",
    Kind.GOLD_TABLE: "create-gold-table.md",
    Kind.GOLD_METRIC: "create-gold-metric.md",
    Kind.MONITOR: "create-monitor.md",
}


@pytest.mark.parametrize("page", [page for page in PAGES if page.examples], ids=lambda page: page.name)
def test_the_examples_of_a_page_answer_what_it_says(page: Page, server: OrmoluServer) -> None:
    try:
        for example, printed in run_page(page, server):
            place = f"{page.name}:{example.block.line}"
            for each in printed[:-1] if example.block.is_error else printed:
                assert not each.has_failed, f"{place}: {each.statement}\n{each.messages}"
            if example.block.is_error:
                assert printed[-1].has_failed, f"{place}: does not fail\n{printed[-1].text}"
            if example.output is not None:
                place = f"{page.name}:{example.output.line}"
                assert matches(example.output.text, printed[-1].text), f"{place}: it printed\n{printed[-1].text}"
    finally:
        clear(server)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_links_only_to_what_exists(page: Page) -> None:
    for target in page.links:
        path = (page.path.parent / target.split("#", 1)[0]).resolve()
        assert path.exists(), f"{page.name} links to {target}"


def test_every_statement_that_the_server_answers_has_a_page() -> None:
    assert {statement.__name__ for statement in ANSWERS} == set(PAGE_OF)
    for statement, page in PAGE_OF.items():
        assert (STATEMENTS / page).exists(), f"{statement} has no page {page}"


def test_every_kind_that_can_be_created_has_a_page() -> None:
    pages = {page.path.name: page for page in PAGES}
    for kind, name in PAGE_OF_KIND.items():
        assert any(f"{kind.value} " in block.text for block in pages[name].blocks if block.is_sql), name


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    for page in PAGES:
        if page.path.parent == STATEMENTS:
            assert f"(statements/{page.path.name})" in index, page.name


def test_every_page_of_a_statement_shows_its_limits_and_an_example() -> None:
    for page in PAGES:
        if page.path.parent == STATEMENTS:
            assert any(block.is_sql for block in page.blocks), page.name
            assert re.search(r"^## Limits$", page.path.read_text(), re.MULTILINE), page.name
