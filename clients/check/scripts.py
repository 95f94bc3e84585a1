"""The drivers of Perl, PHP and Ruby: one script each, which reports its checks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from clients.check.frame import Client, NotInstalled, Place, program, read_report, run_program

HERE = Path(__file__).resolve().parents[1]
CHECK = re.compile(r'^ +"([^"]+)" => (?:sub|function|lambda)\b', re.MULTILINE)


def _client(name: str, script: str, runs: Sequence[str], tell: str, package: str, *, is_required: bool) -> Client:
    path = HERE / script

    def version() -> str:
        program(runs[0], package)
        try:
            return run_program([*runs, "-e" if runs[0] != "php" else "-r", tell]).strip()
        except AssertionError as error:  # the language is here, its driver is not
            raise NotInstalled(package) from error

    client = Client(name, version, is_required=is_required)

    def run(place: Place) -> dict[str, str]:
        return read_report(run_program([*runs, path], place))

    client.add_program(sorted(CHECK.findall(path.read_text())), run)
    return client


PERL = _client(
    "DBD::Pg", "perl/checks.pl", ["perl"], "use DBD::Pg; print $DBD::Pg::VERSION", "libdbd-pg-perl", is_required=True
)
PHP = _client(
    "PDO pgsql",
    "php/checks.php",
    ["php"],
    "if (!extension_loaded('pdo_pgsql')) exit(1); echo phpversion();",
    "php-pgsql",
    is_required=False,
)
RUBY = _client("ruby-pg", "ruby/checks.rb", ["ruby"], "require 'pg'; print PG::VERSION", "ruby-pg", is_required=False)
