"""Whatever is pasted into a filter: a list that matches or says that nothing does, or why it is not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from console.ledger.accounts import commands as accounts
from console.ledger.transactions.transfer import transfer
from tests.cluster import CURRENCY
from ui.kit.table.paged_model import State
from ui.kit.widgets.checked_filters import CheckedChip, DayRange, ShortText
from ui.screens.accounts.screen import Accounts
from ui.screens.transactions.screen import Transactions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from tests.conftest import Statements
    from ui.context import Context
    from ui.kit.lists.filter_row import FilterRow
    from ui.kit.table.view import LedgerTable

HIDDEN = ("a\0b", "\0", "\x07", "a\nb", "\u202eabc", "a\u200bb")
HOSTILE = (
    "%", "_", "%%", "'", '"', "\\", "\\'", "'; DROP TABLE ledger.users; --", "<b>bold</b>", "%(name)s",
    ":name", "x" * 10_000, "x" * 1_000_000,
)  # fmt: skip
NO_NUMBER = (*HIDDEN, *HOSTILE, "1e3", "-", "\uff11", "1" * 10_000)


@pytest.fixture(params=[Accounts, Transactions])
def listed(
    request: pytest.FixtureRequest, context: Context, qtbot: QtBot
) -> Iterator[tuple[FilterRow, LedgerTable]]:
    """Give the filters and the table of a list that is not empty."""
    accounts.open(context.ledger, "noor.a", CURRENCY, reason="joined")
    transfer(context.ledger, payer="@issuance", payee="noor.a", currency=CURRENCY, amount=500)
    screen = request.param(context)
    qtbot.addWidget(screen)
    screen.show()
    part = screen.list if isinstance(screen, Accounts) else screen
    qtbot.waitUntil(lambda: part.model.state is State.READY and context.worker.active == 0)
    yield part.filters, part.table
    qtbot.waitUntil(lambda: context.worker.active == 0)


def paste(chip: CheckedChip, text: str) -> bool:
    """Open a chip, paste into its first line and press Enter; return whether it was taken over."""
    chip.open()
    widget = chip.editor.widget
    line = widget if isinstance(widget, QLineEdit) else widget.findChildren(QLineEdit)[0]
    line.clear()
    QGuiApplication.clipboard().setText(text)
    QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(line, Qt.Key.Key_Return)
    return not widget.isVisible()


def numbers_of(filters: FilterRow) -> list[CheckedChip]:
    """Return the chips of numbers; a day's line takes digits only."""
    typed = [one for one in filters.chips if one.editor.widget.findChildren(QLineEdit)]
    return [one for one in typed if not isinstance(one.editor, DayRange)]


def texts_of(filters: FilterRow) -> list[CheckedChip]:
    found = [one for one in filters.chips if isinstance(one.editor, ShortText)]
    assert len(found) == 3
    return found


def test_a_character_that_nobody_sees_is_refused_in_words_and_asks_nothing(
    listed: tuple[FilterRow, LedgerTable], statements: Statements
) -> None:
    filters, table = listed
    with statements.counted() as sent:
        for chip in texts_of(filters):
            for text in HIDDEN:
                assert not paste(chip, text), (chip.text(), text)
                said = [one.text() for one in chip._popup.findChildren(QLabel) if one.isVisible()]
                assert len(said) == 1
                assert said[0].startswith("This has a character that nobody sees")
            chip.clear()
        filters.settle()
    assert (sent, table.words) == ([], "")


def test_the_reason_has_room_as_soon_as_it_is_pasted(listed: tuple[FilterRow, LedgerTable]) -> None:
    chip = texts_of(listed[0])[0]
    chip.open()
    assert isinstance(chip.editor, ShortText)
    chip.editor.setText(HIDDEN[0])
    below = chip.editor.below
    assert below.height() >= below.heightForWidth(below.width())


def test_what_is_hostile_or_endless_matches_nothing(
    listed: tuple[FilterRow, LedgerTable], qtbot: QtBot
) -> None:
    filters, table = listed
    for chip in texts_of(filters):
        for text in HOSTILE:
            assert paste(chip, text)
            filters.settle()
            qtbot.waitUntil(lambda: table.list_state is State.EMPTY)
            assert "matches. " in table.words
            assert table.words.endswith("Change a filter above, or press Clear all.")
            chip.clear()
            filters.settle()
            qtbot.waitUntil(lambda: table.list_state is State.READY)


@pytest.mark.parametrize("listed", [Transactions], indirect=True)
def test_what_is_no_number_stays_in_its_line_with_the_reason(
    listed: tuple[FilterRow, LedgerTable], statements: Statements
) -> None:
    filters, _ = listed
    with statements.counted() as sent:
        chips = numbers_of(filters)
        assert [chip.accessibleName() for chip in chips] == ["Amount any", "Batch any", "Id any"]
        for chip in chips:
            for text in NO_NUMBER:
                assert not paste(chip, text), (chip.accessibleName(), text[:20])
                said = [one.accessibleDescription() for one in chip.editor.widget.findChildren(QLineEdit)]
                assert any(said)
            chip.clear()
    assert sent == []
