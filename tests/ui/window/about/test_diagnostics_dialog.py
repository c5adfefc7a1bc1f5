"""What is saved is what was read and stayed ticked."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from console.errors import UsageError
from console.workspace.diagnostics.texts import DiagnosticFile
from ui.window.about.diagnostics_dialog import DiagnosticsDialog
from ui.window.about.surroundings import surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.kit.worker import Worker

FILES: Final = (
    DiagnosticFile("one.txt", "The first", "a <b>\n  1\n"),
    DiagnosticFile("two.txt", "The second", "zwei: é\n"),
    DiagnosticFile("three.txt", "The third", ""),
)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1_000, 800)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def dialog(qtbot: QtBot, parent: QWidget, worker: Worker) -> DiagnosticsDialog:
    made = DiagnosticsDialog(parent, worker, lambda: FILES)
    made.open()
    qtbot.waitUntil(lambda: made.files.count() == len(FILES))
    return made


def chosen(dialog: DiagnosticsDialog, path: Path) -> None:
    """Press Save, and choose a file as a person does."""
    dialog.save_button.click()
    chooser = dialog.chooser
    assert chooser is not None
    assert chooser.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert not chooser.testOption(QFileDialog.Option.DontConfirmOverwrite)
    assert chooser.defaultSuffix() == "zip"
    chooser.fileSelected.emit(str(path))
    chooser.close()


def test_each_files_text_is_shown_and_those_ticked_are_saved_to_the_byte(
    qtbot: QtBot, dialog: DiagnosticsDialog, tmp_path: Path
) -> None:
    assert dialog.text.toPlainText() == FILES[0].text
    QTest.keyClick(dialog.files, Qt.Key.Key_Down)
    assert dialog.text.toPlainText() == FILES[1].text
    QTest.keyClick(dialog.files, Qt.Key.Key_Down)
    QTest.keyClick(dialog.files, Qt.Key.Key_Space)
    assert dialog.ticked == FILES[:2]
    assert dialog.said.startswith("2 of 3 files")
    chosen(dialog, tmp_path / "out.zip")
    qtbot.waitUntil(lambda: dialog.said.startswith("Saved: 2 files"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        found = {name.partition("/")[2]: archive.read(name).decode() for name in archive.namelist()}
    assert found == {file.name: file.text for file in FILES[:2]}
    assert dialog.save_button.isEnabled()


def test_with_nothing_ticked_there_is_nothing_to_save(dialog: DiagnosticsDialog) -> None:
    for place in range(dialog.files.count()):
        dialog.files.item(place).setCheckState(Qt.CheckState.Unchecked)
    assert not dialog.save_button.isEnabled()
    assert "tick one" in dialog.said


def test_a_folder_that_is_not_there_is_told_in_place(
    qtbot: QtBot, dialog: DiagnosticsDialog, tmp_path: Path
) -> None:
    chosen(dialog, tmp_path / "none" / "out.zip")
    qtbot.waitUntil(lambda: "cannot be written" in dialog.said)
    assert dialog.save_button.isEnabled()


def test_what_cannot_be_collected_is_told(qtbot: QtBot, parent: QWidget, worker: Worker) -> None:
    def refuse() -> Sequence[DiagnosticFile]:
        raise UsageError("The folder is gone.")

    dialog = DiagnosticsDialog(parent, worker, refuse)
    qtbot.waitUntil(lambda: dialog.said == "The folder is gone.")
    assert not dialog.save_button.isEnabled()


def test_the_window_says_how_large_its_screens_are_and_not_which(parent: QWidget) -> None:
    facts = dict(surroundings(parent))
    assert facts["Qt platform"] == "offscreen"
    assert facts["window"] == "1000 x 800"
    assert "at 100 %" in facts["screen 1"]
    assert parent.screen().name() not in " ".join(facts.values()) or not parent.screen().name()
