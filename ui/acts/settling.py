"""What is in doubt is settled while the window is open: asked about, or called off for ever, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.writes.settling import settle_doubts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QObject

    from console.writes.settling import Settled
    from ui.context import Context


def settle_now(context: Context, owner: QObject) -> None:
    """Settle what the outbox holds that nobody is sending, and say it as long as `owner` is there."""
    ledger = context.ledger
    context.worker.run(
        lambda _cancel: settle_doubts(ledger),
        done=lambda settled: say_settled(context, settled),
        owner=owner,
    )


def say_settled(context: Context, settled: Iterable[Settled]) -> None:
    """Say what became of each operation that was in doubt, in the place of what was said of it before."""
    for one in settled:
        when = context.formats.timestamp(one.when)
        context.notices.warn(f"From {when}, {one.sentence}", key=f"settled {one.entry.key}")
