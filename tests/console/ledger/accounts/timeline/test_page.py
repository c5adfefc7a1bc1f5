"""An account's timeline: everything once, in one order, by walks that end at the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from console.errors import UsageError
from console.ledger.accounts.timeline import page as module
from console.ledger.accounts.timeline.page import Parts, TimelineKind, timeline
from console.ledger.accounts.timeline.sources import Source
from console.ledger.accounts.timeline.words import sentence
from console.monitor.budgets import budget
from console.postgres.page import Direction
from tests.bookkeeping import transfer
from tests.cluster import CURRENCY, connected
from tests.console.ledger.accounts.timeline.life import make_a_life
from tests.console.ledger.search.plans import reads
from tests.models.writes import REASON, done, refused, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.ledger.accounts.timeline.page import TimelineRow
    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

ZERO_DECIMALS = "KRW"


def told(rows: tuple[TimelineRow, ...]) -> list[tuple[str, str]]:
    return [(row.kind.value, row.act) for row in rows]


def places(rows: tuple[TimelineRow, ...]) -> list[tuple[Any, ...]]:
    return [tuple(row.place) for row in rows]


LONG = {"transactions", "audit_events", "reservations", "approval_requests"}

LIFE = [
    ("status", "set_account_status"),
    ("refused", "transfer"),
    ("limit", "set_overdraft_limit"),
    ("hold", "released"),
    ("movement", "capture"),
    ("hold", "reserve"),
    ("hold", "reserve"),
    ("movement", "reversal"),
    ("movement", "transfer"),
    ("movement", "grant"),
    ("note", "add_note"),
    ("movement", "deposit"),
    ("account", "open_account"),
]


def test_everything_stands_once_in_one_order(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None], statements: Statements
) -> None:
    open_accounts({"alice": 100, "bob": 50})
    make_a_life(operator)
    with statements.counted() as asked:
        found = timeline(viewer, " Alice", CURRENCY)
    assert len(asked) == budget("account.timeline") == 1
    assert told(found.rows) == LIFE
    assert {row.who for row in found.rows} == {"t_operator"}
    by_act = {row.act: row for row in found.rows}
    assert [row.moved for row in found.rows] == [*[None] * 4, -20, None, None, 10, -30, 40, None, 100, None]
    sent = next(row for row in found.rows if row.reference == "r-1")
    assert (sent.moved, sent.amount, sent.other, sent.said) == (-30, 30, "bob", "Lunch")
    assert by_act["reversal"].said.endswith(REASON)
    assert by_act["add_note"].said == "Called about <b>a refund</b>"
    assert (by_act["set_account_status"].before, by_act["set_account_status"].after) == ("active", "frozen")
    assert (by_act["set_overdraft_limit"].before, by_act["set_overdraft_limit"].amount) == ("0", 500)
    no = found.rows[1]
    assert (no.code, no.amount, no.other, no.moved) == ("funds.short", 5_000, "bob", None)
    assert (by_act["released"].reference, by_act["released"].said) == ("order-2", REASON)


def test_a_part_of_it_has_its_own_rows(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100, "bob": 50})
    make_a_life(operator)
    movements = timeline(viewer, "alice", CURRENCY, parts=Parts.MOVEMENTS).rows
    others = timeline(viewer, "alice", CURRENCY, parts=Parts.OTHERS).rows
    assert told(movements) == [one for one in LIFE if one[0] == "movement"]
    assert told(others) == [one for one in LIFE if one[0] != "movement"]


@pytest.fixture
def at_one_moment(
    admin: Connection, operator: Connection, open_accounts: Callable[..., None]
) -> Iterator[None]:
    """Let all of a life be of one microsecond, so that only source and number tell its rows apart."""
    open_accounts({"alice": 100, "bob": 50})
    make_a_life(operator)
    # The events' own moments are part of their hashes, and come back when the test is over.
    admin.execute("SET session_replication_role = replica")
    admin.execute("CREATE TEMP TABLE moments AS SELECT id, at FROM ledger.audit_events")
    for table, columns in (
        ("transactions", "posted_at"), ("audit_events", "at"), ("users", "created_at"),
        ("reservations", "created_at, closed_at"),
    ):  # fmt: skip
        for column in columns.split(", "):
            admin.execute(
                sql.SQL("UPDATE ledger.{} SET {} = '2026-03-01'").format(
                    sql.Identifier(table), sql.Identifier(column)
                )
            )
    yield
    admin.execute("UPDATE ledger.audit_events e SET at = m.at FROM moments m WHERE m.id = e.id")
    admin.execute("SET session_replication_role = origin")


@pytest.mark.usefixtures("at_one_moment")
@pytest.mark.parametrize("parts", list(Parts))
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_meet_both_ways_over_ties(viewer: Database, limit: int, parts: Parts) -> None:
    whole = timeline(viewer, "alice", CURRENCY, parts=parts)
    every = places(whole.rows)
    assert every == sorted(every, reverse=True)
    assert len(set(every)) == len(every) >= limit
    found = timeline(viewer, "alice", CURRENCY, parts=parts, limit=limit)
    seen = places(found.rows)
    assert not found.more_before
    while found.more_after:
        cursor = found.rows[-1].place
        found = timeline(viewer, "alice", CURRENCY, parts=parts, cursor=cursor, limit=limit)
        seen += places(found.rows)
    assert seen == every
    back = timeline(viewer, "alice", CURRENCY, parts=parts, direction=Direction.BEFORE, limit=limit)
    seen = places(back.rows)
    assert not back.more_after
    while back.more_before:
        cursor = back.rows[0].place
        back = timeline(
            viewer, "alice", CURRENCY,
            parts=parts, direction=Direction.BEFORE, cursor=cursor, limit=limit,
        )  # fmt: skip
        seen = places(back.rows) + seen
    assert seen == every


def test_an_executed_request_says_what_it_changed(
    viewer: Database,
    operator: Connection,
    as_admin: Connection,
    as_role: Callable[[str], str],
    open_accounts: Callable[..., None],
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    done(write(as_admin, "set_approval_rule", "set_overdraft_limit", CURRENCY, 1_000, 1, REASON))
    limit = ("set_overdraft_limit", "alice", CURRENCY, 5_000, REASON)
    assert refused(write(operator, *limit)) == "approval.required"
    wanted = json.dumps({"username": "alice", "currency": CURRENCY, "limit": 5_000, "reason": REASON})
    asked = done(write(operator, "submit_request", "set_overdraft_limit", wanted, "a good customer"))
    content = operator.execute(
        "SELECT content FROM ledger.approval_requests WHERE id = %s", [asked["request"]]
    ).fetchone()
    assert content is not None
    with connected(as_role("t_approver")) as checker:
        done(write(checker, "approve_request", asked["request"], content[0], "agreed"))
    done(write(operator, "execute_request", asked["request"]))
    ended, made, no = timeline(viewer, "alice", CURRENCY, parts=Parts.OTHERS).rows[:3]
    assert (ended.source, ended.kind, ended.after) == (
        Source.REQUEST_END,
        TimelineKind.REQUEST,
        "executed",
    )
    assert (made.source, made.amount, made.said) == (Source.REQUEST, 5_000, "a good customer")
    assert (no.kind, no.code, no.amount) == (TimelineKind.REFUSED, "approval.required", 5_000)
    assert [sentence(row) for row in (ended, made, no)] == [
        "Request executed, overdraft limit of 50.00 CR",
        "Approval asked for overdraft limit of 50.00 CR: a good customer",
        (
            "Refused overdraft limit of 50.00 CR, since this needs 1 approval first; submit it."
            f" Reason given: {REASON}"
        ),
    ]
    assert timeline(viewer, "bob", CURRENCY, parts=Parts.OTHERS).rows[0].act == "open_account"


def test_of_an_erased_person_a_note_says_nothing(
    viewer: Database, operator: Connection, as_admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 0})
    done(write(operator, "add_note", "alice", "Her sister's number"))
    done(write(operator, "set_account_status", "alice", "closed", REASON))
    done(write(as_admin, "erase_account", "alice", REASON))
    found = timeline(viewer, "alice", CURRENCY).rows
    assert told(found) == [
        ("account", "erase_account"),
        ("status", "set_account_status"),
        ("note", "add_note"),
        ("account", "open_account"),
    ]
    assert found[2].said == ""
    assert "sister" not in repr(found)


def test_each_currency_has_its_movements_and_holds_and_all_acts(
    viewer: Database, operator: Connection, as_admin: Connection, open_accounts: Callable[..., None]
) -> None:
    as_admin.execute("SELECT ledger.add_currency(%s, 0::smallint)", [ZERO_DECIMALS])
    open_accounts({"alice": 100, "bob": 0})
    open_accounts({"alice": 7}, ZERO_DECIMALS)
    done(reserve(operator, "alice", 5, "order-1"))
    assert refused(transfer(operator, "alice", "bob", 800, currency=ZERO_DECIMALS)) == "user.unknown"
    found = {code: timeline(viewer, "alice", code).rows for code in (CURRENCY, ZERO_DECIMALS)}
    assert [row.moved for row in found[CURRENCY] if row.moved is not None] == [100]
    assert [row.moved for row in found[ZERO_DECIMALS] if row.moved is not None] == [7]
    assert [row.act for row in found[CURRENCY] if row.kind is TimelineKind.HOLD] == ["reserve"]
    assert [row.act for row in found[ZERO_DECIMALS] if row.kind is TimelineKind.HOLD] == []
    for rows in found.values():
        no = next(row for row in rows if row.kind is TimelineKind.REFUSED)
        assert (no.amount, no.currency and no.currency.exponent) == (800, 0)
        opened = [row.currency.code for row in rows if row.act == "open_account" and row.currency]
        assert opened == [ZERO_DECIMALS, CURRENCY]


def test_a_system_account_and_one_that_a_batch_opened_have_a_beginning(
    viewer: Database, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100})
    external = timeline(viewer, "@external", CURRENCY).rows
    assert told(external) == [("movement", "deposit"), ("account", "open_account")]
    assert (external[0].moved, external[1].source, external[1].who) == (-100, Source.OPENED, None)
    admin.execute(
        "WITH made AS (INSERT INTO ledger.users (username) VALUES ('batch.opened') RETURNING id) "
        "INSERT INTO ledger.wallets (user_id, currency, kind) SELECT id, 'CR', 'customer' FROM made"
    )
    assert told(timeline(viewer, "batch.opened", CURRENCY).rows) == [("account", "open_account")]


def test_what_was_refused_may_have_held_anything(
    viewer: Database, operator: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 100})
    assert write(operator, "transfer", "alice", "b\u202eob\n" * 1_000, CURRENCY, 5)["status"] == "refused"
    assert write(operator, "transfer", "alice", "bob", "N\x1bO", 5)["status"] == "refused"
    asked = json.dumps({"username": "alice", "currency": CURRENCY, "amount": "1e9", "source": ["<b>"]})
    assert write(operator, "submit_request", "grant_credit", asked, REASON)["status"] == "refused"
    strange, unknown, long = timeline(viewer, "alice", CURRENCY).rows[:3]
    assert {row.kind for row in (strange, unknown, long)} == {TimelineKind.REFUSED}
    assert (strange.amount, strange.currency and strange.currency.code) == (None, CURRENCY)
    assert (unknown.amount, unknown.currency) == (None, None)
    assert len(long.other or "") == 200


def test_nobody_has_no_timeline(viewer: Database, open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 0})
    with pytest.raises(UsageError, match="There is no account 'nobody' in CR"):
        timeline(viewer, "nobody", CURRENCY)
    with pytest.raises(UsageError, match="There is no account 'alice' in KRW"):
        timeline(viewer, "alice", ZERO_DECIMALS)


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("username", ["alice", "@external"])
def test_of_a_long_life_a_page_reads_its_own(
    admin: Connection,
    ledger_url: str,
    open_accounts: Callable[..., None],
    username: str,
    direction: Direction,
) -> None:
    open_accounts({"alice": 100_000})
    admin.execute("""
        SELECT ledger.transfer(gen_random_uuid(), '@external', 'alice', 'CR', n),
            ledger.transfer(gen_random_uuid(), 'alice', 'nobody', 'CR', n),
            ledger.reserve(gen_random_uuid(), 'alice', 'CR', 1, 'order-' || n),
            ledger.release(gen_random_uuid(), 'order-' || n, 'for a test')
        FROM generate_series(1, 500) n""")
    admin.execute("""
        INSERT INTO ledger.approval_requests (
            kind, request, content, currency, amount, approvals_required, reason)
        SELECT 'set_overdraft_limit', jsonb_build_object('username', name), sha256(''), 'CR', 1, 1, ''
        FROM generate_series(1, 10000), unnest(ARRAY['alice', '@external']) name""")
    admin.execute("""
        UPDATE ledger.approval_requests SET status = 'rejected', closed_at = clock_timestamp(),
            closed_by = 'x', close_reason = 'for a test'""")
    admin.execute("VACUUM ANALYZE")
    shape = module._shape(Parts.ALL, beside=False, descending=direction is Direction.AFTER)
    values = {"username": username, "currency": CURRENCY, "limit": 21}
    read = reads(ledger_url, shape, values, LONG)
    assert {node["Relation Name"] for node in read} == LONG
    found = [
        (node["Relation Name"], node["Actual Rows"], node.get("Rows Removed by Filter", 0)) for node in read
    ]
    assert [one for one in found if one[1] + one[2] > 21] == []
