"""Five wrong passwords are five, whatever the number of threads: counted by the console and by the server."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Final

import pytest

from console.errors import DatabaseUnreachableError
from console.ledger.operators.credentials import LockedOutError, WrongPasswordError
from console.ledger.operators.sign_in import sign_in
from console.monitor.recording.recorder import Recorder
from tests.cluster import PASSWORD, connected
from tests.operators import Staff, pass_the_window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.kit.bank import Server

ALLOWED: Final = 5
GUESSES: Final = 4
_THREADS, _ROUNDS = 64, 20
_SOAK_THREADS, _SOAK_ROUNDS = 500, 20


@pytest.fixture
def staff(fire_server: Server) -> Iterator[Staff]:
    """Hire operators of a ledger on the server whose report the test reads."""
    cluster = fire_server.cluster
    name = cluster.create(fire_server.template)
    made = Staff(cluster, cluster.url(name))
    yield made
    made.leave()
    cluster.drop(name)


def judged(server: Server, name: str) -> int:
    """Return how many passwords of a role the server has judged, by its own report."""
    return server.report().count(f'password authentication failed for user "{name}"'.encode())


def attack(staff: Staff, name: str, threads: int) -> Counter[str]:
    """Let every thread guess; tell the passwords that were tried from the attempts that were refused."""
    recorder, start = Recorder(), Barrier(threads)

    def guess(thread: int) -> Counter[str]:
        found: Counter[str] = Counter()
        start.wait(60)
        for turn in range(GUESSES):
            try:
                sign_in(staff.url(name, f"guess {thread} {turn}"), staff.gate_url, recorder)
            except WrongPasswordError:
                found["tried"] += 1
            except LockedOutError as error:
                # The last of the five is told that it was wrong by the lock that it made.
                found["tried" if error.__cause__ is not None else "refused"] += 1
            except DatabaseUnreachableError:
                found["turned away"] += 1  # the gate lets in only so many at once, and then nothing is tried
            else:
                found["let in"] += 1
        return found

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(guess, range(threads)), Counter())


def test_at_most_five_of_many_guesses_at_once_are_tried(
    staff: Staff, fire_server: Server, *, soak: bool
) -> None:
    threads, rounds = (_SOAK_THREADS, _SOAK_ROUNDS) if soak else (_THREADS, _ROUNDS)
    for number in range(rounds):
        name = staff.hire()
        before = judged(fire_server, name)
        found = attack(staff, name, threads)
        by_server = judged(fire_server, name) - before
        print(f"round {number + 1}: {dict(found)}, judged by the server: {by_server}")  # noqa: T201 - the test's account
        assert found.total() == threads * GUESSES
        assert found["let in"] == 0
        assert 1 <= by_server <= ALLOWED
        assert found["tried"] <= by_server
        assert found["refused"] > 0
        # The right password does not help any more, through the gate or past it.
        with pytest.raises(LockedOutError):
            sign_in(staff.url(name), staff.gate_url, Recorder())
        assert judged(fire_server, name) - before == by_server


def test_the_next_window_has_five_again(staff: Staff, fire_server: Server) -> None:
    name = staff.hire()
    for turn in (1, 2):
        attack(staff, name, 8)
        assert judged(fire_server, name) == turn * ALLOWED
        with connected(staff.ledger_url) as connection:
            pass_the_window(connection, name)
    assert sign_in(staff.url(name, PASSWORD), staff.gate_url, Recorder()).operator == name
