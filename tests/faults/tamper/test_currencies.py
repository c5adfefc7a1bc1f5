"""A currency or the business day changed behind the functions' back is named; by the functions it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

import pytest
from psycopg import errors
from sqlalchemy.engine import make_url

from tests.bookkeeping import transfer
from tests.cluster import PASSWORD, connected
from tests.faults.tamper.cases import DINNER, TAXI
from tests.faults.tamper.found import broken, value
from tests.faults.tamper.ledger import seal, tamper
from tests.models.books.acts import add, close, correct, open_account, reopen, set_status, set_zone
from tests.models.writes import done, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bookkeeping import Connection

OPEN: Final = "(SELECT id FROM ledger.reservations WHERE reference = 'open')"


@pytest.fixture
def admin(copy: str) -> Iterator[Connection]:
    """Lend the server's administrator on a copy with a second currency, in which Alice has an account."""
    with connected(copy) as connection:
        add(connection, "EUR", 2)
        add(connection, "NEW", 2)
        done(open_account(connection, "alice", "EUR"))
        yield connection


@pytest.fixture
def boss(copy: str, admin: Connection) -> Iterator[Connection]:
    """Lend the ledger's administrator."""
    url = make_url(copy).set(username="t_admin", password=PASSWORD)
    with connected(url.render_as_string(hide_password=False)) as connection:
        yield connection


@pytest.mark.parametrize("row", [DINNER, TAXI], ids=["sealed", "unsealed"])
@pytest.mark.parametrize("code", ["EUR", "NONE"])
def test_a_movement_of_another_currency_than_its_wallets_is_named(
    copy: str, admin: Connection, row: LiteralString, code: LiteralString
) -> None:
    place = f"transaction {value(admin, f'SELECT {row}')}"
    assert tamper(admin, f"UPDATE ledger.transactions SET currency = '{code}' WHERE id = {row}") == 1
    found = broken(copy)
    assert (found["movement.wallet"].first, found["movement.wallet"].wrong) == (place, 1)


def test_an_owner_who_turns_the_guard_off_for_it_is_named(copy: str, admin: Connection) -> None:
    place = f"transaction {value(admin, f'SELECT {TAXI}')}"
    admin.execute("SET ROLE ledger_owner")
    with pytest.raises(errors.RestrictViolation):
        admin.execute(f"UPDATE ledger.transactions SET currency = 'EUR' WHERE id = {TAXI}")
    admin.execute("ALTER TABLE ledger.transactions DISABLE TRIGGER append_only_rows")
    admin.execute(f"UPDATE ledger.transactions SET currency = 'EUR' WHERE id = {TAXI}")
    admin.execute("ALTER TABLE ledger.transactions ENABLE TRIGGER append_only_rows")
    assert broken(copy)["movement.wallet"].first == place


@pytest.mark.parametrize("code", ["EUR", "NONE"])
def test_a_hold_of_another_currency_than_its_wallet_is_named(
    copy: str, admin: Connection, code: LiteralString
) -> None:
    place = f"reservation {value(admin, f'SELECT {OPEN}')}"
    # No guard keeps the owner from this: holds do change.
    admin.execute("SET ROLE ledger_owner")
    admin.execute(f"UPDATE ledger.reservations SET currency = '{code}' WHERE id = {OPEN}")
    found = broken(copy)
    assert set(found) == {"hold.asked"}
    assert (found["hold.asked"].first, found["hold.asked"].wrong) == (place, 1)


@pytest.mark.parametrize("code", ["CR", "NEW"])
def test_a_currency_closed_by_hand_is_named(copy: str, admin: Connection, code: LiteralString) -> None:
    admin.execute("SET ROLE ledger_owner")
    admin.execute(f"UPDATE ledger.currencies SET closed_at = now() WHERE code = '{code}'")
    found = broken(copy)
    # Its accounts would have been closed with it; NEW has none.
    assert set(found) == {"policy.closed"} | ({"wallet.status"} if code == "CR" else set())
    assert str(found["policy.closed"].first).startswith(code)


