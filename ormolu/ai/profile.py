"""What is in a table: one profile a column."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from ormolu.ai.patterns import Pattern, patterns
from ormolu.ai.semantics import Meaning, Semantic, meaning
from ormolu.ai.tally import Tally, tally
from ormolu.ai.typos import NearEqual, near_equal

TOP_VALUES = 5
VALUE_LENGTH_MAX = 60
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
OUTLIER_SPREADS = 3.0  # Tukey's "far out": beyond three times the middle half's width
OUTLIER_ROWS_MIN = 20


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """`outliers` counts numbers far outside the middle half; lengths are of texts."""

    name: str
    type: str
    rows: int
    nulls: int
    distinct: int
    meaning: Meaning | None
    minimum: str | None = None
    maximum: str | None = None
    mean: float | None = None
    quantiles: tuple[float, ...] = ()
    length_min: int | None = None
    length_max: int | None = None
    top: tuple[tuple[str, int], ...] = ()
    patterns: tuple[Pattern, ...] = ()
    near_equal: tuple[NearEqual, ...] = ()
    outliers: int = 0

    @property
    def present(self) -> int:
        return self.rows - self.nulls

    @property
    def semantic(self) -> Semantic | None:
        return self.meaning.semantic if self.meaning else None

    def remarks(self) -> list[str]:
        """What a person should look at, in words."""
        found = []
        if self.nulls:
            found.append(f"{100 * self.nulls / self.rows:.1f} % missing")
        if self.present and self.distinct == self.present and self.rows > 1:
            found.append("every value is different")
        if self.present and self.distinct == 1 and self.rows > 1:
            found.append("one value only")
        if self.outliers:
            found.append(f"{self.outliers} far from the rest")
        found += [f"'{typo.value}' may mean '{typo.intended}'" for typo in self.near_equal[:3]]
        if len(self.near_equal) > 3:
            found.append(f"{len(self.near_equal) - 3} more near-equal values")
        return found


def profile(table: pa.Table) -> tuple[ColumnProfile, ...]:
    """The profile of every column, in the table's order."""
    return tuple(profile_column(name, table[name]) for name in table.column_names)


def profile_column(name: str, column: pa.ChunkedArray) -> ColumnProfile:
    counted = tally(name, column)
    lowest, highest = _extremes(column)
    numbers = _numbers(counted, column)
    lengths = _lengths(counted, column)
    return ColumnProfile(
        name=name,
        type=spelled(column.type),
        rows=counted.rows,
        nulls=counted.nulls,
        distinct=counted.distinct,
        meaning=meaning(counted),
        minimum=_short(lowest),
        maximum=_short(highest),
        mean=float(np.mean(numbers)) if len(numbers) else None,
        quantiles=tuple(float(value) for value in np.quantile(numbers, QUANTILES)) if len(numbers) else (),
        length_min=lengths[0],
        length_max=lengths[1],
        top=tuple((_short(value) or "", count) for value, count in counted.texts()[:TOP_VALUES]),
        patterns=patterns(counted),
        near_equal=near_equal(counted),
        outliers=_outliers(numbers),
    )


def as_record(column: ColumnProfile) -> Mapping[str, Any]:  # JSON
    """The profile as JSON keeps it."""
    return {
        "name": column.name,
        "type": column.type,
        "semantic_type": column.semantic.value if column.semantic else None,
        "semantic_share": column.meaning.share if column.meaning else None,
        "rows": column.rows,
        "nulls": column.nulls,
        "distinct": column.distinct,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "mean": column.mean,
        "quantiles": list(column.quantiles),
        "length_min": column.length_min,
        "length_max": column.length_max,
        "top": [list(pair) for pair in column.top],
        "patterns": [[pattern.regex, pattern.share] for pattern in column.patterns],
        "near_equal": [[typo.value, typo.count, typo.intended, typo.intended_count] for typo in column.near_equal],
        "outliers": column.outliers,
    }


# Arrow's types as PostgreSQL spells them; what is missing here shows as text.
_SPELLED = {
    "bool": "boolean",
    "int8": "smallint",
    "int16": "smallint",
    "int32": "integer",
    "int64": "bigint",
    "uint8": "smallint",
    "uint16": "integer",
    "uint32": "bigint",
    "uint64": "numeric(20,0)",
    "float": "real",
    "double": "double precision",
    "date32[day]": "date",
    "binary": "bytea",
    "time64[us]": "time without time zone",
}


def spelled(kind: pa.DataType) -> str:
    """The PostgreSQL type of an Arrow type."""
    if pt.is_decimal(kind):
        return f"numeric({kind.precision},{kind.scale})"
    if pt.is_timestamp(kind):
        return "timestamp with time zone" if kind.tz else "timestamp without time zone"
    return _SPELLED.get(str(kind), "text")


def _extremes(column: pa.ChunkedArray) -> tuple[Any, Any]:
    if column.null_count == len(column) or pt.is_nested(column.type) or pt.is_interval(column.type):
        return None, None
    if pt.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    found = pc.min_max(column).as_py()
    return found["min"], found["max"]


def _numbers(counted: Tally, column: pa.ChunkedArray) -> Any:  # a numpy array of floats
    if not counted.is_number:
        return np.empty(0)
    values = np.asarray(pc.cast(column.drop_null(), pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    return values[np.isfinite(values)]


def _lengths(counted: Tally, column: pa.ChunkedArray) -> tuple[int | None, int | None]:
    if not counted.is_text or not counted.present:
        return None, None
    text = column.cast(pa.string()) if pt.is_dictionary(column.type) else column
    found = pc.min_max(pc.utf8_length(text)).as_py()
    return found["min"], found["max"]


def _outliers(numbers: Any) -> int:  # a numpy array of floats
    if len(numbers) < OUTLIER_ROWS_MIN:
        return 0
    low, high = np.quantile(numbers, (0.25, 0.75))
    width = high - low
    if width == 0:
        return 0
    far = OUTLIER_SPREADS * width
    return int(((numbers < low - far) | (numbers > high + far)).sum())


def _short(value: object) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value)
    return text if len(text) <= VALUE_LENGTH_MAX else text[: VALUE_LENGTH_MAX - 1] + "…"
