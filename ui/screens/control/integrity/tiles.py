"""Four figures: the last verify, how far the seals go, the chain's head, and this computer's record of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget
from typing_extensions import override

from console.ledger.jobs.states import Job
from ui.kit.days import moment_words, short_moment
from ui.kit.formats import DOT, plain_tip
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.cards import KeyFigure

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from console.ledger.audit.verify.remembered import LastVerify
    from console.ledger.audit.witness import WitnessReport
    from ui.kit.formats import Formats
    from ui.screens.control.integrity.glance import Glance

UNKNOWN: Final = "\N{EN DASH}"
_WIDE_PX: Final = 980
_HASH_SHOWN: Final = 12


class IntegrityTiles(QWidget):
    """Side by side, or two and two where the width is short."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self._columns = 0
        self.verified = KeyFigure("Last verify here")
        self.sealed = KeyFigure("Under seal, up to transaction")
        self.head = KeyFigure("Head of the chain, event")
        self.record = KeyFigure("This computer's record")
        self._each = (self.verified, self.sealed, self.head, self.record)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        # Else four side by side would be the least there is, and never become two and two.
        self._grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for tile in self._each:
            tile.set(UNKNOWN, "reading\N{HORIZONTAL ELLIPSIS}")
        self._arrange(len(self._each))

    def show_glance(self, found: Glance) -> None:
        """Show what was read."""
        self.show_last(found.last, found)
        self._show_sealed(found)
        self._show_head(found.said)
        self._show_record(found.said, found.trouble)

    def fail(self, words: str) -> None:
        """Say that nothing could be read; figures of before stay."""
        for tile in self._each:
            tile.setToolTip(plain_tip(words))

    def show_last(self, last: LastVerify | None, found: Glance | None) -> None:
        """Show what the last verify of this computer found; beside it the nightly one's result."""
        nightly = "" if found is None else self._nightly(found)
        if last is None:
            self.verified.set("never", nightly or "Verify now reads all of it")
            self.verified.set_figure_tone(None)
            return
        count = len(last.findings) + len(last.objections)
        words = "passed" if last.passed else self._formats.count(count, "finding")
        when = short_moment(last.at, self._formats)
        self.verified.set(
            words, f"{when} by {last.operator}{', deep' if last.deep else ''}",
            chip=f"{self._formats.integer(len(last.unread))} not read" if last.unread else "",
            tone=Tone.WARNING,
        )  # fmt: skip
        self.verified.set_figure_tone("credit" if last.passed else "error")
        tip = [moment_words(self._formats, last.at), nightly]
        self.verified.setToolTip(plain_tip("\n".join(line for line in tip if line)))

    def _nightly(self, found: Glance) -> str:
        run = found.jobs.of(Job.VERIFY).last
        if run is None:
            return ""
        word = "passed" if run.status == "done" else run.status
        return f"automatic job: {word}, {short_moment(run.ended_at, self._formats)}"

    def _show_sealed(self, found: Glance) -> None:
        at, formats = found.standing, self._formats
        if at.sealed_to is None:
            self.sealed.set("none", "nothing is sealed yet" if at.newest else "there is nothing to seal")
            return
        note = "" if at.sealed_at is None else f"{short_moment(at.sealed_at, formats)} by {at.sealed_by}"
        waits = "" if at.is_whole else f"newest {formats.integer(at.newest or 0)}"
        self.sealed.set(formats.integer(at.sealed_to), DOT.join(one for one in (note, waits) if one))

    def _show_head(self, said: WitnessReport | None) -> None:
        if said is None:
            return
        written = said.head.hash.hex()
        self.head.set(
            self._formats.integer(said.head.id), f"{written[:_HASH_SHOWN]}\N{HORIZONTAL ELLIPSIS}",
            spoken=f"{said.head.id}, hash {written}",
        )  # fmt: skip
        self.head.setToolTip(plain_tip(written))

    def _show_record(self, said: WitnessReport | None, trouble: str) -> None:
        if said is None:
            self.record.set("unread", "its file cannot be read")
            self.record.set_figure_tone("warning")
            self.record.setToolTip(plain_tip(trouble))
            return
        memory, formats = said.remembered, self._formats
        since = ""
        if memory is not None:
            seen = short_moment(datetime.fromisoformat(memory.seen_at), formats)
            since = f"event {formats.integer(memory.id)}, seen {seen}"
        if said.objections:
            self.record.set("objects", since or "another ledger stood here")
            self.record.set_figure_tone("error")
        elif memory is None:
            self.record.set("none", "the first verify here begins one")
            self.record.set_figure_tone(None)
        else:
            self.record.set("agrees", since)
            self.record.set_figure_tone("credit")
        self.record.setToolTip(plain_tip("\n".join(said.objections)) if said.objections else "")

    @override
    def minimumSizeHint(self) -> QSize:
        widest = max(tile.minimumSizeHint().width() for tile in self._each)
        return QSize(2 * widest + GAP, self._grid.minimumSize().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(len(self._each) if event.size().width() >= _WIDE_PX else 2)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate(self._each):
            self._grid.removeWidget(tile)
            self._grid.addWidget(tile, place // columns, place % columns)
        for column in range(len(self._each)):
            self._grid.setColumnStretch(column, int(column < columns))
