"""What waits on the overview: for the operator who asks, and for anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from console.ledger.books.overview.load import overview
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.settings import Settings
from tests.bookkeeping import Line, create_batch, post_batch, transfer
from tests.cluster import CURRENCY, connected
from tests.models.writes import REASON, done, soon, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.books.overview.figures import Waiting
    from tests.bookkeeping import Connection
    from tests.operators import Staff


@pytest.fixture(autouse=True)
def opened(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 1_000, "bob": 0, "carol": 0})


def waiting_at(url: str) -> Waiting:
    """Return what waits for whoever signs in there."""
    database = Database(url, Recorder(), Settings.model_construct())
    try:
        return overview(database).waiting
    finally:
        database.close()


@pytest.fixture
def waits(as_role: Callable[[str], str]) -> Callable[[str], Waiting]:
    """Return what waits for one of the logins."""
    return lambda login: waiting_at(as_role(login))


def submit(connection: Connection, amount: int) -> int:
    request = Jsonb({
        "from": "alice", "to": "bob", "currency": CURRENCY, "amount": amount, "reference": None,
        "description": "", "effective_at": None,
    })  # fmt: skip
    return int(done(write(connection, "submit_request", "transfer", request, REASON))["request"])


def make_older(admin: Connection, days: int) -> None:
    """Let all that is in the audit chain, and all that is followed, be so many days older."""
    admin.execute("SET session_replication_role = replica")
    for column in ("audit_events SET at = at", "account_follows SET since = since"):
        admin.execute(f"UPDATE ledger.{column} - interval '{days} days'".encode())
    admin.execute("SET session_replication_role = origin")


def test_a_request_waits_for_those_who_may_approve_it(
    operator: Connection, admin: Connection, as_role: Callable[[str], str], waits: Callable[[str], Waiting]
) -> None:
    admin.execute(
        "INSERT INTO ledger.approval_rules (kind, currency, from_amount, approvals)"
        " VALUES ('transfer', %s, 500, 2)",
        [CURRENCY],
    )
    number = submit(operator, 600)
    found = waits("t_approver").approvals
    assert found.count == 1
    assert found.since is not None
    assert waits("t_operator").approvals.count == waits("t_viewer").approvals.count == 0
    with connected(as_role("t_approver")) as approver:
        content = admin.execute("SELECT content FROM ledger.approval_requests").fetchone()
        assert content is not None
        done(write(approver, "approve_request", number, *content))
    # It still waits, but for somebody else.
    assert waits("t_approver").approvals.count == 0


def test_what_a_checker_delegates_waits_for_who_decides_in_their_place(
    operator: Connection, as_role: Callable[[str], str], waits: Callable[[str], Waiting]
) -> None:
    submit(operator, 600)
    assert waits("t_viewer").approvals.count == 0
    with connected(as_role("t_approver")) as approver:
        done(write(approver, "delegate", "t_viewer", soon(), REASON))
    assert waits("t_viewer").approvals.count == waits("t_approver").approvals.count == 1


def test_nobody_approves_what_is_their_own(
    staff: Staff, admin: Connection, waits: Callable[[str], Waiting]
) -> None:
    """One who may both submit and approve is told of what others submitted."""
    admin.execute(
        "INSERT INTO ledger.approval_rules (kind, currency, from_amount, approvals)"
        " VALUES ('transfer', %s, 500, 1)",
        [CURRENCY],
    )
    both = staff.hire("operator", "approver")
    with connected(staff.url(both)) as maker:
        submit(maker, 600)
    assert waiting_at(staff.url(both)).approvals.count == 0
    assert waits("t_approver").approvals.count == 1


def test_a_draft_waits_for_who_made_it(operator: Connection, waits: Callable[[str], Waiting]) -> None:
    create_batch(operator, [Line(1, "alice", "bob", 5, "b-1")])
    done(post_batch(operator, create_batch(operator, [Line(1, "alice", "bob", 5, "b-2")])))
    found = waits("t_operator").drafts
    assert found.count == 1
    assert found.since is not None
    assert waits("t_operator2").drafts.count == 0


def test_a_batch_that_was_reversed_in_part_is_missing_something(
    operator: Connection, viewer: Database
) -> None:
    whole, part = (
        create_batch(operator, [Line(1, "alice", name, 80, f"{name}-{name}")]) for name in ("bob", "carol")
    )
    for batch in (whole, part):
        done(post_batch(operator, batch))
    done(transfer(operator, "carol", "@external", 50))
    for batch in (whole, part):
        done(write(operator, "reverse_batch", batch, "available", REASON))
    (credit,) = overview(viewer).currencies
    assert (credit.unrecovered.count, credit.unrecovered.amount) == (1, 50)
    assert credit.unrecovered.since is not None


def test_an_account_one_follows_is_told_when_others_change_it_or_it_is_flagged(
    operator: Connection, admin: Connection, as_role: Callable[[str], str], waits: Callable[[str], Waiting]
) -> None:
    with connected(as_role("t_viewer")) as eye:
        for name in ("alice", "bob", "carol"):
            done(write(eye, "follow_account", name, True))
        done(write(eye, "follow_account", "carol", False))
    # That the accounts were opened was before.
    assert waits("t_viewer").followed == ()
    done(write(operator, "set_account_status", "alice", "frozen", REASON))
    done(write(operator, "set_account_status", "carol", "frozen", REASON))
    assert waits("t_viewer").followed == ("alice",)
    done(write(operator, "flag_account", "bob", "ask for a passport"))
    make_older(admin, 2)
    # What was done is past; what is flagged stays so until it is done.
    assert waits("t_viewer").followed == ("bob",)
    make_older(admin, -2)
    assert waits("t_operator").followed == ()


def test_what_one_does_oneself_is_no_news(operator: Connection, waits: Callable[[str], Waiting]) -> None:
    done(write(operator, "follow_account", "alice", True))
    done(write(operator, "set_account_status", "alice", "frozen", REASON))
    assert waits("t_operator").followed == ()
