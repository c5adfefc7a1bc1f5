"""A ledger of a stated size to measure on, in a database of its own."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.postgres.driver_errors import translated
from console.workspace.demo import make_demo, plan
from console.workspace.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL

    from console.settings import Settings


@dataclass(frozen=True, slots=True)
class Place:
    """Where one measures: a demo ledger of so many accounts and transactions on the server of `admin_url`.

    keep: leave it for the next run; say: takes a sentence of progress.
    """

    admin_url: str
    settings: Settings
    users: int
    transactions: int
    keep: bool
    say: Callable[[str], None]

    @property
    def embedded(self) -> bool:
        """Whether the server is the console's own, which has its pgbench beside it."""
        return self.settings.database_url is None

    @contextmanager
    def opened(self, *, alone: bool = False) -> Iterator[tuple[Database, str]]:
        """Make or find it, and lend it with its URL; `alone` has one connection, so that it is counted."""
        settings = self.settings
        if alone:
            settings = settings.model_copy(update={"pool_size": 1, "pool_overflow": 0})
        with self.made() as url:
            database = Database(url, Recorder(), settings)
            try:
                yield database, url
            finally:
                database.close()

    @contextmanager
    def made(self) -> Iterator[str]:
        """Make it (or find it, when an earlier run kept it) and give its URL; drops it afterwards."""
        url = make_url(self.admin_url)
        try:
            yield from self._lent(url)
        except DBAPIError as error:
            raise translated(error, url) from error

    def _lent(self, url: URL) -> Iterator[str]:
        name = f"ledger_bench_{self.users}_{self.transactions}"
        bench_url = url.set(database=name).render_as_string(hide_password=False)
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            found = connection.scalar(
                text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)"), {"name": name}
            )
            if not found:
                connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        keep = self.keep
        try:
            if not found:
                self.say(f"making a ledger of {self.transactions:,} transactions and {self.users:,} accounts")
                migrate(bench_url)
                make_demo(bench_url, plan(self.users, self.transactions))
            yield bench_url
        except BaseException:
            keep = keep and found  # a half-made ledger is no ledger to measure on later
            raise
        finally:
            if not keep:
                with engine.connect() as connection:
                    connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
