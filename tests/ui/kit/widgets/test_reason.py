"""A reason before a deed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.whys import why_not
from ui.kit.widgets.reason import LEAST, MOST, ReasonDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.kit.theme.theme import Theme


@pytest.fixture
def asking(qtbot: QtBot, theme: Theme) -> ReasonDialog:
    """Ask before a deed with a long name."""
    made = ReasonDialog(None, title="", heading="Take", words="", deed="Take over the batch")  # type: ignore[arg-type]  # stands alone in a test
    theme.dress(made)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_what_is_wrong_is_whole_beside_the_buttons_and_they_stay_put(asking: ReasonDialog) -> None:
    assert why_not(asking) == "Not yet: give a reason."
    before = asking.deed_button.geometry()
    QTest.keyClicks(asking.edit, "x" * LEAST)
    assert asking.deed_button.isEnabled()
    QApplication.processEvents()
    assert asking.deed_button.geometry() == before
    asking.edit.setPlainText("x" * (MOST + 1))
    assert why_not(asking) == f"Not yet: the reason is longer than {MOST} characters."
    assert asking.deed_button.geometry() == before
