"""What would be asked of a made-up operation, and how rules are walked around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.errors import RefusedError
from console.ledger.approvals.rules.allowances import Allowance, AllowanceRow, allowances, set_allowance
from console.ledger.approvals.rules.commands import set_limit, set_rule
from console.ledger.approvals.rules.controls import dual_control
from console.ledger.approvals.rules.in_force import LimitRow, RuleRow, Usage, limits, rules
from console.ledger.approvals.rules.ways_around import Around, ways_around
from console.ledger.approvals.rules.what_needs_whom import ThoughtOf, Way, what_needs_whom
from console.ledger.credits.commands import Grant, grant
from console.ledger.transactions.transfer import Transfer
from console.ledger.transactions.transfer import post as pay
from console.money import Currency
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings

CR = Currency("CR", 2)
EUR = Currency("EUR", 2)
MARA = frozenset({"mara", "ledger_operator", "ledger_viewer"})
WHY = "ticket 3"


def rule(kind: str, from_amount: int, approvals: int = 1, currency: Currency = CR) -> RuleRow:
    return RuleRow(kind, currency, from_amount, approvals)


def limit(
    holder: str, kind: str, once: int | None, day: int | None = None, *used: Usage, currency: Currency = CR
) -> LimitRow:
    return LimitRow(holder, kind, currency, once, day, used)


def thought(amount: int, kind: str = "transfer") -> ThoughtOf:
    return ThoughtOf(kind, "CR", amount, MARA, "mara")


def test_the_highest_tier_that_catches_it_counts() -> None:
    tiers = (rule("transfer", 1_000), rule("transfer", 50_000, 2), rule("transfer", 10, 5, EUR))
    found = [what_needs_whom(thought(amount), tiers, (), ()).checkers for amount in (999, 1_000, 50_000)]
    assert found == [0, 1, 2]
    assert what_needs_whom(thought(999), tiers, (), ()).passes


def test_an_allowance_lets_it_pass_up_to_its_amount() -> None:
    rows = (rule("grant_credit", 0),)
    given = (AllowanceRow("ledger_operator", "grant_credit", CR, 500, 2_000),)
    small = what_needs_whom(thought(500, "grant_credit"), rows, (), given)
    assert (small.checkers, small.allowance, small.passes) == (1, given[0], True)
    large = what_needs_whom(thought(501, "grant_credit"), rows, (), given)
    assert (large.allowance, large.passes) == (None, False)


def test_ones_own_allowance_counts_instead_of_the_roles() -> None:
    rows = (rule("grant_credit", 0),)
    given = (
        AllowanceRow("ledger_operator", "grant_credit", CR, 100, 2_000),
        AllowanceRow("ledger_viewer", "grant_credit", CR, 300, 2_000),
    )
    assert what_needs_whom(thought(200, "grant_credit"), rows, (), given).allowance is None
    own = AllowanceRow("mara", "grant_credit", CR, 500, 2_000)
    assert what_needs_whom(thought(200, "grant_credit"), rows, (), (*given, own)).allowance == own


def test_the_tightest_limit_of_the_roles_refuses_it_and_ones_own_counts_instead() -> None:
    rows = (limit("ledger_operator", "transfer", 300), limit("ledger_viewer", "transfer", 200))
    met = what_needs_whom(thought(250), (), rows, ()).refused
    assert met is not None
    assert (met.limit.holder, met.a_day, met.most) == ("ledger_viewer", False, 200)
    own = (*rows, limit("mara", "transfer", 1_000))
    assert what_needs_whom(thought(250), (), own, ()).refused is None
    # Of any kind is another limit, and holds beside it.
    both = (*own, limit("ledger_operator", "*", 240))
    assert what_needs_whom(thought(250), (), both, ()).refused is not None


def test_what_is_left_of_the_day_counts() -> None:
    rows = (limit("ledger_operator", "transfer", None, 1_000, Usage("mara", 900), Usage("noor", 10)),)
    met = what_needs_whom(thought(101), (), rows, ()).refused
    assert met is not None
    assert (met.a_day, met.most, met.left) == (True, 1_000, 100)
    assert what_needs_whom(thought(100), (), rows, ()).refused is None


def test_a_limit_refuses_what_was_approved_too() -> None:
    found = what_needs_whom(thought(500), (rule("transfer", 0),), (limit("mara", "*", 400),), ())
    assert found.checkers == 1
    assert found.refused is not None
    assert not found.passes


def test_support_only_asks_and_a_viewer_does_nothing() -> None:
    asking = frozenset({"ledger_support", "ledger_viewer"})
    given = (AllowanceRow("ledger_support", "grant_credit", CR, 500, 2_000),)
    small = what_needs_whom(ThoughtOf("grant_credit", "CR", 500, asking), (), (), given)
    assert (small.way, small.checkers, small.passes) == (Way.ASK, 1, True)
    large = what_needs_whom(ThoughtOf("grant_credit", "CR", 501, asking), (), (), given)
    assert (large.checkers, large.passes) == (1, False)
    assert what_needs_whom(ThoughtOf("post_batch", "CR", 5, asking), (), (), ()).way is Way.NONE
    viewer = what_needs_whom(ThoughtOf("transfer", "CR", 5, frozenset({"ledger_viewer"})), (), (), ())
    assert (viewer.way, viewer.passes) == (Way.NONE, False)


def test_in_dual_control_the_days_sum_of_all_kinds_counts() -> None:
    rows = (rule("transfer", 1_000), rule("post_batch", 2_000, 2), rule("reverse_batch", 10, 5))
    assert what_needs_whom(thought(999), rows, (), (), 0).passes
    found = what_needs_whom(thought(1), rows, (), (), 999)
    assert (found.checkers, found.rule) == (1, rows[0])
    for kind in ("grant_credit", "capture", "post_batch"):
        assert what_needs_whom(thought(1_000, kind), rows, (), (), 0).checkers == 1
        assert what_needs_whom(thought(1_000, kind), rows, (), (), 1_000).checkers == 2
    assert what_needs_whom(thought(10, "set_overdraft_limit"), rows, (), (), 5_000).checkers == 1
    # A rule for all of a kind is about that kind.
    assert what_needs_whom(thought(10), (rule("grant_credit", 0),), (), (), 0).passes


def test_a_rule_is_walked_around_by_its_neighbours_and_in_parts() -> None:
    found = ways_around((rule("transfer", 1_000), rule("transfer", 9_000, 2)), ())
    assert [(one.rule.from_amount, one.how, one.kinds) for one in found] == [
        (1_000, Around.ANOTHER_KIND, ("post_batch", "capture", "grant_credit")),
        (1_000, Around.IN_PARTS, ("transfer",)),
    ]


def test_rules_at_or_below_it_and_limits_a_day_close_the_ways() -> None:
    rows = (
        rule("transfer", 1_000), rule("post_batch", 1_000), rule("capture", 1_001), rule("grant_credit", 0)
    )  # fmt: skip
    of_transfer = [one for one in ways_around(rows, ()) if one.rule.kind == "transfer"]
    assert [one.kinds for one in of_transfer] == [("capture",), ("transfer",)]
    day = (limit("ledger_operator", "*", None, 50_000),)
    assert ways_around(rows, day) == ()
    assert ways_around(rows, (limit("ledger_operator", "*", 50_000),)) != ()
    assert ways_around(rows, (limit("mara", "*", None, 50_000),)) != ()
    assert ways_around(rows, (*day, limit("mara", "*", 50_000, None))) != ()
    assert ways_around(rows, (limit("ledger_operator", "*", None, 50_000, currency=EUR),)) != ()


def test_a_rule_from_nothing_on_has_no_small_parts() -> None:
    assert [one.how for one in ways_around((rule("transfer", 0),), ())] == [Around.ANOTHER_KIND]
    assert ways_around((rule("reverse_batch", 5),), ()) == ()


@pytest.fixture
def ledger_of(as_role: Callable[[str], str], settings: Settings) -> Iterator[Callable[[str], Ledger]]:
    """Return the console's way to the ledger as one of tests.cluster.LOGINS."""
    opened: list[Database] = []

    def of(login: str) -> Ledger:
        opened.append(Database(as_role(login), Recorder(capacity=200), settings))
        return Ledger(opened[-1])

    yield of
    for database in opened:
        database.close()


