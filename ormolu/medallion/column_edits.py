"""A definition with a column added, dropped, renamed or deprecated: what SHOW CREATE prints after ALTER."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ormolu.definitions import (
    BronzeSource,
    CheckRule,
    Column,
    DeduplicateRule,
    ExpectRule,
    Expression,
    ForeignKeyRule,
    GoldMetric,
    GoldTable,
    LookupRule,
    NotNullRule,
    Option,
    Options,
    Rule,
    SetRule,
    SilverTable,
    UniqueRule,
)
from ormolu.errors import (
    DependentObjectsStillExist,
    DuplicateColumn,
    FeatureNotSupported,
    ObjectNotInPrerequisiteState,
    UndefinedColumn,
)
from ormolu.sql_extensions.edits import BY_HAND, names_in, outputs_of, with_listed_star, with_name, without_output
from ormolu.sql_extensions.writer.words import name as written
from ormolu.sql_extensions.writer.words import relation

Columned = BronzeSource | SilverTable | GoldTable
Kind = TypeVar("Kind", BronzeSource, SilverTable, GoldTable)
Types = Mapping[str, str]  # of the columns that a reader sees, by name


def with_column(definition: Columned, column: Column, types: Types) -> Columned:
    """The column list with one more column; it may give a type to one that passes through."""
    if any(listed.name == column.name for listed in definition.columns):
        raise DuplicateColumn(f'column "{column.name}" of {definition.name} already exists')
    _refuse_unlisted_source(definition)
    if column.name in types and isinstance(definition, BronzeSource):
        raise DuplicateColumn(f'column "{column.name}" of {definition.name} already exists')
    return replace(definition, columns=(*definition.columns, column))


def with_renamed_column(definition: Columned, old: str, new: str, types: Types, *, until: str, today: str) -> Columned:
    """The column under a new name; FORMERLY keeps its values, and its old name for readers before `until`."""
    known = {*types, *(column.name for column in definition.columns)}
    check_known(definition, old, known)
    if new in known:
        raise DuplicateColumn(f'column "{new}" of {definition.name} already exists')
    _refuse_unlisted_source(definition)
    _refuse_ours(definition, old, "renamed")
    listed = next((column for column in definition.columns if column.name == old), None)
    if listed is None:
        columns = (*definition.columns, Column(new, types[old], formerly=old, formerly_until=until))
    else:
        columns = tuple(_renamed(each, new, until, today) if each is listed else each for each in definition.columns)
    return _with_names(replace(definition, columns=columns), old, new)


def with_deprecated_column(definition: Columned, name: str, until: str, types: Types) -> Columned:
    check_known(definition, name, {*types, *(column.name for column in definition.columns)})
    _refuse_unlisted_source(definition)
    _refuse_ours(definition, name, "deprecated")
    if all(column.name != name for column in definition.columns):
        return replace(definition, columns=(*definition.columns, Column(name, types[name], deprecated_until=until)))
    columns = tuple(
        replace(column, deprecated_until=until) if column.name == name else column for column in definition.columns
    )
    return replace(definition, columns=columns)


def without_column(
    definition: Columned, name: str, types: Types, inputs: Sequence[str], *, is_cascade: bool
) -> Columned:
    """`inputs` are the columns of the one relation that it reads, for the `*` that has to be written out.

    2BP01 where a clause of its own names the column; with `is_cascade` its rules give way, its key does not.
    """
    check_known(definition, name, {*types, *(column.name for column in definition.columns)})
    _refuse_unlisted_source(definition)
    _refuse_ours(definition, name, "dropped")
    named = own_readers(definition, name)
    rules = [] if is_cascade else [f"rule {label}" for rule, label in _rules_naming(definition, name)]
    if named or rules:
        raise DependentObjectsStillExist(
            f'cannot drop column "{name}" of {definition.name} because its own clauses name it',
            detail="\n".join(f"{each} names column {name}" for each in (*named, *rules)),
            hint=BY_HAND if named else "DROP COLUMN ... CASCADE drops its rules too.",
        )
    gone = {id(rule) for rule, _ in _rules_naming(definition, name)}
    kept_rules = tuple(rule for rule in definition.rules if id(rule) not in gone)
    listed = next((column for column in definition.columns if column.name == name), None)
    columns = tuple(column for column in definition.columns if column is not listed)
    definition = replace(definition, columns=columns, rules=kept_rules)
    sources = {name} if listed is None else {name, *listed.sources, *([listed.formerly] if listed.formerly else [])}
    used = {each for column in columns for each in (column.name, *column.sources, column.formerly)}
    if isinstance(definition, BronzeSource):
        items = tuple(item for item in definition.options.items if item.name != "columns")
        return replace(definition, options=Options((*items, Option("columns", "listed"))))
    return _without_outputs(definition, sources - used, inputs)


def own_readers(definition: Columned, name: str) -> list[str]:
    """The clauses of the definition itself, its rules apart, that name one of its columns."""
    clauses: dict[str, object] = {"PARTITION BY": definition.partition_by, "ORDER BY": definition.order_by}
    clauses["KEY"] = definition.key
    if isinstance(definition, SilverTable):
        clauses |= {"REPLACE BY": definition.replace_by, "SEQUENCE BY": definition.sequence_by}
        clauses["HISTORY"] = definition.history.columns if definition.history else ()
        clauses["DELETE WHEN"] = (definition.delete_when.condition,) if definition.delete_when else ()
    return [word for word, terms in clauses.items() if isinstance(terms, tuple) and _any_names(terms, name)]


def check_known(definition: Columned | GoldMetric, name: str, known: set[str]) -> None:
    if name not in known:
        raise UndefinedColumn(
            f'column "{name}" of {definition.name} does not exist', hint=f"It has {', '.join(sorted(known))}."
        )


# --- the parts --------------------------------------------------------------------------------------------------------


def _renamed(column: Column, new: str, until: str, today: str) -> Column:
    if column.formerly is None:
        return replace(column, name=new, formerly=column.name, formerly_until=until)
    if (column.formerly_until or "") > today:
        raise ObjectNotInPrerequisiteState(
            f'column "{column.name}" still answers to "{column.formerly}" until {column.formerly_until}',
            hint="A column has one old name at a time; CREATE OR REPLACE without FORMERLY ends the first.",
        )
    sources = tuple(dict.fromkeys((*column.sources, column.formerly)))
    return replace(column, name=new, sources=sources, formerly=column.name, formerly_until=until)


def _with_names(definition: Columned, old: str, new: str) -> Columned:
    """The definition's own clauses with the new name of a column."""

    def each(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in names)

    definition = replace(
        definition,
        key=each(definition.key),
        partition_by=tuple(with_name(term, old, new) for term in definition.partition_by),
        order_by=tuple(replace(term, expression=with_name(term.expression, old, new)) for term in definition.order_by),
        rules=tuple(_rule_with_name(rule, old, new) for rule in definition.rules),
        columns=tuple(
            column if column.check is None else replace(column, check=with_name(column.check, old, new))
            for column in definition.columns
        ),
    )
    if not isinstance(definition, SilverTable):
        return definition
    history = definition.history
    return replace(
        definition,
        replace_by=each(definition.replace_by),
        sequence_by=each(definition.sequence_by),
        history=None if history is None else replace(history, columns=each(history.columns)),
    )


