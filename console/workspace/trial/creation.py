"""A ledger made on a server of others', by a role that may make it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from psycopg import Error as DriverError
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from console.errors import DatabaseUnreachableError, UsageError
from console.errors.refusals import accepted
from console.ledger.operators.credentials import refuse_short
from console.ledger.operators.enrolment import verifier
from console.postgres.driver_errors import sqlstate_of, translated
from console.workspace.migrate import migrate
from console.workspace.own_ledger import add_currency, as_admin

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection as Driver
    from sqlalchemy import Connection

    from console.ledger.operators.credentials import Credentials
    from console.money import Currency
    from console.settings.profiles.profile import Profile

    Progress = Callable[[int, int], None]

REASON: Final = "the first operator, who made this ledger"
_STEPS: Final = 4
# Everyday work, and who else may do what; whoever made the ledger stays an administrator of the server.
_GROUPS: Final = ("ledger_admin", "ledger_operator", "ledger_support")
_ZONE: Final = "SELECT ledger.set_business_zone(gen_random_uuid(), :zone, :reason)"
_FIRST: Final = """
    SELECT ledger.create_operator(
        gen_random_uuid(), :name, '', CAST(:groups AS text[]), :verifier, :reason)"""


@dataclass(frozen=True, slots=True)
class NewLedger:
    """What a new ledger begins with.

    zone: by which its business day is counted, such as Europe/Vienna; empty is UTC. first: an operator who
    is made, with every day's rights and an administrator's; None leaves that to whoever makes the ledger.
    """

    currency: Currency
    zone: str = ""
    first: Credentials | None = None


def create_ledger(
    profile: Profile,
    credentials: Credentials,
    wanted: NewLedger,
    progress: Progress = lambda _done, _total: None,
    *,
    roots: str = "",
) -> str:
    """Make the ledger of a server's profile, and its database where that is missing; return its schema.

    `credentials` are those of a role that may: a superuser, or one with CREATEROLE and the right to create
    in the database. It can be called again after a failure: what is there stays. `progress` gets steps done
    and in all. Raises UsageError for a profile of this computer, AccessDeniedError, RefusedError, and what a
    connection raises.
    """
    if not profile.is_server:
        raise UsageError("A ledger on this computer is made when it is opened.")
    if wanted.first is not None:
        refuse_short(wanted.first.password)
    url = profile.url(credentials.operator, credentials.password.get_secret_value(), roots=roots)
    progress(0, _STEPS)
    _make_database(url)
    progress(1, _STEPS)
    version = migrate(url)
    progress(2, _STEPS)
    add_currency(url, wanted.currency)
    progress(3, _STEPS)
    with as_admin(url) as connection:
        _begin(connection, wanted)
    progress(_STEPS, _STEPS)
    return version


def _begin(connection: Connection, wanted: NewLedger) -> None:
    """Set the business day's zone and make the first operator, together or not at all."""
    if wanted.zone not in {"", "UTC", "Etc/UTC"}:
        zone = {"zone": wanted.zone, "reason": "stated when the ledger was made"}
        accepted(connection.scalar(text(_ZONE), zone))
    first = wanted.first
    if first is not None:
        kept = verifier(connection, first.operator, first.password.get_secret_value())
        values = {"name": first.operator, "groups": list(_GROUPS), "verifier": kept, "reason": REASON}
        accepted(connection.scalar(text(_FIRST), values))


def _make_database(url: str) -> None:
    """Make the database when it is missing; in the one that every server has is asked for it."""
    try:
        with as_admin(url):
            return
    except DatabaseUnreachableError as error:
        if error.__cause__ is None or not _is_missing(error.__cause__):
            raise
    wanted = make_url(url)
    engine = create_engine(wanted.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            driver = cast("Driver[Any]", connection.connection.driver_connection)
            driver.execute(
                SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    Identifier(wanted.database or "")
                )
            )
    except (DBAPIError, DriverError) as error:
        raise translated(error, engine.url) from error
    finally:
        engine.dispose()


def _is_missing(error: BaseException) -> bool:
    # A connection that fails has no SQLSTATE in this driver, only the server's words.
    return sqlstate_of(error) == "3D000" or ("database" in str(error) and "does not exist" in str(error))
