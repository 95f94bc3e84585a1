"""pgjdbc, on which DBeaver, DataGrip, Metabase, Tableau and many more sit."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from clients.check.frame import Client, NotInstalled, Place, program, read_report, run_program

HERE = Path(__file__).resolve().parents[1] / "jdbc"
DRIVER = Path("/usr/share/java/postgresql.jar")
CHECKS = ("MetaData", "Reading")
METHOD = re.compile(r"^    static void (\w+)\(\)", re.MULTILINE)


def version() -> str:
    program("javac", "openjdk-17-jdk-headless")
    if not DRIVER.exists():
        raise NotInstalled("libpostgresql-jdbc-java")
    with zipfile.ZipFile(DRIVER) as jar:
        found = re.search(r"Implementation-Version: (\S+)", jar.read("META-INF/MANIFEST.MF").decode())
    return found[1] if found else "unknown"


CLIENT = Client("pgjdbc", version)


def _run(place: Place) -> dict[str, str]:
    classes = place.folder / "java"
    run_program(["javac", "-cp", DRIVER, "-d", classes, *sorted(HERE.glob("*.java"))])
    java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC"]
    printed = run_program([*java, "-cp", f"{DRIVER}:{classes}", "Checks", *CHECKS], place)
    return {_sentence(name): reason for name, reason in read_report(printed).items()}


def _sentence(method: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f" {letter[0].lower()}", method)


CLIENT.add_program(
    [_sentence(name) for each in CHECKS for name in METHOD.findall((HERE / f"{each}.java").read_text())], _run
)
