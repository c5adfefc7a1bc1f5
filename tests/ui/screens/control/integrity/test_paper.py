"""The head for paper: what stands on the sheet, its code, and the PDF."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import segno
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from console.ledger.audit.page import head
from console.ledger.audit.verify.check import Head, SealMark
from ui.kit.theme.tokens import LIGHT
from ui.screens.control.integrity import paper
from ui.screens.control.integrity.paper import Sheet, grouped, save_pdf
from ui.screens.control.integrity.paper_dialog import PaperDialog

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.ui.screens.control.integrity.conftest import Screens
    from ui.context import Context

HEAD = Head(
    UUID(int=7), "771/16384", 1_234, bytes(range(32)), SealMark(98, bytes(range(32, 64)))
)  # fmt: skip
SHEET = Sheet("The club, LIVE", HEAD, datetime(2026, 11, 28, 14, 13, tzinfo=UTC), "then", "mara", "none")
_SCALE = 2


def _drawn(qapp: object) -> QImage:
    image = QImage(int(paper.WIDTH * _SCALE), int(paper.HEIGHT * _SCALE), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(_SCALE, _SCALE)
    paper.draw(painter, SHEET)
    painter.end()
    return image


def test_the_sheet_says_what_proves_the_ledger() -> None:
    said = dict(SHEET.lines)
    assert said["Last event"] == "1,234"
    assert said["Its hash"].replace(" ", "").replace("\n", "") == HEAD.hash.hex()
    assert said["Identity"] == str(UUID(int=7))
    assert json.loads(SHEET.code_text) == {
        "ledger": str(UUID(int=7)), "event": 1_234, "hash": HEAD.hash.hex(), "sealed_to": 98,
        "seal": bytes(range(32, 64)).hex(), "at": "2026-11-28T14:13:00+00:00",
    }  # fmt: skip
    assert grouped("0123456789abcdef") == "01234567 89abcdef"


def test_the_code_is_drawn_module_by_module(qapp: object) -> None:
    image = _drawn(qapp)
    dark = QColor(LIGHT.text).rgb()
    matrix = [list(row) for row in segno.make_qr(SHEET.code_text, error="m").matrix]
    module = int(paper._MODULE * _SCALE)
    # The corner of the code is where a finder pattern begins: seven modules side by side, none before them.
    left = int(paper._MARGIN * _SCALE)
    top = next(
        y for y in range(image.height())
        if all(image.pixel(left + x, y) == dark for x in range(7 * module))
        and image.pixel(left + 7 * module, y) != dark
    )  # fmt: skip
    middle = module // 2
    for y, row in enumerate(matrix):
        for x, is_dark in enumerate(row):
            seen = image.pixel(left + x * module + middle, top + y * module + middle) == dark
            assert seen == bool(is_dark), (x, y)


def test_all_of_it_is_on_one_page_above_the_signature(qapp: object) -> None:
    image = _drawn(qapp)
    foot = int((paper.HEIGHT - paper._MARGIN - 40) * _SCALE)
    white = QColor(LIGHT.surface).rgb()
    assert all(image.pixel(x, y) == white for y in range(foot, foot + 20) for x in range(image.width()))


def test_the_pdf_is_one_page_and_private(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "head.pdf"
    save_pdf(path, SHEET)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") == 1
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_head_is_read_when_it_is_asked_for(qtbot: QtBot, context: Context, show: Screens) -> None:
    screen = show(context)
    QTest.mouseClick(screen.paper_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(screen.findChildren(PaperDialog)))
    (dialog,) = screen.findChildren(PaperDialog)
    assert dialog.sheet.head == head(context.database)
    assert dict(dialog.sheet.lines)["Last verify here"] == "none"
    assert dialog.sheet.head.hash.hex()[:8] in dialog.preview.accessibleName()
    dialog.copy_button.click()
    assert f"Last event: {dialog.sheet.head.id}" in QGuiApplication.clipboard().text()
    dialog.close()


@pytest.mark.parametrize("is_there", [True, False])
def test_saving_says_where_it_is_or_why_not(
    qtbot: QtBot, context: Context, tmp_path: Path, *, is_there: bool
) -> None:
    dialog = PaperDialog(window := _window(qtbot), context.worker, SHEET)
    dialog.open()
    path = tmp_path / ("head.pdf" if is_there else "no/such/head.pdf")
    dialog.save(path)
    qtbot.waitUntil(lambda: bool(dialog.said))
    assert path.exists() is is_there
    assert dialog.said.startswith("Saved." if is_there else "Not saved: head.pdf cannot be written")
    assert dialog.save_button.isEnabled()
    assert window.isVisible()
    dialog.close()


def _window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 900)
    made.show()
    return made
