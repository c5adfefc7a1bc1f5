"""Integrity: its figures, a verify from beginning to end, what it finds, and the seal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.audit.verify.questions import CHECKS, QUESTIONS
from console.ledger.audit.verify.remembered import Remembered
from console.ledger.audit.witness import Witness
from console.ledger.operators.rights import Rights
from tests.bookkeeping import transfer
from tests.cluster import connected
from tests.ui.acts.hands import focused
from ui.kit.table.paged_model import State
from ui.routes import OpenAuditEvent, OpenIntegrity, OpenTransaction
from ui.screens.control.integrity.verifying import CANCELLED, Asking

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.conftest import Statements
    from tests.ui.conftest import Contexts
    from tests.ui.screens.control.integrity.conftest import Screens
    from ui.context import Context
    from ui.routes import Route
    from ui.screens.control.integrity.screen import Integrity

VERIFY_MS = 30_000


def verify(qtbot: QtBot, screen: Integrity) -> None:
    """Press the button, and wait until the verify has ended and the figures were read anew."""
    QTest.mouseClick(screen.verify_button, Qt.MouseButton.LeftButton)
    assert screen.is_verifying
    qtbot.waitUntil(lambda: not screen.is_verifying, timeout=VERIFY_MS)
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)


def figures(screen: Integrity) -> list[str]:
    tiles = screen.tiles
    return [tile._figure.text() for tile in (tiles.verified, tiles.sealed, tiles.head, tiles.record)]


def test_a_ledger_that_was_never_verified_says_so(context: Context, show: Screens) -> None:
    screen = show(context)
    assert figures(screen) == ["never", "none", "3", "none"]
    assert screen.table.list_state is State.EMPTY
    assert screen.table.words == (
        "Not verified here yet. Verify now reads all of the ledger in one snapshot."
    )


def test_the_figures_are_three_statements(
    context: Context, show: Screens, qtbot: QtBot, statements: Statements
) -> None:
    screen = show(context)
    with statements.counted() as sent:
        screen.refresh()
        qtbot.waitUntil(lambda: context.worker.active == 0)
    assert len(sent) == 3


def test_a_verify_shows_each_question_and_is_remembered(
    qtbot: QtBot, context_of: Contexts, show: Screens
) -> None:
    context = context_of("t_auditor")
    screen = show(context)
    seen: list[str] = []
    tell = screen.strip.show_question

    def watched(asking: Asking) -> None:
        tell(asking)
        seen.append(screen.strip.said.text())

    screen.strip.show_question = watched  # type: ignore[method-assign]  # to see what passes quickly
    verify(qtbot, screen)
    assert seen
    assert all(words.startswith("Question ") and f" of {len(QUESTIONS)}: " in words for words in seen)
    assert figures(screen) == ["passed", "none", "3", "agrees"]
    assert screen.outcome.text().startswith("All of it stands. Read were 2 transactions and ")
    assert {check.code for check in screen.model.rows} == set(CHECKS)
    memory = Witness(context.paths.data)._kept().memories
    assert [one.id for one in memory] == [3]
    # Another screen on this computer, perhaps after a restart, shows the same.
    again = show(context)
    assert again.last == screen.last
    assert figures(again)[0] == "passed"


def test_what_may_not_be_read_is_said_and_comes_first(qtbot: QtBot, context: Context, show: Screens) -> None:
    screen = show(context)
    verify(qtbot, screen)
    assert screen.outcome.text().startswith("All that was read stands; 3 promises not read")
    assert [bool(check.unread) for check in screen.model.rows[:4]] == [True, True, True, False]
    screen.table.select_place(0)
    assert screen.panel.said.startswith("Nobody looked: you may not read ")


@pytest.mark.parametrize("deep", [False, True])
def test_how_deep_is_up_to_the_operator(qtbot: QtBot, context: Context, show: Screens, *, deep: bool) -> None:
    screen = show(context)
    screen.deep.setChecked(deep)
    verify(qtbot, screen)
    assert screen.last is not None
    assert screen.last.deep is deep
    assert ("deep" in screen.outcome.text()) is deep


def test_a_finding_is_opened_and_leads_to_its_offender(
    qtbot: QtBot, context: Context, show: Screens, ledger_url: str
) -> None:
    screen = show(context)
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.audit_events SET reason = 'another' WHERE id = 2")
    verify(qtbot, screen)
    assert figures(screen)[0] == "1 finding"
    assert figures(screen)[3] == "none"
    assert screen.outcome.text().startswith("1 promise broken, 3 promises not read")
    panel = screen.panel
    assert panel.isVisible()
    assert panel.check is not None
    assert (panel.check.code, panel.check.first) == ("chain.hash", "event 2")
    assert panel.said.startswith("Broken at: event 2. Amounts")
    assert len(panel.expected.toPlainText()) == len(panel.found.toPlainText()) == 64
    gone: list[Route] = []
    context.navigator.wanted.connect(gone.append)
    QTest.mouseClick(panel.way_button, Qt.MouseButton.LeftButton)
    assert gone == [OpenAuditEvent(2)]
    # What is not whole is not remembered as good, but what was found is.
    assert Witness(context.paths.data)._kept().memories == ()
    kept = Remembered(context.paths.data).last(screen.last.ledger) if screen.last else None
    assert kept is not None
    assert [check.code for check in kept.findings] == ["chain.hash"]


def test_a_record_that_objects_is_shown_at_once(
    qtbot: QtBot, context: Context, show: Screens, ledger_url: str
) -> None:
    screen = show(context)
    verify(qtbot, screen)
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM ledger.audit_events WHERE id = 3")
        connection.execute(
            "UPDATE ledger.audit_head SET (id, hash) ="
            " (SELECT e.id, e.hash FROM ledger.audit_events e ORDER BY e.id DESC LIMIT 1)"
        )
    screen.refresh()
    qtbot.waitUntil(lambda: figures(screen)[3] == "objects")
    assert screen.record.text().startswith("The audit chain ended at event 3 ")
    verify(qtbot, screen)
    assert screen.record.isVisible()
    assert "this computer's record objects" in screen.outcome.text()
    assert screen.last is not None
    assert not screen.last.passed
    # What it remembers stays as it is.
    assert [one.id for one in Witness(context.paths.data)._kept().memories] == [3]


def test_a_verify_is_cancelled_on_the_server(
    qtbot: QtBot, context: Context, show: Screens, ledger_url: str
) -> None:
    screen = show(context)
    verify(qtbot, screen)
    before = screen.last
    with connected(ledger_url) as connection, connection.transaction():
        # Whoever reads it waits: the verify is under way until it is cancelled.
        connection.execute("LOCK TABLE ledger.transactions IN ACCESS EXCLUSIVE MODE")
        screen.verify_button.setFocus()
        screen.verify_button.click()
        assert screen.is_verifying
        assert not screen.verify_button.isEnabled()
        assert screen.verify_button.accessibleDescription() == "a verify is under way"
        qtbot.waitUntil(lambda: screen.strip.bar.value() > 0)
        assert focused() is screen.strip.cancel_button
        QTest.keyClick(screen.strip.cancel_button, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not screen.is_verifying)
    assert screen.outcome.text() == CANCELLED
    assert focused() is screen.verify_button
    assert screen.last == before


def test_a_verify_that_fails_says_why(qtbot: QtBot, context: Context, show: Screens, ledger_url: str) -> None:
    screen = show(context)
    with connected(ledger_url) as connection:
        connection.execute("ALTER TABLE ledger.seals RENAME TO gone")
        screen.verify_button.click()
        qtbot.waitUntil(lambda: not screen.is_verifying, timeout=VERIFY_MS)
        assert screen.outcome.text().startswith("Not verified: ")
        connection.execute("ALTER TABLE ledger.gone RENAME TO seals")


def test_a_spoilt_file_of_this_computer_is_said_and_the_rest_is_shown(
    context: Context, show: Screens
) -> None:
    context.paths.data.mkdir(parents=True)
    Witness(context.paths.data).file.write_text("spoilt")
    screen = show(context)
    assert figures(screen) == ["never", "none", "\N{EN DASH}", "unread"]
    assert "cannot be read" in screen.record.text()


def test_an_auditor_seals_and_others_are_told_why_not(
    qtbot: QtBot, context: Context, context_of: Contexts, show: Screens
) -> None:
    screen = show(context)
    assert not screen.seal_button.isEnabled()
    assert screen.seal_button.accessibleName() == "Seal needs role auditor"
    auditor = show(context_of("t_auditor"))
    assert auditor.seal_button.isEnabled()
    QTest.mouseClick(auditor.seal_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: auditor.outcome.text().startswith("2 transactions sealed"))
    qtbot.waitUntil(lambda: figures(auditor)[1] == "2")
    auditor.seal_button.click()
    qtbot.waitUntil(lambda: auditor.outcome.text().startswith("Nothing was left to seal"))


def test_where_nothing_may_be_written_nothing_is_sealed(context_of: Contexts, show: Screens) -> None:
    given = context_of("t_auditor")
    rights = Rights(given.session.operator, given.session.rights.groups, lambda: "opened read-only")
    screen = show(replace(given, session=replace(given.session, rights=rights)))
    assert screen.seal_button.accessibleName() == "Seal opened read-only"
    assert screen.verify_button.isEnabled()


def test_what_no_seal_may_launder_is_named(
    qtbot: QtBot, context_of: Contexts, show: Screens, ledger_url: str, as_role: Callable[[str], str]
) -> None:
    screen = show(context_of("t_auditor"))
    with connected(as_role("t_operator")) as connection:
        transfer(connection, "alice", "bob", 5)
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.transactions SET amount = 6 WHERE id = 3")
    screen.seal_button.click()
    qtbot.waitUntil(lambda: screen.outcome.text().startswith("Transaction 3 is not sealed"))
    gone: list[Route] = []
    screen.context.navigator.wanted.connect(gone.append)
    assert screen.stopped_button.isVisible()
    screen.stopped_button.click()
    assert gone == [OpenTransaction(3)]


def test_the_keyboard_alone_does_it(qtbot: QtBot, context: Context, show: Screens) -> None:
    screen = show(context)
    screen.follow(OpenIntegrity())
    assert focused() is screen.verify_button
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.last is not None and not screen.is_verifying, timeout=VERIFY_MS)
    screen.table.setFocus()
    screen.table.select_place(0)
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    assert focused() is screen.panel.close_button
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    assert focused() is screen.table
    assert screen.panel.isHidden()


def test_in_a_narrow_window_figures_stand_two_and_two(qtbot: QtBot, context: Context, show: Screens) -> None:
    screen = show(context, width=720)
    tiles = screen.tiles
    qtbot.waitUntil(lambda: tiles.head.y() > tiles.sealed.y())
    assert screen.minimumSizeHint().width() <= 720
    screen.resize(1_188, 780)
    qtbot.waitUntil(lambda: tiles.head.y() == tiles.sealed.y())
