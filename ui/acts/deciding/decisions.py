"""One way to decide on a request: why is asked where it must be said, then it is written once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject

from console.ledger.approvals import commands
from ui.kit.widgets.reason import ReasonDialog

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from uuid import UUID

    from PySide6.QtWidgets import QWidget

    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is decided on; content: the hash of what its checkers agree to, as it was shown.

    what: its name within a sentence, such as `batch #12`.
    """

    id: int
    content: bytes
    what: str


class Decide(Protocol):
    """Writes a decision under a key of its own: the same `act` again asks what became of the first.

    words: what is under way. said: what it is once it is done.
    """

    def __call__(  # noqa: D102 - said above
        self, act: Hashable, words: str, said: str, call: Callable[[UUID, Cancellation], object], /
    ) -> None: ...


class Decisions(QObject):
    """Decides for a page; `decide` is how the page writes, one thing at a time."""

    def __init__(self, ledger: Ledger, decide: Decide, page: QWidget) -> None:
        super().__init__(page)
        self._ledger = ledger
        self._decide = decide
        self._page = page

    def approve(self, asked: Asked, *, note: str = "", typed: int | None = None) -> None:
        """Agree to exactly what was shown; typed: the amount as its checker typed it, in minor units."""
        ledger = self._ledger
        self._decide(
            ("approve", asked.id), "Approving", f"You have approved {asked.what}.",
            lambda key, cancel: commands.approve(
                ledger, asked.id, asked.content, note=note, typed=typed, key=key, cancel=cancel
            ),
        )  # fmt: skip

    def ask_rejection(self, asked: Asked, words: str) -> None:
        """Ask why, then say no for good; `words` say what becomes of it."""
        self._ask_end(asked, "Reject", words, commands.reject, ("Rejecting", "rejected"), danger=True)

    def ask_return(self, asked: Asked, words: str) -> None:
        """Ask what is to be changed, then send it back to its maker."""
        self._ask_end(asked, "Send back", words, commands.send_back, ("Sending back", "sent back"))

    def ask_withdrawal(self, asked: Asked, words: str) -> None:
        """Ask why, then take back what one asked for oneself."""
        self._ask_end(asked, "Withdraw", words, commands.withdraw, ("Withdrawing", "withdrawn"))

    def execute(self, asked: Asked, words: str, said: str) -> None:
        """Carry out what was approved."""
        ledger = self._ledger
        self._decide(
            ("execute", asked.id), words, said,
            lambda key, cancel: commands.execute(ledger, asked.id, key=key, cancel=cancel),
        )  # fmt: skip

    def ask(
        self, *, title: str, heading: str, words: str, deed: str, then: Callable[[str], None],
        danger: bool = False,
    ) -> None:  # fmt: skip
        """Ask for a reason before one deed, and give it to `then`."""
        dialog = ReasonDialog(self._page, title=title, heading=heading, words=words, deed=deed, danger=danger)
        dialog.given.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_end(
        self, asked: Asked, verb: str, words: str, end: Callable[..., object], told: tuple[str, str],
        *, danger: bool = False,
    ) -> None:  # fmt: skip
        ledger, (doing, done) = self._ledger, told
        self.ask(
            title=verb,
            heading=f"{verb} {asked.what}?",
            words=words,
            deed=verb,
            danger=danger,
            then=lambda reason: self._decide(
                (verb, asked.id), doing, f"You have {done} {asked.what}.",
                lambda key, cancel: end(ledger, asked.id, reason=reason, key=key, cancel=cancel),
            ),
        )  # fmt: skip
