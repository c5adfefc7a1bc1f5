"""What a driver's error means to an operator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from psycopg import InterfaceError, OperationalError
from sqlalchemy.exc import DBAPIError

from console.errors import (
    AccessDeniedError,
    ConsoleError,
    DatabaseUnreachableError,
    LeaseLostError,
    OutcomeUnknownError,
    ReadOnlyError,
    RefusedError,
    SchemaError,
    StatementError,
    TimedOutError,
)
from console.errors.refusals import refusal

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_TIMEOUTS = {
    "57014": "The statement took longer than this session allows and was stopped. Nothing was changed.",
    "40001": "Other sessions changed the same rows each time this was tried. Nothing was changed. Try again.",
    "40P01": "Other sessions held the same rows each time this was tried. Nothing was changed. Try again.",
    "55P03": "Another session holds these rows; the lock was not free in time. Try again.",
    "25P03": "The session was idle in a transaction for too long and the server closed it.",
}

# Errors that are no refusals of the ledger's: nothing is kept of them.
_OURS: Final = {
    # A copy of another server, or one whose administrator has closed it for writing.
    "25006": (ReadOnlyError, "The server takes no writes now. Nothing was changed"),
    "LG004": (StatementError, "Refused"),
    "LG005": (LeaseLostError, "Another keeper runs the jobs now"),
}

_SHUT_OUT: Final = "permission denied for schema ledger"
_NO_RIGHTS: Final = ". You have no rights in this ledger, or none any more; an administrator gives them."
# Serialization failure, deadlock, lock not free in time, and the server's farewells: all pass.
_PASSING: Final = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03"})

# A connection that fails has no SQLSTATE in this driver, only the server's words.
_NOT_AUTHENTICATED: Final = "authentication failed"
_NO_LOGIN: Final = "is not permitted to log in"


def sqlstate_of(error: BaseException) -> str:
    """Return the SQLSTATE, or an empty text when the server sent none."""
    return getattr(_driver_error(error), "sqlstate", None) or ""


def is_passing(error: Exception) -> bool:
    """Whether the whole operation, sent again under the same key, may fare better.

    Never for what the operation itself did wrong (classes 22, 23, 42), nor while the breaker is open.
    """
    if isinstance(error, OutcomeUnknownError):
        return True
    cause = error.__cause__
    if not isinstance(error, ConsoleError) or cause is None:
        return False
    state = sqlstate_of(cause)
    return state in _PASSING or state[:2] == "08" or (state == "" and is_broken(cause))


def is_broken(error: BaseException) -> bool:
    """Whether the connection, not the statement, is what failed without a word from the server."""
    cause = _driver_error(error)
    return (
        isinstance(cause, (OperationalError, InterfaceError))
        and not cause.sqlstate
        and not _is_refused_sign_in(str(cause))
    )


def is_unreachable(error: BaseException) -> bool:
    """Whether there is no connection, or no longer: what was sent may have been done."""
    state = sqlstate_of(error)
    return is_broken(error) or state[:2] in {"08", "53"} or state in {"57P01", "57P02", "57P03", "3D000"}


def is_wrong_password(error: AccessDeniedError) -> bool:
    """Whether the server took a password for wrong, rather than refuse the session or an act in it."""
    cause = error.__cause__
    return cause is not None and sqlstate_of(cause) in {"", "28P01"} and _NOT_AUTHENTICATED in str(cause)


def _is_refused_sign_in(message: str) -> bool:
    return _NOT_AUTHENTICATED in message or _NO_LOGIN in message


def place(url: URL) -> str:
    """Name a server for people: no user, no password."""
    host = url.host or url.query.get("host") or "localhost"
    return f"{host if isinstance(host, str) else host[0]}/{url.database or ''}"


def translated(error: Exception, url: URL) -> ConsoleError:  # noqa: PLR0911 - one a kind of failure
    """Return the console's own error for a driver's error; this is the only place that knows both."""
    state = sqlstate_of(error)
    diagnosis = getattr(_driver_error(error), "diag", None)
    message = getattr(diagnosis, "message_primary", None) or _first_line(error)
    if state in _TIMEOUTS:
        return TimedOutError(_TIMEOUTS[state])
    if state == "LG001":
        detail = json.loads(getattr(diagnosis, "message_detail", None) or "{}")
        return refusal(message, detail)
    if state == "LG002":
        return RefusedError("operation.other", f"Refused: {message}.")
    if state in _OURS:
        kind, words = _OURS[state]
        return kind(f"{words}: {message}.")
    if state in {"28P01", "28000"} or (state == "" and _is_refused_sign_in(message)):
        # Of 'connection failed: connection to server at "::1", port 5432 failed: FATAL:  <why>' the why.
        return AccessDeniedError(f"The server refused the sign-in: {message.rpartition('FATAL:')[2].strip()}")
    if state == "42501":
        # Whoever was disabled with a window open is not even let see what there is.
        more = _NO_RIGHTS if message == _SHUT_OUT else ""
        return AccessDeniedError(f"The server refused this to your role: {message}{more}")
    if state in {"3F000", "42P01", "42883"}:
        return SchemaError(
            "There is no ledger in this database, or one of another version. "
            "An administrator makes it with: ledgerctl migrate"
        )
    if is_unreachable(error):
        return DatabaseUnreachableError(place(url), message)
    if state == "":
        return StatementError(f"The statement cannot be sent: {message}")
    return StatementError(f"The server refused the statement ({state}): {message}")


def _driver_error(error: BaseException) -> BaseException:
    """Return psycopg's own error, which SQLAlchemy wraps and scripts raise as it is."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _first_line(error: Exception) -> str:
    return str(_driver_error(error)).strip().partition("\n")[0]
