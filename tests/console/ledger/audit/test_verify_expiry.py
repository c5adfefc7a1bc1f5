"""Verify misses no credit that should have been swept, and says nothing of what is right to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.audit.verify.questions import verify
from tests.cluster import connected
from tests.models.writes import done, grant, let_time_pass, reserve, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.postgres.database import Database
    from tests.bookkeeping import Connection


@pytest.fixture
def operator(open_accounts: Callable[..., None], as_role: Callable[[str], str]) -> Iterator[Connection]:
    """Lend an operator's connection to a ledger with one account."""
    open_accounts({"alice": 0})
    with connected(as_role("t_operator")) as connection:
        yield connection


def _unswept(database: Database) -> tuple[int, str | None]:
    found = next(check for check in verify(database).checks if check.code == "lot.expired")
    return found.wrong, found.found


def _age(url: str, hours: float) -> None:
    with connected(url) as admin:
        let_time_pass(admin, hours)


def test_a_lot_may_wait_a_quarter_of_an_hour(
    operator: Connection, operator_database: Database, ledger_url: str
) -> None:
    lot = done(grant(operator, "alice", 500, 1))["lot"]
    _age(ledger_url, 1.2)  # expired for 12 minutes
    assert _unswept(operator_database) == (0, None)
    _age(ledger_url, 0.1)  # for 18
    wrong, found = _unswept(operator_database)
    assert wrong == 1
    assert str(found).startswith("500, expired")
    report = verify(operator_database)
    assert [check.first for check in report.checks if check.code == "lot.expired"] == [f"lot {lot}"]
    done(sweep(operator))
    assert _unswept(operator_database) == (0, None)


def test_only_what_no_hold_keeps_alive_is_told(
    operator: Connection, operator_database: Database, ledger_url: str
) -> None:
    done(grant(operator, "alice", 500, 1))
    done(reserve(operator, "alice", 300, "order", 10))
    _age(ledger_url, 3)
    wrong, found = _unswept(operator_database)
    assert (wrong, str(found)[:4]) == (1, "200,")
    done(sweep(operator))
    assert _unswept(operator_database) == (0, None)


def test_a_hold_past_its_own_time_keeps_nothing_alive(
    operator: Connection, operator_database: Database, ledger_url: str
) -> None:
    done(grant(operator, "alice", 500, 1))
    done(reserve(operator, "alice", 500, "order", 1))
    _age(ledger_url, 3)
    assert _unswept(operator_database)[0] == 1
    done(sweep(operator))
    assert _unswept(operator_database) == (0, None)