@pytest.mark.parametrize("again", [False, True], ids=["closed once", "opened by hand after it was opened"])
def test_a_currency_opened_by_hand_is_named(
    copy: str, admin: Connection, boss: Connection, *, again: bool
) -> None:
    if again:
        done(close(boss, "NEW"))
        done(reopen(boss, "NEW"))
    done(close(boss, "NEW"))
    admin.execute("SET ROLE ledger_owner")
    admin.execute("UPDATE ledger.currencies SET closed_at = NULL WHERE code = 'NEW'")
    found = broken(copy)
    assert set(found) == {"policy.closed"}
    assert found["policy.closed"].first == "NEW"


@pytest.mark.parametrize("status", ["active", "frozen"])
def test_a_wallet_opened_in_a_closed_currency_is_named(
    copy: str, admin: Connection, boss: Connection, status: LiteralString
) -> None:
    done(close(boss, "EUR"))
    admin.execute("SET ROLE ledger_owner")
    admin.execute(
        f"UPDATE ledger.wallets SET status = '{status}' WHERE currency = 'EUR' AND kind = 'customer'"
    )
    assert broken(copy)["policy.closed"].first == "EUR alice"


@pytest.mark.parametrize("before", ["Europe/Berlin", None], ids=["set once", "never set"])
def test_a_zone_changed_by_hand_is_named(
    copy: str, admin: Connection, boss: Connection, before: str | None
) -> None:
    """One that was never set is UTC, and any other is named as well."""
    if before is not None:
        done(set_zone(boss, before))
    admin.execute("SET ROLE ledger_owner")
    admin.execute("UPDATE ledger.calendar SET zone = 'Pacific/Apia'")
    found = broken(copy)
    assert set(found) == {"policy.zone"}
    assert found["policy.zone"].first == "calendar"
    admin.execute("ALTER TABLE ledger.calendar DISABLE TRIGGER USER")
    admin.execute("DELETE FROM ledger.calendar")
    admin.execute("ALTER TABLE ledger.calendar ENABLE TRIGGER USER")
    assert set(broken(copy)) == {"policy.zone"}


def test_decimals_changed_by_hand_are_named(copy: str, admin: Connection, boss: Connection) -> None:
    """The guard lets an owner change them while nothing is in it; no event says so."""
    done(correct(boss, "NEW", 3))
    admin.execute("SET ROLE ledger_owner")
    admin.execute("UPDATE ledger.currencies SET exponent = 2 WHERE code = 'NEW'")
    found = broken(copy)
    assert set(found) == {"policy.currency"}
    assert found["policy.currency"].first == "NEW"


def test_the_guard_of_the_currencies_gone_is_named(copy: str, admin: Connection) -> None:
    admin.execute("SET ROLE ledger_owner")
    admin.execute("ALTER TABLE ledger.currencies DISABLE TRIGGER guard_currencies")
    assert broken(copy)["guard.triggers"].first == "ledger.currencies"
    admin.execute("DROP TRIGGER guard_currencies ON ledger.currencies")
    assert broken(copy)["guard.triggers"].first == "ledger.currencies"


def test_what_the_functions_did_is_not_named(copy: str, boss: Connection) -> None:
    done(correct(boss, "NEW", 3))
    done(correct(boss, "NEW", 0))
    done(set_zone(boss, "Europe/Berlin"))
    assert refused(set_zone(boss, "CET")) == "zone.unknown"
    done(set_zone(boss, "Pacific/Kiritimati"))
    done(close(boss, "NEW"))
    assert broken(copy) == {}
    done(reopen(boss, "NEW"))
    done(transfer(boss, "@external", "alice", 5, currency="EUR"))
    assert refused(close(boss, "EUR")) == "currency.not_empty"
    with connected(copy) as connection:
        seal(connection)
    assert broken(copy) == {}


def test_a_closed_currency_with_accounts_is_sound(copy: str, boss: Connection) -> None:
    """Its wallets are closed, their accounts are not."""
    done(close(boss, "EUR"))
    assert broken(copy) == {}
    done(set_status(boss, "alice", "frozen"))
    assert broken(copy) == {}
    done(reopen(boss, "EUR"))
    assert broken(copy) == {}


def test_a_wallet_that_is_not_as_its_account_is_named_once_its_currency_is_open(
    copy: str, admin: Connection, boss: Connection
) -> None:
    done(close(boss, "EUR"))
    done(reopen(boss, "EUR"))
    tamper(admin, "UPDATE ledger.wallets SET status = 'closed' WHERE currency = 'EUR' AND kind = 'customer'")
    assert broken(copy)["wallet.status"].first == "alice EUR"
