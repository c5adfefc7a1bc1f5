"""Two admins turn dual control on and off while a third attacks: while it is on, nobody gives alone."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.bookkeeping import wait_until
from tests.cluster import CURRENCY
from tests.faults.tamper.found import broken
from tests.models.approvals.races.attacker import LIMIT, RULED, TIER, TYPED_FROM, Order
from tests.models.approvals.races.process import Process
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

    from tests.bookkeeping import Connection
    from tests.operators import Staff

ATTACKER: Final = "tests.models.approvals.races.attacker"
ADMIN: Final = "tests.models.approvals.races.checker"
TIMES: Final = 10
CALLS: Final = 60
"""What the chain has of the attacker at least each time that it is on or off; few movements are there."""
NAMES: Final = 120
MOVES: Final = frozenset({"transfer", "grant_credit", "post_batch", "capture"})
CONTROLS: Final = frozenset({
    "set_limit", "set_approval_rule", "set_approval_terms", "set_allowance", "enable_operator",
    "set_operator_groups", "create_operator", "set_operator_password",
})  # fmt: skip
CHAIN: Final = """
    SELECT e.id, e.actor, e.action, e.outcome, e.detail -> 'request', e.detail -> 'outcome'
    FROM ledger.audit_events e ORDER BY e.id"""
TRIED: Final = """
    SELECT count(*) FROM ledger.audit_events e
    WHERE e.actor = %s AND e.id > (SELECT max(t.id) FROM ledger.audit_events t
        WHERE t.action = 'execute_request' AND t.outcome = 'done')"""


@dataclass(slots=True)
class Judge:
    """Reads the audit chain from its beginning: what stood, and what was given while dual control was on."""

    attacker: str
    on: bool = False
    terms: int = TYPED_FROM
    limit: int = LIMIT
    checkers: int = 2
    allowance: int = 0
    groups: frozenset[str] = frozenset({"ledger_viewer"})
    intervals: list[list[int]] = field(default_factory=list)
    alone: list[int] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def read(self, row: tuple[Any, ...]) -> None:
        """Take one event."""
        number, actor, action, outcome, request, answer = row
        if action == "execute_request" and outcome == "done" and "on" in answer:
            assert actor != self.attacker
            self.on = answer["on"]
            if self.on:
                self.intervals.append([number])
            else:
                self.intervals[-1].append(number)
        if actor != self.attacker or action in {"submit_request", "disable_operator"}:
            return
        if outcome == "refused":
            self.counted[f"{action} {answer['code']}"] += 1
        elif action in {"approve_request", "execute_request", "end_dual_control", "set_dual_control"}:
            self.alone.append(number)
        elif action in CONTROLS:
            gives = self._gives(action, request)
            self.counted[f"{action} {'on' if self.on else 'off'} {'gives' if gives else 'takes'}"] += 1
            if self.on and gives:
                self.alone.append(number)

    def _gives(self, action: str, request: Mapping[str, Any]) -> bool:
        """Whether more is allowed by it than before; it stands from now on."""
        if action == "set_limit":
            before, self.limit = self.limit, request["per_operation"]
            return self.limit > before
        if action == "set_approval_rule":
            before, self.checkers = self.checkers, request["approvals"]
            return self.checkers < before
        if action == "set_approval_terms":
            before, self.terms = self.terms, request["typed_from"]
            return self.terms > before
        if action == "set_allowance":
            before, self.allowance = self.allowance, request["per_operation"]
            return self.allowance > before
        if action == "set_operator_groups":
            had, self.groups = self.groups, frozenset(request["groups"])
            return not self.groups <= had
        return True


def attack_of(staff: Staff, admin: Connection) -> tuple[str, Order]:
    """Hire an attacker and whom they try to give more, and set what there is to be loosened."""
    attacker = staff.hire("admin")
    capped, shut, keyed = staff.hire("operator"), staff.hire("operator"), staff.hire("viewer")
    moved = staff.hire("viewer")
    for function, values in (
        ("set_approval_rule", ("transfer", CURRENCY, TIER, 1)),
        ("set_approval_rule", (RULED[0], CURRENCY, RULED[1], 2)),
        ("set_approval_terms", (CURRENCY, TYPED_FROM, 14)),
        ("set_limit", (capped, "*", CURRENCY, LIMIT, 10 * LIMIT)),
    ):
        done(write(admin, function, *values, REASON))
    names = [staff.new_name() for _ in range(NAMES)]
    return attacker, Order(staff.url(attacker), 1, capped, shut, moved, keyed, names)


def turn(maker: Process, checker: Process, *, on: bool) -> None:
    """Turn dual control on or off: one admin asks, another agrees, the first carries it out."""
    asked = maker.ask(verb="submit_control", on=on)
    agreed = checker.ask(verb="approve", request=asked["request"], content=asked["content"])
    assert agreed["status"] == "approved", agreed
    ended = maker.ask(verb="execute", request=asked["request"])
    assert ended["status"] == "executed", ended


def test_nothing_that_gives_is_done_alone_while_it_is_on(
    staff: Staff,
    admin: Connection,
    open_accounts: Callable[..., None],
    ledger_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    open_accounts({"alice": 10_000_000, "bob": 0})
    name, order = attack_of(staff, admin)
    counted = list[int]()

    def tried() -> bool:
        return admin.execute(TRIED, [name]).fetchone() >= (CALLS,)  # type: ignore[operator]  # it counts

    with (
        Process(ADMIN, staff.url(staff.hire("admin"))) as maker,
        Process(ADMIN, staff.url(staff.hire("admin"))) as checker,
        Process(ATTACKER, order.text()) as attacker,
    ):
        attacker.tell(verb="begin")
        for day in range(TIMES):
            turn(maker, checker, on=True)
            wait_until(tried, timeout_s=60)
            turn(maker, checker, on=False)
            # As if the day were over: what was moved in it is no matter any more.
            row = admin.execute(
                "UPDATE ledger.tier_usage SET day = day - %s::integer WHERE operator = %s"
                " AND day = (SELECT max(u.day) FROM ledger.tier_usage u) RETURNING amount::bigint",
                [day + 1, name],
            ).fetchone()
            counted.append(0 if row is None else row[0])
            wait_until(tried, timeout_s=60)
        calls = attacker.ask(verb="end")["calls"]
    judge = Judge(name)
    for event in admin.execute(CHAIN):
        judge.read(event)
    with capsys.disabled():
        sys.stdout.write(f"\n{report(judge, calls, counted)}\n")
    assert judge.alone == []
    assert len(judge.intervals) == TIMES
    errors = {(call["way"], call["code"]) for call in calls if call["status"] == "error"}
    assert errors == {("end_dual_control", "42501")}
    # All that it moved is known here.
    row = admin.execute(
        "SELECT coalesce(sum(t.amount), 0)::bigint FROM ledger.transactions t WHERE t.operator = %s", [name]
    ).fetchone()
    assert row == (sum(call["amount"] for call in calls),)
    assert max(moved_within(judge, calls)) < TIER
    assert max(counted) < TIER
    # It was no show: each was refused while it was on and done while it was off, and the tier was reached.
    for kind in CONTROLS:
        assert judge.counted[f"{kind} control.second"], kind
        assert judge.counted[f"{kind} off gives"], kind
    for kind in MOVES:
        assert judge.counted[f"{kind} approval.required"], kind
    assert max(counted) >= TIER // 2
    assert broken(ledger_url) == {}


def moved_within(judge: Judge, calls: list[dict[str, Any]], *, touching: bool = False) -> list[int]:
    """Sum what was moved in each interval, by calls that began and ended in it; touching: or only one."""
    found = list[int]()
    for on, off in judge.intervals:
        found.append(
            sum(
                call["amount"] for call in calls
                if (call["after"] >= on and call["before"] < off if touching
                    else call["before"] >= on and call["after"] < off)
            )
        )  # fmt: skip
    return found


def report(judge: Judge, calls: list[dict[str, Any]], counted: list[int]) -> str:
    """Return what was measured, for people."""
    lines = [
        f"{len(calls):,} attempts in {len(judge.intervals)} intervals",
        f"  moved in each: {moved_within(judge, calls)}, counted: {counted}",
        f"  with what passed an edge: {moved_within(judge, calls, touching=True)}",
        *(f"  {words}: {number}" for words, number in sorted(judge.counted.items())),
    ]
    return "\n".join(lines)
