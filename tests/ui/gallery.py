"""Pictures of the window with made-up rows: `python -m tests.ui.gallery FOLDER [light|dark|contrast]`."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtCore import QEventLoop, QSettings, Qt, QTemporaryDir, QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QTabBar, QWidget

from console.ledger.books.currencies import Books
from console.ledger.operators.rights import Rights
from console.settings import Settings
from console.workspace.identity import Identity
from models.account import AccountStatus
from tests.ui.parts import COLUMNS, CR, START, MadeUp, in_credits, make_formats, make_row, make_rows
from ui.acts.act import Subject
from ui.acts.bar import ActBar
from ui.context import Context, Session
from ui.kit.charts.duration_chart import DurationChart, PercentileLine
from ui.kit.charts.sparkline import Sparkline
from ui.kit.commands import Commands
from ui.kit.notices import Notices
from ui.kit.table.columns import Column, Kind
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import text_font
from ui.kit.theme.icons import Glyph, Icons
from ui.kit.theme.theme import Mode, Theme
from ui.kit.theme.tokens import GAP, Tone
from ui.kit.widgets.basics import Chip, Field, TitleRow, button, caption, column_of, label, row_of
from ui.kit.widgets.buttons import ActionButton, PairButton
from ui.kit.widgets.cards import Card, Equation, EquationPart, KeyFigure
from ui.kit.widgets.filters import AmountFilter, ChoiceFilter, DatesFilter, FilterChip, TextFilter
from ui.kit.widgets.inputs import AmountEdit
from ui.kit.worker import Worker
from ui.routes import Navigator
from ui.screen import Screen, ScreenEntry
from ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


class Transactions(Screen):
    """A list beside the detail of the row that is chosen."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        title = TitleRow("Transactions", "1\N{EN DASH}200 of about 84.2 M")
        title.add_beside(PairButton("Count exactly"))
        title.add_action(button("Save view"))
        title.add_action(button("Export…", accent=True))
        amount = AmountFilter(context.formats, CR)
        amount.set_value(300, None)
        chips = [
            FilterChip("Posted", DatesFilter(context.formats.today())),
            FilterChip("Kind", ChoiceFilter((("a", "transfer"), ("b", "capture"), ("c", "payout")))),
            FilterChip("Amount", amount),
            FilterChip("Party", TextFilter("name or e-mail")),
        ]
        for chip in chips:
            chip.sync()
        self.page.addWidget(title)
        note = label("CR, two decimals · UTC · test rows", tone="muted")
        self.page.addLayout(row_of(*chips, PairButton("+ Filter"), None, note))
        table = context.table("gallery", "gallery")
        table.setModel(RowsModel(COLUMNS, context.formats, make_rows(200), self))
        table.head.set_order("posted_at", descending=True)
        table.select_place(3)
        body = QHBoxLayout()
        body.setSpacing(GAP)
        body.addWidget(table, 1)
        body.addWidget(self._detail())
        self.page.addLayout(body, 1)

    def _detail(self) -> Card:
        card, row = Card(spacing=4), make_row(3)
        card.setFixedWidth(300)
        head = text_font(weight=text_font().Weight.DemiBold, tabular=True)
        card.body.addLayout(row_of(label(str(row.id), font=head), Chip("capture", Tone.WARNING), None))
        figure = text_font(26, weight=text_font().Weight.Bold, tabular=True)
        card.body.addWidget(label(self.context.formats.amount(row.amount, CR), font=figure))
        for name, first, second in (
            ("From", row.sender, "balance 1,204.10 → 791.60"),
            ("To", row.receiver, "system wallet"),
            ("Reservation", "TEST-55102, held 3 min 12 s", ""),
            ("Operator, reference", "test-service", row.reference),
        ):
            card.body.addSpacing(8)
            card.body.addWidget(caption(name))
            card.body.addWidget(label(first))
            if second:
                card.body.addWidget(label(second, tone="muted", font=text_font(tabular=True)))
        card.body.addStretch(1)
        refused = ActionButton("Reverse…")
        refused.refuse("needs role operator")
        card.body.addWidget(refused)
        return card


