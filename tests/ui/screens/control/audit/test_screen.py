"""The audit: its list, its filters, where it leads, and what it says where there is nothing to show."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox

from console.ledger.audit.kinds import TITLES, Family, actions_of
from console.ledger.audit.news import Topic
from console.monitor.budgets import budget
from tests.models.writes import done, write
from tests.ui.acts.hands import focused
from tests.ui.screens.control.audit.conftest import NEWEST_FIRST
from tests.ui.screens.control.audit.hands import anew, choose, kinds
from ui.kit.table.paged_model import State
from ui.routes import OpenAccount, OpenAudit, OpenAuditEvent, OpenBatch
from ui.screens.control.audit.editors import About, AboutFilter, KindFilter, about_subject, subject_of
from ui.screens.control.audit.ways import ways_from

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from tests.conftest import Statements
    from tests.ui.screens.control.audit.conftest import Audits
    from ui.context import Context
    from ui.routes import Route
    from ui.screens.control.audit.screen import Audit


def test_events_are_listed_newest_first_by_one_statement(
    context: Context, show: Audits, happened: None, statements: Statements
) -> None:
    with statements.counted() as sent:
        audit = show(context)
    assert len(sent) == budget("audit.page") == 1
    assert kinds(audit) == list(NEWEST_FIRST)
    assert audit.title._subtitle.text() == "8 events"


@pytest.mark.parametrize(
    ("chip", "value", "found"),
    [
        ("who", "t_operator", {"create_batch", "add_note", "transfer", "open_account"}),
        ("what", actions_of([Family.CONTROLS]), {"set_limit"}),
        ("what", ("add_note",), {"add_note"}),
        ("about", ("account", "alice"), {"add_note", "open_account"}),
        ("about", ("batch", "1"), {"create_batch"}),
        ("about", ("start", "account:"), {"add_note", "open_account", "transfer"}),
        ("result", "refused", {"transfer"}),
    ],
)
def test_each_filter_narrows_the_list(
    qtbot: QtBot, audit: Audit, chip: str, value: object, found: set[str]
) -> None:
    one = getattr(audit.filters, chip)
    one.put(value)
    assert one.applied_value == value
    anew(qtbot, audit, audit.filters.changed.emit)
    assert set(kinds(audit)) == found
    anew(qtbot, audit, audit.filters.clear_all)
    assert kinds(audit) == list(NEWEST_FIRST)


def test_days_are_those_of_the_ledger(qtbot: QtBot, audit: Audit) -> None:
    today = audit.context.formats.today()
    audit.filters.when.put((today, today))
    wanted = audit.filters.wanted()
    assert wanted.since is not None
    assert wanted.until is not None
    assert (wanted.until - wanted.since).total_seconds() == 86_400
    anew(qtbot, audit, audit.filters.changed.emit)
    assert kinds(audit) == list(NEWEST_FIRST)
    before = today.replace(year=today.year - 1)
    audit.filters.when.put((before, before))
    anew(qtbot, audit, audit.filters.changed.emit)
    assert audit.table.words == "No event matches. Change a filter above, or press Clear all."


def test_families_are_ticked_by_keyboard(qtbot: QtBot, audit: Audit) -> None:
    audit.filters.what.click()
    boxes = audit.filters.what.editor.widget.findChildren(QCheckBox)
    box = next(box for box in boxes if box.text() == TITLES[Family.CONTROLS])
    QTest.keyClick(box, Qt.Key.Key_Space)
    anew(qtbot, audit, lambda: QTest.keyClick(box, Qt.Key.Key_Return))
    assert set(kinds(audit)) == {"set_limit"}
    assert audit.filters.what.value == TITLES[Family.CONTROLS]


def test_a_kind_that_there_is_not_keeps_the_editor_open(qtbot: QtBot, audit: Audit) -> None:
    chip = audit.filters.what
    editor = chip.editor
    assert isinstance(editor, KindFilter)
    chip.click()
    editor.exact.setText("post bach")
    QTest.keyClick(editor.exact, Qt.Key.Key_Return)
    assert editor.isVisible()
    assert chip.value == "any"
    assert editor.exact.accessibleDescription().startswith("There is no such kind")
    editor.exact.setText("Make hold")
    QTest.keyClick(editor.exact, Qt.Key.Key_Return)
    assert not editor.isVisible()
    assert (chip.applied_value, chip.value) == (("reserve",), "make hold")


def test_what_it_is_about_is_looked_over(qtbot: QtBot) -> None:
    editor = AboutFilter()
    qtbot.addWidget(editor)
    editor.choices[About.BATCH].setChecked(True)
    editor.edit.setText("twelve")
    assert editor.problem() == "A batch has a number; digits only, such as 12."
    assert editor.value() is None
    editor.edit.setText("#012")
    assert editor.value() == ("batch", "12")
    assert editor.words() == "batch 12"
    editor.choices[About.HOLD].setChecked(True)
    editor.edit.setText("ORDER-1")
    assert subject_of(editor.value()) == ("reservation:ORDER-1", False)
    editor.choices[About.ACCOUNT].setChecked(True)
    editor.edit.setText("Al\u200bice")
    assert editor.problem()


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        ("account:alice", ("account", "alice")),
        ("reservation:A:1", ("hold", "A:1")),
        ("limit:ledger_operator", ("start", "limit:ledger_operator")),
        ("calendar", ("start", "calendar")),
    ],
)
def test_a_subject_of_the_chain_is_asked_for_as_it_is(subject: str, value: tuple[str, str]) -> None:
    assert about_subject(subject) == value
    assert subject_of(value)[0] == subject


def test_a_route_shows_what_is_about_a_subject(qtbot: QtBot, audit: Audit) -> None:
    anew(qtbot, audit, lambda: audit.follow(OpenAudit("account:alice")))
    assert set(kinds(audit)) == {"add_note", "open_account"}
    anew(qtbot, audit, lambda: audit.follow(OpenAudit(operator="t_operator")))
    assert "set_limit" not in kinds(audit)


def test_a_route_shows_one_event_that_need_not_be_listed(qtbot: QtBot, audit: Audit) -> None:
    anew(qtbot, audit, lambda: audit.follow(OpenAudit(operator="t_operator")))
    audit.follow(OpenAuditEvent(8))
    qtbot.waitUntil(lambda: audit.panel.found is not None)
    assert audit.panel.facts.startswith("Event 8 by ")
    audit.follow(OpenAuditEvent(99))
    qtbot.waitUntil(lambda: audit.panel.verdict.startswith("Not read: There is no audit event 99"))


def test_a_place_that_was_left_is_shown_again(qtbot: QtBot, audit: Audit) -> None:
    audit.filters.about.put(("account", "alice"))
    anew(qtbot, audit, audit.filters.changed.emit)
    choose(qtbot, audit, "add_note")
    place, number = audit.place, audit.panel.number
    anew(qtbot, audit, audit.filters.clear_all)
    audit._leave_panel()
    anew(qtbot, audit, lambda: audit.show_again(place))
    assert set(kinds(audit)) == {"add_note", "open_account"}
    qtbot.waitUntil(lambda: audit.panel.found is not None)
    assert audit.panel.number == number


def test_what_happens_meanwhile_is_shown_at_the_top(qtbot: QtBot, audit: Audit, operator: Connection) -> None:
    choose(qtbot, audit, "transfer")
    number = audit.panel.number
    done(write(operator, "add_note", "bob", "called too"))
    assert Topic.AUDIT in audit.topics
    with qtbot.waitSignal(audit.model.renewed):
        audit.renew()
    assert kinds(audit)[0] == "add_note"
    assert audit.title._subtitle.text() == "9 events"
    assert audit.panel.number == number


def test_what_cannot_be_read_is_said_and_asked_again(
    qtbot: QtBot, context: Context, show: Audits, admin: Connection
) -> None:
    admin.execute("REVOKE SELECT ON ledger.audit_events FROM ledger_viewer")
    audit = show(context)
    assert audit.model.state is State.ERROR
    admin.execute("GRANT SELECT ON ledger.audit_events TO ledger_viewer")
    audit.model.retry()
    qtbot.waitUntil(lambda: audit.model.state is State.READY)


def test_rows_lead_on(audit: Audit) -> None:
    gone: list[Route] = []
    audit.context.navigator.wanted.connect(gone.append)

    def run(kind: str, title: str) -> None:
        row = audit.model.rows[kinds(audit).index(kind)]
        next(way for way in audit._row_actions(row) if way.title == title).run()

    run("add_note", "Account of alice")
    run("create_batch", "Batch 1")
    assert gone == [OpenAccount("alice"), OpenBatch(1)]


@pytest.mark.parametrize(
    ("subject", "detail", "titles"),
    [
        ("account:alice", "{}", ["Account of alice"]),
        ("account:@revenue", "{}", ["Account of @revenue"]),
        ("batch:7", '{"request": {"batch": 7}}', ["Batch 7"]),
        ("reservation:A-1", "{}", ["Hold A-1"]),
        ("transaction:12", "{}", ["Transaction 12"]),
        ("transactions:5-9", "{}", ["Transaction 5"]),
        ("job:verify", "{}", ["Automatic jobs"]),
        ("session:33", "{}", ["Sessions of the server"]),
        ("account:bob", '{"outcome": {"transaction": 9}}', ["Account of bob", "Transaction 9"]),
        ("request:3", '{"request": {"request": {"from": "al", "to": "@x"}}}', ["Account of al"]),
        ("limit:ledger_operator", "{}", []),
        ("batch:²", "{}", []),
    ],
)
def test_each_subject_leads_to_its_screen(audit: Audit, subject: str, detail: str, titles: list[str]) -> None:
    event = replace(audit.model.rows[0], subject=subject, written=detail)
    assert [way.title for way in ways_from(audit.context, event)] == titles


def test_the_export_is_of_what_is_listed(qtbot: QtBot, audit: Audit, tmp_path: Path) -> None:
    audit.filters.about.put(("account", "alice"))
    anew(qtbot, audit, audit.filters.changed.emit)
    path = tmp_path / "alice.csv"
    with qtbot.waitSignal(audit.export.running_changed, check_params_cb=lambda running: not running):
        audit.export.run(path)
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("format,digest,previous hash,hash")
    told = json.loads((tmp_path / "alice.csv.totals.json").read_text())
    assert told["audit_chain"]["head_event"] == 8


def test_the_keyboard_goes_into_an_event_and_back(qtbot: QtBot, audit: Audit) -> None:
    choose(qtbot, audit, "add_note")
    QTest.keyClick(audit.table, Qt.Key.Key_Return)
    assert focused() is audit.panel.way_buttons[0]
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    assert focused() is audit.table
    assert audit.panel.isHidden()
    audit.focus_filter()
    assert focused() is audit.filters.who


def test_in_a_narrow_window_the_event_stands_under_the_list(
    qtbot: QtBot, context: Context, show: Audits, happened: None
) -> None:
    audit = show(context, width=760)
    choose(qtbot, audit, "add_note")
    qtbot.waitUntil(lambda: audit.panel.y() > audit.table.y())
    assert audit.panel.width() > audit.table.width() - 10
