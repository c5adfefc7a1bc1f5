"""A write takes effect once, however often it must be sent, and says when nobody knows."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.errors import (
    AccessDeniedError,
    CancelledError,
    ConsoleError,
    DatabaseUnreachableError,
    OutcomeUnknownError,
    RefusedError,
    SchemaError,
    StatementError,
    TimedOutError,
)
from console.ledger.transactions.transfer import transfer
from console.postgres.cancellation import Cancellation
from console.writes import retry
from console.writes.ledger import Ledger
from console.writes.operation import Operation
from console.writes.retry import TRIES
from tests.bookkeeping import assert_adds_up, balances, wait_until
from tests.cluster import connected
from tests.console.waiting_room import held, opened, payment, server_place, through, wait_for_waiter
from tests.faults.proxy.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.conftest import Statements
    from tests.faults.proxy.proxy import Moment


@pytest.fixture(autouse=True)
def two(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


def paid(ledger_url: str) -> int:
    """Return what bob has, after asking whether the books add up."""
    with connected(ledger_url) as connection:
        assert_adds_up(connection)
        return balances(connection)["bob"]


def count_tries(database: Database) -> list[str]:
    """Return a list that grows by one with every try."""
    tries: list[str] = []
    database.recorder.on_action(lambda cost: tries.append(cost.action))
    return tries


def states(database: Database) -> set[str]:
    """Return the SQLSTATEs of the statements that failed."""
    return {
        failure.sqlstate
        for failure in database.recorder.snapshot().failures
        if failure is not None and failure.sqlstate is not None
    }


def test_a_transfer_is_one_statement_and_one_payment(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str, statements: Statements
) -> None:
    operator_database.session_facts()
    with statements.counted() as sent:
        posted = transfer(operator_ledger, payer="alice", payee="bob", currency="CR", amount=10)
    assert len(sent) == 1
    again = transfer(operator_ledger, payer="alice", payee="bob", currency="CR", amount=10, key=posted.key)
    assert again == posted
    assert paid(ledger_url) == 10


def test_a_key_used_with_other_content_is_refused(operator_ledger: Ledger, ledger_url: str) -> None:
    key = uuid4()
    operator_ledger.perform(payment(10), key=key)
    with pytest.raises(RefusedError) as raised:
        operator_ledger.perform(payment(20), key=key)
    assert raised.value.code == "operation.other"
    assert paid(ledger_url) == 10


def test_a_refusal_is_an_answer_and_not_tried_again(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str
) -> None:
    tries = count_tries(operator_database)
    key = uuid4()
    for _ in range(2):
        with pytest.raises(RefusedError) as raised:
            operator_ledger.perform(payment(1_000), key=key)
        assert raised.value.code == "funds.short"
    assert len(tries) == 2
    assert paid(ledger_url) == 0


def test_a_lock_that_is_free_in_time_costs_a_try(as_role: Callable[[str], str], ledger_url: str) -> None:
    with opened(as_role("t_operator"), lock_timeout_s=1) as database, held(ledger_url) as holder:
        tries = count_tries(database)
        database.recorder.on_action(lambda _cost: holder.rollback())
        assert Ledger(database).perform(payment())["status"] == "posted"
        assert len(tries) == 2
        assert states(database) == {"55P03"}
    assert paid(ledger_url) == 10


def test_a_lock_that_is_never_free_ends_after_five_tries(
    as_role: Callable[[str], str], ledger_url: str
) -> None:
    with opened(as_role("t_operator"), lock_timeout_s=1) as database, held(ledger_url):
        tries = count_tries(database)
        with pytest.raises(TimedOutError, match="lock"):
            Ledger(database).perform(payment())
        assert len(tries) == TRIES == 5
    assert paid(ledger_url) == 0


def test_a_deadlocks_victim_tries_again(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str
) -> None:
    tries = count_tries(operator_database)
    with ThreadPoolExecutor(1) as pool, connected(ledger_url) as watcher, held(ledger_url, "bob") as holder:
        # The other one waits longer before it looks for a deadlock, so that the console is its victim.
        holder.execute("SET LOCAL deadlock_timeout = '20s'")
        paying = pool.submit(operator_ledger.perform, payment())
        wait_for_waiter(watcher, holder)
        holder.execute("SELECT FROM ledger.wallets FOR UPDATE")
        holder.rollback()
        assert paying.result(timeout=30)["status"] == "posted"
    assert "40P01" in states(operator_database)
    assert len(tries) >= 2
    assert paid(ledger_url) == 10


def test_a_session_ended_in_the_middle_tries_again(
    operator_database: Database, operator_ledger: Ledger, ledger_url: str
) -> None:
    tries = count_tries(operator_database)
    with ThreadPoolExecutor(1) as pool, connected(ledger_url) as watcher, held(ledger_url) as holder:
        paying = pool.submit(operator_ledger.perform, payment())
        pid = wait_for_waiter(watcher, holder)
        watcher.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        holder.rollback()
        assert paying.result(timeout=30)["status"] == "posted"
    assert states(operator_database) == {"57P01"}
    assert len(tries) == 2
    assert paid(ledger_url) == 10


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_answer_to_commit_is_asked_for_again(
    as_role: Callable[[str], str], ledger_url: str, moment: Moment
) -> None:
    with (
        Proxy(lambda: server_place(ledger_url)) as proxy,
        opened(through(proxy.port, as_role("t_operator"))) as database,
    ):
        tries = count_tries(database)
        proxy.cut(moment)
        assert Ledger(database).perform(payment())["status"] == "posted"
        assert len(tries) == 2
        assert proxy.cuts == {moment: 1}
    assert paid(ledger_url) == 10


def test_what_no_try_told_is_not_yet_known(as_role: Callable[[str], str], ledger_url: str) -> None:
    key = uuid4()
    with (
        Proxy(lambda: server_place(ledger_url)) as proxy,
        opened(through(proxy.port, as_role("t_operator"))) as database,
    ):
        for _ in range(TRIES):
            proxy.cut("after")
        with pytest.raises(OutcomeUnknownError) as raised:
            Ledger(database).perform(payment(), key=key)
        assert raised.value.key == str(key)
        assert Ledger(database).perform(payment(), key=key)["status"] == "posted"
    assert paid(ledger_url) == 10


def test_a_doubt_is_not_ended_by_a_later_failure(
    as_role: Callable[[str], str], ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is lost, and then nobody is there: that the money did not move would be a lie."""
    gone = threading.Event()

    def place() -> tuple[str, int]:
        return ("/nowhere", 1) if gone.is_set() else server_place(ledger_url)

    monkeypatch.setattr(retry, "_FIRST_PAUSE_S", 0.01)
    with Proxy(place) as proxy, opened(through(proxy.port, as_role("t_operator"))) as database:
        database.session_facts()
        database.recorder.on_action(lambda _cost: gone.set())
        proxy.cut("after")
        with pytest.raises(OutcomeUnknownError) as raised:
            Ledger(database).perform(payment())
        assert isinstance(raised.value.__cause__, DatabaseUnreachableError)
    assert paid(ledger_url) == 10


