"""Several requests approved by one statement: what they come to, what is left out, what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from console.errors import OutcomeUnknownError
from console.ledger.approvals import commands
from ui.acts.outcome.settling import settle_now
from ui.kit.commands import native
from ui.kit.keyed_write import KeyedWrite
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, column_of, label, scrolling
from ui.kit.widgets.buttons import WhyNot, deed_row
from ui.kit.widgets.running import Outcome, RunningStrip
from ui.screens.approvals.request.changes import refused_words
from ui.screens.approvals.request.foot import KEY
from ui.screens.approvals.words import title

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from console.errors import ConsoleError
    from console.ledger.approvals.commands import Decided
    from console.ledger.approvals.page import RequestRow
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.kit.formats import Formats

MOST: Final = 500
"""How many requests the ledger takes by one statement."""

_WIDTH: Final = 560
_EDGE_PX: Final = 20
_LIST_PX: Final = 230
_KEYS: Final = (KEY, "Ctrl+Enter")
_WORDS_MOST: Final = 500
_AGAIN: Final = "Ask again"
_UNKNOWN: Final = "Ask again: each is approved once, whatever became of it."


class ApproveMany(QDialog):
    """Asks once for all that are marked; `ended` comes when the ledger has answered."""

    ended = Signal()

    def __init__(self, context: Context, rows: Sequence[RequestRow], parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._page = parent
        self.taken = tuple(row for row in rows if not row.typed and not row.is_control)
        self.left_out = tuple(row for row in rows if row.typed or row.is_control)
        self._came_to: tuple[Decided, ...] | None = None
        self.setWindowTitle("Approve several")
        self.setFixedWidth(_WIDTH)
        self._heading = label(font=text_font(15, weight=text_font().Weight.DemiBold), wrap=True)
        self._sums = label(tone="muted", font=text_font(tabular=True), wrap=True)
        self._list = label(font=text_font(tabular=True), wrap=True, selectable=True)
        self._left_out = label(tone="warning", font=text_font(tabular=True), wrap=True, selectable=True)
        self.note = QLineEdit()
        self.note.setMaxLength(_WORDS_MOST)
        self.note.setPlaceholderText("optional, the same for each")
        self._note_field = Field("Words for the audit", self.note)
        self.outcome = Outcome()
        self.running = RunningStrip(context.formats)
        self.close_button = button("Cancel")
        self.deed_button = button("", accent=True)
        # Neither Enter nor Space on it: a click, or the keys that do it from anywhere in the dialog.
        self.deed_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._why = WhyNot(self.deed_button)
        self._inside = QWidget()
        self._area = scrolling(self._inside, ground="surface")
        self._one = KeyedWrite(context.worker, self)
        self._build()
        self._connect()
        self._tell()
        self.note.setFocus()

    @property
    def words(self) -> str:
        """All that is said of the requests."""
        parts = (self._heading, self._sums, self._list, self._left_out)
        return "\n".join(one.text() for one in parts if one.text())

    @property
    def is_done(self) -> bool:
        """Whether the ledger has answered, and there is nothing left but to read it."""
        return self._came_to is not None

    @override
    def reject(self) -> None:
        if self._one.busy:
            self.running.show_cancelling()
            self._one.cancel()
            return
        if self._one.in_doubt(self._act):
            settle_now(self._context, self._page.window())
        super().reject()

    @property
    def _act(self) -> tuple[object, ...]:
        return ("approve", *(row.id for row in self.taken))

    def _do(self) -> None:
        if self._why_not() or self.is_done:
            return
        ledger, note = self._context.ledger, " ".join(self.note.text().split())
        chosen = tuple((row.id, row.content) for row in self.taken)

        def call(key: UUID, cancel: Cancellation) -> tuple[Decided, ...]:
            return commands.approve_many(ledger, chosen, note=note, key=key, cancel=cancel)

        self.outcome.say("")
        self._one.write(
            self._act, "Approving", call, self._take, failed=self._failed, cancelled=self._cancelled
        )

    def _take(self, came_to: tuple[Decided, ...], late: bool) -> None:  # noqa: FBT001 - told by position
        self._came_to = came_to
        self._tell()
        if late:
            self.outcome.say("The cancel came too late.", "muted")
        self.close_button.setFocus()
        self.ended.emit()

    def _failed(self, error: ConsoleError) -> None:
        if self._one.in_doubt(self._act):
            words = str(error) if isinstance(error, OutcomeUnknownError) else f"Unconfirmed still. {error}"
            self.outcome.say(f"{words} {_UNKNOWN}", "warning")
        else:
            self.outcome.say(str(error), "error")
        self._look()

    def _cancelled(self) -> None:
        if self._one.in_doubt(self._act):
            self.outcome.say(f"Unconfirmed: asking was cancelled. {_UNKNOWN}", "warning")
        else:
            self.outcome.say("Cancelled. Nothing was approved.", "muted")
        self._look()

    def _show_busy(self, words: str) -> None:
        self.running.show_busy(words)
        self._look()

    def _why_not(self) -> str:
        if self._one.busy:
            return "wait until this has ended"
        if len(self.taken) > MOST:
            return f"at most {MOST} are approved at once"
        return "" if self.taken else "each of these is approved on its own page"

    def _tell(self) -> None:
        formats, came_to = self._context.formats, self._came_to
        count = formats.count(len(self.taken), "request")
        if came_to is None:
            self._heading.setText(f"Approve {count}?")
            self._sums.setText(sums(self.taken, formats))
            self._list.setText("\n".join(title(row, formats) for row in self.taken))
        else:
            self._heading.setText(heading(came_to, formats))
            self._sums.setText("")
            self._list.setText("\n".join(told(self.taken, came_to, formats)))
        self._sums.setVisible(bool(self._sums.text()))
        self._left_out.setText("\n".join(left_out(self.left_out, formats)))
        self._left_out.setVisible(bool(self.left_out))
        self._look()
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is told, up to where it scrolls."""
        wanted = self._inside.heightForWidth(_WIDTH - 2 * _EDGE_PX)
        self._area.setFixedHeight(min(wanted, _LIST_PX))
        self.adjustSize()

    def _look(self) -> None:
        in_doubt, done = self._one.in_doubt(self._act), self.is_done
        self._note_field.setVisible(not done)
        self._note_field.setEnabled(not in_doubt and not self._one.busy)
        self.deed_button.setVisible(not done)
        approve = f"Approve {self._context.formats.integer(len(self.taken))}"
        self.deed_button.setText(_AGAIN if in_doubt else approve)
        self.close_button.setText("Close" if done else "Cancel")
        self._why.explain(
            self._why_not(), otherwise=f"{native(KEY)} does it.", quiet=done or bool(self._one.busy)
        )

    def _connect(self) -> None:
        self._one.busy_changed.connect(self._show_busy)
        self.running.cancel_button.clicked.connect(self.reject)
        self.close_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._do)
        for key in _KEYS:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self._do)

    def _build(self) -> None:
        self._inside.setLayout(column_of(self._list, self._left_out, None, spacing=10))
        foot = deed_row(self._why, self.close_button, self.deed_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_EDGE_PX, 18, _EDGE_PX, 16)
        parts = (self._heading, self._sums, self._area, self._note_field, self.outcome, self.running, foot)
        layout.addLayout(column_of(*parts, spacing=10))


