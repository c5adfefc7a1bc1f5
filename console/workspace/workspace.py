"""The ledger that one run of the console works with: the embedded one, or the one that a URL names."""

from __future__ import annotations

import hashlib
import logging
import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy.engine import make_url

from console.errors import OpenedReadOnlyError
from console.ledger.books.currencies import books
from console.ledger.jobs.keeper import Keeper
from console.ledger.operators import enrolment
from console.ledger.operators.credentials import NoGateError, url_with
from console.ledger.operators.sign_in import GATE, redeem, sign_in
from console.monitor.history import History
from console.monitor.history_writer import HistoryWriter
from console.monitor.recording.recorder import Recorder
from console.monitor.watch import Limits, Watch
from console.postgres.database import Database
from console.postgres.driver_errors import place
from console.postgres.embedded.folder import Folder
from console.postgres.embedded.server import EmbeddedServer
from console.postgres.steps import untold
from console.settings.profiles.hosts import PORT
from console.workspace.backup.timer import BackupTimer
from console.workspace.identity import Identity
from console.workspace.own_ledger import FIRST_CURRENCY, OwnLedger, as_admin
from console.writes.ledger import Ledger
from console.writes.outbox import Outbox
from console.writes.settling import settle_doubts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from pydantic import SecretStr
    from sqlalchemy import URL

    from console.ledger.books.currencies import Books
    from console.ledger.operators.credentials import Credentials
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import SessionFacts
    from console.postgres.steps import Tell
    from console.settings import Paths, Settings
    from console.workspace.demo import DemoPlan
    from console.writes.settling import Settled

logger = logging.getLogger(__name__)

