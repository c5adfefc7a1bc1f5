"""Currencies are added at any time, and keep their decimals once anything is in them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
import pytest

from tests.bookkeeping import balances, system_balance, transfer, wait_until_blocked
from tests.models.books.acts import USES, add, correct, events, exponent, open_account
from tests.models.writes import BIGGEST, REASON, done, everything, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

AMOUNTS: Final = (1, 2**31, 2**53 + 1, BIGGEST)
USED: Final = ("LG001", "currency.used")
REFUSED: Final = "23001"


def said(connection: Connection, statement: str) -> tuple[str | None, str | None]:
    """Return what the server says to a statement that it does not do."""
    with pytest.raises(psycopg.Error) as raised, connection.transaction():
        connection.execute(statement.encode())
    return raised.value.sqlstate, raised.value.diag.message_primary


@pytest.mark.parametrize("decimals", [0, 3, 8])
def test_money_moves_in_a_currency_that_was_added_later(
    admin: Connection, operator: Connection, open_accounts: Callable[..., None], decimals: int
) -> None:
    open_accounts({"alice": 100})
    add(admin, "NEW", decimals)
    open_accounts({"alice": 0, "bob": 0}, "NEW")
    for amount in AMOUNTS:
        for source, target in (("@external", "alice"), ("alice", "bob")):
            done(transfer(operator, source, target, amount, currency="NEW"))
        assert balances(admin, "NEW") == {"alice": 0, "bob": amount}
        assert system_balance(admin, "@external", "NEW") == -amount
        done(transfer(operator, "bob", "@external", amount, currency="NEW"))
    rows = admin.execute(
        "SELECT amount, currency FROM ledger.transactions WHERE currency = 'NEW' ORDER BY id"
    )
    assert rows.fetchall() == [(amount, "NEW") for amount in AMOUNTS for _ in range(3)]
    assert (exponent(admin, "NEW"), balances(admin)) == (decimals, {"alice": 100})


@pytest.mark.parametrize(
    ("code", "decimals", "refusal"),
    [
        (None, 2, "currency.code"), ("", 2, "currency.code"), ("eur", 2, "currency.code"),
        ("E", 2, "currency.code"), ("1EU", 2, "currency.code"), ("EUR ", 2, "currency.code"),
        ("EUR\n", 2, "currency.code"), ("ABCDEFGHIJKLM", 2, "currency.code"), ("ÉUR", 2, "currency.code"),
        ("X" * 20_000, 2, "currency.code"), ("EUR", None, "currency.exponent"),
        ("EUR", -1, "currency.exponent"), ("EUR", 9, "currency.exponent"),
        ("CR", 3, "currency.other_exponent"),
    ],
)  # fmt: skip
def test_what_is_no_currency_is_not_added(
    admin: Connection, boss: Connection, code: str | None, decimals: int | None, refusal: str
) -> None:
    before = everything(admin)
    with pytest.raises(psycopg.DatabaseError) as raised:
        add(boss, code, decimals)
    assert (raised.value.sqlstate, raised.value.diag.message_primary) == ("LG001", refusal)
    assert everything(admin) == before


def test_decimals_are_corrected_while_nothing_is_in_it(
    admin: Connection, boss: Connection, euro: str
) -> None:
    assert correct(boss, euro, 3) == {"status": "done", "before": 2, "after": 3}
    for wanted in (0, 8, 2, 3):
        done(correct(boss, euro, wanted))
    assert exponent(admin, euro) == 3
    # Adding it again changes nothing, and does not go back to what was corrected.
    add(boss, euro, 3)
    with pytest.raises(psycopg.DatabaseError, match=r"currency\.other_exponent"):
        add(boss, euro, 2)


@pytest.mark.parametrize(
    ("code", "wanted", "refusal"),
    [
        ("XXX", 2, "currency.unknown"), (None, 2, "currency.unknown"), ("EUR", None, "currency.exponent"),
        ("EUR", -1, "currency.exponent"), ("EUR", 9, "currency.exponent"),
    ],
)  # fmt: skip
def test_a_correction_that_makes_no_sense_is_refused(
    admin: Connection, boss: Connection, euro: str, *, code: str, wanted: int | None, refusal: str
) -> None:
    before = everything(admin)
    assert refused(correct(boss, code, wanted)) == refusal
    assert refused(write(boss, "correct_currency", euro, 3, "")) == "reason.empty"
    assert everything(admin) == before


@pytest.mark.parametrize("use", USES)
def test_decimals_stay_once_something_is_in_it(
    admin: Connection, boss: Connection, euro: str, use: str
) -> None:
    USES[use](boss, euro)
    before = everything(admin)
    found = correct(boss, euro, 3)
    assert (refused(found), found["detail"]) == ("currency.used", {"currency": "EUR", "exponent": 2})
    assert everything(admin) == before


def test_what_is_gone_again_does_not_count(admin: Connection, boss: Connection, euro: str) -> None:
    batch = USES["a batch"](boss, euro)
    boss.execute("SELECT ledger.discard_batch(%s)", [batch])
    for way in ("a rule", "a limit"):
        USES[way](boss, euro)
    done(write(boss, "set_approval_rule", "transfer", euro, 100, 0, REASON))
    done(write(boss, "set_limit", "ledger_operator", "*", euro, None, None, REASON))
    done(correct(boss, euro, 3))
    assert exponent(admin, euro) == 3


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_a_correction_waits_for_the_first_thing_in_it(
    admin: Connection,
    boss: Connection,
    connect: Callable[[str], Connection],
    euro: str,
    *,
    use: str,
    end: str,
) -> None:
    other = connect("t_admin")
    other.execute("BEGIN")
    USES[use](other, euro)
    with ThreadPoolExecutor(1) as pool:
        correcting = pool.submit(correct, boss, euro, 3)
        wait_until_blocked(admin, boss)
        other.execute(end.encode())
        found = correcting.result(timeout=20)
    assert found.get("code") == ("currency.used" if end == "COMMIT" else None)
    assert exponent(admin, euro) == (2 if end == "COMMIT" else 3)


@pytest.mark.parametrize("use", USES)
def test_the_first_thing_in_it_waits_for_a_correction(
    admin: Connection, boss: Connection, connect: Callable[[str], Connection], euro: str, use: str
) -> None:
    other = connect("t_admin")
    boss.execute("BEGIN")
    done(correct(boss, euro, 3))
    with ThreadPoolExecutor(1) as pool:
        using = pool.submit(USES[use], other, euro)
        wait_until_blocked(admin, other)
        boss.execute("COMMIT")
        using.result(timeout=20)
    assert exponent(admin, euro) == 3
    assert refused(correct(boss, euro, 2)) == "currency.used"


def test_two_corrections_are_one_after_the_other(
    admin: Connection, boss: Connection, connect: Callable[[str], Connection], euro: str
) -> None:
    other = connect("t_admin")
    boss.execute("BEGIN")
    done(correct(boss, euro, 3))
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(correct, other, euro, 4)
        wait_until_blocked(admin, other)
        boss.execute("COMMIT")
        assert second.result(timeout=20) == {"status": "done", "before": 3, "after": 4}


def test_the_same_key_corrects_once(admin: Connection, boss: Connection, euro: str) -> None:
    key = uuid4()
    first = done(correct(boss, euro, 3, key))
    done(correct(boss, euro, 4))
    assert correct(boss, euro, 3, key) == first
    assert exponent(admin, euro) == 4


@pytest.mark.parametrize("owner", [False, True], ids=["superuser", "owner"])
@pytest.mark.parametrize("use", USES)
def test_nobody_changes_the_row_of_a_used_currency(
    admin: Connection, boss: Connection, euro: str, *, use: str, owner: bool
) -> None:
    USES[use](boss, euro)
    before = everything(admin)
    if owner:
        admin.execute("SET ROLE ledger_owner")
    row = "ledger.currencies"
    for statement in (
        f"UPDATE {row} SET exponent = 3 WHERE code = 'EUR'",
        f"UPDATE {row} SET exponent = 3",
        f"UPDATE {row} SET code = 'EURO' WHERE code = 'EUR'",
        f"INSERT INTO {row} VALUES ('EUR', 3) ON CONFLICT (code) DO UPDATE SET exponent = excluded.exponent",
        f"MERGE INTO {row} c USING (SELECT) x ON c.code = 'EUR' WHEN MATCHED THEN UPDATE SET exponent = 0",
    ):
        assert said(admin, statement) == USED, statement
    for statement in (f"DELETE FROM {row} WHERE code = 'EUR'", f"TRUNCATE {row} CASCADE"):
        assert said(admin, statement)[0] == REFUSED, statement
    # Without CASCADE the server itself says that others refer to it.
    assert said(admin, f"TRUNCATE {row}")[0] == "0A000"
    admin.execute("RESET ROLE")
    assert everything(admin) == before


def test_nor_renames_or_deletes_one_that_is_not_used(admin: Connection, euro: str) -> None:
    before = everything(admin)
    assert said(admin, "UPDATE ledger.currencies SET code = 'EURO' WHERE code = 'EUR'") == USED
    assert said(admin, "DELETE FROM ledger.currencies WHERE code = 'EUR'")[0] == REFUSED
    assert everything(admin) == before
    # verify names it, since no event says so; the guard lets it pass.
    admin.execute("UPDATE ledger.currencies SET exponent = 3 WHERE code = 'EUR'")
    assert exponent(admin, euro) == 3


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_old_snapshot_does_not_take_it_for_unused(
    admin: Connection, boss: Connection, euro: str, level: str
) -> None:
    for connection in (admin, boss):
        connection.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
        connection.execute("SELECT count(*) FROM ledger.wallets")
    with psycopg.connect(boss.info.dsn, password=boss.info.password, autocommit=True) as other:
        done(open_account(other, "first", euro))
    for connection, attempt in (
        (admin, lambda: admin.execute("UPDATE ledger.currencies SET exponent = 3 WHERE code = 'EUR'")),
        (boss, lambda: correct(boss, euro, 3)),
    ):
        with pytest.raises(psycopg.DatabaseError) as raised:
            attempt()
        connection.execute("ROLLBACK")
        assert raised.value.sqlstate == "LG004"
    assert exponent(admin, euro) == 2


@pytest.mark.parametrize("use", USES)
def test_an_update_by_hand_waits_as_well(admin: Connection, boss: Connection, euro: str, use: str) -> None:
    boss.execute("BEGIN")
    USES[use](boss, euro)
    with (
        psycopg.connect(admin.info.dsn, password=admin.info.password, autocommit=True) as hand,
        ThreadPoolExecutor(1) as pool,
    ):
        changing = pool.submit(said, hand, "UPDATE ledger.currencies SET exponent = 3 WHERE code = 'EUR'")
        wait_until_blocked(admin, hand)
        boss.execute("COMMIT")
        assert changing.result(timeout=20) == USED


def test_each_correction_is_in_the_audit(admin: Connection, boss: Connection, euro: str) -> None:
    done(correct(boss, euro, 3))
    done(open_account(boss, "first", euro))
    refused(correct(boss, euro, 4))
    added, *others = events(admin, "currency:EUR")
    assert added[1:3] == ("add_currency", "done")
    assert others == [
        ("t_admin", "correct_currency", "done", REASON),
        ("t_admin", "correct_currency", "refused", REASON),
    ]
    found: Any = admin.execute(
        "SELECT detail -> 'outcome' FROM ledger.audit_events WHERE action = 'correct_currency' ORDER BY id"
    ).fetchone()
    assert found[0] == {"status": "done", "before": 2, "after": 3}
