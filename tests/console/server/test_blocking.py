"""The tree of who waits for whom: each waiter once, however many keep it waiting, and circles too."""

from __future__ import annotations

from datetime import UTC, datetime

from console.server.blocking import blocking
from console.server.sessions import Activity, LockWait, SessionRow

NOW = datetime(2026, 11, 21, 14, 32, tzinfo=UTC)


def session(pid: int, *blocked_by: int) -> SessionRow:
    wait = LockWait("ShareLock", "transactionid", "wallets", 1.0) if blocked_by else None
    return SessionRow(
        pid, f"o_{pid}", "", "client backend", "active", None, None, "", NOW, 1.0, 1.0, 1.0, "", "",
        own=False, hidden=False, foreign=False, waits_for=wait, blocked_by=blocked_by,
    )  # fmt: skip


def shape(*sessions: SessionRow) -> list[tuple[int, int]]:
    return [(one.depth, one.pid) for one in blocking(Activity(NOW, sessions, sees_all=True))]


def test_nobody_waits() -> None:
    assert shape(session(1), session(2)) == []


def test_the_root_with_most_waiters_is_first() -> None:
    tree = (session(1), session(2), session(3, 1), session(4, 2), session(5, 4), session(6))
    assert shape(*tree) == [(0, 2), (1, 4), (2, 5), (0, 1), (1, 3)]
    counts = {one.pid: one.waiters for one in blocking(Activity(NOW, tree, sees_all=True))}
    assert counts == {2: 2, 4: 1, 5: 0, 1: 1, 3: 0}


def test_a_queue_of_many_for_one_row_stands_once_each() -> None:
    """Each waits for the holder's first in line and for all before it: 2^398 paths, 400 rows."""
    queue = [session(1)] + [session(pid, *range(max(1, pid - 1), 0, -1)) for pid in range(2, 402)]
    found = blocking(Activity(NOW, tuple(queue), sees_all=True))
    assert len(found) == 401
    assert {one.pid for one in found} == set(range(1, 402))
    assert (found[0].pid, found[0].waiters) == (1, 400)
    assert found[3].also_behind == (3, 2)


def test_a_chain_is_as_deep_as_it_is_long() -> None:
    chain = [session(1)] + [session(pid, pid - 1) for pid in range(2, 2_002)]
    found = blocking(Activity(NOW, tuple(chain), sees_all=True))
    assert [(one.depth, one.pid) for one in found] == [(pid - 1, pid) for pid in range(1, 2_002)]
    assert found[0].waiters == 2_000


def test_a_circle_is_called_a_deadlock() -> None:
    found = blocking(Activity(NOW, (session(7, 8), session(8, 7), session(9, 8)), sees_all=True))
    assert [(one.depth, one.pid, one.deadlock) for one in found] == [
        (0, 7, True), (1, 8, False), (2, 9, False),
    ]  # fmt: skip


def test_two_circles_and_a_tree() -> None:
    found = blocking(
        Activity(
            NOW,
            (session(1, 2), session(2, 1), session(3, 4), session(4, 3), session(5), session(6, 5)),
            sees_all=True,
        )
    )
    assert sorted(one.pid for one in found) == [1, 2, 3, 4, 5, 6]
    assert {one.pid for one in found if one.deadlock} == {1, 3}


def test_a_blocker_that_is_not_listed_is_a_root_all_the_same() -> None:
    found = blocking(Activity(NOW, (session(3, 0), session(4, 99)), sees_all=True))
    assert [(one.depth, one.pid, one.session is None) for one in found] == [
        (0, 0, True), (1, 3, False), (0, 99, True), (1, 4, False),
    ]  # fmt: skip
