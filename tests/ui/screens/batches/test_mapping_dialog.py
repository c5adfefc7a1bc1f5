"""The dialog before a load: the mapping beside the file, and what becomes of accounts that are missing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from console.files.mappings.mapping import load_mapping
from console.files.mappings.store import place_beside
from tests.cluster import connected
from tests.ui.screens.batches.hands import GRANTS, PAYOUT, loaded, mapped, press, waits
from ui.kit.widgets.placing import LEAST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.screens.batches.load.dialog import MappingDialog
    from ui.screens.batches.screen import Batches


def counted(qtbot: QtBot, dialog: MappingDialog) -> str:
    """Wait for the count of accounts and return what is said of it."""
    qtbot.waitUntil(lambda: dialog.accounts.found is not None)
    return dialog.accounts.words


def test_the_mapping_beside_the_file_is_proposed_and_named(qtbot: QtBot, screen: Batches) -> None:
    dialog = mapped(qtbot, screen, PAYOUT)
    assert dialog.saved.choice.currentText() == "from payout.mapping.toml"
    assert dialog.form.read()[0] == load_mapping(place_beside(PAYOUT))
    dialog.saved.choice.setCurrentIndex(0)
    qtbot.waitUntil(lambda: dialog.form.payer.value() == (None, "@issuance") and not dialog.reason)
    dialog.saved.choice.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dialog.form.payee.value() == (None, "@external") and not dialog.reason)
    dialog.reject()


def test_a_mapping_beside_the_file_that_is_wrong_is_said_and_not_used(
    qtbot: QtBot, screen: Batches, tmp_path: Path
) -> None:
    file = tmp_path / "payout.csv"
    shutil.copy(PAYOUT, file)
    place_beside(file).write_text('shape = "transfers"\n', "utf-8")
    dialog = mapped(qtbot, screen, file)
    assert "amount_column" in dialog.saved.choice.accessibleDescription()
    assert dialog.saved.choice.currentText() == "proposed from the file"
    dialog.reject()


def test_accounts_that_are_missing_are_counted_beside_the_choice_to_open_them(
    qtbot: QtBot, screen: Batches, payees: list[str]
) -> None:
    dialog = mapped(qtbot, screen, GRANTS)
    assert counted(qtbot, dialog) == "3 accounts would be opened."
    box = dialog.form.create_missing
    assert box.isVisible()
    assert box.mapTo(dialog, box.rect().center()).y() > dialog.height() / 2
    with_lines = dialog.accounts.found
    box.setChecked(False)
    assert dialog.accounts.words == "3 accounts are missing: 3 lines would be refused."
    assert dialog.accounts.found is with_lines
    qtbot.waitUntil(lambda: not dialog.reason)
    press(dialog.load_button)
    qtbot.waitUntil(screen.rejected.isVisible)
    assert len(screen.rejected.view.problems) == 3


def test_a_payout_to_accounts_that_are_there_says_so(
    qtbot: QtBot, screen: Batches, payees: list[str]
) -> None:
    dialog = mapped(qtbot, screen, PAYOUT)
    assert counted(qtbot, dialog) == "All accounts are there."
    dialog.form.prefix.setText("shop-")
    assert dialog.accounts.words == ""
    assert counted(qtbot, dialog) == "40 accounts are missing: 40 lines would be refused."
    dialog.reject()


def test_a_file_that_is_cut_otherwise_has_no_count_until_it_can_be_read(
    qtbot: QtBot, screen: Batches, payees: list[str]
) -> None:
    dialog = mapped(qtbot, screen, PAYOUT)
    assert counted(qtbot, dialog) == "All accounts are there."
    dialog.form.layout_fields.delimiter.choose(";")
    assert dialog.accounts.words == ""
    qtbot.waitUntil(lambda: dialog.shown is not None and len(dialog.shown.header) == 1)
    dialog.form.layout_fields.delimiter.choose(",")
    assert counted(qtbot, dialog) == "All accounts are there."
    dialog.reject()


def test_another_mapping_ends_the_count_on_the_server(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str
) -> None:
    with connected(ledger_url) as connection, connection.transaction():
        connection.execute("LOCK TABLE ledger.users IN ACCESS EXCLUSIVE MODE")
        dialog = mapped(qtbot, screen, PAYOUT)
        qtbot.waitUntil(lambda: waits(ledger_url))
        dialog.form.payee.choose(None, None)
        qtbot.waitUntil(lambda: not waits(ledger_url))
        assert dialog.accounts.words == ""
    dialog.reject()


def test_a_count_that_fails_says_why_and_is_made_again(
    qtbot: QtBot, screen: Batches, payees: list[str], as_role: Callable[[str], str], ledger_url: str
) -> None:
    with connected(ledger_url) as connection:
        connection.execute("REVOKE SELECT ON ledger.wallets FROM ledger_viewer")
    dialog = mapped(qtbot, screen, PAYOUT)
    qtbot.waitUntil(
        lambda: dialog.accounts.words not in {"", "Looking for the accounts that the file names…"}
    )
    assert "wallets" in dialog.accounts.words or "not" in dialog.accounts.words
    assert dialog.load_button.isEnabled()
    with connected(ledger_url) as connection:
        connection.execute("GRANT SELECT ON ledger.wallets TO ledger_viewer")
    dialog.form.create_missing.setChecked(True)
    assert counted(qtbot, dialog) == "All accounts are there."
    dialog.reject()


def test_an_empty_reference_is_marked_and_its_column_kept(
    qtbot: QtBot, screen: Batches, tmp_path: Path
) -> None:
    file = tmp_path / "gap.csv"
    file.write_text("from,to,amount,reference\n@issuance,anna,1.00,\n@issuance,anna,1.00,r2\n", "utf-8")
    dialog = mapped(qtbot, screen, file)
    assert dialog.form.reference.value() == "reference"
    model = dialog.pane.parsed_model
    cell = model.cell(0, [column.key for column in model.columns].index("reference"))
    assert (cell.text, cell.tip) == (
        "no reference",
        "The reference is missing; each line needs one of its own.",
    )
    dialog.reject()


def test_the_head_of_a_batch_says_where_its_money_goes(
    qtbot: QtBot, screen: Batches, payees: list[str]
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    assert page.flow == "2,168.53 CR leaves the ledger; customers' balances fall by 2,168.53 CR."
    page = loaded(qtbot, screen, GRANTS)
    qtbot.waitUntil(lambda: page.flow == "Customers' balances rise by 299.75 CR.")


def test_a_file_that_was_loaded_before_is_told_first_and_to_go_on_is_a_choice(
    qtbot: QtBot, screen: Batches, payees: list[str]
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    screen.map_file(PAYOUT)
    dialog = screen.mapping_dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.before.isVisible)
    assert dialog.before.words.startswith("This file was loaded on ")
    assert dialog.before.words.endswith(f" by t_operator as batch {page.batch_id}, a draft.")
    assert not dialog.before.again.isChecked()
    assert dialog.focusWidget() is dialog.saved.choice, "no key that is pressed by habit makes the choice"
    qtbot.waitUntil(lambda: dialog.reason == "this file was loaded before")
    assert not dialog.load_button.isEnabled()
    # With all it may have to say it fits the smallest window.
    assert dialog.minimumSizeHint().boundedTo(LEAST) == dialog.minimumSizeHint()
    assert dialog.before.mapTo(dialog, dialog.before.rect().topLeft()).y() < dialog.saved.y()
    dialog.before.again.setChecked(True)
    qtbot.waitUntil(lambda: not dialog.reason)
    press(dialog.load_button)
    qtbot.waitUntil(lambda: screen.batch_page is not None and screen.batch_page is not page)


def test_the_same_lines_in_another_file_are_loaded_only_by_choice(
    qtbot: QtBot, screen: Batches, payees: list[str], tmp_path: Path
) -> None:
    page = loaded(qtbot, screen, PAYOUT)
    copy = tmp_path / "copy.csv"
    copy.write_bytes(PAYOUT.read_bytes().replace(b"\n", b"\r\n"))
    shutil.copy(place_beside(PAYOUT), place_beside(copy))
    press(mapped(qtbot, screen, copy).load_button)
    qtbot.waitUntil(screen.loading.again_button.isVisible)
    assert screen.loading.words.startswith("The same lines were loaded from payout.csv on ")
    assert f"as batch {page.batch_id}, a draft. Nothing was written." in screen.loading.words
    assert screen.window().focusWidget() is screen.loading.back_button
    assert screen.loading.again_button.text() == "Load it all the same"
    press(screen.loading.again_button)
    qtbot.waitUntil(lambda: screen.batch_page is not None and screen.batch_page is not page)