@pytest.mark.parametrize(
    ("operation", "login", "expected"),
    [
        (Operation("x", "no_such_function", {"amount": 1}), "t_operator", SchemaError),
        (
            Operation("x", "transfer", {**payment().arguments, "amount": "ten"}, {"amount": "bigint"}),
            "t_operator",
            StatementError,
        ),
        (payment(), "t_viewer", AccessDeniedError),
    ],
)
def test_what_is_wrong_in_itself_is_sent_once(
    as_role: Callable[[str], str], operation: Operation, login: str, expected: type[ConsoleError]
) -> None:
    with opened(as_role(login)) as database:
        tries = count_tries(database)
        with pytest.raises(expected):
            Ledger(database).perform(operation)
        # Beside it a look at the schema, where a function was not there.
        assert tries.count(operation.action) == 1


def test_text_that_cannot_be_sent_is_no_broken_connection(
    operator_database: Database, operator_ledger: Ledger
) -> None:
    tries = count_tries(operator_database)
    with pytest.raises(StatementError, match="cannot be sent"):
        operator_ledger.perform(payment(reference="nul\0"))
    assert len(tries) == 1


@pytest.fixture
def long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever tries again wait for a minute first."""
    monkeypatch.setattr(retry, "_FIRST_PAUSE_S", 60.0)
    monkeypatch.setattr(retry, "_LONGEST_PAUSE_S", 60.0)
    monkeypatch.setattr("random.uniform", lambda _low, high: high)


@pytest.mark.usefixtures("long_pauses")
@pytest.mark.parametrize(("moment", "expected"), [("before", 0), ("after", 10)])
def test_cancel_in_doubt_does_not_say_that_nothing_changed(
    as_role: Callable[[str], str], ledger_url: str, moment: Moment, expected: int
) -> None:
    cancel = Cancellation()
    with (
        Proxy(lambda: server_place(ledger_url)) as proxy,
        opened(through(proxy.port, as_role("t_operator"))) as database,
        ThreadPoolExecutor(1) as pool,
    ):
        tries = count_tries(database)
        proxy.cut(moment)
        paying = pool.submit(Ledger(database).perform, payment(), cancel=cancel)
        wait_until(lambda: len(tries) == 1 and cancel._stop is not None)
        started = time.monotonic()
        cancel.cancel()
        with pytest.raises(OutcomeUnknownError):
            paying.result(timeout=20)
        assert time.monotonic() - started < 5
        assert len(tries) == 1
    assert paid(ledger_url) == expected


@pytest.mark.usefixtures("long_pauses")
def test_cancel_without_a_doubt_says_that_nothing_changed(
    as_role: Callable[[str], str], ledger_url: str
) -> None:
    cancel = Cancellation()
    with (
        opened(as_role("t_operator"), lock_timeout_s=1) as database,
        held(ledger_url),
        ThreadPoolExecutor(1) as pool,
    ):
        tries = count_tries(database)
        paying = pool.submit(Ledger(database).perform, payment(), cancel=cancel)
        wait_until(lambda: len(tries) == 1 and cancel._stop is not None)
        cancel.cancel()
        with pytest.raises(CancelledError):
            paying.result(timeout=20)
    assert paid(ledger_url) == 0


@pytest.mark.parametrize(
    ("function", "arguments", "types"),
    [
        ("transfer(); DROP TABLE ledger.users; --", {}, {}),
        ("Transfer", {}, {}),
        ("transfer", {"from => 1, p_to": 1}, {}),
        ("transfer", {"amount": 1}, {"amount": "bigint); --"}),
        ("transfer", {"amount": 1}, {"sum": "bigint"}),
        ("transfer", {"key": 1}, {}),
        ("create_operator", {"password": "hush"}, {}),
    ],
)
def test_nothing_but_names_goes_into_the_statement(
    function: str, arguments: dict[str, object], types: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"is no name|is no type|neither its key nor a password"):
        Operation("x", function, arguments, types)
