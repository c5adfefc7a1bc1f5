"""What is in doubt is settled while the window is open: asked about, or called off for ever, and said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from console.writes.settling import settle_doubts
from ui.kit.days import short_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtCore import QObject

    from console.writes.settling import Settled
    from ui.context import Context
    from ui.kit.formats import Formats


def settle_now(
    context: Context, owner: QObject, *, also: Callable[[tuple[Settled, ...]], None] | None = None
) -> None:
    """Settle what the outbox holds that nobody is sending, and say it as long as `owner` is there.

    also: is told it too, for another place.
    """
    ledger = context.ledger

    def done(settled: tuple[Settled, ...]) -> None:
        say_settled(context, settled)
        if also is not None:
            also(settled)

    context.worker.run(lambda _cancel: settle_doubts(ledger), done=done, owner=owner)


def say_settled(context: Context, settled: Iterable[Settled]) -> None:
    """Say what became of each operation that was in doubt, in the place of what was said of it before."""
    for one in settled:
        when = context.formats.timestamp(one.when)
        words = _posted(one, context.formats) or f"From {when}, {one.sentence}"
        context.notices.warn(words, key=f"settled {one.entry.key}")


def discreet(settled: Iterable[Settled], formats: Formats) -> list[str]:
    """Say the same where anybody may look over a shoulder: batches by number, of the rest how many."""
    told = list(settled)
    batches = [words for one in told if (words := _posted(one, formats))]
    others = len(told) - len(batches)
    if others:
        batches.append(f"{formats.count(others, 'operation')} in doubt settled; told after you unlock.")
    return batches


def _posted(one: Settled, formats: Formats) -> str:
    """Return `Batch 12: posted 14:03:22, all 5,000 lines.` of a batch that was posted after all."""
    outcome = one.outcome or {}
    if outcome.get("status") != "posted" or "lines" not in outcome or "posted_at" not in outcome:
        return ""
    when = short_moment(datetime.fromisoformat(outcome["posted_at"]), formats)
    lines = formats.count(outcome["lines"], "line")
    return f"Batch {outcome['batch']}: posted {when}, all {lines}."
