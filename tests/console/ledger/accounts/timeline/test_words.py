"""What happened to an account, in sentences: amounts in their own currency, and what people wrote as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.ledger.accounts.timeline.page import Parts, TimelineRow, timeline
from console.ledger.accounts.timeline.words import LONGEST, sentence
from console.money import Currency, NumberStyle
from models.transaction import TransactionKind
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY
from tests.console.ledger.accounts.timeline.life import make_a_life
from tests.models.writes import REASON, capture, done, grant, let_time_pass, refused, reserve, sweep, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection


@pytest.fixture
def life(viewer: Database, operator: Connection, open_accounts: Callable[..., None]) -> list[TimelineRow]:
    """Return the rows of an account to which everything happened."""
    open_accounts({"alice": 100, "bob": 50})
    make_a_life(operator)
    return list(timeline(viewer, "alice", CURRENCY).rows)


def test_each_row_says_what_happened(life: list[TimelineRow]) -> None:
    assert [sentence(row) for row in life] == [
        "Status set from active to frozen: stolen phone",
        "Refused transfer of 50.00 CR to bob, since the money does not reach",
        f"Overdraft limit set from 0.00 CR to 5.00 CR: {REASON}",
        f"Hold order-2 of 0.20 CR released: {REASON}",
        "Captured 0.20 CR for @revenue",
        "Hold order-2 of 0.20 CR made",
        "Hold order-1 of 0.20 CR made",
        f"Got back 0.10 CR from bob: Reversal of {life[8].id}: {REASON}",
        "Sent 0.30 CR to bob: Lunch",
        "Granted 0.40 CR of credit",
        "Called about <b>a refund</b>",
        "Deposited 1.00 CR from the bank",
        "Account opened in CR: for a test",
    ]


def test_the_other_sides_say_it_their_way(
    viewer: Database, operator: Connection, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100, "bob": 50})
    done(transfer(operator, "bob", "alice", 30))
    done(transfer(operator, "alice", "@external", 20))
    done(transfer(operator, "alice", "@suspense", 7))
    done(reserve(operator, "bob", 11, "for-alice"))
    done(capture(operator, "for-alice", None, "alice"))
    done(grant(operator, "alice", 10, 1))
    done(reserve(operator, "bob", 5, "late"))
    admin.execute(
        "UPDATE ledger.reservations SET expires_at = now() + interval '1 hour' WHERE reference = 'late'"
    )
    let_time_pass(admin, 2)
    done(sweep(operator))

    def said(username: str) -> list[str]:
        rows = timeline(viewer, username, CURRENCY).rows
        return [sentence(row) for row in rows if row.act != "open_account"]

    assert said("alice") == [
        "Credit of 0.10 CR expired",
        "Granted 0.10 CR of credit",
        "Received 0.11 CR captured from bob",
        "Adjusted by 0.07 CR to @suspense",
        "Paid out 0.20 CR to the bank",
        "Received 0.30 CR from bob",
        "Deposited 1.00 CR from the bank",
    ]
    assert said("bob")[0] == "Hold late of 0.05 CR expired: its time was over"
    assert said("@issuance") == ["Granted 0.10 CR of credit to alice"]
    assert said("@breakage") == ["Credit of 0.10 CR expired with alice"]
    assert said("@external")[:1] == ["Received a payout of 0.20 CR from alice"]
    assert sentence(timeline(viewer, "@external", CURRENCY, parts=Parts.OTHERS).rows[0]) == "Account opened"


def test_of_an_erased_person_it_says_that(
    viewer: Database, operator: Connection, as_admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 0})
    done(write(operator, "add_note", "alice", "Her sister's number"))
    done(write(operator, "set_account_status", "alice", "closed", REASON))
    done(write(as_admin, "erase_account", "alice", REASON))
    erased, _closed, note, _opened = timeline(viewer, "alice", CURRENCY).rows
    assert sentence(erased) == f"Person erased: {REASON}"
    assert sentence(note) == "A note, erased with the person"


def test_a_flag_says_whom_it_waits_for_and_what_is_asked(
    viewer: Database, operator: Connection, as_admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 0})
    flag = done(write(operator, "flag_account", "alice", "ask for a passport", None))["note"]
    done(write(operator, "assign_flag", "alice", flag, "t_support"))
    done(write(operator, "close_flag", "alice", flag))
    assert refused(write(operator, "close_flag", "alice", flag)) == "flag.done"
    done(write(operator, "follow_account", "alice", True))
    done(write(operator, "follow_account", "alice", False))

    def said() -> list[str]:
        return [sentence(row) for row in timeline(viewer, "alice", CURRENCY).rows]

    kinds = [row.kind.value for row in timeline(viewer, "alice", CURRENCY).rows]
    assert kinds == ["operator", "operator", "refused", "flag", "flag", "flag", "account"]
    no = said().pop(2)
    assert no.startswith("Refused closing a flag, since it was marked as done already by t_operator at ")
    assert [words for words in said()[:-1] if words != no] == [
        "Account no longer followed",
        "Account followed",
        "Flag done: ask for a passport",
        "Flag assigned from anyone to t_support: ask for a passport",
        "Flag for anyone: ask for a passport",
    ]
    done(write(operator, "set_account_status", "alice", "closed", REASON))
    done(write(as_admin, "erase_account", "alice", REASON))
    assert said()[5] == "Flag done: erased with the person"
    assert "passport" not in "".join(said())


@pytest.mark.parametrize("kind", list(TransactionKind))
def test_every_kind_of_movement_has_words_for_both_sides(
    life: list[TimelineRow], kind: TransactionKind
) -> None:
    sent = replace(life[8], act=kind.value)
    out, into = sentence(sent), sentence(replace(sent, moved=30))
    assert out != into
    assert all("0.30 CR" in words for words in (out, into))


def test_amounts_are_written_in_the_style_asked_for(life: list[TimelineRow]) -> None:
    sent = replace(life[8], amount=1_234_567, currency=Currency("BTC", 8))
    assert sentence(sent, NumberStyle(",", ".")).startswith("Sent 0,01234567 BTC to bob")
    assert sentence(replace(sent, currency=Currency("KRW", 0))).startswith("Sent 1,234,567 KRW to bob")


def test_what_was_written_stays_text_on_one_line(life: list[TimelineRow]) -> None:
    note, refused = life[10], life[1]
    assert sentence(replace(note, said="two\nlines\r\n\u202ehere\x00")) == "two lines \\u{202e}here\\u{0000}"
    assert sentence(replace(refused, other="<b>\u200b", amount=None)) == (
        "Refused transfer to <b>\\u{200b}, since the money does not reach"
    )
    long = sentence(replace(note, said="x" * 10_000))
    assert (len(long), long[-1]) == (LONGEST, "…")
    unheard = replace(refused, act="polish_shoes", code="shoes.none")
    assert sentence(replace(unheard, other=None, amount=None)) == (
        "Refused polish shoes, since the database refused it (shoes.none)"
    )
