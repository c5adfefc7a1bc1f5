"""One request of every kind on a real ledger, and the desk over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import pytest

from console.ledger.accounts.commands import OverdraftLimit
from console.ledger.approvals.commands import submit, submit_batch
from console.ledger.batches.commands import validate
from console.ledger.batches.reversal import BatchReversal, ReversalPolicy
from console.ledger.credits.commands import Grant
from console.ledger.credits.many import EndLots, ExtendLots, ReviveLots, Selection
from console.ledger.holds.commands import Capture
from console.ledger.transactions.reversal import Reversal
from console.ledger.transactions.transfer import Transfer
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.bookkeeping import Line, create_batch, post_batch, transfer
from tests.cluster import CURRENCY
from tests.models.writes import done, grant, let_time_pass, reserve
from ui.kit.table.paged_model import State
from ui.screens.approvals.screen import ApprovalsDesk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from console.ledger.approvals.commands import Order
    from console.settings import Settings
    from tests.bookkeeping import Connection
    from tests.ui.conftest import Contexts
    from ui.context import Context

WHY = "the customer asked for it"
FAR = datetime(2999, 1, 1, tzinfo=UTC)


class Desks(Protocol):
    """Shows the desk in a window of its own, and waits until it has its list and its counts."""

    def __call__(self, context: Context, *, width: int = 1188) -> ApprovalsDesk: ...


@dataclass(frozen=True, slots=True)
class Requests:
    """The numbers of what was submitted, by the kind of each."""

    number: dict[str, int]

    def __getitem__(self, kind: str) -> int:
        return self.number[kind]


@pytest.fixture
def ledger_of(as_role: Callable[[str], str], settings: Settings) -> Iterator[Callable[[str], Ledger]]:
    """Return the console's way to the ledger as any of tests.cluster.LOGINS."""
    opened: dict[str, Database] = {}

    def of(login: str) -> Ledger:
        if login not in opened:
            opened[login] = Database(as_role(login), Recorder(capacity=200), settings)
        return Ledger(opened[login])

    yield of
    for database in opened.values():
        database.close()


@pytest.fixture
def maker(ledger_of: Callable[[str], Ledger]) -> Ledger:
    """Return the way to write as the operator who submits."""
    return ledger_of("t_operator")


@pytest.fixture
def checker(ledger_of: Callable[[str], Ledger]) -> Ledger:
    """Return the way to write as an approver."""
    return ledger_of("t_approver")


@pytest.fixture
def ask(maker: Ledger) -> Callable[..., int]:
    """Submit an order as t_operator, and return its number."""

    def submitted(order: Order, reason: str = WHY, ticket: str = "") -> int:
        return submit(maker, order, reason=reason, ticket=ticket).request

    return submitted


@pytest.fixture
def people(open_accounts: Callable[..., None]) -> None:
    """Open alice with 1,000.00, and bob and carol with nothing."""
    open_accounts({"alice": 100_000, "bob": 0, "carol": 0})


@pytest.fixture
def three(people: None, ask: Callable[..., int]) -> list[int]:
    """Ask for three transfers from alice to bob: of 10.00, 20.00 and 30.00."""
    return [
        ask(Transfer("alice", "bob", CURRENCY, amount, f"r-{amount}"), ticket="SUP-7")
        for amount in (1_000, 2_000, 3_000)
    ]


@pytest.fixture
def each(
    operator: Connection, admin: Connection, people: None, ask: Callable[..., int], maker: Ledger
) -> Requests:
    """Submit one request of every kind."""
    lot = done(grant(operator, "carol", 5_000, 100, source="promo"))["lot"]
    gone = done(grant(operator, "carol", 700, 1, source="spring"))["lot"]
    done(reserve(operator, "alice", 900, "shop-1"))
    paid = done(transfer(operator, "alice", "bob", 4_100, reference="order-1"))["transaction"]
    draft = create_batch(operator, [Line(1, "alice", "bob", 250, "l-1"), Line(2, "alice", "bob", 150, "l-2")])
    posted = create_batch(operator, [Line(1, "alice", "bob", 300, "l-3")])
    post_batch(operator, posted)
    let_time_pass(admin, 2)
    operator.execute("SELECT ledger.sweep(gen_random_uuid(), 100)")
    one = Selection(CURRENCY, 1, 5_000, lots=(lot,))
    orders: dict[str, Order] = {
        "transfer": Transfer("alice", "bob", CURRENCY, 41_250),
        "grant_credit": Grant("bob", CURRENCY, 2_500, "goodwill", FAR),
        "capture": Capture("shop-1", 400),
        "reverse_transaction": Reversal(paid, WHY),
        "set_overdraft_limit": OverdraftLimit("bob", CURRENCY, 50_000, WHY),
        "reverse_batch": BatchReversal(posted, ReversalPolicy.AVAILABLE, WHY),
        "extend_lots": ExtendLots(one, FAR, WHY),
        "end_lots": EndLots(one, WHY),
        "revive_lots": ReviveLots(Selection(CURRENCY, 1, 700, lots=(gone,)), FAR, WHY),
    }
    numbers = {kind: ask(order) for kind, order in orders.items()}
    content = validate(maker, draft).summary.content_hash
    numbers["post_batch"] = submit_batch(maker, draft, content, reason=WHY).request
    return Requests(numbers)


@pytest.fixture
def show(qtbot: QtBot) -> Desks:
    """Show the desk."""

    def make(context: Context, *, width: int = 1188) -> ApprovalsDesk:
        made = ApprovalsDesk(context)
        qtbot.addWidget(made)
        made.resize(width, 780)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        qtbot.waitUntil(lambda: made.model.state in {State.READY, State.EMPTY} and made.counts is not None)
        return made

    return make


@pytest.fixture
def desk(context_of: Contexts, show: Desks, three: list[int]) -> ApprovalsDesk:
    """Show the desk to an approver for whom three transfers wait."""
    return show(context_of("t_approver"))
