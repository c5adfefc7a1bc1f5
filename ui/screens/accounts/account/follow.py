"""The button that follows an account, or no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont

from console.errors import OutcomeUnknownError
from console.ledger.accounts.notes import follow
from ui.kit.keyed_write import AGAIN, LATE, KeyedWrite
from ui.kit.theme.fonts import LABEL_PX, text_font
from ui.kit.widgets.buttons import PressButton, allow

if TYPE_CHECKING:
    from uuid import UUID

    from console.errors import ConsoleError
    from console.ledger.accounts.detail import Account
    from console.ledger.accounts.notes import Followed
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

_SYSTEM: Final = "only a customer's account is followed"


class FollowButton(PressButton):
    """Says what it does next, Follow or Unfollow; emits `changed` when it is done."""

    changed = Signal()

    def __init__(self, context: Context, username: str) -> None:
        super().__init__("Follow")
        self.setFont(text_font(LABEL_PX + 1, weight=QFont.Weight.Medium))
        self._context = context
        self._username = username
        self._followed = False
        self._why = "the account is not read yet"
        self._one = KeyedWrite(context.worker, self)
        self.clicked.connect(self._switch)
        self._look()

    @property
    def pending(self) -> bool:
        """Whether it is being written, or was without an answer."""
        return self._one.pending

    def show_account(self, found: Account) -> None:
        """Show whether the operator follows the account."""
        self._followed = found.followed
        self._why = _SYSTEM if found.credits.available is None else ""
        self._look()

    def _look(self) -> None:
        self.setText("Unfollow" if self._followed else "Follow")
        # Not greyed while it is written, which would throw the keyboard off: a second press does nothing.
        allow(self, self._why)

    def _switch(self) -> None:
        ledger, username, following = self._context.ledger, self._username, not self._followed

        def call(key: UUID, cancel: Cancellation) -> Followed:
            return follow(ledger, username, following=following, key=key, cancel=cancel)

        self._one.write(following, "Writing", call, self._done, failed=self._failed, cancelled=lambda: None)

    def _done(self, done: Followed, late: bool) -> None:  # noqa: FBT001 - told by position
        self._followed = done.following
        self._look()
        listed = f"{self._username} is among the accounts that you follow."
        words = listed if done.following else f"You no longer follow {self._username}."
        self._context.notices.confirm(f"{LATE} {words}" if late else words, key=f"follow {self._username}")
        self.changed.emit()

    def _failed(self, error: ConsoleError) -> None:
        unknown = isinstance(error, OutcomeUnknownError) or self._one.pending
        words = f"{error} {AGAIN}" if unknown else str(error)
        self._context.notices.fail(words, key=f"follow {self._username}")
