"""The screen of balances: thousands of usernames in, one statement, figures and a list out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from typing_extensions import override

from console.files.text import shown
from console.ledger.balances.answer import Answer, look_up
from console.ledger.balances.export import export_balances
from ui.kit.days import moment_words, reading_note
from ui.kit.formats import DOT, MINUS
from ui.kit.lists.currency_filter import CurrencyChip
from ui.kit.lists.export_strip import ExportStrip
from ui.kit.lists.list_part import ListPart
from ui.kit.lists.name_list import NameList
from ui.kit.table.paged_model import State
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.basics import TitleRow, label, row_of
from ui.kit.widgets.buttons import PairButton
from ui.kit.widgets.cards import KeyFigure
from ui.kit.widgets.flow import Flow
from ui.routes import OpenBalance, OpenUserTransactions
from ui.screen import Screen
from ui.screens.balances.columns import TOTALS, columns
from ui.ways import take, way_to_account, with_enter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QShowEvent

    from console.errors import ConsoleError
    from console.files.exports import ExportResult
    from console.ledger.balances.lookup import BalanceRow, CurrencyTotals
    from console.postgres.cancellation import Cancellation
    from ui.context import Context
    from ui.kit.lists.export_strip import Work
    from ui.routes import Route

_EMPTY = ("No balances yet", "Paste usernames at the left and press Look up (Ctrl+Return)")
_NONE = "\N{EN DASH}"
_TOTALS_SHOWN = 8
_NOT_LOOKED_UP = "balances.lookup"


class Balances(Screen):
    """Balance, granted, on hold and available of any number of accounts at one moment."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.found: Answer | None = None
        self.title = TitleRow("Balances")
        self.export = ExportStrip(
            context.worker, context.notices, context.formats, self._export_work,
            noun="balances", total="balance", words="Export CSV\N{HORIZONTAL ELLIPSIS}", remark=self._remark,
        )  # fmt: skip
        self.input = NameList(context.worker, context.formats)
        self.figures = {
            key: KeyFigure(name, _NONE)
            for key, name in (
                ("found", "Accounts found"),
                ("balance", "Balance"),
                ("granted", "Granted"),
                ("reserved", "On hold"),
                ("available", "Available"),
            )
        }
        self.only_unknown = PairButton("Only unknown", "0")
        self.only_unknown.setCheckable(True)
        currencies = context.session.currencies
        self.currency = CurrencyChip("balances", currencies, context.store)
        self.totals_model: RowsModel[CurrencyTotals] = RowsModel(TOTALS, context.formats, parent=self)
        self.totals = context.table("balances.totals", "Totals by currency")
        self.totals.setModel(self.totals_model)
        self.totals.set_snug(at_most=_TOTALS_SHOWN)
        self.totals.hide()
        self.model: RowsModel[BalanceRow] = RowsModel(
            columns(context.formats, several=len(currencies) > 1), context.formats, parent=self
        )
        self.table = context.table("balances", "Balances")
        self.table.setModel(self.model)
        self.list = ListPart(self.title, self.table)
        self.table.set_empty_words(*_EMPTY)
        for figure in self.figures.values():
            figure.set_figure_tone("muted")
        self._build()
        self._connect()
        self._show_totals()

    @override
    def refresh(self) -> None:
        """Look up again what the figures are of, whatever was typed since."""
        if self.found is not None:
            self.look_up(self.found.names)

    @override
    def focus_filter(self) -> None:
        self.input.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def follow(self, route: Route) -> None:
        if isinstance(route, OpenBalance):
            self.input.add_name(route.username)
            self.input.look_up()

    def look_up(self, names: tuple[str, ...]) -> None:
        """Look up names; the look-up before this one is cancelled."""
        database, currency = self.context.database, self.currency.code
        self.table.set_state(State.LOADING)
        self.context.worker.run(
            lambda cancel: look_up(database, names, currency, cancel=cancel),
            done=self._show,
            failed=self._fail,
            cancelled=partial(self._say_failed, "Cancelled. Press Look up to ask again."),
            owner=self,
            replaces="lookup",
        )

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.input.editor.setFocus()

    def _build(self) -> None:
        self.list.add_export(self.export)
        self.list.add_head(Flow(*self.figures.values(), spacing=GAP, between_lines=GAP, fill=True))
        self.list.add_head(self.totals)
        self.list.add_left(self.input)
        note = label(reading_note(self.context.formats, self.context.session.currencies), tone="muted")
        self.list.add_above(row_of(self.only_unknown, self.currency, None, note, spacing=8))
        self.list.add_selection_sum("available", self.context.formats)
        self.table.set_row_actions(self._row_actions)
        self.table.activated_row.connect(lambda row: take(self._ways(row)))
        self.page.addWidget(self.list, 1)
        self.setTabOrder(self.input.look_up_button, self.only_unknown)

    def _connect(self) -> None:
        self.input.wanted.connect(self.look_up)
        self.only_unknown.toggled.connect(self._fill)
        self.currency.changed.connect(self.refresh)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.input.look_up)

    def _ways(self, row: BalanceRow) -> list[RowAction]:
        refusal = "" if row.found else "no such account"
        code = "" if row.currency is None else row.currency.code
        return [way_to_account(self.context, row.name, code, refusal=refusal)]

    def _row_actions(self, row: BalanceRow) -> list[RowAction]:
        refusal = "" if row.found else "no such account"
        go = partial(self.context.navigator.go, OpenUserTransactions(row.name))
        listed = RowAction(f"Transactions of {shown(row.name)}", go, refusal=refusal)
        return [*with_enter(self._ways(row)), listed]

    def _show(self, found: Answer) -> None:
        self.found = found
        self.context.notices.withdraw(_NOT_LOOKED_UP)
        if not found.totals.unknown:
            self.only_unknown.setChecked(False)
        self._show_totals()
        self._fill()
        self.table.set_state(State.READY if found.rows else State.EMPTY)

    def _fill(self, *_checked: object) -> None:
        rows = () if self.found is None else self.found.rows
        if self.only_unknown.isChecked():
            rows = tuple(row for row in rows if not row.found)
        self.model.set_rows(rows)

    def _show_totals(self) -> None:
        found, formats = self.found, self.context.formats
        unknown = 0 if found is None else found.totals.unknown
        self.only_unknown.set_pair("Only unknown", formats.integer(unknown))
        self.only_unknown.setEnabled(unknown > 0)
        self.export.allow("" if found is not None else "look up names first")
        if found is None:
            return
        self.title.set_subtitle(f"as of {moment_words(formats, found.moment)}")
        sums = found.totals
        self.figures["found"].set_figure_tone(None)
        chip = f"{formats.integer(unknown)} unknown" if unknown else ""
        note = self._names_words(found)
        self.figures["found"].set(formats.integer(sums.found), note, chip=chip, tone=Tone.WARNING)
        several = len(sums.of_each) > 1
        self.totals_model.set_rows(sums.of_each if several else ())
        self.totals.setVisible(several)
        for figure in self.figures.values():
            figure.setVisible(not several)
        if several:
            names = f"{formats.count(sums.found, 'account')} {note}"
            missing = f", {formats.integer(unknown)} unknown" if unknown else ""
            self.title.set_subtitle(f"{names}{missing}{DOT}as of {moment_words(formats, found.moment)}")
        if not several:
            self._show_figures(sums.of_each[0] if sums.of_each else None)

    def _names_words(self, found: Answer) -> str:
        """Say what the names were: found, unknown and repeated add up to them."""
        formats = self.context.formats
        parts = [f"of {formats.count(len(found.names), 'name')}"]
        if found.repeated:
            parts.append(f"{formats.integer(found.repeated)} repeated")
        if found.totals.system:
            parts.append(f"{formats.integer(found.totals.system)} of the ledger itself, not added up")
        return ", ".join(parts)

    def _show_figures(self, sums: CurrencyTotals | None) -> None:
        """Show what one currency adds up to; several are never added, and stand in a table of totals."""
        formats = self.context.formats
        for key, note in (
            ("balance", "what is on hold included"),
            ("granted", "credit, part of the balance"),
            ("reserved", "part of the balance"),
            ("available", "" if sums is None else self._equation(sums)),
        ):
            figure = self.figures[key]
            if sums is None:
                none_found = self.found is None or not self.found.totals.found
                figure.set(_NONE, "no account found" if none_found else "no customer's account")
                figure.set_figure_tone("muted")
                continue
            minor = getattr(sums, key)
            figure.set_figure_tone(None)
            figure.set(
                formats.money(minor, sums.currency), note, spoken=formats.spoken_amount(minor, sums.currency)
            )

    def _equation(self, sums: CurrencyTotals) -> str:
        """Say what `available` is made of; what is zero is left out."""
        words, formats = f"balance {MINUS} on hold", self.context.formats
        if sums.dead:
            words += f" {MINUS} {formats.amount(sums.dead, sums.currency)} expired"
        if sums.overdraft_limit:
            words += f" + {formats.amount(sums.overdraft_limit, sums.currency)} overdraft"
        return words

    def _fail(self, error: ConsoleError) -> None:
        self._say_failed(str(error))

    def _say_failed(self, words: str) -> None:
        if self.model.rowCount():
            # The figures shown stay; the title says of which moment they are.
            self.table.set_state(State.READY)
            self.context.notices.fail(f"Not looked up: {words}", key=_NOT_LOOKED_UP)
        else:
            self.table.set_state(State.ERROR, words)

    def _remark(self) -> str:
        again = 0 if self.found is None else self.found.repeated
        return "Repeated names are in the file and in its totals each time." if again else ""

    def _export_work(self) -> Work:
        """Return the export of the rows shown, in the order shown."""
        rows, zone = self.model.rows, self.context.formats.zone

        def work(path: Path, cancel: Cancellation, report: Callable[[int], None]) -> ExportResult:
            return export_balances(path, rows, zone=zone, cancel=cancel, progress=report)

        return work
