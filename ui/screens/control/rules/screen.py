"""Rules and limits: what needs whom, how much anybody moves, and the currencies all of it is in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.approvals.rules.allowances import allowances
from console.ledger.approvals.rules.controls import dual_control
from console.ledger.approvals.rules.in_force import limits, rules
from console.ledger.approvals.rules.terms import terms
from console.ledger.approvals.rules.ways_around import ways_around
from console.ledger.audit.news import Topic
from console.ledger.books.currencies import books
from console.ledger.books.names import currency_name
from console.ledger.operators.page import DISABLED, page
from ui.acts.deeds.deed import no_deed
from ui.acts.deeds.deed_list import ListOf, RowDeed, RuleList
from ui.kit.commands import Command
from ui.kit.formats import DOT, sentence
from ui.kit.renewal import Renewal
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import TitleRow, button, label, row_of
from ui.kit.widgets.buttons import allow
from ui.kit.widgets.cards import Card
from ui.kit.widgets.placing import Pages, RoomArea
from ui.routes import Route
from ui.screen import Screen
from ui.screens.control.rules import columns
from ui.screens.control.rules.columns import CurrencyRow
from ui.screens.control.rules.deeds import RuleDeeds
from ui.screens.control.rules.try_part import WIDTH, TryPart
from ui.screens.control.rules.words import around_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent, QShowEvent

    from console.errors import ConsoleError
    from console.ledger.approvals.rules.allowances import AllowanceRow
    from console.ledger.approvals.rules.controls import DualControl
    from console.ledger.approvals.rules.in_force import LimitRow, RuleRow
    from console.ledger.approvals.rules.terms import Terms
    from console.ledger.books.currencies import Books
    from console.ledger.operators.page import OperatorRow
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

REFRESH_MS: Final = 10_000
"""What is used of a day grows untold; rules and limits that change come as news."""

RULES, LIMITS, ALLOWANCES, TERMS, CURRENCIES = range(5)
_DUAL_ON: Final = (
    "Dual control is on: what gives rights needs another administrator, and no tier is passed in parts."
)
_DUAL_OFF: Final = "Dual control is off: one administrator changes rules, limits and operators alone."
_NARROW_PX: Final = 900
_ROLES: Final = ("ledger_operator", "ledger_support", "ledger_viewer", "ledger_admin")
_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One reading of everything."""

    rules: tuple[RuleRow, ...]
    limits: tuple[LimitRow, ...]
    allowances: tuple[AllowanceRow, ...]
    terms: tuple[Terms, ...]
    books: Books
    operators: tuple[OperatorRow, ...]
    dual: DualControl


@dataclass(frozen=True, slots=True)
class _AtTab(Route):
    """One of the lists."""

    screen: ClassVar[str] = "rules"
    tab: int


