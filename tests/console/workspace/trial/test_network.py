"""A trial before the sign-in: no such name, no listener, or one that is something else or silent."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from console.errors import CancelledError, UsageError
from console.ledger.operators.credentials import Credentials
from console.postgres.cancellation import Cancellation
from console.settings.profiles.profile import Profile
from console.workspace.trial import waiting
from console.workspace.trial.steps import State, Step, StepKey, TrialResult, Who
from console.workspace.trial.trial import try_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANNA = Credentials("anna", SecretStr("hunter2-hunter2"))


def tried(*hosts: str, **values: Any) -> TrialResult:
    """Try a profile that leads to these hosts; whatever comes of it, no step tells the password."""
    made = {"name": "Books", "kind": "server", "hosts": list(hosts), "database": "ledger"}
    told: list[Step] = []
    result = try_connection(Profile.made(**made | values), ANNA, told.append)
    assert "hunter2" not in repr(told) + repr(result)
    assert [step.key for step in result.steps] == list(StepKey)
    assert {one.key: one for one in told} == {one.key: one for one in result.steps}
    return result


def failed(result: TrialResult, at: StepKey) -> Step:
    """Return the step at which it ended: what came before has passed, what comes after was not tried."""
    states = [step.state for step in result.steps]
    place = list(StepKey).index(at)
    assert set(states[:place]) <= {State.PASSED, State.SKIPPED}
    assert states[place] is State.FAILED
    assert set(states[place + 1 :]) <= {State.SKIPPED}
    step = result.steps[place]
    assert step is result.failure
    assert step.wrong
    assert step.who is not None
    assert step.advice
    assert not result.passed
    return step


@contextmanager
def listener(answer: Callable[[socket.socket], object]) -> Iterator[str]:
    """Listen on a port of this computer; `answer` gets each connection on a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_name_that_nobody_knows() -> None:
    step = failed(tried("ledger.invalid"), StepKey.NAME)
    assert "ledger.invalid" in step.wrong
    assert step.who in {Who.YOU, Who.NETWORK}  # without any name server it is the network


def test_a_port_at_which_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    step = failed(tried(f"127.0.0.1:{port}"), StepKey.PORT)
    assert "nothing listens" in step.wrong
    assert step.who is Who.SERVER


def test_a_folder_without_a_socket(tmp_path: Path) -> None:
    step = failed(tried(str(tmp_path)), StepKey.PORT)
    assert f"{tmp_path}/.s.PGSQL.5432" in step.wrong


@pytest.mark.parametrize("banner", [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-OpenSSH\r\n"])
def test_a_listener_that_is_something_else(banner: bytes) -> None:
    with listener(lambda connection: connection.sendall(banner)) as host:
        step = failed(tried(host), StepKey.POSTGRES)
    assert "not PostgreSQL" in step.wrong
    assert step.who is Who.YOU


def test_a_listener_that_hangs_up() -> None:
    with listener(lambda _connection: None) as host:
        assert "closes the connection" in failed(tried(host), StepKey.POSTGRES).wrong


def test_a_listener_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_STEP_S", 0.3)
    ended = threading.Event()
    with listener(lambda _connection: ended.wait(20)) as host:
        started = time.monotonic()
        result = tried(host)
        ended.set()
    failed(result, StepKey.POSTGRES)
    assert time.monotonic() - started < 3


def test_a_server_that_offers_no_tls() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"N")

    with listener(refuse) as host:
        step = failed(tried(host), StepKey.TLS)
    assert "offers no TLS" in step.wrong
    assert step.who is Who.SERVER


def test_a_server_that_offers_tls_and_speaks_none() -> None:
    def pretend(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        connection.recv(100)
        connection.sendall(b"not a handshake of TLS")

    with listener(pretend) as host:
        assert "agree on no encryption" in failed(tried(host), StepKey.TLS).wrong


def test_one_host_of_several_is_enough_and_the_others_are_told() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"N")

    with listener(refuse) as host:
        result = tried("ledger.invalid", host)
    failed(result, StepKey.TLS)
    assert "ledger.invalid" in result.steps[0].found
    assert host in result.steps[1].found


def test_a_trial_is_cancelled_while_it_waits() -> None:
    cancel, ended = Cancellation(), threading.Event()
    profile = {"name": "Books", "kind": "server", "database": "ledger"}
    with listener(lambda _connection: ended.wait(20)) as host:

        def on_step(step: Step) -> None:
            if step.key is StepKey.POSTGRES:
                threading.Timer(0.1, cancel.cancel).start()

        started = time.monotonic()
        with pytest.raises(CancelledError):
            try_connection(Profile.made(**profile, hosts=[host]), ANNA, on_step, cancel=cancel)
        assert time.monotonic() - started < 3
        ended.set()


def test_a_ledger_on_this_computer_needs_no_trial() -> None:
    with pytest.raises(UsageError, match="needs no trial"):
        try_connection(Profile.made(name="Mine", kind="computer"), ANNA)
