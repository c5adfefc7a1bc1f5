"""The console about itself: figures of a real pool, breaker and recorder, without asking the database."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from console.errors import ConsoleError
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.console.waiting_room import held, payment
from ui.kit.sampling.sampler import ConsoleSampler
from ui.screens.health.figures import gather
from ui.screens.health.screen import Health

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from console.settings import Settings
    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from ui.context import Context
    from ui.kit.sampling.lag import LagSampler


@pytest.fixture
def page(context: Context, qtbot: QtBot) -> Health:
    """Show the page once it was filled."""
    made = Health(context)
    qtbot.addWidget(made)
    made.resize(1232, 820)
    made.show()
    qtbot.waitUntil(lambda: made.pool.accessibleName() == "Pool in use: 0 / 8")
    return made


def hold_jobs(page: Health, qtbot: QtBot) -> None:
    """Let the page ask for its jobs no more: what is left is what it says of itself."""
    qtbot.waitUntil(lambda: page.jobs.model.rowCount() > 0)
    page.jobs.renewal.toggle()


def test_it_says_what_holds_and_what_there_is_not(page: Health, qtbot: QtBot) -> None:
    assert page.breaker.accessibleName() == "Connection breaker: closed"
    assert page.retries.accessibleName() == "Writes sent again: 0"
    assert page.memory.accessibleName().endswith((" MB", " GB"))
    assert page.lag.accessibleName().startswith("Window lag P99: ")
    assert page.cache.text().startswith("No cache in use")
    assert page.replica.text().startswith("None configured")
    assert page.kept.text().startswith("No history yet")
    page._history.parent.mkdir(parents=True)
    page._history.write_bytes(b"x" * 3 * 1024 * 1024)
    page.refresh()
    qtbot.waitUntil(lambda: page.kept.text().startswith("3.0 MB of 20.0 MB"))
    assert page.kept_where.text() == str(page._history)


def test_the_pictures_show_what_was_sampled(page: Health, qtbot: QtBot) -> None:
    sampler, database = page.context.sampler, page.context.database
    hold_jobs(page, qtbot)
    assert page.pool.picture.accessibleName() == "Pool in use, last 10 minutes: nothing measured yet"
    sampler.take()
    sampler.take()
    database.read("balances.lookup", lambda _session: sampler.take())
    page.renewal.due.emit()
    qtbot.waitUntil(lambda: page.pool.span.text() == "10 min \N{MIDDLE DOT} 0 to 1 of 8")
    assert page.pool.picture.values[-4:] == (None, 0, 0, 1)
    assert len(page.pool.picture.values) == 600
    assert page.pool.picture.accessibleName() == "Pool in use, last 10 minutes: 0 to 1 of 8"
    assert "0 to 1 of 8" in page.pool.picture.toolTip()
    said = {tile.picture.accessibleName() for tile in page._figures}
    assert "Connection breaker, last 10 minutes: closed all the time" in said
    assert "Writes sent again, last 10 minutes: none" in said
    assert page.lag.picture.accessibleName().startswith("Window lag, last 10 minutes: at most ")
    assert "16 ms" in page.lag.picture.toolTip()
    assert page.memory.picture.accessibleName().endswith((" MB", " GB"))
    assert page.statements.picture.accessibleName().endswith(" a second")


def test_its_own_figures_ask_the_database_nothing(page: Health, statements: Statements, qtbot: QtBot) -> None:
    hold_jobs(page, qtbot)
    with statements.counted() as sent:
        page.renewal.due.emit()
        qtbot.waitUntil(lambda: page.context.worker.active == 0)
    assert sent == []
    page.hide()
    assert not page.renewal.running
    page.show()
    assert page.renewal.running


def test_a_full_pool_shows_who_waits(
    as_role: Callable[[str], str], settings: Settings, context_of: Contexts, qtbot: QtBot
) -> None:
    small = settings.model_copy(update={"pool_size": 1, "pool_overflow": 1})
    database = Database(as_role("t_viewer"), Recorder(capacity=2_000), small)
    page = Health(context_of("", database))
    qtbot.addWidget(page)
    page.show()
    hold_jobs(page, qtbot)
    release = threading.Event()

    def use() -> None:
        database.read("balances.lookup", lambda _session: release.wait(20))

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        qtbot.waitUntil(lambda: database.pool.waiting == 1)
        qtbot.waitUntil(lambda: page.pool.accessibleName() == "Pool in use: 2 / 2")
        assert database.pool.overflow == 1
        qtbot.waitUntil(lambda: "1 waiting" in page.pool._note.text())
    finally:
        release.set()
        for thread in threads:
            thread.join(20)
    qtbot.waitUntil(lambda: page.pool.accessibleName() == "Pool in use: 0 / 2")
    assert "0 waiting" in page.pool._note.text()
    page.hide()
    database.close()


def test_an_open_breaker_shows_its_next_try(
    as_role: Callable[[str], str], settings: Settings, context_of: Contexts, qtbot: QtBot
) -> None:
    quick = settings.model_copy(update={"breaker_failures": 1, "breaker_pause_s": 60})
    broken = Database("postgresql+psycopg://t_viewer:x@127.0.0.1:1/none", Recorder(capacity=2_000), quick)
    with pytest.raises(ConsoleError):
        broken.read("balances.lookup", lambda session: session.execute(text("SELECT 1")))
    context = context_of("t_viewer")
    ledger = Ledger(broken)
    sampler = ConsoleSampler(ledger, context.lag)
    parts = {name: getattr(context, name) for name in type(context).__slots__}
    page = Health(type(context)(**(parts | {"database": broken, "ledger": ledger, "sampler": sampler})))
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.breaker.accessibleName() == "Connection breaker: open")
    assert page.breaker._note.text().startswith("next try in ")
    assert "1 failed in a row" in page.breaker._note.text()
    page.context.sampler.take()
    page.renewal.due.emit()
    qtbot.waitUntil(lambda: "not closed for 1.0 s" in page.breaker.picture.accessibleName())
    assert page.breaker.picture.values[-1] == 2
    page.hide()
    qtbot.waitUntil(lambda: page.context.worker.active == 0)
    assert page.jobs.table.words.startswith("Could not load")
    broken.close()


def test_a_write_sent_again_is_counted(  # noqa: PLR0917 - fixtures are given by name
    as_role: Callable[[str], str],
    open_accounts: Callable[..., None],
    settings: Settings,
    ledger_url: str,
    lag: LagSampler,
    tmp_path: Path,
) -> None:
    open_accounts({"alice": 100, "bob": 0})
    hasty = settings.model_copy(update={"lock_timeout_s": 1})
    database = Database(as_role("t_operator"), Recorder(capacity=2_000), hasty)
    ledger = Ledger(database)
    sampler = ConsoleSampler(ledger, lag)
    with held(ledger_url) as holder:
        done: list[dict[str, object]] = []
        writer = threading.Thread(target=lambda: done.append(ledger.perform(payment())))
        writer.start()
        while ledger.retries == 0 and writer.is_alive():
            writer.join(0.02)
        holder.rollback()
        writer.join(30)
    assert done[0]["status"] == "posted"
    assert gather(ledger, tmp_path / "none").retries >= 1
    assert gather(ledger, tmp_path / "none").recorded >= 2
    sampler.take()
    sampler.take()
    assert [one and one.retries for one in sampler.samples[-2:]] == [ledger.retries, 0]
    database.close()
