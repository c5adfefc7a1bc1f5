"""A server that does not answer is left alone for a while, and found again by one connection."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from psycopg import OperationalError
from pybreaker import CircuitBreakerError
from sqlalchemy import text
from sqlalchemy.engine import make_url

from console.errors import AccessDeniedError, ConsoleError, DatabaseUnreachableError
from console.postgres.breaker import Breaker
from console.postgres.driver_errors import is_broken
from console.writes.ledger import Ledger
from tests.bookkeeping import wait_until
from tests.console.waiting_room import opened, payment, server_place, through
from tests.faults.proxy.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.postgres.database import Database


class Server:
    """A ledger's server that can be unplugged; it counts who knocks."""

    def __init__(self, url: str) -> None:
        self.there = True
        self.knocks = 0
        self._place = server_place(url)

    def place(self) -> tuple[str, int]:
        self.knocks += 1
        return self._place if self.there else ("/nowhere", 1)


@contextmanager
def unplugged(url: str, ledger_url: str, *, pause_s: int) -> Iterator[tuple[Server, Database]]:
    """Lend a server that is not there and a console whose breaker is open."""
    server = Server(ledger_url)
    server.there = False
    with (
        Proxy(server.place) as proxy,
        opened(through(proxy.port, url), breaker_failures=3, breaker_pause_s=pause_s) as database,
    ):
        for _ in range(3):
            assert database.breaker.state == "closed"
            fail(database)
        assert database.breaker.state == "open"
        yield server, database


def fail(database: Database) -> DatabaseUnreachableError:
    with pytest.raises(DatabaseUnreachableError) as raised:
        database.session_facts()
    return raised.value


@pytest.mark.alone
def test_an_open_breaker_answers_at_once_and_leaves_the_server_alone(
    as_role: Callable[[str], str], ledger_url: str
) -> None:
    with unplugged(as_role("t_operator"), ledger_url, pause_s=600) as (server, database):
        knocks = server.knocks
        started = time.monotonic()
        error = fail(database)
        assert time.monotonic() - started < 0.5
        assert "3 connections in a row have failed; the next try is in 600 s." in str(error)
        assert 598 < database.breaker.tries_again_in_s <= 600
        server.there = True
        fail(database)
        assert server.knocks == knocks


def test_an_open_breaker_is_no_reason_to_send_a_write_again(
    as_role: Callable[[str], str], ledger_url: str
) -> None:
    with unplugged(as_role("t_operator"), ledger_url, pause_s=600) as (_server, database):
        tries: list[str] = []
        database.recorder.on_action(lambda cost: tries.append(cost.action))
        with pytest.raises(DatabaseUnreachableError):
            Ledger(database).perform(payment())
        assert len(tries) == 1


def test_after_the_pause_one_connection_finds_the_server_again(
    as_role: Callable[[str], str], ledger_url: str
) -> None:
    with unplugged(as_role("t_operator"), ledger_url, pause_s=1) as (server, database):
        wait_until(lambda: database.breaker.tries_again_in_s == 0)
        knocks = server.knocks
        fail(database)
        assert server.knocks == knocks + 1
        assert database.breaker.state == "open"
        assert database.breaker.tries_again_in_s > 0
        server.there = True
        wait_until(lambda: database.breaker.tries_again_in_s == 0)
        assert database.session_facts().operator == "t_operator"
        assert database.breaker.state == "closed"
        assert database.breaker.failures == 0


def test_who_asks_for_it_is_not_kept_waiting_by_the_pause(
    as_role: Callable[[str], str], ledger_url: str
) -> None:
    with unplugged(as_role("t_operator"), ledger_url, pause_s=600) as (server, database):
        server.there = True
        database.breaker.try_now()
        assert database.session_facts().operator == "t_operator"
        assert database.breaker.state == "closed"


def test_a_server_that_refuses_is_there(as_role: Callable[[str], str], ledger_url: str) -> None:
    url = make_url(as_role("t_operator")).set(password="mistyped-word")
    with opened(url.render_as_string(hide_password=False), breaker_failures=2) as database:
        for _ in range(4):
            with pytest.raises(AccessDeniedError):
                database.session_facts()
        assert database.breaker.state == "closed"


def test_a_statement_that_fails_is_no_failed_connection(operator_database: Database) -> None:
    for _ in range(operator_database.settings.breaker_failures + 1):
        with pytest.raises(ConsoleError):
            operator_database.read("probe", lambda session: session.scalar(text("SELECT 1 / 0")))
    assert operator_database.breaker.state == "closed"


def test_a_success_between_failures_begins_the_count_anew() -> None:
    breaker = Breaker(2, 600, is_broken)
    for _ in range(3):
        refused(breaker)
        assert breaker.connect(lambda: "made") == "made"
    assert breaker.state == "closed"


def test_connections_are_made_side_by_side() -> None:
    """Eight threads before a server that hangs wait for one timeout, not for eight."""
    breaker = Breaker(5, 600, is_broken)
    all_inside = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(breaker.connect, lambda: all_inside.wait(timeout=20)) for _ in range(8)]
        assert {future.result() for future in made} == set(range(8))


def test_while_one_tries_the_others_are_told() -> None:
    breaker = Breaker(1, 0, is_broken)
    refused(breaker)
    inside, leave = threading.Event(), threading.Event()

    def hang() -> str:
        inside.set()
        assert leave.wait(timeout=20)
        return "made"

    with ThreadPoolExecutor(1) as pool:
        trying = pool.submit(breaker.connect, hang)
        assert inside.wait(timeout=20)
        assert breaker.state == "half-open"
        with pytest.raises(CircuitBreakerError, match=r"Connection refused\. One connection is trying"):
            breaker.connect(lambda: pytest.fail("only one may try"))
        leave.set()
        assert trying.result() == "made"
    assert breaker.state == "closed"


def test_late_failures_do_not_prolong_the_pause() -> None:
    """Eight were under way when the server went; the pause is counted from the one that opened it."""
    breaker = Breaker(1, 600, is_broken)
    inside, leave = threading.Event(), threading.Event()

    def hang_and_fail() -> str:
        inside.set()
        assert leave.wait(timeout=20)
        raise OperationalError("Connection refused")

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(breaker.connect, hang_and_fail)
        assert inside.wait(timeout=20)
        refused(breaker)
        until = breaker._tries_again_at
        leave.set()
        with pytest.raises(OperationalError):
            late.result()
    assert (breaker.state, breaker._tries_again_at) == ("open", until)


def refused(breaker: Breaker) -> None:
    def refuse() -> str:
        raise OperationalError("Connection refused")

    with pytest.raises(OperationalError):
        breaker.connect(refuse)
