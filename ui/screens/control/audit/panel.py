"""The event that is chosen, in full: what it changed, what was asked, and its place in the chain."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.audit.event import full_event
from console.ledger.audit.kinds import name_of
from console.ledger.audit.story import Writing, changes_of, outcome_lines, request_lines
from ui.kit.days import moment_words
from ui.kit.formats import DOT, plain_tip
from ui.kit.theme.fonts import text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, label, restyle, row_of, scrolling
from ui.kit.widgets.cards import Card
from ui.kit.widgets.flow import Flow
from ui.screens.control.audit.lines import LinesPart
from ui.screens.control.audit.listing import about_words, result_tone
from ui.screens.control.audit.ways import ways_from

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from console.errors import ConsoleError
    from console.ledger.audit.event import FullEvent
    from console.ledger.audit.page import AuditEvent
    from console.ledger.audit.story import Changes, Line
    from ui.context import Context

WIDTH: Final = 386
LEAST_HEIGHT: Final = 250
PAUSE_MS: Final = 150
"""Only an event at which the keyboard stays so long is asked for: it passes many rows on its way."""

_MOST_WAYS: Final = 4
_READING: Final = "Reading its place in the chain\N{HORIZONTAL ELLIPSIS}"


class EventPanel(Card):
    """Hidden until an event is chosen. event_wanted: the one of a number is to be shown instead."""

    closed = Signal()
    event_wanted = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(spacing=6)
        self._context = context
        self._number: int | None = None
        self._event: AuditEvent | None = None
        self.found: FullEvent | None = None
        self.setAccessibleName("Event")
        self.setMinimumHeight(LEAST_HEIGHT)
        self._title = label(font=text_font(15, weight=QFont.Weight.DemiBold), wrap=True, selectable=True)
        self._chip = Chip()
        self.copy_button = self._icon_button(Glyph.COPY, "Copy the event as JSON")
        self.close_button = self._icon_button(Glyph.CLOSE, "Hide (Esc)")
        self._facts = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._why = label(wrap=True, selectable=True)
        self.changed = LinesPart("What it changed")
        self.earlier_button = button("", compact=True)
        self.asked = LinesPart("What was asked for")
        self.noted = LinesPart("What was noted")
        self.came = LinesPart("What came of it")
        self._verdict = label(wrap=True, font=text_font(tabular=True), selectable=True)
        self.place = LinesPart("Its place in the chain")
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.way_buttons = tuple(button("", compact=True) for _ in range(_MOST_WAYS))
        self._build()
        self.hide()

    @property
    def number(self) -> int | None:
        """The number of the event that is shown; None while hidden."""
        return self._number

    @property
    def facts(self) -> str:
        """What is said of it in a line."""
        return self._facts.text()

    @property
    def why(self) -> str:
        """The reason and the ticket that were given, or why it cannot be shown."""
        return self._why.text()

    @property
    def verdict(self) -> str:
        """Whether it fits into the chain, in words."""
        return self._verdict.text()

    @property
    def in_order(self) -> tuple[QWidget, ...]:
        """What the keyboard stops at, from the top."""
        return (self.copy_button, self.close_button, self.earlier_button, *self.way_buttons)

    def show_event(self, event: AuditEvent) -> None:
        """Show an event of the list, and what else is known of it a moment later."""
        if event == self._event and self.found is not None:
            return
        self._begin(event.id)
        self._show_own(event)
        self._pause.start()

    def show_number(self, number: int) -> None:
        """Show the event of a number, which need not be in the list."""
        self._begin(number)
        self._title.setText(f"Event {self._context.formats.integer(number)}")
        self._chip.set("", Tone.NEUTRAL)
        for part in (self._facts, self._why):
            part.hide()
        for lines in (self.asked, self.noted, self.came):
            lines.show_lines(())
        self._offer_ways(None)
        self._ask()

    def close_panel(self) -> None:
        """Show nothing, and ask for nothing any more."""
        self._pause.stop()
        self._context.worker.drop(self)
        self._number = self._event = self.found = None
        self.hide()

    def again(self) -> None:
        """Ask again for what is shown."""
        if self._number is not None:
            self._ask()

    def focus_first(self) -> None:
        """Put the keyboard on what leads on."""
        first = next((one for one in self.in_order if one.isVisible() and one.isEnabled()), self.close_button)
        ways = next((one for one in self.way_buttons if one.isVisible() and one.isEnabled()), first)
        ways.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _begin(self, number: int) -> None:
        self._pause.stop()
        self._context.worker.drop(self)
        self._number, self._event, self.found = number, None, None
        self.changed.show_lines(())
        self.earlier_button.hide()
        self.place.show_lines(())
        self.copy_button.setEnabled(False)
        self._say(_READING, "muted")
        self.show()

    def _ask(self) -> None:
        number, database = self._number, self._context.database
        if number is None:
            return
        self._context.worker.run(
            lambda cancel: full_event(database, number, cancel=cancel),
            done=self._show_full, failed=self._fail, owner=self, replaces="event",
        )  # fmt: skip

    def _show_own(self, event: AuditEvent) -> None:
        """Show what the event itself says."""
        self._event = event
        writing = self._writing()
        self._title.setText(f"{name_of(event.action).capitalize()}{DOT}{about_words(event)}")
        self._chip.set(event.outcome, result_tone(event))
        number = self._context.formats.integer(event.id)
        self._facts.setText(f"Event {number} by {event.actor}\n{writing.moment(event.at)}")
        self._facts.show()
        said = [f"Reason: {event.reason}"] if event.reason else []
        said += [f"Ticket: {event.ticket}"] if event.ticket else []
        self._why.setText("\n".join(said))
        self._why.setVisible(bool(said))
        restyle(self._why, tone=None)
        # What no operation did was told to the chain by the ledger itself.
        said_lines, was_asked = (
            [_pair(line) for line in request_lines(event, writing)],
            "request" in event.detail,
        )
        self.asked.show_lines(said_lines if was_asked else ())
        self.noted.show_lines(() if was_asked else said_lines)
        self.came.show_lines(map(_pair, outcome_lines(event, writing)))
        self.copy_button.setEnabled(True)
        self._offer_ways(event)

    def _show_full(self, full: FullEvent) -> None:
        if full.event != self._event:
            self._show_own(full.event)
        self.found = full
        self._show_changes(changes_of(full, self._writing()))
        if full.fits:
            self._say("It is what its hash says, and fits the events beside it.", "credit")
        else:
            self._say("\n".join(full.objections), "error")
        self.place.show_lines(self._place_lines(full))

    def _show_changes(self, told: Changes) -> None:
        lines = [
            (
                one.name,
                f"{one.after}, before: {'not told by the chain' if one.before is None else one.before}",
            )
            for one in told.changes
        ]
        if told.remark:
            lines.append(("", told.remark))
        self.changed.show_lines(lines)
        earlier = told.told_by
        is_other = earlier is not None and earlier != self._number
        if is_other:
            words = f"Event {self._context.formats.integer(earlier or 0)} told what stood before"
            self.earlier_button.setText(words)
            self.earlier_button.setAccessibleName(words)
        self.earlier_button.setVisible(is_other)

    def _place_lines(self, full: FullEvent) -> list[tuple[str, str]]:
        place, whole = full.place, self._context.formats.integer
        between = f"after {whole(place.before)}" if place.before else "the first"
        between += f", before {whole(place.after)}" if place.after else ", the last"
        lines = [
            ("number", f"{whole(full.event.id)}, {between}"),
            ("hash", full.event.hash.hex()),
            ("reckoned", "the same" if place.due == full.event.hash else place.due.hex()),
            ("hash before", full.event.previous.hex()),
        ]
        if full.sealed_in is None:
            lines.append(("next seal", "none since; only the head stands on it"))
        elif full.sealed_in == full.event.id:
            lines.append(("next seal", "it is one"))
        else:
            lines.append(("next seal", f"event {whole(full.sealed_in)}, whose hash stands on this one"))
        if full.seal is not None:
            seal = full.seal
            words = f"{whole(seal.first)} to {whole(seal.last)}, by event {whole(seal.event)}"
            lines.append(("its transaction", f"is under the seal of {words}"))
        return lines

    def _offer_ways(self, event: AuditEvent | None) -> None:
        ways = () if event is None else ways_from(self._context, event)
        for place, made in enumerate(self.way_buttons):
            made.setVisible(place < len(ways))
            if place < len(ways):
                way = ways[place]
                made.setText(way.title)
                made.setAccessibleName(way.title)
                made.setEnabled(not way.refusal)
                made.setToolTip(plain_tip(way.refusal) if way.refusal else "")

    def _go(self, place: int) -> None:
        if self._event is not None:
            ways = ways_from(self._context, self._event)
            if place < len(ways) and not ways[place].refusal:
                ways[place].run()

    def _fail(self, error: ConsoleError) -> None:
        self._say(f"Not read: {error} F5 asks again.", "error")

    def _say(self, words: str, tone: str) -> None:
        self._verdict.setText(words)
        restyle(self._verdict, tone=tone)

    def _copy(self) -> None:
        event = self._event
        if event is None:
            return
        content = {
            "event": event.id, "at": event.at.isoformat(), "operator": event.actor, "kind": event.action,
            "subject": event.subject, "outcome": event.outcome, "reason": event.reason,
            "ticket": event.ticket, "detail": event.detail,
            "previous_hash": event.previous.hex(), "hash": event.hash.hex(),
        }  # fmt: skip
        QGuiApplication.clipboard().setText(json.dumps(content, ensure_ascii=False, indent=2))

    def _open_earlier(self) -> None:
        if self.found is not None and self.found.earlier is not None:
            self.event_wanted.emit(self.found.earlier.id)

    def _writing(self) -> Writing:
        formats = self._context.formats
        return Writing(
            money=formats.money,
            moment=partial(moment_words, formats),
            currencies={one.code: one for one in self._context.session.currencies},
        )

    def _build(self) -> None:
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.closed)
        self.earlier_button.clicked.connect(self._open_earlier)
        for place, made in enumerate(self.way_buttons):
            made.clicked.connect(partial(self._go, place))
        head = row_of(self._chip, None, self.copy_button, self.close_button, spacing=8)
        inside = QWidget()
        parts = QVBoxLayout(inside)
        parts.setContentsMargins(0, 0, 6, 0)
        parts.setSpacing(10)
        for part in (self._title, self._facts, self._why, self.changed):
            parts.addWidget(part)
        parts.addLayout(row_of(self.earlier_button, None))
        for part in (self.asked, self.noted, self.came, self._verdict, self.place):
            parts.addWidget(part)
        parts.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(scrolling(inside, ground="surface"), 1)
        self.body.addLayout(Flow(*self.way_buttons, spacing=8))

    def _icon_button(self, glyph: Glyph, name: str) -> QPushButton:
        made = button("", flat=True, compact=True)
        made.setAccessibleName(name)
        made.setToolTip(name)
        self._context.icons.dress(made, glyph, size=14)
        return made


def _pair(line: Line) -> tuple[str, str]:
    return line.name, line.value
