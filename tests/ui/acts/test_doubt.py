"""An act whose answer to COMMIT is lost: nothing twice, and said, whether the form is open or closed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import pytest

from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from console.writes.outbox import Outbox
from tests.console.waiting_room import server_place, through
from tests.faults.proxy.proxy import Proxy
from tests.ui.acts.conftest import GRETA
from tests.ui.acts.hands import REASON, TICKET, do, ended, fill, seen
from ui.acts.catalogue import TRANSFER
from ui.acts.outcome.settling import settle_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from console.settings import Settings
    from tests.faults.proxy.proxy import Moment
    from tests.ui.acts.conftest import Forms
    from tests.ui.conftest import Contexts
    from ui.acts.form import ActForm
    from ui.context import Context
    from ui.kit.notices import Notice, Notices

_NOWHERE: Final = ("/nowhere", 1)
BEFORE, AFTER = 58_160, 55_160


class Line:
    """The line to the server, by way of a proxy: after a cut it stays dead until it is mended."""

    def __init__(self, url: str) -> None:
        self.is_dead = False
        self._place = server_place(url)
        self.proxy = Proxy(self.place)

    def place(self) -> tuple[str, int]:
        """Return where the server is; nowhere while the line is dead."""
        return _NOWHERE if self.is_dead or self.proxy.cuts else self._place

    def mend(self) -> None:
        """Let the line work again."""
        self.is_dead = False
        self.proxy.cuts.clear()


@pytest.fixture
def line(ledger_url: str) -> Iterator[Line]:
    """Lend the line to the server."""
    made = Line(ledger_url)
    with made.proxy:
        yield made


@pytest.fixture
def far(
    line: Line, as_role: Callable[[str], str], context_of: Contexts, settings: Settings, tmp_path: Path
) -> Iterator[Context]:
    """Give a context that reaches the server by that line, and has an outbox."""
    database = Database(through(line.proxy.port, as_role("t_operator")), Recorder(capacity=2_000), settings)
    made = context_of("t_operator", database)
    outbox = Outbox(tmp_path / "outbox" / "test.jsonl", profile="test", operator="t_operator")
    yield replace(made, ledger=Ledger(database, outbox))
    outbox.close()
    database.close()


@pytest.fixture
def said(notices: Notices) -> list[str]:
    """Return what is said in the window."""
    found = list[str]()
    notices.posted.connect(lambda notice: found.append(cast("Notice", notice).text))
    return found


@contextmanager
def lost(qtbot: QtBot, line: Line, form: ActForm, moment: Moment) -> Iterator[None]:
    """Do what the form says and lose its answer; in the block nobody knows what became of it."""
    fill(form, payee=GRETA, amount="30", reason=REASON, ticket=TICKET)
    seen(qtbot, form)
    line.proxy.cut(moment)
    do(form)
    qtbot.waitUntil(lambda: not form.running.words, timeout=15_000)
    assert form.outcome.text().startswith("Unconfirmed: the connection broke before the server's answer.")
    assert form.outcome.text().endswith("Ask again: it is done once, whatever became of it.")
    assert form.deed_button.text() == "Ask again"
    assert not form.blanks.isEnabled()
    try:
        yield
    finally:
        line.mend()
        form._context.database.breaker.try_now()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_it_is_asked_for_again_and_done_once(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, form_of: Forms, far: Context, line: Line, balance: Callable[[str], int], moment: Moment
) -> None:
    form = form_of(TRANSFER, shown_in=far)
    with lost(qtbot, line, form, moment):
        assert balance("noor.a") == (AFTER if moment == "after" else BEFORE)
    do(form)
    ended(qtbot, form)
    assert form.is_done, form.outcome.text()
    assert form.end.words.startswith("30.00 CR moved from noor.a to greta.l.")
    assert balance("noor.a") == AFTER
    assert far.ledger.outbox is not None
    assert far.ledger.outbox.doubts() == ()


@pytest.mark.parametrize(
    ("moment", "settled", "left"),
    [
        ("after", "it was done, though its answer was lost.", AFTER),
        ("before", "it never reached the ledger and never will. Do it again if it is still wanted.", BEFORE),
    ],
)
def test_a_form_closed_in_doubt_is_settled_once_the_server_is_back(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, form_of: Forms, far: Context, line: Line, said: list[str],
    balance: Callable[[str], int], moment: Moment, settled: str, left: int,
) -> None:  # fmt: skip
    form = form_of(TRANSFER, shown_in=far)
    page = form.parentWidget()
    assert page is not None
    with lost(qtbot, line, form, moment):
        form.reject()
        qtbot.waitUntil(lambda: bool(said), timeout=15_000)
        assert "transfer.post: not yet known." in said[0]
    settle_now(far, page)
    qtbot.waitUntil(lambda: len(said) > 1)
    assert said[1].endswith(f"transfer.post: {settled}")
    assert balance("noor.a") == left
    assert far.ledger.outbox is not None
    assert far.ledger.outbox.doubts() == ()


def test_a_preview_that_is_not_reached_lets_nothing_be_done(
    qtbot: QtBot, form_of: Forms, far: Context, line: Line
) -> None:
    form = form_of(TRANSFER, shown_in=far)
    far.database.close()
    line.is_dead = True
    fill(form, payee=GRETA, amount="30", reason=REASON)
    qtbot.waitUntil(lambda: form.foresight.error is not None)
    assert form.preview.words.startswith("What it would do is not known: ")
    assert form.reason == "the preview has no answer"
    line.mend()
    far.database.breaker.try_now()
    form.preview.again_button.click()
    seen(qtbot, form)
    assert form.reason == ""
