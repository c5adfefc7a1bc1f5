"""A ledger of a stated size to measure on, in a database of its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from console.postgres.driver_errors import translated
from console.workspace.demo import make_demo, plan
from console.workspace.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def bench_ledger(
    admin_url: str, users: int, transactions: int, *, keep: bool, say: Callable[[str], None]
) -> Iterator[str]:
    """Make (or find, when an earlier run kept it) a demo ledger and give its URL; drops it afterwards."""
    url = make_url(admin_url)
    name = f"ledger_bench_{users}_{transactions}"
    bench_url = url.set(database=name).render_as_string(hide_password=False)
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            found = connection.scalar(
                text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)"), {"name": name}
            )
            if not found:
                connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        try:
            if not found:
                say(f"making a ledger of {transactions:,} transactions and {users:,} accounts")
                migrate(bench_url)
                make_demo(bench_url, plan(users, transactions))
            yield bench_url
        except BaseException:
            keep = keep and found  # a half-made ledger is no ledger to measure on later
            raise
        finally:
            if not keep:
                with engine.connect() as connection:
                    connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    except DBAPIError as error:
        raise translated(error, url) from error
    finally:
        engine.dispose()