EMBEDDED: Final = "embedded"


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open ledger: `database` to read it, `ledger` to write to it.

    `admin_url` has a password in it and is for administrators' acts only.
    profile: `embedded`, or the server and database. identity: what it is called, as its profile says; without
    one the word is `DEMO` or `LOCAL` for an embedded ledger and `LIVE` for any other.
    confirm: asks the server whether an operator's password is right, as a sign-in does, for a locked window.
    settled: what was in doubt when it was opened.
    remembered: the operator whose password this computer keeps; empty where it keeps none. watch and history:
    what the statements cost, to be told and to be looked at later. keeper: runs the automatic jobs once it is
    started, and is stopped with the rest. backups: makes those that are due, of a ledger on this computer.
    """

    database: Database
    ledger: Ledger
    recorder: Recorder
    admin_url: str
    profile: str
    facts: SessionFacts
    books: Books
    keeper: Keeper
    identity: Identity
    confirm: Callable[[Credentials], SessionFacts]
    settled: tuple[Settled, ...] = ()
    remembered: str = ""
    watch: Watch | None = None
    history: History | None = None
    backups: BackupTimer | None = None


@dataclass(frozen=True, slots=True)
class _Way:
    """How a ledger is reached, and what it is called; with a gate, its password is only claimed.

    known_gate: the gate that counts who comes back, also where nobody had to sign in.
    """

    url: str
    admin_url: str
    profile: str
    environment: str
    gate_url: str | None = None
    known_gate: str | None = None
    remembered: str = ""
    server: EmbeddedServer | None = None


@dataclass(frozen=True, slots=True)
class _Making:
    """What an embedded ledger is made as, or brought up to date with."""

    demo: DemoPlan | None
    tell: Tell
    operator: str
    currency: Currency


@contextmanager
def open_workspace(
    settings: Settings,
    paths: Paths,
    *,
    credentials: Credentials | None = None,
    demo: DemoPlan | None = None,
    progress: Tell = untold,
    repeated: UUID | None = None,
    is_served: bool = True,
    identity: Identity | None = None,
    currency: Currency = FIRST_CURRENCY,
) -> Iterator[Workspace]:
    """Connect to the ledger that `settings` name; the embedded one is started and brought up to date.

    `credentials` is who signs in, and with which password; without them it is the operator of the URL, or
    the one whom this computer remembers. `demo` fills an embedded ledger without transactions first, and
    `progress` is told what takes long: the demo, or bringing an older ledger to this console.
    Operations that an earlier run left in doubt are settled, but for the key that is about to be `repeated`.
    With `is_served`, Prometheus is answered where the settings name a port. `identity` is the profile's,
    `currency` what a new embedded ledger begins with.
    Read-only settings hold for every connection to the ledger but two: the gate's, which counts sign-ins, and
    the owner's of an embedded ledger, which brings it up to date before anybody is in it.
    Raises UnavailableError when there is no server or no ledger. Left, it leaves the embedded server,
    which stops when nobody else uses it.
    """
    making = _Making(demo, progress, "" if identity is None else identity.operator, currency)
    with _way(settings, paths, credentials, making) as way, ExitStack() as stack:
        recorder = Recorder()
        watch = Watch(recorder, Limits.of(settings))
        stack.callback(watch.close)
        history = History(_history_file(paths.data, way.url, way.profile))
        stack.callback(HistoryWriter(recorder, history).close)
        facts = None if way.gate_url is None else sign_in(way.url, way.gate_url, recorder)
        database = Database(way.url, recorder, settings, server=way.server)
        stack.callback(database.close)
        if facts is None:
            facts = database.session_facts()
        profile = way.profile or database.place
        known = books(database)
        outbox = Outbox(_outbox_path(paths.data, way), profile=profile, operator=facts.operator)
        stack.callback(outbox.close)
        ledger = Ledger(database, outbox)
        keeper = Keeper(ledger)
        stack.callback(keeper.stop)
        backups = None
        if way.profile == EMBEDDED and is_served:
            backups = BackupTimer(settings, paths)
            stack.callback(backups.stop)
            backups.start()
        if is_served:
            _serve_metrics(settings.metrics_port, database, watch, keeper, stack)
        settled = settle_doubts(ledger, repeated=repeated)
        if identity is None:
            identity = Identity.without_profile(profile, way.environment, settings)
        else:
            identity = identity.of_content(way.environment)
        yield Workspace(
            database,
            ledger,
            recorder,
            way.admin_url,
            profile,
            facts,
            known,
            keeper,
            identity,
            partial(_confirmed, way, database),
            settled,
            way.remembered,
            watch,
            history,
            backups,
        )


@contextmanager
def administration(settings: Settings, paths: Paths) -> Iterator[str]:
    """Yield the URL for administrators' acts on a ledger that need not be there yet.

    Raises OpenedReadOnlyError when the settings are read-only: no such act only reads.
    """
    if settings.read_only:
        raise OpenedReadOnlyError
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with EmbeddedServer(paths.data) as server:
        yield server.owner_url


def redeem_code(
    settings: Settings,
    paths: Paths,
    operator: str,
    code: str,
    password: SecretStr,
    *,
    cancel: Cancellation | None = None,
) -> None:
    """Set a password by a code at the ledger that `settings` name; whoever does it cannot sign in yet.

    Raises NoGateError, and what `redeem` raises.
    """
    with _gate(settings, paths) as gate_url:
        redeem(gate_url, operator, code, password, Recorder(), cancel=cancel)


@contextmanager
def _gate(settings: Settings, paths: Paths) -> Iterator[str]:
    """Yield the URL of the gate of a ledger that is not opened."""
    if settings.database_url is None:
        with EmbeddedServer(paths.data) as server:
            yield server.url_for(GATE, server.passwords.password_of(GATE) or "")
    elif settings.gate_password is None:
        raise NoGateError
    else:
        yield url_with(
            settings.database_url.get_secret_value(), GATE, settings.gate_password.get_secret_value()
        )


@contextmanager
def _way(
    settings: Settings,
    paths: Paths,
    credentials: Credentials | None,
    making: _Making,
) -> Iterator[_Way]:
    if settings.database_url is not None:
        yield _way_to_server(settings, settings.database_url.get_secret_value(), credentials)
        return
    with EmbeddedServer(paths.data, making.tell) as server:
        role = making.operator or enrolment.role_name()
        lock = Folder.of(paths.data).path / "prepare.lock"
        ledger = OwnLedger(server, role, lock, paths.data / "backups", making.currency)
        environment = ledger.prepare(making.demo, making.tell)
        owner, passwords = server.owner_url, server.passwords
        gate_url = server.url_for(GATE, passwords.password_of(GATE) or "")
        if credentials is None:
            with as_admin(owner) as connection:
                enrolment.refuse_shut(connection, role)
            url = server.url_for(role, passwords.password_of(role) or "")
            yield _Way(url, owner, EMBEDDED, environment, known_gate=gate_url, remembered=role, server=server)
            return
        url = server.url_for(credentials.operator, credentials.password.get_secret_value())
        yield _Way(url, owner, EMBEDDED, environment, gate_url, gate_url, role, server)


def _way_to_server(settings: Settings, url: str, credentials: Credentials | None) -> _Way:
    """Return the way to a server of others; what the URL says of itself is no guess and needs no gate."""
    gate_url = None
    if settings.gate_password is not None:
        gate_url = url_with(url, GATE, settings.gate_password.get_secret_value())
    if credentials is None:
        return _Way(url, url, "", "LIVE", known_gate=gate_url)
    url = url_with(url, credentials.operator, credentials.password.get_secret_value())
    return _Way(url, url, "", "LIVE", gate_url, gate_url)


def _confirmed(way: _Way, database: Database, credentials: Credentials) -> SessionFacts:
    """Return the session's facts for who comes back to a locked window; raises AccessDeniedError otherwise.

    An operator whose password this computer keeps types none: who has the computer has the password too.
    """
    if credentials.operator == way.remembered and not credentials.password.get_secret_value():
        return database.session_facts()
    url = url_with(way.url, credentials.operator, credentials.password.get_secret_value())
    if way.known_gate is not None:
        return sign_in(url, way.known_gate, database.recorder)
    tried = Database(url, database.recorder, database.settings)
    try:
        return tried.session_facts()
    finally:
        tried.close()


def history_file(settings: Settings, paths: Paths) -> Path:
    """Name the file with the history of the ledger that `settings` name."""
    if settings.database_url is None:
        return _history_file(paths.data, "", EMBEDDED)
    return _history_file(paths.data, settings.database_url.get_secret_value(), "")


def _history_file(data: Path, url: str, profile: str) -> Path:
    return data / "history" / f"{_file_name(url, profile)}.sqlite3"


def _outbox_path(data: Path, way: _Way) -> Path:
    """Name the outbox of a ledger: what one ledger never saw must not be called off in another."""
    return data / "outbox" / f"{_file_name(way.url, way.profile)}.jsonl"


def _file_name(url: str, profile: str) -> str:
    if profile == EMBEDDED:
        return EMBEDDED
    where = _where(make_url(url))
    shown = re.sub(r"[^A-Za-z0-9.-]+", "-", where).strip("-.")[:60]
    return f"{shown}-{hashlib.sha256(where.encode()).hexdigest()[:8]}"


def _where(url: URL) -> str:
    """Name a server and database the same however many hosts there are and in whichever order."""
    _, parameters = url.get_dialect()().create_connect_args(url)
    hosts, ports = str(parameters.get("host", "")).split(","), str(parameters.get("port", "")).split(",")
    if len(hosts) == 1:
        return f"{place(url)}:{url.port or PORT}"
    pairs = zip(hosts, ports if len(ports) == len(hosts) else ports * len(hosts), strict=True)
    return ",".join(sorted(f"{host}:{port or PORT}" for host, port in pairs)) + f"/{url.database or ''}"


def _serve_metrics(port: int, database: Database, watch: Watch, keeper: Keeper, stack: ExitStack) -> None:
    """Answer Prometheus where a port is set; another console may have it, and then this one goes without."""
    if not port:
        return
    from console.workspace.metrics import MetricsServer, metrics_text  # noqa: PLC0415 - a web server, seldom asked

    try:
        server = MetricsServer(port, lambda: metrics_text(database, watch, keeper))
    except OSError as error:
        logger.warning("Prometheus is not answered on port %d: %s", port, error.strerror)
    else:
        stack.callback(server.close)
