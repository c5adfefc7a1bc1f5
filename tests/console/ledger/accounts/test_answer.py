"""The answer for a customer: three sentences that say what is there, why, and what to know."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from console.files.days import day_words, until_words
from console.ledger.accounts.answer import answer
from console.ledger.accounts.detail import account
from console.ledger.accounts.equation import WHOLE_LIFE, Period
from console.ledger.accounts.periods import since_movement
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.models.writes import REASON, capture, done, grant, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection

QUIET = "Nothing is on hold, and no credit expires within 30 days."


def test_it_says_balance_available_the_largest_terms_and_what_to_know(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100_000, "bob": 3_000})
    done(transfer(operator, "alice", "bob", 20_000, reference="secret-1"))
    done(transfer(operator, "bob", "alice", 1))
    done(grant(operator, "alice", 5_000, 24))
    done(reserve(operator, "alice", 200, "h-1"))
    done(capture(operator, "h-1"))
    done(reserve(operator, "alice", 300, "h-2"))
    done(write(operator, "set_account_status", "alice", "frozen", REASON))
    found = account(viewer, "alice", CURRENCY, period=WHOLE_LIFE)
    assert found.credits.first_expiry is not None
    ends = until_words(found.credits.first_expiry, UTC)
    assert answer(found) == (
        "The balance of alice is 848.01 CR."
        " Since the account was opened it went from 0.00 CR by +1,000.00 CR deposited,"
        " \N{MINUS SIGN}200.00 CR sent, +50.00 CR granted and smaller changes."
        " The account is frozen, so no money moves, 3.00 CR is on hold and 48.00 CR of credit expires soon,"
        f" all of it by {ends}."
    )


def test_credit_that_ends_with_a_day_is_there_until_its_end(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    """Not the day after, on which the moment of its end stands."""
    open_accounts({"alice": 100})
    midnight = datetime.combine(datetime.now(UTC).date(), time.min, UTC)
    for days in (3, 5):
        ends = midnight + timedelta(days=days)
        done(write(operator, "grant_credit", "alice", CURRENCY, 50, "promo", ends))
    said = answer(account(viewer, "alice", CURRENCY))
    day = day_words((midnight + timedelta(days=2)).date())
    assert f"1.00 CR of credit expires soon, the first by the end of {day}" in said
    assert "2.00 CR is available now" in said


def test_nothing_changed_and_nothing_to_know(viewer: Database, open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100})
    later = Period(datetime(2030, 5, 2, tzinfo=UTC), None, "later")
    assert answer(account(viewer, "alice", CURRENCY, period=later)) == (
        "The balance of alice is 1.00 CR, and 1.00 CR is available now."
        f" Since 2 May 2030 nothing changed it. {QUIET}"
    )


def test_no_internal_number_is_in_it(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    with operator.transaction():
        moved = done(transfer(operator, "alice", "bob", 30))
    period = since_movement(datetime.fromisoformat(moved["posted_at"]), moved["transaction"])
    day = day_words(datetime.now(UTC).date())
    said = answer(account(viewer, "alice", CURRENCY, period=period))
    assert f"Since {day} it went from 1.00 CR by \N{MINUS SIGN}0.30 CR sent." in said
    assert re.search(r"bob|transaction|#", said) is None


def test_what_no_movement_explains_is_said(
    viewer: Database, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100})
    for by in (7, -7):
        with admin.transaction():
            admin.execute("SET LOCAL session_replication_role = replica")
            admin.execute("UPDATE ledger.wallets SET balance = balance + %s WHERE balance > 0", [by])
        said = answer(account(viewer, "alice", CURRENCY))
        assert ("+1.00 CR deposited and +0.07 CR that no movement explains." in said) == (by == 7)


def test_a_system_account_has_nothing_available(viewer: Database, open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100})
    assert answer(account(viewer, "@external", CURRENCY)).startswith(
        "The balance of @external is \N{MINUS SIGN}1.00 CR. Since "
    )
