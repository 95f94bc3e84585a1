"""DuckDB's extensions, from the wheels that bring them: nothing is ever fetched from the network."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import duckdb

from ormolu.errors import FeatureNotSupported, UndefinedFile

EXTRAS = {"httpfs": "s3", "aws": "s3", "azure": "azure"}  # that are called otherwise than their extension


def extension_path(name: str) -> Path:
    """The file of an extension that a wheel brought; 0A000 where the wheel is not installed."""
    package = f"duckdb_extension_{name}"
    try:
        module = import_module(package)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(name, name.removesuffix("_scanner"))
        raise FeatureNotSupported(
            f"the extension {name} is not installed", hint=f"pip install 'ormolu[{extra}]'"
        ) from error
    path = Path(module.__path__[0]) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not path.exists():
        raise UndefinedFile(
            f"the extension {name} is not built for DuckDB {duckdb.__version__}",
            hint=f"Install {package.replace('_', '-')}=={duckdb.__version__}.",
        )
    return path
