"""What has changed while a request was looked at: it was decided elsewhere, or a right was taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors.refusals import OperationRefusedError
from console.ledger.approvals import commands
from console.ledger.approvals.page import RequestStatus, get
from console.ledger.transactions.transfer import Transfer
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from tests.cluster import CURRENCY
from tests.faults.tamper.found import broken, opened
from tests.models.approvals.races.process import Process
from tests.models.writes import REASON, done, refused, write
from tests.operators import create
from tests.ui.acts.hands import focused
from tests.ui.screens.approvals.hands import answer, choose, many, numbers, question
from tests.ui.whys import why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from console.ledger.approvals.page import RequestRow
    from console.settings import Settings
    from tests.bookkeeping import Connection
    from tests.operators import Staff
    from tests.ui.conftest import Contexts
    from tests.ui.screens.approvals.conftest import Desks
    from ui.kit.notices import Notices
    from ui.screens.approvals.screen import ApprovalsDesk

ELSEWHERE: Final = "tests.models.approvals.races.checker"
OVER: Final = "UPDATE ledger.approval_requests SET expires_at = now() - interval '1 second' WHERE id = %s"
LONG: Final = "x" * 2_000
NO_RIGHTS: Final = (
    "permission denied for schema ledger. You have no rights in this ledger, or none any more; an"
    " administrator gives them."
)
CYRILLIC: Final = "\N{CYRILLIC SMALL LETTER A}lice"


@pytest.fixture
def said(notices: Notices) -> list[str]:
    """Return what is told in notices."""
    told = list[str]()
    notices.posted.connect(lambda notice: told.append(notice.text))
    return told


@pytest.fixture
def checker_desk(
    context_of: Contexts, show: Desks, staff: Staff, three: list[int], settings: Settings
) -> Iterator[tuple[ApprovalsDesk, str]]:
    """Show the desk to a checker of this test's own, and name them."""
    name = staff.hire("approver")
    database = Database(staff.url(name), Recorder(capacity=200), settings)
    yield show(context_of(name, database)), name
    database.close()


@pytest.mark.parametrize(
    ("verbs", "status"),
    [
        (["checker approve"], "approved"),
        (["checker approve", "maker execute"], "executed"),
        (["checker reject"], "rejected"),
        (["checker send_back"], "returned"),
        (["maker withdraw"], "withdrawn"),
    ],
)
@pytest.mark.parametrize("rejects", [False, True])
def test_what_another_process_decided_meanwhile_is_said_and_shown(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], said: list[str], as_role: Callable[[str], str],
    staff: Staff, ledger_url: str, verbs: list[str], status: str,
    rejects: bool,  # noqa: FBT001 - given by name
) -> None:  # fmt: skip
    choose(qtbot, desk, three[0])
    if rejects:
        QTest.keyClick(focused(), Qt.Key.Key_R)
    content = found_row(desk).content.hex()
    who = {"checker": staff.hire("approver"), "maker": "t_operator"}
    for one in verbs:
        hand, verb = one.split()
        url = staff.url(who[hand]) if hand == "checker" else as_role(who[hand])
        with Process(ELSEWHERE, url) as other:
            ended = other.ask(verb=verb, request=three[0], content=content)
            assert ended["status"] not in {"refused", "error"}, ended
    if rejects:
        answer(desk, "seen on the invoice")
    else:
        desk.request.foot.approve_button.click()
    qtbot.waitUntil(lambda: bool(said) and desk.context.worker.active == 0)
    (words,) = said
    if rejects and status == "approved":
        # What others approved may still be ended.
        assert words == "You have rejected the transfer of 10.00 CR from alice to bob."
        return
    assert re.fullmatch(told(three[0], status, who[hand]), words), words
    assert found_row(desk).status == status
    assert broken(ledger_url) == {}


def told(request: int, status: str, by: str) -> str:
    """Return the pattern of what is said of a request that another has decided."""
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    return rf"Request {request}: Refused: the request is {status}, by {by} at {when}\. Nothing was changed\."


def found_row(desk: ApprovalsDesk) -> RequestRow:
    """Return the request that the page has read."""
    assert desk.request.found is not None
    return desk.request.found.row


def test_what_has_ended_by_itself_meanwhile_is_said(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], said: list[str], admin: Connection,
    operator: Connection,
) -> None:  # fmt: skip
    choose(qtbot, desk, three[0])
    admin.execute(OVER, [three[0]])
    desk.request.foot.approve_button.click()
    qtbot.waitUntil(lambda: bool(said) and desk.context.worker.active == 0)
    assert re.search(r": Refused: the request's time was over at .* UTC; its maker submits it anew", said[0])
    assert desk.request.foot.reason == "its time is over; its maker submits it anew"
    assert done(write(operator, "sweep", 100))["requests"] == 1
    desk.request.foot.reject_button.setFocus()
    desk.renew()
    qtbot.waitUntil(lambda: found_row(desk).status is RequestStatus.EXPIRED)
    assert numbers(desk) == three[1:]
    assert desk.request.foot.isHidden()


