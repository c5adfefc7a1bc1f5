"""A read-only database: the server refuses, questions go on, and writes pass while it is unlocked."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text

from console.errors import OpenedReadOnlyError, ReadOnlyError
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.postgres.unlocking import Unlocking
from console.settings import Settings
from console.writes.ledger import Ledger
from console.writes.operation import Operation
from tests.bookkeeping import balances
from tests.cluster import connected
from tests.console.postgres.test_database import pay, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHOW = "SELECT current_setting('transaction_read_only')"


@pytest.fixture(params=["direct", "pooled"])
def closed(request: pytest.FixtureRequest, as_role: Callable[[str], str]) -> Iterator[Database]:
    """Return a read-only database, as an operator; once direct and once as behind a pooler."""
    settings = Settings.model_construct(read_only=True, pooled=request.param == "pooled", pool_size=1)
    database = Database(as_role("t_operator"), Recorder(), settings)
    yield database
    database.close()


@pytest.fixture
def two(open_accounts: Callable[..., None]) -> None:
    open_accounts({"alice": 100, "bob": 0})


@pytest.mark.usefixtures("two")
def test_the_server_refuses_every_way_to_write(closed: Database, ledger_url: str) -> None:
    ledger = Ledger(closed)
    asks = (closed.read, closed.snapshot, closed.tried, ledger.write, ledger.rehearse)
    for ask in asks:
        assert ask("probe", scalar(SHOW)) == "on"
    for ask in (closed.read, closed.tried, ledger.write, ledger.rehearse):
        with pytest.raises(OpenedReadOnlyError, match="opened read-only"):
            ask("probe", pay(10))
    with connected(ledger_url) as connection:
        assert balances(connection) == {"alice": 100, "bob": 0}
    assert closed.session_facts().operator == "t_operator"
    assert closed.unlocked_for == 0
    with pytest.raises(OpenedReadOnlyError):
        closed.refuse_locked()


@pytest.mark.usefixtures("two")
def test_while_it_is_unlocked_writes_pass_and_questions_stay_read_only(
    closed: Database, ledger_url: str
) -> None:
    ledger = Ledger(closed)
    closed.unlock(time.monotonic() + 60)
    closed.refuse_locked()
    for _ in range(2):  # on one connection: what one leaves behind must not open or shut the next
        assert ledger.write("probe", pay(10)) == "posted"
        assert closed.tried("probe", scalar(SHOW)) == "off"
        assert (closed.read("probe", scalar(SHOW)), closed.snapshot("probe", scalar(SHOW))) == ("on", "on")
    with pytest.raises(OpenedReadOnlyError):
        closed.read("probe", pay(10))
    closed.lock()
    with pytest.raises(OpenedReadOnlyError):
        ledger.write("probe", pay(10))
    with connected(ledger_url) as connection:
        assert balances(connection) == {"alice": 80, "bob": 20}


@pytest.mark.usefixtures("two")
def test_when_the_time_is_over_it_is_read_only_by_itself(closed: Database) -> None:
    ledger = Ledger(closed)
    closed.unlock(time.monotonic() + 0.3)
    with closed.transaction("probe") as session:
        session.execute(text("SELECT pg_sleep(0.4)"))
        assert pay(10)(session) == "posted"  # it is judged when a transaction begins
        session.commit()
    assert closed.unlocked_for == 0
    with pytest.raises(OpenedReadOnlyError):
        ledger.write("probe", pay(10))


def test_a_session_that_goes_past_the_pool_is_read_only_too(as_role: Callable[[str], str]) -> None:
    database = Database(as_role("t_operator"), Recorder(), Settings.model_construct(read_only=True))
    database.unlock(time.monotonic() + 60)
    with database.own_connection() as driver:
        assert driver.execute(SHOW).fetchone() == ("on",)
    database.close()


@pytest.mark.usefixtures("two")
def test_a_database_that_is_not_read_only_is_as_it_was(operator_database: Database) -> None:
    assert operator_database.unlocked_for == math.inf
    operator_database.refuse_locked()
    assert operator_database.tried("probe", scalar(SHOW)) == "off"
    assert operator_database.read("probe", scalar(SHOW)) == "off"
    assert Ledger(operator_database).write("probe", pay(10)) == "posted"


def test_a_server_that_takes_no_writes_is_not_taken_for_a_profile(
    as_role: Callable[[str], str], ledger_url: str
) -> None:
    with connected(ledger_url) as connection:
        connection.execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',"
            " current_database()); END $$"
        )
    database = Database(as_role("t_operator"), Recorder(), Settings.model_construct())
    with pytest.raises(ReadOnlyError, match="The server takes no writes now") as refused:
        Ledger(database).write("probe", pay(10))
    assert not isinstance(refused.value, OpenedReadOnlyError)
    database.close()


def test_a_refused_write_is_in_no_doubt(closed: Database) -> None:
    add = Operation("account.open", "open_account", {"username": "carol", "currency": "CR", "reason": "x"})
    with pytest.raises(OpenedReadOnlyError):
        Ledger(closed).perform(add, key=uuid4())


def test_time_ends_by_whichever_clock_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer's sleep stops the one, and a person can set the other."""
    now, wall = time.monotonic(), time.time()
    opened = Unlocking(read_only=True)
    opened.unlock(now + 60)
    assert 59 < opened.left_s <= 60
    monkeypatch.setattr(time, "time", lambda: wall + 61)
    assert opened.left_s == 0
    monkeypatch.setattr(time, "time", lambda: wall - 3600)
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert opened.left_s == 0
