"""One deed of an administrator's: what it means, what is filled in, the reason, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget
from typing_extensions import override

from console.errors import OutcomeUnknownError
from console.errors.refusals import OperationRefusedError
from console.ledger.approvals.commands import Submitted, submit
from console.ledger.approvals.rules.controls import SECOND, Change, change
from ui.kit.commands import native
from ui.kit.keyed_write import AGAIN, LATE, KeyedWrite
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, column_of, label, scrolling
from ui.kit.widgets.buttons import WhyNot, deed_row
from ui.kit.widgets.placing import fit_dialog
from ui.kit.widgets.reason import ReasonEdit
from ui.kit.widgets.running import Outcome, RunningStrip

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from PySide6.QtGui import QKeyEvent, QShowEvent

    from console.errors import ConsoleError
    from console.ledger.approvals.commands import Order as Wanted
    from console.ledger.operators.rights import Rights
    from console.postgres.cancellation import Cancellation
    from console.writes.ledger import Ledger
    from ui.context import Context

    Call = Callable[[UUID, Cancellation], Any]

KEYS: Final = ("Ctrl+Return", "Ctrl+Enter")
"""What does it, from anywhere in the dialog; Enter alone never does."""

_WIDTH: Final = 520
_SIDE_PX: Final = 20
_THE_DEED: Final = ("deed",)
_SUBMITTED: Final = ("deed", "submitted")
_SUBMIT: Final = "Submit"
_CANNOT_WAIT: Final = (
    "Dual control is on and this gives rights, so another administrator must agree. A password cannot wait"
    " for that: choose a code, and submit it."
)
_SECOND_WORDS: Final = (
    "Dual control is on and this gives rights, so another administrator must agree. Submit it: they find it"
    " among their approvals."
)
_ASK_AGAIN: Final = "Ask again"
_KEPT_PX: Final = 2  # at 150 % a dialog is a pixel lower than it was asked to be


def no_deed(rights: Rights) -> str:
    """Say why this operator can change nothing here; empty when they can."""
    return rights.no_writing() or ("" if rights.administers else "needs role admin")


class DeedForm(QWidget):
    """What is filled in; emits `changed` when any of it does. problem: why it cannot be done so."""

    changed = Signal()

    @property
    def problem(self) -> str:
        """What is wrong or missing; empty when nothing is."""
        return ""


@dataclass(frozen=True, slots=True)
class Control:
    """A change of a control by more than one call: what does it at once, and what submits it instead."""

    at_once: Call
    submit: Call


if TYPE_CHECKING:
    Order = Call | Change | Control


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed.

    words: what follows from it. order: takes the reason and returns the call, which is sent as it is as often
    as it must be, or a change of a control, which is submitted where the ledger asks for another admin.
    said: how it ended, in a sentence. busy: what is under way, in a word. submits: whether it always is.
    """

    title: str
    words: str
    button: str
    busy: str
    order: Callable[[str], Order]
    said: Callable[[Any], str]
    danger: bool = False
    reason: bool = True
    submits: bool = False


def controlled(
    ledger: Ledger, wanted: Wanted, reason: str, done: Callable[[UUID, Cancellation], Any] | None = None
) -> Control:
    """Return both ways of one change; done: what does it at once where its answer is read."""
    return Control(
        (lambda key, cancel: change(ledger, wanted, key=key, cancel=cancel)) if done is None else done,
        lambda key, cancel: submit(ledger, wanted, reason=reason, key=key, cancel=cancel),
    )


