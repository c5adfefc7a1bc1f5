"""Random sequences of every function; after each of them the ledger must agree with its model."""

from __future__ import annotations

import copy
import os
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg.types.json import Jsonb
from typing_extensions import override

from tests.bookkeeping import assert_adds_up, content_hash
from tests.cluster import CURRENCY, connected
from tests.faults.sequences.model import Account, Ledger, Move, Refused
from tests.models.writes import REASON, done, soon, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

Chosen = TypeVar("Chosen")

SOAK: Final = os.environ.get("LEDGER_SOAK") == "1"
EXAMPLES: Final = 200 if SOAK else 100
STEPS: Final = 50

NAMES: Final = ("a", "b", "c")
AMOUNTS: Final = st.integers(1, 120)
# Half an hour before a full one: the model's clock strikes full hours only, so that nothing falls together.
FEW: Final = st.integers(1, 3)
HOURS: Final = st.integers(1, 8).map(lambda hours: hours - 0.5)
# Each call is a little later than the one before: of two ends in so many hours, the first one's is first.
TICK: Final = 1e-6
UNTIL: Final = st.one_of(st.none(), HOURS)
SOMEBODY: Final = st.sampled_from(NAMES)
ANYBODY: Final = st.sampled_from((*NAMES, "@external"))
LINES: Final = st.lists(
    st.one_of(
        st.tuples(ANYBODY, SOMEBODY, AMOUNTS, st.none()).filter(lambda line: line[0] != line[1]),
        st.tuples(SOMEBODY, st.just("@external"), AMOUNTS, st.none()),
        st.tuples(st.just("@issuance"), SOMEBODY, AMOUNTS, HOURS),
    ),
    min_size=1,
    max_size=6,
)

FUNCTIONS: Final = (
    "transfer", "grant_credit", "reserve", "capture", "release", "extend_reservation", "sweep", "post_batch",
    "reverse_transaction", "reverse_batch", "set_account_status", "set_overdraft_limit", "open_account",
    "submit_request", "approve_request", "execute_request", "extend_lots", "end_lots", "revive_lots",
    "release_holds", "extend_holds", "capture_holds",
)  # fmt: skip

STATE: Final = """
    SELECT u.username, w.balance, w.granted, w.reserved, w.overdraft_limit, w.status::text,
        ARRAY(SELECT l.remaining FROM ledger.credit_lots l WHERE l.wallet_id = w.id ORDER BY l.id),
        ARRAY(SELECT r.status || ' ' || r.captured_amount FROM ledger.reservations r WHERE r.wallet_id = w.id
            ORDER BY r.id),
        (SELECT coalesce(sum(d.dead), 0)::bigint FROM ledger.dead_lots(ARRAY[w.id]) d)
    FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id WHERE u.username = ANY (%s) ORDER BY u.id"""


