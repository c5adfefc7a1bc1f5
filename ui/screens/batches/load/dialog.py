"""How a CSV file is read: its columns' meaning beside the lines that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.files.lines.preview import preview, terms_of
from console.files.lines.terms import Terms
from console.files.mappings.store import mapping_beside, place_beside
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, TitleRow, button, column_of, label, line, row_of, scrolling
from ui.kit.widgets.buttons import WhyNot
from ui.kit.widgets.placing import fit_dialog
from ui.screens.batches.load.accounts import AccountsLine
from ui.screens.batches.load.before import BeforeLine
from ui.screens.batches.load.form import MappingForm
from ui.screens.batches.load.loading import LoadOrder
from ui.screens.batches.load.preview import PreviewPane
from ui.screens.batches.load.saved import SavedMappings

if TYPE_CHECKING:
    from pathlib import Path

    from console.errors import ConsoleError
    from console.files.lines.preview import Preview
    from console.files.mappings.mapping import Mapping
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

_DEBOUNCE_MS = 300
_FORM_WIDTH = 372
_SIZE = (1240, 800)


class MappingDialog(QDialog):
    """Ends in `chosen` with what to load; the file is read again as the mapping changes."""

    chosen = Signal(object)
    previewed = Signal(object)

    def __init__(self, context: Context, path: Path, parent: QWidget) -> None:
        """Begin with the mapping that lies beside the file, or with a proposal."""
        super().__init__(parent)
        self._context = context
        self._path = path
        self._preview: Preview | None = None
        self._shown_for: Mapping | None = None
        self._given: Mapping | None = None
        self._fresh = True
        self._trouble = ""
        self._debounce = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self.saved = SavedMappings(context, context.paths.mappings)
        self.form = MappingForm(context.session.books.open_currencies)
        self.accounts = AccountsLine(context, path, self.form.create_missing)
        self.before = BeforeLine(context, path)
        self.pane = PreviewPane(context)
        self.name_edit = QLineEdit(path.stem)
        self.name_edit.setMaxLength(200)
        self._words = label(tone="error", font=text_font(tabular=True), wrap=True, selectable=True)
        self.cancel_button = button("Cancel")
        self.load_button = button("Load and check", accent=True)
        self._why = WhyNot(self.load_button, wrap=False)
        self._build()
        self._connect()
        self._look_beside()

    @property
    def reason(self) -> str:
        """Why the file cannot be loaded yet; empty when it can."""
        return self._why_not()

    @property
    def trouble(self) -> str:
        """Why the file cannot be read; empty when it can."""
        return self._trouble

    @property
    def shown(self) -> Preview | None:
        """The preview that is shown."""
        return self._preview

    def propose(self, mapping: Mapping, name: str) -> None:
        """Begin with a mapping that was used before, in place of a proposal."""
        self._given = mapping
        self.name_edit.setText(name)

    def _look_beside(self) -> None:
        """Look for a mapping beside the file, then read the file."""
        path = self._path

        def done(beside: Mapping | None) -> None:
            if beside is not None:
                self.saved.offer_beside(place_beside(path).name, beside, chosen=self._given is None)
                self._given = self._given or beside
            self._read(self._given, proposed=True)

        def failed(error: ConsoleError) -> None:
            self.saved.explain(str(error))
            self._read(self._given, proposed=True)

        self._context.worker.run(
            lambda _cancellation: mapping_beside(path),
            done=done,
            failed=failed,
            owner=self,
            replaces="preview",
        )

    @property
    def _terms(self) -> Terms:
        """What amounts may mean: in any of the currencies that are open."""
        books = self._context.session.books
        first, *others = books.open_currencies or books.currencies
        return Terms(first, books.zone, tuple(others))

    def _read(self, mapping: Mapping | None, *, proposed: bool = False) -> None:
        """Read the file's start; without a mapping one is proposed. `proposed` ones fill the form."""
        context, path, stated, terms = self._context, self._path, self.form.stated(), self._terms

        def work(_cancellation: Cancellation) -> Preview:
            return preview(path, mapping, terms, stated=stated)

        def done(found: Preview) -> None:
            self._show(found, proposed=proposed or mapping is None)

        context.worker.run(work, done=done, failed=self._failed, owner=self, replaces="preview")

    def _show(self, found: Preview, *, proposed: bool) -> None:
        self._trouble = ""
        self._words.hide()
        self._preview = found
        self.form.setEnabled(True)
        self.form.offer(found.header, found.dialect)
        if proposed:
            self._take_proposal(found)
        mapping, reason = self.form.read()
        self.pane.show_preview(found)
        if mapping is None:
            self.pane.explain("The mapping is not complete", f"{reason[:1].upper()}{reason[1:]}.")
        self._shown_for = found.mapping
        self._show_reason()
        self.previewed.emit(found)
        if mapping is not None and mapping != found.mapping:
            self._read(mapping)
        elif mapping is not None and found.lines:
            self.accounts.count(mapping, terms_of(mapping, self._terms))

    def _take_proposal(self, found: Preview) -> None:
        """Fill the form, unless what it holds fits the columns that were found."""
        given, self._given = self._given, None
        fresh, self._fresh = self._fresh, False
        current, _ = self.form.read()
        fits = current is not None and set(current.columns) <= set(found.header)
        proposal = given or found.mapping
        if proposal is None or (fits and not fresh):
            return
        if given is None:
            proposal = proposal.model_copy(update=self.form.layout_fields.stated())
        self.form.blockSignals(True)
        self.form.show_mapping(proposal)
        self.form.blockSignals(False)

    def _failed(self, error: ConsoleError) -> None:
        self._trouble = str(error)
        self._words.setText(self._trouble)
        self._words.show()
        self.form.setEnabled(self._preview is not None)
        self.pane.explain("This file cannot be read so", "The reason stands above.")
        self._show_reason()

    def _edited(self) -> None:
        self._debounce.start()
        self.accounts.forget(self.form.read()[0])
        self._show_reason()

    def _read_edited(self) -> None:
        mapping, reason = self.form.read()
        if mapping is not None:
            self._read(mapping)
        else:
            self.pane.explain("The mapping is not complete", f"{reason[:1].upper()}{reason[1:]}.")
        self._show_reason()

    def _cut_again(self) -> None:
        """Other columns may come of another encoding or delimiter: look again, and propose if need be."""
        self._debounce.stop()
        self.accounts.forget(None)
        self._read(None)

    def _take_saved(self, mapping: object) -> None:
        if mapping is None:
            self._fresh = True
            self._read(None)
        else:
            self.form.show_mapping(mapping)  # type: ignore[arg-type]  # the signal carries a mapping or None

    def _why_not(self) -> str:
        mapping, reason = self.form.read()
        if self._trouble:
            return "the file cannot be read so"
        if self._preview is None:
            return "reading the file"
        if self.before.reason or mapping is None:
            return self.before.reason or reason
        if not self.name_edit.text().strip():
            return "name the batch"
        if self._debounce.isActive() or self._shown_for != mapping:
            return "reading the file"
        wrong = next((one for one in self._preview.problems if one.code.startswith("column.")), None)
        return "" if wrong is None else f"the column {wrong.column} does not fit"

    def _show_reason(self) -> None:
        self._why.explain(self._why_not(), otherwise="Any wrong line refuses the whole file.")
        self.saved.allow(self.form.read()[0])

    def _load(self) -> None:
        mapping, _ = self.form.read()
        if mapping is not None and not self._why_not():
            again = self.before.again.isChecked()
            self.chosen.emit(LoadOrder(self._path, mapping, self.name_edit.text().strip(), again))
            self.accept()

    def _connect(self) -> None:
        self._debounce.timeout.connect(self._read_edited)
        self.form.changed.connect(self._edited)
        self.form.cut_changed.connect(self._cut_again)
        self.saved.chosen.connect(self._take_saved)
        self.name_edit.textChanged.connect(self._show_reason)
        self.before.changed.connect(self._show_reason)
        self.cancel_button.clicked.connect(self.reject)
        self.load_button.clicked.connect(self._load)
        # What it makes is a draft, which can be discarded: Enter may do that.
        self.load_button.setDefault(True)

    def _build(self) -> None:
        self.setWindowTitle(f"Load {self._path.name}")
        fit_dialog(self, QSize(*_SIZE))
        self.form.setEnabled(False)
        self._words.hide()
        title = TitleRow("Load CSV")
        title.set_subtitle(self._path.name)
        inside = QWidget()
        content = column_of(self.form)
        content.setContentsMargins(0, 0, 14, 0)
        inside.setLayout(content)
        scroll = scrolling(inside, ground="surface")
        scroll.setFixedWidth(_FORM_WIDTH)
        left = column_of(self.saved, scroll, spacing=10)
        self.saved.setFixedWidth(_FORM_WIDTH - 14)
        body = QHBoxLayout()
        body.setSpacing(18)
        body.addLayout(left)
        body.addWidget(self.pane, 1)
        name = Field("Batch name", self.name_edit)
        name.setMaximumWidth(_FORM_WIDTH - 14)
        buttons = row_of(None, self._why, self.cancel_button, self.load_button)
        buttons.setAlignment(Qt.AlignmentFlag.AlignBottom)
        foot = row_of(name)
        foot.setStretch(0, 1)
        foot.addLayout(buttons, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 16, 22, 18)
        layout.setSpacing(12)
        for part in (title, self.before, self._words):
            layout.addWidget(part)
        layout.addLayout(body, 1)
        layout.addWidget(line())
        layout.addWidget(self.accounts)
        layout.addLayout(foot)
        # Not the first of the dialog: a key that is pressed by habit must not load a file again.
        self.saved.choice.setFocus()
