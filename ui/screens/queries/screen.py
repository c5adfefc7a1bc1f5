"""Queries: the live list of statements, and in its place the page of one of them; neither asks by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget
from typing_extensions import override

from ui.kit.commands import Command
from ui.routes import OpenQuery
from ui.screen import Screen
from ui.screens.queries.list import QueryList
from ui.screens.queries.query.page import QueryPage

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QShowEvent

    from ui.context import Context
    from ui.routes import Route


class Queries(Screen):
    """Shows the list, or one statement; the way back leads to the row."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.list = QueryList(context)
        self.statement = QueryPage(context)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.statement)
        self.page.addWidget(self._stack, 1)
        self.list.opened.connect(self._open_row)
        self.statement.back_wanted.connect(self._leave_page)
        context.commands.add(
            Command(
                "queries.pause",
                "Queries: pause the graph or go on",
                self.list.toggle_pause,
                group="Queries, Space",
                refusal=lambda: "" if self.list.isVisible() else "open Queries first",
            )
        )

    @override
    def refresh(self) -> None:
        if self.list.isVisible():
            self.list.refresh()
        else:
            self.statement.refresh()

    @override
    def focus_filter(self) -> None:
        if self.list.isVisible():
            self.list.slow_only.setFocus()

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenQuery):
            self.open_statement(route.fingerprint)

    @property
    @override
    def place(self) -> Route | None:
        shown = self._stack.currentWidget() is self.statement
        return OpenQuery(self.statement.fingerprint) if shown else None

    @override
    def show_start(self) -> None:
        self.show_list()

    def open_statement(self, fingerprint: str) -> None:
        """Show the page of one statement."""
        self.list.select(fingerprint)
        self.statement.open(fingerprint)
        self._stack.setCurrentWidget(self.statement)
        self.statement.setFocus()

    def show_list(self) -> None:
        """Show the list, at the row that was left."""
        self._stack.setCurrentWidget(self.list)
        self.list.table.setFocus()

    def _open_row(self, fingerprint: str) -> None:
        self.leaving.emit()
        self.open_statement(fingerprint)

    def _leave_page(self) -> None:
        self.leaving.emit()
        self.show_list()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.list.isVisible() or not self.list.take_key(event):
            super().keyPressEvent(event)
