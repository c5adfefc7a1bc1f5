"""The bare driver beside the console: for what is measured without it, and to prepare a measurement."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
from sqlalchemy import make_url

from console.postgres.driver_errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    Driver = psycopg.Connection[Any]


@contextmanager
def driver_to(url: str, *, autocommit: bool = False) -> Iterator[Driver]:
    """Lend a connection of the driver to SQLAlchemy's URL; its errors become the console's."""
    place = make_url(url)
    try:
        with psycopg.connect(
            place.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=autocommit
        ) as driver:
            yield driver
    except psycopg.Error as error:
        raise translated(error, place) from error


def number(driver: Driver, question: LiteralString, *values: object) -> int:
    """Return the one number that answers a question; 0 when nothing does."""
    row = driver.execute(question, values).fetchone()
    return 0 if row is None or row[0] is None else int(row[0])