class Account(Screen):
    """Key figures, an equation, tabs and a statement."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        title = TitleRow(
            "test.noor", "Test Noor · noor@example.org · customer since 2023-04-02 · trust basic"
        )
        title.chip.set("active", Tone.CREDIT)
        title.add_action(button("Evidence pack", accent=True))
        self.page.addWidget(title)
        for role in ("operator", "support", "viewer"):
            self.page.addWidget(acts_of(context, role))
        equation = Equation(
            (
                EquationPart("Opening", "0.00"),
                EquationPart("Deposited", "+9,400.00", "deposited", "credit"),
                EquationPart("Granted", "+1,350.00", "granted", "credit"),
                EquationPart("Received", "+2,118.40", "received", "credit"),
                EquationPart("Sent", "\N{MINUS SIGN}1,006.80", "sent"),
                EquationPart("Captured", "\N{MINUS SIGN}10,870.00", "captured"),
                EquationPart("Expired", "\N{MINUS SIGN}200.00", "expired"),
                EquationPart("Unexplained", "0.00", tone="credit"),
                EquationPart("= Balance", "791.60"),
            )
        )
        why = Card()
        why.body.addWidget(equation)
        self.page.addWidget(why)
        figures = [KeyFigure("Available"), KeyFigure("Reserved"), KeyFigure("Granted, expiring")]
        figures[0].set("641.60", "balance \N{MINUS SIGN} reserved")
        figures[1].set("150.00", "2 holds, oldest 18 min")
        figures[2].set("150.00", chip="all by 2027-01-31", tone=Tone.WARNING)
        trend = Card(spacing=6)
        trend.body.addWidget(caption("Balance, 12 months"))
        values = [math.sin(at / 9) * 20 + math.sin(at / 2.3) * 6 + 50 for at in range(120)]
        trend.body.addWidget(Sparkline(context.theme, values, spoken="Balance over 12 months"))
        cards = QHBoxLayout()
        cards.setSpacing(GAP)
        for figure in figures:
            cards.addWidget(figure, 2)
        cards.addWidget(trend, 4)
        self.page.addLayout(cards)
        tabs = QTabBar()
        tabs.setFont(text_font(weight=text_font().Weight.Medium))
        tabs.setExpanding(False)
        for text in ("Statement", "Lots 3", "Holds 2", "Timeline", "Notes 1"):
            tabs.addTab(text)
        self.page.addWidget(tabs)
        table = context.table("statement", "statement")
        table.set_snug(at_most=12)
        table.setModel(RowsModel(_STATEMENT, context.formats, make_rows(10), self))
        table.head.set_order("posted_at", descending=True)
        self.page.addWidget(table)
        self.page.addStretch(1)


def acts_of(context: Context, role: str) -> QWidget:
    """Return the acts on an account as an operator of a role sees them."""
    rights = Rights(f"test.{role}", frozenset({f"ledger_{role}"}))
    seen, ground = replace(context, session=replace(context.session, rights=rights)), QWidget()
    bar = ActBar(seen, ground, row=Subject, holds=lambda: None)
    bar.show_subject(Subject("test.noor", CR, AccountStatus.ACTIVE))
    name = caption(role)
    name.setFixedWidth(64)
    row = row_of(name, bar)
    row.setStretch(1, 1)
    ground.setLayout(row)
    return ground


_STATEMENT: tuple[Column[MadeUp], ...] = (
    Column("posted_at", "Posted", Kind.TIMESTAMP, muted=True, sortable=True, width=190),
    Column(
        "kind",
        "Movement",
        Kind.CHIP,
        value=lambda row: "transfer in" if row.id % 2 else row.kind,
        width=130,
    ),
    Column("sender", "Counterparty", width=130),
    Column(
        "amount",
        "Amount",
        Kind.SIGNED,
        value=lambda row: row.amount * (1 if row.id % 2 else -1),
        width=130,
        currency=in_credits,
    ),
    Column("sender_after", "Before", Kind.AMOUNT, muted=True, width=120, currency=in_credits),
    Column("receiver_after", "After", Kind.AMOUNT, width=120, currency=in_credits),
    Column("reference", "Reference", muted=True, stretch=True),
)


class Queries(Screen):
    """The graph over a grid and four figures."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        title = TitleRow("Queries", "this console, last 15 min · 2,000 test statements")
        for text in ("1 min", "15 min", "1 h", "Server sessions"):
            part = PairButton(text)
            part.setCheckable(True)
            part.setChecked(text == "15 min")
            title.add_action(part)
        title.add_action(button("Pause"))
        self.page.addWidget(title)
        chart = DurationChart(context.theme, context.formats)
        chart.set_points(*durations(2_000))
        chart.set_percentiles(percentile_lines())
        card = Card()
        card.body.setContentsMargins(10, 8, 10, 6)
        card.body.addWidget(chart)
        self.page.addWidget(card, 3)
        table = context.table("statements", "statements")
        table.setModel(RowsModel(_STATEMENTS, context.formats, make_rows(7), self))
        table.select_place(4)
        self.page.addWidget(table, 2)
        cards = QHBoxLayout()
        cards.setSpacing(GAP)
        for name, figure, note in (
            ("Pool", "1 / 8", "waits 0 · overflow 0"),
            ("Cache hits", "96.2 %", "evictions 0"),
            ("Blocked sessions", "0", "longest transaction 0.2 s"),
            ("Window lag P99", "4 ms", "longest 21 ms"),
        ):
            shown = KeyFigure(name)
            shown.set(figure, note)
            cards.addWidget(shown)
        self.page.addLayout(cards)


