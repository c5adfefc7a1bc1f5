"""The plan of a statement, on demand: what was found in it in words, the tree, and an export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from console.errors import ConsoleError
from console.server.plans import explain
from ui.kit.theme.fonts import text_font
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, label, row_of
from ui.kit.widgets.cards import Card, heading_label
from ui.screens.queries.query.plan_tree import PlanTree

if TYPE_CHECKING:
    from console.server.plans import Finding, Plan
    from ui.context import Context

_IDLE = (
    "The server is asked for the plan only when you press Plan. The statement itself is not run, and no "
    "value of a customer is used."
)
_NOTHING_FOUND = "No sequential scan of a large table and no missing index."


class PlanCard(Card):
    """Shows one plan, why there is none, or that none was asked for."""

    def __init__(self, context: Context) -> None:
        super().__init__(spacing=8)
        self._context = context
        self._fingerprint = ""
        self.plan: Plan | None = None
        self.ask = button("Plan", compact=True)
        self.save = button("Save JSON\N{HORIZONTAL ELLIPSIS}", compact=True)
        self.copy = button("Copy JSON", compact=True)
        self.words = label(_IDLE, tone="muted", wrap=True)
        self.findings = QVBoxLayout()
        self._rows: list[_FindingRow] = []
        self.tree = PlanTree(context.theme, context.formats)
        self._build()

    def forget(self, fingerprint: str) -> None:
        """Show another statement's card, before its plan was asked for."""
        if fingerprint != self._fingerprint:
            self._context.worker.cancel(self)
            self._fingerprint = fingerprint
            self.plan = None
            self._say(_IDLE)

    def request(self) -> None:
        """Ask the server for the plan."""
        database, fingerprint = self._context.database, self._context.recorder.fingerprint(self._fingerprint)
        if fingerprint is None:
            self._say("The statement is no longer known.")
            return
        self.plan = None
        self._say("Asking the server for the plan\N{HORIZONTAL ELLIPSIS}")
        self.ask.setEnabled(False)
        self._context.worker.run(
            lambda cancel: explain(database, fingerprint, cancel=cancel),
            done=self._show,
            failed=self._refuse,
            cancelled=lambda: self._say("Cancelled."),
            owner=self,
            replaces="plan",
        )

    def save_to(self, file: Path) -> None:
        """Write the plan as PEV2 reads it."""
        plan = self.plan
        if plan is None:
            return
        self._context.worker.run(
            lambda _cancel: _write(file, plan.pev2_json()),
            done=lambda _done: self._context.notices.confirm(f"The plan is in {file}; PEV2 reads it."),
            owner=self,
            replaces="save",
        )

    def copy_json(self) -> None:
        """Put the plan on the clipboard as PEV2 reads it."""
        if self.plan is not None:
            QGuiApplication.clipboard().setText(self.plan.pev2_json())
            self._context.notices.inform("The plan is on the clipboard, as PEV2 reads it.")

    def _build(self) -> None:
        self._context.icons.dress(self.copy, Glyph.COPY, size=14)
        self._context.icons.dress(self.save, Glyph.EXPORT, size=14)
        self.ask.setToolTip("Ask the server how it would run this statement (P)")
        self.save.setToolTip("Save the plan for PEV2, the plan viewer")
        self.body.addLayout(row_of(heading_label("Plan"), None, self.copy, self.save, self.ask, spacing=8))
        self.body.addWidget(self.words)
        self.findings.setSpacing(6)
        self.body.addLayout(self.findings)
        self.tree.setMinimumHeight(150)
        self.body.addWidget(self.tree, 1)
        self.body.addStretch(0)
        self.ask.clicked.connect(lambda _checked: self.request())
        self.copy.clicked.connect(lambda _checked: self.copy_json())
        self.save.clicked.connect(lambda _checked: self._choose_file())
        self._say(_IDLE)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, "Save the plan", f"plan-{self._fingerprint}.json", "JSON (*.json)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda chosen: self.save_to(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show(self, plan: Plan) -> None:
        self.plan = plan
        way = f"Asked as a {plan.way}."
        self._say(way if plan.findings else f"{_NOTHING_FOUND} {way}")
        self._rows = [_FindingRow(finding, self.tree) for finding in plan.findings]
        for row in self._rows:
            self.findings.addWidget(row)
        self.tree.show_plan(plan)
        self.tree.setVisible(True)
        self.tree.setFocus()

    def _refuse(self, error: ConsoleError) -> None:
        self._say(str(error))

    def _say(self, words: str) -> None:
        """Say something in the plan's place."""
        for gone in self._rows:
            gone.hide()
            gone.deleteLater()
        self._rows = []
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.tree.setVisible(False)
        self.ask.setEnabled(True)
        self.ask.setText("Plan" if self.plan is None else "Plan again")
        for part in (self.save, self.copy):
            part.setVisible(self.plan is not None)


class _FindingRow(QWidget):
    """One finding in words; a click leads to its node."""

    def __init__(self, finding: Finding, tree: PlanTree) -> None:
        super().__init__()
        words = label(finding.text, font=text_font(tabular=True), wrap=True, selectable=True)
        shown = button("Show", compact=True, flat=True)
        shown.setAccessibleName(f"Show in the tree: {finding.text}")
        shown.clicked.connect(lambda _checked: tree.choose(finding.node))
        row = row_of(Chip(finding.kind.value, Tone.WARNING), words, shown, spacing=8)
        row.setStretch(1, 1)
        row.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setLayout(row)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConsoleError(f"{file} cannot be written: {error.strerror}.") from None
