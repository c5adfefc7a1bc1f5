"""Sealing goes on until all that was there is sealed, and waits for nobody for long."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from console.errors import CancelledError
from console.ledger.audit.seals import seal
from console.postgres.cancellation import Cancellation
from tests.bookkeeping import transfer
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.writes.ledger import Ledger


@pytest.fixture
def paid(open_accounts: Callable[..., None], as_role: Callable[[str], str]) -> int:
    """Make ten transactions and return how many."""
    open_accounts({"alice": 1_000, "bob": 0})
    with connected(as_role("t_operator")) as connection:
        for _ in range(9):
            transfer(connection, "alice", "bob", 5)
    return 10


def test_all_is_sealed_in_ranges_of_the_size_asked_for(paid: int, operator_ledger: Ledger) -> None:
    told: list[int] = []
    done = seal(operator_ledger, rows=4, progress=told.append)
    assert (done.rows, done.ranges, done.waits_for) == (paid, 3, ())
    assert told[-1] == paid
    again = seal(operator_ledger, rows=4)
    assert (again.rows, again.ranges, again.sealed_to) == (0, 0, done.sealed_to)


def test_what_comes_later_is_sealed_later(
    paid: int, operator_ledger: Ledger, as_role: Callable[[str], str]
) -> None:
    before = seal(operator_ledger)
    with connected(as_role("t_operator")) as connection:
        transfer(connection, "alice", "bob", 5)
    after = seal(operator_ledger)
    assert (before.rows, after.rows) == (paid, 1)
    assert after.sealed_to > before.sealed_to


def test_an_open_transaction_is_waited_for_and_then_told_of(
    paid: int, operator_ledger: Ledger, as_role: Callable[[str], str]
) -> None:
    with connected(as_role("t_operator"), autocommit=False) as slow:
        transfer(slow, "alice", "bob", 5)
        done = seal(operator_ledger)
        assert (done.rows, done.waits_for) == (0, (slow.info.backend_pid,))
        slow.commit()
    assert seal(operator_ledger).rows == paid + 1


def test_waiting_can_be_cancelled(paid: int, operator_ledger: Ledger, as_role: Callable[[str], str]) -> None:
    cancel = Cancellation()
    with connected(as_role("t_operator"), autocommit=False) as slow:
        transfer(slow, "alice", "bob", 5)
        threading.Timer(0.3, cancel.cancel).start()
        with pytest.raises(CancelledError):
            seal(operator_ledger, cancel=cancel)
        slow.rollback()
