"""Cells as they are painted: pictures in place of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ui.kit.table.columns import Column
from ui.kit.table.rows_model import RowsModel
from ui.kit.table.view import LedgerTable
from ui.kit.theme.theme import Mode
from ui.kit.theme.tokens import DARK, LIGHT

if TYPE_CHECKING:
    from PySide6.QtCore import QRect, QSettings
    from PySide6.QtGui import QPainter
    from pytestqt.qtbot import QtBot

    from ui.kit.formats import Formats
    from ui.kit.table.columns import Picture
    from ui.kit.theme.theme import Theme
    from ui.kit.theme.tokens import Tokens

WIDE = 150


def bar(painter: QPainter, rect: QRect, tokens: Tokens) -> None:
    """Fill all that a cell has for its picture."""
    painter.fillRect(rect, QColor(tokens.credit))


def picture_of(word: str) -> Picture | None:
    return bar if word == "drawn" else None


COLUMNS: Final[tuple[Column[str], ...]] = (
    Column("name", "Name", value=str, stretch=True),
    Column("picture", "Picture", value=str, picture=picture_of, width=WIDE),
)


def test_a_picture_stands_in_place_of_its_words(
    qtbot: QtBot, theme: Theme, store: QSettings, formats: Formats
) -> None:
    table = LedgerTable("pictures", theme=theme, store=store, notice=print)
    qtbot.addWidget(table)
    table.resize(500, 200)
    model = RowsModel(COLUMNS, formats, ("drawn", "written"), table)
    table.setModel(model)
    table.show()
    # As wide as the column says, whatever the words need.
    assert table.columnWidth(1) == WIDE

    def drawn(row: int, colour: str) -> int:
        rect = table.visualRect(model.index(row, 1))
        image = table.viewport().grab(rect).toImage()
        middle = image.height() // 2
        return sum(image.pixelColor(x, middle).name() == QColor(colour).name() for x in range(image.width()))

    assert WIDE - 30 < drawn(0, LIGHT.credit) < WIDE
    assert drawn(1, LIGHT.credit) == 0
    theme.set_mode(Mode.DARK)
    assert WIDE - 30 < drawn(0, DARK.credit) < WIDE
    assert model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "drawn"
