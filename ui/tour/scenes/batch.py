"""The tour's batches: a sample payout is posted and its reversal rehearsed, sample grants are submitted."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib import resources as package_files
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit

from ui.kit.widgets.reason import ReasonDialog
from ui.screens.batches.reversal.dialog import ReversalDialog
from ui.screens.batches.screen import Batches
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.walk import Stop, TourError, Walk

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from ui.screens.batches.batch.page import BatchPage

DialogType = TypeVar("DialogType", bound=QDialog)

_PAYOUT = "payout.csv"
_GRANTS = "grants.csv"
_REFERENCES = re.compile(r"(?<=,)[A-Z]+-2026-11-")
MONEY = "CR"
"""What the samples are in; asked for where the ledger has several."""
_TICKET = "FIN-902, the payout of November went out twice"


def mapping(walk: Walk) -> None:
    """Choose the file; what its columns mean says the mapping that lies beside it."""
    go(walk, "batches")
    _map(walk, _PAYOUT, "November payout")


def grants_mapping(walk: Walk) -> None:
    """Choose a file of grants: its columns name the source and the expiry of each."""
    page = page_of(walk)
    press(_asked(page, ReversalDialog).keep_button)
    page.back_wanted.emit()
    _map(walk, _GRANTS, "Credits of the winter sale")


def _map(walk: Walk, sample: str, called: str) -> None:
    shown = screen(walk, Batches)
    walk.settle()
    press(shown.list.load_button)
    name = _asked(shown, QFileDialog).findChild(QLineEdit, "fileNameEdit")
    if name is None:
        raise TourError("the question for a file has no place for its name")
    name.setText(str(_fresh_copy(walk, sample)))
    QTest.keyClick(name, Qt.Key.Key_Return)
    walk.wait(lambda: shown.mapping_dialog is not None, "the mapping")
    dialog = shown.mapping_dialog
    if dialog is None:
        raise TourError("there is no mapping")
    walk.wait(lambda: dialog.shown is not None, "the file's first lines")
    walk.settle()
    if walk.several:
        dialog.form.money.choose(MONEY)
    dialog.name_edit.selectAll()
    QTest.keyClicks(dialog.name_edit, called)
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
    problems = () if page.state is None else page.state.problems
    expect(not problems, f"the sample has problems here: {'; '.join(str(one) for one in problems[:1])}")


def rehearse(walk: Walk) -> None:
    """Run the posting and roll it back."""
    page = page_of(walk)
    press(page.posting.rehearse_button)
    walk.wait(lambda: page.state is not None and page.state.rehearsed is not None, "the dry run")
    expect(page.state is not None and not page.state.problems, "the dry run was refused")


def post(walk: Walk) -> None:
    """Type the total and post all lines as one transaction."""
    page = page_of(walk)
    if page.state is None:
        raise TourError("the batch is not known")
    row = page.state.row
    QTest.keyClicks(page.posting.expected_lines, str(row.lines))
    QTest.keyClicks(
        page.posting.typed_total, window_of(walk).context.formats.plain_amount(row.total, row.currency)
    )
    expect(not page.posting.reason, f"the batch cannot be posted: {page.posting.reason}")
    press(page.posting.post_button)
    walk.wait(lambda: page.state is not None and page.state.posted is not None, "the posting")
    posted = page.state.posted
    expect(posted is not None and posted.lines == row.lines, "not every line was posted")


def reverse(walk: Walk) -> None:
    """Ask for the reversal, rehearse it, and say why; the next stop leaves it at that."""
    page = page_of(walk)
    press(page.posted_card.reverse_button)
    dialog = _asked(page, ReversalDialog)
    walk.wait(dialog.rehearse_button.isEnabled, "the check before")
    press(dialog.rehearse_button)
    walk.wait(lambda: dialog.outcome.text().startswith("Dry run"), "the dry run of the reversal")
    QTest.keyClicks(dialog.edit, _TICKET)
    expect(not dialog.reason, "the reversal is refused")


def submit(walk: Walk) -> None:
    """Load the grants and submit them; their maker then reads why others must approve."""
    check(walk)
    page = page_of(walk)
    press(page.posting.submit_button)
    dialog = _asked(page, ReasonDialog)
    QTest.keyClicks(dialog.edit, "MKT-117, credits of the winter sale")
    press(dialog.deed_button)
    walk.wait(page.decision.isVisible, "the submission")
    walk.wait(lambda: not page.work.busy, "the check of what is submitted")
    expect(not page.decision.approve_button.isEnabled(), "the maker could approve")


def page_of(walk: Walk) -> BatchPage:
    """Return the page of the batch that is open."""
    page = screen(walk, Batches).batch_page
    if page is None:
        raise TourError("no batch is open")
    return page


def _asked(page: QWidget, kind: type[DialogType]) -> DialogType:
    """Return the dialog that is open; those of before are deleted when the tour is over."""
    for dialog in page.findChildren(kind):
        if dialog.isVisible():
            return dialog
    raise TourError(f"no {kind.__name__} is open")


def _fresh_copy(walk: Walk, name: str) -> Path:
    """Write a sample with references that no tour before has used, and its mapping beside it."""
    samples = package_files.files("resources") / "sample"
    sample = (samples / name).read_text(encoding="utf-8")
    mapping = f"{name.removesuffix('.csv')}.mapping.toml"
    (walk.scratch / mapping).write_text((samples / mapping).read_text(encoding="utf-8"), encoding="utf-8")
    # The name too: two samples may be copied within one second.
    references = datetime.now(UTC).strftime("TOUR-%Y%m%d-%H%M%S-") + name.removesuffix("csv")
    copy = walk.scratch / name
    copy.write_text(_REFERENCES.sub(references, sample), encoding="utf-8")
    return copy


BATCH_STOPS = (
    Stop("batch-mapping", mapping),
    Stop("batch-checked", check),
    Stop("batch-dry-run", rehearse),
    Stop("batch-posted", post),
    Stop("batch-reversal", reverse),
    Stop("grants-mapping", grants_mapping),
    Stop("batch-submitted", submit),
)
