"""Numerics as texts over Arrow columns, with the digits that PostgreSQL shows."""

from __future__ import annotations

from ormolu.engine.native import NativeFunction, native
from ormolu.sql_extensions.values import decimals

_ONE, _TWO = ("VARCHAR",), ("VARCHAR", "VARCHAR")

DIGIT_FUNCTIONS: tuple[NativeFunction, ...] = (
    native("pg_digits_quotient", "VARCHAR", decimals.quotient, *_TWO),
    native("pg_digits_total", "VARCHAR", decimals.total, *_TWO),
    native("pg_digits_difference", "VARCHAR", decimals.difference, *_TWO),
    native("pg_digits_product", "VARCHAR", decimals.product, *_TWO),
    native("pg_digits_remainder", "VARCHAR", decimals.remainder, *_TWO),
    native("pg_digits_negative", "VARCHAR", decimals.negative, *_ONE),
    native("pg_digits_absolute", "VARCHAR", decimals.absolute, *_ONE),
    native("pg_digits_scale", "INTEGER", decimals.shown_scale, *_ONE),
    native("pg_digits_at_scale", "VARCHAR", decimals.at_scale, "VARCHAR", "INTEGER"),
    native("pg_digits_round", "VARCHAR", decimals.rounded, "VARCHAR", "INTEGER"),
    native("pg_digits_trunc", "VARCHAR", decimals.truncated, "VARCHAR", "INTEGER"),
    native("pg_digits_factorial", "VARCHAR", decimals.factorial, "BIGINT"),
    native("pg_digits_greatest", "VARCHAR", decimals.greatest, "VARCHAR[]"),
    native("pg_digits_least", "VARCHAR", decimals.least, "VARCHAR[]"),
    native("pg_digits_of_double", "VARCHAR", decimals.from_double, "DOUBLE"),
    native("pg_digits_of_real", "VARCHAR", decimals.from_real, "DOUBLE"),
    native("pg_digits_sqrt", "VARCHAR", decimals.square_root, *_ONE),
    native("pg_digits_exp", "VARCHAR", decimals.exponential, *_ONE),
    native("pg_digits_ln", "VARCHAR", decimals.natural_logarithm, *_ONE),
    native("pg_digits_log", "VARCHAR", decimals.logarithm, *_TWO),
    native("pg_digits_power", "VARCHAR", decimals.power, *_TWO),
    native("pg_digits_variance", "VARCHAR", decimals.variance, "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR"),
)
