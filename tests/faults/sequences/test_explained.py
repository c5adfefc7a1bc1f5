"""Random sequences of every function; then each balance is explained and each credit too, to the unit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from typing_extensions import override

from console.ledger.accounts.equation import WHOLE_LIFE, Period, Term, equation
from console.ledger.accounts.periods import since_movement
from console.ledger.accounts.statement import statement
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.postgres.page import Order
from tests.cluster import CURRENCY, connected
from tests.console.ledger.books.many_currencies import BTC, JPY, add_currencies
from tests.faults.sequences.credit_ways import assert_both_ways
from tests.faults.sequences.test_model import AMOUNTS, SOAK, SOMEBODY, Bank
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from console.settings import Settings
    from tests.bookkeeping import Connection

    Movement = tuple[datetime, int, Term, int]

EXAMPLES = 200 if SOAK else 30
STEPS = 40
# A grant, and a reversal that brings credit back; a spend, an expiry, and a reversal that takes a grant back.
LOT_MOVES = {"grant +", "reversal +", "capture -", "expiry -", "reversal -"}

MOVEMENTS = """
    SELECT t.posted_at, t.id, f.username, s.username, t.amount, t.kind::text, t.reverses IS NOT NULL
    FROM ledger.transactions t
    JOIN ledger.wallets fw ON fw.id = t.from_wallet JOIN ledger.users f ON f.id = fw.user_id
    JOIN ledger.wallets sw ON sw.id = t.to_wallet JOIN ledger.users s ON s.id = sw.user_id
    WHERE %s IN (f.username, s.username) AND t.currency = %s ORDER BY t.id"""


def termed(name: str, row: tuple[Any, ...]) -> Movement:
    """Say by its parties, as people would, what a movement was for one of them."""
    posted_at, number, payer, payee, amount, kind, is_reversal = row
    parties = {
        "@external": Term.DEPOSITED if payer == "@external" else Term.PAID_OUT,
        "@issuance": Term.GRANTED,
        "@breakage": Term.EXPIRED,
    }
    own = Term.RECEIVED if payee == name else Term.CAPTURED if kind == "capture" else Term.SENT
    term = Term.REVERSED if is_reversal else parties.get(payer, parties.get(payee, own))
    return posted_at, number, term, amount if payee == name else -amount


class Explained(Bank):
    """The same ledger and model, with money in other currencies beside, and every balance explained."""

    def __init__(
        self, operator: Connection, admin: Connection, database: Database, seen: Counter[str]
    ) -> None:
        super().__init__(operator, admin)
        self.database, self.seen = database, seen
        self.elsewhere: Counter[str] = Counter()

    @precondition(lambda self: self.model.accounts)
    @rule(amount=AMOUNTS, back=AMOUNTS, currency=st.sampled_from((JPY.code, BTC.code)))
    def bring_elsewhere(self, amount: int, back: int, currency: str) -> None:
        """Let money come and go in other currencies, of which the model knows nothing."""
        name = self.name("elsewhere")
        if currency not in self.elsewhere:
            done(write(self.operator, "open_account", name, currency, "", None, REASON))
        brought = done(write(self.operator, "transfer", "@external", name, currency, amount))
        if back < amount:
            done(write(self.operator, "reverse_transaction", brought["transaction"], back, REASON))
            amount -= back
        self.elsewhere[currency] += amount

    @rule(name=SOMEBODY, amount=AMOUNTS)
    def let_credit_expire(self, name: str, amount: int) -> None:
        """Grant what ends unused: how much of that the other rules bring is a matter of luck."""
        self.grant(name, amount, 0.5)
        self.wait(1)
        self.sweep()

    @override
    def teardown(self) -> None:
        """Explain every balance, over periods that begin or end at any of its movements, and every credit."""
        for name, account in self.model.accounts.items():
            self.explain(name, CURRENCY, account.balance)
            self.seen.update(assert_both_ways(self.database, self.admin, self.name(name), CURRENCY))
        for currency, balance in self.elsewhere.items():
            self.explain("elsewhere", currency, balance)
        super().teardown()

    def explain(self, name: str, currency: str, balance: int) -> None:
        """Compare equation and rows with a plain sum of the movements, on both sides of a few of them."""
        known = self.name(name)
        rows = [
            termed(known, row) for row in self.admin.execute(MOVEMENTS.encode(), [known, currency]).fetchall()
        ]
        self.seen.update(term for _at, _number, term, _delta in rows)
        assert sum(row[3] for row in rows) == balance
        for place in {0, len(rows) // 3, len(rows) // 2, len(rows) - 1} & set(range(len(rows))):
            posted_at, number, *_ = rows[place]
            self.compare(known, currency, since_movement(posted_at, number), rows[:place], rows[place:])
            ended = [row for row in rows if row[0] < posted_at]
            self.compare(known, currency, Period(None, posted_at, "until then"), [], ended)
        self.compare(known, currency, WHOLE_LIFE, [], rows)
        told = statement(self.database, known, currency, order=Order.OLDEST, limit=1_000).rows
        assert [(row.posted_at, row.id, row.amount) for row in told] == [
            (at, number, delta) for at, number, _term, delta in rows
        ]
        after = [row.after for row in told]
        assert [row.before for row in told] == [0, *after][: len(told)]

    def compare(
        self, name: str, currency: str, period: Period, before: list[Movement], rows: list[Movement]
    ) -> None:
        """See that the equation of a period is the sum of its movements and leaves nothing unexplained."""
        sums: Counter[Term] = Counter()
        counts: Counter[Term] = Counter()
        for _at, _number, term, delta in rows:
            sums[term] += delta
            counts[term] += 1
        found = equation(self.database, name, currency, period)
        assert found.terms == tuple((term, sums[term], counts[term]) for term in Term if counts[term])
        assert (found.opening, found.unexplained) == (sum(row[3] for row in before), 0)
        assert found.balance == found.opening + sum(sums.values())


@pytest.fixture
def viewer(as_role: Callable[[str], str], settings: Settings) -> Iterator[Database]:
    """Lend the console's way to the ledger as a viewer."""
    database = Database(as_role("t_viewer"), Recorder(capacity=2_000), settings)
    yield database
    database.close()


@pytest.mark.timeout(3_600 if SOAK else 300)
def test_every_balance_is_explained_over_any_period_and_every_credit_both_ways(
    as_role: Callable[[str], str], ledger_url: str, viewer: Database
) -> None:
    add_currencies(ledger_url)
    seen: Counter[str] = Counter()
    with connected(as_role("t_operator")) as operator, connected(ledger_url) as admin:
        run_state_machine_as_test(
            lambda: Explained(operator, admin, viewer, seen),  # type: ignore[arg-type]  # as for the model
            settings=hypothesis_settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                derandomize=not SOAK,
                print_blob=True,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate,),
            ),
        )
    # Nothing was explained by nothing having happened; only adjustments are not among what is done here.
    assert set(+seen) == (set(Term) - {Term.ADJUSTED}) | LOT_MOVES, seen
