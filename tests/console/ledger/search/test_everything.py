"""A search finds what the ledger has by any of its names and nothing else, by one statement of probes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

from console.ledger.search import everything as search
from console.ledger.search.everything import Answer, Kind, everything
from console.ledger.search.probes import COUNTED, MOST, statement
from console.money import Currency
from console.monitor.budgets import budget
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.console.ledger.search.plans import fill, reads
from tests.models.writes import REASON, done, grant, reserve, write

if TYPE_CHECKING:
    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

CR = Currency(CURRENCY, 2)
HOSTILE = (
    "%", "_", "%%%", "___", "'", '"', "\\", "'; DROP TABLE ledger.users; --", "<b>bold</b>", "a\0b", "\0",
    "\ud800", "a & b | !c", "'a':*", ":*", "kofi:*", "<->", "\u202eabc", "{probes}", "%(name)s", ":name",
    "a b c d e f g h i", "\U0010ffff", "é", "İ", "9" * 30, "-1", "#0", "1e9", "NaN",
)  # fmt: skip


def find(database: Database, text: str) -> Answer:
    return everything(database, text, (CR,))


def names(answer: Answer, kind: Kind) -> list[str]:
    return [one.name for one in answer.found if one.kind is kind]


def open_named(operator: Connection, username: str, shown: str = "", email: str | None = None) -> int:
    """Open an account with a display name and an address; return its number."""
    opened = done(write(operator, "open_account", username, CURRENCY, shown, email, REASON))
    return int(opened["account"])


@pytest.fixture
def kofi(operator: Connection) -> int:
    """Open Kofi's account, and one of each kind beside it."""
    number = open_named(operator, "kofi.amrani", "Kofi Amrani-Østby", "Kofi.A@Example.org")
    open_named(operator, "shop.example.com", "The Shop")
    return number


@pytest.mark.parametrize(
    "text",
    [
        "kofi.amrani", "KOFI.AMRANI", " kofi.amrani ", "kofi", "kof", "amr", "AMRANI", "amrani kofi",
        "kofi amr", "østby", "ØST", "kofi.a@example.org", "KOFI.A@EX", "kofi.a@",
    ],
)  # fmt: skip
def test_an_account_is_found_by_any_of_its_names(viewer: Database, kofi: int, text: str) -> None:
    answer = find(viewer, text)
    assert [(one.name, one.number, one.note) for one in answer.found] == [
        ("kofi.amrani", kofi, "Kofi Amrani-Østby")
    ]
    whole = text.strip().lower() in {"kofi.amrani", "kofi.a@example.org"}
    assert answer.found[0].exact == whole


@pytest.mark.parametrize("text", ["example", "exam", "com", "sho", "the", "shop.exa", "shop example"])
def test_a_name_like_a_hosts_is_found_by_each_of_its_words(viewer: Database, kofi: int, text: str) -> None:
    assert "shop.example.com" in names(find(viewer, text), Kind.ACCOUNT)


@pytest.mark.parametrize("text", ["ko", "a", "ofi", "kofi.b", "kofi nobody", "mrani", "xample.org"])
def test_what_only_resembles_a_name_is_not_found(viewer: Database, kofi: int, text: str) -> None:
    answer = find(viewer, text)
    assert (answer.found, answer.refusal, Kind.ACCOUNT in answer.looked) == ((), "", True)


def test_the_exact_comes_first_then_names_that_begin_so_then_words(
    viewer: Database, operator: Connection
) -> None:
    for username, shown in (
        ("zoe.ann", "Zoe"), ("ann", ""), ("annika", ""), ("ann.b", ""), ("bob", "Bob Ann"),
        ("carl", "Annabel"),
    ):  # fmt: skip
        open_named(operator, username, shown)
    answer = find(viewer, "ANN")
    assert names(answer, Kind.ACCOUNT) == ["ann", "ann.b", "annika", "bob", "zoe.ann"]
    assert [one.exact for one in answer.found] == [True, False, False, False, False]
    assert answer.more == {Kind.ACCOUNT}


def test_no_more_than_five_of_a_kind_and_more_is_said(viewer: Database, operator: Connection) -> None:
    for number in range(MOST):
        open_named(operator, f"pay.{number}")
    answer = find(viewer, "pay")
    assert (len(answer.found), answer.more) == (MOST, frozenset())
    open_named(operator, "early", "Pay")
    answer = find(viewer, "pay")
    assert (len(answer.found), answer.more) == (MOST, frozenset({Kind.ACCOUNT}))


