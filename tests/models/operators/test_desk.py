"""What a desk says of itself: why it writes, from what a ledger was restored, and who posts a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.bookkeeping import Line, content_hash, create_batch
from tests.models.writes import REASON, done, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bookkeeping import Connection

pytestmark = pytest.mark.sql

DETAIL = Jsonb({"backup": "of last night"})


def last_event(admin: Connection) -> tuple[Any, ...]:
    row = admin.execute(
        "SELECT actor, action, subject, outcome, reason FROM ledger.audit_events ORDER BY id DESC LIMIT 1"
    ).fetchone()
    assert row is not None
    return tuple(row)


def draft(maker: Connection) -> tuple[int, bytes]:
    """Make a draft that can be posted; return its number and the hash of its content."""
    batch = create_batch(maker, [Line(1, "kofi", "@external", 5, "r1")])
    maker.execute("SELECT count(*) FROM ledger.check_batch(%s)", [batch])
    content = content_hash(maker, batch)
    assert content is not None
    return batch, content


def test_the_reason_stands_in_the_audit_under_the_operators_own_name(
    connect: Callable[[str], Connection], admin: Connection
) -> None:
    viewer = connect("t_viewer")
    outcome = done(write(viewer, "unlock_writing", REASON, 15))
    assert outcome["until"] is not None
    assert last_event(admin) == ("t_viewer", "unlock_writing", "operator:t_viewer", "done", REASON)


@pytest.mark.parametrize(
    ("reason", "minutes", "code"),
    [
        (None, 15, "reason.empty"),
        ("  ", 15, "reason.empty"),
        ("x" * 501, 15, "text.character"),
        (REASON, None, "unlock.minutes"),
        (REASON, 0, "unlock.minutes"),
        (REASON, -5, "unlock.minutes"),
        (REASON, 481, "unlock.minutes"),
    ],
)
def test_no_reason_and_no_time_that_can_be_is_refused_and_kept(
    connect: Callable[[str], Connection],
    admin: Connection,
    reason: str | None,
    minutes: int | None,
    code: str,
) -> None:
    assert refused(write(connect("t_operator"), "unlock_writing", reason, minutes)) == code
    assert last_event(admin)[:4] == ("t_operator", "unlock_writing", "operator:t_operator", "refused")


@pytest.mark.parametrize(
    ("reason", "detail", "code"),
    [
        (None, DETAIL, "reason.empty"),
        (REASON, None, "restore.detail"),
        (REASON, Jsonb("text"), "restore.detail"),
        (REASON, Jsonb(None), "restore.detail"),
        (REASON, Jsonb({"long": "x" * 20_000}), "restore.detail"),
    ],
)
def test_what_is_said_of_a_restore_is_bounded(
    connect: Callable[[str], Connection], reason: str | None, detail: Jsonb | None, code: str
) -> None:
    boss = connect("t_admin")
    assert refused(write(boss, "note_restore", reason, detail)) == code
    done(write(boss, "note_restore", REASON, DETAIL))


@pytest.mark.parametrize("function", ["unlock_writing", "note_restore"])
def test_neither_is_taken_in_another_isolation_level(
    connect: Callable[[str], Connection], function: str
) -> None:
    boss = connect("t_admin")
    second: object = 15 if function == "unlock_writing" else DETAIL
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        boss.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
        with pytest.raises(psycopg.Error, match="READ COMMITTED only"):
            write(boss, function, REASON, second)
        boss.execute("ROLLBACK")


def test_after_set_role_it_is_still_the_session_that_is_named(
    connect: Callable[[str], Connection], admin: Connection
) -> None:
    boss = connect("t_admin")
    boss.execute("SET ROLE ledger_viewer")
    done(write(boss, "unlock_writing", REASON, 15))
    boss.execute("RESET ROLE")
    assert last_event(admin)[0] == "t_admin"


def test_a_mark_is_seen_by_a_snapshot_that_is_older_and_names_who_took_it(
    connect: Callable[[str], Connection], open_accounts: Callable[..., None]
) -> None:
    open_accounts({"kofi": 1_000})
    maker, looker = connect("t_operator"), connect("t_viewer")
    batch, content = draft(maker)
    looker.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    looker.execute("SELECT count(*) FROM ledger.batches")
    maker.execute("BEGIN")
    done(write(maker, "post_batch", batch, content))
    named = looker.execute("SELECT operator FROM ledger.batch_posting(%s)", [batch]).fetchall()
    assert named == [("t_operator",)]
    assert looker.execute("SELECT * FROM ledger.batch_posting(NULL)").fetchall() == []
    looker.execute("COMMIT")
    maker.execute("ROLLBACK")
    assert looker.execute("SELECT * FROM ledger.batch_posting(%s)", [batch]).fetchall() == []


def test_a_checkers_rehearsal_is_no_posting(
    connect: Callable[[str], Connection], open_accounts: Callable[..., None]
) -> None:
    open_accounts({"kofi": 1_000})
    maker, checker, looker = connect("t_operator"), connect("t_approver"), connect("t_viewer")
    batch, content = draft(maker)
    asked = done(write(maker, "submit_batch", batch, content, REASON))
    checker.execute("BEGIN")
    checker.execute("SELECT ledger.rehearse_request(%s)", [asked["request"]])
    # Whatever locks the rehearsal took went with it, and while it ran it took none.
    assert looker.execute("SELECT * FROM ledger.batch_posting(%s)", [batch]).fetchall() == []
    assert checker.execute("SELECT current_setting('ledger.rehearsal')").fetchone() == ("on",)
    checker.execute("ROLLBACK")


def test_nobody_without_a_group_is_told_or_heard(connect: Callable[[str], Connection]) -> None:
    keeper = connect("t_keeper")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        write(keeper, "unlock_writing", REASON, 15)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        keeper.execute("SELECT * FROM ledger.batch_posting(1)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        write(connect("t_operator"), "note_restore", REASON, DETAIL)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        keeper.execute("SELECT ledger.mark_posting(1)")
