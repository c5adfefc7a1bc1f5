"""A batch beside the last of its kind: its amounts in steps, and what is odd about whom it pays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.files.text import shown
from console.ledger.approvals.comparison import BARS, NEW_DAYS
from ui.kit.charts.step_bars import Step, StepBars
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, label, row_of
from ui.kit.widgets.flow import Flow

if TYPE_CHECKING:
    from console.ledger.approvals.comparison import Comparison, OddAmount
    from console.money import Currency
    from ui.context import Context
    from ui.kit.formats import Formats

_NAMED: Final = 3
"""Odd amounts that are named one by one; of what follows, how many."""

_CHIPS: Final = _NAMED + 6


class BesidePart(QWidget):
    """Hidden until a comparison is shown; number: of the request that it is of, 0 before the first."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats = context.formats
        self.number = 0
        strong = text_font(weight=text_font().Weight.DemiBold)
        self._heading = label(font=strong)
        self._key = label("grey: their average", tone="muted")
        self.bars = StepBars(context.theme)
        self._chips = tuple(Chip() for _ in range(_CHIPS))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row_of(self._heading, None, self._key, spacing=8))
        layout.addWidget(self.bars)
        layout.addLayout(Flow(*self._chips, spacing=6))
        self.hide()

    @property
    def words(self) -> str:
        """The heading and what stands in the chips, a line each."""
        parts = (self._heading, *self._chips)
        return "\n".join(one.text() for one in parts if not one.isHidden() and one.text())

    def forget(self, number: int) -> None:
        """Show nothing until another request's is there."""
        self.number = number
        self.hide()

    def show_comparison(self, found: Comparison, currency: Currency) -> None:
        """Show a batch's, whose amounts are in this currency."""
        formats = self._formats
        self._heading.setText(heading(found, formats))
        self._key.setVisible(found.earlier > 0)
        ends = (formats.amount(found.least, currency), formats.amount(found.most, currency))
        self.bars.set_steps(steps(found, currency, formats), ends=ends, spoken=self._heading.text())
        self.bars.setVisible(found.most > 0)
        told = chips(found, currency, formats)
        for place, chip in enumerate(self._chips):
            chip.setVisible(place < len(told))
            if place < len(told):
                chip.set(*told[place])
        self.show()


def heading(found: Comparison, formats: Formats) -> str:
    """Say what the amounts stand beside."""
    if not found.earlier:
        return "Amounts; no batch of this kind was posted before"
    count = formats.integer(found.earlier) if found.earlier > 1 else ""
    noun = "batches" if found.earlier > 1 else "batch"
    return " ".join(word for word in ("Amounts beside the last", count, noun, "of its kind") if word)


def steps(found: Comparison, currency: Currency, formats: Formats) -> tuple[Step, ...]:
    """Return the bars, each with the amounts that it is of in words."""
    odd = [0] * BARS
    for one in found.odd:
        odd[found.bar_of(one.amount)] += 1
    made = []
    for place, (here, usual) in enumerate(zip(found.here, found.there, strict=True)):
        low, high = (formats.amount(edge, currency) for edge in found.edges_of(place))
        lines = [f"{low} to {high}", f"{formats.count(here, 'line')} here"]
        if found.earlier:
            lines.append(f"{usual:.1f} usually")
        if odd[place]:
            lines.append(f"{formats.integer(odd[place])} odd")
        made.append(Step(here, usual, odd[place], "\n".join(lines)))
    return tuple(made)


def chips(found: Comparison, currency: Currency, formats: Formats) -> list[tuple[str, Tone]]:
    """Return what is said of the batch, what is worst first; green is what was looked for and not found."""
    told = [
        (
            _odd(one, currency, formats),
            Tone.ERROR,
        )
        for one in found.odd[:_NAMED]
    ]
    if len(found.odd) > _NAMED:
        told.append((f"{formats.integer(len(found.odd) - _NAMED)} more odd amounts", Tone.ERROR))
    elif not found.odd and found.earlier:
        told.append(("no amount is ten times the usual", Tone.CREDIT))
    if found.file_seen:
        told.append((f"its file was loaded {formats.count(found.file_seen, 'time')} more", Tone.ERROR))
    if found.same:
        told.append((f"{formats.count(found.same, 'payee')} with an amount twice", Tone.ERROR))
    if found.new:
        told.append((f"{formats.count(found.new, 'payee')} new in {NEW_DAYS} days", Tone.WARNING))
    if found.repeated > found.same:
        told.append((f"{formats.count(found.repeated - found.same, 'payee')} more than once", Tone.WARNING))
    if not found.repeated:
        told.append(("no payee twice", Tone.CREDIT))
    if found.file_seen == 0:
        told.append(("file not seen before", Tone.CREDIT))
    return told


def _odd(one: OddAmount, currency: Currency, formats: Formats) -> str:
    amount = formats.amount(one.amount, currency)
    return f"{shown(one.username)} {amount} is {formats.integer(one.times)} times the usual"