def test_a_number_is_whatever_has_it(viewer: Database, kofi: int, operator: Connection) -> None:
    done(grant(operator, "kofi.amrani", 900))
    done(reserve(operator, "kofi.amrani", 300, "H-1"))
    asked = {"username": "kofi.amrani", "currency": CURRENCY, "limit": 500, "reason": REASON}
    done(write(operator, "submit_request", "set_overdraft_limit", Jsonb(asked), REASON))
    answer = find(viewer, "1")
    assert [(one.kind, one.number, one.name, one.account) for one in answer.found] == [
        (Kind.ACCOUNT, 1, "@issuance", "@issuance"),
        (Kind.TRANSACTION, 1, "", "@issuance"),
        (Kind.REQUEST, 1, "set overdraft limit", ""),
        (Kind.HOLD, 1, "H-1", "kofi.amrani"),
        (Kind.CREDIT, 1, "promo", "kofi.amrani"),
    ]
    assert names(find(viewer, str(kofi)), Kind.ACCOUNT) == ["kofi.amrani"]
    assert names(find(viewer, f"#{kofi}"), Kind.ACCOUNT) == ["kofi.amrani"]


def test_a_reference_is_found_whole_and_by_its_beginning_as_it_is_written(
    viewer: Database, kofi: int, operator: Connection
) -> None:
    for reference in ("INV-17", "INV-170", "INV-18", "in%v"):
        done(transfer(operator, "@external", "kofi.amrani", 700, reference=reference))
    done(reserve(operator, "kofi.amrani", 300, "INV-2"))
    answer = find(viewer, "INV-17")
    assert [(one.name, one.exact) for one in answer.found] == [("INV-17", True), ("INV-170", False)]
    assert (answer.found[0].account, answer.found[0].other) == ("@external", "kofi.amrani")
    assert (answer.found[0].amount, answer.found[0].currency, answer.found[0].note) == (700, CR, "deposit")
    everywhere = find(viewer, "INV")
    assert names(everywhere, Kind.TRANSACTION) == ["INV-17", "INV-170", "INV-18"]
    assert [(one.name, one.account) for one in everywhere.found if one.kind is Kind.HOLD] == [
        ("INV-2", "kofi.amrani")
    ]
    assert find(viewer, "inv").found == find(viewer, "IN").found == ()
    assert names(find(viewer, "in%"), Kind.TRANSACTION) == ["in%v"]


def test_an_amount_is_read_in_each_open_currency_and_counted_up_to_a_bound(
    viewer: Database, kofi: int, operator: Connection, admin: Connection
) -> None:
    for code, exponent in (("JPY", 0), ("EUR", 2), ("XTS", 2)):
        admin.execute("SELECT ledger.add_currency(%s, %s::smallint)", [code, exponent])
    known = (CR, Currency("EUR", 2), Currency("JPY", 0), Currency("XTS", 2))
    for currency in known:
        write(operator, "open_account", "payee", currency.code, "", None, REASON)
    for _ in range(3):
        done(transfer(operator, "@external", "payee", 1_250))
    done(transfer(operator, "@external", "payee", 1_250, currency="EUR"))
    done(transfer(operator, "@external", "payee", 12, currency="JPY"))

    def counted(text: str) -> list[tuple[str, int | None, int | None, bool]]:
        found = everything(viewer, text, known).found
        return [
            (one.currency.code, one.amount, one.times, one.uncounted)
            for one in found
            if one.kind is Kind.AMOUNT and one.currency is not None
        ]

    assert counted("12.50") == [("CR", 1_250, 3, False), ("EUR", 1_250, 1, False)]
    assert counted("12.5 eur") == [("EUR", 1_250, 1, False)]
    assert counted("12") == [("JPY", 12, 1, False)]
    assert counted("12.505") == counted("-12.50") == counted("0") == counted("13") == []
    for _ in range(COUNTED):
        done(transfer(operator, "@external", "payee", 1_250))
    assert counted("12.50 CR") == [("CR", 1_250, COUNTED, True)]
    admin.execute("UPDATE ledger.currencies SET closed_at = now() WHERE code = 'JPY'")
    assert counted("12") == []
    admin.execute("UPDATE ledger.currencies SET closed_at = NULL WHERE code = 'JPY'")


def test_a_batch_is_found_by_number_and_by_words_of_its_name_the_newest_first(
    viewer: Database, admin: Connection
) -> None:
    for name in ("Payroll March", "payroll-april", "Rent"):
        admin.execute("INSERT INTO ledger.batches (name, currency) VALUES (%s, %s)", [name, CURRENCY])
    assert names(find(viewer, "pay"), Kind.BATCH) == ["payroll-april", "Payroll March"]
    assert names(find(viewer, "apr PAYROLL"), Kind.BATCH) == ["payroll-april"]
    assert names(find(viewer, "payroll m"), Kind.BATCH) == []
    assert names(find(viewer, "#3"), Kind.BATCH) == ["Rent"]
    for month in range(2, 9):
        admin.execute(
            "INSERT INTO ledger.batches (name, currency) VALUES (%s, %s)", [f"Rent {month}", CURRENCY]
        )
    answer = find(viewer, "rent")
    assert names(answer, Kind.BATCH) == ["Rent 8", "Rent 7", "Rent 6", "Rent 5", "Rent 4"]
    assert answer.more == {Kind.BATCH}


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_typed_is_an_error(viewer: Database, kofi: int, text: str) -> None:
    answer = find(viewer, text)
    assert (answer.refusal, answer.more) == ("", frozenset())
    assert {one.name for one in answer.found} <= {"kofi.amrani"}
    if text in {"%", "_", "%%%", "___", ":*", "<->", "'", '"'}:
        assert answer.found == ()


