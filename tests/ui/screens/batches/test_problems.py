"""The list of problems: an account that is shut is one row, and an export has each of its lines."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

from console.files.mappings.store import place_beside
from tests.cluster import connected
from tests.ui.screens.batches.hands import PAYOUT, mapped, press

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.screens.batches.screen import Batches


def test_a_frozen_account_is_listed_once_and_exported_line_by_line(
    qtbot: QtBot, screen: Batches, payees: list[str], ledger_url: str, tmp_path: Path
) -> None:
    with connected(ledger_url) as connection:
        connection.execute(
            "SELECT ledger.set_account_status(gen_random_uuid(), %s, 'frozen', 'for a test')", [payees[1]]
        )
    file = tmp_path / "payout.csv"
    lines = PAYOUT.read_text("utf-8").splitlines()
    more = [lines[2].replace("-002", f"-x{number}") for number in range(3)]
    file.write_text("\n".join([*lines, *more, ""]), "utf-8")
    shutil.copy(place_beside(PAYOUT), place_beside(file))
    press(mapped(qtbot, screen, file).load_button)
    qtbot.waitUntil(screen.rejected.isVisible)
    assert screen.rejected.heading == "4 problems. Nothing was written."
    view = screen.rejected.view
    assert [(one.line, one.value, one.message) for one in view.model.rows] == [
        (3, payees[1], f"{payees[1]} is frozen: 4 lines, first line 3. Unfreeze it first.")
    ]
    assert view.chips["account.frozen"].value == "4"
    view.export(tmp_path / "problems.csv")
    qtbot.waitUntil((tmp_path / "problems.csv").exists)
    with (tmp_path / "problems.csv").open(encoding="utf-8") as read:
        assert [row["line"] for row in csv.DictReader(read)] == ["3", "42", "43", "44"]