@pytest.mark.parametrize(
    ("taken", "why"),
    [
        (False, "only a checker of the ledger, or who acts for one, may do this"),
        (True, NO_RIGHTS),
    ],
    ids=["another group", "disabled"],
)
@pytest.mark.parametrize("together", [False, True])
def test_a_checker_who_lost_the_right_is_told(  # noqa: PLR0917 - fixtures are given by name
    qtbot: QtBot, checker_desk: tuple[ApprovalsDesk, str], three: list[int], said: list[str],
    admin: Connection, checker: Ledger, taken: bool,  # noqa: FBT001 - given by name
    why: str, together: bool,  # noqa: FBT001 - given by name
) -> None:  # fmt: skip
    desk, name = checker_desk
    choose(qtbot, desk, three[0])
    if together:
        desk.marks.turn_all(desk.model.rows)
        desk.approve_marked()
    if taken:
        done(write(admin, "disable_operator", name, REASON))
    else:
        done(write(admin, "set_operator_groups", name, ["ledger_viewer"], REASON))
    if together:
        dialog = many(desk)
        dialog.deed_button.click()
        qtbot.waitUntil(lambda: bool(dialog.outcome.text()))
        assert dialog.outcome.text() == f"The server refused this to your role: {why}"
    else:
        desk.request.foot.approve_button.click()
        qtbot.waitUntil(lambda: bool(said) and desk.context.worker.active == 0)
        assert said == [f"Request {three[0]}: The server refused this to your role: {why}"]
    assert [get(checker.database, one).approvals for one in three] == [(), (), ()]


def test_what_an_operator_asked_for_who_is_disabled_is_decided_all_the_same(  # noqa: PLR0917 - by name
    qtbot: QtBot, context_of: Contexts, show: Desks, people: None, staff: Staff, admin: Connection,
    said: list[str], operator: Connection, ledger_url: str,
) -> None:  # fmt: skip
    name = staff.hire("operator")
    with opened(staff.url(name)) as database:
        wanted = [Transfer("alice", "bob", CURRENCY, amount) for amount in (100, 200)]
        asked = [commands.submit(Ledger(database), one, reason=REASON).request for one in wanted]
    done(write(admin, "disable_operator", name, REASON))
    desk = show(context_of("t_approver"))
    choose(qtbot, desk, asked[0])
    assert f"Maker: {name}" in desk.request.figures.words
    assert desk.request.foot.reason == ""
    desk.request.foot.approve_button.click()
    qtbot.waitUntil(lambda: numbers(desk) == asked[1:])
    choose(qtbot, desk, asked[1])
    QTest.keyClick(focused(), Qt.Key.Key_R)
    answer(desk, "its maker has left")
    qtbot.waitUntil(lambda: numbers(desk) == [] and desk.context.worker.active == 0)
    assert said == [
        "You have approved the transfer of 1.00 CR from alice to bob.",
        "You have rejected the transfer of 2.00 CR from alice to bob.",
    ]
    assert done(write(operator, "execute_request", asked[0]))["status"] == "posted"
    assert broken(ledger_url) == {}


def test_a_reason_of_two_thousand_characters_is_refused_in_words(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger
) -> None:
    choose(qtbot, desk, three[0])
    QTest.keyClick(focused(), Qt.Key.Key_R)
    dialog = question(desk)
    dialog.edit.setPlainText(LONG)
    assert not dialog.deed_button.isEnabled()
    assert why_not(dialog) == "Not yet: the reason is longer than 500 characters."
    with pytest.raises(OperationRefusedError, match="too long"):
        commands.reject(checker, three[0], reason=LONG)
    dialog.edit.setPlainText(LONG[:500])
    dialog.deed_button.click()
    qtbot.waitUntil(lambda: numbers(desk) == three[1:] and desk.context.worker.active == 0)
    assert get(checker.database, three[0]).row.close_reason == LONG[:500]


def test_words_of_two_thousand_characters_are_cut_where_they_are_typed(
    qtbot: QtBot, desk: ApprovalsDesk, three: list[int], checker: Ledger
) -> None:
    choose(qtbot, desk, three[0])
    desk.request.foot.note.insert(LONG)
    assert desk.request.foot.note.text() == LONG[:500]
    with pytest.raises(OperationRefusedError, match="too long"):
        commands.approve(checker, three[0], found_row(desk).content, note=LONG)
    desk.request.foot.approve_button.click()
    qtbot.waitUntil(lambda: numbers(desk) == three[1:] and desk.context.worker.active == 0)
    assert [one.note for one in get(checker.database, three[0]).approvals] == [LONG[:500]]


def test_nobody_has_a_name_that_only_looks_like_anothers(
    people: None, admin: Connection, operator: Connection, maker: Ledger
) -> None:
    """Names have small Latin letters, so that no request can be from an alice who is not alice."""
    for name in (CYRILLIC, "\N{FULLWIDTH LATIN SMALL LETTER A}lice", "alice\N{ZERO WIDTH SPACE}", "Alice"):
        opened_account = "SELECT ledger.open_account(gen_random_uuid(), %s, %s, p_reason => 'for a test')"
        found = operator.execute(opened_account, [name, CURRENCY]).fetchone()
        assert found is not None
        assert refused(found[0]) == "user.grammar", ascii(name)
        assert create(admin, name, ["ledger_operator"])["code"] == "operator.grammar", ascii(name)
        with pytest.raises(OperationRefusedError, match="no such account"):
            commands.submit(maker, Transfer(name, "bob", CURRENCY, 100), reason=REASON)
