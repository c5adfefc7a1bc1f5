"""A computer that slept is known by the clock on the wall, and what is in doubt is settled then."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest
from PySide6.QtCore import QObject

from tests.cluster import connected
from tests.console.waiting_room import payment
from tests.ui.sessions import window_of
from ui.start.waking import Waking

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.ui.sessions import Sessions
    from ui.kit.notices import Notice


def test_only_a_jump_of_the_wall_clock_is_a_waking(qapp: object) -> None:
    now, woken = [1_000.0], list[float]()
    owner = QObject()
    waking = Waking(owner, wall=lambda: now[0])
    waking.woke.connect(lambda: woken.append(now[0]))
    for step in (5.0, 5.2, 29.0, 3_600.0, 5.0):
        now[0] += step
        waking.look()
    assert woken == [4_639.2]


@pytest.mark.parametrize("how", ["woke", "returned"])
def test_what_is_in_doubt_is_settled_after_a_sleep_and_when_the_server_is_back(
    qtbot: QtBot, make_session: Sessions, as_role: Callable[[str], str], ledger_url: str, how: str
) -> None:
    session = make_session(as_role("t_operator"))
    qtbot.waitUntil(lambda: session.window is not None, timeout=15_000)
    window, workspace = window_of(session), session.workspace
    assert workspace is not None
    assert session.status is not None
    outbox = workspace.ledger.outbox
    assert outbox is not None
    entry, _again = outbox.note(uuid4(), payment())
    outbox.done(entry, known=False)
    said = list[str]()
    window.context.notices.posted.connect(lambda notice: said.append(cast("Notice", notice).text))
    waking = window.findChild(Waking)
    assert waking is not None
    (waking.woke if how == "woke" else session.status.returned).emit()
    qtbot.waitUntil(lambda: bool(said))
    assert said[0].endswith(
        "transfer.post: it never reached the ledger and never will. Do it again if it is still wanted."
    )
    assert outbox.doubts() == ()
    with connected(ledger_url) as connection:
        row = connection.execute(
            "SELECT outcome ->> 'code' FROM ledger.operations WHERE key = %s", [entry.key]
        ).fetchone()
    assert row == ("operation.abandoned",)
