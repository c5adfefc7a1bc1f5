"""An operator who has a code: sets a password by it at the sign-in, and is in."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.operators.codes import digest_of
from console.ledger.operators.credentials import url_with
from tests.cluster import PASSWORD, connected
from tests.ui.sessions import window_of
from ui.kit.widgets.placing import LEAST
from ui.start.sign_in.code_page import NO_CODE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.operators import Staff
    from tests.ui.sessions import Sessions
    from ui.start.session import OperatorSession

OPEN_MS = 20_000
CODE = "7QK2-M4XR-9TBD-PW3H"
OTHER = "0000-0000-0000-0000"
NEW = "a-password-of-my-own"


@pytest.fixture
def invited(staff: Staff) -> str:
    """Return an operator who has CODE and no password."""
    name = staff.new_name()
    with connected(staff.ledger_url) as connection:
        made = connection.execute(
            "SELECT ledger.create_operator(gen_random_uuid(), %s, '', '{ledger_viewer}', NULL, 'hired', %s)"
            " ->> 'status'",
            [name, digest_of(CODE)],
        ).fetchone()
    assert made == ("created",)
    return name


@pytest.fixture
def session(make_session: Sessions, staff: Staff) -> OperatorSession:
    """Start a console that knows the gate and asks who signs in."""
    return make_session(url_with(staff.ledger_url, "", ""), PASSWORD)


def fill(session: OperatorSession, code: str, password: str = NEW, again: str = "") -> None:
    """Type a code and a password twice, and press Return."""
    page = session.start_window.code
    for line, text in ((page.code, code), (page.password, password), (page.again, again or password)):
        line.clear()
        QTest.keyClicks(line, text)
    QTest.keyClick(page.again, Qt.Key.Key_Return)


def come_with_code(session: OperatorSession, name: str) -> None:
    start = session.start_window
    QTest.keyClicks(start.sign_in.operator, name)
    start.sign_in.code.click()
    assert start.currentWidget() is start.code
    assert start.code.operator.text() == name


def test_a_code_sets_the_password_and_signs_in(
    session: OperatorSession, staff: Staff, invited: str, qtbot: QtBot
) -> None:
    come_with_code(session, invited)
    page = session.start_window.code
    assert page.code.hasFocus() or not session.start_window.isActiveWindow()
    fill(session, "7qk2 m4xr 9tbd pw3h")
    assert (page.button.isEnabled(), page.button.text()) == (False, "Setting the password…")
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
    assert window_of(session).context.session.operator == invited
    assert (page.code.text(), page.password.text(), page.again.text()) == ("", "", "")
    with connected(staff.url(invited, NEW)) as connection:
        assert connection.info.user == invited


def test_wrong_codes_are_counted_in_place_in_the_words_of_wrong_passwords(
    session: OperatorSession, invited: str, qtbot: QtBot
) -> None:
    come_with_code(session, invited)
    page = session.start_window.code
    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try"):
        fill(session, OTHER)
        qtbot.waitUntil(lambda words=left: f" {words} before a pause" in page.problem, timeout=OPEN_MS)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        assert (page.operator.text(), page.code.text(), page.password.text()) == (invited, OTHER, NEW)
    for code in (OTHER, CODE):
        fill(session, code)
        qtbot.waitUntil(lambda: "Too many attempts failed" in page.problem, timeout=OPEN_MS)
        qtbot.waitUntil(page.button.isEnabled, timeout=OPEN_MS)
    assert session.window is None


def test_what_can_be_seen_here_is_not_counted(
    session: OperatorSession, staff: Staff, invited: str, qtbot: QtBot
) -> None:
    come_with_code(session, invited)
    page = session.start_window.code
    for code, password, again, said in (
        (CODE[:-1], NEW, "", NO_CODE),
        (CODE, "short", "", "A password has at least 12 characters."),
        (CODE, NEW, f"{NEW}!", "The two passwords differ."),
    ):
        fill(session, code, password, again)
        assert page.problem == said
        assert session.worker.active == 0
    page.operator.clear()
    fill(session, CODE)
    assert page.problem == "Type the operator's name."
    with connected(staff.ledger_url) as connection:
        tried = connection.execute(
            "SELECT count(*) FROM ledger.sign_in_attempts WHERE name = %s", [invited]
        ).fetchone()
    assert tried == (0,)
    # What was wrong is forgotten with the first key.
    QTest.keyClicks(page.operator, invited)
    assert page.problem == ""
    fill(session, CODE)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)


def test_escape_leads_back_and_forgets_what_was_typed(session: OperatorSession, invited: str) -> None:
    come_with_code(session, invited)
    start = session.start_window
    QTest.keyClicks(start.code.code, CODE)
    QTest.keyClicks(start.code.password, NEW)
    QTest.keyClick(start.code, Qt.Key.Key_Escape)
    assert start.currentWidget() is start.sign_in
    assert (start.code.code.text(), start.code.password.text()) == ("", "")


def test_without_the_gate_no_code_is_taken_and_it_is_said(
    make_session: Sessions, staff: Staff, invited: str, qtbot: QtBot
) -> None:
    session = make_session(url_with(staff.ledger_url, "", ""))
    come_with_code(session, invited)
    page = session.start_window.code
    fill(session, CODE)
    qtbot.waitUntil(lambda: "ledgerctl operator gate" in page.problem, timeout=OPEN_MS)
    assert page.button.isEnabled()


def test_the_window_answers_while_the_code_is_on_its_way(
    session: OperatorSession, invited: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs on a pool thread; a second press and Escape do nothing meanwhile."""
    going, threads = threading.Event(), list[str]()

    def slow(*_given: Any, **_options: Any) -> None:
        threads.append(threading.current_thread().name)
        going.wait(10)

    monkeypatch.setattr("console.workspace.workspace.redeem_code", slow)
    come_with_code(session, invited)
    start = session.start_window
    fill(session, CODE)
    qtbot.waitUntil(lambda: len(threads) == 1)
    start.code.submit()
    QTest.keyClick(start.code, Qt.Key.Key_Escape)
    assert start.currentWidget() is start.code
    assert session.worker.active == 1
    assert threads != [threading.main_thread().name]
    going.set()
    # Nothing was set: the sign-in that follows says so where it says it always.
    qtbot.waitUntil(lambda: "more tries" in start.sign_in.problem, timeout=OPEN_MS)
    assert start.currentWidget() is start.sign_in


def test_a_low_window_has_room_for_what_was_wrong(
    session: OperatorSession, invited: str, qtbot: QtBot
) -> None:
    start = session.start_window
    start.resize(LEAST)
    come_with_code(session, invited)
    page = start.code
    qtbot.waitUntil(lambda: start.size() == LEAST)
    fill(session, OTHER)
    qtbot.waitUntil(lambda: "more tries" in page.problem, timeout=OPEN_MS)
    assert start.minimumSizeHint().boundedTo(LEAST) == start.minimumSizeHint()
    qtbot.waitUntil(lambda: page.rect().contains(page.code.mapTo(page, page.code.rect().bottomRight())))


def test_whom_this_computer_remembers_is_asked_for_no_code(session: OperatorSession) -> None:
    page = session.start_window.sign_in
    assert not page.code.isHidden()
    page.ask("here", "mara", remembered=True)
    assert page.code.isHidden()
