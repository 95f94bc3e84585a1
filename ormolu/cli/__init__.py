"""The command line. Heavy parts are imported by the command that needs them."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import click

from ormolu.errors import OrmoluError
from ormolu.garbage import begin_loading

WORK_FAILED = 1


class Commands(click.Group):
    """Looks a command up in its module, so that `ormolu version` imports nothing else."""

    modules: ClassVar = {
        "serve": "serve",
        "worker": "serve",
        "demo": "demo",
        "sql": "sql",
        "apply": "sql",
        "status": "status",
        "doctor": "status",
        "dump": "dump",
        "backup": "backup",
        "restore": "backup",
        "export": "export",
        "version": "status",
    }

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        module = self.modules.get(name)
        if module is None:
            return None
        import importlib

        begin_loading()
        return getattr(importlib.import_module(f"ormolu.cli.{module}"), name)  # type: ignore[no-any-return]  # a click command by its name

    def invoke(self, context: click.Context) -> Any:
        """Errors that a user can mend are told in words, with their hint; exit code 1."""
        try:
            return super().invoke(context)
        except OrmoluError as error:
            click.echo(f"ERROR {error.sqlstate}: {error.message}", err=True)
            if error.hint:
                click.echo(f"HINT: {error.hint}", err=True)
            sys.exit(WORK_FAILED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A lakehouse server: bronze, silver and gold as SQL, over the PostgreSQL protocol."""
