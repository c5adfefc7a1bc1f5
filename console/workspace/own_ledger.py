"""The ledger on this computer: made, brought up to date and filled with a demo by its owner."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg import Error as DriverError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from tzlocal import get_localzone_name

from console.ledger.operators import enrolment
from console.ledger.operators.sign_in import GATE
from console.money import Currency
from console.postgres.driver_errors import translated
from console.postgres.embedded.leases import alone
from console.postgres.steps import Step, untold
from console.workspace.demo import make_demo
from models import applied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from console.postgres.embedded.passwords import Passwords
    from console.postgres.embedded.server import EmbeddedServer
    from console.postgres.steps import Tell
    from console.workspace.demo import DemoPlan

FIRST_CURRENCY: Final = Currency("CR", 2)
"""What a new embedded ledger begins with: credits, the currency of the demo too."""

# What fills the server's disk, and everybody may call: the functions that make or write a large object.
_NO_LARGE_OBJECTS: Final = """
    REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea),
        lo_put(oid, bigint, bytea), lo_open(oid, integer), lowrite(integer, bytea) FROM PUBLIC"""
_DEMO_OPERATOR: Final = "checkout-service"


@dataclass(frozen=True, slots=True)
class _State:
    """Whether the embedded ledger is as this console needs it, and who made its first transaction."""

    ready: bool
    first_operator: str | None


@dataclass(frozen=True, slots=True)
class OwnLedger:
    """The embedded ledger and the person before it."""

    server: EmbeddedServer
    role: str
    lock: Path
    backups: Path
    currency: Currency = FIRST_CURRENCY

    def prepare(self, demo: DemoPlan | None, tell: Tell = untold) -> str:
        """Bring the ledger up to date if it is not; return the word for its environment.

        Only then, for a migration waits for every posting under way and holds new ones off. The lock
        keeps two first starts apart.
        """
        state = self._state()
        if not state.ready or (demo is not None and state.first_operator is None):
            with alone(self.lock):
                if not self._state().ready:
                    self._bring_up_to_date(tell)
                if demo is not None and self._state().first_operator is None:
                    make_demo(self.server.owner_url, demo, progress=_of_the_demo(tell))
            state = self._state()
        return "DEMO" if state.first_operator == _DEMO_OPERATOR else "LOCAL"

    def _state(self) -> _State:
        with as_admin(self.server.owner_url) as connection:
            made_of = connection.scalar(
                text("SELECT obj_description(to_regnamespace('ledger'), 'pg_namespace')")
            )
            if (
                made_of != applied.fingerprint()
                or self.server.passwords.password_of(self.role) is None
                or self.server.passwords.password_of(GATE) is None
                or not enrolment.is_enrolled(connection, self.role)
            ):
                return _State(ready=False, first_operator=None)
            first = text("SELECT t.operator FROM ledger.transactions t ORDER BY t.id LIMIT 1")
            return _State(ready=True, first_operator=connection.scalar(first))

    def _bring_up_to_date(self, tell: Tell) -> None:
        from console.workspace.upgrade import upgrade  # noqa: PLC0415 - Alembic, which most starts do not need

        upgrade(self.server, self.backups, tell)
        settle_in(self.server.owner_url, self.role, self.server.passwords, self.currency)


def settle_in(owner_url: str, role: str, passwords: Passwords, currency: Currency = FIRST_CURRENCY) -> None:
    """Make the person before the console an operator of a migrated ledger, and give it what it must have."""
    with as_admin(owner_url) as connection:
        # docs/safety.md asks as much of who looks after a server; this one is nobody else's.
        connection.execute(text(_NO_LARGE_OBJECTS))
        enrolment.enrol(connection, role, passwords)
        if not connection.scalar(text("SELECT EXISTS (SELECT FROM ledger.currencies)")):
            _add_currency(connection, currency)
            _count_days_as_here(connection)
        # Last: what was cut short is begun again.
        connection.exec_driver_sql(f"COMMENT ON SCHEMA ledger IS '{applied.fingerprint()}'")


def _of_the_demo(tell: Tell) -> Callable[[int, int], None]:
    """Return what the demo tells its rows to, done and in all."""
    return lambda done, total: tell(
        Step(f"Making the demo ledger: {done:,} of {total:,} transactions", done, total)
    )


def _count_days_as_here(connection: Connection) -> None:
    """Let a new ledger's business day be this computer's; one whose zone has no name counts in UTC."""
    zone = get_localzone_name()
    if zone in {None, "UTC", "Etc/UTC"}:
        return
    connection.execute(
        text("SELECT ledger.set_business_zone(gen_random_uuid(), :zone, :reason)"),
        {"zone": zone, "reason": "the zone of the computer on which the ledger was made"},
    )


def add_currency(admin_url: str, currency: Currency) -> None:
    """Add a currency with its system accounts; asking again for the same one changes nothing."""
    with as_admin(admin_url) as connection:
        _add_currency(connection, currency)


@contextmanager
def as_admin(url: str) -> Iterator[Connection]:
    """Lend a connection in one transaction, outside the operator's pool and its record."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="READ COMMITTED")
    try:
        with engine.begin() as connection:
            yield connection
    except (DBAPIError, DriverError) as error:
        raise translated(error, engine.url) from error
    finally:
        engine.dispose()


def _add_currency(connection: Connection, currency: Currency) -> None:
    connection.execute(
        text("SELECT ledger.add_currency(:code, CAST(:exponent AS smallint))"),
        {"code": currency.code, "exponent": currency.exponent},
    )
