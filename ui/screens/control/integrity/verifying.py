"""A verify as it runs: question by question with its title, a way to end it, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout

from console.errors import UnavailableError
from console.ledger.audit.verify.remembered import LastVerify, Remembered
from console.ledger.audit.witness import Witness
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label, row_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database


@dataclass(frozen=True, slots=True)
class Asking:
    """How far a verify is: questions answered, how many there are, and what is asked now."""

    done: int
    of: int
    words: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a verify; trouble says what this computer could not keep of it."""

    last: LastVerify
    trouble: str = ""


def verified(
    database: Database,
    folder: Path,
    operator: str,
    *,
    deep: bool,
    cancel: Cancellation,
    report: Callable[[Asking], None],
) -> Verified:
    """Verify all of it on a pool thread; a chain that is whole, and not objected to, is remembered.

    `report` is told each question before it is asked.
    """
    from console.ledger.audit.verify.questions import QUESTIONS, verify  # noqa: PLC0415 - the window is there sooner

    def tell(done: int, of: int) -> None:
        report(Asking(done, of, _words(tuple(QUESTIONS[done].titles.values()))))

    witness, trouble = Witness(folder), []
    said = witness.check(database, cancel=cancel)
    found = verify(database, deep=deep, cancel=cancel, progress=tell)
    last = LastVerify.of(found, operator, deep=deep, objections=said.objections)
    try:
        if said.agrees and found.chain_passed:
            witness.remember(found.head)
        Remembered(folder).keep(last)
    except UnavailableError as error:
        # The answer is there, and matters more than the note of it.
        trouble.append(str(error))
    return Verified(last, "\n".join(trouble))


def _words(titles: tuple[str, ...]) -> str:
    """Return what a question asks after, by its first promise."""
    return f"{titles[0]}, and {len(titles) - 1} more about the same" if len(titles) > 1 else titles[0]


class VerifyStrip(QFrame):
    """Shown only while a verify runs."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("notice", True)
        self.said = label(font=text_font(tabular=True), wrap=True)
        self.bar = QProgressBar(textVisible=False, minimum=0, maximum=1)
        self.bar.setAccessibleName("Questions answered")
        self.cancel_button = button("Cancel", compact=True)
        self.cancel_button.setToolTip("Ctrl+.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 10)
        layout.setSpacing(6)
        head = row_of(self.said, self.cancel_button)
        head.setStretch(0, 1)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        self.hide()

    def begin(self) -> None:
        """Show that it has begun."""
        self.cancel_button.setEnabled(True)
        self.bar.setValue(0)
        self.said.setText("Comparing with this computer's record")
        self.show()

    def show_question(self, asking: Asking) -> None:
        """Show which question is asked now, after so many others."""
        self.bar.setMaximum(asking.of)
        self.bar.setValue(asking.done)
        self.said.setText(f"Question {asking.done + 1} of {asking.of}: {asking.words}")

    def show_cancelling(self) -> None:
        """Say that the server was asked to stop."""
        self.cancel_button.setEnabled(False)
        self.said.setText("Cancelling\N{HORIZONTAL ELLIPSIS}")


CANCELLED: Final = "Cancelled. Nothing was kept: what is shown is of the verify before."
