"""What is asked of a ledger and what was found: promises, broken ones with their first offender."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - part of a public result
from typing import TYPE_CHECKING

from psycopg.errors import DataError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: how often it is broken, and where first; amounts are in minor units, as text.

    unread: the tables it needs that this operator may not read; then nobody looked.
    """

    code: str
    title: str
    wrong: int = 0
    first: str | None = None
    expected: str | None = None
    found: str | None = None
    unread: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing was found against it."""
        return self.wrong == 0


@dataclass(frozen=True, slots=True)
class SealMark:
    """How far transactions are under seal, and the hash of the last range."""

    last_id: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Which ledger this is, and how far its audit chain and its seals go.

    place: the server's own identifier and the database's; a ledger cannot change its name and stay there.
    """

    ledger: UUID
    place: str
    id: int
    hash: bytes
    seal: SealMark | None


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, how much they covered at which moment, and the head of the chain they saw.

    remarks: what the ledger cannot hold by itself, in sentences; nothing is wrong by them.
    """

    checks: tuple[Check, ...]
    transactions: int
    wallets: int
    at: datetime
    head: Head
    remarks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every promise holds."""
        return all(check.passed for check in self.checks)

    @property
    def chain_passed(self) -> bool:
        """Whether the audit chain and the seals that stand in it were found whole."""
        guarding = [check for check in self.checks if check.code.startswith(("chain.", "seal."))]
        return all(check.passed and not check.unread for check in guarding)


@dataclass(frozen=True, slots=True)
class Question:
    """One statement that returns what is broken: code, place, number, expected, found.

    titles: the promises it asks after, by code; the lowest number of each is its first offender.
    needs: tables that not every operator may read. deep: the same of what is under seal, too.
    """

    titles: Mapping[str, str]
    broken: str
    needs: tuple[str, ...] = ()
    deep: str | None = None

    def ask(self, session: Session, readable: Collection[str], *, deep: bool = False) -> list[Check]:
        """Return a check for each promise."""
        asked = self.broken if self.deep is None or not deep else self.deep
        unread = tuple(table for table in self.needs if table not in readable)
        if unread:
            return [Check(code, title, unread=unread) for code, title in self.titles.items()]
        statement = text(f"""
            WITH broken (code, place, number, expected, found) AS MATERIALIZED ({asked})
            SELECT DISTINCT ON (broken.code) broken.code, broken.place, broken.expected, broken.found,
                count(*) OVER (PARTITION BY broken.code) AS wrong
            FROM broken ORDER BY broken.code, broken.number""")  # noqa: S608 - a constant of this package
        try:
            # A value that no arithmetic can take ends the statement, but not the snapshot.
            with session.begin_nested():
                rows = session.execute(statement).all()
        except DBAPIError as error:
            if not isinstance(error.orig, DataError):
                raise
            reason = error.orig.diag.message_primary
            return [
                Check(code, title, 1, "a value that cannot be reckoned with", None, reason)
                for code, title in self.titles.items()
            ]
        broken = {row.code: row for row in rows}
        return [
            Check(code, title, row.wrong, row.place, row.expected, row.found)
            if (row := broken.get(code)) is not None
            else Check(code, title)
            for code, title in self.titles.items()
        ]
