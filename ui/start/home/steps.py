"""The steps of a trial as a list: what passed, what is wrong, who can fix it, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.workspace.trial.steps import State, Step, StepKey
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import button, label, restyle, row_of
from ui.kit.widgets.cards import Card
from ui.start.home.form import FORM_PX

if TYPE_CHECKING:
    from collections.abc import Sequence

# What the form calls that field, which a command calls root_certificate.
_ROOT: Final = (
    "the \N{LEFT DOUBLE QUOTATION MARK}certificate of the server's issuer\N{RIGHT DOUBLE QUOTATION MARK}"
)
_MARKS: Final = {
    State.WAITING: ("\N{MIDDLE DOT}", "faint"),
    State.RUNNING: ("\N{HORIZONTAL ELLIPSIS}", "accent"),
    State.PASSED: ("\N{CHECK MARK}", "credit"),
    State.FAILED: ("\N{MULTIPLICATION X}", "error"),
    State.SKIPPED: ("\N{EN DASH}", "faint"),
}


class TrialSteps(Card):
    """A card with a line for each step, in their order."""

    def __init__(self) -> None:
        super().__init__("The connection, step by step", spacing=9)
        self.setFixedWidth(FORM_PX)
        # As the form's card beside it, so that the buttons of both stand in one line.
        self.body.setContentsMargins(22, 24, 22, 24)
        self._lines = {key: _Line(Step(key)) for key in StepKey}
        for line in self._lines.values():
            self.body.addWidget(line)
        self._verdict = label(tone="credit", wrap=True)
        self.try_button = button("Try the connection")
        self.make_button = button("Make the ledger there…")
        self.make_button.hide()
        self.body.addWidget(self._verdict)
        self.body.addStretch(1)
        self.body.addLayout(row_of(None, self.make_button, self.try_button))
        self.show_verdict("")

    @property
    def steps(self) -> Sequence[Step]:
        """The steps as they stand."""
        return tuple(line.step for line in self._lines.values())

    @property
    def words(self) -> str:
        """All that is said, a step a line."""
        return "\n".join(line.accessibleName() for line in self._lines.values())

    @property
    def verdict(self) -> str:
        """What came of it all."""
        return self._verdict.text()

    def show_verdict(self, words: str) -> None:
        """Say what came of it all; nothing takes it back."""
        self._verdict.setText(words)
        self._verdict.setVisible(bool(words))

    def begin(self) -> None:
        """Forget the trial before."""
        self.show_verdict("")
        for key in StepKey:
            self.show_step(Step(key))

    def show_step(self, step: Step) -> None:
        """Show how one step stands."""
        self._lines[step.key].show_step(step)


class _Line(QWidget):
    """One step."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._mark = label(font=text_font(weight=QFont.Weight.Bold))
        self._mark.setFixedWidth(16)
        self._title = label(wrap=True)
        self._found = label(tone="muted", font=label_font(), wrap=True, selectable=True)
        self._wrong = label(tone="error", wrap=True, selectable=True)
        self._advice = label(wrap=True, selectable=True)
        words = QVBoxLayout()
        words.setSpacing(2)
        for part in (self._title, self._found, self._wrong, self._advice):
            words.addWidget(part)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.step = step
        self.show_step(step)

    def show_step(self, step: Step) -> None:
        self.step = step
        mark, tone = _MARKS[step.state]
        self._mark.setText(mark)
        restyle(self._mark, tone=tone)
        self._title.setText(step.title)
        restyle(self._title, tone="muted" if step.state in {State.WAITING, State.SKIPPED} else None)
        who = "" if step.who is None else f"Who can fix it: {step.who.value}. "
        advice = f"{who}{step.advice.replace('root_certificate', _ROOT)}"
        for part, words in (
            (self._found, step.found), (self._wrong, step.wrong), (self._advice, advice),
        ):  # fmt: skip
            part.setText(words)
            part.setVisible(bool(words))
        said = (f"{step.title}: {step.state.value}", step.found, step.wrong, advice)
        self.setAccessibleName(". ".join(one.rstrip(". ") for one in said if one))
