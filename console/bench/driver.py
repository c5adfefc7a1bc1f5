"""The bare driver beside the console: for what is measured without it, and to prepare a measurement."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

import psycopg
from sqlalchemy import make_url

from console.postgres.driver_errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Driver = psycopg.Connection[Any]
    Answer = TypeVar("Answer")


@contextmanager
def driver_to(url: str, *, autocommit: bool = False, options: str | None = None) -> Iterator[Driver]:
    """Lend a connection of the driver to SQLAlchemy's URL; its errors become the console's."""
    place = make_url(url)
    driver_url = place.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(driver_url, autocommit=autocommit, options=options) as driver:
            yield driver
    except psycopg.Error as error:
        raise translated(error, place) from error


def timed(way: Callable[[], Answer]) -> tuple[float, Answer]:
    """Return how many seconds a way took, and its answer."""
    started = time.perf_counter()
    answer = way()
    return time.perf_counter() - started, answer


def number(driver: Driver, question: LiteralString, *values: object) -> int:
    """Return the one number that answers a question; 0 when nothing does."""
    row = driver.execute(question, values).fetchone()
    return 0 if row is None or row[0] is None else int(row[0])
