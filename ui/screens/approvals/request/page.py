"""The page beside the list: one request in full, what would happen now, and the decision on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.approvals.commands import submit
from console.ledger.approvals.page import OPEN
from ui.acts.deciding.decisions import Asked, Decisions
from ui.kit.formats import sentence
from ui.kit.widgets.basics import button, label, row_of, scrolling
from ui.kit.widgets.cards import Card
from ui.kit.widgets.running import Outcome
from ui.screens.approvals.request.again import SameOrder
from ui.screens.approvals.request.beside import BesidePart
from ui.screens.approvals.request.changes import ChangesPart
from ui.screens.approvals.request.figures import RequestFigures, RequestHead
from ui.screens.approvals.request.foot import REJECT_KEY, RETURN_KEY, WITHDRAW_KEY, DecisionFoot
from ui.screens.approvals.request.work import RequestWork
from ui.screens.approvals.words import within

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from uuid import UUID

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QPushButton

    from console.errors import ConsoleError
    from console.ledger.approvals.page import Request, RequestRow
    from console.ledger.approvals.since import Since
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

_KEYS: Final = ("Ctrl+Return", "Ctrl+Enter")
NOTHING: Final = "Choose a request to see what it would come to."
_SAME: Final = "It is asked for as it was, with another reason; for anything else fill in its form anew."
_BATCH_AGAIN: Final = "The batch is a draft again"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A decision that was begun on a request; before: how that stood. words: why its end is in doubt."""

    number: int
    act: Hashable
    before: tuple[object, ...]
    words: str = ""


