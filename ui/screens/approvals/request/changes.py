"""What is no longer as it was when a request was submitted, and what it would come to now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.errors.refusals import words as refusal_words
from console.files.text import shown
from ui.kit.days import short_moment
from ui.kit.formats import DOT, sentence
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import label, restyle, row_of
from ui.screens.approvals.controls import control_rows
from ui.screens.approvals.request.grid import MOST, FigureGrid, GridRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.errors.refusals import OperationRefusedError
    from console.ledger.approvals.page import Rehearsal, RequestRow
    from console.ledger.approvals.since import Change, Since
    from console.money import Currency
    from ui.kit.formats import Formats

_NONE: Final = "\N{EM DASH}"
_NAMES: Final[Mapping[str, str]] = {
    "balance": "Balance of {}",
    "granted": "Credit of {}",
    "on_hold": "On hold of {}",
    "overdraft": "Overdraft of {}",
    "expired": "Expired credit of {}",
    "status": "Status of {}",
    "approvals": "Checkers that a rule asks for",
    "limit": "Limit of {}",
    "left": "Left of the transaction",
    "hold_status": "Status of the hold",
    "hold_amount": "Amount of the hold",
    "hold_end": "End of the hold",
    "schema": "Version of the ledger",
    "control": "What it changes",
}
_MONEY: Final = frozenset({"balance", "granted", "on_hold", "overdraft", "expired", "left", "hold_amount"})
_HARMFUL: Final = {
    "balance": "less",
    "overdraft": "less",
    "left": "less",
    "on_hold": "more",
    "expired": "more",
}
_SAME: Final = "Nothing that it depends on has changed."
_TOO_MANY: Final = (
    "Its accounts are too many to be compared one by one; what the ledger would do with them now is below."
)
_UNKNOWN: Final = "What stood when it was submitted was not kept; what holds now is below."
_AGO_MS: Final = 1_000
_SOON_S: Final = 60


class ChangesPart(QWidget):
    """Both, under their headings, with how old the dry run is; words in place of what is not known.

    between: stands between the two, for the second may be long.
    """

    def __init__(self, formats: Formats, between: QWidget) -> None:
        super().__init__()
        self._formats = formats
        self._row: RequestRow | None = None
        self._at: datetime | None = None
        strong = text_font(weight=text_font().Weight.DemiBold)
        self._since = label("Since it was submitted", font=strong)
        self._when = label(tone="muted", font=text_font(tabular=True))
        self.changes = FigureGrid("What changed", "Then", "Now")
        self._same = label(tone="muted", wrap=True)
        self._ahead = label("What would happen now", font=strong)
        self._how = label(tone="muted", font=text_font(tabular=True))
        self.outcome = label(wrap=True, selectable=True, font=text_font(tabular=True))
        self.movements = FigureGrid("Account", "Before", "After")
        self.controls = FigureGrid("What it changes", "Now", "Asked for")
        self._clock = QTimer(self, interval=_AGO_MS)
        self._clock.timeout.connect(self._tell_age)
        self._build(between)

    @property
    def words(self) -> str:
        """What is said beside the rows."""
        return "\n".join(one.text() for one in (self._same, self.outcome) if one.text())

    def show_reading(self, row: RequestRow) -> None:
        """Say that it is on its way, of another request or of the same."""
        if self._row is None or self._row.id != row.id:
            self.changes.show_rows(())
            self.movements.show_rows(())
            self.controls.show_rows(())
            self._say(self._same, "")
            self._say(self.outcome, "Dry run on its way\N{HORIZONTAL ELLIPSIS}", "muted")
            self._end_clock()
        self._row = row
        self._when.setText(f"at {short_moment(row.created_at, self._formats)}")

    def show_trouble(self, why: str) -> None:
        """Say why nobody knows."""
        self.changes.show_rows(())
        self.movements.show_rows(())
        self.controls.show_rows(())
        self._say(self._same, "")
        self._say(self.outcome, f"Not known: {sentence(why)}", "muted")
        self._end_clock()

    def show_since(self, found: Since) -> None:
        """Show what changed, and what a dry run came to a moment ago."""
        rehearsal, row = found.rehearsal, self._row
        if row is None:
            return
        rows = [change_row(change, rehearsal, row.currency, self._formats) for change in found.changes]
        more = (found.changed or 0) - min(len(rows), MOST)
        self.changes.show_rows(rows, more=f"and {self._formats.integer(more)} more" if more > 0 else "")
        if found.changed is None:
            same = _UNKNOWN
        elif found.accounts:
            same = "" if rows else _SAME
        else:
            same = _TOO_MANY
        self._say(self._same, same, "muted")
        self._show_outcome(found)
        self._at = datetime.now(UTC)
        self._clock.start()
        self._tell_age()

    def _show_outcome(self, found: Since) -> None:
        row, formats, rehearsal = self._row, self._formats, found.rehearsal
        if row is not None:
            stands = found.control
            self.controls.show_rows(() if stands is None else control_rows(row, stands, formats))
        if rehearsal.refusal is not None or row is None:
            self.movements.show_rows(())
            words = "" if rehearsal.refusal is None else refused_words(rehearsal.refusal)
            self._say(self.outcome, f"It would be refused: {words[:1].lower()}{words[1:]}", "error")
            return
        moved = [
            GridRow(
                shown(one.username), formats.amount(one.before, row.currency),
                formats.amount(one.after, row.currency),
                formats.amount(one.after - one.before, row.currency, signed=True),
                Tone.CREDIT if one.after > one.before else Tone.NEUTRAL,
            )
            for one in rehearsal.movements
        ]  # fmt: skip
        more = rehearsal.accounts - min(len(moved), MOST)
        words = f"and {formats.count(more, 'more account')}" if more > 0 else ""
        self.movements.show_rows(moved, more=words)
        self._say(self.outcome, outcome_words(rehearsal, formats))

    def _say(self, where: Any, words: str, tone: str | None = None) -> None:
        where.setText(words)
        where.setVisible(bool(words))
        restyle(where, tone=tone)

    def _tell_age(self) -> None:
        """Say how old the dry run is: balances go on."""
        if self._at is None:
            return
        seconds = int((datetime.now(UTC) - self._at).total_seconds())
        ago = f"{seconds} s ago" if seconds < _SOON_S else f"at {short_moment(self._at, self._formats)}"
        self._how.setText(f"dry run {ago}, rolled back")

    def _end_clock(self) -> None:
        self._at = None
        self._clock.stop()
        self._how.setText("")

    def _build(self, between: QWidget) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row_of(self._since, self._when, None, spacing=8))
        layout.addWidget(self.changes)
        layout.addWidget(self._same)
        layout.addSpacing(6)
        layout.addWidget(between)
        layout.addLayout(row_of(self._ahead, self._how, None, spacing=8))
        layout.addWidget(self.outcome)
        layout.addWidget(self.movements)
        layout.addWidget(self.controls)


def refused_words(refusal: OperationRefusedError) -> str:
    """Return why the ledger would refuse it, with whom it is about: nothing was tried that could stay."""
    who = refusal.detail.get("username")
    words = refusal_words(refusal.code, refusal.detail)
    return sentence(f"{words} ({shown(str(who))})" if who else words)


def outcome_words(rehearsal: Rehearsal, formats: Formats) -> str:
    """Say what would be done, beside the balances that would change."""
    outcome = rehearsal.outcome or {}
    found = ((outcome.get("lines"), "line"), (outcome.get("count"), "credit"))
    told = [formats.count(many, noun) for many, noun in found if isinstance(many, int)]
    if rehearsal.accounts:
        told.append(f"{formats.count(rehearsal.accounts, 'balance')} would change")
    else:
        # Whose balances nobody counted: a limit that is set, or credits whose ends move.
        told.append("it would be done")
    return sentence(DOT.join(told))


def change_row(change: Change, rehearsal: Rehearsal, currency: Currency, formats: Formats) -> GridRow:
    """Return a change as it is written, with what it means for the request; amounts are of `currency`."""
    name = _NAMES.get(change.what, f"{change.what.replace('_', ' ')} {{}}").format(shown(change.subject))
    then, now = (_written(change.what, one, currency, formats) for one in (change.then, change.now))
    return GridRow(name.strip(), then, now, *_effect(change, rehearsal))


def _written(what: str, value: Any, currency: Currency, formats: Formats) -> str:
    """Write a figure of the ledger's: an amount, a limit at once and a day, a moment, or its own word."""
    if value is None:
        return _NONE
    if what == "limit":
        at_once, a_day = (_NONE if one is None else formats.amount(one, currency) for one in value)
        return f"{at_once} at once, {a_day} a day"
    if what == "hold_end":
        return formats.until(datetime.fromisoformat(value))
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {shown(str(one))}" for name, one in value.items())
    if isinstance(value, int):
        return formats.amount(value, currency) if what in _MONEY else formats.integer(value)
    return shown(str(value))


def _effect(change: Change, rehearsal: Rehearsal) -> tuple[str, Tone]:
    """Say what a change does: what the ledger has just tried without a refusal has no effect."""
    direction, refusal = _direction(change), rehearsal.refusal
    if refusal is None:
        return f"{direction}, no effect", Tone.NEUTRAL
    if refusal.detail.get("username") == change.subject:
        return "would be refused", Tone.ERROR
    harmful = _HARMFUL.get(change.what, direction) == direction
    return direction, Tone.WARNING if harmful else Tone.NEUTRAL


def _direction(change: Change) -> str:
    if isinstance(change.then, int) and isinstance(change.now, int):
        return "more" if change.now > change.then else "less"
    return "changed"
