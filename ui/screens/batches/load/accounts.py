"""Whether a file names accounts that are not there, and beside it the choice to open them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from console.ledger.batches.missing import missing_accounts
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import label, restyle, row_of

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QCheckBox

    from console.errors import ConsoleError
    from console.files.lines.terms import Terms
    from console.files.mappings.mapping import Mapping
    from console.ledger.batches.missing import MissingAccounts
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.kit.formats import Formats


class AccountsLine(QWidget):
    """Counts in the background, against the ledger as it is now; another mapping ends the count before it."""

    def __init__(self, context: Context, path: Path, choice: QCheckBox) -> None:
        """`choice` is the form's own: open what is missing, or have its lines refused."""
        super().__init__()
        self._context = context
        self._path = path
        self._choice = choice
        self._asked: Mapping | None = None
        self._found: MissingAccounts | None = None
        self._words = label(tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self._words.setAccessibleName("Accounts that are missing")
        row = row_of(choice, self._words)
        row.setStretch(1, 1)
        self.setLayout(row)
        choice.toggled.connect(self._say)

    @property
    def words(self) -> str:
        """What is said beside the choice."""
        return self._words.text()

    @property
    def found(self) -> MissingAccounts | None:
        """The newest count; None while it is not there."""
        return self._found

    def forget(self, mapping: Mapping | None) -> None:
        """End a count that was for another mapping than this; the choice itself asks for no other count."""
        if self._asked is not None and self._asked != _question(mapping):
            self._context.worker.drop(self)
            self._asked = self._found = None
            self._show("")

    def count(self, mapping: Mapping, terms: Terms) -> None:
        """Count what the file names by this mapping, unless that is known or under way."""
        question = _question(mapping)
        if self._asked == question:
            return
        self._asked, self._found = question, None
        database, path = self._context.database, self._path
        self._show("Looking for the accounts that the file names…")

        def work(cancellation: Cancellation) -> MissingAccounts:
            return missing_accounts(database, path, mapping, terms, cancel=cancellation)

        self._context.worker.run(work, done=self._take, failed=self._failed, owner=self, replaces="accounts")

    def _take(self, found: MissingAccounts) -> None:
        self._found = found
        self._say()

    def _failed(self, error: ConsoleError) -> None:
        # Asked again with the next change: the server may be back.
        self._asked = None
        self._show(str(error), "error")

    def _say(self) -> None:
        if self._found is None:
            return
        opens = self._choice.isChecked()
        refused = self._found.hopeless if opens else self._found.refused
        self._show(
            missing_words(self._found, self._context.formats, opens=opens), "warning" if refused else "muted"
        )

    def _show(self, words: str, tone: str = "muted") -> None:
        self._words.setText(words)
        if self._words.property("tone") != tone:
            restyle(self._words, tone=tone)


def missing_words(found: MissingAccounts, formats: Formats, *, opens: bool) -> str:
    """Say what becomes of accounts that are missing when the batch opens them, or does not."""
    where = "" if found.whole else f"In the first {formats.count(found.lines, 'line')}: "
    if not found.named:
        return f"{where}All accounts are there."
    if not opens:
        are = "is" if found.named == 1 else "are"
        return (
            f"{where}{formats.count(found.named, 'account')} {are} missing: "
            f"{formats.count(found.refused, 'line')} would be refused."
        )
    words = f"{where}{formats.count(found.opened, 'account')} would be opened."
    if found.hopeless:
        words += (
            f" {formats.count(found.hopeless, 'line')} would be refused: such an account cannot be opened."
        )
    return words


def _question(mapping: Mapping | None) -> Mapping | None:
    """Return what the count depends on: all of a mapping but the choice itself."""
    return None if mapping is None else mapping.model_copy(update={"create_missing": False})
