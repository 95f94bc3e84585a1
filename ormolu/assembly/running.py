"""A server with everything that belongs to it."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets as randomness
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb
import sqlalchemy as sa
from starlette.applications import Starlette

from ormolu.assembly.foundation import ADMIN, Foundation, Tenant, lay_foundation, now
from ormolu.assembly.hold import hold_lake
from ormolu.assembly.worker import worker_argv, worker_environment, worker_log, worker_names
from ormolu.catalog.database import in_transaction
from ormolu.catalog.draft_parts import give_up
from ormolu.catalog.drafts import TRANSACTION_MAX
from ormolu.catalog.grants import Access
from ormolu.catalog.lake import Lake
from ormolu.catalog.roles import Roles
from ormolu.catalog.schema import runs
from ormolu.catalog.sweep import sweep
from ormolu.catalog.tombs import forget_tombstones
from ormolu.config import HTTP_PORT, Config
from ormolu.definitions import (
    BronzeSource,
    GoldMetric,
    GoldTable,
    Monitor,
    Schedule,
    SilverTable,
)
from ormolu.engine.native_copies import NativeCopies
from ormolu.engine.queries import QueryEngine
from ormolu.errors import InsufficientPrivilege, InvalidParameterValue
from ormolu.scheduler.caretaker import REQUEST, Caretaker
from ormolu.scheduler.clock import Clock
from ormolu.scheduler.run_records import RUNS
from ormolu.scheduler.runs import ENDED, RunAction
from ormolu.scheduler.worker_processes import WorkerProcess
from ormolu.scheduler.workers import Workers
from ormolu.server.actions import Actions, Signals
from ormolu.server.binding import Binding
from ormolu.server.commands import Commands
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.copies import Copies, CopyKeeper, NoCopies
from ormolu.server.drafts import Drafts
from ormolu.server.handlers import QueryHandlers
from ormolu.server.http.application import HttpSettings, application
from ormolu.server.http.iceberg_catalog import IcebergCatalog
from ormolu.server.http.listener import HttpListener
from ormolu.server.http.measurements import Measurements
from ormolu.server.http.tokens import Tokens
from ormolu.server.listener import Arrival, ListenerSettings, Server, SessionInfo
from ormolu.server.pg_catalog.system_catalog import SystemCatalog
from ormolu.server.planning import QueryPlanner
from ormolu.server.previewing import Previews
from ormolu.server.query_explain import QueryExplanation
from ormolu.server.resolution import Resolution, rights
from ormolu.server.results import Results
from ormolu.server.rows_by_key import RowsByKey
from ormolu.server.scanned_files import FileCounts
from ormolu.server.settings import start_settings
from ormolu.server.tls import ServerTls, make_certificate, server_tls
from ormolu.sql_extensions.parser.script import parse
from ormolu.stores import find_store

PASSWORD_FILE = "admin.password"
PASSWORD_BYTES = 18
SPOOL_BYTES_MAX = 10 * 1024**3
SWEEP_SECONDS = 3600.0
TENDING_SECONDS = 60.0
DRAIN_SECONDS = 20.0
MAINTENANCE_DATABASE = "postgres"
ABANDONED = TRANSACTION_MAX + timedelta(hours=1)  # a transaction as old can no longer commit

logger = logging.getLogger("ormolu")


@dataclass(frozen=True, slots=True)
class Timed:
    """What a schedule sets off, in which database."""

    database: str
    name: str

    def __str__(self) -> str:
        return f"{self.database}/{self.name}"


class Running:
    """A server with everything that belongs to it, from `start` to `stop`."""

    def __init__(self, config: Config, *, forked: Mapping[str, WorkerProcess] | None = None) -> None:
        """`forked` are workers that were split off from this process when it had no threads."""
        self.config = config
        self._hold = hold_lake(config)
        self.base = lay_foundation(config)
        self.home = self.base.tenant(config.database)
        self.roles = Roles(self.base.database)
        self.new_password = self._admit_admin()
        if config.is_embedded:
            for tenant in self.base.tenants():
                give_up(tenant.lake)
            self.home.queue.void_leases()
        sweep_spool(self.base)
        self.engine = QueryEngine(
            memory_limit=config.query_memory,
            threads=config.engine_threads,
            temp_directory=self.base.work_folder() / "queries",
            readable_directories=(config.warehouse_location, str(self._copies_folder)),
            prepare=self._prepare,
            store=find_store(config.warehouse_location, os.environ),
        )
        self.copies = None if self.native_copies is None else CopyKeeper(self._lakes, self.native_copies)
        self.workers = Workers(
            worker_argv(config),
            names=worker_names(config),
            queue=self.home.queue,
            log=worker_log(config),
            environment=worker_environment(config),
            forked=forked,
        )
        self.caretakers: dict[Tenant, Caretaker] = {}
        room = config.result_bytes // 2
        self.results, self.rows_by_key, self.scanned_files = Results(room), RowsByKey(room), FileCounts()
        self._last_erasure = self._find_last_erasure()
        self.clock = Clock(self._schedules, self._due, self._last_due, timezone=config.timezone)
        self.server = self._server()
        self.http = self._http()

    def _prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Before the engine is locked: PostgreSQL's catalogs in a database of their own."""
        self.system_catalog = SystemCatalog(connection)
        room = self.config.cache_bytes
        self.native_copies = NativeCopies(connection, self._copies_folder, bytes_max=room) if room else None

    @property
    def _copies_folder(self) -> Path:
        return self.config.data.absolute() / "cache"

    def _server(self) -> Server:
        self._served: dict[str, tuple[Tenant, Services]] = {}
        drafts = Drafts(lambda database: self._served[database][1])
        copies: Copies = self.copies or NoCopies()
        resolution = Resolution(
            self.system_catalog,
            sessions=self._sessions,
            runs=lambda database: self.base.tenant(database).queue.at_work(),
            copies=copies,
        )
        previews = Previews(lambda database: self.base.tenant(database).connect, self.base.open_engine, rights)
        planner = QueryPlanner(
            bind=Binding(resolution, now, previews).bind,
            head=drafts.head,
            rights=rights,
            copies=lambda: copies.generation,
        )
        commands = Commands(drafts, QueryExplanation(planner).lines)
        actions = Actions(
            signals=Signals(self.roles.is_superuser, self.roles.memberships),
            backends=lambda: self.server,
            head=planner.fix_head,
        )
        handler = QueryHandlers(
            parse=parse,
            planner=planner,
            commands=commands,
            actions=actions,
            finish_commands=drafts.finish,
            results=self.results,
            rows_by_key=self.rows_by_key,
            files=self.scanned_files,
        )
        settings = ListenerSettings(
            host=self.config.host,
            port=self.config.port,
            tls=self._tls(),
            requires_tls=not self.config.is_loopback and not self.config.allow_plaintext,
            connections_max=self.config.connections,
            threads=self.config.query_threads,
        )
        return Server(
            settings,
            find_verifier=lambda name: self.roles.find_verifier(name, at=now()),
            open_context=self._open_context,
            handler=handler,
            may_log_in=lambda name: self.roles.may_log_in(name, at=now()),
            now=now,
        )

    def _serve(self, database: str) -> None:
        """Before a session of the database: it stays while one is connected, so that statements need not ask."""
        tenant = self.base.tenant(database)
        served = self._served.get(database)
        if served is None or served[0] is not tenant:
            self._served[database] = (tenant, self._services(tenant))

    def _services_of(self, database: str) -> Services:
        self._serve(database)
        return self._served[database][1]

    def _services(self, tenant: Tenant) -> Services:
        return Services(
            databases=self.base.databases,
            lake=tenant.lake,
            queue=tenant.queue,
            roles=self.roles,
            secrets=tenant.secrets,
            now=now,
            wake=self.workers.wake,
            connect=tenant.connect,
            connect_over=tenant.connect_over,
            spool=self.config.data / "spool",
            spool_bytes_max=SPOOL_BYTES_MAX,
            sessions=self._connected,
            of=self._services_of,
            forget_rows=self._forget_rows,
            home=self.config.database,
        )

    def _forget_rows(self) -> None:
        """What is kept beside the tables, once rows were erased."""
        if self.native_copies is not None:
            self.native_copies.begin_anew()
        self.results.forget()
        self.rows_by_key.forget()

    def _find_last_erasure(self) -> int | None:
        with self.base.database.connect() as connection:
            erasures = runs.c.action == RunAction.ERASE.value, runs.c.status.in_(ENDED)
            return connection.execute(sa.select(sa.func.max(runs.c.run_id)).where(*erasures)).scalar()

    def _follow_erasures(self) -> None:
        """An erasure through another server, or one that nobody waited for to its end, is noticed here."""
        last = self._find_last_erasure()
        if last != self._last_erasure:
            self._last_erasure = last
            self._forget_rows()

    def _lakes(self) -> list[Lake]:
        return [tenant.lake for tenant in self.base.tenants()]

    def _sessions(self) -> list[SessionInfo]:
        return self.server.sessions()

    def _connected(self, database: str) -> int:
        return sum(each.database == database for each in self._sessions())

    def _open_context(self, arrival: Arrival) -> SessionContext:
        database = self._meant(arrival.database)
        self._serve(database)
        if not self.roles.may_connect(arrival.role, database=database):
            raise InsufficientPrivilege(
                f'permission denied for database "{database}"',
                detail="User does not have CONNECT privilege.",
                hint=f"GRANT CONNECT ON DATABASE {database} TO {arrival.role} gives it.",
            )
        is_superuser = self.roles.is_superuser(arrival.role)
        return SessionContext(
            pid=arrival.pid,
            role=arrival.role,
            database=database,
            settings=start_settings(arrival.parameters, role=arrival.role, is_superuser=is_superuser),
            notify=arrival.notify,
            query_session=self.engine.session(),
            open_query_session=self.engine.session,
            client_address=arrival.client_address,
        )

    def _meant(self, name: str) -> str:
        """The tools that make databases and roles connect to one that every PostgreSQL has: the first one here."""
        is_there = name != MAINTENANCE_DATABASE or self.base.databases.find(name) is not None
        return name if is_there else self.config.database

    def _http(self) -> HttpListener | None:
        """Bound, so that a port that is taken is told at once; nobody asked for the default one, so that may be."""
        if self.config.http_port < 0:
            return None
        certificate, key = self._certificate()
        try:
            return HttpListener(self.config.host, self.config.http_port, certificate=certificate, key=key)
        except InvalidParameterValue as error:
            if self.config.http_port != HTTP_PORT:
                raise
            logger.warning("nothing is served over HTTP: %s", error.message)
            return None

    def _application(self, port: int) -> Starlette:
        tokens = Tokens(
            seal=self.home.secrets.seal,
            unseal=self.home.secrets.unseal,
            is_role=lambda role: self.roles.may_log_in(role, at=now()),
            has_password=lambda role, password: self.roles.has_password(role, password, at=now()),
        )
        catalog = IcebergCatalog(
            tokens,
            find_lake=self._find_lake,
            access=self._find_access,
            default_prefix=self.config.database,
        )
        measurements = Measurements(
            runs=self._run_counts,
            sessions=lambda: len(self._sessions()),
            tables=lambda: sum(len(lake.head().pointers) for lake in self._lakes()),
            results=lambda: self.results.counts,
            files=self.scanned_files,
        )
        settings = HttpSettings(version=version("ormolu"), psql=lambda: self.url(port), check=self._check)
        return application(settings, catalog, measurements)

    def _find_access(self, role: str, database: str) -> Access | None:
        may_connect = self.roles.may_connect(role, database=database)
        return self.roles.access(role, database=database) if may_connect else None

    def _find_lake(self, database: str) -> Lake | None:
        tenant = self.base.find_tenant(database)
        return None if tenant is None else tenant.lake

    def _run_counts(self) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for tenant in self.base.tenants():
            counts.update(tenant.queue.counts())
        return counts

    def _check(self) -> None:
        """Raise where the catalog does not answer."""
        self.home.lake.head()

    def _certificate(self) -> tuple[Path | None, Path | None]:
        certificate, key = self.config.tls_cert, self.config.tls_key
        if self.config.tls == "auto":
            certificate, key = self.config.data / "server.crt", self.config.data / "server.key"
            if not certificate.exists():
                make_certificate(certificate, key, host_names=(self.config.host, "localhost"), now=now())
        return certificate, key

    def _tls(self) -> ServerTls | None:
        certificate, key = self._certificate()
        if certificate is None or key is None:
            return None
        return server_tls(certificate, key, client_ca=self.config.tls_client_ca)

    def _admit_admin(self) -> str | None:
        """Make the role admin at the first start; its password where it is a new random one."""
        given = self.config.admin_password
        password = given or randomness.token_urlsafe(PASSWORD_BYTES)
        if not self.roles.ensure_admin(ADMIN, password):
            return None
        if given:
            return None
        file = self.config.data / PASSWORD_FILE
        file.touch(mode=0o600)
        file.write_text(password + "\n")
        return password

    def _schedules(self) -> Mapping[Timed, Schedule]:
        """What time sets off: every live definition with a schedule that is not paused."""
        return {
            Timed(lake.database, str(definition.name)): definition.schedule
            for lake in self._lakes()
            for definition in lake.head().definitions.all()
            if isinstance(definition, BronzeSource | SilverTable | GoldTable | GoldMetric | Monitor)
            and definition.schedule is not None
            and not definition.options.is_on("paused", default=False)
        }

    def _last_due(self, timed: Timed) -> datetime | None:
        return self.base.tenant(timed.database).queue.last_due(timed.name)

    def _due(self, timed: Timed) -> None:
        action = RunAction.REFRESH if "." in timed.name else RunAction.MONITOR
        queue = self.base.tenant(timed.database).queue
        queue.submit(timed.name, action, at=now(), trigger="schedule", requested_by=ADMIN)
        self.workers.wake()

    async def start(self) -> int:
        self.workers.start()
        port = await self.server.start()
        if self.http is not None:
            self.http.start(self._application(port))
        self.clock.start()
        if self.copies is not None:
            self.copies.start()
        self.housekeeping = [
            asyncio.create_task(repeat(self._keep_house, every=SWEEP_SECONDS)),
            asyncio.create_task(repeat(self._tend_tables, every=TENDING_SECONDS)),
        ]
        return port

    def _keep_house(self) -> None:
        """Remove what killed servers and runs left and nothing refers to."""
        for lake in self._lakes():
            give_up(lake, before=now() - ABANDONED)
            in_transaction(self.base.database, forget_tombstones(lake.database, at=now()))
        for place in self.base.databases.places():
            sweep(self.base.lake_of_files(place), at=now())

    def _tend_tables(self) -> None:
        """Queue a VACUUM of the tables that need one, behind what is queued already."""
        self._follow_erasures()
        tenants = self.base.tenants()
        self.caretakers = {tenant: self.caretakers.get(tenant) or self._caretaker(tenant) for tenant in tenants}
        for tenant, caretaker in self.caretakers.items():
            for name in caretaker.due(now()):
                request = {**REQUEST, "expire": self.config.run_retention} if name == RUNS else REQUEST
                tenant.queue.submit(
                    str(name), RunAction.VACUUM, at=now(), trigger="maintenance", requested_by=ADMIN, request=request
                )
                self.workers.wake()

    def _caretaker(self, tenant: Tenant) -> Caretaker:
        return Caretaker(tenant.lake, run_retention=self.config.run_retention)

    async def stop(self) -> None:
        for task in self.housekeeping:
            task.cancel()
        await asyncio.to_thread(self.clock.stop)
        if self.http is not None:
            await asyncio.to_thread(self.http.stop)
        await self.server.stop(DRAIN_SECONDS)
        await asyncio.to_thread(self.workers.stop)
        if self.copies is not None:
            await asyncio.to_thread(self.copies.stop)
        self.engine.close()
        self.base.database.dispose()
        self._hold.release()

    @property
    def web_address(self) -> str | None:
        return None if self.http is None else f"{self.http.scheme}://{self.config.host}:{self.http.port}/"

    def url(self, port: int) -> str:
        return f"postgresql://{ADMIN}@{self.config.host}:{port}/{self.config.database}"


async def repeat(work: Callable[[], None], *, every: float) -> None:
    """Do it now and again, off the loop; a time that fails is logged, and the next one comes all the same."""
    while True:
        try:
            await asyncio.to_thread(work)
        except Exception:  # logged whole: housekeeping goes on whatever stood in its way once
            logger.exception("%s failed", work.__name__)
        await asyncio.sleep(every)


def sweep_spool(base: Foundation) -> None:
    """Remove what interrupted uploads left; what a waiting run still needs stays."""
    with base.database.connect() as connection:
        waiting = connection.execute(
            sa.select(runs.c.request).where(runs.c.action == RunAction.UPLOAD.value, runs.c.status.not_in(ENDED))
        ).scalars()
        needed = {Path(request["path"]).name for request in waiting}
    for file in (base.config.data / "spool").glob("*.upload"):
        if file.name not in needed:
            file.unlink(missing_ok=True)
