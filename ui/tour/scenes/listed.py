"""The tour's hands at the list of transactions: filters are set, pages scrolled to, rows waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QRadioButton

from ui.kit.table.paged_model import State
from ui.screens.transactions.screen import Transactions
from ui.tour.hands import press, screen, window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QLineEdit

    from console.ledger.transactions.page import TransactionRow
    from ui.kit.widgets.filters import FilterChip
    from ui.tour.walk import Walk


def rows_of(shown: Transactions) -> tuple[TransactionRow, ...]:
    """Return the rows that the list holds."""
    return shown.model.rows


def customers_of(rows: Iterable[TransactionRow]) -> list[str]:
    """Return the customers who are a party of these rows, each once."""
    parties = (name for row in rows for name in (row.from_username, row.to_username))
    return [name for name in dict.fromkeys(parties) if not name.startswith("@")]


def anew(walk: Walk, ask: Callable[[], None], what: str) -> None:
    """Ask for another list, and wait until it is there; it may be empty."""
    came: list[bool] = []
    model = screen(walk, Transactions).model
    told = model.first_page_shown.connect(lambda: came.append(True))
    ask()
    walk.wait(lambda: bool(came), what)
    model.first_page_shown.disconnect(told)


def next_page(walk: Walk) -> None:
    """Scroll down until the next page has come; there must be one."""
    shown = screen(walk, Transactions)
    held = len(rows_of(shown))
    for _ in range(window_of(walk).context.settings.page_size):
        if len(rows_of(shown)) > held or shown.model.state is State.LOADING:
            break
        QTest.keyClick(shown.table, Qt.Key.Key_PageDown)
    walk.wait(lambda: len(rows_of(shown)) > held, "the next page")


def jump(walk: Walk, key: Qt.Key) -> None:
    """Go to an end of the list."""
    model, table = screen(walk, Transactions).model, screen(walk, Transactions).table
    at_end = key == Qt.Key.Key_End
    QTest.keyClick(table, key, Qt.KeyboardModifier.ControlModifier)
    walk.wait(
        lambda: model.state is State.READY and not (model.more_after if at_end else model.more_before),
        "the last page" if at_end else "the first page",
    )


def tick(chip: FilterChip, word: str) -> None:
    """Tick one of a chip's check boxes, and apply that."""
    press(chip)
    box = next(box for box in chip.editor.widget.findChildren(QCheckBox) if box.text() == word)
    QTest.keyClick(box, Qt.Key.Key_Space)
    chip.apply()


def choose(chip: FilterChip, word: str) -> None:
    """Choose one of a chip's radio buttons by its code or word, and apply that."""
    press(chip)
    choices = chip.editor.widget.findChildren(QRadioButton)
    chosen = next(choice for choice in choices if choice.text().split(" \N{EN DASH} ")[0] == word)
    QTest.keyClick(chosen, Qt.Key.Key_Space)
    chip.apply()


def write(chip: FilterChip, text: str) -> None:
    """Type a text into a chip's line, and apply that."""
    press(chip)
    editor: QLineEdit = chip.editor.widget  # type: ignore[assignment]  # the editor of a text
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
