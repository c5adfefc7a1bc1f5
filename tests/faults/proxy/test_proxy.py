"""The proxy cuts where it says: before COMMIT nothing is there, after it everything, however it is sent."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tests.bookkeeping import wait_until
from tests.cluster import connected
from tests.faults.kit.operations import STATEMENTS, Town
from tests.faults.kit.session import APPLICATION, MANNERS, Manner, Session
from tests.faults.proxy.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.kit.bank import Bank, Server
    from tests.faults.proxy.proxy import Moment


@pytest.fixture(scope="module")
def bank(fire_server: Server) -> Iterator[Bank]:
    """Lend a small bank."""
    with fire_server.bank(Town(hot=2, cold=0)) as bank:
        yield bank


@pytest.fixture
def proxy(bank: Bank) -> Iterator[Proxy]:
    """Lend a proxy to its server."""
    with Proxy(bank.server.place) as proxy:
        yield proxy


@pytest.fixture
def session(bank: Bank, proxy: Proxy) -> Iterator[Session]:
    """Lend an operator's session through the proxy."""
    with closing(Session(bank.proxied_url(proxy.port))) as session:
        yield session


def _pay(session: Session, key: str, manner: Manner) -> str:
    outcome = session.call(STATEMENTS["transfer"], [key, "@external", "hot0", 1, key], manner)
    return str(outcome["status"])


def _is_there(bank: Bank, key: str) -> bool:
    """Look once every session of the clients has ended."""
    with connected(bank.admin_url) as admin:

        def all_gone() -> bool:
            question = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
            return admin.execute(question, [APPLICATION]).fetchone() == (0,)

        wait_until(all_gone)
        return admin.execute("SELECT FROM ledger.operations WHERE key = %s", [key]).fetchone() is not None


@pytest.mark.parametrize("manner", [*MANNERS, "slow"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_commit_is_cut(bank: Bank, proxy: Proxy, session: Session, manner: Manner, moment: Moment) -> None:
    # Often enough that the driver has prepared the statement: then only its name is sent.
    for _ in range(7):
        assert _pay(session, str(uuid4()), manner) == "posted"
    key = str(uuid4())
    proxy.cut(moment)
    with pytest.raises(psycopg.OperationalError):
        _pay(session, key, manner)
    assert proxy.cuts == {moment: 1}
    assert _is_there(bank, key) == (moment == "after")
    assert _pay(session, key, manner) == "posted"
    session.drop()
    assert _is_there(bank, key)


def test_a_reading_is_not_cut(proxy: Proxy, session: Session) -> None:
    proxy.cut("before")
    with session.connection(autocommit=True) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM ledger.wallets").fetchone() == (True,)
    assert proxy.cuts == {}


def test_a_connection_is_reset(proxy: Proxy, session: Session) -> None:
    assert not proxy.reset(0)
    assert _pay(session, str(uuid4()), "alone") == "posted"
    assert proxy.reset(0)
    with pytest.raises(psycopg.OperationalError):
        _pay(session, str(uuid4()), "alone")


def test_a_black_hole_swallows_both_ways(bank: Bank, proxy: Proxy, session: Session) -> None:
    assert _pay(session, str(uuid4()), "alone") == "posted"
    key = str(uuid4())
    assert proxy.black_hole(0, 0.3)
    with pytest.raises(psycopg.OperationalError):
        _pay(session, key, "alone")
    assert not _is_there(bank, key)


def test_without_a_server_there_is_no_connection() -> None:
    with Proxy(lambda: ("/nowhere", 1)) as proxy, pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"host=127.0.0.1 port={proxy.port} user=x dbname=x sslmode=disable connect_timeout=5")
