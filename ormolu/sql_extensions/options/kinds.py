"""The options that `WITH (name = value, ...)` takes: one table a kind, a connection type, a format.

An option name has one meaning everywhere. SHOW OPTIONS prints these rows; the parser checks against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ormolu.definitions import Kind
from ormolu.sql_extensions.options.connections import CONNECTION
from ormolu.sql_extensions.options.values import COMMON, OptionType, Table, join, row, table

T = OptionType


# --- what every object takes ------------------------------------------------------------------------------------------

_HELD = table(row("paused", T.BOOLEAN, "whether it is held until RESUME", "false"))
_RUNNING = table(
    row("retries", T.INTEGER, "how often a failed run is tried again", "3"),
    row("timeout", T.INTERVAL, "how long a run may take", "'1 hour'"),
    row("timezone", T.TEXT, "the zone of times that name none", "'UTC'"),
)

_STORED = table(
    row("format", T.CHOICE, "the format of the data files", "'parquet'", "parquet"),
    row("compression", T.CHOICE, "how data files are compressed", "'zstd'", "zstd snappy gzip lz4 uncompressed"),
    row(
        "parquet_version",
        T.CHOICE,
        "the encodings of data files: 1 is read by every engine, 2 is quicker to read",
        "'1'",
        "1 2",
    ),
    row("target_file_size", T.SIZE, "the size that data files are written at", "'256 MB'"),
    row("retention", T.INTERVAL, "how long versions and history are kept", "'30 days'"),
    row("archive_after", T.INTERVAL, "when old partitions move to cheaper storage"),
    row("compact_every", T.INTERVAL, "how often small files are joined"),
    row(
        "cache",
        T.INTERVAL,
        "whether the server keeps a native copy, or how long after its last read",
        "'auto'",
        "auto on off",
    ),
)

_PROMISED = table(
    row("freshness", T.INTERVAL, "how old the newest data may be"),
    row("ready_by", T.TEXT, "the time of day when it is ready, with its zone: '08:00 UTC'"),
    row("availability", T.PERCENT, "the share of time that it can be read"),
    row("quality_score", T.PERCENT, "the score it promises to reach"),
    row("certified_until", T.DATE, "the day until which it is certified"),
)

_SCHEMA = table(
    row("schema", T.CHOICE, "sets the three that follow: strict fails, lenient adapts", None, "strict lenient"),
    row("on_new_column", T.CHOICE, "what a column does that was not there before", "'add'", "add ignore fail"),
    row("on_removed_column", T.CHOICE, "what a missing column does", "'warn'", "warn warn_if_used fail null"),
    row("on_type_change", T.CHOICE, "what another type does", "'widen'", "widen quarantine fail"),
)

_REFRESHED = table(
    row("publish", T.CHOICE, "whether a refresh is published by itself", "'auto'", "auto manual"),
    row("columns", T.CHOICE, "which columns pass: all of the query's, or the listed", "'all'", "all listed"),
    row("start", T.ANY, "the first time or value that is read"),
    row("lookback", T.INTERVAL, "how far behind the newest a read begins again", "'15 minutes'"),
    row("batch", T.INTERVAL, "how much time one step of a long load covers"),
)

LAYER = join(COMMON, _HELD, _RUNNING, _STORED, _PROMISED, _SCHEMA, _REFRESHED)

# --- bronze: where an option of a source is kept, whichever WITH it was written in ----------------------------------

SOURCE = table(
    row("records", T.TEXT, "the JSON path of the records in a response"),
    row("method", T.CHOICE, "the HTTP method", "'GET'", "GET POST"),
    row("params", T.JSON, "query parameters as a JSON object"),
    row("headers", T.JSON, "HTTP headers as a JSON object"),
    row("body", T.TEXT, "the body of a request"),
    row("for_each", T.RELATION, "reads the endpoint once for each value: bronze.orders (id)"),
    row("paginate", T.CHOICE, "how pages follow each other", None, "none cursor offset page link next_url"),
    row("cursor_path", T.TEXT, "the JSON path of the next cursor"),
    row("cursor_param", T.TEXT, "the parameter that carries the cursor"),
    row("page_param", T.TEXT, "the parameter that carries the page or offset"),
    row("page_size", T.INTEGER, "the records of a page", "100"),
    row("page_size_param", T.TEXT, "the parameter that carries the page size"),
    row("key_format", T.CHOICE, "how the keys of messages are written", "'text'", "text json avro"),
    row("on_bad_record", T.CHOICE, "what a record does that cannot be read", "'quarantine'", "quarantine fail ignore"),
)

LOAD = table(
    row("start", T.ANY, "where reading begins: a time, a value, 'earliest' or 'latest'"),
    row("lookback", T.INTERVAL, "how far behind the watermark a load reads again", "'15 minutes'"),
    row("batch", T.INTERVAL, "how much time one step of a long load covers"),
    row("timezone", T.TEXT, "the zone of source times that name none", "'UTC'"),
    row("null_watermark", T.CHOICE, "what rows without a watermark do", "'load'", "load skip fail"),
    row("param", T.TEXT, "the request parameter that carries the watermark"),
    row("parallelism", T.INTEGER, "how many parts are read at once", "1"),
    row("time_window", T.TEXT, "when the source may be read: '01:00-05:00'"),
    row("mode", T.CHOICE, "how changes are captured", None, "logical binlog polling"),
    row("operations", T.CHOICES, "which changes are kept", "'insert,update,delete'", "insert update delete truncate"),
    row("snapshot", T.CHOICE, "whether the rows already there are copied first", "'initial'", "initial never always"),
    row("max_lag_size", T.SIZE, "how much unread log the source may keep for us", "'10 GB'"),
    row("slot", T.TEXT, "the name of the replication slot"),
    row("publication", T.TEXT, "the name of the publication"),
    row(
        "on_changed_file", T.CHOICE, "what a file does that was loaded and changed", "'replace'",
        "replace append warn fail",
    ),
    row("on_removed_file", T.CHOICE, "what a file does that was loaded and is gone", "'keep'", "keep exclude"),
    row("max_files", T.INTEGER, "how many files one load takes"),
    row("max_messages", T.INTEGER, "how many messages one load takes"),
)  # fmt: skip

RECONCILE = table(
    row("compare", T.CHOICE, "what is compared with the source", "'counts'", "counts keys hashes rows"),
    row("action", T.CHOICE, "what a difference does", "'warn'", "warn repair reload"),
)

_BRONZE_OWN = table(
    row("source_id", T.TEXT, "names the origin of each row", "the connection's name"),
    row("source_system", T.TEXT, "names the system that the rows come from", "the connection's name"),
    row("repeat", T.BOOLEAN, "takes an upload again whose bytes were taken before", "false"),
    row("max_drop", T.PERCENT, "how many fewer rows a full extract may have before it is suspicious"),
)
BRONZE = join(SOURCE, LOAD, RECONCILE, LAYER, _BRONZE_OWN)

# --- silver and gold --------------------------------------------------------------------------------------------------

SILVER = join(
    LAYER,
    table(
        row("audit_columns", T.CHOICE, "whether SELECT * shows the audit columns", "'visible'", "visible hidden"),
        row("refresh", T.CHOICE, "whether a refresh reads changes or everything", "'auto'", "auto incremental full"),
        row("quarantine_retention", T.INTERVAL, "how long repaired and discarded rows are kept", "'90 days'"),
    ),
)
GOLD = join(
    SILVER,
    table(
        row("closed_before", T.DATE, "later changes to earlier periods are recorded, not applied"),
        row("unknown_member", T.BOOLEAN, "whether a dimension has a row for the unknown", "true"),
        row("aggregates", T.CHOICE, "whether partial states are stored for coarser grains", "'auto'", "auto none"),
    ),
)
CALENDAR = join(
    COMMON,
    table(
        row("start", T.DATE, "the first day", "'2000-01-01'"),
        row("until", T.DATE, "the last day", "'2050-12-31'"),
        row(
            "fiscal_year_start", T.CHOICE, "the first month of the fiscal year", "'january'",
            "january february march april may june july august september october november december",
        ),
        row("pattern", T.CHOICE, "how weeks make fiscal months", "'months'", "months 4-4-5 4-5-4 5-4-4"),
        row(
            "week_start", T.CHOICE, "the first day of the week", "'monday'",
            "monday tuesday wednesday thursday friday saturday sunday",
        ),
        row("holidays", T.TEXT, "the country whose holidays are marked: 'FR', 'US-CA'"),
    ),
)  # fmt: skip
METRIC = join(GOLD, table(row("unit", T.TEXT, "the unit of the measures: 'EUR'")))
MODEL = join(COMMON, _PROMISED, table(row("connection", T.TEXT, "the connection that the file is read from")))

# --- watching and sharing ---------------------------------------------------------------------------------------------

_DETECTING = table(
    row(
        "method", T.CHOICE, "the detector", "'robust'",
        "robust zscore_dow iforest ecod copod knn lof hbos pca mcd cblof inne loda ocsvm kde",
    ),
    row("sensitivity", T.NUMBER, "between 0 and 1: higher finds more", "0.95"),
    row("threshold", T.NUMBER, "how far from the expected counts, in deviations or as a probability"),
    row("min_change", T.PERCENT, "how large a change must be to be told", "20"),
    row("min_history", T.INTERVAL, "how much history a series needs", "'21 days'"),
    row("window", T.INTERVAL, "how much history is looked at", "'56 days'"),
    row("holidays", T.TEXT, "the country whose holidays are not anomalies: 'FR'"),
    row("max_series", T.INTEGER, "how many series are watched", "10000"),
)  # fmt: skip
MONITOR = join(COMMON, _HELD, _RUNNING, _DETECTING)
FORECAST = join(
    COMMON,
    _HELD,
    _RUNNING,
    table(
        row("method", T.TEXT, "the forecaster; by default the best in a backtest", "'auto'"),
        row("level", T.PERCENT, "the share that the interval covers", "80"),
        row("holidays", T.TEXT, "the country whose holidays count: 'FR'"),
    ),
)
MATCHER = join(
    COMMON,
    _HELD,
    _RUNNING,
    table(
        row("threshold", T.NUMBER, "the probability from which two rows are one", "0.92"),
        row("review_from", T.NUMBER, "the probability from which a person is asked", "0.75"),
        row("method", T.CHOICE, "the matcher", "'auto'", "auto rapidfuzz splink"),
    ),
)
CHANNEL = join(
    COMMON,
    table(
        row("webhook", T.TEXT, "the address that messages are posted to"),
        row("to", T.TEXT, "the addresses that mail goes to"),
        row("from", T.TEXT, "the address that mail comes from"),
        row("smtp", T.TEXT, "the mail server: 'smtp://host:25'"),
        row("user", T.TEXT, "the user of the mail server"),
        row("password", T.TEXT, "the password of the mail server"),
        row("url", T.TEXT, "the address of the service"),
        row("token", T.TEXT, "the token of the service"),
        row("routing_key", T.TEXT, "the key of the service that is alerted"),
        row("subject", T.TEXT, "the subject of messages"),
        row("channel", T.TEXT, "the channel inside the service"),
    ),
)
ALERT = join(COMMON, _HELD, table(row("repeat_every", T.INTERVAL, "how often it is told again while it lasts")))
BUDGET = join(COMMON, _HELD)
CONTRACT = join(
    COMMON,
    _PROMISED,
    table(
        row("limitations", T.TEXT, "what it should not be used for"),
        row("usage", T.TEXT, "how it is meant to be used"),
        row("retention", T.INTERVAL, "how long data is kept"),
        row("status", T.CHOICE, "where it stands", "'active'", "draft active deprecated retired"),
        row("contact", T.TEXT, "whom to ask"),
    ),
)
CONSUMER = join(
    COMMON,
    table(
        row("tool", T.TEXT, "the program that reads"),
        row("application_name", T.TEXT, "how the program names itself when it connects"),
        row("url", T.TEXT, "where the dashboard is"),
        row("contact", T.TEXT, "whom to tell about changes"),
        row("criticality", T.CHOICE, "how much depends on it", "'medium'", "low medium high"),
    ),
)
REPORT = join(
    COMMON,
    _HELD,
    table(
        row("format", T.CHOICE, "how it is written", "'table'", "table csv json html"),
        row("subject", T.TEXT, "the subject of the message"),
    ),
)
SECRET = table(
    row("backend", T.CHOICE, "where the value is kept", None, "env file"),
    row("name", T.TEXT, "the variable or the file"),
)
DATABASE = table(
    row("timezone", T.TEXT, "the zone of schedules that name none", "'UTC'"),
    row("max_pipelines", T.INTEGER, "how many pipelines it may have"),
    row("max_storage", T.SIZE, "how much it may store"),
    row("max_runs", T.INTEGER, "how many runs may be active at once"),
    row("max_connections", T.INTEGER, "how many sessions it may have"),
    row("memory_limit", T.SIZE, "how much memory its queries may take together"),
    row("statement_timeout", T.INTERVAL, "how long a statement may take"),
    row("retention", T.INTERVAL, "how long versions are kept where nothing else is said", "'30 days'"),
    row("owner", T.TEXT, "the role that is told when something fails"),
)
VACUUM = table(
    row("compact", T.BOOLEAN, "joins small files", "true"),
    row("expire", T.INTERVAL, "forgets versions older than this", "'30 days'"),
    row("grace", T.INTERVAL, "how long files of forgotten versions stay for who reads them", "'24 hours'"),
    row("orphans", T.BOOLEAN, "removes files that nothing names", "true"),
    row("sort", T.BOOLEAN, "sorts by ORDER BY while it joins", "false"),
)

BY_KIND: Mapping[Kind, Table] = MappingProxyType(
    {
        Kind.BRONZE_SOURCE: BRONZE,
        Kind.SILVER_TABLE: SILVER,
        Kind.GOLD_TABLE: GOLD,
        Kind.GOLD_FACT: GOLD,
        Kind.GOLD_DIMENSION: join(GOLD, CALENDAR),
        Kind.GOLD_METRIC: METRIC,
        Kind.GOLD_HUB: GOLD,
        Kind.GOLD_LINK: GOLD,
        Kind.GOLD_SATELLITE: GOLD,
        Kind.GOLD_MODEL: MODEL,
        Kind.SECRET: SECRET,
        Kind.CONNECTION: CONNECTION,
        Kind.CHANNEL: CHANNEL,
        Kind.ALERT: ALERT,
        Kind.BUDGET: BUDGET,
        Kind.MONITOR: MONITOR,
        Kind.FORECAST: FORECAST,
        Kind.MATCHER: MATCHER,
        Kind.CONTRACT: CONTRACT,
        Kind.CONSUMER: CONSUMER,
        Kind.REPORT: REPORT,
        Kind.DATABASE: DATABASE,
    }
)
"""Kinds that are missing here take no options (POLICY, MASK), or any (MART: the roles of its template)."""


def options_of(kind: Kind) -> Table:
    """The options of a kind, by name; for connections those that every type takes."""
    return BY_KIND.get(kind, table())
