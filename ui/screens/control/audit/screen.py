"""The audit: what was done and refused, by whom and when, and each event's place in the chain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from console.ledger.audit.export import export_events
from console.ledger.audit.news import Topic
from ui.kit.commands import native
from ui.kit.lists.export_strip import ExportStrip
from ui.kit.lists.list_part import ListPart
from ui.kit.lists.renewed import Renewed
from ui.kit.table.paged_model import PagedModel
from ui.kit.table.row_menu import RowAction
from ui.kit.widgets.basics import TitleRow
from ui.routes import OpenAudit, OpenAuditEvent, Route
from ui.screen import Screen
from ui.screens.control.audit.filters import AuditFilters
from ui.screens.control.audit.listing import COLUMNS, Listing
from ui.screens.control.audit.panel import WIDTH, EventPanel
from ui.screens.control.audit.ways import ways_from

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

    from console.files.exports import ExportResult
    from console.ledger.audit.page import AuditEvent
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.kit.lists.export_strip import Work

_NARROW_PX: Final = 860
_PROOF: Final = "Each row has its hashes; the chain's head of that moment stands in the .totals.json."


@dataclass(frozen=True, slots=True)
class _AsLeft(Route):
    """The list with its filters, and the event that was shown."""

    screen: ClassVar[str] = "audit"
    filters: tuple[object, ...]
    event: int | None


class Audit(Screen):
    """All events, the newest first."""

    topics = frozenset({Topic.AUDIT})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._wanted_event: int | None = None
        self._newest = 0
        self.filters = AuditFilters(context.formats)
        self.model: PagedModel[AuditEvent] = PagedModel(COLUMNS, context.formats, context.worker, self)
        self.title = TitleRow("Audit")
        self.export = ExportStrip(
            context.worker, context.notices, context.formats, self._export_work,
            noun="events", total="", remark=lambda: _PROOF,
        )  # fmt: skip
        self.table = context.table("audit", "Audit events")
        self.table.setModel(self.model)
        self.list = ListPart(self.title, self.table)
        self.renewed = Renewed(self.table, self.model, self.title, key=lambda event: event.id)
        self.panel = EventPanel(context)
        self._build()
        self._connect()
        # What a route asks for is loaded instead.
        self._first_load = QTimer(self, singleShot=True, interval=0)
        self._first_load.timeout.connect(self.refresh)
        self._first_load.start()

    @override
    def refresh(self) -> None:
        self._first_load.stop()
        self._load()
        self.panel.again()

    @override
    def renew(self) -> None:
        self.renewed.renew()

    @override
    def focus_filter(self) -> None:
        self.filters.who.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenAuditEvent):
            self._open_number(route.number)
        elif isinstance(route, OpenAudit):
            self._first_load.stop()
            self._leave_panel()
            self.filters.show_only(route.subject, route.operator)

    @property
    @override
    def place(self) -> Route:
        return _AsLeft(self.filters.values, self.panel.number)

    @override
    def show_again(self, place: Route | None) -> None:
        if not isinstance(place, _AsLeft):
            super().show_again(place)
            return
        self._first_load.stop()
        self._wanted_event = place.event
        self.filters.put(place.filters)
        if place.event is not None:
            self.panel.show_number(place.event)

    @override
    def show_start(self) -> None:
        self._leave_panel()
        self.refresh()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave_panel()
        else:
            super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.table.setFocus()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.list.width() < _NARROW_PX
        self.panel.setMinimumWidth(0 if narrow else WIDTH)
        self.panel.setMaximumWidth(self.width() if narrow else WIDTH)

    def _load(self) -> None:
        if self.filters.any_set:
            self.table.set_empty_words("No event matches", "Change a filter above, or press Clear all")
        else:
            self.table.set_empty_words("Nothing has happened yet", "What is done and refused appears here")
        wanted = self.filters.wanted()
        self.model.show(Listing(self.context.database, self.context.settings.page_size, wanted))

    def _open_number(self, number: int) -> None:
        """Show the event of a number, chosen in the list where it is there."""
        rows = self.model.rows
        place = next((at for at, row in enumerate(rows) if row.id == number), -1)
        self.table.clearSelection()
        self._wanted_event = number
        if place >= 0:
            self.table.select_place(place)
        self.panel.show_number(number)
        self.panel.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _first_page_shown(self) -> None:
        self.table.scrollToTop()
        wanted = self._wanted_event if self._wanted_event is not None else self.panel.number
        self._wanted_event = None
        rows = self.model.rows
        self._tell()
        place = next((at for at, row in enumerate(rows) if row.id == wanted), -1)
        self.table.clearSelection()
        if place >= 0:
            self.table.select_place(place)

    def _tell(self) -> None:
        """Say how many events there are: numbers have no gap, so the newest one's is their count."""
        if self.model.rows and not self.filters.any_set and not self.model.more_before:
            self._newest = self.model.rows[0].id
        if self._newest:
            self.title.set_subtitle(self.context.formats.count(self._newest, "event"))

    def _renewed(self) -> None:
        self._tell()
        self._follow_selection()

    def _follow_selection(self) -> None:
        rows = self.table.selected_rows()
        if len(rows) == 1:
            self.panel.show_event(rows[0])

    def _activate(self, row: AuditEvent) -> None:
        """Go into the event that is shown."""
        if self.panel.number != row.id:
            self.panel.show_event(row)
        self.panel.focus_first()

    def _leave_panel(self) -> None:
        self.table.clearSelection()
        self.panel.close_panel()
        self.table.setFocus()

    def _row_actions(self, row: AuditEvent) -> list[RowAction]:
        """Return where a row leads, and what else can be asked about the same."""
        copy = QGuiApplication.clipboard().setText
        return [
            RowAction("Open", partial(self._activate, row), native("Return")),
            *ways_from(self.context, row),
            RowAction("All about the same", partial(self.filters.show_only, row.subject, "")),
            RowAction(f"All by {row.actor}", partial(self.filters.show_only, "", row.actor)),
            RowAction("Copy subject", partial(copy, row.subject)),
            RowAction("Copy hash", partial(copy, row.hash.hex())),
        ]

    def _export_work(self) -> Work:
        """Return the export of all that match the filters."""
        self.filters.settle()
        database, zone, wanted = self.context.database, self.context.formats.zone, self.filters.wanted()

        def work(path: Path, cancel: Cancellation, report: Callable[[int], None]) -> ExportResult:
            return export_events(database, path, wanted, zone=zone, cancel=cancel, progress=report)

        return work

    def _connect(self) -> None:
        self.filters.changed.connect(self._load)
        self.model.first_page_shown.connect(self._first_page_shown)
        self.model.renewed.connect(self._renewed)
        self.table.selectionModel().selectionChanged.connect(self._follow_selection)
        self.table.activated_row.connect(self._activate)
        self.panel.closed.connect(self._leave_panel)
        self.panel.event_wanted.connect(self._open_number)

    def _build(self) -> None:
        self.list.add_head(self.filters)
        self.list.add_export(self.export)
        self.list.add_right(self.panel, under_below_px=_NARROW_PX)
        self.table.set_row_actions(self._row_actions)
        self.page.addWidget(self.list, 1)
        in_order = (
            self.export.button, *self.filters.chips, self.filters.clear_button, self.table,
            *self.panel.in_order,
        )  # fmt: skip
        for before, after in pairwise(in_order):
            QWidget.setTabOrder(before, after)
