"""What is called available is exactly what the ledger lets through, whatever happened before."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from console.ledger.accounts.page import AccountFilter, page
from console.ledger.balances.lookup import lookup
from console.ledger.credits.breakdown import credits as credit
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import REASON, done, grant, let_time_pass, refused, release, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.accounts.page import AccountRow
    from console.ledger.credits.breakdown import Credits
    from console.postgres.database import Database
    from tests.bookkeeping import Connection

AMOUNT: Final = st.integers(1, 200)
# Half an hour before a full one, so that no lot expires at the moment it is looked at.
HOURS: Final = st.integers(1, 6).map(lambda hours: hours - 0.5)
ACTS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("grant"), AMOUNT, st.one_of(st.none(), HOURS)),
        st.tuples(st.just("hold"), AMOUNT, st.one_of(st.none(), HOURS)),
        st.tuples(st.just("release"), AMOUNT, st.none()),
        st.tuples(st.just("pay"), AMOUNT, st.none()),
        st.tuples(st.just("overdraft"), AMOUNT, st.none()),
        st.tuples(st.just("wait"), st.integers(1, 4), st.none()),
    ),
    max_size=12,
)
_NUMBERS: Final = count(1)
_Act = tuple[str, int, float | None]


class _Customer:
    """One account, and what is done to it; what the ledger refuses changes nothing."""

    def __init__(self, operator: Connection, admin: Connection, name: str) -> None:
        self.operator, self.admin, self.name = operator, admin, name
        self.holds: list[str] = []

    def act(self, what: str, amount: int, hours: float | None) -> None:
        match what:
            case "grant":
                done(grant(self.operator, self.name, amount, hours))
            case "hold":
                reference = f"{self.name}-{next(_NUMBERS)}"
                if reserve(self.operator, self.name, amount, reference, hours)["status"] == "reserved":
                    self.holds.append(reference)
            case "release":
                if self.holds:
                    # Refused where its time is over.
                    release(self.operator, self.holds.pop(amount % len(self.holds)))
            case "pay":
                transfer(self.operator, self.name, "shop", amount)
            case "overdraft":
                write(self.operator, "set_overdraft_limit", self.name, CURRENCY, amount, REASON)
            case "wait":
                let_time_pass(self.admin, amount)


def test_available_goes_through_and_one_more_is_refused(
    viewer: Database, operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    """After anything, and then a lot, a hold beside it and some hours, of which some end the lot."""
    open_accounts({"shop": 0})
    expired: list[int] = []

    @settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(st.integers(0, 300), ACTS, st.tuples(AMOUNT, HOURS), AMOUNT, st.integers(1, 8))
    def holds(opening: int, acts: list[_Act], lot: tuple[int, float], hold: int, pause: int) -> None:
        name = f"c{next(_NUMBERS)}"
        open_accounts({name: opening})
        customer = _Customer(operator, admin, name)
        for act in (*acts, ("grant", *lot), ("hold", hold, None), ("wait", pause, None)):
            customer.act(*act)
        expired.append(_tried(viewer, operator, name))

    holds()
    assert sum(1 for dead in expired if dead) > len(expired) // 4


def _tried(viewer: Database, operator: Connection, name: str) -> int:
    """Try what is said of an account on the ledger itself; return how much of its credit was expired."""
    [row] = lookup(viewer, [name], CURRENCY)
    assert row.available is not None
    assert row.transferable is not None
    told = (row.balance, row.reserved, row.dead, row.overdraft_limit, row.available, row.transferable)
    others: list[Credits | AccountRow] = [
        credit(viewer, name, CURRENCY),
        page(viewer, AccountFilter(prefix=name)).rows[0],
    ]
    for other in others:
        assert told == (
            other.balance, other.reserved, other.dead, other.overdraft_limit, other.available,
            other.transferable,
        )  # fmt: skip
    # A transfer ends no lots, so what it may take is tried beside what may be reserved, and undone.
    with operator.transaction(force_rollback=True):
        assert refused(transfer(operator, name, "shop", max(row.transferable, 0) + 1)) == "funds.short"
        if row.transferable > 0:
            done(transfer(operator, name, "shop", row.transferable))
    assert refused(reserve(operator, name, max(row.available, 0) + 1, f"{name}-more")) == "funds.short"
    if row.available > 0:
        assert done(reserve(operator, name, row.available, f"{name}-all"))["available"] == 0
    return row.dead or 0
