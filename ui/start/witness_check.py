"""What this computer remembers of a ledger's audit chain, looked up once after the sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QObject

    from console.ledger.audit.witness import WitnessReport
    from console.postgres.database import Database
    from ui.kit.notices import Notices
    from ui.kit.worker import Worker


def ask_witness(database: Database, folder: Path, worker: Worker, notices: Notices, owner: QObject) -> None:
    """Compare the chain with what was last verified here, in one statement; only a difference is told."""
    from console.ledger.audit.witness import Witness  # noqa: PLC0415 - the window is there sooner

    def tell(said: WitnessReport) -> None:
        for objection in said.objections:
            notices.warn(f"{objection} Run ledgerctl verify, and ask the other consoles what they remember.")

    worker.run(
        lambda cancel: Witness(folder).check(database, cancel=cancel),
        done=tell,
        owner=owner,
        replaces="witness",
    )
