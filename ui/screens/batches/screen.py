"""Batches: a file is read, checked, rehearsed and posted as one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QFileDialog
from typing_extensions import override

from console.ledger.audit.news import Topic
from ui.kit.widgets.placing import Pages
from ui.routes import OpenBatch, OpenBatches, OpenBatchFile, Route
from ui.screen import Screen
from ui.screens.batches.batch.page import BatchPage
from ui.screens.batches.list import BatchList
from ui.screens.batches.load.dialog import MappingDialog
from ui.screens.batches.load.loading import BatchLoading, LoadOrder
from ui.screens.batches.load.rejected import RejectedLines
from ui.screens.batches.rights import BatchRights

if TYPE_CHECKING:
    from console.errors import LinesRefusedError
    from console.ledger.batches.commands import LoadedBatch
    from ui.context import Context


@dataclass(frozen=True, slots=True)
class _RejectedLines(Route):
    """The lines for which the last file was refused."""

    screen: ClassVar[str] = "batches"


class Batches(Screen):
    """The list, and in its place whatever the operator is at: a load, its problems, or one batch."""

    topics = frozenset({Topic.BATCHES, Topic.APPROVALS})

    def __init__(self, context: Context) -> None:
        """Begin with the list."""
        super().__init__(context)
        self._pages: dict[int, BatchPage] = {}
        self.list = BatchList(context)
        self.loading = BatchLoading(context)
        self.rejected = RejectedLines(context)
        self.mapping_dialog: MappingDialog | None = None
        self._stack = Pages()
        for part in (self.list, self.loading, self.rejected):
            self._stack.addWidget(part)
        self.page.addWidget(self._stack, 1)
        self._connect()
        self.list.refresh()

    @property
    def batch_page(self) -> BatchPage | None:
        """The batch that is open."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, BatchPage) else None

    @override
    def refresh(self) -> None:
        if self.batch_page is not None:
            self.batch_page.reload()
        elif self._stack.currentWidget() is self.list:
            self.list.refresh()

    @override
    def renew(self) -> None:
        page = self.batch_page
        if page is None:
            self.list.renewed.renew()
        else:
            page.renew()

    @override
    def focus_filter(self) -> None:
        if self.batch_page is not None:
            self.batch_page.focus_lines()
        else:
            self.list.table.setFocus()

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenBatch):
            self._open(route.number)
        elif isinstance(route, OpenBatches):
            self.show_start()
        elif isinstance(route, OpenBatchFile):
            self._map_offered(route.file)

    @property
    @override
    def place(self) -> Route | None:
        page = self.batch_page
        if self._stack.currentWidget() is self.rejected:
            return _RejectedLines()
        return None if page is None else OpenBatch(page.batch_id)

    @override
    def show_again(self, place: Route | None) -> None:
        if isinstance(place, _RejectedLines):
            self._show_rejected()
        else:
            super().show_again(place)

    @override
    def show_start(self) -> None:
        if not (self._stack.currentWidget() is self.loading and self.loading.cancel_button.isVisible()):
            self.show_list()

    def show_list(self) -> None:
        """Show the list as it is now; a page whose posting is under way is kept."""
        left = self.batch_page
        self._stack.setCurrentWidget(self.list)
        self.list.refresh(back_from=None if left is None else left.batch_id)
        self.list.table.setFocus()

    def show_batch(self, batch_id: int) -> None:
        """Show one batch; the way back leads to what is shown now."""
        self.leaving.emit()
        self._open(batch_id)

    def choose_file(self) -> None:
        """Ask for a CSV file, then how to read it."""
        dialog = QFileDialog(self, "Load CSV", "", "CSV files (*.csv *.txt *.tsv);;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setObjectName("choose csv")
        dialog.fileSelected.connect(lambda chosen: self.map_file(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def map_file(self, path: Path, order: LoadOrder | None = None) -> None:
        """Open the mapping of a file: the last order's, or a proposal."""
        dialog = MappingDialog(self.context, path, self)
        dialog.chosen.connect(self._load)
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._forget_dialog)
        self.mapping_dialog = dialog
        if order is not None and order.path == path:
            dialog.propose(order.mapping, order.name)
        dialog.open()

    def _map_offered(self, path: Path) -> None:
        """Open the mapping of a file that was named outside of the window, to whoever may load it."""
        why_not = BatchRights(self.context.session.rights).no_loading()
        if why_not:
            self.context.notices.warn(f"{path.name} is not loaded: that {why_not}.", key="batches.offered")
        else:
            self.map_file(path)

    def _connect(self) -> None:
        self.list.opened.connect(self.show_batch)
        self.list.load_wanted.connect(self.choose_file)
        self.loading.loaded.connect(self._loaded)
        self.loading.refused.connect(self._refused)
        self.loading.abandoned.connect(self.show_list)
        self.loading.file_wanted.connect(self.choose_file)
        self.loading.mapping_wanted.connect(self._map_again)
        self.rejected.back_wanted.connect(self._leave_page)
        self.rejected.file_wanted.connect(self.choose_file)
        self.rejected.again_wanted.connect(self._load)
        self.rejected.mapping_wanted.connect(self._map_again)

    def _forget_dialog(self) -> None:
        # A dialog of before may end after the next one was opened.
        if self.sender() is self.mapping_dialog:
            self.mapping_dialog = None

    def _map_again(self, order: LoadOrder) -> None:
        self.map_file(order.path, order)

    def _load(self, order: LoadOrder) -> None:
        self._stack.setCurrentWidget(self.loading)
        self.loading.start(order)
        self.loading.cancel_button.setFocus()

    def _loaded(self, loaded: tuple[LoadedBatch, ...]) -> None:
        if len(loaded) == 1:
            self.show_batch(loaded[0].batch_id)
            return
        numbers = ", ".join(f"#{one.batch_id}" for one in loaded)
        self.context.notices.confirm(
            f"{len(loaded)} drafts, one a currency: {numbers}.", key="batches.loaded"
        )
        self.show_list()

    def _refused(self, order: LoadOrder, error: LinesRefusedError) -> None:
        self.leaving.emit()
        self.rejected.show_refusal(order, error)
        self._show_rejected()

    def _show_rejected(self) -> None:
        self._stack.setCurrentWidget(self.rejected)
        self.rejected.view.table.setFocus()

    def _open(self, batch_id: int) -> None:
        for known, other in list(self._pages.items()):
            if known != batch_id and not other.pending:
                self._drop(other)
        if batch_id not in self._pages:
            made = BatchPage(self.context, batch_id)
            made.back_wanted.connect(self._leave_page)
            made.discarded.connect(self._discarded)
            self._pages[batch_id] = made
            self._stack.addWidget(made)
        page = self._pages[batch_id]
        self._stack.setCurrentWidget(page)
        page.reload()
        page.focus_lines()

    def _leave_page(self) -> None:
        self.leaving.emit()
        self.show_list()

    def _discarded(self, batch_id: int) -> None:
        if batch_id in self._pages:
            self._drop(self._pages[batch_id])
        self.show_list()

    def _drop(self, page: BatchPage) -> None:
        self._pages.pop(page.batch_id, None)
        self._stack.removeWidget(page)
        page.hide()
        page.deleteLater()
