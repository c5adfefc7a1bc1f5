"""ledger.transfer: what moves, what is refused, and that a key takes effect once."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bookkeeping import assert_adds_up, balances, count, outcome, system_balance, transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

BIGGEST = 2**63 - 1


def refused(found: dict[str, Any]) -> str:
    """Return the code of a refusal."""
    assert found["status"] == "refused"
    return str(found["code"])


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None], admin: Connection) -> None:
    open_accounts({"alice": 10_000, "bob": 500, "carol": 0})


def test_money_moves_once(operator: Connection, admin: Connection) -> None:
    found = transfer(operator, "alice", "bob", 2_500, reference="inv-1", description="Lunch")
    assert found["status"] == "posted"
    row = admin.execute(
        "SELECT kind, amount, from_balance_after, to_balance_after, reference, description, "
        "operator, batch_id, "
        "posted_at = effective_at FROM ledger.transactions WHERE id = %s",
        [found["transaction"]],
    ).fetchone()
    assert row == ("transfer", 2_500, 7_500, 3_000, "inv-1", "Lunch", "t_operator", None, True)
    assert balances(admin) == {"alice": 7_500, "bob": 3_000, "carol": 0}
    versions: dict[str, int] = dict(
        admin.execute(
            "SELECT u.username, w.version FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id"
        ).fetchall()
    )
    assert (versions["alice"], versions["bob"], versions["carol"]) == (2, 2, 0)


@pytest.mark.parametrize(
    ("source", "target", "kind", "after"),
    [
        ("@external", "bob", "deposit", (None, 600)),
        ("bob", "@external", "payout", (400, None)),
        ("@issuance", "bob", "grant", (None, 600)),
        ("bob", "@revenue", "adjustment", (400, None)),
        ("@suspense", "@breakage", "adjustment", (None, None)),
    ],
)
def test_system_accounts_are_sums(  # noqa: PLR0917 - pytest passes by name
    operator: Connection,
    admin: Connection,
    source: str,
    target: str,
    kind: str,
    after: tuple[int | None, ...],
) -> None:
    def system_rows() -> list[tuple[Any, ...]]:
        return admin.execute(
            "SELECT w.id, w.xmin::text, w.balance, w.version FROM ledger.wallets w WHERE "
            "w.kind = 'system' ORDER BY 1"
        ).fetchall()

    rows = system_rows()
    before = {name: system_balance(admin, name) for name in (source, target) if name.startswith("@")}
    found = transfer(operator, source, target, 100)
    row = admin.execute(
        "SELECT kind::text, from_balance_after, to_balance_after FROM ledger.transactions WHERE id = %s",
        [found["transaction"]],
    ).fetchone()
    assert row == (kind, *after)
    assert system_rows() == rows, "a posting must not touch a system wallet's row"
    moved = {source: -100, target: 100}
    assert {name: system_balance(admin, name) for name in before} == {
        name: balance + moved[name] for name, balance in before.items()
    }


def test_a_key_takes_effect_once(operator: Connection, admin: Connection) -> None:
    key = uuid4()
    first = transfer(operator, "alice", "bob", 100, key=key)
    assert transfer(operator, "alice", "bob", 100, key=key) == first
    assert balances(admin)["bob"] == 600


@pytest.mark.parametrize(
    "other",
    [
        {"amount": 101},
        {"target": "carol"},
        {"source": "carol"},
        {"reference": "x"},
        {"description": "x"},
        {"currency": "EU"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_key_with_other_content_is_refused(
    operator: Connection, admin: Connection, other: dict[str, Any]
) -> None:
    key = uuid4()
    asked: dict[str, Any] = {"source": "alice", "target": "bob", "amount": 100}
    transfer(operator, **asked, key=key)
    with pytest.raises(psycopg.Error) as raised:
        transfer(operator, **(asked | other), key=key)
    assert raised.value.sqlstate == "LG002"
    assert balances(admin) == {"alice": 9_900, "bob": 600, "carol": 0}


def test_a_key_belongs_to_its_operator(connect: Callable[[str], Connection], admin: Connection) -> None:
    key = uuid4()
    transfer(connect("t_operator"), "alice", "bob", 100, key=key)
    with pytest.raises(psycopg.Error) as raised:
        transfer(connect("t_operator2"), "alice", "bob", 100, key=key)
    assert raised.value.sqlstate == "LG002"
    with pytest.raises(psycopg.Error) as raised:
        outcome(connect("t_operator"), "SELECT ledger.post_batch(%s, 1, NULL)", key)
    assert raised.value.sqlstate == "LG002"
    assert balances(admin)["bob"] == 600


def test_a_refusal_is_an_outcome_too(operator: Connection, admin: Connection) -> None:
    key = uuid4()
    first = transfer(operator, "bob", "alice", 501, key=key)
    assert refused(first) == "funds.short"
    transfer(operator, "alice", "bob", 5_000)
    assert transfer(operator, "bob", "alice", 501, key=key) == first, "refused stays refused"
    kept = admin.execute("SELECT outcome, operator FROM ledger.operations WHERE key = %s", [key]).fetchone()
    assert kept == (first, "t_operator")


def test_all_may_be_spent_but_not_more(operator: Connection, admin: Connection) -> None:
    assert transfer(operator, "bob", "alice", 500)["status"] == "posted"
    assert refused(transfer(operator, "bob", "alice", 1)) == "funds.short"
    assert balances(admin) == {"alice": 10_500, "bob": 0, "carol": 0}


def test_overdraft_is_a_limit(operator: Connection, admin: Connection) -> None:
    admin.execute(
        "UPDATE ledger.wallets SET overdraft_limit = 300 WHERE user_id = (SELECT id FROM "
        "ledger.users WHERE username = 'bob')"
    )
    assert transfer(operator, "bob", "alice", 800)["status"] == "posted"
    assert balances(admin)["bob"] == -300
    assert refused(transfer(operator, "bob", "alice", 1)) == "funds.short"


@pytest.mark.parametrize(
    ("granted", "reserved", "free"), [(200, 0, 300), (0, 450, 50), (200, 450, 50), (500, 100, 0)]
)
def test_granted_and_reserved_money_stays(
    operator: Connection, admin: Connection, granted: int, reserved: int, free: int
) -> None:
    wallet = (
        "(SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id WHERE u.username = 'bob')"
    )
    with admin.transaction():
        admin.execute(
            f"UPDATE ledger.wallets SET granted = {granted}, reserved = {reserved} WHERE id = "
            f"{wallet}".encode()
        )
        if granted:
            admin.execute(
                f"WITH lot AS (INSERT INTO ledger.credit_lots (wallet_id, source, amount, "
                f"remaining, opened_by, currency) "
                f"VALUES ({wallet}, 'promo', {granted}, {granted}, 2, 'CR') RETURNING id, amount) "
                f"INSERT INTO ledger.lot_movements (lot_id, transaction_id, amount, remaining_after) "
                f"SELECT id, 2, amount, amount FROM lot".encode()
            )
        if reserved:
            admin.execute(
                f"INSERT INTO ledger.reservations (wallet_id, amount, reference, currency) VALUES "
                f"({wallet}, {reserved}, 'r', 'CR')".encode()
            )
    assert refused(transfer(operator, "bob", "alice", free + 1)) == "funds.short"
    if free:
        assert transfer(operator, "bob", "alice", free)["status"] == "posted"
    assert balances(admin)["bob"] == 500 - free


@pytest.mark.parametrize(
    ("source", "target", "who"),
    [
        ("nobody", "bob", "nobody"),
        ("alice", "nobody", "nobody"),
        ("nobody", "noone", "nobody"),
        ("Alice", "bob", "Alice"),
        ("", "bob", ""),
        ("@nosuch", "bob", "@nosuch"),
    ],
)
def test_unknown_names_are_refused(operator: Connection, source: str, target: str, who: str) -> None:
    found = transfer(operator, source, target, 1)
    assert refused(found) == "user.unknown"
    assert found["detail"] == {"username": who}


def test_a_wallet_of_another_currency_is_none(
    operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    admin.execute("SELECT ledger.add_currency('EU', 2::smallint)")
    open_accounts({"dora": 100}, currency="EU")
    assert refused(transfer(operator, "alice", "dora", 1)) == "user.unknown"
    assert refused(transfer(operator, "dora", "alice", 1, currency="EU")) == "user.unknown"
    assert refused(transfer(operator, "alice", "bob", 1, currency="XX")) == "user.unknown"


def test_nobody_pays_himself(operator: Connection) -> None:
    assert refused(transfer(operator, "alice", "alice", 1)) == "party.same"
    assert refused(transfer(operator, "@external", "@external", 1)) == "party.same"


@pytest.mark.parametrize("status", ["frozen", "closed"])
@pytest.mark.parametrize(
    ("source", "target"), [("alice", "carol"), ("carol", "alice"), ("@external", "carol")]
)
def test_no_money_moves_on_an_idle_account(
    operator: Connection, admin: Connection, status: str, source: str, target: str
) -> None:
    operator.execute(
        "SELECT ledger.set_account_status(gen_random_uuid(), 'carol', %s, 'a complaint')", [status]
    )
    found = transfer(operator, source, target, 1)
    assert (refused(found), found["detail"]) == (
        "account.inactive",
        {"username": "carol", "status": status},
    )
    if status == "frozen":
        operator.execute(
            "SELECT ledger.set_account_status(gen_random_uuid(), 'carol', 'active', 'it is settled')"
        )
        assert transfer(operator, "alice", "carol", 1)["status"] == "posted"
    assert_adds_up(admin)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "amount.sign"),
        (-1, "amount.sign"),
        (-(2**31), "amount.sign"),
        (-BIGGEST, "amount.sign"),
        (-(2**63), "amount.sign"),
        (10_001, "funds.short"),
        (2**31, "funds.short"),
        (2**53 + 1, "funds.short"),
        (BIGGEST // 2, "funds.short"),
    ],
)
def test_impossible_amounts_change_nothing(
    operator: Connection, admin: Connection, amount: int, code: str
) -> None:
    before, transactions = balances(admin), count(admin, "transactions")
    assert refused(transfer(operator, "alice", "bob", amount)) == code
    assert (balances(admin), count(admin, "transactions")) == (before, transactions)


@pytest.mark.parametrize("amount", [1, 2**31 - 1, 2**31, 2**53 + 1, BIGGEST])
def test_every_amount_arrives_exactly(operator: Connection, admin: Connection, amount: int) -> None:
    assert transfer(operator, "@external", "carol", amount)["status"] == "posted"
    assert balances(admin)["carol"] == amount
    assert transfer(operator, "carol", "@external", amount)["status"] == "posted"
    assert balances(admin)["carol"] == 0


def test_no_balance_passes_the_largest_number(operator: Connection, admin: Connection) -> None:
    transfer(operator, "@external", "carol", BIGGEST)
    assert refused(transfer(operator, "alice", "carol", 1)) == "amount.range"
    assert balances(admin) == {"alice": 10_000, "bob": 500, "carol": BIGGEST}
    # Too much for the one and for the other: whichever is seen first.
    assert refused(transfer(operator, "alice", "carol", BIGGEST)) in {"amount.range", "funds.short"}
    # A system account's balance has no such end.
    assert system_balance(admin, "@external") == -(BIGGEST + 10_500)


def test_a_missing_amount_is_refused(operator: Connection) -> None:
    found = outcome(operator, "SELECT ledger.transfer(%s, 'alice', 'bob', 'CR', NULL)", uuid4())
    assert refused(found) == "amount.empty"


HIDDEN = [
    character
    for character in map(chr, [*range(1, 0xD800), *range(0xE000, 0x110000)])
    if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}
]


def test_text_that_hides_something_is_refused(operator: Connection, admin: Connection) -> None:
    passed = admin.execute(
        "SELECT to_hex(ascii(c)) FROM unnest(%s::text[]) c WHERE ledger.is_plain_text('a' || c || 'b')",
        [HIDDEN],
    ).fetchall()
    assert passed == []
    for text in ("a\u202eb", "a\u200bb", "a\nb", "a\tb", "\ufeffa", "a\U000e0041b"):
        assert refused(transfer(operator, "alice", "bob", 1, description=text)) == "text.character"
        assert refused(transfer(operator, "alice", "bob", 1, reference=text)) == "text.character"
    assert balances(admin)["bob"] == 500


def test_honest_text_passes(operator: Connection, admin: Connection) -> None:
    for text in (
        "Łukasz Żółć",
        "李四 付款",
        "שלום",
        "مرحبا",
        "<b>bold</b>",
        "it's 100%s; --",
        "😀",
        "é" * 500,
    ):
        found = transfer(operator, "alice", "bob", 1, description=text)
        row = admin.execute(
            "SELECT description FROM ledger.transactions WHERE id = %s", [found["transaction"]]
        ).fetchone()
        assert row == (text,)
    assert refused(transfer(operator, "alice", "bob", 1, description="é" * 501)) == "text.character"
    assert refused(transfer(operator, "alice", "bob", 1, reference="r" * 201)) == "text.character"


def test_a_reference_is_used_once(operator: Connection, admin: Connection) -> None:
    assert transfer(operator, "alice", "bob", 1, reference="inv-7")["status"] == "posted"
    assert refused(transfer(operator, "alice", "carol", 2, reference="inv-7")) == "reference.repeated"
    assert balances(admin) == {"alice": 9_999, "bob": 501, "carol": 0}


@pytest.mark.parametrize(
    "moment", ["infinity", "-infinity", "294000-01-01 00:00+00", "0044-03-15 00:00+00 BC"]
)
def test_a_moment_no_client_can_read_is_refused(operator: Connection, moment: str) -> None:
    found = outcome(
        operator, "SELECT ledger.transfer(%s, 'alice', 'bob', 'CR', 1, NULL, '', %s)", uuid4(), moment
    )
    assert refused(found) == "effective.range"


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    source=st.sampled_from(["alice", "bob", "carol", "@external", "nobody"]),
    target=st.sampled_from(["alice", "bob", "carol", "@external", "nobody"]),
    amount=st.one_of(st.integers(-5, 3_000), st.integers(-(2**63), BIGGEST)),
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
)
def test_any_call_is_posted_or_refused(  # noqa: PLR0917 - pytest passes by name
    operator: Connection, admin: Connection, source: str, target: str, amount: int, text: str
) -> None:
    before = balances(admin)
    found = transfer(operator, source, target, amount, description=text)
    expected = dict(before)
    if found["status"] == "posted":
        for name, change in ((source, -amount), (target, amount)):
            if name in expected:
                expected[name] += change
    else:
        assert not found["code"].startswith("constraint."), found
    assert balances(admin) == expected
