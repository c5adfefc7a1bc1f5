"""After the sign-in the window tells of a chain other than the one verified here, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from console.ledger.audit.page import head
from console.ledger.audit.witness import Witness
from ui.start.witness_check import ask_witness

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from console.postgres.database import Database
    from ui.kit.notices import Notice, Notices
    from ui.kit.worker import Worker


def _told(qtbot: QtBot, database: Database, folder: Path, worker: Worker, notices: Notices) -> list[Notice]:
    told: list[Notice] = []
    notices.posted.connect(told.append)
    owner = QObject()
    ask_witness(database, folder, worker, notices, owner)
    qtbot.waitUntil(lambda: worker.active == 0)
    return told


def test_a_chain_that_stands_is_not_told_of(
    qtbot: QtBot, operator_database: Database, tmp_path: Path, worker: Worker, notices: Notices
) -> None:
    assert _told(qtbot, operator_database, tmp_path, worker, notices) == []
    Witness(tmp_path).remember(head(operator_database))
    assert _told(qtbot, operator_database, tmp_path, worker, notices) == []


def test_a_chain_cut_off_is_told_with_both_heads(
    qtbot: QtBot, operator_database: Database, tmp_path: Path, worker: Worker, notices: Notices
) -> None:
    now = head(operator_database)
    Witness(tmp_path).remember(replace(now, id=now.id + 1, hash=b"\x05" * 32))
    [notice] = _told(qtbot, operator_database, tmp_path, worker, notices)
    assert now.hash.hex() in notice.text
    assert (b"\x05" * 32).hex() in notice.text
