"""Consoles that begin with the user's ledgers, in folders and with a keyring of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest
from sqlalchemy.engine import make_url

from console.settings.profiles.profile import Profile
from console.settings.profiles.store import ProfileStore
from tests.console.settings.profiles.keyrings import MemoryKeyring

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from tests.operators import Staff
    from tests.ui.sessions import Sessions
    from ui.start.session import OperatorSession

OPEN_MS = 60_000


class Begin(Protocol):
    """Begins a console that knows the ledgers of the test's folders."""

    def __call__(self, profile: str = "") -> OperatorSession: ...


@pytest.fixture(autouse=True)
def small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a demo in a second."""
    monkeypatch.setattr("ui.start.session.DEMO_SIZE", (20, 200))


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """Be this system's keyring."""
    made = MemoryKeyring()
    monkeypatch.setattr("keyring.get_keyring", lambda: made)
    return made


@pytest.fixture
def begin(make_session: Sessions) -> Begin:
    """Return what begins a console."""

    def made(profile: str = "") -> OperatorSession:
        return make_session(None, home=True, profile=profile)

    return made


@pytest.fixture
def kept(make_session: Sessions) -> ProfileStore:
    """Return the profiles of the test's folders."""
    return ProfileStore(make_session.paths)


@pytest.fixture
def on_server(staff: Staff) -> Callable[..., Profile]:
    """Return what makes profiles that lead to the test's ledger; the tests' server speaks no TLS."""

    def made(**values: Any) -> Profile:
        return Profile.made(**{"name": "Books", "kind": "server", "tls": "off"} | where(staff) | values)

    return made


def where(staff: Staff) -> dict[str, Any]:
    """Say where the test's ledger is, as a profile has it."""
    url = make_url(staff.ledger_url)
    host = str(url.host or url.query["host"])
    port = url.port or url.query.get("port") or 5432
    return {"hosts": [f"{host}:{port}"], "database": url.database}


def shows(session: OperatorSession, page: QWidget, qtbot: QtBot) -> None:
    """Wait until the first window shows a page, and nothing runs."""
    start = session.start_window
    qtbot.waitUntil(
        lambda: start.isVisible() and start.currentWidget() is page and session.worker.active == 0,
        timeout=OPEN_MS,
    )


def opens(session: OperatorSession, qtbot: QtBot) -> None:
    """Wait until the ledger's window is there, and nothing runs."""
    qtbot.waitUntil(lambda: session.window is not None and session.worker.active == 0, timeout=OPEN_MS)
