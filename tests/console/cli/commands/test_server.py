"""ledgerctl session: who is at work, who waits for whom, and the end of it in two steps."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from tests.blocked import REASON, Waiter, blocked_pair, started_at, watching_blocked
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bookkeeping import Connection
    from tests.console.cli.conftest import Run

WHY = ("--reason", REASON)


@pytest.fixture
def blocked(
    open_accounts: Callable[..., None], ledger_url: str, as_role: Callable[[str], str]
) -> Iterator[tuple[Connection, Waiter]]:
    """Let an operator's transfer wait for a wallet that the server's administrator holds."""
    open_accounts({"alice": 1_000, "bob": 0})
    with blocked_pair(ledger_url, as_role("t_operator")) as pair:
        yield pair


@pytest.fixture
def watcher(ledger_url: str) -> Iterator[Connection]:
    """Return an administrator's connection beside all others."""
    with connected(ledger_url) as connection:
        yield connection


def by_pid(listed: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {one["pid"]: one for one in listed}


def test_sessions_are_listed_with_what_cannot_be_seen(
    ledgerctl: Run, blocked: tuple[Connection, Waiter]
) -> None:
    holder, waiter = blocked
    done = ledgerctl("--format", "json", "session", "list", role="t_viewer")
    assert done.code == 0
    listed = by_pid(done.data)
    assert listed[waiter.pid]["operator"] == "t_operator"
    assert listed[waiter.pid]["blocked_by"] == str(holder.info.backend_pid)
    assert listed[waiter.pid]["state"] is None
    assert "your role is not in pg_monitor" in done.err
    own = ledgerctl("--format", "json", "session", "list", role="t_operator")
    assert by_pid(own.data)[waiter.pid]["statement"] == "SELECT transfer()"
    assert "alice" not in own.out


def test_the_tree_is_shown_root_first(ledgerctl: Run, blocked: tuple[Connection, Waiter]) -> None:
    holder, waiter = blocked
    done = ledgerctl("--format", "json", "session", "blocking", role="t_operator")
    root, below = done.data
    assert root["session"] == str(holder.info.backend_pid)
    assert (root["waiters"], below["waiters"]) == (1, 0)
    assert below["session"] == f"  {waiter.pid}"
    assert below["table"] == "wallets"
    assert float(below["waiting_s"]) >= 0


def test_nobody_waits(ledgerctl: Run) -> None:
    done = ledgerctl("session", "blocking", role="t_viewer")
    assert done.code == 0
    assert "Nobody waits for a lock." in done.err


def test_cancel_asks_once_more(
    ledgerctl: Run, blocked: tuple[Connection, Waiter], watcher: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, waiter = blocked
    silent = ledgerctl("session", "cancel", str(waiter.pid), *WHY, role="t_admin")
    assert (silent.code, "no terminal to ask" in silent.err) == (2, True)
    # An administrator of the ledger is not in pg_monitor, so the moment comes from elsewhere.
    hidden = ledgerctl("session", "cancel", str(waiter.pid), *WHY, "--yes", role="t_admin")
    assert (hidden.code, "members of pg_monitor only" in hidden.err) == (2, True)
    watcher.execute("GRANT pg_monitor TO t_admin")
    try:
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        refused = ledgerctl("session", "cancel", str(waiter.pid), *WHY, role="t_admin")
        assert refused.code != 0
        assert f"t_operator, pid {waiter.pid}, active" in refused.err
        assert watching_blocked(watcher) == [waiter.pid]
        monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        done = ledgerctl("session", "cancel", str(waiter.pid), *WHY, role="t_admin")
    finally:
        watcher.execute("REVOKE pg_monitor FROM t_admin")
    assert done.code == 0
    assert done.err.endswith(f"The statement of t_operator (pid {waiter.pid}) was told to end.\n")
    assert waiter.ended_with() == "57014"


def test_terminate_with_the_moment_asks_nothing(
    ledgerctl: Run, blocked: tuple[Connection, Waiter], watcher: Connection
) -> None:
    _, waiter = blocked
    words = ("session", "terminate", str(waiter.pid), *WHY, "--started")
    moment = started_at(watcher, waiter.pid).isoformat()
    assert ledgerctl(*words, "yesterday", role="t_admin").code == 2
    other = ledgerctl(*words, "2020-01-01T00:00:00+00:00", role="t_admin")
    assert (other.code, "not there any more" in other.err) == (1, True)
    assert watching_blocked(watcher) == [waiter.pid]
    refused = ledgerctl(*words, moment, role="t_operator")
    assert (refused.code, "The server refused this to your role" in refused.err) == (1, True)
    assert ledgerctl(*words, moment, role="t_admin").code == 0
    assert waiter.ended_with() == "57P01"
