"""One event in the panel: what it says, what it changed, whether it fits, and where it leads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from console.monitor.budgets import budget
from tests.cluster import connected
from tests.ui.screens.control.audit.hands import choose, kinds

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.conftest import Statements
    from ui.screens.control.audit.screen import Audit


def test_an_event_is_read_in_full_by_one_statement(
    qtbot: QtBot, audit: Audit, statements: Statements
) -> None:
    with statements.counted() as sent:
        choose(qtbot, audit, "transfer")
    assert len(sent) == budget("audit.event") == 1
    panel = audit.panel
    assert panel.facts.startswith("Event 4 by t_operator\n")
    assert ("amount", "12.50 CR") in panel.asked.lines
    assert panel.came.lines[0][0] == "refused"
    assert panel.changed.lines == (("", "It was refused: nothing was changed."),)
    assert panel.verdict == "It is what its hash says, and fits the events beside it."
    assert panel.place.lines[0] == ("number", "4, after 3, before 5")


def test_events_that_are_passed_over_are_not_asked_for(
    qtbot: QtBot, audit: Audit, statements: Statements
) -> None:
    audit.table.setFocus()
    with statements.counted() as sent:
        for place in range(5):
            audit.table.select_place(place)
            QCoreApplication.processEvents()
        # Another run on the worker's threads is over by when what was asked last is there.
        qtbot.waitUntil(lambda: audit.panel.found is not None and audit.context.worker.active == 0)
    assert len(sent) == 1


def test_a_change_says_what_stood_before_and_leads_there(qtbot: QtBot, audit: Audit) -> None:
    choose(qtbot, audit, "set_limit")
    panel = audit.panel
    assert panel.changed.lines == (
        ("per operation", "9.00 CR, before: 9.00 CR"), ("per day", "90.00 CR, before: 50.00 CR"),
    )  # fmt: skip
    assert panel.why == "Reason: for a test"
    assert panel.earlier_button.text() == "Event 7 told what stood before"
    panel.earlier_button.click()
    qtbot.waitUntil(lambda: panel.found is not None and panel.found.event.id == 7)
    assert panel.earlier_button.isHidden()
    assert panel.changed.lines[0] == ("per operation", "9.00 CR, before: not told by the chain")
    assert panel.changed.lines[-1][1].startswith("No earlier event tells")
    assert [event.id for event in audit.table.selected_rows()] == [7]


def test_an_event_that_was_changed_is_told_at_once(qtbot: QtBot, audit: Audit, ledger_url: str) -> None:
    with connected(ledger_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.audit_events SET reason = 'another' WHERE id = 5")
        choose(qtbot, audit, "add_note")
        # The list was read before: what is shown is what stands now.
        assert audit.panel.why == "Reason: another"
        assert "it has been changed" in audit.panel.verdict
        connection.execute("UPDATE ledger.audit_events SET reason = '' WHERE id = 5")
    audit.panel.again()
    qtbot.waitUntil(lambda: audit.panel.verdict.startswith("It is what its hash says"))


def test_it_is_copied_as_json(qtbot: QtBot, audit: Audit) -> None:
    choose(qtbot, audit, "transfer")
    audit.panel.copy_button.click()
    told = json.loads(QGuiApplication.clipboard().text())
    row = audit.model.rows[kinds(audit).index("transfer")]
    assert (told["event"], told["hash"]) == (4, row.hash.hex())
    assert told["detail"]["request"]["amount"] == 1_250


def test_what_cannot_be_read_is_said(qtbot: QtBot, audit: Audit, ledger_url: str) -> None:
    with connected(ledger_url) as connection:
        connection.execute("REVOKE SELECT ON ledger.seals FROM ledger_viewer")
        audit.table.select_place(0)
        qtbot.waitUntil(lambda: audit.panel.verdict.startswith("Not read: "))
        assert audit.panel.facts.startswith("Event 8 by ")
        connection.execute("GRANT SELECT ON ledger.seals TO ledger_viewer")
    audit.refresh()
    qtbot.waitUntil(lambda: audit.panel.found is not None)
