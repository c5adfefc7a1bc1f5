"""The ways that stay on this computer: a demo that is thrown away, ledgers of one's own, an old folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.postgres.embedded.folder import Folder
from console.settings.profiles.profile import Profile
from tests.ui.sessions import window_of
from tests.ui.start.home.conftest import OPEN_MS, opens, shows
from ui.start.home.dialogs import SureDialog

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QLineEdit
    from pytestqt.qtbot import QtBot

    from console.settings.profiles.store import ProfileStore
    from tests.ui.sessions import Sessions
    from tests.ui.start.home.conftest import Begin
    from ui.start.session import OperatorSession

ENTER, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Space
CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def typed(editor: QLineEdit, text: str) -> None:
    """Write over what stands there."""
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)


def the_question(session: OperatorSession, qtbot: QtBot) -> SureDialog:
    """Return the question that is asked."""
    start = session.start_window
    qtbot.waitUntil(lambda: any(one.isVisible() for one in start.findChildren(SureDialog)))
    return next(one for one in start.findChildren(SureDialog) if one.isVisible())


def test_a_demo_is_made_by_one_key_marked_and_thrown_away(
    begin: Begin, make_session: Sessions, kept: ProfileStore, qtbot: QtBot
) -> None:
    session = begin()
    page = session.start_window.ledgers
    shows(session, page, qtbot)
    assert page.rows == ()
    # The folder is shared with a ledger of one's own, which outlives every demo.
    beside = make_session.paths.data / "not-the-demo"
    beside.mkdir(parents=True)
    QTest.keyClick(page.demo, SPACE)
    opens(session, qtbot)
    window = window_of(session)
    assert window.windowTitle().startswith("DEMO ")
    [profile] = kept.list()
    assert (profile.kind, kept.last_used()) == ("demo", profile)
    folder = profile.data_folder(make_session.paths)
    assert Folder.of(folder).pgdata.is_dir()
    QTest.keyClick(window, Qt.Key.Key_L, CONTROL_SHIFT)
    shows(session, page, qtbot)
    page.throw_wanted.emit(profile)
    asked = the_question(session, qtbot)
    # Who presses Enter without reading keeps the demo.
    assert asked.focusWidget() is asked.keep_button
    QTest.keyClick(asked.keep_button, SPACE)
    assert folder.is_dir()
    page.throw_wanted.emit(profile)
    asked = the_question(session, qtbot)
    QTest.keyClick(asked.deed_button, SPACE)
    qtbot.waitUntil(lambda: page.said == "The demo is gone.", timeout=OPEN_MS)
    assert not folder.exists()
    assert beside.is_dir()
    assert kept.list() == ()
    assert page.demo.isVisible()


def test_ledgers_of_ones_own_are_apart_and_an_old_one_goes_on_without_a_welcome(
    begin: Begin, make_session: Sessions, kept: ProfileStore, qtbot: QtBot
) -> None:
    session = begin()
    start = session.start_window
    shows(session, start.ledgers, qtbot)
    QTest.keyClick(start.ledgers.own, SPACE)
    form = start.own_form
    shows(session, form, qtbot)
    assert form.focusWidget() is form.name
    typed(form.operator, "Anna Berger")
    QTest.keyClick(form.operator, ENTER)
    assert "Small letters" in form.operator.accessibleDescription()
    typed(form.operator, "anna")
    typed(form.currency.code, "jpy")
    QTest.keyClick(form.currency.code, ENTER)
    opens(session, qtbot)
    assert as_seen(session) == ("LOCAL", "This computer", "anna", [("JPY", 0)])
    session.switch_ledger()
    shows(session, start.ledgers, qtbot)
    QTest.keyClick(start.ledgers.own, SPACE)
    shows(session, form, qtbot)
    assert form.name.text() == "This computer 2"
    typed(form.operator, "ben")
    QTest.keyClick(form.operator, ENTER)
    opens(session, qtbot)
    assert as_seen(session) == ("LOCAL", "This computer 2", "ben", [("EUR", 2)])
    first, second = kept.list()
    assert first.data_folder(make_session.paths) != second.data_folder(make_session.paths)
    make_session.end()
    kept.file.unlink()
    old = begin()
    opens(old, qtbot)
    assert as_seen(old)[1:2] + as_seen(old)[3:] == ("This computer", [("JPY", 0)])
    assert [one.name for one in kept.list()] == ["This computer"]


def as_seen(session: OperatorSession) -> tuple[str, str, str, list[tuple[str, int]]]:
    """Return what the window says of its ledger: word, name, operator and currencies."""
    of = window_of(session).context.session
    money = [(one.code, one.exponent) for one in of.books.currencies]
    return of.identity.environment, of.identity.name, of.operator, money


def test_what_cannot_be_a_currency_is_said_in_place(begin: Begin, qtbot: QtBot) -> None:
    session = begin()
    start = session.start_window
    shows(session, start.ledgers, qtbot)
    QTest.keyClick(start.ledgers.own, SPACE)
    form = start.own_form
    shows(session, form, qtbot)
    typed(form.currency.code, "E")
    QTest.keyClick(form.currency.code, ENTER)
    assert "2 to 12 letters" in form.currency.code.accessibleDescription()
    assert session.window is None
    QTest.keyClick(form, Qt.Key.Key_Escape)
    shows(session, start.ledgers, qtbot)
    assert start.ledgers.rows == ()


def test_damaged_profiles_are_told_and_left_as_they_are(
    begin: Begin, kept: ProfileStore, qtbot: QtBot
) -> None:
    kept.file.parent.mkdir(parents=True)
    kept.file.write_text('{"format": 1, "profiles": [', encoding="utf-8")
    session = begin()
    page = session.start_window.ledgers
    shows(session, page, qtbot)
    assert str(kept.file) in page.said
    assert "It stays as it is" in page.said
    QTest.keyClick(page.demo, SPACE)
    qtbot.waitUntil(lambda: session.worker.active == 0)
    assert "It stays as it is" in page.said
    assert session.window is None
    assert kept.file.read_text(encoding="utf-8") == '{"format": 1, "profiles": ['


def test_a_name_that_is_not_known_is_said_on_the_list(
    begin: Begin, kept: ProfileStore, tmp_path: Path, qtbot: QtBot
) -> None:
    kept.add(Profile.made(name="Mine", kind="computer", folder=str(tmp_path / "mine")))
    session = begin("Yours")
    page = session.start_window.ledgers
    shows(session, page, qtbot)
    assert "There is no profile named 'Yours'" in page.said
    assert [row.profile.name for row in page.rows] == ["Mine"]
