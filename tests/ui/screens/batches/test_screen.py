"""The flow of batches on a real ledger: file, mapping, problems, dry run, posting, and every way out."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel

from console.errors import OutcomeUnknownError
from console.files.mappings.mapping import load_mapping
from console.ledger.batches import commands as ledger
from console.ledger.batches import page as questions
from console.ledger.operators.rights import Rights
from console.postgres.page import Direction
from models.batch import BatchStatus
from tests.cluster import connected
from tests.ui.parts import CREDITS
from tests.ui.screens.batches.hands import (
    BALANCE,
    BANK,
    PAYOUT,
    SAMPLES,
    TOTAL,
    end_before_the_cancel,
    loaded,
    loaded_page,
    mapped,
    page_of,
    press,
    waits,
)
from ui.kit.table.paged_model import State
from ui.kit.widgets.stepper import StepState
from ui.routes import OpenBatch, OpenBatchTransactions
from ui.screens.batches.batch.discard import DiscardDialog
from ui.screens.batches.batch.tabs import PROBLEMS_TAB, WALLETS_TAB
from ui.screens.batches.rights import BatchRights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from console.ledger.batches.commands import PostedBatch
    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.ui.screens.batches.conftest import Screens
    from ui.context import Context
    from ui.kit.notices import Notice, Notices
    from ui.screens.batches.screen import Batches


def counts(ledger_url: str) -> tuple[int, int, int]:
    """Return how many transactions, batches and lines there are."""
    with connected(ledger_url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM ledger.transactions), (SELECT count(*) FROM ledger.batches), "
            "(SELECT count(*) FROM ledger.batch_lines)"
        ).fetchone()
    return cast("tuple[int, int, int]", row)


def test_an_empty_list_says_what_to_do(screen: Batches) -> None:
    assert screen.list.table.words.startswith("No batches yet")
    assert screen.list.load_button.isEnabled()


@pytest.mark.parametrize("login", ["t_viewer", "t_support", "t_auditor", "t_approver"])
def test_who_may_not_load_reads_why_before_a_file_is_chosen(screen_of: Screens, login: str) -> None:
    shown = screen_of(login)
    assert not shown.list.load_button.isEnabled()
    assert "needs role operator" in shown.list.load_button.toolTip()
    assert "an operator loads" in shown.list.table.words
    QTest.mouseClick(shown.list.load_button, Qt.MouseButton.LeftButton)
    assert shown.findChild(QFileDialog) is None


def test_a_payout_goes_from_the_file_to_its_transactions(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str, context: Context
) -> None:
    before = counts(ledger_url)
    press(screen.list.load_button)
    chooser = screen.findChild(QFileDialog, "choose csv")
    assert chooser is not None
    chooser.fileSelected.emit(str(PAYOUT))
    chooser.reject()
    dialog = screen.mapping_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.reason)
    assert dialog.name_edit.text() == "payout"
    dialog.name_edit.setText("November payout")
    press(dialog.load_button)
    page = page_of(qtbot, screen)
    assert page.state is not None
    assert page.state.row.status is BatchStatus.DRAFT
    assert page.posting.reason == "type the total"

    press(page.posting.rehearse_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.rehearsed is not None)
    assert page.tabs.tabs.currentIndex() == WALLETS_TAB
    changes = page.tabs.wallet_model.rows
    assert [change.username for change in changes] == sorted(payees)
    assert all(change.before == BALANCE > change.after > 0 for change in changes)
    rehearsed = page.state.rehearsed
    assert rehearsed is not None
    assert rehearsed.cost is not None
    assert rehearsed.cost.statements == 2
    assert counts(ledger_url) == (before[0], before[1] + 1, before[2] + len(payees))

    QTest.keyClicks(page.posting.typed_total, TOTAL)
    assert not page.posting.reason
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.posted is not None)
    posted = page.state.posted
    assert posted is not None
    assert posted.lines == len(payees)
    assert counts(ledger_url)[0] == before[0] + len(payees)
    assert page.posted_card.fact("Transactions") == f"{posted.first_id}\N{EN DASH}{posted.last_id}"
    assert [step.state for step in page.stepper.steps] == [StepState.DONE] * 4
    with qtbot.waitSignal(context.navigator.wanted) as wanted:
        press(page.posted_card.show_button)
    assert wanted.args == [OpenBatchTransactions(page.batch_id)]


def test_the_button_says_why_it_is_grey(qtbot: QtBot, screen: Batches, payees: list[str]) -> None:
    card = loaded(qtbot, screen, PAYOUT).posting
    card.typed_total.setText("2168.52")
    assert card.reason == "the typed total is not the batch's"
    card.typed_total.setText("1e3")
    assert card.reason == "what is typed is no amount"
    card.typed_total.setText("2168.53")
    assert card.post_button.isEnabled()
    card.expected_lines.setText("41")
    assert card.reason == "the number of lines is not the one expected"
    card.expected_lines.setText("40")
    card.expected_total.setText("2168.54")
    assert card.reason == "the total is not the one expected"
    assert not card.post_button.isEnabled()
    card.expected_total.setText(TOTAL)
    assert card.post_button.isEnabled()


def test_all_problems_of_a_file_are_listed_and_nothing_is_written(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str, tmp_path: Path
) -> None:
    before = counts(ledger_url)
    lines = PAYOUT.read_text("utf-8").splitlines()
    lines[1] = lines[1].replace("12.50", "1e3")
    lines[2] = lines[2].replace("kofi.amrani", "nobody.here")
    lines[4] = lines[4].replace("sven.kaya", "nobody.there")
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join(lines) + "\n", "utf-8")
    dialog = mapped(qtbot, screen, bad)
    cell = dialog.pane.parsed_model.cell(0, 3)
    assert (cell.text, bool(cell.tip)) == ("1e3", True)
    press(dialog.load_button)
    qtbot.waitUntil(screen.rejected.isVisible)
    assert screen.rejected.heading == "3 problems. Nothing was written."
    view = screen.rejected.view
    assert [(one.line, one.code) for one in view.problems] == [
        (2, "amount.format"),
        (3, "user.unknown"),
        (5, "user.unknown"),
    ]
    press(view.chips["user.unknown"])
    assert [one.line for one in view.model.rows] == [3, 5]
    view.export(tmp_path / "problems.csv")
    qtbot.waitUntil((tmp_path / "problems.csv").exists)
    with (tmp_path / "problems.csv").open(encoding="utf-8") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["2", "3", "5"]
    assert counts(ledger_url) == before
    left = screen.place
    screen.show_again(None)
    assert screen.list.isVisible()
    screen.show_again(left)
    assert screen.rejected.isVisible()

    bad.write_text(PAYOUT.read_text("utf-8"), "utf-8")
    press(screen.rejected.again_button)
    assert page_of(qtbot, screen).posting.reason == "type the total"


def test_the_same_file_again_is_refused_line_by_line(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    page.posting.typed_total.setText(TOTAL)
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.posted is not None)
    before = counts(ledger_url)
    screen.map_file(PAYOUT)
    dialog = screen.mapping_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.reason == "this file was loaded before")
    dialog.before.again.setChecked(True)
    press(dialog.load_button)
    qtbot.waitUntil(screen.rejected.isVisible)
    assert {one.code for one in screen.rejected.view.problems} == {"reference.posted"}
    assert len(screen.rejected.view.problems) == len(payees)
    assert counts(ledger_url) == before


def test_bank_rows_open_their_accounts_with_a_prefix(
    qtbot: QtBot, screen: Batches, ledger_url: str, tmp_path: Path
) -> None:
    dialog = mapped(qtbot, screen, BANK)
    dialog.form.prefix.setText("account-")
    dialog.form.create_missing.setChecked(True)
    qtbot.waitUntil(lambda: not dialog.reason)
    mapping, _ = dialog.form.read()
    given = load_mapping(SAMPLES / "bank.mapping.toml")
    assert mapping is not None
    assert mapping.model_dump(exclude=set(type(given).model_fields) & LAYOUT) == given.model_dump(
        exclude=LAYOUT
    )

    press(dialog.saved.save_as_button)
    QTest.keyClicks(dialog.saved.name_edit, "bank rows")
    with qtbot.waitSignal(dialog.saved.saved):
        press(dialog.saved.save_button)
    assert load_mapping(screen.context.paths.mappings / "bank rows.mapping.toml") == mapping

    press(dialog.load_button)
    page = page_of(qtbot, screen)
    assert page.state is not None
    assert page.state.checked is not None
    missing = page.state.checked.check.summary.missing
    assert missing > 0
    page.posting.typed_total.set_amount(page.state.row.total)
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.posted is not None)
    assert page.posted_card.fact("Accounts opened") == str(missing)
    assert counts(ledger_url)[0] == page.state.row.lines


LAYOUT = {"encoding", "delimiter", "quote", "header_line", "decimal", "grouping"}


def test_a_saved_mapping_fills_the_form(qtbot: QtBot, screen: Batches) -> None:
    folder = screen.context.paths.mappings
    folder.mkdir(parents=True)
    text = (SAMPLES / "bank.mapping.toml").read_text("utf-8")
    (folder / "kept.mapping.toml").write_text(text, "utf-8")
    dialog = mapped(qtbot, screen, BANK)
    qtbot.waitUntil(lambda: dialog.saved.choice.findData("kept") > 0)
    dialog.form.prefix.clear()
    dialog.saved.choice.choose("kept")
    qtbot.waitUntil(lambda: dialog.form.prefix.text() == "account-" and not dialog.reason)
    assert dialog.form.read()[0] == load_mapping(SAMPLES / "bank.mapping.toml")
    dialog.reject()


def test_another_delimiter_cuts_the_file_again(qtbot: QtBot, screen: Batches, payees: list[str]) -> None:
    dialog = mapped(qtbot, screen, PAYOUT)
    dialog.form.layout_fields.delimiter.choose(";")
    qtbot.waitUntil(lambda: dialog.shown is not None and len(dialog.shown.header) == 1)
    assert dialog.reason
    assert not dialog.load_button.isEnabled()
    dialog.form.layout_fields.delimiter.choose(",")
    qtbot.waitUntil(lambda: not dialog.reason)
    dialog.reject()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b'username,amount\n"amelie.roth,1.00\n', "quot"), (b"\x00\x01\x02", "")],
)
def test_a_broken_file_is_refused_in_place(
    qtbot: QtBot, screen: Batches, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    screen.map_file(path)
    dialog = screen.mapping_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.reason == "the file cannot be read so")
    assert words in dialog.trouble
    assert not dialog.load_button.isEnabled()
    dialog.reject()


def test_a_file_that_is_gone_is_said_on_the_page(
    qtbot: QtBot, screen: Batches, payees: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "soon gone.csv"
    path.write_bytes(PAYOUT.read_bytes())
    dialog = mapped(qtbot, screen, path)
    path.unlink()
    press(dialog.load_button)
    qtbot.waitUntil(screen.loading.again_button.isVisible)
    assert "soon gone.csv" in screen.loading.words
    path.write_bytes(PAYOUT.read_bytes())
    press(screen.loading.again_button)
    assert page_of(qtbot, screen).posting.reason == "type the total"


def test_a_refused_dry_run_shows_its_problems_and_leaves_the_draft(
    qtbot: QtBot, screen: Batches, payees: list[str], as_role: Callable[[str], str], ledger_url: str
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    freeze(ledger_url, payees[0])
    press(page.posting.rehearse_button)
    qtbot.waitUntil(lambda: page.tabs.tabs.currentIndex() == PROBLEMS_TAB)
    assert [one.value for one in page.tabs.problems.problems] == [payees[0]]
    assert page.stepper.steps[2].state is StepState.FAILED
    assert page.posting.reason == "1 problem to fix first"


def test_a_refused_posting_shows_its_problems_and_leaves_the_draft(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    before = counts(ledger_url)
    page.posting.typed_total.setText(TOTAL)
    freeze(ledger_url, payees[3])
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.tabs.tabs.currentIndex() == PROBLEMS_TAB)
    assert page.state is not None
    assert page.state.open
    assert "Nothing was changed" in page.posting.outcome.text()
    assert [one.code for one in page.tabs.problems.problems] == ["account.frozen"]
    assert not page.pending
    assert counts(ledger_url) == before


def test_a_posting_that_waits_can_be_cancelled(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    before = counts(ledger_url)
    page.posting.typed_total.setText(TOTAL)
    with connected(ledger_url) as connection, connection.transaction():
        connection.execute("SELECT FROM ledger.batches FOR UPDATE")
        press(page.posting.post_button)
        qtbot.waitUntil(lambda: waits(ledger_url))
        assert page.pending
        press(page.posting.cancel_button)
        qtbot.waitUntil(lambda: page.posting.outcome.text() == "Cancelled. Nothing was posted.")
    assert counts(ledger_url) == before
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.posted is not None)


def test_a_load_can_be_cancelled(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str, notices: Notices
) -> None:
    before, said = counts(ledger_url), list[str]()
    notices.posted.connect(lambda notice: said.append(cast("Notice", notice).text))
    dialog = mapped(qtbot, screen, PAYOUT)
    with connected(ledger_url) as connection, connection.transaction():
        connection.execute("LOCK TABLE ledger.batches IN ACCESS EXCLUSIVE MODE")
        press(dialog.load_button)
        qtbot.waitUntil(lambda: waits(ledger_url))
        press(screen.loading.cancel_button)
        qtbot.waitUntil(screen.list.isVisible)
    assert said == ["Loading was cancelled. Nothing was written."]
    assert counts(ledger_url) == before


def test_a_cancel_that_comes_after_the_posting_is_told_as_too_late(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str, notices: Notices
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    before, said = counts(ledger_url), list[str]()
    notices.posted.connect(lambda notice: said.append(cast("Notice", notice).text))
    page.posting.typed_total.setText(TOTAL)
    press(page.posting.post_button)
    end_before_the_cancel(screen.context.worker, page.posting.cancel_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.posted is not None)
    assert said[-1].startswith(f"The cancel came too late. #{page.batch_id} posted: {len(payees)} lines")
    assert counts(ledger_url)[0] == before[0] + len(payees)
    assert not page.pending
    assert page.posted_card.isVisible()


def test_a_cancel_that_comes_after_the_load_shows_the_draft(
    qtbot: QtBot, screen: Batches, payees: list[str], notices: Notices
) -> None:
    said = list[str]()
    notices.posted.connect(lambda notice: said.append(cast("Notice", notice).text))
    press(mapped(qtbot, screen, PAYOUT).load_button)
    end_before_the_cancel(screen.context.worker, screen.loading.cancel_button)
    page = page_of(qtbot, screen)
    assert page.state is not None
    assert page.state.row.lines == len(payees)
    assert said == ["The cancel came too late. The draft had been written."]


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    page.posting.typed_total.setText(TOTAL)
    before, keys, really = counts(ledger_url), list[UUID](), ledger.post

    def post_and_lose(
        used: Ledger, batch_id: int, content: bytes, *, key: UUID, **rest: object
    ) -> PostedBatch:
        keys.append(key)
        done = really(used, batch_id, content, key=key)
        if len(keys) == 1:
            raise OutcomeUnknownError(str(key))
        return done

    monkeypatch.setattr(ledger, "post", post_and_lose)
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.posting.outcome.text().startswith("Unconfirmed"))
    assert page.pending
    assert page.posting.post_button.text() == "Ask again"
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.state is not None and page.state.posted is not None)
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert not page.work.pending
    assert counts(ledger_url)[0] == before[0] + len(payees)


def test_reading_the_batch_again_settles_a_lost_answer(
    qtbot: QtBot, screen: Batches, payees: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    page.posting.typed_total.setText(TOTAL)
    really = ledger.post

    def post_and_lose(*arguments: Any, **options: Any) -> PostedBatch:
        really(*arguments, **options)
        raise OutcomeUnknownError(str(options["key"]))

    monkeypatch.setattr(ledger, "post", post_and_lose)
    press(page.posting.post_button)
    qtbot.waitUntil(lambda: page.pending and not page.work.busy)
    screen.show_list()
    screen.show_batch(page.batch_id)
    assert screen.batch_page is page
    qtbot.waitUntil(lambda: page.state is not None and not page.state.open)
    assert not page.pending


def test_a_draft_is_discarded_only_after_a_question(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    press(page.posting.discard_button)
    dialog = page.findChild(DiscardDialog)
    assert dialog is not None
    press(dialog.keep_button)
    assert counts(ledger_url)[1] == 1
    press(page.posting.discard_button)
    press(next(one for one in page.findChildren(DiscardDialog) if one.isVisible()).discard_button)
    qtbot.waitUntil(screen.list.isVisible)
    assert counts(ledger_url)[1:] == (0, 0)


def test_another_operators_draft_cannot_be_discarded(
    qtbot: QtBot, context: Context, screen: Batches, payees: list[str], operator_ledger: Ledger
) -> None:
    draft = ledger.load(
        operator_ledger,
        PAYOUT,
        load_mapping(SAMPLES / "payout.mapping.toml"),
        CREDITS,
        name="mine",
    )
    card = loaded_page(qtbot, screen, draft.batch_id).posting
    assert card.discard_button.isEnabled()
    card._rights = BatchRights(Rights("t_operator2", frozenset({"ledger_operator"})))
    card.set_busy("")
    assert not card.discard_button.isEnabled()
    assert "t_operator" in card.discard_button.toolTip()


def test_the_keyboard_opens_a_batch_and_returns(
    qtbot: QtBot, context: Context, screen: Batches, payees: list[str], operator_ledger: Ledger
) -> None:
    mapping = load_mapping(SAMPLES / "payout.mapping.toml")
    draft = ledger.load(operator_ledger, PAYOUT, mapping, CREDITS, name="a draft")
    screen.show_list()
    qtbot.waitUntil(lambda: len(screen.list.model.rows) == 1)
    screen.list.table.select_place(0)
    QTest.keyClick(screen.list.table, Qt.Key.Key_Return)
    page = page_of(qtbot, screen)
    assert page.batch_id == draft.batch_id
    qtbot.waitUntil(lambda: page.tabs.lines.list_state is State.READY)
    page.tabs.lines.selectAll()
    amounts = [line.amount for line in page.tabs.lines.selected_rows()]
    written = screen.context.formats.amount
    words = f"sum {written(sum(amounts), CREDITS.currency)} CR, min {written(min(amounts), CREDITS.currency)}"
    assert [one.text() for one in page.tabs.findChildren(QLabel) if words in one.text()]
    assert screen.place == OpenBatch(draft.batch_id)
    screen.show_again(None)
    qtbot.waitUntil(screen.list.isVisible)
    qtbot.waitUntil(lambda: screen.list.table.current_row() is not None)
    assert screen.list.table.current_row() == screen.list.model.row_at(0)


def test_a_batch_that_is_not_there_is_said(qtbot: QtBot, screen: Batches) -> None:
    screen.follow(OpenBatch(987))
    page = screen.batch_page
    assert page is not None
    qtbot.waitUntil(lambda: page.trouble == "There is no batch 987.")


def test_a_list_is_read_from_both_ends(
    context: Context, payees: list[str], operator_database: Database, operator_ledger: Ledger
) -> None:
    mapping = load_mapping(SAMPLES / "payout.mapping.toml")
    made = [
        ledger.load(operator_ledger, PAYOUT, mapping, CREDITS, name=f"draft {number}", again=True).batch_id
        for number in range(3)
    ]
    newest = questions.page(operator_database, limit=2)
    assert ([row.id for row in newest.rows], newest.more_after) == (made[:0:-1], True)
    last = questions.page(operator_database, limit=2, direction=Direction.BEFORE)
    assert ([row.id for row in last.rows], last.more_before) == (made[1::-1], True)
    above = questions.page(operator_database, limit=2, cursor=made[0], direction=Direction.BEFORE)
    assert ([row.id for row in above.rows], above.more_before) == (made[:0:-1], False)


def freeze(ledger_url: str, username: str) -> None:
    """Freeze one account's wallets."""
    with psycopg.connect(ledger_url.replace("+psycopg", "")) as connection:
        connection.execute(
            "UPDATE ledger.wallets SET status = 'frozen' "
            "WHERE user_id = (SELECT id FROM ledger.users WHERE username = %s)",
            [username],
        )
