"""What an administrator changes of currencies and zone: once under a key, with a reason, and not too late."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.errors import AccessDeniedError, RefusedError
from console.ledger.books.commands import close, correct, reopen, set_zone
from console.ledger.books.currencies import books
from console.money import Currency
from console.monitor.budgets import budget
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.bookkeeping import transfer
from tests.console.ledger.books.many_currencies import BTC, JPY, add_currencies
from tests.models.writes import done, reserve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

WHY = "for a test"


@pytest.fixture
def ledger(as_role: Callable[[str], str], ledger_url: str, settings: Settings) -> Iterator[Ledger]:
    """Return the administrator's way to write to a ledger of four currencies."""
    add_currencies(ledger_url)
    database = Database(as_role("t_admin"), Recorder(capacity=2_000), settings)
    database.session_facts()
    yield Ledger(database)
    database.close()


def test_each_change_is_one_statement_and_the_same_key_changes_nothing_more(
    ledger: Ledger, statements: Statements
) -> None:
    """The answer to a repeated key is the first outcome, though the ledger has gone on since."""
    key = uuid4()
    with statements.counted() as sent:
        first = correct(ledger, "JPY", 2, reason=WHY, key=key)
    assert len(sent) == budget("currency.correct") == 1
    assert (first.before, first.after, first.key) == (0, 2, key)
    assert correct(ledger, "JPY", 0, reason=WHY).before == 2
    assert correct(ledger, "JPY", 2, reason=WHY, key=key) == first
    assert books(ledger.database).currency("JPY") == JPY
    with statements.counted() as sent:
        close(ledger, "BTC", reason=WHY)
        reopen(ledger, "BTC", reason=WHY)
        set_zone(ledger, "Asia/Tokyo", reason=WHY)
    assert len(sent) == 3


def test_decimals_are_corrected_until_something_is_in_the_currency(
    ledger: Ledger, open_accounts: Callable[..., None]
) -> None:
    """An empty account is something already: its balance would mean another amount."""
    assert correct(ledger, "BTC", 6, reason=WHY).after == 6
    assert books(ledger.database).currency("BTC") == Currency("BTC", 6)
    open_accounts({"alice": 0}, "BTC")
    for currency, exponent, code in (
        ("BTC", 8, "currency.used"),
        ("JPY", 9, "currency.exponent"),
        ("EUR", 2, "currency.unknown"),
    ):
        with pytest.raises(RefusedError) as refused:
            correct(ledger, currency, exponent, reason=WHY)
        assert refused.value.code == code
    with pytest.raises(RefusedError) as refused:
        correct(ledger, "JPY", 1, reason="")
    assert refused.value.code == "reason.empty"
    assert books(ledger.database).currency("BTC") == Currency("BTC", 6)


def test_a_currency_is_closed_when_nobody_holds_anything_and_opened_again(
    ledger: Ledger, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    """While it is closed nothing is posted or held in it; its accounts come back as they were."""
    open_accounts({"alice": 5, "bob": 0}, "BTC")
    open_accounts({"alice": 5, "bob": 0})
    with pytest.raises(RefusedError) as refused:
        close(ledger, "BTC", reason=WHY)
    assert refused.value.code == "currency.not_empty"
    done(transfer(operator, "alice", "@external", 5, currency="BTC"))
    assert close(ledger, "BTC", reason=WHY).accounts == 2
    found = books(ledger.database)
    assert (list(found.closed), BTC in found.open_currencies) == (["BTC"], False)
    for answer in (
        transfer(operator, "@external", "alice", 1, currency="BTC"),
        reserve(operator, "alice", 1, "h-1", currency="BTC"),
    ):
        assert answer["status"] == "refused"
    done(transfer(operator, "alice", "bob", 5))
    with pytest.raises(RefusedError) as refused:
        close(ledger, "BTC", reason=WHY)
    assert refused.value.code == "currency.closed"
    assert reopen(ledger, "BTC", reason=WHY).accounts == 2
    assert books(ledger.database).closed == {}
    done(transfer(operator, "@external", "alice", 1, currency="BTC"))
    with pytest.raises(RefusedError) as refused:
        reopen(ledger, "BTC", reason=WHY)
    assert refused.value.code == "currency.open"


def test_the_zone_is_a_place_that_the_server_knows(ledger: Ledger) -> None:
    """An abbreviation has no summer; what is unknown or the same already changes nothing."""
    done = set_zone(ledger, "Europe/Berlin", reason=WHY)
    assert (done.before, done.after) == ("UTC", "Europe/Berlin")
    assert str(books(ledger.database).zone) == "Europe/Berlin"
    for zone, code in (
        ("CET", "zone.unknown"),
        ("Europe/Nowhere", "zone.unknown"),
        ("+01:00", "zone.unknown"),
        ("posix/Europe/Berlin", "zone.unknown"),
        ("", "zone.unknown"),
        ("Europe/Berlin", "zone.same"),
    ):
        with pytest.raises(RefusedError) as refused:
            set_zone(ledger, zone, reason=WHY)
        assert refused.value.code == code, zone
    assert str(books(ledger.database).zone) == "Europe/Berlin"
    assert set_zone(ledger, "UTC", reason=WHY).before == "Europe/Berlin"


def test_only_an_administrator_changes_them(ledger: Ledger, operator_ledger: Ledger) -> None:
    """An operator, who moves money, decides neither in which currencies nor when a day's limit begins."""
    before = books(ledger.database)
    for change in (
        lambda: correct(operator_ledger, "JPY", 2, reason=WHY),
        lambda: close(operator_ledger, "JPY", reason=WHY),
        lambda: reopen(operator_ledger, "JPY", reason=WHY),
        lambda: set_zone(operator_ledger, "Asia/Tokyo", reason=WHY),
    ):
        with pytest.raises(AccessDeniedError):
            change()
    assert books(ledger.database) == before
