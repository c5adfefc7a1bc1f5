"""A balance explained by all movements, piece by piece, in one snapshot, with progress, until cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.errors import CancelledError, UsageError
from console.ledger.accounts import whole_life as module
from console.ledger.accounts.equation import WHOLE_LIFE, equation
from console.ledger.accounts.whole_life import whole_life
from console.postgres.cancellation import Cancellation
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import done, grant, reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection

Told = list[tuple[int, int]]


@pytest.fixture
def lived(operator: Connection, open_accounts: Callable[..., None]) -> None:
    """Let alice have nine movements, of four terms."""
    open_accounts({"alice": 1_000, "bob": 0})
    for amount in range(1, 7):
        moved = done(transfer(operator, "alice", "bob", amount))
    done(reverse(operator, moved["transaction"], 2))
    done(grant(operator, "alice", 9))


@pytest.mark.parametrize("piece", [1, 2, 3, 4, 9, 10])
def test_pieces_add_up_to_the_equation_of_all(
    viewer: Database, lived: None, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(module, "PIECE", piece)
    told: Told = []
    for name in ("alice", "@external"):
        told.clear()
        found = whole_life(viewer, name, CURRENCY, progress=lambda *far: told.append(far))
        assert found == equation(viewer, name, CURRENCY, WHOLE_LIFE)
        assert [done for done, _total in told[:-1]] == list(range(piece, found.movements + 1, piece))
        assert told[-1][0] == found.movements <= told[-1][1]


def test_what_comes_meanwhile_is_not_in_it(
    viewer: Database, operator: Connection, lived: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 3)

    def meanwhile(_done: int, _total: int) -> None:
        done(transfer(operator, "alice", "bob", 1))

    before = equation(viewer, "alice", CURRENCY, WHOLE_LIFE)
    assert whole_life(viewer, "alice", CURRENCY, progress=meanwhile) == before
    assert equation(viewer, "alice", CURRENCY, WHOLE_LIFE).movements > before.movements


def test_it_ends_when_it_is_cancelled(viewer: Database, lived: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 2)
    cancel, told = Cancellation(), list[int]()

    def stop(done: int, _total: int) -> None:
        told.append(done)
        cancel.ask()

    with pytest.raises(CancelledError):
        whole_life(viewer, "alice", CURRENCY, progress=stop, cancel=cancel)
    assert told == [2]


def test_nobody_has_no_life(viewer: Database) -> None:
    with pytest.raises(UsageError, match="There is no account 'nobody' in CR"):
        whole_life(viewer, "nobody", CURRENCY, progress=lambda _done, _total: None)
