"""A demo ledger made by SQL: plausible, deterministic, and adding up to the last minor unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import Error as DriverError
from sqlalchemy import bindparam, create_engine, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import BigInteger, DateTime, Text

from console.errors import RefusedError, UsageError
from console.postgres.driver_errors import translated
from models.migrations.script import run_script

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine
    from sqlalchemy.types import TypeEngine

CURRENCY = "CR"
EXPONENT = 2
SPAN = timedelta(days=730)
TRANSACTION_LIMIT = 1_000_000_000
USER_LIMIT = 50_000_000
USER_MINIMUM = 2
_FILLED = tuple(
    f"ledger.{name}"
    for name in ("transactions", "wallets", "users", "credit_lots", "lot_movements", "reservations")
)

# Rows an INSERT: large enough to be one scan, small enough to show progress every second or so. Of a small
# demo it is less: the first start would stand at nothing and then be done.
_PIECE = 250_000
_LEAST_PIECE = 25_000
_PIECES = 10
_PRIMES = (104_729, 1_299_709, 15_485_863, 49_979_687, 86_028_121)
_SQL = package_files.files("resources") / "sql"
_DEMO = package_files.files("resources") / "demo"
_WORDS = (
    "Dinner", "Rent share", "Thank you", "Concert tickets", "Groceries", "Birthday present", "Lunch",
    "Taxi", "Holiday fund", "Refund between friends", "Books", "Gym",
)  # fmt: skip


_NOTED = text("""
    SELECT ledger.note('make_demo', 'ledger', 'done', '', jsonb_build_object(
        'last_transaction', (SELECT max(t.id) FROM ledger.transactions t),
        'last_hold', (SELECT max(r.id) FROM ledger.reservations r)))""")


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What will be made; `users` is even, since customers meet in pairs."""

    users: int
    transactions: int
    until: datetime

    @property
    def parameters(self) -> dict[str, Any]:
        """The numbers that the demo's SQL works with."""
        round_size = self.users // 2 * 3
        after_opening = max(0, self.transactions - self.users)
        # The last round counts as under way, even when it is whole: its grants are the open ones.
        rounds = max(0, math.ceil(after_opening / round_size) - 1)
        in_last = after_opening - rounds * round_size
        step = SPAN / max(1, self.transactions)
        return {
            "users": self.users,
            "transactions": self.transactions,
            "until": self.until,
            "start": self.until - SPAN,
            "step_us": max(1, int(step / timedelta(microseconds=1))),
            "round": round_size,
            "rounds": rounds,
            "whole": in_last // 3,
            "left_over": in_last % 3,
            "factors": [prime for prime in _PRIMES if self.users % prime],
        }


def plan(users: int, transactions: int, until: datetime | None = None) -> DemoPlan:
    """Check the arguments; without `until` the demo ends at the last midnight, UTC."""
    if not USER_MINIMUM <= users <= USER_LIMIT:
        raise UsageError(f"--users must be from {USER_MINIMUM} to {USER_LIMIT:,}.")
    if not 0 <= transactions <= TRANSACTION_LIMIT:
        raise UsageError(f"--transactions must be from 0 to {TRANSACTION_LIMIT:,}.")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return DemoPlan(users + users % 2, transactions, until or midnight)


def make_demo(
    owner_url: str, wanted: DemoPlan, *, progress: Callable[[int, int], None] | None = None
) -> None:
    """Fill an empty ledger, as an administrator; raises RefusedError when it is not empty."""
    # Unprepared: a plan made for the values at hand folds them into the formulas.
    engine = create_engine(
        owner_url,
        poolclass=NullPool,
        isolation_level="READ COMMITTED",
        connect_args={"prepare_threshold": None},
    )
    try:
        _make(engine, wanted, progress or (lambda _done, _total: None))
    except (DBAPIError, DriverError) as error:
        raise translated(error, engine.url) from error
    finally:
        engine.dispose()


