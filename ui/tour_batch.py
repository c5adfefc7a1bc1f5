"""The tour's batch: a fresh copy of the sample payout, loaded, checked, rehearsed and posted."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources as package_files
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from ui.screens.batches import Batches
from ui.tour_hands import expect, go, press, screen, window_of
from ui.tour_walk import Stop, TourError, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from ui.screens.batch_page import BatchPage

_SAMPLE = "payout.csv"
_REFERENCES = "PAYOUT-2026-11-"
_PAYER = "@issuance"


def mapping(walk: Walk) -> None:
    """Choose the file, and say what its columns mean and who pays."""
    go(walk, "batches")
    shown = screen(walk, Batches)
    walk.settle()
    press(shown.list.load_button)
    walk.wait(lambda: shown.findChild(QFileDialog) is not None, "the question for a file")
    chooser = shown.findChild(QFileDialog)
    name = None if chooser is None else chooser.findChild(QLineEdit, "fileNameEdit")
    if name is None:
        raise TourError("the question for a file has no place for its name")
    name.setText(str(_fresh_copy(walk)))
    QTest.keyClick(name, Qt.Key.Key_Return)
    walk.wait(lambda: shown.mapping_dialog is not None, "the mapping")
    dialog = shown.mapping_dialog
    if dialog is None:
        raise TourError("there is no mapping")
    walk.wait(lambda: dialog.shown is not None, "the file's first lines")
    walk.settle()
    dialog.form.payer.choose(None, _PAYER)
    # The sample's payees need not be customers of this demo.
    dialog.form.create_missing.setChecked(True)
    dialog.name_edit.selectAll()
    QTest.keyClicks(dialog.name_edit, "November payout")
    walk.wait(dialog.load_button.isEnabled, "the mapping's preview")


def check(walk: Walk) -> None:
    """Load the file, and see it checked."""
    shown = screen(walk, Batches)
    if shown.mapping_dialog is None:
        raise TourError("there is no mapping")
    press(shown.mapping_dialog.load_button)
    walk.wait(lambda: shown.batch_page is not None or shown.rejected.isVisible(), "the end of loading")
    expect(not shown.rejected.isVisible(), "the sample was refused")
    page = page_of(walk)
    walk.wait(lambda: page.state is not None and page.state.checked is not None, "the check")
    expect(page.state is not None and not page.state.problems, "the sample has problems")


def rehearse(walk: Walk) -> None:
    """Run the posting and roll it back."""
    page = page_of(walk)
    press(page.decision.rehearse_button)
    walk.wait(lambda: page.state is not None and page.state.rehearsed is not None, "the dry run")
    expect(page.state is not None and not page.state.problems, "the dry run was refused")


def post(walk: Walk) -> None:
    """Type the total and post all lines as one transaction."""
    page = page_of(walk)
    if page.state is None:
        raise TourError("the batch is not known")
    row = page.state.row
    QTest.keyClicks(page.decision.expected_lines, str(row.lines))
    QTest.keyClicks(page.decision.typed_total, window_of(walk).context.formats.plain_amount(row.total))
    press(page.decision.post_button)
    walk.wait(lambda: page.state is not None and page.state.posted is not None, "the posting")
    posted = page.state.posted
    expect(posted is not None and posted.lines == row.lines, "not every line was posted")


def page_of(walk: Walk) -> BatchPage:
    """Return the page of the batch that is open."""
    page = screen(walk, Batches).batch_page
    if page is None:
        raise TourError("no batch is open")
    return page


def _fresh_copy(walk: Walk) -> Path:
    """Write the sample with references that no tour before has used."""
    sample = (package_files.files("resources") / "sample" / _SAMPLE).read_text(encoding="utf-8")
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-")
    copy = walk.scratch / _SAMPLE
    copy.write_text(sample.replace(_REFERENCES, f"PAYOUT-{moment}"), encoding="utf-8")
    return copy


BATCH_STOPS = (
    Stop("batch-mapping", mapping),
    Stop("batch-checked", check),
    Stop("batch-dry-run", rehearse),
    Stop("batch-posted", post),
)
