"""The clients that are tried, in the order of the table."""

from __future__ import annotations

from clients.check import jdbc, psql
from clients.check.frame import Client

CLIENTS: tuple[Client, ...] = (psql.CLIENT, jdbc.CLIENT)
