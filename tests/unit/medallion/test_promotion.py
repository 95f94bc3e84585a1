"""Three sets of definitions: what a copy began as, what is here now, and what the copy has."""

from __future__ import annotations

import pytest

from ormolu.definitions import kind_of
from ormolu.errors import DependentObjectsStillExist, DuplicateTable, UndefinedTable
from ormolu.medallion.promotion import Known, Promotion, check_promotion, promotion
from ormolu.sql_extensions.parser.script import parse_definition

SALES = "CREATE BRONZE SOURCE sales (id integer) FROM UPLOAD FORMAT csv"
SALES_TITLED = "CREATE BRONZE SOURCE sales (id integer) FROM UPLOAD FORMAT csv WITH (title = 'x')"
ORDERS = "CREATE SILVER TABLE orders KEY (id) SCHEDULE DAILY AT '03:00' AS SELECT id FROM bronze.sales"
ORDERS_SPELT = "CREATE SILVER TABLE orders KEY (id) SCHEDULE DAILY AT '03:00' AS select  id from bronze.sales"
ORDERS_PAUSED = (
    "CREATE SILVER TABLE orders KEY (id) SCHEDULE DAILY AT '03:00' WITH (paused = true) AS SELECT id FROM bronze.sales"
)
ORDERS_TWICE = "CREATE SILVER TABLE orders KEY (id) SCHEDULE DAILY AT '03:00' AS SELECT id * 2 AS id FROM bronze.sales"
ORDERS_TWICE_PAUSED = ORDERS_TWICE.replace(" AS SELECT", " WITH (paused = true) AS SELECT")
ORDERS_THRICE = ORDERS_TWICE.replace("2", "3")
TOTAL = "CREATE GOLD TABLE total AS SELECT count(*) AS n FROM silver.orders"
CONNECTION = "CREATE CONNECTION disk TYPE files WITH (url = '/here')"
CONNECTION_MOVED = "CREATE CONNECTION disk TYPE files WITH (url = '/there')"


def known(*texts: str) -> Known:
    found = [parse_definition(text) for text in texts]
    return {(kind_of(each), str(each.name)): each for each in found}


def names(found: Promotion) -> tuple[list[str], ...]:
    changed = [str(each.name) for each in found.changed]
    return changed, *([name for _, name in keys] for keys in (found.dropped, found.kept, found.conflicts))


@pytest.mark.parametrize(
    ("base", "here", "copy", "expected"),
    [
        ((), (), (), ([], [], [], [])),
        ((ORDERS,), (ORDERS,), (ORDERS_PAUSED,), ([], [], [], [])),
        ((ORDERS,), (ORDERS,), (ORDERS_SPELT,), ([], [], [], [])),
        ((ORDERS,), (ORDERS_TWICE,), (ORDERS_PAUSED,), ([], [], [], [])),
        ((ORDERS,), (ORDERS,), (ORDERS_TWICE_PAUSED,), (["silver.orders"], [], [], [])),
        ((ORDERS,), (ORDERS_PAUSED,), (ORDERS_TWICE,), (["silver.orders"], [], [], [])),
        ((ORDERS,), (ORDERS_TWICE,), (ORDERS_TWICE_PAUSED,), ([], [], [], [])),
        ((ORDERS,), (ORDERS_THRICE,), (ORDERS_TWICE,), ([], [], [], ["silver.orders"])),
        ((), (ORDERS_THRICE,), (ORDERS_TWICE,), ([], [], [], ["silver.orders"])),
        ((ORDERS,), (), (ORDERS_TWICE,), ([], [], [], ["silver.orders"])),
        ((ORDERS,), (ORDERS_TWICE,), (), ([], [], [], ["silver.orders"])),
        ((ORDERS,), (ORDERS,), (), ([], [], ["silver.orders"], [])),
        ((ORDERS,), (), (), ([], [], [], [])),
        ((ORDERS,), (), (ORDERS,), ([], [], [], [])),
        ((), (), (TOTAL, ORDERS, SALES), (["bronze.sales", "silver.orders", "gold.total"], [], [], [])),
        ((CONNECTION,), (CONNECTION,), (CONNECTION_MOVED,), ([], [], [], [])),
    ],
)
def test_what_changed_in_the_copy_alone_is_promoted(
    base: tuple[str, ...], here: tuple[str, ...], copy: tuple[str, ...], expected: object
) -> None:
    assert names(promotion(known(*base), known(*here), known(*copy), with_drops=False)) == expected


def test_drops_are_asked_for_and_go_downstream_first() -> None:
    every = known(SALES, ORDERS, TOTAL)
    found = promotion(every, every, {}, with_drops=True)
    assert names(found) == ([], ["gold.total", "silver.orders", "bronze.sales"], [], [])
    assert set(found.agreed.values()) == {None}


def test_only_what_is_named_is_promoted() -> None:
    found = promotion({}, {}, known(SALES, ORDERS), only={"bronze.sales"}, with_drops=False)
    assert names(found)[0] == ["bronze.sales"]
    base, copy = known(SALES, ORDERS), known(SALES_TITLED, ORDERS_TWICE)
    conflict = known(SALES, ORDERS_THRICE)
    assert names(promotion(base, conflict, copy, only={"bronze.sales"}, with_drops=False)) == (
        *(["bronze.sales"], [], []),
        [],
    )


def test_whether_it_is_paused_stays_as_it_is_here() -> None:
    (awake,) = promotion(known(ORDERS), known(ORDERS), known(ORDERS_TWICE_PAUSED), with_drops=False).changed
    (held,) = promotion(known(ORDERS), known(ORDERS_PAUSED), known(ORDERS_TWICE), with_drops=False).changed
    assert awake == parse_definition(ORDERS_TWICE)
    assert held == parse_definition(ORDERS_TWICE_PAUSED)


def test_what_would_not_go_together_here_is_refused() -> None:
    every, without_orders = known(SALES, ORDERS, TOTAL), known(SALES)
    found = promotion(known(SALES, ORDERS), without_orders, every, with_drops=True)
    with pytest.raises(UndefinedTable, match=r"silver\.orders"):
        check_promotion(found, without_orders, "dev")
    check_promotion(promotion(without_orders, without_orders, every, with_drops=True), without_orders, "dev")
    found = promotion(known(SALES, ORDERS), every, known(SALES), with_drops=True)
    with pytest.raises(DependentObjectsStillExist) as raised:
        check_promotion(found, every, "dev")
    assert raised.value.detail == "gold.total reads silver.orders"
    metric = known(SALES, ORDERS, "CREATE GOLD METRIC total FROM silver.orders GRAIN (id) MEASURES (count(*) AS n)")
    with pytest.raises(DuplicateTable, match="is a gold table"):
        check_promotion(promotion(every, every, metric, with_drops=True), every, "dev")
    check_promotion(promotion(every, every, known(SALES), with_drops=True), every, "dev")
