"""The list of accounts, page by page, and one account from every side."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from console.errors import UsageError
from console.ledger.accounts import page as accounts
from console.ledger.accounts.detail import account
from console.ledger.accounts.equation import equation
from console.ledger.accounts.page import AccountFilter, Cursor, page
from console.ledger.accounts.periods import last_days
from console.ledger.books.currencies import zone_of
from console.monitor.budgets import budget
from console.postgres.page import Direction
from models.account import AccountStatus
from models.credit import ReservationStatus
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY, connected
from tests.console.ledger.search.plans import fill, reads, rows_read
from tests.models.writes import REASON, capture, done, grant, release, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from console.ledger.accounts.page import AccountRow
    from console.postgres.database import Database
    from console.postgres.page import Page
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

ALL = AccountFilter()


def names(found: Page[AccountRow]) -> list[str]:
    return [row.username for row in found.rows]


def test_pages_meet_at_their_edges_in_both_directions(
    viewer: Database, open_accounts: Callable[..., None]
) -> None:
    every = sorted(f"u{number}" for number in range(25))
    open_accounts(dict.fromkeys(every, 0))
    seen: list[str] = []
    cursor = None
    while True:
        found = page(viewer, ALL, cursor=cursor, limit=10)
        assert found.more_before == (cursor is not None)
        seen += names(found)
        cursor = Cursor.of(found.rows[-1])
        if not found.more_after:
            break
    assert seen == every
    back = page(viewer, ALL, cursor=Cursor(every[20], CURRENCY), direction=Direction.BEFORE, limit=10)
    assert (names(back), back.more_before, back.more_after) == (every[10:20], True, True)
    last = page(viewer, ALL, direction=Direction.BEFORE, limit=10)
    assert (names(last), last.more_before, last.more_after) == (every[15:], True, False)


def test_a_row_says_balance_status_and_last_activity(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None], statements: Statements
) -> None:
    open_accounts({"alice": 1_000, "bob": 0, "carol": 0})
    done(grant(operator, "bob", 5))
    done(reserve(operator, "bob", 2, "h-1"))
    moved = done(transfer(operator, "alice", "bob", 100))
    done(write(operator, "set_account_status", "carol", "frozen", REASON))
    with statements.counted() as sent:
        alice, bob, carol = page(viewer, ALL).rows
    assert len(sent) == budget("accounts.page") == 1
    assert (alice.username, alice.balance, alice.status) == ("alice", 900, AccountStatus.ACTIVE)
    assert (bob.balance, bob.granted, bob.reserved, bob.overdraft_limit) == (105, 5, 2, 0)
    assert (bob.available, bob.transferable, bob.dead, bob.trust_level) == (103, 100, 0, 0)
    # The newest movement of alice is on the one side, that of bob on the other.
    assert alice.last_activity == bob.last_activity
    assert alice.last_activity == datetime.fromisoformat(moved["posted_at"])
    assert (carol.status, carol.last_activity) == (AccountStatus.FROZEN, None)


def test_names_that_begin_so_and_one_status(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts(dict.fromkeys(["ann", "anna", "anton", "bert", "an_na".replace("_", "-")], 0))
    done(write(operator, "set_account_status", "anna", "frozen", REASON))
    assert names(page(viewer, AccountFilter(prefix=" ANN"))) == ["ann", "anna"]
    assert names(page(viewer, AccountFilter(prefix="an%"))) == []
    assert names(page(viewer, AccountFilter(status=AccountStatus.FROZEN))) == ["anna"]
    both = AccountFilter(prefix="an", status=AccountStatus.ACTIVE)
    assert names(page(viewer, both, cursor=Cursor("ann", CURRENCY), limit=1)) == ["anton"]
    assert names(page(viewer, AccountFilter(currency="EUR"))) == []


@pytest.fixture
def people(ledger_url: str, open_accounts: Callable[..., None]) -> None:
    """Give four customers names, addresses and trust levels."""
    open_accounts(dict.fromkeys(["ann", "joanna", "bert", "zoe.b"], 0))
    with connected(ledger_url) as admin:
        for username, shown, email, trust in (
            ("ann", "Ann Okafor", "Ann@Example.org", 2),
            ("joanna", "Joanna 100% Łęcka", "jo@example.org", 7),
            ("bert", "Bert O'Hanna", "ann@example.org", 7),
        ):
            admin.execute(
                "UPDATE ledger.users SET display_name = %s, email = %s, trust_level = %s WHERE username = %s",
                [shown, email, trust, username],
            )


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AccountFilter(words=" ANN "), ["ann"]),
        (AccountFilter(words="b"), ["zoe.b"]),
        (AccountFilter(words="hanna, ber"), ["bert"]),
        (AccountFilter(words="hanna joanna"), []),
        (AccountFilter(words="anna"), []),
        (AccountFilter(words="o'hanna"), ["bert"]),
        (AccountFilter(words="ŁĘC"), ["joanna"]),
        (AccountFilter(words="100%"), ["joanna"]),
        (AccountFilter(words="%"), []),
        (AccountFilter(words="\\"), []),
        (AccountFilter(words="ann" + " ann" * 2_500), []),
        (AccountFilter(email=" ann@EXAMPLE.org "), ["ann", "bert"]),
        (AccountFilter(email="ann@"), []),
        (AccountFilter(trust_level=7), ["bert", "joanna"]),
        (AccountFilter(trust_level=0), ["zoe.b"]),
        (AccountFilter(words="joa", trust_level=7, email="jo@example.org"), ["joanna"]),
    ],
)
def test_words_of_a_name_address_and_trust_level(
    viewer: Database, statements: Statements, wanted: AccountFilter, found: list[str]
) -> None:
    """Letters of any case; marks that would mean something in a pattern or a query part words."""
    with statements.counted() as sent:
        first = page(viewer, wanted)
    assert len(sent) == 1
    assert names(first) == found
    one_by_one: list[str] = []
    cursor = None
    while found:
        next_one = page(viewer, wanted, cursor=cursor, limit=1)
        one_by_one += names(next_one)
        cursor = Cursor.of(next_one.rows[-1])
        if not next_one.more_after:
            break
    assert one_by_one == found
    if cursor is not None:
        before = page(viewer, wanted, cursor=cursor, direction=Direction.BEFORE)
        assert names(before) == found[:-1]


@pytest.mark.parametrize(
    "wanted",
    [
        AccountFilter(), AccountFilter(prefix="c777"), AccountFilter(words="c777"),
        AccountFilter(words="nobody"), AccountFilter(email="c77@example.org"), AccountFilter(trust_level=7),
        AccountFilter(status=AccountStatus.FROZEN),
    ],
)  # fmt: skip
def test_every_filter_is_asked_by_an_index(ledger_url: str, wanted: AccountFilter) -> None:
    """Of 20,000 accounts no more than a few pages are read, where all fit and where none does.

    Of more than a hundred that fit, a server that takes each probe for a turn of a disk scans so few rather.
    """
    fill(ledger_url, 20_000)
    values = accounts._values(wanted, None) | {"limit": 201}
    statement = accounts._page_shape(frozenset(values), wanted.status, forward=True)
    nodes = reads(ledger_url, statement, values, {"users", "wallets"})
    assert nodes
    assert max(rows_read(node) for node in nodes) < 500


def test_an_account_from_every_side_in_three_statements(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None], statements: Statements
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    done(transfer(operator, "alice", "bob", 10, description="Lunch"))
    for reference in ("taken", "let-go", "open"):
        done(reserve(operator, "alice", 20, reference))
    done(capture(operator, "taken", 15))
    done(release(operator, "let-go"))
    for note in ("called about the invoice", "called again"):
        done(write(operator, "add_note", "alice", note))
    with statements.counted() as sent:
        found = account(viewer, "Alice", CURRENCY, limit=2)
    assert len(sent) == budget("account.page") == 3
    assert (found.credits.balance, found.credits.reserved, found.credits.available) == (975, 20, 955)
    assert [hold.reference for hold in found.credits.holds] == ["open"]
    rows = [(row.amount, row.counterparty) for row in found.statement.rows]
    assert rows == [(-15, "@revenue"), (-10, "bob")]
    assert found.statement.more_after
    assert found.equation == equation(viewer, "alice", CURRENCY, found.equation.counted)
    assert (found.equation.counted.name, found.equation.balance) == ("90 days", 975)
    assert [point.balance for point in found.over_time] == [0, 975]
    assert [(note.text, note.operator) for note in found.notes] == [
        ("called again", "t_operator"),
        ("called about the invoice", "t_operator"),
    ]
    assert [(hold.reference, hold.status, hold.captured_amount) for hold in found.ended_holds] == [
        ("let-go", ReservationStatus.RELEASED, 0),
        ("taken", ReservationStatus.CAPTURED, 15),
    ]
    assert (found.ended_holds[0].close_reason, found.ended_holds[0].closed_by) == (REASON, "t_operator")
    assert (found.email, found.trust_level, found.metadata) == (None, 0, {})


def test_a_page_opens_with_the_newest_movements_of_the_usual_period(
    viewer: Database,
    operator: Connection,
    open_accounts: Callable[..., None],
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    for amount in range(1, 6):
        done(transfer(operator, "alice", "bob", amount))
    opened = account(viewer, "alice", CURRENCY, movements=3).equation
    assert (opened.movements, opened.cut, opened.opening, opened.balance) == (3, True, 997, 985)
    chosen = account(viewer, "alice", CURRENCY, period=last_days(30, UTC)).equation
    assert (chosen.movements, chosen.cut, chosen.opening, chosen.balance) == (6, False, 0, 985)


def test_a_page_is_of_one_moment(
    viewer: Database,
    operator: Connection,
    open_accounts: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})

    def meanwhile(zone: str) -> ZoneInfo:
        done(transfer(operator, "alice", "bob", 10))
        return zone_of(zone)

    monkeypatch.setattr("console.ledger.accounts.detail.zone_of", meanwhile)
    found = account(viewer, "alice", CURRENCY)
    assert (found.credits.balance, found.equation.balance, found.equation.unexplained) == (1_000, 1_000, 0)
    assert [row.amount for row in found.statement.rows] == [1_000]


def test_nobody_has_no_page(viewer: Database) -> None:
    with pytest.raises(UsageError, match="no account 'nobody'"):
        account(viewer, "nobody", CURRENCY)
