"""A batch's file that is named at the start: opened after the sign-in, by whoever may load it, once."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.operators.credentials import url_with
from tests.cluster import PASSWORD
from tests.ui.screens.batches.hands import GRANTS
from tests.ui.sessions import window_of
from ui.kit.notices import NoticesStrip
from ui.screens.batches.screen import Batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.ui.sessions import Sessions

OPEN_MS = 15_000


def test_it_is_opened_after_the_sign_in(
    make_session: Sessions, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    session = make_session(url_with(as_role("t_operator"), "t_operator", ""), file=GRANTS)
    assert session.window is None, "nobody has signed in yet"
    page = session.start_window.sign_in
    QTest.keyClicks(page.password, PASSWORD)
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
    window = window_of(session)
    shown = window.current_screen
    assert isinstance(shown, Batches)
    dialog = shown.mapping_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.shown is not None, timeout=OPEN_MS)
    assert dialog.name_edit.text() == "grants"
    dialog.reject()
    window.go_back()
    assert window.current_id == "overview"
    # Whoever comes next named no file.
    session.switch_operator()
    QTest.keyClicks(page.operator, "t_operator")
    QTest.keyClicks(page.password, PASSWORD)
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
    assert window_of(session).current_id == "overview"


def test_who_may_not_load_it_is_told(
    make_session: Sessions, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    session = make_session(as_role("t_viewer"), file=GRANTS)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
    shown = window_of(session).current_screen
    assert isinstance(shown, Batches)
    assert shown.mapping_dialog is None
    strip = window_of(session).findChild(NoticesStrip)
    assert strip is not None
    assert "grants.csv is not loaded: that needs role operator." in strip.texts


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("absent.csv", (), "absent.csv is not there; name the CSV file of a batch"),
        ("", (), " is no file; name the CSV file of a batch"),
        ("x" * 300, (), " cannot be opened: File name too long."),
        ("there.csv", ("--tour", "pictures"), "The tour opens files of its own; leave out FILE"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(
    name: str, options: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    (tmp_path / "there.csv").write_text("a,b\n", "utf-8")
    known = {key: value for key, value in os.environ.items() if not key.startswith("LEDGER_")}
    done = subprocess.run(
        [sys.executable, "-m", "ui", *options, str(tmp_path / name)],
        env=known | {"HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
