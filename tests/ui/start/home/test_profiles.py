"""Several ledgers: switched between in the window, taken from a team's file, and the real thing unlocked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import UsageError
from console.settings.profiles.secrets import Secrets
from tests.cluster import PASSWORD
from tests.ui.sessions import window_of
from tests.ui.start.home.conftest import opens, shows
from tests.ui.start.home.test_here import CONTROL_SHIFT, SPACE, the_question
from ui.app import _parser, _request
from ui.start.home.team import TeamDialog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from console.settings.profiles.profile import Profile
    from console.settings.profiles.store import ProfileStore
    from tests.console.settings.profiles.keyrings import MemoryKeyring
    from tests.operators import Staff
    from tests.ui.start.home.conftest import Begin
    from ui.start.session import OperatorSession


def sign_in(session: OperatorSession, operator: str, qtbot: QtBot) -> None:
    """Type who signs in, and wait for the window."""
    page = session.start_window.sign_in
    shows(session, page, qtbot)
    page.operator.clear()
    QTest.keyClicks(page.operator, operator)
    QTest.keyClicks(page.password, PASSWORD)
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    opens(session, qtbot)


def test_another_ledger_is_opened_from_the_window_with_nothing_of_the_operator_before(
    begin: Begin, staff: Staff, kept: ProfileStore, on_server: Callable[..., Profile], qtbot: QtBot
) -> None:
    first, second = staff.hire(), staff.hire("auditor")
    kept.add(on_server(operator=first))
    kept.add(on_server(name="Rehearsal", operator=second, environment="STAGING"))
    session = begin("rehearsal")
    sign_in(session, second, qtbot)
    before, workspace = window_of(session), session.workspace
    assert before.windowTitle().startswith("STAGING ")
    menu = before.top_bar.profile.menu()
    menu.aboutToShow.emit()
    others = [action for action in menu.actions() if action.text()]
    assert [action.text() for action in others] == ["Books   SERVER", "Other ledgers…"]
    others[0].trigger()
    page = session.start_window.sign_in
    shows(session, page, qtbot)
    assert (page.operator.text(), page.password.text(), page.mark.text()) == (first, "", "SERVER")
    assert (session.window, session.workspace) == (None, None)
    sign_in(session, first, qtbot)
    after = window_of(session)
    assert after is not before
    assert session.workspace is not workspace
    assert (after.context.session.operator, after.context.session.identity.name) == (first, "Books")
    assert after.context.commands is not before.context.commands
    QTest.keyClick(after, Qt.Key.Key_L, CONTROL_SHIFT)
    shows(session, session.start_window.ledgers, qtbot)
    assert session.start_window.ledgers.focusWidget() is session.start_window.ledgers.rows[0].open_button
    assert kept.last_used() == kept.list()[0]


def test_a_password_in_the_keyring_is_sent_nowhere_else(  # noqa: PLR0917 - fixtures are given by name
    begin: Begin, staff: Staff, kept: ProfileStore, ring: MemoryKeyring, on_server: Callable[..., Profile],
    qtbot: QtBot,
) -> None:  # fmt: skip
    name = staff.hire()
    profile = on_server(operator=name, keep_password=True)
    Secrets(ring).keep(profile, name, SecretStr(PASSWORD))
    kept.add(profile.changed(tls="require"))
    session = begin()
    shows(session, session.start_window.sign_in, qtbot)
    assert session.window is None


def test_a_teams_file_weakens_nothing_unless_it_is_ticked(
    begin: Begin, kept: ProfileStore, on_server: Callable[..., Profile], tmp_path: Path, qtbot: QtBot
) -> None:
    books = on_server(production=True, colour="red")
    kept.add(books)
    kept.add(on_server(name="Others"))
    shared = {"name": "Books", "hosts": list(books.hosts), "database": books.database, "tls": "off"}
    news = {"name": "Refunds", "hosts": ["db.example.org"], "database": "refunds", "production": True}
    wrong = {"name": "Payouts", "hosts": [], "database": "payouts"}
    file = tmp_path / "team.json"
    file.write_text(json.dumps({"format": 1, "profiles": [shared, news, wrong]}), encoding="utf-8")
    session = begin()
    start = session.start_window
    shows(session, start.ledgers, qtbot)
    assert session.home is not None
    session.home.plan(file)
    qtbot.waitUntil(lambda: start.findChild(TeamDialog) is not None)
    dialog = start.findChild(TeamDialog)
    assert dialog is not None
    ticked = {entry.profile.name: box.isChecked() for box, entry in dialog.boxes}
    assert ticked == {"Books": False, "Refunds": True}
    assert "no longer production" in dialog.words
    assert "Payouts" in dialog.words
    QTest.keyClick(dialog.deed_button, SPACE)
    qtbot.waitUntil(lambda: start.ledgers.said == "1 taken over from team.json.")
    assert [one.name for one in kept.list()] == ["Books", "Others", "Refunds"]
    assert kept.named("Books") == books


@pytest.mark.parametrize("keep", [True, False], ids=["password kept", "only the gate's"])
def test_a_profile_is_removed_with_its_passwords_and_its_ledger_stays(  # noqa: PLR0917 - fixtures are given by name
    begin: Begin,
    kept: ProfileStore,
    ring: MemoryKeyring,
    on_server: Callable[..., Profile],
    qtbot: QtBot,
    keep: bool,  # noqa: FBT001 - given by name
) -> None:
    books = on_server(operator="anna", keep_password=keep)
    kept.add(books)
    kept.add(on_server(name="Others"))
    if keep:
        Secrets(ring).keep(books, "anna", SecretStr(PASSWORD))
    Secrets(ring).keep_gate(books, SecretStr(PASSWORD))
    assert ring.kept
    session = begin()
    page = session.start_window.ledgers
    shows(session, page, qtbot)
    page.remove_wanted.emit(books)
    QTest.keyClick(the_question(session, qtbot).deed_button, SPACE)
    qtbot.waitUntil(lambda: [row.profile.name for row in page.rows] == ["Others"])
    assert ring.kept == {}


def test_a_database_url_wins_over_profiles_and_a_named_profile_over_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("LEDGER_DATABASE_URL", raising=False)
    monkeypatch.delenv("LEDGER_DATA_DIR", raising=False)
    plain, named = _parser().parse_args([]), _parser().parse_args(["--profile", "Books"])
    assert _request(plain).home
    monkeypatch.setenv("LEDGER_DATABASE_URL", "postgresql+psycopg://anna@db.example.org/ledger")
    assert not _request(plain).home
    asked = _request(named)
    assert (asked.home, asked.profile) == (True, "Books")
    monkeypatch.setenv("LEDGER_PROFILE", "Books")
    with pytest.raises(UsageError, match="equally near"):
        _request(plain)
    with pytest.raises(UsageError, match="equally near"):
        _request(_parser().parse_args(["--profile", "Books", "--demo"]))
    # An option is nearer than the environment.
    monkeypatch.delenv("LEDGER_DATABASE_URL")
    assert not _request(_parser().parse_args(["--data-dir", str(tmp_path)])).home
    monkeypatch.delenv("LEDGER_DATA_DIR")
    assert _request(plain).home
