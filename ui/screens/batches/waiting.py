"""The number beside Batches in the navigation: what waits there for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.batches.waiting import waiting

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from ui.context import Context


def count_waiting(context: Context, owner: QObject) -> None:
    """Ask for the number in one statement; where there is no answer the number of before stays."""

    def show(found: int) -> None:
        context.navigator.set_count("batches", found or None)

    context.worker.run(
        lambda cancel: waiting(context.database, cancel=cancel),
        done=show, failed=lambda _error: None, owner=owner, replaces="waiting",
    )  # fmt: skip