def test_in_dual_control_too(
    ledger_of: Callable[[str], Ledger], open_accounts: Callable[..., None], ledger_url: str
) -> None:
    open_accounts({"ann": 1_000_000, "ben": 0})
    admin, operator = ledger_of("t_admin"), ledger_of("t_operator")
    set_rule(admin, "transfer", CURRENCY, 1_000, 1, reason=WHY)
    set_rule(admin, "grant_credit", CURRENCY, 1_500, 2, reason=WHY)
    with connected(ledger_url) as connection:
        connection.execute("UPDATE ledger.controls SET dual_control = true")
    holders = frozenset({"t_operator", "ledger_operator", "ledger_viewer"})
    database = operator.database
    passed = []
    for number, (kind, amount) in enumerate(
        [
            ("transfer", 1_000),
            ("grant_credit", 600),
            ("transfer", 400),
            ("transfer", 399),
            ("grant_credit", 1),
        ]
    ):
        moved = dual_control(database).moved_today.get(("t_operator", CURRENCY), 0)
        wanted = ThoughtOf(kind, CURRENCY, amount, holders, "t_operator")
        found = what_needs_whom(wanted, rules(database), (), (), moved)
        code = ""
        try:
            if kind == "transfer":
                pay(operator, Transfer("ann", "ben", CURRENCY, amount, f"r-{number}", "for May"))
            else:
                grant(operator, Grant("ben", CURRENCY, amount, "promo", None, f"g-{number}", "for May"))
        except RefusedError as refused:
            code = refused.code
        assert code == ("" if found.passes else "approval.required"), (kind, amount, found)
        passed += [amount] if found.passes else []
    assert passed == [600, 399]
    assert dual_control(database).moved_today == {("t_operator", CURRENCY): 999}


