"""What is done to many credits at once, by the one form: a later end, an end now, credit brought back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from console.errors.refusal_details import SKIPPED
from console.ledger.credits.many import EndLots, ExtendLots, ReviveLots, Selection
from ui.acts.act import Act, Blank, Entry, Subject
from ui.kit.formats import DOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from console.ledger.approvals.commands import Order
    from console.money import Currency
    from ui.acts.act import Values
    from ui.kit.formats import Formats

EXTEND_KEY, END_KEY, VOID_KEY, REVIVE_KEY, GRANT_KEY, ALL_KEY = "X", "E", "V", "R", "G", "A"
_LATER: Final = timedelta(days=7)
"""How much later an end is proposed: a promotion that goes on for a week."""
_NEW_END: Final = Blank("expires_at", "New end", Entry.EXPIRY, filled="ends", optional=True)


def extend(selection: Selection, tells: Callable[[Mapping[str, Any]], tuple[str, ...]]) -> Act:
    """Return the act that gives credits a later end, the same for all of them."""

    def order(values: Values) -> Order:
        return ExtendLots(selection, values.moment("expires_at"), values.reason, values.ticket)

    return Act(
        "extend", "Extend credits", "a later end", (_NEW_END,), order, "Extend {credits}",
        "{credits} extended to {expires_at}", "Extending", key=EXTEND_KEY, tells=tells,
    )  # fmt: skip


def end(selection: Selection, tells: Callable[[Mapping[str, Any]], tuple[str, ...]]) -> Act:
    """Return the act that ends credits now."""

    def order(values: Values) -> Order:
        return EndLots(selection, values.reason, values.ticket)

    return Act(
        "end", "End credits now", "an end of credits", (), order, "End {credits}",
        "{credits} ended", "Ending", key=END_KEY, danger=True, tells=tells,
    )  # fmt: skip


def revive(selection: Selection, tells: Callable[[Mapping[str, Any]], tuple[str, ...]]) -> Act:
    """Return the act that brings back credits that have expired."""

    def order(values: Values) -> Order:
        return ReviveLots(selection, values.moment("expires_at"), values.reason, values.ticket)

    return Act(
        "revive", "Revive credits", "a revival of credits", (_NEW_END,), order, "Revive {credits}",
        "{credits} revived, to {expires_at}", "Reviving", key=REVIVE_KEY, tells=tells,
    )  # fmt: skip


def subject_of(currency: Currency, last: date | None, today: date) -> Subject:
    """Return what a form on many credits is opened on; a week after their last day is proposed as an end."""
    return Subject(currency=currency, ends=max(last or today, today) + _LATER)


class Telling:
    """Says in lines what an act on many credits comes to; ends: when they ended before it, in words."""

    def __init__(self, selection: Selection, currency: Currency, formats: Formats, ends: str) -> None:
        self._selection = selection
        self._currency = currency
        self._formats = formats
        self._ends = ends

    def __call__(self, outcome: Mapping[str, Any]) -> tuple[str, ...]:
        """Return how many and how much, the ends before and after, and what is left out and why."""
        money, count = self._money, self._formats.count
        many, of = count(outcome["count"], "credit"), count(outcome["accounts"], "account")
        lines = [f"{many} of {of}{DOT}{money(outcome['amount'])}"]
        if "gone" in outcome:
            held = outcome["held"]
            kept = f", {money(held)} kept by holds until they end" if held else ""
            lines.append(f"{money(outcome['gone'])} expires at once{kept}")
        else:
            after = outcome.get("expires_at")
            until = "no end" if after is None else self._formats.until(datetime.fromisoformat(after))
            lines.append(f"{self._ends} \N{RIGHTWARDS ARROW} {until}")
        skipped = outcome.get("skipped") or {}
        lines += [
            f"Left out: {self._formats.integer(of['count'])} that {SKIPPED.get(why, why)}{DOT}"
            f"{money(of['amount'])}"
            for why, of in sorted(skipped.items())
        ]
        if not skipped:
            lines.append(f"None of {count(self._selection.count, 'credit')} is left out")
        return tuple(lines)

    def _money(self, minor: object) -> str:
        # Sums come as numbers of any size, or as their text.
        return self._formats.money(int(str(minor)), self._currency)