def _make(engine: Engine, wanted: DemoPlan, progress: Callable[[int, int], None]) -> None:
    """Make everything in one transaction: a demo cut short leaves the ledger as it was."""
    values = wanted.parameters | {"currency": CURRENCY}
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE ledger_owner"))
        for setting in ("statement_timeout = 0", "maintenance_work_mem = '1GB'", "work_mem = '64MB'"):
            connection.execute(text(f"SET LOCAL {setting}"))
        if connection.scalar(
            text("""
            SELECT EXISTS (SELECT FROM ledger.transactions)
                OR EXISTS (SELECT FROM ledger.users WHERE kind = 'customer')""")
        ):
            raise RefusedError("demo.not_empty", "This ledger has customers; a demo needs an empty one.")
        connection.execute(
            text("SELECT ledger.add_currency(:code, CAST(:exponent AS smallint))"),
            {"code": CURRENCY, "exponent": EXPONENT},
        )
        run_script(connection, _path("demo_functions.sql"))
        values |= _anchors(connection)
        indexes = _drop_indexes(connection)
        _run(connection, "demo_accounts.sql", values)
        piece = min(_PIECE, max(_LEAST_PIECE, wanted.transactions // _PIECES))
        for low in range(0, wanted.transactions, piece):
            high = min(low + piece, wanted.transactions) - 1
            _run(connection, "demo_transactions.sql", values | {"low": low, "high": high})
            progress(high + 1, wanted.transactions)
        for index in indexes:
            connection.exec_driver_sql(index)
        _run(connection, "demo_credits.sql", values)
        _move_sequences(connection)
        connection.execute(text("SELECT ledger.checkpoint_system_wallets()"))
        # No operation made these rows, and who verifies the ledger should know.
        connection.execute(_NOTED)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE ledger_owner"))
        # The planner needs to know at once; the vacuum of so many new rows is autovacuum's own work.
        connection.execute(text(f"ANALYZE {', '.join(_FILLED)}"))


def _anchors(connection: Connection) -> dict[str, int]:
    """Return the ids that the demo's rows count up from, and the system wallets' ids."""
    found = connection.execute(
        text("""
        SELECT (SELECT max(id) FROM ledger.users) AS first_user,
            (SELECT max(id) FROM ledger.wallets) AS first_wallet, 1 AS first_id,
            max(w.id) FILTER (WHERE u.username = '@external') AS external,
            max(w.id) FILTER (WHERE u.username = '@issuance') AS issuance,
            max(w.id) FILTER (WHERE u.username = '@revenue') AS revenue
        FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id WHERE w.currency = :currency"""),
        {"currency": CURRENCY},
    ).one()
    return dict(found._asdict())


def _drop_indexes(connection: Connection) -> list[str]:
    """Drop the big tables' indexes and foreign keys, but no primary key; return what makes them again.

    Building an index over ten million rows once costs a tenth of keeping it through as many inserts,
    and a foreign key is checked by one join instead of a look-up a row.
    """
    tables = "ARRAY['ledger.transactions', 'ledger.wallets', 'ledger.users']::regclass[]"
    foreign = connection.execute(
        text(f"""
        SELECT c.conrelid::regclass::text AS place, c.conname, pg_get_constraintdef(c.oid) AS definition
        FROM pg_constraint c WHERE c.conrelid = ANY({tables}) AND c.contype = 'f' ORDER BY c.conname""")  # noqa: S608 - three names of ours
    ).all()
    indexes = connection.execute(
        text(f"""
        SELECT i.relname, pg_get_indexdef(i.oid) AS definition, x.indrelid::regclass::text AS place,
            c.conname,
            pg_get_constraintdef(c.oid) AS constraint_definition
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        LEFT JOIN pg_constraint c ON c.conindid = i.oid AND c.conrelid = x.indrelid
        WHERE x.indrelid = ANY({tables}) AND NOT x.indisprimary ORDER BY i.relname""")  # noqa: S608 - three names of ours
    ).all()
    again = []
    for index in indexes:
        if index.conname is None:
            connection.exec_driver_sql(f"DROP INDEX ledger.{index.relname}")
            again.append(index.definition)
        else:
            connection.exec_driver_sql(f"ALTER TABLE {index.place} DROP CONSTRAINT {index.conname}")
            again.append(
                f"ALTER TABLE {index.place} ADD CONSTRAINT {index.conname} {index.constraint_definition}"
            )
    for key in foreign:
        connection.exec_driver_sql(f"ALTER TABLE {key.place} DROP CONSTRAINT {key.conname}")
        again.append(f"ALTER TABLE {key.place} ADD CONSTRAINT {key.conname} {key.definition}")
    return again


def _move_sequences(connection: Connection) -> None:
    """Let new ids follow the demo's."""
    for table in ("users", "wallets", "transactions"):
        connection.execute(
            text(f"""
            SELECT setval(pg_get_serial_sequence('ledger.{table}', 'id'), max(id))
            FROM ledger.{table} HAVING max(id) IS NOT NULL""")  # noqa: S608 - three names of ours
        )


def _run(connection: Connection, name: str, values: dict[str, Any]) -> None:
    """Run one of the demo's statements with those of the values that it names."""
    statement = text(_path(name).read_text(encoding="utf-8"))
    lists: dict[str, TypeEngine[Any]] = {
        "factors": ARRAY(BigInteger),
        "given": ARRAY(Text),
        "family": ARRAY(Text),
        "words": ARRAY(Text),
    }
    known = values | {"given": _names("given"), "family": _names("family"), "words": list(_WORDS)}
    moments: dict[str, TypeEngine[Any]] = {"start": DateTime(timezone=True), "until": DateTime(timezone=True)}
    wanted = {}
    for parameter in statement.compile().params:
        kind = lists.get(parameter) or moments.get(parameter)
        kind = kind or (Text() if isinstance(known[parameter], str) else BigInteger())
        wanted[parameter] = known[parameter]
        statement = statement.bindparams(bindparam(parameter, type_=kind))
    connection.execute(statement, wanted)


def _names(which: str) -> list[str]:
    return (_DEMO / f"{which}_names.txt").read_text(encoding="utf-8").split()


def _path(name: str) -> Path:
    return Path(str(_SQL / name))
