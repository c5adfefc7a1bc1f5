"""Accounts with money, and the console's way to the ledger of whoever makes and checks requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.bookkeeping import assert_adds_up
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None], ledger_url: str) -> Iterator[None]:
    open_accounts({"alice": 1_000, "bob": 0})
    yield
    with connected(ledger_url) as admin:
        assert_adds_up(admin)


@pytest.fixture
def ledger_of(as_role: Callable[[str], str], settings: Settings) -> Iterator[Callable[[str], Ledger]]:
    """Return the console's way to the ledger as any of tests.cluster.LOGINS."""
    opened: dict[str, Database] = {}

    def of(login: str) -> Ledger:
        if login not in opened:
            opened[login] = Database(as_role(login), Recorder(capacity=200), settings)
            opened[login].session_facts()  # connected now, so that only the calls are counted
        return Ledger(opened[login])

    yield of
    for database in opened.values():
        database.close()


@pytest.fixture
def maker(ledger_of: Callable[[str], Ledger]) -> Ledger:
    return ledger_of("t_operator")


@pytest.fixture
def checker(ledger_of: Callable[[str], Ledger]) -> Ledger:
    return ledger_of("t_approver")