def test_the_ledger_judges_the_same(
    ledger_of: Callable[[str], Ledger], open_accounts: Callable[..., None]
) -> None:
    """Each made-up operation is also done: refused or not, the ledger says what was said of it."""
    open_accounts({"ann": 1_000_000, "ben": 0})
    admin, operator = ledger_of("t_admin"), ledger_of("t_operator")
    set_rule(admin, "transfer", CURRENCY, 500, 1, reason=WHY)
    set_rule(admin, "grant_credit", CURRENCY, 0, 1, reason=WHY)
    set_limit(admin, "ledger_operator", "*", CURRENCY, per_operation=300, per_day=None, reason=WHY)
    set_limit(admin, "t_operator", "transfer", CURRENCY, per_operation=None, per_day=400, reason=WHY)
    set_allowance(admin, Allowance("ledger_viewer", "grant_credit", CURRENCY, 50, 60), reason=WHY)
    holders = frozenset({"t_operator", "ledger_operator", "ledger_viewer"})
    for number, (kind, amount) in enumerate(
        [("transfer", 499), ("transfer", 250), ("transfer", 200), ("transfer", 150), ("transfer", 500),
         ("grant_credit", 50), ("grant_credit", 51)]
    ):  # fmt: skip
        database = operator.database
        found = what_needs_whom(
            ThoughtOf(kind, CURRENCY, amount, holders, "t_operator"),
            rules(database), limits(database), allowances(database),
        )  # fmt: skip
        try:
            if kind == "transfer":
                pay(operator, Transfer("ann", "ben", CURRENCY, amount, f"r-{number}", "for May"))
            else:
                grant(operator, Grant("ben", CURRENCY, amount, "promo", None, f"g-{number}", "for May"))
            code = ""
        except RefusedError as refused:
            code = refused.code
        if found.passes:
            expected = ""
        elif found.checkers and found.allowance is None:
            expected = "approval.required"
        else:
            assert found.refused is not None
            expected = "limit.day" if found.refused.a_day else "limit.operation"
        assert code == expected, (kind, amount, found)
