"""Audit events by filters and pages, and what a page reads of a chain of 200,000."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from console.ledger.audit.filter import AuditFilter, statement_of
from console.ledger.audit.kinds import ACTIONS, Family, actions_of
from console.ledger.audit.page import page
from console.postgres.page import Direction
from tests.bookkeeping import transfer
from tests.cluster import connected
from tests.console.ledger.audit.chained import START, fill_chain
from tests.console.ledger.search.plans import reads, rows_read
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.cluster import Cluster

ROWS = 200_000
FIRST = datetime.fromisoformat(START)


@pytest.fixture
def lively(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> None:
    """Open two accounts, do three things, one of them refused, and set a limit."""
    open_accounts({"alice": 1_000, "alina": 0})
    transfer(operator, "alina", "alice", 5)
    done(write(operator, "add_note", "alice", "called"))
    done(write(admin, "set_limit", "ledger_operator", "transfer", "CR", 900, 5_000, REASON))


def actions(database: Database, wanted: AuditFilter) -> list[str]:
    return [event.action for event in page(database, wanted).rows]


@pytest.mark.usefixtures("lively")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(outcome="refused"), ["transfer"]),
        (AuditFilter(subject="account:alice", outcome="done"), ["add_note", "open_account"]),
        (AuditFilter(subject="account:al", starts=True, outcome="done"), ["add_note"] + 2 * ["open_account"]),
        (AuditFilter(subject="account:al"), []),
        (AuditFilter(actor="t_operator", actions=("add_note", "set_limit")), ["add_note"]),
        (AuditFilter(actions=("add_note", "set_limit")), ["set_limit", "add_note"]),
        (AuditFilter(actions=actions_of([Family.CONTROLS])), ["set_limit"]),
        (AuditFilter(since=datetime(2999, 1, 1, tzinfo=UTC)), []),
        (AuditFilter(until=datetime(1999, 1, 1, tzinfo=UTC)), []),
        (AuditFilter(since=datetime.min.replace(tzinfo=UTC), outcome="refused"), ["transfer"]),
        (AuditFilter(until=datetime.max.replace(tzinfo=UTC), outcome="refused"), ["transfer"]),
    ],
)
def test_events_are_found_by_each_filter(viewer: Database, wanted: AuditFilter, found: list[str]) -> None:
    assert actions(viewer, wanted) == found


@pytest.mark.usefixtures("lively")
def test_a_span_takes_its_first_moment_and_not_its_last(viewer: Database) -> None:
    events = page(viewer, AuditFilter()).rows
    one = events[1]
    assert [event.id for event in page(viewer, AuditFilter(since=one.at)).rows] == [events[0].id, one.id]
    earlier = page(viewer, AuditFilter(until=one.at)).rows
    assert earlier == events[2:]


@pytest.mark.usefixtures("lively")
def test_pages_follow_one_another_both_ways(viewer: Database) -> None:
    whole = page(viewer, AuditFilter()).rows
    first = page(viewer, AuditFilter(), limit=2)
    after = page(viewer, AuditFilter(), before=first.rows[-1].id, limit=2)
    assert (*first.rows, *after.rows) == whole[:4]
    assert (first.more_before, first.more_after, after.more_before) == (False, True, True)
    back = page(viewer, AuditFilter(), before=after.rows[0].id, direction=Direction.BEFORE, limit=2)
    assert back.rows == first.rows
    last = page(viewer, AuditFilter(), direction=Direction.BEFORE, limit=2)
    assert last.rows == whole[-2:]
    assert not last.more_after


def test_every_kind_that_the_ledger_writes_is_in_a_family() -> None:
    functions = Path("models/functions")
    dispatch = (functions / "writes/dispatch.sql").read_text()
    dispatched = re.findall(r"WHEN '([a-z_]+)' THEN (?:RETURN )?ledger", dispatch)
    noted = [
        name
        for folder in (functions, Path("console/workspace"))
        for file in folder.rglob("*")
        if file.suffix in {".sql", ".py"}
        for name in re.findall(r"ledger\.note\(\s*'([a-z_]+)'", file.read_text())
    ]
    assert set(ACTIONS) == {*dispatched, *noted}
    assert len(ACTIONS) == len(set(ACTIONS))


@pytest.fixture(scope="module")
def long_chain(cluster: Cluster, ledger_template: str) -> Iterator[str]:
    """Return the URL of a ledger with a chain of 200,000 events."""
    name = cluster.create(ledger_template)
    fill_chain(cluster.url(name), ROWS)
    yield cluster.url(name)
    cluster.drop(name)


def _plan(url: str, wanted: AuditFilter, cursor: int | None) -> list[dict[str, Any]]:
    statement, values = statement_of(wanted, cursor, 201, falling=True)
    return reads(url, statement, values, {"audit_events"})


BEGAN, ENDED = FIRST + timedelta(days=30), FIRST + timedelta(days=31)
DAY = AuditFilter(since=BEGAN, until=ENDED)


@pytest.mark.parametrize("cursor", [None, 150_000])
@pytest.mark.parametrize(
    ("wanted", "index", "most"),
    [
        (AuditFilter(), "audit_events_pkey", 410),
        (AuditFilter(actor="op3"), "audit_events_actor_idx", 410),
        (AuditFilter(subject="account:a7"), "audit_events_subject_idx", 410),
        (AuditFilter(subject="limit:", starts=True), "audit_events_subject_idx", 410),
        (AuditFilter(subject="account:", starts=True), "audit_events_pkey", 420),
        (AuditFilter(actions=("set_limit",)), "audit_events_action_idx", 410),
        (AuditFilter(actions=actions_of([Family.CONTROLS])), "audit_events_action_idx", 410),
        (AuditFilter(actions=("grant_credit", "add_note")), "audit_events_action_idx", 610),
        (AuditFilter(outcome="refused"), "audit_events_refused_idx", 410),
        # By whichever of the two is rarer.
        (AuditFilter(outcome="refused", actions=("set_limit",)), "", 410),
        # 18 probes for each end, an hour's events on either side, and the page.
        (DAY, "audit_events_pkey", 650),
        # By the operator's index, or on PostgreSQL 15 by all events of the day and an hour on either side.
        (replace(DAY, actor="op3"), "", 1_750),
    ],
)
def test_a_page_walks_an_index_and_stops(
    long_chain: str, wanted: AuditFilter, index: str, most: int, cursor: int | None
) -> None:
    nodes = _plan(long_chain, wanted, cursor)
    assert index in {node.get("Index Name", "") for node in nodes} | {""}
    assert sum(map(rows_read, nodes)) <= most


def test_a_day_is_found_in_a_long_chain(long_chain: str) -> None:
    statement, values = statement_of(DAY, None, 5_000, falling=True)
    written = str(statement.compile(dialect=PGDialect_psycopg()))  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    with connected(long_chain) as connection:
        found = [row[1] for row in connection.execute(written.encode(), values).fetchall()]
    assert len(found) == 24 * 60
    assert (min(found), max(found)) == (BEGAN, ENDED - timedelta(minutes=1))


def test_an_event_of_a_clock_that_was_set_back_is_not_missed(
    viewer: Database, admin: Connection, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 0, "bob": 0, "carla": 0, "dora": 0})
    events = page(viewer, AuditFilter()).rows
    middle = events[1]
    # The last one happened when the clock had been set back by 50 minutes.
    back = middle.at - timedelta(minutes=50)
    admin.execute("SET session_replication_role = replica")
    admin.execute("UPDATE ledger.audit_events SET at = %s WHERE id = %s", [back, events[0].id])
    late = page(viewer, AuditFilter(until=middle.at - timedelta(minutes=49))).rows
    assert [event.id for event in late] == [events[0].id]
    admin.execute("UPDATE ledger.audit_events SET at = %s WHERE id = %s", [events[0].at, events[0].id])
