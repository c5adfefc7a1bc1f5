"""One session below the lists: who, what, how long, and the two ways to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from ui.kit.formats import DOT, plain_tip
from ui.kit.theme.fonts import text_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, caption, label, row_of
from ui.kit.widgets.buttons import ActionButton
from ui.kit.widgets.cards import Card
from ui.screens.server.words import no_ending, seconds_words, state_tone, state_word, waits_words

if TYPE_CHECKING:
    from console.server.sessions import SessionRow
    from ui.context import Context

_FIELDS: Final = ("Transaction", "Statement", "In this state", "Waits for", "Client", "Since")
_TEXT_PX: Final = 52
_TEXT_AT_MOST: Final = 340
_NOTHING: Final = "\N{EN DASH}"


class SessionDetail(Card):
    """Shows the session that is chosen; `ending` carries it, and True to cancel or False to terminate."""

    ending = Signal(object, bool)

    def __init__(self, context: Context) -> None:
        super().__init__(spacing=8)
        self._context = context
        self._row: SessionRow | None = None
        self._busy = ""
        self._name = label(font=text_font(15, weight=QFont.Weight.DemiBold, tabular=True))
        self._chip = Chip()
        self.cancel_button = ActionButton("Cancel statement\N{HORIZONTAL ELLIPSIS}")
        self.terminate_button = ActionButton("Terminate session\N{HORIZONTAL ELLIPSIS}")
        self._values = {name: label(_NOTHING, font=text_font(tabular=True)) for name in _FIELDS}
        self._text = label(tone="muted", wrap=True, selectable=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text.setFixedHeight(_TEXT_PX)
        self._text.setAccessibleName("Statement without its values")
        head = row_of(self._name, self._chip, None, self.cancel_button, self.terminate_button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(2)
        for place, (name, value) in enumerate(self._values.items()):
            grid.addWidget(caption(name), 0, place)
            grid.addWidget(value, 1, place)
            grid.setColumnStretch(place, 2 if name == "Waits for" else 1)
        for part in (head, grid):
            self.body.addLayout(part)
        self.body.addWidget(self._text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.cancel_button.clicked.connect(lambda _checked: self._wish(cancel=True))
        self.terminate_button.clicked.connect(lambda _checked: self._wish(cancel=False))
        self.show_row(None)

    @property
    def row(self) -> SessionRow | None:
        """The session shown."""
        return self._row

    def set_busy(self, words: str) -> None:
        """Let nothing else be ended while something is; empty words end it."""
        self._busy = words
        self.show_row(self._row)

    def show_row(self, row: SessionRow | None) -> None:
        """Show a session as it is now, or ask to choose one."""
        self._row = row
        for pressed, cancel in ((self.cancel_button, True), (self.terminate_button, False)):
            reason = no_ending(row, self._context.session.rights, cancel=cancel)
            if not reason and self._busy:
                reason = "wait until this has ended"
            if reason:
                pressed.refuse(reason)
            else:
                pressed.allow()
        if row is None:
            self._name.setText("No session chosen")
            self._chip.set("", Tone.NEUTRAL)
            self._text.setText("Choose a row to see what it does, and since when.")
            self._text.setToolTip("")
            for value in self._values.values():
                value.setText(_NOTHING)
            return
        self._name.setText(DOT.join(part for part in (row.operator or row.kind, f"pid {row.pid}") if part))
        self._chip.set(state_word(row), state_tone(row))
        words = self._words(row)
        cut = len(words) > _TEXT_AT_MOST
        self._text.setText(f"{words[:_TEXT_AT_MOST].rstrip()} \N{HORIZONTAL ELLIPSIS}" if cut else words)
        self._text.setToolTip(plain_tip(words) if cut else "")
        formats = self._context.formats
        started = "" if row.started_at is None else formats.timestamp(row.started_at)
        shown = (
            seconds_words(formats, row.transaction_s),
            seconds_words(formats, row.statement_s),
            seconds_words(formats, row.state_s),
            waits_words(row) or "",
            row.client or ("" if row.hidden or not row.operator else "local"),
            started,
        )
        for value, words in zip(self._values.values(), shown, strict=True):
            value.setText(words or _NOTHING)

    def _words(self, row: SessionRow) -> str:
        if row.hidden:
            return "What it runs is told to members of pg_monitor only."
        return row.text or "It has run no statement yet."

    def _wish(self, *, cancel: bool) -> None:
        if self._row is not None:
            self.ending.emit(self._row, cancel)
