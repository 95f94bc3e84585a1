"""The private calls of pyiceberg were read in one version; another needs another reading."""

from __future__ import annotations

from importlib.metadata import version
from uuid import UUID

from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.schema import Schema
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.table.update import (
    AddSchemaUpdate,
    AddSnapshotUpdate,
    RemovePropertiesUpdate,
    SetCurrentSchemaUpdate,
    SetPropertiesUpdate,
    SetSnapshotRefUpdate,
    TableUpdate,
    update_table_metadata,
)
from pyiceberg.types import LongType, NestedField

from ormolu.catalog.staging import PYICEBERG_VERSION, SNAPSHOTS_MAX, new_metadata, updated_metadata

SCHEMA = Schema(NestedField(1, "id", LongType()))
WIDER = Schema(NestedField(1, "id", LongType()), NestedField(2, "more", LongType()), schema_id=1)


def test_pyiceberg_is_the_version_whose_private_calls_were_read() -> None:
    assert version("pyiceberg") == PYICEBERG_VERSION


def test_metadata_keeps_a_bounded_number_of_snapshots() -> None:
    assert SNAPSHOTS_MAX <= 200


def test_metadata_is_updated_as_pyiceberg_does_it_and_its_base_stays_as_it_was() -> None:
    base = new_metadata(
        table_id=UUID(int=1), location="/t", schema=SCHEMA, spec=UNPARTITIONED_PARTITION_SPEC, properties={"a": "1"}
    )
    before = base.model_dump_json()
    snapshot = Snapshot.model_validate(
        {
            "snapshot-id": 7,
            "sequence-number": 1,
            "timestamp-ms": base.last_updated_ms + 1,
            "manifest-list": "/t/m",
            "schema-id": 0,
            "summary": Summary(Operation.APPEND),
        }
    )
    updates: tuple[TableUpdate, ...] = (
        SetPropertiesUpdate(updates={"b": "2"}),
        RemovePropertiesUpdate(removals=["a"]),
        AddSchemaUpdate.model_validate({"schema": WIDER}),
        SetCurrentSchemaUpdate.model_validate({"schema-id": -1}),
        AddSnapshotUpdate(snapshot=snapshot),
        SetSnapshotRefUpdate.model_validate({"snapshot-id": 7, "ref-name": "main", "type": "branch"}),
    )
    ours = updated_metadata(base, updates, "/t/metadata/v0.json")
    theirs = update_table_metadata(base, updates, metadata_location="/t/metadata/v0.json")
    assert ours.model_dump_json() == theirs.model_dump_json()
    assert base.model_dump_json() == before
