"""A transaction's detail says which credits it used up, opened or brought back, where it may have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from console.ledger.transactions.page import TransactionFilter, TransactionRow
from console.ledger.transactions.page import page as transactions
from models.transaction import TransactionKind
from tests.cluster import connected
from tests.models.writes import capture, done, grant, reserve, reverse
from tests.ui.parts import make_formats
from ui.kit.lists.read_lines import PAUSE_MS
from ui.kit.table.columns import cells_of
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip
from ui.screens.transactions.detail import TransactionDetail
from ui.screens.transactions.listing import columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.conftest import Statements
    from ui.context import Context

MINUS = "\N{MINUS SIGN}"
ASKING = "\N{HORIZONTAL ELLIPSIS}"


@pytest.fixture
def rows(
    context: Context, open_accounts: Callable[..., None], as_role: Callable[[str], str]
) -> dict[TransactionKind, TransactionRow]:
    """Return the newest transaction of each kind, of a capture over a credit and money, half reversed."""
    open_accounts({"alice": 1_000})
    with connected(as_role("t_operator")) as operator:
        done(grant(operator, "alice", 500, source="<b>gift</b>"))
        done(reserve(operator, "alice", 800, "h-1"))
        taken = done(capture(operator, "h-1"))
        done(reverse(operator, taken["transaction"], 400))
    found = transactions(context.database, TransactionFilter())
    return {row.kind: row for row in reversed(found.rows)}


@pytest.fixture
def detail(context: Context, qtbot: QtBot) -> TransactionDetail:
    made = TransactionDetail(context)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (TransactionKind.GRANT, "<b>gift</b> +5.00"),
        (TransactionKind.CAPTURE, f"<b>gift</b> {MINUS}5.00\nno expiry {MINUS}3.00"),
        (TransactionKind.REVERSAL, "<b>gift</b> +1.00\nno expiry +3.00"),
    ],
)
def test_the_detail_says_which_credits(
    detail: TransactionDetail, rows: dict[TransactionKind, TransactionRow], qtbot: QtBot,
    kind: TransactionKind, words: str,
) -> None:  # fmt: skip
    detail.show_row(rows[kind])
    qtbot.waitUntil(lambda: detail.credit_parts.words not in {"", ASKING})
    assert detail.credit_parts.words == words


def test_what_cannot_touch_credit_is_not_asked_for(
    detail: TransactionDetail, rows: dict[TransactionKind, TransactionRow], context: Context, qtbot: QtBot,
    statements: Statements,
) -> None:  # fmt: skip
    with statements.counted() as sent:
        # The first is passed on the way: only where the keyboard stays is asked for.
        for kind in (TransactionKind.GRANT, TransactionKind.CAPTURE):
            detail.show_row(rows[kind])
            assert context.worker.active == 0
        qtbot.waitUntil(lambda: "\n" in detail.credit_parts.words)
        detail.show_row(rows[TransactionKind.DEPOSIT])
        assert detail.credit_parts.words == ""
        qtbot.wait(PAUSE_MS * 2)
    assert len(sent) == 1


def test_of_many_credits_the_first_are_told(
    detail: TransactionDetail, context: Context, open_accounts: Callable[..., None],
    as_role: Callable[[str], str], qtbot: QtBot,
) -> None:  # fmt: skip
    open_accounts({"alice": 0})
    with connected(as_role("t_operator")) as operator:
        for number in range(23):
            done(grant(operator, "alice", 1, number + 1, source=f"s{number}"))
        done(reserve(operator, "alice", 23, "h-1"))
        done(capture(operator, "h-1"))
    detail.show_row(transactions(context.database, TransactionFilter(), limit=1).rows[0])
    qtbot.waitUntil(lambda: detail.credit_parts.words.startswith("s0 "))
    lines = detail.credit_parts.words.splitlines()
    assert (len(lines), lines[19], lines[20]) == (21, f"s19 {MINUS}0.01", "and 3 more")


def test_what_cannot_be_read_is_said(
    detail: TransactionDetail, rows: dict[TransactionKind, TransactionRow], qtbot: QtBot
) -> None:
    detail.show_row(replace(rows[TransactionKind.CAPTURE], id=4_711))
    qtbot.waitUntil(lambda: detail.credit_parts.words == "not read: There is no transaction 4711.")


def test_of_two_customers_only_the_one_whose_credit_it_was_is_told(
    detail: TransactionDetail, context: Context, open_accounts: Callable[..., None],
    as_role: Callable[[str], str], qtbot: QtBot,
) -> None:  # fmt: skip
    open_accounts({"alice": 100, "bob": 0})
    with connected(as_role("t_operator")) as operator:
        done(grant(operator, "alice", 10, source="gift"))
        for reference in ("h-1", "h-2"):
            done(reserve(operator, "alice", 15, reference))
            done(capture(operator, reference, None, "bob"))
    without, over_credit = transactions(context.database, TransactionFilter(), limit=2).rows
    detail.show_row(over_credit)
    qtbot.waitUntil(lambda: detail.credit_parts.words == f"gift {MINUS}0.10\nno expiry {MINUS}0.05")
    detail.show_row(without)
    qtbot.waitUntil(lambda: detail.credit_parts.words == f"no expiry {MINUS}0.15")


def test_where_no_credit_was_touched_nothing_is_said(
    detail: TransactionDetail, context: Context, open_accounts: Callable[..., None],
    as_role: Callable[[str], str], qtbot: QtBot,
) -> None:  # fmt: skip
    open_accounts({"alice": 100})
    with connected(as_role("t_operator")) as operator:
        done(reserve(operator, "alice", 10, "h-1"))
        done(reverse(operator, done(capture(operator, "h-1"))["transaction"]))
    detail.show_row(transactions(context.database, TransactionFilter(), limit=1).rows[0])
    assert not detail.credit_parts.isHidden()
    qtbot.waitUntil(detail.credit_parts.isHidden)


def test_what_kind_a_transaction_is_of_has_no_colour(
    detail: TransactionDetail, rows: dict[TransactionKind, TransactionRow], context: Context
) -> None:
    kind = next(column for column in columns(make_formats(), several=False) if column.key == "kind")
    for row in rows.values():
        detail.show_row(row)
        chip = next(one for one in detail.findChildren(Chip) if one.text() == row.kind.value)
        assert chip.property("tone") == Tone.NEUTRAL
        assert cells_of([kind], row, context.formats)[0].tone is Tone.NEUTRAL
