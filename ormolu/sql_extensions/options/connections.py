"""The options of connections, by TYPE, and of file formats."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ormolu.sql_extensions.options.values import COMMON, KnownOption, OptionType, Table, join, row, table

T = OptionType

CONNECTION = join(
    COMMON,
    table(
        row("source_system", T.TEXT, "names the system that rows come from", "the connection's name"),
        row("timeout", T.INTERVAL, "how long the other side may take to answer", "'30 seconds'"),
        row("retries", T.INTEGER, "how often a failed request is tried again", "3"),
        row("max_connections", T.INTEGER, "how many connections are opened at once", "4"),
        row("timezone", T.TEXT, "the zone of times that name none", "'UTC'"),
    ),
)


def _address(port: int) -> tuple[KnownOption, ...]:
    return (
        row("host", T.TEXT, "the server's name or address", "'localhost'"),
        row("port", T.INTEGER, "the server's port", str(port)),
        row("user", T.TEXT, "the user to connect as"),
        row("password", T.TEXT, "the user's password, as SECRET name"),
    )


def _database(port: int) -> tuple[KnownOption, ...]:
    return (*_address(port), row("dbname", T.TEXT, "the database"))


_SSL = (
    row(
        "sslmode", T.CHOICE, "whether the connection is encrypted", "'prefer'",
        "disable allow prefer require verify-ca verify-full",
    ),
    row("sslrootcert", T.TEXT, "the file of the certificate authority"),
    row("sslcert", T.TEXT, "the file of the client's certificate"),
    row("sslkey", T.TEXT, "the file of the client's key"),
)  # fmt: skip

_HTTP = (
    row("url", T.TEXT, "the address that endpoints are below"),
    row("auth", T.CHOICE, "how requests are authorized", "'none'", "none bearer basic api_key oauth2"),
    row("token", T.TEXT, "the bearer token or key, as SECRET name"),
    row("user", T.TEXT, "the user of basic authorization"),
    row("password", T.TEXT, "the password of basic authorization, as SECRET name"),
    row("key_header", T.TEXT, "the header that carries the key", "'X-API-Key'"),
    row("token_url", T.TEXT, "where OAuth tokens are had"),
    row("client_id", T.TEXT, "the OAuth client"),
    row("client_secret", T.TEXT, "the OAuth client's secret, as SECRET name"),
    row("scope", T.TEXT, "the OAuth scope"),
    row("headers", T.JSON, "headers of every request, as a JSON object"),
    row("params", T.JSON, "parameters of every request, as a JSON object"),
    row("rate_limit", T.RATE, "how many requests may be made: '10/s'"),
    row("verify", T.BOOLEAN, "whether certificates are checked", "true"),
)

_FILES = (
    row("url", T.TEXT, "a folder, s3://, abfss://, gs://, sftp:// or https://"),
    row("region", T.TEXT, "the region of the bucket"),
    row("endpoint", T.TEXT, "the address of a compatible service"),
    row("url_style", T.CHOICE, "how buckets are addressed", "'vhost'", "vhost path"),
    row("use_ssl", T.BOOLEAN, "whether the endpoint is asked over TLS", "true"),
    row("access_key_id", T.TEXT, "the key's id"),
    row("secret_access_key", T.TEXT, "the key, as SECRET name"),
    row("session_token", T.TEXT, "the session's token, as SECRET name"),
    row("account_name", T.TEXT, "the storage account"),
    row("account_key", T.TEXT, "the storage account's key, as SECRET name"),
    row("connection_string", T.TEXT, "the storage account's connection string, as SECRET name"),
    row("sas_token", T.TEXT, "a shared access signature, as SECRET name"),
    row("credentials", T.TEXT, "a service account's JSON, as SECRET name"),
    row("user", T.TEXT, "the user of an SFTP or HTTPS server"),
    row("password", T.TEXT, "the user's password, as SECRET name"),
    row("private_key", T.TEXT, "the user's private key, as SECRET name"),
    row("host_key", T.TEXT, "the fingerprint that the SFTP server must show"),
)

_GOOGLE = row("credentials", T.TEXT, "a service account's JSON, as SECRET name")

_OWN: Mapping[str, tuple[KnownOption, ...]] = {
    "postgres": _database(5432),
    "mysql": _database(3306),
    "sqlserver": (*_database(1433), row("encrypt", T.BOOLEAN, "whether the connection is encrypted", "true")),
    "oracle": (*_address(1521), row("service_name", T.TEXT, "the service"), row("dsn", T.TEXT, "a connect string")),
    "sqlite": (row("path", T.TEXT, "the database file"),),
    "snowflake": (
        row("account", T.TEXT, "the account"), row("user", T.TEXT, "the user"),
        row("password", T.TEXT, "the user's password, as SECRET name"),
        row("private_key", T.TEXT, "the user's private key, as SECRET name"),
        row("warehouse", T.TEXT, "the warehouse"), row("role", T.TEXT, "the role"),
        row("dbname", T.TEXT, "the database"), row("schema_name", T.TEXT, "the default schema"),
        row("host", T.TEXT, "another address of the service"), row("port", T.INTEGER, "another port", "443"),
    ),
    "bigquery": (row("project", T.TEXT, "the project"), row("location", T.TEXT, "the location"), _GOOGLE),
    "redshift": (*_database(5439), *_SSL),
    "odbc": (
        row("connection_string", T.TEXT, "the driver's connection string, as SECRET name"),
        row("dsn", T.TEXT, "the data source's name"), row("user", T.TEXT, "the user"),
        row("password", T.TEXT, "the user's password, as SECRET name"),
    ),
    "files": _FILES,
    "rest": _HTTP,
    "graphql": _HTTP,
    "salesforce": (
        *_HTTP, row("security_token", T.TEXT, "the user's security token, as SECRET name"),
        row("sandbox", T.BOOLEAN, "whether it is a sandbox", "false"),
    ),
    "hubspot": _HTTP,
    "zendesk": (*_HTTP, row("subdomain", T.TEXT, "the account's subdomain")),
    "workday": (*_HTTP, row("tenant", T.TEXT, "the tenant")),
    "kafka": (
        row("brokers", T.TEXT, "host:port, ..."),
        row(
            "security_protocol", T.CHOICE, "how brokers are reached", "'plaintext'",
            "plaintext ssl sasl_plaintext sasl_ssl",
        ),
        row("sasl_mechanism", T.CHOICE, "how users prove themselves", None, "plain scram-sha-256 scram-sha-512"),
        row("user", T.TEXT, "the user"), row("password", T.TEXT, "the user's password, as SECRET name"),
        row("sslrootcert", T.TEXT, "the file of the certificate authority"),
        row("schema_registry", T.TEXT, "the address of the schema registry"),
    ),
    "rabbitmq": (
        *_address(5672), row("vhost", T.TEXT, "the virtual host", "'/'"),
        row("url", T.TEXT, "all of it in one: amqp://user@host/vhost"),
    ),
    "gsheets": (
        row("spreadsheet", T.TEXT, "the spreadsheet's id or address"), _GOOGLE,
        row("url", T.TEXT, "another address of the service"),
    ),
}  # fmt: skip

CONNECTION_TYPES = tuple(_OWN)
BY_CONNECTION_TYPE: Mapping[str, Table] = MappingProxyType(
    {name: join(CONNECTION, table(*rows)) for name, rows in _OWN.items()}
)
CHANNEL_TYPES = ("slack", "email", "webhook", "teams", "pagerduty", "postgres")
CONSUMER_TYPES = ("dashboard", "report", "notebook", "application", "model", "export", "spreadsheet", "api")
DIMENSION_TYPES = ("calendar",)
TEMPLATES = ("retail", "saas", "ecommerce")

_ENCODING = row("encoding", T.TEXT, "the encoding of the text", "'utf-8'")
_NESTED = row("records", T.TEXT, "the JSON path of the records")
BY_FORMAT: Mapping[str, Table] = MappingProxyType(
    {
        "csv": table(
            row("header", T.BOOLEAN, "whether the first line names the columns", "true"),
            row("delimiter", T.TEXT, "what stands between values", "','"),
            row("quote", T.TEXT, "what stands around values", "'\"'"),
            row("escape", T.TEXT, "what stands before a quote inside a value", "the quote"),
            row("null", T.TEXT, "what stands for NULL", "''"),
            _ENCODING,
        ),
        "text": table(
            row("delimiter", T.TEXT, "what stands between values", "tab"),
            row("null", T.TEXT, "what stands for NULL", "'\\N'"),
            _ENCODING,
        ),
        "json": table(),
        "ndjson": table(),
        "parquet": table(),
        "avro": table(),
        "orc": table(),
        "delta": table(row("version", T.INTEGER, "the version to read")),
        "iceberg": table(row("version", T.ANY, "the version to read")),
        "excel": table(
            row("sheet", T.TEXT, "the sheet", "the first"),
            row("range", T.TEXT, "the cells: 'A1:F100'"),
            row("header", T.BOOLEAN, "whether the first row names the columns", "true"),
            row("all_text", T.BOOLEAN, "whether every column is text", "false"),
        ),
        "xml": table(_NESTED, _ENCODING),
    }
)
