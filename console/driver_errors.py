"""What a driver's error means to an operator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from console.errors import (
    AccessDeniedError,
    ConsoleError,
    DatabaseUnreachableError,
    RefusedError,
    SchemaError,
    StatementError,
    TimedOutError,
)
from console.refusals import refusal

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_TIMEOUTS = {
    "57014": "The statement took longer than this session allows and was stopped. Nothing was changed.",
    "55P03": "Another session holds these rows; the lock was not free in time. Try again.",
    "25P03": "The session was idle in a transaction for too long and the server closed it.",
}

# A connection that fails has no SQLSTATE in this driver, only the server's words.
_SIGN_IN = "authentication failed"


def sqlstate_of(error: BaseException) -> str:
    """Return the SQLSTATE, or an empty text when the server sent none."""
    return getattr(_driver_error(error), "sqlstate", None) or ""


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
    if state in {"28P01", "28000"} or (state == "" and _SIGN_IN in message):
        return AccessDeniedError(f"The server refused the sign-in: {message}")
    if state == "42501":
        return AccessDeniedError(f"The server refused this to your role: {message}")
    if state in {"3F000", "42P01", "42883"}:
        return SchemaError(
            "There is no ledger in this database, or one of another version. "
            "An administrator makes it with: ledgerctl migrate"
        )
    if state == "" or state[:2] in {"08", "53"} or state in {"57P01", "57P02", "57P03", "3D000"}:
        return DatabaseUnreachableError(place(url), message)
    return StatementError(f"The server refused the statement ({state}): {message}")


def _driver_error(error: BaseException) -> BaseException:
    """Return psycopg's own error, which SQLAlchemy wraps and scripts raise as it is."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _first_line(error: Exception) -> str:
    return str(_driver_error(error)).strip().partition("\n")[0]
