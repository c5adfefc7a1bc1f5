"""Signing in with a password or a code: an attempt is reserved at the gate before it is tried, once."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg
import stamina
from psycopg.rows import namedtuple_row
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from console.errors import AccessDeniedError, DatabaseUnreachableError
from console.errors.refusals import accepted
from console.ledger.operators.credentials import (
    CodeInDoubtError,
    GateError,
    LockedOutError,
    WrongCodeError,
    WrongPasswordError,
)
from console.postgres.cancellation import Cancellation
from console.postgres.database import checked_facts
from console.postgres.driver_errors import is_wrong_password, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from console.monitor.recording.recorder import Recorder
    from console.postgres.database import SessionFacts

GATE: Final = "ledger_gate"
"""The role that may count attempts and do nothing else."""

_TIMEOUT_S: Final = 5
_HESITANT: Final = frozenset({"allow", "prefer"})
_RESERVE: Final = "SELECT ledger.reserve_attempt(%s)"
_FAILED: Final = "SELECT ledger.attempt_failed(%s)"
_REDEEM: Final = "SELECT ledger.redeem_code(%s, %s, %s)"
_CHECK: Final = "SELECT * FROM ledger.session_check(%s::bigint)"


def sign_in(
    url: str, gate_url: str, recorder: Recorder, *, cancel: Cancellation | None = None
) -> SessionFacts:
    """Try the operator and password of `url` and return what the server says of the session.

    Raises LockedOutError before the password leaves this computer, WrongPasswordError after it was tried,
    GateError when nothing could be counted. Whatever else goes wrong in between, the attempt is used up.
    """
    wanted, gate = make_url(url), make_url(gate_url)
    cancel = Cancellation() if cancel is None else cancel
    attempt, way = _reserve(gate, wanted.username or "", recorder, cancel)
    try:
        with recorder.action("session.rights"), _connected(_pinned(wanted, way), cancel) as tried:
            return checked_facts(_ask(tried, _CHECK, (attempt,), recorder))
    except AccessDeniedError as error:
        if not is_wrong_password(error):
            raise
        raise _failure(gate, attempt, recorder) from error


def redeem(
    gate_url: str,
    operator: str,
    code: str,
    password: SecretStr,
    recorder: Recorder,
    *,
    cancel: Cancellation | None = None,
) -> None:
    """Set an operator's password by the code that was given for it, as `normal_code` writes that.

    Raises WrongCodeError, and LockedOutError and GateError as `sign_in` does; CodeInDoubtError when the
    answer was lost. Once the code is on its way it is not cancelled: it is good once.
    """
    gate = make_url(gate_url)
    attempt, _ = _reserve(gate, operator, recorder, Cancellation() if cancel is None else cancel)
    plain, asked = password.get_secret_value().encode(), False
    try:
        with recorder.action("session.redeem"), _let_in(gate, Cancellation()) as connection:
            # The driver makes it: neither the password nor what was typed of it comes into a statement.
            made = connection.pgconn.encrypt_password(plain, operator.encode(), b"scram-sha-256")
            asked = True
            answer = _ask(connection, _REDEEM, (attempt, code, made.decode()), recorder)[0]
    except DatabaseUnreachableError as error:
        if asked:
            raise CodeInDoubtError from error
        raise
    if answer["status"] != "failed":
        accepted(answer)
    elif answer.get("until") is not None:
        raise LockedOutError(datetime.fromisoformat(answer["until"]))
    else:
        raise WrongCodeError(answer["left"])


def _reserve(
    gate: URL, operator: str, recorder: Recorder, cancel: Cancellation
) -> tuple[int, dict[str, str]]:
    """Reserve an attempt; return it and the way on which the gate was reached."""
    try:
        with recorder.action("session.reserve"):
            answer, way = _at_gate(gate, _RESERVE, operator, recorder, cancel)
    except AccessDeniedError as error:
        raise GateError from error
    if answer["status"] == "refused":
        raise LockedOutError(datetime.fromisoformat(answer["detail"]["until"]))
    return answer["attempt"], way


def _failure(gate: URL, attempt: int, recorder: Recorder) -> AccessDeniedError:
    """Tell the gate that the password was wrong; return what to raise. Not cancelled: it has been tried."""
    with recorder.action("session.failed"):
        answer, _ = _at_gate(gate, _FAILED, attempt, recorder, Cancellation())
    if answer.get("until") is not None:
        return LockedOutError(datetime.fromisoformat(answer["until"]))
    return WrongPasswordError(answer["left"])


def _at_gate(
    gate: URL, statement: str, value: object, recorder: Recorder, cancel: Cancellation
) -> tuple[dict[str, Any], dict[str, str]]:
    """Ask the gate once, on a connection of its own."""
    with _let_in(gate, cancel) as connection:
        return _ask(connection, statement, (value,), recorder)[0], _way(connection)


@contextmanager
def _let_in(gate: URL, cancel: Cancellation) -> Iterator[psycopg.Connection[Any]]:
    """Lend a connection of the gate; while it is full, knock again."""
    with ExitStack() as stack:
        for knock in stamina.retry_context(on=_is_full, attempts=8, wait_initial=0.05, wait_max=0.5):
            with knock:
                connection = stack.enter_context(_connected(gate, cancel))
        yield connection


def _is_full(error: Exception) -> bool:
    return isinstance(error, DatabaseUnreachableError) and "too many connections" in error.reason


@contextmanager
def _connected(url: URL, cancel: Cancellation) -> Iterator[psycopg.Connection[Any]]:
    """Lend a connection for one statement. A pool's engine would ask the server five questions first."""
    # Not as a URL: SQLAlchemy and libpq do not agree on how a password with a space is written there.
    _, parameters = url.get_dialect()().create_connect_args(url)
    parameters.update(
        application_name="ledger-console", connect_timeout=_TIMEOUT_S, tcp_user_timeout=_TIMEOUT_S * 1000
    )
    cancel.check()
    try:
        with psycopg.connect(row_factory=namedtuple_row, **parameters) as connection:
            # In BEGIN itself: a server's default must not keep anybody from signing in.
            connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            cancel.attach(lambda: connection.cancel_safe(timeout=_TIMEOUT_S))
            try:
                yield connection
            finally:
                cancel.detach()
    except psycopg.Error as error:
        raise translated(error, url) from error


def _ask(
    connection: psycopg.Connection[Any], statement: str, values: tuple[object, ...], recorder: Recorder
) -> Any:
    with recorder.statement("SELECT", statement) as running:
        row = connection.execute(statement.encode(), values).fetchone()
        running.rows = 1
    return row


def _way(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Return where and how a connection was made, in libpq's words."""
    info, driver = connection.info, connection.pgconn
    used = {option.keyword.decode(): (option.val or b"").decode() for option in driver.info}
    way = {"host": info.host, "port": str(info.port)}
    if info.hostaddr and not info.host.startswith("/"):
        way["hostaddr"] = info.hostaddr
    if used.get("gssencmode") != "require":
        way["gssencmode"] = "disable"
    if used.get("sslmode", "prefer") in _HESITANT:
        way["sslmode"] = "require" if driver.ssl_in_use else "disable"
    return way


def _pinned(url: URL, way: dict[str, str]) -> URL:
    """Return the URL with one way to one server.

    Otherwise the driver tries every address of a name, and each with TLS and without: with a wrong password
    that would be up to four guesses for one attempt.
    """
    query = {name: value for name, value in url.query.items() if name not in {"host", "port", "hostaddr"}}
    return URL.create(
        url.drivername, url.username, url.password, database=url.database, query={**query, **way}
    )