_STATEMENTS: tuple[Column[MadeUp], ...] = (
    Column("reference", "Statement", value=lambda row: f"SELECT {row.reference} …", stretch=True),
    Column("kind", "Screen", muted=True),
    Column("id", "Calls", Kind.INTEGER, value=lambda row: row.id % 5000),
    Column(
        "budget",
        "Per action",
        Kind.CHIP,
        value=lambda row: "N+1 · 19 in one action, budget 3" if row.id % 7 == 3 else None,
        tone=lambda _row: Tone.ERROR,
    ),
    Column("p50", "P50 ms", Kind.DECIMAL, value=lambda row: row.amount / 10_000),
    Column("p99", "P99 ms", Kind.DECIMAL, value=lambda row: row.amount / 1_000),
)


class Batch(Screen):
    """A form beside a list, notices above, and the states of a list."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        title = TitleRow("TEST-2231 November creator payout")
        title.chip.set("waiting for approval", Tone.ACCENT)
        title.add_action(button("Export rejects"))
        title.add_action(button("Repeat as draft"))
        self.page.addWidget(title)
        empty = context.table("empty", "empty")
        empty.set_empty_words("No holds", "Reservations older than 10 minutes appear here")
        empty.setModel(RowsModel(COLUMNS, context.formats, (), self))
        figures = QHBoxLayout()
        figures.setSpacing(GAP)
        for name, figure, chip in (("Lines", "5,000", "control total matches"), ("Dry run", "0 refused", "")):
            shown = KeyFigure(name)
            shown.set(figure, "" if chip else "1 statement · 182 ms", chip=chip, tone=Tone.CREDIT)
            figures.addWidget(shown)
        left = column_of(figures, empty, spacing=GAP)
        left.setStretchFactor(empty, 1)
        body = QHBoxLayout()
        body.setSpacing(GAP)
        body.addLayout(left, 1)
        body.addWidget(self._decision())
        self.page.addLayout(body, 1)

    def _decision(self) -> Card:
        card = Card("Your decision", spacing=12)
        card.setFixedWidth(330)
        words = (
            "The plan was recomputed 4 s ago. Since submission one wallet changed; no line would be refused."
        )
        card.body.addWidget(label(words, tone="muted", wrap=True))
        total = AmountEdit(self.context.formats)
        total.setText("92,418.355")
        field = Field("Type the total to approve", total)
        field.set_problem(total.problem)
        words_field = QPlainTextEdit()
        words_field.setPlaceholderText("Checked against FIN-881")
        words_field.setFixedHeight(64)
        card.body.addWidget(field)
        card.body.addWidget(Field("Words for the audit", words_field))
        card.body.addWidget(button("Approve and post 5,000 lines", accent=True))
        card.body.addWidget(button("Reject…"))
        card.body.addStretch(1)
        card.body.addWidget(label("Submitted by Test Mara. A maker cannot approve.", tone="muted", wrap=True))
        return card


def durations(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return made-up statements of a quarter of an hour."""
    random = np.random.default_rng(7)
    x = np.sort(START.timestamp() - random.uniform(0, 900, count))
    ms = 10 ** random.normal(0.55, 0.45, count)
    ms[:: count // 18] = random.uniform(110, 900, len(ms[:: count // 18]))
    failed = np.zeros(count, dtype=np.bool_)
    failed[5 :: count // 4] = True
    return x, ms, failed


def percentile_lines() -> Sequence[PercentileLine]:
    """Return three lines over a quarter of an hour."""
    x = np.linspace(START.timestamp() - 900, START.timestamp(), 60)
    sway = np.sin(np.linspace(0, 6, 60))
    return (
        PercentileLine("P50", Tone.CREDIT, x, 2.6 + 0.5 * sway),
        PercentileLine("P95", Tone.WARNING, x, 18 + 5 * sway),
        PercentileLine("P99", Tone.ERROR, x, 46 - 9 * sway),
    )


_FACTORIES: dict[str, Callable[[Context], QWidget]] = {
    "transactions": Transactions,
    "account": Account,
    "batches": Batch,
    "queries": Queries,
}
SCREENS = tuple(
    ScreenEntry(key, title, group, glyph, _FACTORIES.get(key, Screen))
    for key, title, group, glyph in (
        ("overview", "Overview", "", Glyph.OVERVIEW),
        ("transactions", "Transactions", "Ledger", Glyph.TRANSACTIONS),
        ("account", "Accounts", "Ledger", Glyph.ACCOUNTS),
        ("balances", "Balances", "Ledger", Glyph.BALANCES),
        ("credits", "Credits", "Ledger", Glyph.CREDITS),
        ("holds", "Holds", "Ledger", Glyph.HOLDS),
        ("batches", "Batches", "Work", Glyph.BATCHES),
        ("approvals", "Approvals", "Work", Glyph.APPROVALS),
        ("reconcile", "Reconcile", "Work", Glyph.RECONCILE),
        ("queries", "Queries", "Insight", Glyph.QUERIES),
        ("integrity", "Integrity", "Insight", Glyph.INTEGRITY),
        ("audit", "Audit", "Insight", Glyph.AUDIT),
    )
)


def make_context(theme: Theme, store: QSettings, worker: Worker, *, production: bool = False) -> Context:
    """Return a context without a database: no gallery screen asks for one."""
    notices = Notices(theme)
    nothing = cast("Any", None)
    return Context(
        session=Session(
            Identity(
                "test-ledger",
                "LIVE" if production else "STAGING",
                "red" if production else "grey",
                production,
                read_only=production,
                can_unlock=production,
            ),
            rights=Rights("Test Mara", frozenset({"ledger_operator"})),
            books=Books((CR,), {}, ZoneInfo("UTC")),
        ),
        database=nothing,
        ledger=nothing,
        recorder=nothing,
        settings=Settings.model_construct(),
        paths=nothing,
        formats=make_formats(),
        worker=worker,
        lag=nothing,
        sampler=nothing,
        theme=theme,
        icons=Icons(theme),
        commands=Commands(store, notices.warn),
        notices=notices,
        navigator=Navigator(theme),
        store=store,
    )


def make_window(context: Context) -> MainWindow:
    """Return the window with counts and a meter as after a day's work."""
    window = MainWindow(context, SCREENS)
    window.resize(1440, 900)
    for screen, count in (("holds", 12), ("batches", 3), ("approvals", 2)):
        context.navigator.set_count(screen, count)
    window.status_bar.set_connection("primary, 0.4 ms")
    window.status_bar.set_meter(1, 2.3, 200)
    window.status_bar.set_pool("pool 1 of 8")
    window.status_bar.set_cache("cache 96 %")
    return window


def settle(milliseconds: int = 60) -> None:
    """Let the event loop lay out and paint."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def render(folder: Path, application: QApplication, mode: Mode) -> list[Path]:
    """Write one picture a screen, and return their paths."""
    theme = Theme(application, mode)
    worker = Worker(lambda _error: None)
    keep = QTemporaryDir()
    store = QSettings(keep.filePath("window.ini"), QSettings.Format.IniFormat)
    context = make_context(theme, store, worker, production=mode is Mode.LIGHT)
    window = make_window(context)
    window.show()
    paths: list[Path] = []
    for screen in _FACTORIES:
        window.open_screen(screen)
        if screen == "batches":
            context.notices.warn(
                "The replica is 4 s behind; balances here are older.", action="Use primary", act=settle
            )
            context.notices.inform("Test file read: 5,000 lines.")
        settle()
        paths.append(folder / f"{screen}-{theme.tokens.name.replace(' ', '-')}.png")
        window.grab().save(str(paths[-1]))
    window.palette_dialog.open_with("go")
    settle()
    paths.append(folder / f"palette-{theme.tokens.name.replace(' ', '-')}.png")
    window.palette_dialog.grab().save(str(paths[-1]))
    window.palette_dialog.hide()
    window.close()
    worker.shutdown()
    return paths


if __name__ == "__main__":
    app = QApplication([])
    app.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    for chosen in sys.argv[2:] or ["light", "dark"]:
        render(Path(sys.argv[1]), app, Mode(chosen))
