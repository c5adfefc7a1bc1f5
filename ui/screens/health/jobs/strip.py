"""The runs of a job over a day: a tick for each, or for those of ten minutes that ended alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from ui.kit.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPainter

    from console.ledger.jobs.states import RunMark
    from ui.kit.theme.tokens import Tokens

HOURS: Final = 24
_TICK_PX: Final = 2.0
_HIGH_PX, _LOW_PX = 16.0, 9.0
# What stands over the others where several runs have one place: the worst, and it is the highest too.
_TONES: Final = {
    "done": Tone.NEUTRAL,
    "waiting": Tone.WARNING,
    "found": Tone.ERROR,
    "failed": Tone.ERROR,
}
_RANKS: Final = tuple(_TONES)


def tone_of_status(status: str) -> Tone | None:
    """Return the tone in which a run is written that did not simply do what it is for."""
    return None if status == "done" else _TONES[status]


def draw_strip(
    painter: QPainter, rect: QRect, tokens: Tokens, marks: Sequence[RunMark], at: datetime
) -> None:
    """Draw the runs of the day before a moment, each at its own; the line ends at the moment."""
    area = QRectF(rect)
    line = area.center().y() + _HIGH_PX / 2
    painter.fillRect(QRectF(area.left(), line, area.width(), 1.0), QColor(tokens.border_strong))
    for mark in sorted(marks, key=lambda one: _RANKS.index(one.status)):
        share = 1 - (at - mark.ended_at) / timedelta(hours=HOURS)
        height = _LOW_PX if mark.status == "done" else _HIGH_PX
        left = area.left() + share * (area.width() - _TICK_PX)
        tick = QRectF(left, line - height, _TICK_PX, height)
        painter.fillRect(tick, QColor(tokens.ink(_TONES[mark.status])))
