"""A query's plan as PostgreSQL's clients read it: the engine's operators in PostgreSQL's text, JSON and XML forms.

The engine has no costs: the cost of a node is the rows that it and the nodes below it are expected to hand on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ormolu.engine.native_copies import CATALOG
from ormolu.server.scanned_files import ScannedFiles

# What the engine tells of an operator, by PostgreSQL's word for it; file names and the like are left out.
_DETAILS = {
    "Filters": "Filter",
    "Conditions": "Cond",
    "Expression": "Filter",
    "Groups": "Group Key",
    "Order By": "Sort Key",
    "Aggregates": "Aggregates",
    "Join Type": "Join Type",
    "Projections": "Output",
    "Top": "Limit",
}
_OUTPUT = "Output"
_COPIED = re.compile(rf'{CATALOG}\.main\."(.+) #\d+"')


@dataclass(frozen=True, slots=True)
class PlanNode:
    """`seconds` and `actual_rows` are of EXPLAIN ANALYZE; seconds are the node's own."""

    name: str
    details: Mapping[str, str]
    rows: int
    children: tuple[PlanNode, ...] = ()
    actual_rows: int | None = None
    seconds: float = 0.0

    @property
    def cost(self) -> float:
        return float(self.rows) + sum(child.cost for child in self.children)

    @property
    def milliseconds(self) -> float:
        return self.seconds * 1000 + sum(child.milliseconds for child in self.children)


@dataclass(frozen=True, slots=True)
class Plan:
    """The operators, and how many of each table's files they read."""

    top: PlanNode
    files: Sequence[ScannedFiles] = ()


@dataclass(frozen=True, slots=True)
class PlanForm:
    is_analyze: bool = False
    is_verbose: bool = False
    has_costs: bool = True
    has_summary: bool = True


def read_plan(text: str) -> PlanNode:
    """The tree of the engine's EXPLAIN (FORMAT json), with ANALYZE or without."""
    found = json.loads(text)
    if isinstance(found, list):
        return _planned(found[0])
    top = found["children"][0]  # EXPLAIN_ANALYZE itself
    return _measured(top["children"][0] if top["children"] else top)


def _planned(node: Mapping[str, Any]) -> PlanNode:
    children = tuple(_planned(child) for child in node["children"])
    return PlanNode(
        _name(node["name"], node["extra_info"]), _details(node["extra_info"]), _rows(node, children), children
    )


def _measured(node: Mapping[str, Any]) -> PlanNode:
    children = tuple(_measured(child) for child in node["children"])
    details, name = node["extra_info"], node["operator_name"]
    return PlanNode(
        _name(name, details),
        _details(details),
        _rows(node, children),
        children,
        int(node["operator_cardinality"]),
        float(node["operator_timing"]),
    )


def _name(operator: str, details: Mapping[str, Any]) -> str:
    words = operator.strip().replace("_", " ").title()
    copied = _COPIED.fullmatch(str(details.get("Table", "")))
    if copied is not None:
        return f"{words} on {copied[1]} (native copy)"
    function = details.get("Function")
    return f"{words} ({str(function).lower()})" if function and function != operator.strip() else words


def _details(found: Mapping[str, Any]) -> dict[str, str]:
    given = {word: found[key] for key, word in _DETAILS.items() if found.get(key)}
    return {
        word: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for word, value in given.items()
    }


def _rows(node: Mapping[str, Any], children: tuple[PlanNode, ...]) -> int:
    """The rows that are expected, of the operators below where the engine does not say."""
    estimated = node["extra_info"].get("Estimated Cardinality")
    return int(estimated) if estimated is not None else max((child.rows for child in children), default=1)


def text_lines(plan: Plan, form: PlanForm) -> list[str]:
    lines = list(_text(plan.top, form, depth=0))
    lines += [f"Files Read: {each.read} of {each.total} of {each.table}" for each in plan.files]
    if form.is_analyze and form.has_summary:
        lines.append(f"Execution Time: {plan.top.milliseconds:.3f} ms")
    return lines


def _text(node: PlanNode, form: PlanForm, *, depth: int) -> Iterator[str]:
    head = "  " if depth == 0 else "  " + "      " * (depth - 1) + "->  "
    words = [node.name]
    if form.has_costs:
        words.append(f"(cost=0.00..{node.cost:.2f} rows={node.rows} width=0)")
    if node.actual_rows is not None:
        words.append(f"(actual time=0.000..{node.milliseconds:.3f} rows={node.actual_rows} loops=1)")
    yield (head if depth else "") + "  ".join(words)
    for word, value in node.details.items():
        if word != _OUTPUT or form.is_verbose:
            yield "  " + "      " * depth + f"{word}: {value}"
    for child in node.children:
        yield from _text(child, form, depth=depth + 1)


def json_text(plan: Plan, form: PlanForm) -> str:
    top: dict[str, Any] = {"Plan": _json(plan.top, form)}
    if plan.files:
        top["Files"] = [
            {"Relation Name": each.table, "Files Read": each.read, "Files": each.total} for each in plan.files
        ]
    if form.is_analyze and form.has_summary:
        top["Execution Time"] = round(plan.top.milliseconds, 3)
    return json.dumps([top], indent=2, ensure_ascii=False)


def xml_text(plan: Plan, form: PlanForm) -> str:
    top = Element("explain", xmlns="http://www.postgresql.org/2009/explain")
    query = SubElement(top, "Query")
    _xml(query, _json(plan.top, form))
    for each in plan.files:
        counted = SubElement(query, "Files")
        SubElement(counted, "Relation-Name").text = each.table
        SubElement(counted, "Files-Read").text = str(each.read)
        SubElement(counted, "Files").text = str(each.total)
    if form.is_analyze and form.has_summary:
        SubElement(query, "Execution-Time").text = f"{plan.top.milliseconds:.3f}"
    indent(top)
    return tostring(top, encoding="unicode")


def _xml(parent: Element, plan: Mapping[str, Any]) -> None:
    node = SubElement(parent, "Plan")
    for word, value in plan.items():
        child = SubElement(node, word.replace(" ", "-"))
        if word == "Plans":
            for each in value:
                _xml(child, each)
        else:
            child.text = str(value)


def _json(node: PlanNode, form: PlanForm) -> dict[str, Any]:
    found: dict[str, Any] = {"Node Type": node.name}
    if form.has_costs:
        cost = round(node.cost, 2)
        found |= {"Startup Cost": 0.0, "Total Cost": cost, "Plan Rows": node.rows, "Plan Width": 0}
    if node.actual_rows is not None:
        time = round(node.milliseconds, 3)
        found |= {"Actual Startup Time": 0.0, "Actual Total Time": time}
        found |= {"Actual Rows": node.actual_rows, "Actual Loops": 1}
    found |= {word: value for word, value in node.details.items() if word != _OUTPUT or form.is_verbose}
    if node.children:
        found["Plans"] = [_json(child, form) for child in node.children]
    return found