class DeedDialog(QDialog):
    """Stays until the outcome is known, or it is closed.

    ended: how, in a sentence; empty when it was closed before anybody knew.
    """

    ended = Signal(str)

    def __init__(self, context: Context, deed: Deed, parent: QWidget, form: DeedForm | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._deed = deed
        self._submits, self._can_wait = deed.submits, True
        self.form = DeedForm() if form is None else form
        self.setWindowTitle(deed.title)
        self.reason = ReasonEdit("such as the ticket, and what was looked at")
        self.outcome = Outcome()
        self.running = RunningStrip(context.formats)
        self.close_button = button("Cancel")
        self.deed_button = button(deed.button, accent=not deed.danger, danger=deed.danger)
        # Neither Enter nor Space on it: a click, or the keys that do it from anywhere in the dialog.
        self.deed_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._why = WhyNot(self.deed_button)
        self._one = KeyedWrite(context.worker, self)
        self._build(has_form=form is not None)
        self._connect()
        self._look()
        (self.reason if form is None else self.form).setFocus()

    @property
    def refusal(self) -> str:
        """Why it cannot be done now; empty when it can."""
        if self._one.busy:
            return "wait until this has ended"
        if self._one.in_doubt(self._act):
            return ""
        return self.form.problem or (self.reason.missing if self._deed.reason else "")

    @override
    def showEvent(self, arg__1: QShowEvent) -> None:
        super().showEvent(arg__1)
        if not arg__1.spontaneous():
            self.fit()

    @override
    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        # Enter in a dialog presses its first button: a deed is done on purpose.
        if arg__1.text() not in {"\r", "\n"}:
            super().keyPressEvent(arg__1)

    @override
    def reject(self) -> None:
        if self._one.busy:
            self.running.show_cancelling()
            self._one.cancel()
            return
        if self._one.in_doubt(self._act):
            self._context.notices.warn(
                f"{self._deed.title}: whether it was done is not known; the list shows what stands now.",
                key="deed",
            )
            self.ended.emit("")
        super().reject()

    @property
    def _act(self) -> tuple[str, ...]:
        return _SUBMITTED if self._submits else _THE_DEED

    def _do(self) -> None:
        if self.refusal:
            return
        self.outcome.say("")
        reason = self.reason.reason
        call = self._call(self._deed.order(reason), reason)
        busy = "Submitting" if self._submits else self._deed.busy
        self._one.write(self._act, busy, call, self._end, failed=self._failed, cancelled=self._cancelled)

    def _call(self, order: Order, reason: str) -> Call:
        self._can_wait = isinstance(order, Change | Control)
        if isinstance(order, Change):
            order = controlled(self._context.ledger, order, reason)
        if isinstance(order, Control):
            return order.submit if self._submits else order.at_once
        return order

    def _end(self, answer: object, late: bool) -> None:  # noqa: FBT001 - told by position
        if isinstance(answer, Submitted):
            words = f"Submitted as request {answer.request}: another administrator decides on it."
        else:
            words = self._deed.said(answer)
        self.accept()
        self.ended.emit(f"{words} {LATE}" if late else words)

    def _failed(self, error: ConsoleError) -> None:
        if self._one.in_doubt(self._act):
            words = str(error) if isinstance(error, OutcomeUnknownError) else f"Unconfirmed still. {error}"
            self._say(f"{words} {AGAIN}", "warning")
        elif isinstance(error, OperationRefusedError) and error.code == SECOND:
            self._submits = self._can_wait
            self._say(_SECOND_WORDS if self._can_wait else _CANNOT_WAIT, "warning")
        else:
            self._say(str(error), "error")

    def _cancelled(self) -> None:
        if self._one.in_doubt(self._act):
            self._say(f"Unconfirmed: asking was cancelled. {AGAIN}", "warning")
        else:
            self._say("Cancelled. Nothing was changed.", "muted")

    def _say(self, words: str, tone: str) -> None:
        self.outcome.say(words, tone)
        self._look()
        self.fit()
        # What was greyed under way has lost the keyboard.
        (self.reason if self._deed.reason else self.form).setFocus()

    def _look(self) -> None:
        in_doubt = self._one.in_doubt(self._act)
        for part in (self.form, self.reason):
            part.setEnabled(not in_doubt and not self._one.busy)
        named = _SUBMIT if self._submits else self._deed.button
        self.deed_button.setText(_ASK_AGAIN if in_doubt else named)
        self._why.explain(self.refusal, otherwise=f"{native(KEYS[0])} does it.", quiet=bool(self._one.busy))

    def _form_changed(self) -> None:
        # What is filled in now may be what one administrator does alone.
        self._submits = self._deed.submits
        self._look()

    def _show_busy(self, words: str) -> None:
        self.running.show_busy(words)
        self._look()

    def fit(self) -> None:
        """Take the height that is needed, as far as the window has it; the area scrolls what is left."""
        self._column.activate()
        # As high as the words are at this width; a hint would take them for narrower, and so for higher.
        tall = self._column.totalHeightForWidth(_WIDTH - 2 * _SIDE_PX)
        wanted = tall if self._column.hasHeightForWidth() else self._inside.sizeHint().height()
        hidden = wanted - self._area.sizeHint().height()
        fit_dialog(self, QSize(_WIDTH, self.sizeHint().height() + hidden + _KEPT_PX))

    def _connect(self) -> None:
        self.form.changed.connect(self._form_changed)
        self.reason.textChanged.connect(self._look)
        self._one.busy_changed.connect(self._show_busy)
        self.running.cancel_button.clicked.connect(self.reject)
        self.close_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._do)
        for key in KEYS:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._do)

    def _build(self, *, has_form: bool) -> None:
        heading = label(self._deed.title, font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True)
        words = label(self._deed.words, tone="muted", wrap=True)
        words.setVisible(bool(self._deed.words))
        self.form.setVisible(has_form)
        why = Field("Reason, for the audit", self.reason)
        why.setVisible(self._deed.reason)
        self._inside = QWidget()
        self._column = column_of(words, self.form, why, None, spacing=12)
        self._inside.setLayout(self._column)
        self._area = scrolling(self._inside, ground="surface")
        foot = deed_row(self._why, self.close_button, self.deed_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE_PX, 18, _SIDE_PX, 16)
        layout.addLayout(column_of(heading, self._area, self.outcome, self.running, foot, spacing=12))


def open_deed(
    context: Context, deed: Deed, parent: QWidget, form: DeedForm | None = None, *, then: Callable[[], None]
) -> DeedDialog:
    """Open a deed's dialog over a page; when it is done it is said in a notice, and `then` follows."""
    dialog = DeedDialog(context, deed, parent, form)

    def told(words: str) -> None:
        if words:
            context.notices.confirm(words)
        then()

    context.theme.dress(dialog)
    dialog.ended.connect(told)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
