"""What was used of a day's limit stays used, whatever zone the days are counted in from now on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from tests.bookkeeping import transfer, wait_until_blocked
from tests.models.books.acts import set_zone, zone
from tests.models.writes import REASON, done, everything, grant, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

# 25 hours apart: the first's date is always one or two ahead.
AHEAD: Final = "Pacific/Kiritimati"
BEHIND: Final = "Pacific/Pago_Pago"


@pytest.fixture(autouse=True)
def limited(admin: Connection, open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    limit(admin, "t_operator", "transfer", 100)


def limit(admin: Connection, holder: str, kind: str, per_day: int, currency: str = "CR") -> None:
    done(write(admin, "set_limit", holder, kind, currency, None, per_day, REASON))


def pay(connection: Connection, amount: int) -> dict[str, Any]:
    return transfer(connection, "alice", "bob", amount)


def today(connection: Connection) -> date:
    row = connection.execute("SELECT ledger.business_day(clock_timestamp())").fetchone()
    assert row is not None
    found: date = row[0]
    return found


def usage(connection: Connection) -> dict[tuple[Any, ...], int]:
    rows = connection.execute("SELECT operator, day, kind, currency, amount FROM ledger.limit_usage")
    return {tuple(row[:4]): int(row[4]) for row in rows}


def other_zone() -> str:
    """Return a zone in which it is not the date of UTC now, and not soon."""
    return AHEAD if datetime.now(UTC).hour >= 11 else BEHIND


@pytest.mark.parametrize(
    ("start", "then"),
    [(AHEAD, BEHIND), (BEHIND, AHEAD), ("UTC", "other"), ("other", "UTC"), ("UTC", "Etc/UTC")],
)
def test_what_was_used_stays_used(
    operator: Connection, admin: Connection, boss: Connection, start: str, then: str
) -> None:
    start, then = (other_zone() if name == "other" else name for name in (start, then))
    if start != "UTC":
        done(set_zone(boss, start))
    day = today(admin)
    done(pay(operator, 60))
    done(set_zone(boss, then))
    assert (today(admin) == day) == (then == "Etc/UTC")
    found = pay(operator, 41)
    assert (refused(found), found["detail"]) == ("limit.day", {
        "kind": "transfer", "limit": 100, "left": 40, "zone": then, "currency": "CR", "exponent": 2,
    })  # fmt: skip
    done(pay(operator, 40))
    assert refused(pay(operator, 1)) == "limit.day"
    # And back: what was used in the other zone is used here.
    done(set_zone(boss, start))
    assert today(admin) == day
    found = pay(operator, 1)
    assert (refused(found), found["detail"]["left"], found["detail"]["zone"]) == ("limit.day", 0, start)


def test_a_date_that_has_been_counts_the_more_that_was_used(
    operator: Connection, admin: Connection, boss: Connection
) -> None:
    done(set_zone(boss, AHEAD))
    day = today(admin)
    done(pay(operator, 30))
    for back in (1, 2):
        admin.execute(
            "INSERT INTO ledger.limit_usage VALUES ('t_operator', %s, 'transfer', 'CR', 90)",
            [day - timedelta(days=back)],
        )
    done(set_zone(boss, BEHIND))
    found = pay(operator, 11)
    assert (refused(found), found["detail"]["left"]) == ("limit.day", 10)
    done(set_zone(boss, AHEAD))
    found = pay(operator, 11)
    assert (refused(found), found["detail"]["left"]) == ("limit.day", 10)


def test_everybodys_of_every_kind_and_currency_goes_along(
    operator: Connection, admin: Connection, boss: Connection, connect: Callable[[str], Connection], euro: str
) -> None:
    done(write(operator, "open_account", "alice", euro, "", None, REASON))
    for kind, currency in (("*", "CR"), ("*", euro), ("transfer", "CR"), ("grant_credit", "CR")):
        limit(admin, "ledger_operator", kind, 500, currency)
    done(set_zone(boss, BEHIND))
    before = today(admin)
    for connection in (operator, connect("t_operator2")):
        done(pay(connection, 10))
        done(grant(connection, "bob", 20))
        done(grant(connection, "alice", 30, currency=euro))
    used = usage(admin)
    assert {key[0] for key in used} == {"t_operator", "t_operator2"}
    assert len(used) == 8
    done(set_zone(boss, AHEAD))
    after = today(admin)
    assert after > before
    carried = {(who, after, kind, money): amount for (who, _, kind, money), amount in used.items()}
    assert usage(admin) == used | carried


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_what_is_counted_and_not_yet_committed_is_waited_for(
    operator: Connection, admin: Connection, boss: Connection, end: str
) -> None:
    done(set_zone(boss, AHEAD))
    operator.execute("BEGIN")
    done(pay(operator, 60))
    with ThreadPoolExecutor(1) as pool:
        setting = pool.submit(set_zone, boss, BEHIND)
        wait_until_blocked(admin, boss)
        operator.execute(end.encode())
        done(setting.result(timeout=20))
    left = 40 if end == "COMMIT" else 100
    found = pay(operator, left + 1)
    assert (refused(found), found["detail"]["left"], found["detail"]["zone"]) == ("limit.day", left, BEHIND)
    done(pay(operator, left))


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_what_comes_meanwhile_is_counted_on_the_new_day(
    operator: Connection, admin: Connection, boss: Connection, end: str
) -> None:
    done(set_zone(boss, AHEAD))
    done(pay(operator, 60))
    boss.execute("BEGIN")
    done(set_zone(boss, BEHIND))
    with ThreadPoolExecutor(1) as pool:
        paying = pool.submit(pay, operator, 41)
        wait_until_blocked(admin, operator)
        boss.execute(end.encode())
        found = paying.result(timeout=20)
    assert (refused(found), found["detail"]["left"]) == ("limit.day", 40)
    assert found["detail"]["zone"] == (BEHIND if end == "COMMIT" else AHEAD)


def test_a_refusal_of_one_operation_says_its_currency(operator: Connection, admin: Connection) -> None:
    done(write(admin, "set_limit", "t_operator", "transfer", "CR", 50, None, REASON))
    found = pay(operator, 51)
    assert (refused(found), found["detail"]) == (
        "limit.operation", {"kind": "transfer", "limit": 50, "currency": "CR", "exponent": 2}
    )  # fmt: skip


def test_the_new_day_is_the_new_zones(operator: Connection, admin: Connection, boss: Connection) -> None:
    """Yesterday's is yesterday's in the new zone too."""
    done(set_zone(boss, AHEAD))
    done(pay(operator, 100))
    admin.execute("UPDATE ledger.limit_usage SET day = day - 5")
    done(set_zone(boss, BEHIND))
    done(pay(operator, 100))
    assert refused(pay(operator, 1)) == "limit.day"


def test_who_will_not_wait_changes_nothing_and_asks_again(
    operator: Connection, admin: Connection, boss: Connection
) -> None:
    """An operator who never ends a transaction holds it up: with a lock timeout it fails as a whole."""
    operator.execute("BEGIN")
    done(pay(operator, 60))
    before = everything(admin)
    boss.execute("SET lock_timeout = '200ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        set_zone(boss, AHEAD)
    assert everything(admin) == before
    operator.execute("COMMIT")
    done(set_zone(boss, AHEAD))
    assert zone(admin) == AHEAD


@pytest.mark.parametrize("role", ["viewer", "support", "operator", "approver", "auditor", "admin"])
def test_nobody_but_who_is_counted_holds_it_up(
    boss: Connection, connect: Callable[[str], Connection], role: str
) -> None:
    connection = connect(f"t_{role}")
    for table in ("limit_usage", "calendar", "currencies"):
        for mode in ("ROW EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"LOCK TABLE ledger.{table} IN {mode} MODE".encode())
        for strength in ("KEY SHARE", "SHARE", "NO KEY UPDATE", "UPDATE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"SELECT FROM ledger.{table} FOR {strength}".encode())
    # Reading holds up nobody.
    connection.execute("BEGIN")
    connection.execute("SELECT * FROM ledger.limit_usage, ledger.calendar, ledger.currencies")
    boss.execute("SET lock_timeout = '2s'")
    done(set_zone(boss, AHEAD))
    connection.execute("ROLLBACK")