class RulesScreen(Screen):
    """Five lists under tabs; what walks around a rule above them, and an operation to try beside them."""

    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.RULES, Topic.BOOKS, Topic.OPERATORS})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.found: Found | None = None
        self.title = TitleRow("Rules and limits")
        self.tabs = QTabBar()
        self.deeds = RuleDeeds(context, self, then=self.refresh)
        self._refusal = no_deed(context.session.rights)
        self.lists = tuple(RuleList(context, of, self._refusal) for of in self._kinds())
        self._pages = Pages()
        self.dual = label("", wrap=True)
        self.dual_button = button("", compact=True)
        self.around = Card(spacing=4)
        self._around = label(tone="warning", font=text_font(tabular=True), wrap=True, selectable=True)
        self.why = label(sentence(self._refusal), tone="muted", font=label_font())
        self.tried = TryPart(context)
        self._body = QHBoxLayout()
        self.renewal = Renewal(self, REFRESH_MS)
        self._build()
        self._connect()

    @property
    def warnings(self) -> str:
        """How rules are walked around, a line each; empty when they are not."""
        return self._around.text()

    @override
    def refresh(self) -> None:
        database, rights = self.context.database, self.context.session.rights

        def ask(cancel: Cancellation) -> Found:
            return Found(
                rules(database, cancel=cancel),
                limits(database, cancel=cancel),
                allowances(database, cancel=cancel),
                terms(database, cancel=cancel),
                books(database, cancel=cancel),
                page(database, rights, cancel=cancel).rows,
                dual_control(database, cancel=cancel),
            )

        self.context.worker.run(ask, done=self._show, failed=self._fail, owner=self, replaces="all")

    @override
    def renew(self) -> None:
        self.refresh()

    @override
    def focus_filter(self) -> None:
        self.lists[self.tabs.currentIndex()].table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.focus_filter()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW_PX
        direction = QHBoxLayout.Direction
        self._body.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self.tried.setMinimumWidth(0 if narrow else WIDTH)
        self.tried.setMaximumWidth(self.width() if narrow else WIDTH)

    @property
    @override
    def place(self) -> Route:
        return _AtTab(self.tabs.currentIndex())

    @override
    def show_again(self, place: Route | None) -> None:
        if isinstance(place, _AtTab):
            self.tabs.setCurrentIndex(place.tab)
        else:
            super().show_again(place)

    @override
    def show_start(self) -> None:
        self.tabs.setCurrentIndex(RULES)

    def _show(self, found: Found) -> None:
        self.found = found
        known = found.books
        closed = known.closed
        self.deeds.currencies = known.open_currencies
        self.deeds.holders = (*_ROLES, *(row.name for row in found.operators))
        currencies = [
            CurrencyRow(one, currency_name(one.code), closed.get(one.code)) for one in known.currencies
        ]
        shown = (found.rules, found.limits, found.allowances, found.terms, currencies)
        for at, (one, rows) in enumerate(zip(self.lists, shown, strict=True)):
            one.show_rows(rows)
            self.tabs.setTabText(at, f"{one.title}  {self.context.formats.integer(len(rows))}")
        working = [row for row in found.operators if row.status != DISABLED]
        self.tried.show_currencies(known.open_currencies)
        self.tried.show_rows(found.rules, found.limits, found.allowances, working, found.dual)
        self.dual.setText(_DUAL_ON if found.dual.is_on else _DUAL_OFF)
        self.dual_button.setText(f"Turn {'off' if found.dual.is_on else 'on'}\N{HORIZONTAL ELLIPSIS}")
        self._warn(found)

    def _turn_dual(self) -> None:
        if self.found is not None:
            self.deeds.turn_dual_control(on=not self.found.dual.is_on)

    def _warn(self, found: Found) -> None:
        ways = ways_around(found.rules, found.limits)
        if found.dual.is_on:
            # Tiers count all kinds and a day's parts; one from nothing on is about its own kind.
            ways = tuple(way for way in ways if not way.rule.from_amount)
        lines = [around_words(one, self.context.formats) for one in ways[:_NAMED]]
        more = len(ways) - _NAMED
        if more > 0:
            lines.append(f"And {self.context.formats.count(more, 'more way')} around other rules.")
        self._around.setText("\n".join(lines))
        self.around.setVisible(bool(lines))
        parts = [f"business day in {found.books.zone.key}"]
        if ways:
            parts.append(self.context.formats.count(len(ways), "way") + " around")
        self.title.set_subtitle(DOT.join(parts))

    def _fail(self, error: ConsoleError) -> None:
        """Keep what was read before, and say so."""
        for one in self.lists:
            one.fail(str(error))
        if self.found is not None:
            self.title.set_subtitle("not read now, tried again every 10 s")

    def _kinds(self) -> tuple[ListOf, ...]:
        """Return the lists in the order of their tabs."""
        deeds, formats = self.deeds, self.context.formats
        return (
            ListOf(
                "rules", "Rules",
                ("No rules", "Nothing needs a checker. A rule asks for one from an amount on"),
                columns.RULES, lambda row: (row.kind, row.currency, row.from_amount),
                (RowDeed("Change", deeds.set_rule), RowDeed("Take away", deeds.take_rule)),
                "Add rule", deeds.set_rule,
            ),
            ListOf(
                "limits", "Limits",
                ("No limits", "Anybody moves as much as there is. A limit is for a role or one operator"),
                columns.limits(formats), lambda row: (row.holder, row.kind, row.currency),
                (RowDeed("Change", deeds.set_limit), RowDeed("Take away", deeds.take_limit)),
                "Add limit", deeds.set_limit,
            ),
            ListOf(
                "allowances", "Allowances",
                ("No allowances", "What a rule catches always waits. An allowance lets small amounts pass"),
                columns.ALLOWANCES, lambda row: (row.holder, row.kind, row.currency),
                (RowDeed("Change", deeds.set_allowance), RowDeed("Take away", deeds.take_allowance)),
                "Add allowance", deeds.set_allowance,
            ),
            ListOf(
                "terms", "Terms", ("No terms", "Each currency has its own"),
                columns.TERMS, lambda row: row.currency.code,
                (RowDeed("Change", deeds.set_terms),),
            ),
            ListOf(
                "currencies", "Currencies",
                ("No currencies", "Nothing can be posted before there is one"),
                columns.CURRENCIES, lambda row: row.currency.code,
                (
                    RowDeed("Close or reopen", deeds.turn_currency),
                    RowDeed(
                        "Correct decimals", deeds.correct_currency,
                        lambda row: "" if row.closed_at is None else "it is closed",
                    ),
                ),
                "Add currency", deeds.add_currency,
            ),
        )  # fmt: skip

    def _connect(self) -> None:
        self.renewal.due.connect(self.refresh)
        self.dual_button.clicked.connect(self._turn_dual)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self.context.commands.add(*(
            Command(
                f"rules.{name}", f"Add a {name}", partial(_open, run), group="Admin",
                refusal=lambda: self._refusal, words="rule limit allowance approval checker",
            )
            for name, run in (
                ("rule", self.deeds.set_rule), ("limit", self.deeds.set_limit),
                ("currency", self.deeds.add_currency),
            )
        ))  # fmt: skip
        self.context.commands.add(Command(
            "rules.dual", "Turn dual control on or off", self._turn_dual, group="Admin",
            refusal=lambda: self._refusal, words="dual control four eyes second admin",
        ))  # fmt: skip

    def _build(self) -> None:
        self.tabs.setFont(text_font(weight=QFont.Weight.Medium, tabular=True))
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Rules, limits, allowances, terms and currencies")
        for one in self.lists:
            self.tabs.addTab(one.title)
            self._pages.addWidget(one)
        self._around.setAccessibleName("Ways around the rules")
        self.around.body.addWidget(self._around)
        self.around.hide()
        self.why.setVisible(bool(self._refusal))
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(row_of(self.tabs, None, self.why))
        column.addWidget(self._pages, 1)
        inside = QWidget()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(GAP)
        self._body.addWidget(left, 1)
        self._body.addWidget(self.tried)
        inside.setLayout(self._body)
        self.dual.setAccessibleName("Dual control")
        allow(self.dual_button, self._refusal)
        self.page.addWidget(self.title)
        dual = row_of(self.dual, self.dual_button, spacing=12)
        dual.setStretch(0, 1)
        self.page.addLayout(dual)
        self.page.addWidget(self.around)
        self.page.addWidget(RoomArea(inside), 1)
        in_order: list[QWidget] = [self.dual_button, self.tabs]
        for one in self.lists:
            in_order += [one.table, one.add_button, *one.deed_buttons]
        in_order += [self.tried.who, self.tried.kind, self.tried.amount, self.tried.currency]
        for before, after in pairwise(in_order):
            QWidget.setTabOrder(before, after)


def _open(deed: Callable[[], object]) -> None:
    deed()