def _rule_with_name(rule: Rule, old: str, new: str) -> Rule:
    def each(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in names)

    match rule:
        case SetRule(column, expression, where):
            where = None if where is None else with_name(where, old, new)
            return replace(
                rule, column=new if column == old else column, expression=with_name(expression, old, new), where=where
            )
        case NotNullRule(column):
            return replace(rule, column=new if column == old else column)
        case CheckRule(condition) | ExpectRule(condition):
            return replace(rule, condition=with_name(condition, old, new))
        case UniqueRule(columns) | ForeignKeyRule(columns):
            return replace(rule, columns=each(columns))
        case DeduplicateRule(columns, _, order_by):
            order = tuple(replace(term, expression=with_name(term.expression, old, new)) for term in order_by)
            return replace(rule, columns=each(columns), order_by=order)
        case LookupRule():
            return replace(rule, condition=with_name(rule.condition, old, new))


def rule_names(rule: Rule) -> frozenset[str]:
    """The columns of its own table that a rule names."""
    match rule:
        case SetRule(column, expression, where):
            return frozenset({column}) | names_in(expression) | (frozenset() if where is None else names_in(where))
        case NotNullRule(column):
            return frozenset({column})
        case CheckRule(condition) | ExpectRule(condition):
            return names_in(condition)
        case UniqueRule(columns) | ForeignKeyRule(columns):
            return frozenset(columns)
        case DeduplicateRule(columns, _, order_by):
            return frozenset(columns).union(*(names_in(term.expression) for term in order_by))
        case LookupRule(_, condition, _, fill):
            return names_in(condition) | frozenset(fill)


def _rules_naming(definition: Columned, name: str) -> list[tuple[Rule, str]]:
    found = [rule for rule in definition.rules if name in rule_names(rule)]
    return [(rule, rule.name or type(rule).__name__.removesuffix("Rule").lower()) for rule in found]


def _any_names(terms: tuple[object, ...], name: str) -> bool:
    for term in terms:
        expression = getattr(term, "expression", term)
        if term == name or (isinstance(expression, Expression) and name in names_in(expression)):
            return True
    return False


def _without_outputs(definition: SilverTable | GoldTable, gone: set[str], inputs: Sequence[str]) -> Columned:
    query = definition.query
    if query is None:
        assert definition.from_relation is not None
        read = [name for name in inputs if name not in gone]
        if len(read) == len(inputs):
            return definition
        listed = ", ".join(map(written, read))
        query = Expression(f"SELECT {listed} FROM {relation(definition.from_relation)}")  # noqa: S608 - names quoted
        return replace(definition, from_relation=None, query=query)
    outputs = outputs_of(query)
    if outputs is None:
        raise FeatureNotSupported(f"a column cannot be taken out of {query.text}", hint=BY_HAND)
    for name in sorted(gone):
        if name in outputs:
            query = without_output(query, name)
        elif "*" in outputs and name in inputs:
            query = with_listed_star(query, [each for each in inputs if each not in gone])
            outputs = outputs_of(query) or ()
    return replace(definition, query=query)


def _refuse_unlisted_source(definition: Columned) -> None:
    if isinstance(definition, BronzeSource) and not definition.columns:
        raise FeatureNotSupported(
            f"{definition.name} lists no columns: they are what its source brings",
            hint="on_new_column and on_removed_column say what follows a change of the source; "
            "CREATE OR REPLACE with a column list fixes them.",
        )


def _refuse_ours(definition: Columned, name: str, word: str) -> None:
    """Columns that no list and no query brings: the surrogate key, and what LOOKUP adds."""
    added = {each for rule in definition.rules if isinstance(rule, LookupRule) for each in rule.add}
    if isinstance(definition, SilverTable) and definition.surrogate_key == name:
        added.add(name)
    if name in added:
        raise FeatureNotSupported(f'column "{name}" of {definition.name} cannot be {word}', hint=BY_HAND)