def test_a_text_too_long_for_any_name_is_refused_and_asks_nothing(
    viewer: Database, statements: Statements
) -> None:
    with statements.counted() as sent:
        assert find(viewer, "x" * 10_000) == Answer(refusal=search.TOO_LONG)
        assert find(viewer, "  ") == find(viewer, "a\0b") == Answer()
    assert sent == []
    assert find(viewer, "x" * search.LONGEST).refusal == ""


@pytest.mark.parametrize(
    "text", ["kofi.amrani", "kof", "1", "INV-17", "12.50", "Kofi Amrani", "kofi@example.org"]
)
def test_a_search_is_one_statement(viewer: Database, kofi: int, statements: Statements, text: str) -> None:
    with statements.counted() as sent:
        find(viewer, text)
    assert len(sent) == budget("search.everything") == 1


LOOKED = {
    "<b>": (Kind.ACCOUNT, Kind.TRANSACTION, Kind.BATCH, Kind.HOLD),
    "%": (Kind.ACCOUNT, Kind.TRANSACTION, Kind.HOLD),
    "12": tuple(kind for kind in Kind if kind is not Kind.OPERATOR),
    "12.5": (Kind.ACCOUNT, Kind.TRANSACTION, Kind.AMOUNT, Kind.BATCH, Kind.HOLD),
    "x" * 201: (Kind.ACCOUNT, Kind.BATCH),
}


@pytest.mark.parametrize("text", LOOKED)
def test_only_what_a_text_can_be_is_looked_for_and_said(viewer: Database, text: str) -> None:
    assert find(viewer, text).looked == LOOKED[text]


@pytest.mark.parametrize("text", ["12", "cust", "customer 77", "c1@example.org", "R-1", "12.00", "kofi"])
def test_every_probe_is_an_index(viewer: Database, ledger_url: str, text: str) -> None:
    """On 20,000 accounts and as many movements nothing is walked through, however common the word."""
    fill(ledger_url, 20_000)
    values: dict[str, Any] = search._values(text) | search._amounts(text, (CR,), search._parsed)
    nodes = reads(ledger_url, statement(frozenset(values)), values, {"users", "transactions", "wallets"})
    assert nodes
    assert "Seq Scan" not in {node["Node Type"] for node in nodes}
    assert find(viewer, text).found or text == "kofi"


def test_a_ticket_finds_what_was_done_under_it(
    operator_database: Database, operator: Connection, kofi: int
) -> None:
    paid = done(
        write(
            operator, "transfer", "@external", "kofi.amrani", CURRENCY, 500, None, "", None, REASON, "ZD-4711"
        )
    )["transaction"]  # fmt: skip
    done(write(operator, "reserve", "kofi.amrani", CURRENCY, 5, "h-1", None, "", "ZD-4711"))
    done(write(operator, "set_account_status", "shop.example.com", "frozen", REASON, "zd-4711"))
    found = find(operator_database, "zd-4711")
    assert [(one.kind, one.number) for one in found.found if one.kind is Kind.TRANSACTION] == [
        (Kind.TRANSACTION, paid)
    ]
    assert names(found, Kind.HOLD) == ["h-1"]
    assert names(found, Kind.ACCOUNT) == ["shop.example.com"]
    assert find(operator_database, "ZD-471").found == ()


def test_a_ticket_finds_holds_by_their_end_and_credits_by_what_was_done_to_them(
    operator_database: Database, operator: Connection, kofi: int
) -> None:
    done(transfer(operator, "@external", "kofi.amrani", 100))
    for name in ("h-1", "h-2", "h-3"):
        done(write(operator, "reserve", "kofi.amrani", CURRENCY, 5, name))
    done(write(operator, "release", "h-1", REASON, "ZD-4712"))
    done(write(operator, "extend_holds", ["h-2"], None, REASON, "zd-4712"))
    lot = done(write(operator, "grant_credit", "kofi.amrani", CURRENCY, 5, "promo", None))["lot"]
    chosen = Jsonb({"currency": CURRENCY, "lots": [lot], "count": 1, "amount": 5})
    done(write(operator, "end_lots", chosen, REASON, "ZD-4712"))
    found = find(operator_database, "zd-4712")
    assert sorted(names(found, Kind.HOLD)) == ["h-1", "h-2"]
    assert [one.number for one in found.found if one.kind is Kind.CREDIT] == [lot]