class RequestPage(Card):
    """Empty until a request is shown; `decided` comes when one was decided on here, `wanted` with a place."""

    closed = Signal()
    decided = Signal()
    wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(spacing=12)
        self._context = context
        self._row: RequestRow | None = None
        self._number: int | None = None
        self._found: Request | None = None
        self._doubts: dict[int, _Attempt] = {}
        self._attempt: _Attempt | None = None
        self.setAccessibleName("Request")
        self.work = RequestWork(context, self)
        self.decisions = Decisions(context.ledger, self._decide, self)
        self.head = RequestHead(context)
        self.figures = RequestFigures(context)
        self.beside = BesidePart(context)
        self.changes = ChangesPart(context.formats, self.beside)
        self.outcome = Outcome()
        self.foot = DecisionFoot(context)
        self._trouble = label(tone="error", wrap=True, selectable=True)
        self._retry = button("Try again")
        self._nothing = label(NOTHING, tone="muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._parts = QWidget()
        self._area = scrolling(self._parts, ground="surface")
        self._build()
        self._connect()
        self.show_row(None)

    @property
    def row(self) -> RequestRow | None:
        """The request that is shown, as it was last read."""
        return self._row

    @property
    def number(self) -> int | None:
        """The number of the request that is shown or being read."""
        return self._number

    @property
    def found(self) -> Request | None:
        """The request with its approvals; None until it was read."""
        return self._found

    @property
    def is_entered(self) -> bool:
        """Whether the keyboard is here, on the decision or on what is typed for it."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    @property
    def trouble(self) -> str:
        """Why it could not be read; empty when it could."""
        return "" if self._trouble.isHidden() else self._trouble.text()

    @property
    def in_order(self) -> tuple[QWidget, ...]:
        """What the keyboard stops at, from the top."""
        return (self.head.close_button, *self.figures.way_buttons, self.beside.bars, *self.foot.in_order)

    def show_row(self, row: RequestRow | None, *, otherwise: str = NOTHING) -> None:
        """Show a request that the list has read; None shows none, and says `otherwise` what to do."""
        self._nothing.setText(otherwise)
        self._take_number(None if row is None else row.id)
        if row is not None:
            self._show(row)
        self.work.show_of(self._number)

    def show_number(self, number: int) -> None:
        """Show the request of a number, wherever it is listed."""
        self._take_number(number)
        self.work.show_of(number, now=True)

    def reload(self) -> None:
        """Read the request that is shown as it is now, and try it anew."""
        self.work.show_of(self._number, now=True)

    def focus_first(self) -> None:
        """Put the keyboard on what can be done."""
        self.foot.focus_first()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def press_deed(self) -> None:
        """Approve or carry out what is shown, as its button would; where that is grey, the page says why."""
        for made in (self.foot.approve_button, self.foot.execute_button):
            if made.isVisible():
                made.click()
                return

    def _take_number(self, number: int | None) -> None:
        if number != self._number:
            self._row = self._found = None
            doubt = None if number is None else self._doubts.get(number)
            self.outcome.say("" if doubt is None else doubt.words, "warning")
        self._number = number
        shown = number is not None
        self._nothing.setVisible(not shown)
        self._say_trouble("")
        known = self._row is not None
        for part in (self.head, self._area):
            part.setVisible(shown and known)
        if not known:
            self.foot.hide()

    def _show(self, row: RequestRow) -> None:
        self._row = row
        self.setAccessibleName(f"Request {row.id}")
        self.head.show_row(row)
        self.figures.show_row(row)
        self.changes.setVisible(row.status in OPEN)
        self.changes.show_reading(row)
        if self.beside.number != row.id:
            # Of another request; of the same it stays until it was read anew.
            self.beside.forget(row.id)
        self.foot.show_row(row)
        for part in (self.head, self._area):
            part.show()

    def _take(self, found: Request) -> None:
        self._say_trouble("")
        if self._row != found.row:
            self._show(found.row)
        self._found = found
        self.figures.show_request(found)
        self.foot.show_request(found)
        self._settle_doubt(found)

    def _foresee(self, found: Since) -> None:
        self.changes.show_since(found)
        if found.comparison is not None and self._row is not None:
            self.beside.show_comparison(found.comparison, self._row.currency)

    def _settle_doubt(self, found: Request) -> None:
        """End the doubt about a decision where the request is another than it was before it."""
        doubt = self._doubts.get(found.row.id)
        if doubt is not None and doubt.before != self._stands(found):
            del self._doubts[found.row.id]
            self.work.forget(doubt.act)
            self.outcome.say("")

    def _stands(self, found: Request) -> tuple[object, ...]:
        """Return what a decision of this operator's changes of a request."""
        operator = self._context.session.operator
        return found.row.status, any(one.approved_by == operator for one in found.approvals)

    def _miss(self, error: ConsoleError) -> None:
        self._say_trouble(f"Not read: {sentence(str(error))}")

    def _say_trouble(self, words: str) -> None:
        self._trouble.setText(words)
        self._trouble.setVisible(bool(words))
        self._retry.setVisible(bool(words))

    def _asked(self) -> Asked | None:
        found = self._found
        return None if found is None else Asked(found.row.id, found.row.content, self._within(found.row))

    def _within(self, row: RequestRow) -> str:
        return within(row, self._context.formats)

    def _decide(
        self, act: Hashable, words: str, said: str, call: Callable[[UUID, Cancellation], object], /
    ) -> None:
        found = self._found
        if not self.work.busy and found is not None:
            self._attempt = _Attempt(found.row.id, act, self._stands(found))
            self._context.notices.withdraw(f"request {found.row.id}")
            self.outcome.say("")
            self.work.decide(act, words, said, call)

    def _approve(self) -> None:
        asked = self._asked()
        if asked is not None and not self.foot.reason:
            typed = self.foot.typed.edit.amount if self.foot.typed.isVisible() else None
            self.decisions.approve(asked, note=" ".join(self.foot.note.text().split()), typed=typed)

    def _reject(self) -> None:
        batch = "It can then never be posted. Its file can be loaded again, as another batch."
        self._end(self.decisions.ask_rejection, batch, "It is never carried out. It can be asked for anew.")

    def _return(self) -> None:
        words = "Its maker reads what you write, and may submit it changed; this one stays as it is."
        self._end(self.decisions.ask_return, f"{_BATCH_AGAIN}, and its maker reads what you write.", words)

    def _withdraw(self) -> None:
        batch = f"{_BATCH_AGAIN}, and approvals given to it are void."
        self._end(self.decisions.ask_withdrawal, batch, "Nothing is carried out. Approvals given are void.")

    def _end(self, ask: Callable[[Asked, str], None], of_batch: str, otherwise: str) -> None:
        asked = self._asked()
        if asked is not None and self._row is not None:
            ask(asked, of_batch if self._row.kind == "post_batch" else otherwise)

    def _execute(self) -> None:
        asked, row = self._asked(), self._row
        if asked is not None and row is not None:
            posts = row.kind == "post_batch"
            said = f"{asked.what[:1].upper()}{asked.what[1:]}: {'posted' if posts else 'carried out'}."
            self.decisions.execute(asked, "Posting" if posts else "Carrying out", said)

    def _submit_again(self) -> None:
        asked, row, ledger = self._asked(), self._row, self._context.ledger
        if asked is None or row is None:
            return
        self.decisions.ask(
            title="Submit again",
            heading=f"Submit {asked.what} again?",
            words=f"{_SAME} It was sent back with: {row.close_reason or ''}",
            deed="Submit again",
            then=lambda reason: self._decide(
                ("submit", row.id), "Submitting", f"Submitted again: {asked.what}.",
                lambda key, cancel: submit(
                    ledger, SameOrder(row), reason=reason, ticket=row.ticket or "", follows=row.id,
                    key=key, cancel=cancel,
                ),
            ),
        )  # fmt: skip

    def _settled(self, words: str) -> None:
        # In the place of what was said of the one before: whoever decides on many reads the last.
        self._context.notices.confirm(words, key="approvals.decided")
        of = self._attempt
        if of is not None:
            self._doubts.pop(of.number, None)
        if of is not None and of.number == self._number:
            self.foot.forget()
            self.outcome.say("")
        self.decided.emit()
        self.reload()

    def _unsettled(self, words: str, in_doubt: bool) -> None:  # noqa: FBT001 - told by position
        of = self._attempt
        if of is None:
            return
        seen = of.number == self._number
        if in_doubt:
            self._doubts[of.number] = replace(of, words=words)
        else:
            self._doubts.pop(of.number, None)
        if in_doubt and seen:
            self.outcome.say(words, "warning")
        else:
            # Where it stays: who reads the list anew, or goes on in it, shall not miss that it was not done.
            self._context.notices.warn(f"Request {of.number}: {words}", key=f"request {of.number}")
        # It may not be as it was when it was read: somebody else may have decided.
        self.reload()

    def _connect(self) -> None:
        work, foot = self.work, self.foot
        work.read.connect(self._take)
        work.unread.connect(self._miss)
        work.foreseen.connect(self._foresee)
        work.unforeseen.connect(self.changes.show_trouble)
        work.decided.connect(self._settled)
        work.undecided.connect(self._unsettled)
        work.busy_changed.connect(foot.set_busy)
        foot.approval_wanted.connect(self._approve)
        foot.return_wanted.connect(self._return)
        foot.rejection_wanted.connect(self._reject)
        foot.withdrawal_wanted.connect(self._withdraw)
        foot.execution_wanted.connect(self._execute)
        foot.submission_wanted.connect(self._submit_again)
        foot.running.cancel_button.clicked.connect(self._cancel)
        self.head.closed.connect(self.closed)
        self.figures.wanted.connect(self.wanted)
        self._retry.clicked.connect(self.reload)
        for key in _KEYS:
            self._on_key(key, self.press_deed)

    def _cancel(self) -> None:
        self.foot.running.show_cancelling()
        self.work.cancel()

    def _on_key(self, key: str, run: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(run)

    def letters(self) -> tuple[tuple[str, QPushButton], ...]:
        """Return the letters that open the question why, each with the button that it presses."""
        foot = self.foot
        return (
            (RETURN_KEY, foot.return_button), (REJECT_KEY, foot.reject_button),
            (WITHDRAW_KEY, foot.withdraw_button),
        )  # fmt: skip

    def _build(self) -> None:
        inside = QVBoxLayout(self._parts)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(14)
        for part in (self.figures, self.changes):
            inside.addWidget(part)
        inside.addStretch(1)
        self.body.addWidget(self._nothing, 1)
        self.body.addWidget(self.head)
        self.body.addLayout(row_of(self._trouble, self._retry, None))
        self.body.addWidget(self._area, 1)
        self.body.addWidget(self.outcome)
        self.body.addWidget(self.foot)