def sums(rows: Iterable[RequestRow], formats: Formats) -> str:
    """Return what requests come to, each currency for itself: `412.00 CR and 3 JPY`."""
    found: dict[str, list[RequestRow]] = {}
    for row in rows:
        found.setdefault(row.currency.code, []).append(row)
    return " and ".join(
        formats.money(sum(row.amount for row in of_one), of_one[0].currency)
        for _code, of_one in sorted(found.items())
    )


def left_out(rows: Sequence[RequestRow], formats: Formats) -> list[str]:
    """Say which are not approved together with others, and why."""
    return [f"Left out: {title(row, formats)}. {_why_left_out(row, formats)}" for row in rows]


def _why_left_out(row: RequestRow, formats: Formats) -> str:
    if row.is_control:
        return "A change of who may do what is decided on its own page."
    money = formats.money(row.typed_from or 0, row.currency)
    return f"From {money} on the total is typed, on the request's own page."


def heading(came_to: Sequence[Decided], formats: Formats) -> str:
    """Say how many were approved, and how many the ledger refused."""
    refused = sum(one.refusal is not None for one in came_to)
    words = f"{formats.count(len(came_to) - refused, 'request')} approved"
    return f"{words}, {formats.integer(refused)} refused." if refused else f"{words}."


def told(rows: Sequence[RequestRow], came_to: Sequence[Decided], formats: Formats) -> list[str]:
    """Say what became of each."""
    named = {row.id: title(row, formats) for row in rows}
    return [f"{named[one.request]}: {_became(one)}" for one in came_to]


def _became(one: Decided) -> str:
    if one.refusal is not None:
        return f"refused. {refused_words(one.refusal)}"
    return "approved." if one.status == "approved" else "approved by you; it waits for another checker."
