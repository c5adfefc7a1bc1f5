"""Hints from the server: heard where they pass, never believed, and sent seldom."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.postgres.hints import CHANNEL, HintListener
from tests.bookkeeping import Line, create_batch, post_batch, transfer, wait_until
from tests.cluster import connected
from tests.models.writes import REASON, release, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.settings import Settings
    from tests.bookkeeping import Connection


@pytest.fixture
def admin(ledger_url: str) -> Iterator[Connection]:
    with connected(ledger_url) as connection:
        yield connection


@pytest.fixture
def operator(as_role: Callable[[str], str], open_accounts: Callable[..., None]) -> Iterator[Connection]:
    open_accounts({"alice": 1_000, "bob": 0})
    with connected(as_role("t_operator")) as connection:
        yield connection


@pytest.fixture
def listeners(as_role: Callable[[str], str], settings: Settings) -> Iterator[Callable[..., Any]]:
    """Return listeners that count what they hear."""
    made: list[tuple[HintListener, Database]] = []

    def make(**changed: Any) -> tuple[HintListener, list[float]]:
        database = Database(as_role("t_viewer"), Recorder(), settings.model_copy(update=changed))
        heard: list[float] = []
        listener = HintListener(database, lambda: heard.append(time.monotonic()))
        made.append((listener, database))
        listener.start()
        return listener, heard

    yield make
    for listener, database in made:
        listener.stop()
        listener.join()
        database.close()


def notified(connection: Connection, act: Callable[[], object]) -> int:
    """Return how many notifications an act sends."""
    connection.execute(f"LISTEN {CHANNEL}".encode())
    list(connection.notifies(timeout=0))
    act()
    return len(list(connection.notifies(timeout=0.3)))


def test_what_happens_elsewhere_is_heard(listeners: Callable[..., Any], operator: Connection) -> None:
    listener, heard = listeners()
    wait_until(lambda: listener.is_heard)
    before = len(heard)
    write(operator, "flag_account", "alice", "ask for a passport", None)
    wait_until(lambda: len(heard) > before, timeout_s=2)


def test_what_operators_do_sends_one(admin: Connection, operator: Connection) -> None:
    batch = 0

    def make() -> None:
        nonlocal batch
        batch = create_batch(operator, [Line(1, "alice", "bob", 5, "r")])

    assert notified(admin, make) == 1
    time.sleep(0.25)
    assert notified(admin, lambda: post_batch(operator, batch)) == 1
    time.sleep(0.25)
    # As others see it only what was done: a refusal changes nothing.
    assert notified(admin, lambda: post_batch(operator, batch)) == 0


def test_postings_send_nothing(admin: Connection, operator: Connection) -> None:
    reserve(operator, "alice", 10, "h")
    for act in (
        lambda: transfer(operator, "alice", "bob", 5),
        lambda: write(operator, "grant_credit", "bob", "CR", 5, "promo", None),
        lambda: write(operator, "open_account", "carol", "CR", "", None, REASON),
        lambda: write(operator, "capture", "h"),
        lambda: reserve(operator, "alice", 10, "h2"),
    ):
        assert notified(admin, act) == 0
    assert notified(admin, lambda: release(operator, "h2")) == 1


def test_many_at_once_send_few(admin: Connection, operator: Connection) -> None:
    def flags() -> None:
        for number in range(50):
            write(operator, "flag_account", "alice", f"note {number}", None)

    began = time.monotonic()
    sent = notified(admin, flags)
    assert 1 <= sent <= 2 + (time.monotonic() - began) / 0.2


def test_one_who_keeps_a_hint_open_keeps_nobody_waiting(
    operator: Connection, as_role: Callable[[str], str]
) -> None:
    with connected(as_role("t_operator2")) as hog:
        hog.execute("BEGIN")
        write(hog, "flag_account", "bob", "open", None)
        operator.execute("SET lock_timeout = '1s'")
        # The chain's head is what both need; so it is a release, which stands in no chain.
        reserve(operator, "alice", 10, "h")
        assert release(operator, "h")["status"] == "released"
        hog.execute("ROLLBACK")


def test_a_clock_that_was_set_back_silences_nobody(admin: Connection, operator: Connection) -> None:
    admin.execute("UPDATE ledger.hint_sent SET at = now() + interval '1 hour'")
    reserve(operator, "alice", 10, "h")
    assert notified(admin, lambda: release(operator, "h")) == 1


def test_any_words_are_a_hint_and_no_more(listeners: Callable[..., Any], operator: Connection) -> None:
    """Anybody may send one."""
    listener, heard = listeners()
    wait_until(lambda: listener.is_heard)
    before = len(heard)
    operator.execute("SELECT pg_notify(%s, %s)", [CHANNEL, "'; DROP TABLE x; --" * 300])
    wait_until(lambda: len(heard) > before, timeout_s=2)


def test_behind_a_pooler_it_does_not_listen(listeners: Callable[..., Any], operator: Connection) -> None:
    listener, heard = listeners(pooled=True)
    write(operator, "flag_account", "alice", "ask for a passport", None)
    time.sleep(0.5)
    assert (listener.is_heard, heard) == (False, [])


def test_where_no_echo_comes_hints_are_not_counted_on(
    listeners: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a pooler that nobody told the console of: what is sent goes elsewhere."""
    monkeypatch.setattr("console.postgres.hints._ECHO_S", 0.2)
    monkeypatch.setattr("console.postgres.hints.CHANNEL", "somewhere_else, ledger_hint")
    listener, _ = listeners()
    time.sleep(1)
    assert not listener.is_heard


def test_a_connection_that_breaks_is_made_again(
    listeners: Callable[..., Any], admin: Connection, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.postgres.hints._FIRST_PAUSE_S", 0.1)
    listener, heard = listeners()
    wait_until(lambda: listener.is_heard)
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE usename = 't_viewer' AND datname = current_database()"
    )
    wait_until(lambda: not listener.is_heard)
    wait_until(lambda: listener.is_heard)
    before = len(heard)
    write(operator, "flag_account", "alice", "again", None)
    wait_until(lambda: len(heard) > before, timeout_s=2)
