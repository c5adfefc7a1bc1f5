"""The acts on an account: four buttons, the rest under More, and the letters that open their forms."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ui.acts.act import Subject
from ui.acts.catalogue import (
    ADJUSTMENT,
    CLOSE,
    DEPOSIT,
    GRANT,
    HOLD,
    METADATA,
    NOTE,
    OPEN,
    OVERDRAFT,
    PAYOUT,
    REVERSAL,
    TRANSFER,
    status_act,
)
from ui.acts.form import ActForm
from ui.acts.holds import CAPTURE, EXTEND, RELEASE, on_holds
from ui.kit.commands import native
from ui.kit.table.row_menu import RowAction, menu_of
from ui.kit.widgets.basics import button
from ui.kit.widgets.buttons import ActionButton
from ui.kit.widgets.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.acts.act import Act
    from ui.context import Context

_NOT_READ: Final = "the account is not read yet"
_UNDER_MORE: Final = (DEPOSIT, PAYOUT, ADJUSTMENT, NOTE, METADATA, OVERDRAFT, OPEN, CLOSE)


def open_form(
    context: Context, act: Act, subject: Subject, parent: QWidget, *, then: Callable[[], None]
) -> None:
    """Open an act's form over a page; `then` once it was done or asked for."""
    form = ActForm(context, act, subject, parent)
    context.theme.dress(form)
    form.ended.connect(lambda _came_to: then())
    form.finished.connect(form.deleteLater)
    form.open()


class ActBar(QWidget):
    """Emits `done` when an act was done or asked for, and what is shown is of before.

    Its letters work wherever the keyboard is on `page`, but in a field.
    """

    done = Signal()

    def __init__(
        self,
        context: Context,
        page: QWidget,
        *,
        row: Callable[[], Subject],
        holds: Callable[[], Subject | None],
    ) -> None:
        """`row` tells the movement that the keyboard is at, for its reversal.

        holds: tells those that are chosen; None while no holds are shown.
        """
        super().__init__()
        self._context = context
        self._page = page
        self._row = row
        self._holds = holds
        self._subject: Subject | None = None
        self.buttons = tuple(ActionButton("") for _ in range(4))
        self.more_button = button("More")
        self.setLayout(Flow(*self.buttons, self.more_button, spacing=8))
        for place, made in enumerate(self.buttons):
            made.clicked.connect(partial(self._open_at, place))
        self.more_button.clicked.connect(self._show_more)
        for act in (TRANSFER, DEPOSIT, PAYOUT, GRANT, HOLD, NOTE):
            self._listen(act.key, partial(self.open, act))
        self._listen(REVERSAL.key, self._act_on_row)
        for act in (CAPTURE, EXTEND):
            self._listen(act.key, partial(self.act_on_holds, act))
        self._listen(status_act(Subject()).key, lambda: self.open(status_act(self._known)))
        self._look()

    def show_subject(self, subject: Subject) -> None:
        """Offer the acts on an account as it was read."""
        self._subject = subject
        self._look()

    def open(self, act: Act) -> None:
        """Open an act's form on the account, or say why not."""
        self._open_on(act, self._known)

    def reverse(self) -> None:
        """Open the reversal of the movement that the keyboard is at."""
        self._open_on(REVERSAL, self._row())

    def act_on_holds(self, act: Act) -> None:
        """Open the form of an act on the holds that are chosen, where holds are shown, or say why not."""
        subject = self._holds()
        if subject is not None and not subject.holds:
            self._context.notices.warn(f"{act.title}: choose a hold first", key="act")
        elif subject is not None:
            self._open_on(on_holds(act, subject), subject)

    def _act_on_row(self) -> None:
        """Reverse the movement that the keyboard is at; where holds are shown, release those chosen."""
        if self._holds() is None:
            self.reverse()
        else:
            self.act_on_holds(RELEASE)

    @property
    def _known(self) -> Subject:
        return Subject() if self._subject is None else self._subject

    def _open_on(self, act: Act, subject: Subject) -> None:
        refusal = self._refusal(act, subject)
        if refusal:
            self._context.notices.warn(f"{act.title}: {refusal}", key="act")
        else:
            open_form(self._context, act, subject, self._page, then=self.done.emit)

    def _refusal(self, act: Act, subject: Subject) -> str:
        if self._subject is None:
            return _NOT_READ
        return act.refusal(self._context.session.rights, subject)

    def _shown(self) -> tuple[Act, ...]:
        return TRANSFER, GRANT, HOLD, status_act(self._known)

    def _open_at(self, place: int) -> None:
        self.open(self._shown()[place])

    def _look(self) -> None:
        rights = self._context.session.rights
        for made, act in zip(self.buttons, self._shown(), strict=True):
            made.rename(act.offer(rights))
            made.judge(self._refusal(act, self._known))
            if made.isEnabled():
                made.setToolTip(native(act.key))

    def _show_more(self) -> None:
        rights = self._context.session.rights
        rest = [
            RowAction(
                act.offer(rights), partial(self.open, act), native(act.key), self._refusal(act, self._known)
            )
            for act in _UNDER_MORE
        ]
        menu = menu_of(self, rest)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def _listen(self, key: str, run: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self._page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(run)
