"""The page a browser gets: where the server is, and what connects to it."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1d1b16; --paper: #fbf8f1; --gold: #9a6b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece6d8; --paper: #17150f; --gold: #e0b040; } }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 44rem; margin: 12vh auto; padding: 0 1.2rem;
       color: var(--ink); background: var(--paper); }
h1 { font-weight: 600; letter-spacing: -.01em; } h1 small { font-size: 1rem; font-weight: 400; opacity: .7; }
dt { margin-top: 1.1rem; opacity: .75; } dd { margin: .2rem 0 0; }
code { font: 15px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; } a { color: var(--gold); }
"""


def start_page(*, version: str, psql: str, catalog: str) -> str:
    entries = (
        ("Ask in SQL", f"<code>psql '{escape(psql)}'</code>"),
        ("Read the tables with any Iceberg engine", f"<code>{escape(catalog)}</code>"),
        ("For monitoring", '<a href="/health">/health</a> and <a href="/metrics">/metrics</a>'),
    )
    listed = "".join(f"<dt>{title}</dt><dd>{content}</dd>" for title, content in entries)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Ormolu</title><style>{STYLE}</style>"
        f"<h1>Ormolu <small>{escape(version)}</small></h1><p>This lakehouse is running.</p><dl>{listed}</dl></html>"
    )