class Bank(RuleBasedStateMachine):
    """The ledger beside its model: three customers of their own in each example."""

    operator: Connection
    admin: Connection

    def __init__(self, operator: Connection, admin: Connection) -> None:
        super().__init__()
        self.operator, self.admin = operator, admin
        self.model = Ledger()
        self.suffix = uuid4().hex[:12]
        self.batches: dict[int, list[int]] = {}
        self.requests: list[tuple[int, str, str, int]] = []
        self.last: tuple[tuple[Any, ...], UUID, dict[str, Any]] | None = None

    def name(self, name: str) -> str:
        """Return what the ledger calls one of the model's accounts."""
        return name if name.startswith("@") else f"{name}-{self.suffix}"

    def expiry(self, hours: float | None) -> float:
        """Return the model's moment so many hours from now."""
        return inf if hours is None else self.model.now + hours

    def both(
        self, work: Callable[[Ledger], Any], function: str, *values: object
    ) -> tuple[Any, dict[str, Any]]:
        """Do it to both; they must both do it or both refuse, and for the same reason."""
        self.model.now += TICK
        trial = copy.deepcopy(self.model)
        key = uuid4()
        found = write(self.operator, function, *values, key=key)
        self.last = ((function, *values), key, found)
        try:
            made = work(trial)
        except Refused as refusal:
            made, codes = None, set(refusal.codes)
        else:
            self.model, codes = trial, {"done"}
        assert found.get("code", "done") in codes, (codes, found)
        return made, found

    def remember(self, made: Move | None, found: dict[str, Any]) -> None:
        """Keep a transaction under the ledger's number, so that it can be reversed."""
        if made is not None:
            self.model.moves[found["transaction"]] = made

    @initialize(funds=st.lists(st.sampled_from((0, 50, 500)), min_size=3, max_size=3))
    def open(self, funds: list[int]) -> None:
        """Open the accounts with some money."""
        for name, amount in zip(NAMES, funds, strict=True):
            self.model.accounts[name] = Account()
            done(write(self.operator, "open_account", self.name(name), CURRENCY, "", None, REASON))
            if amount:
                self.transfer("@external", name, amount)

    @rule(payer=ANYBODY, payee=ANYBODY, amount=AMOUNTS)
    @precondition(lambda self: self.model.accounts)
    def transfer(self, payer: str, payee: str, amount: int) -> None:
        """Move money."""
        if payer == payee == "@external":
            return
        names = self.name(payer), self.name(payee)
        made = self.both(lambda m: m.transfer(payer, payee, amount), "transfer", *names, CURRENCY, amount)
        self.remember(*made)

    @rule(name=SOMEBODY, amount=AMOUNTS, hours=UNTIL)
    def grant(self, name: str, amount: int, hours: float | None) -> None:
        """Grant credit."""
        self.remember(*self.both(
            lambda m: m.grant(name, amount, self.expiry(hours)),
            "grant_credit", self.name(name), CURRENCY, amount, "promo",
            None if hours is None else soon(hours),
        ))  # fmt: skip

    @rule(name=SOMEBODY, amount=AMOUNTS, hours=UNTIL)
    def reserve(self, name: str, amount: int, hours: float | None) -> None:
        """Set money aside."""
        reference = f"{len(self.model.holds)}-{self.suffix}-{uuid4().hex[:6]}"
        self.both(
            lambda m: m.reserve(name, amount, reference, self.expiry(hours)),
            "reserve", self.name(name), CURRENCY, amount, reference, None if hours is None else soon(hours),
        )  # fmt: skip

    def pick_hold(self, data: st.DataObject) -> str:
        """Choose a hold, mostly one that is still open."""
        held = [name for name, hold in self.model.holds.items() if hold.status == "reserved"]
        usual = held and data.draw(st.integers(0, 5)) < 5
        return self.pick(data, held if usual else list(self.model.holds))

    def pick(self, data: st.DataObject, among: list[Chosen]) -> Chosen:
        """Choose by place: the names and numbers are others when an example is tried again."""
        return among[data.draw(st.integers(0, len(among) - 1))]

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), amount=st.one_of(st.none(), AMOUNTS), payee=st.sampled_from(("@revenue", *NAMES)))
    def capture(self, data: st.DataObject, amount: int | None, payee: str) -> None:
        """Spend a hold."""
        hold = self.pick_hold(data)
        made = self.both(lambda m: m.capture(hold, amount, payee), "capture", hold, amount, self.name(payee))
        self.remember(*made)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """Let a hold go."""
        hold = self.pick_hold(data)
        self.both(lambda m: m.release(hold), "release", hold, REASON)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), hours=UNTIL)
    def extend(self, data: st.DataObject, hours: float | None) -> None:
        """Give a hold another time."""
        hold = self.pick_hold(data)
        until = None if hours is None else soon(hours)
        self.both(lambda m: m.extend(hold, self.expiry(hours)), "extend_reservation", hold, until, REASON)

    @rule(data=st.data(), name=SOMEBODY, lots=st.lists(st.tuples(AMOUNTS, UNTIL), min_size=1, max_size=4))
    def hold_over_lots(self, data: st.DataObject, name: str, lots: list[tuple[int, float | None]]) -> None:
        """Grant lots with holds between them while time passes: what would seldom come by chance."""
        for amount, hours in lots:
            self.grant(name, amount, hours)
            self.reserve(name, data.draw(AMOUNTS), None)
            self.agree()
            if data.draw(st.booleans()):
                self.wait(1)
                self.agree()
        if not self.model.holds or data.draw(st.integers(0, 2)) == 0:
            return
        known = len(self.model.moves)
        self.capture(data, data.draw(st.one_of(st.none(), st.integers(1, 40))), "@revenue")
        if len(self.model.moves) > known and data.draw(st.booleans()):
            self.wait(2)
            self.give_back(
                list(self.model.moves)[-1], data.draw(st.one_of(st.none(), AMOUNTS)), data.draw(UNTIL)
            )

    def pick_lots(self, data: st.DataObject, *, gone: bool) -> tuple[list[int], Jsonb]:
        """Choose credits of which something is left, or has gone, and say what was seen of them."""
        fitting = [
            number for number, lot in enumerate(self.model.lots)
            if (lot.gone and not lot.remaining if gone else lot.remaining)
        ]  # fmt: skip
        usual: int = data.draw(st.integers(0, 9))
        among = fitting if fitting and usual else list(range(len(self.model.lots)))
        several: int = data.draw(FEW)
        numbers = sorted({self.pick(data, among) for _ in range(several)})
        seen = sum(
            sum(self.model.lots[number].gone.values()) if gone else self.model.lots[number].remaining
            for number in numbers
        )
        names = self.lot_numbers()
        lots = [names[number] for number in numbers]
        return numbers, Jsonb({"currency": CURRENCY, "count": len(lots), "amount": seen, "lots": lots})

    def lot_numbers(self) -> list[int]:
        """Return what the ledger calls the model's lots: of each account they are in the same order."""
        rows = self.operator.execute(
            "SELECT u.username, array_agg(l.id ORDER BY l.id) FROM ledger.credit_lots l "
            "JOIN ledger.wallets w ON w.id = l.wallet_id JOIN ledger.users u ON u.id = w.user_id "
            "WHERE u.username = ANY (%s) GROUP BY 1",
            [[self.name(name) for name in NAMES]],
        ).fetchall()
        of = {name: iter(numbers) for name, numbers in rows}
        return [next(of[self.name(lot.owner)]) for lot in self.model.lots]

    @precondition(lambda self: self.model.lots)
    @rule(data=st.data(), hours=UNTIL)
    def extend_lots(self, data: st.DataObject, hours: float | None) -> None:
        """Give credits a later end."""
        numbers, chosen = self.pick_lots(data, gone=False)
        until = None if hours is None else soon(hours)
        made, found = self.both(
            lambda m: m.extend_lots(numbers, self.expiry(hours)), "extend_lots", chosen, until, REASON
        )
        assert made is None or made == found["count"]

    @precondition(lambda self: self.model.lots)
    @rule(data=st.data())
    def end_lots(self, data: st.DataObject) -> None:
        """End credits."""
        numbers, chosen = self.pick_lots(data, gone=False)
        made, found = self.both(lambda m: m.end_lots(numbers), "end_lots", chosen, REASON)
        assert made is None or made == found["count"]
        if made and data.draw(st.integers(0, 4)):
            self.revive_lots(data, data.draw(UNTIL))

    @precondition(lambda self: self.model.lots)
    @rule(data=st.data(), hours=UNTIL)
    def revive_lots(self, data: st.DataObject, hours: float | None) -> None:
        """Bring back credits that have gone."""
        numbers, chosen = self.pick_lots(data, gone=True)
        until = None if hours is None else soon(hours)
        made, found = self.both(
            lambda m: m.revive_lots(numbers, self.expiry(hours)), "revive_lots", chosen, until, REASON
        )
        assert made is None or made == found["count"]

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release_many(self, data: st.DataObject) -> None:
        """Let several holds go at once."""
        self.many_holds(data, "release_holds", None)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), hours=UNTIL)
    def extend_many(self, data: st.DataObject, hours: float | None) -> None:
        """Give several holds another time at once."""
        self.many_holds(data, "extend_holds", hours)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def capture_many(self, data: st.DataObject) -> None:
        """Spend several holds at once."""
        self.many_holds(data, "capture_holds", None)

    def many_holds(self, data: st.DataObject, way: str, hours: float | None) -> None:
        """Do the same to several holds at once, in the order of their names."""
        names = sorted({self.pick_hold(data) for _ in range(data.draw(st.integers(1, 3)))})
        until = None if hours is None else soon(hours)

        def work(model: Ledger) -> bool:
            for name in names:
                model.open_hold(name)
            if way == "capture_holds":
                model.active(*{model.holds[name].owner for name in names})
            for name in names:
                if way == "release_holds":
                    model.holds[name].status = "released"
                elif way == "extend_holds":
                    model.extend(name, self.expiry(hours))
                else:
                    model.capture(name, None, "@revenue")
            if way == "release_holds":
                for owner in {model.holds[name].owner for name in names}:
                    model.expire(owner)
            return True

        said: dict[str, tuple[object, ...]] = {
            "release_holds": (REASON,), "extend_holds": (until, REASON), "capture_holds": (),
        }  # fmt: skip
        self.both(work, way, names, *said[way])

    @rule()
    def sweep(self) -> None:
        """Sweep; nothing of other examples is left to be swept."""
        made, found = self.both(lambda m: m.sweep(), "sweep", 1_000)
        assert made == (found["reservations"], found["lots"])

    @rule(hours=st.integers(1, 2))
    def wait(self, hours: int) -> None:
        """Let time pass: everything of these accounts becomes older."""
        self.model.now += hours
        with self.admin.transaction():
            for table in ("credit_lots", "reservations"):
                self.admin.execute(
                    f"UPDATE ledger.{table} SET created_at = created_at - %s, expires_at = expires_at - %s "
                    "WHERE wallet_id IN (SELECT w.id FROM ledger.wallets w "
                    "JOIN ledger.users u ON u.id = w.user_id WHERE u.username = ANY (%s))".encode(),
                    [timedelta(hours=hours), timedelta(hours=hours), [self.name(name) for name in NAMES]],
                )

    @precondition(lambda self: self.model.moves)
    @rule(data=st.data(), amount=st.one_of(st.none(), AMOUNTS), hours=UNTIL)
    def reverse(self, data: st.DataObject, amount: int | None, hours: float | None) -> None:
        """Give a transaction back."""
        self.give_back(self.pick(data, list(self.model.moves)), amount, hours)

    def give_back(self, number: int, amount: int | None, hours: float | None) -> None:
        """Reverse this one."""
        until = None if hours is None else soon(hours)
        made = self.both(
            lambda m: m.reverse(number, amount, None if hours is None else self.expiry(hours)),
            "reverse_transaction", number, amount, REASON, until,
        )  # fmt: skip
        self.remember(*made)

    @rule(lines=LINES, policy=st.sampled_from((None, "all", "available")), held=AMOUNTS)
    def post_batch(
        self, lines: list[tuple[str, str, int, float | None]], policy: str | None, held: int
    ) -> None:
        """Post a batch of lines; with a policy, hold some of what it brought and give it back."""
        row = self.operator.execute(
            "SELECT ledger.create_batch('b', %s, '', NULL, false, '')", [CURRENCY]
        ).fetchone()
        assert row is not None
        self.operator.cursor().executemany(
            "INSERT INTO ledger.batch_lines (batch_id, line_no, from_name, to_name, amount, reference, "
            "lot_source, lot_expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (row[0], place, self.name(payer), self.name(payee), amount, f"{row[0]}-{place}-{self.suffix}",
                 None if hours is None else "promo", None if hours is None else soon(hours))
                for place, (payer, payee, amount, hours) in enumerate(lines, start=1)
            ],
        )  # fmt: skip
        content = content_hash(self.operator, row[0])
        posting = [(*line[:3], None if line[3] is None else self.expiry(line[3])) for line in lines]
        made, found = self.both(lambda m: m.post_batch(posting), "post_batch", row[0], content)
        if made is not None:
            numbers = range(found["first"], found["last"] + 1)
            self.model.moves.update(zip(numbers, made, strict=True))
            self.batches[row[0]] = list(numbers)
            if policy is not None:
                self.agree()
                for name in NAMES:
                    self.reserve(name, held, None)
                self.give_batch_back(row[0], policy)

    @precondition(lambda self: self.batches)
    @rule(data=st.data(), policy=st.sampled_from(("all", "available")))
    def reverse_batch(self, data: st.DataObject, policy: str) -> None:
        """Give back what is left of a batch."""
        self.give_batch_back(self.pick(data, list(self.batches)), policy)

    def give_batch_back(self, batch: int, policy: str) -> None:
        """Reverse this one."""
        made, found = self.both(
            lambda m: m.reverse_batch(self.batches[batch], policy), "reverse_batch", batch, policy, REASON
        )
        if made is not None:
            assert found["total"] == str(made)

    @rule(name=SOMEBODY, status=st.sampled_from(("active", "active", "active", "active", "frozen", "closed")))
    def set_status(self, name: str, status: str) -> None:
        """Freeze, unfreeze or close."""
        self.both(lambda m: m.set_status(name, status), "set_account_status", self.name(name), status, REASON)

    @rule(name=SOMEBODY, limit=st.sampled_from((0, 0, 10, 100)))
    def set_overdraft(self, name: str, limit: int) -> None:
        """Let an account go below zero."""
        self.both(
            lambda m: m.set_overdraft(name, limit),
            "set_overdraft_limit",
            self.name(name),
            CURRENCY,
            limit,
            REASON,
        )

    @rule(payer=SOMEBODY, payee=SOMEBODY, amount=AMOUNTS, at_once=st.booleans())
    def request(self, payer: str, payee: str, amount: int, *, at_once: bool) -> None:
        """Ask for a transfer's approval, and get it; it is tried, but nothing is done yet."""
        wanted = {"from": self.name(payer), "to": self.name(payee), "currency": CURRENCY, "amount": amount}
        before = copy.deepcopy(self.model)
        made, found = self.both(
            lambda m: m.transfer(payer, payee, amount), "submit_request", "transfer", Jsonb(wanted), REASON
        )
        self.model = before
        if made is not None:
            content = bytes.fromhex(found["content"])
            assert (
                done(write(self.admin, "approve_request", found["request"], content, ""))["status"]
                == "approved"
            )
            self.requests.append((found["request"], payer, payee, amount))
            if at_once:
                self.carry_out(self.requests[-1])

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def execute(self, data: st.DataObject) -> None:
        """Do what was approved, if it can still be done."""
        self.carry_out(self.pick(data, self.requests))

    def carry_out(self, chosen: tuple[int, str, str, int]) -> None:
        """Execute a request."""
        number, payer, payee, amount = chosen
        made, found = self.both(lambda m: m.transfer(payer, payee, amount), "execute_request", number)
        self.remember(made, found)
        if made is not None:
            self.requests.remove(chosen)

    @precondition(lambda self: self.last is not None)
    @rule()
    def again(self) -> None:
        """Ask again what was asked last: the same answer, and nothing happens."""
        assert self.last is not None
        (function, *values), key, found = self.last
        assert write(self.operator, function, *values, key=key) == found

    @invariant()
    def agree(self) -> None:
        """Compare every balance, lot and hold."""
        if not self.model.accounts:
            return
        rows = self.operator.execute(STATE, [[self.name(name) for name in NAMES]]).fetchall()
        expected = [
            (self.name(name), account.balance, self.model.granted(name), self.model.reserved(name),
             account.overdraft, account.status,
             [lot.remaining for lot in self.model.lots if lot.owner == name],
             [f"{hold.status} {hold.captured}" for hold in self.model.holds.values() if hold.owner == name],
             sum(self.model.dead(name).values()))
            for name, account in self.model.accounts.items()
        ]  # fmt: skip
        assert rows == expected

    @override
    def teardown(self) -> None:
        """Leave nothing to the next example's sweeps, and see that the books add up."""
        done(write(self.operator, "sweep", 1_000))
        assert_adds_up(self.admin)


@pytest.mark.timeout(3_600 if SOAK else 300)
def test_the_ledger_does_what_its_model_does(as_role: Callable[[str], str], ledger_url: str) -> None:
    with connected(as_role("t_operator")) as operator, connected(ledger_url) as admin:
        run_state_machine_as_test(
            lambda: Bank(operator, admin),  # type: ignore[arg-type]  # a factory does as well as a class
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                derandomize=not SOAK,
                print_blob=True,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                # Each smaller example would be a run on the server: the one that failed is printed as it is.
                phases=(Phase.generate,),
            ),
        )
        rows = admin.execute("SELECT kind, outcome ->> 'code' FROM ledger.operations").fetchall()
    for kind in FUNCTIONS:
        answers = [code for other, code in rows if other == kind]
        # Neither the ledger nor its model agreed by refusing everything.
        assert answers.count(None) > EXAMPLES // 10, (kind, len(answers))
