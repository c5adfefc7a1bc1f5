"""The way to a server: tried before it is kept, what is wrong in place, and no password in any file."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from PySide6.QtTest import QTest
from sqlalchemy.engine import make_url

from console.settings.profiles.secrets import Secrets
from console.workspace.trial.steps import State
from tests.cluster import PASSWORD
from tests.operators import WRONG
from tests.ui.sessions import window_of
from tests.ui.start.home.conftest import OPEN_MS, opens, shows, where
from tests.ui.start.home.test_here import ENTER, SPACE, typed
from ui.start.home.make_dialog import MakeLedgerDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.settings.profiles.profile import Profile
    from console.settings.profiles.store import ProfileStore
    from tests.cluster import Cluster
    from tests.console.settings.profiles.keyrings import MemoryKeyring
    from tests.operators import Staff
    from tests.ui.sessions import Sessions
    from tests.ui.start.home.conftest import Begin
    from ui.start.home.connect_form import ConnectForm
    from ui.start.session import OperatorSession


def to_the_form(session: OperatorSession, qtbot: QtBot) -> ConnectForm:
    """Go to the form by the keyboard."""
    start = session.start_window
    shows(session, start.ledgers, qtbot)
    QTest.keyClick(start.ledgers.server, SPACE)
    shows(session, start.connect_form, qtbot)
    assert start.connect_form.focusWidget() is start.connect_form.name
    return start.connect_form


def fill(form: ConnectForm, staff: Staff, operator: str, password: str = PASSWORD) -> None:
    """Type what leads to the test's ledger."""
    place = where(staff)
    for editor, text in (
        (form.name, "Books"), (form.hosts, place["hosts"][0]), (form.database, place["database"]),
        (form.operator, operator), (form.password, password),
    ):  # fmt: skip
        typed(editor, text)
    form.tls.setCurrentIndex(form.tls.findData("off"))


def tried(session: OperatorSession, form: ConnectForm, qtbot: QtBot) -> None:
    """Press Enter in the form, and wait for what comes of it."""
    QTest.keyClick(form.password, ENTER)
    qtbot.waitUntil(lambda: form.try_button.isEnabled() and session.worker.active == 0, timeout=OPEN_MS)


def test_a_connection_is_tried_then_kept_without_its_password_and_opened(  # noqa: PLR0917 - fixtures are given by name
    begin: Begin, staff: Staff, kept: ProfileStore, ring: MemoryKeyring, make_session: Sessions, qtbot: QtBot
) -> None:
    name, session = staff.hire(), begin()
    form = to_the_form(session, qtbot)
    fill(form, staff, name, WRONG)
    tried(session, form, qtbot)
    assert "The sign-in is accepted: failed" in form.steps.words
    assert "Who can fix it: you" in form.steps.words
    assert WRONG not in form.steps.words
    assert kept.list() == ()
    typed(form.password, PASSWORD)
    form.keep.setChecked(True)
    typed(form.gate, PASSWORD)
    tried(session, form, qtbot)
    assert {one.state for one in form.steps.steps} <= {State.PASSED, State.SKIPPED}
    assert form.focusWidget() is form.deed_button
    assert kept.list() == ()
    QTest.keyClick(form.deed_button, SPACE)
    opens(session, qtbot)
    window = window_of(session)
    assert window.context.session.operator == name
    [profile] = kept.list()
    assert (profile.name, profile.operator, profile.keep_password) == ("Books", name, True)
    secret = Secrets(ring).password(profile, name)
    assert secret is not None
    assert secret.get_secret_value() == PASSWORD
    assert Secrets(ring).gate_password(profile) is not None
    make_session.end()
    for file in make_session.paths.config.parent.rglob("*"):
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file
    # The next start asks nobody.
    again = begin()
    opens(again, qtbot)
    assert window_of(again).context.session.operator == name


def test_what_is_missing_is_said_in_place(begin: Begin, qtbot: QtBot) -> None:
    session = begin()
    form = to_the_form(session, qtbot)
    QTest.keyClick(form.try_button, SPACE)
    missing = [one.accessibleDescription() for one in (form.name, form.hosts, form.database, form.operator)]
    assert missing == [
        "Give it a name.", "Write the server's name or address.", "", "Write who signs in.",
    ]  # fmt: skip
    assert form.focusWidget() is form.name
    assert session.worker.active == 0
    QTest.keyClicks(form.name, "P")
    assert form.name.accessibleDescription() == ""
    assert form.hosts.accessibleDescription() == "Write the server's name or address."
    for editor in (form.name, form.hosts, form.operator):
        typed(editor, "books")
    typed(form.hosts, "postgresql://anna:hunter2@db")
    QTest.keyClick(form.hosts, ENTER)
    assert "no URL" in form.said
    assert "hunter2" not in form.said


def test_a_port_at_which_nothing_listens(begin: Begin, staff: Staff, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    session = begin()
    form = to_the_form(session, qtbot)
    fill(form, staff, "anna")
    typed(form.hosts, f"127.0.0.1:{port}")
    tried(session, form, qtbot)
    assert "Something answers at its port: failed" in form.steps.words
    assert "Who can fix it: who runs the server" in form.steps.words
    assert not form.make_button.isVisible()


def test_a_name_that_is_taken_is_told_before_anything_is_tried(
    begin: Begin, staff: Staff, kept: ProfileStore, on_server: Callable[..., Profile], qtbot: QtBot
) -> None:
    kept.add(on_server(name="books"))
    kept.add(on_server(name="Others"))
    session = begin()
    form = to_the_form(session, qtbot)
    fill(form, staff, "anna")
    tried(session, form, qtbot)
    assert "There is a profile named Books already" in form.said
    assert {one.state for one in form.steps.steps} == {State.WAITING}


def test_a_ledger_is_made_where_there_is_none(
    begin: Begin, staff: Staff, cluster: Cluster, qtbot: QtBot
) -> None:
    database, first, session = cluster.create(), staff.new_name(), begin()
    owner = make_url(cluster.url(database))
    form = to_the_form(session, qtbot)
    fill(form, staff, str(owner.username), str(owner.password))
    typed(form.database, database)
    tried(session, form, qtbot)
    assert "A ledger of this console's version is there: failed" in form.steps.words
    assert form.focusWidget() is form.make_button
    QTest.keyClick(form.make_button, SPACE)
    dialog = form.findChild(MakeLedgerDialog)
    assert dialog is not None
    typed(dialog.operator, first)
    typed(dialog.password, "short")
    QTest.keyClick(dialog.deed_button, SPACE)
    assert "At least 12" in dialog.password.accessibleDescription()
    typed(dialog.password, PASSWORD)
    typed(dialog.again, PASSWORD)
    typed(dialog.currency.code, "CHF")
    QTest.keyClick(dialog.deed_button, SPACE)
    opens(session, qtbot)
    of = window_of(session).context.session
    assert (of.operator, [one.code for one in of.books.currencies]) == (first, ["CHF"])
    window_of(session).context.database.close()
    cluster.drop(database)
