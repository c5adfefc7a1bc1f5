"""What a refusal says beyond its code: who, when, and how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from console.money import NumberStyle, format_amount

Telling: TypeAlias = Callable[[Mapping[str, Any]], str | None]

_STYLE = NumberStyle()

SKIPPED: Mapping[str, str] = {
    "later": "end later already",
    "expired": "are past their end",
    "closed": "are of closed accounts",
}
"""Why an act leaves credits out, by the ledger's own word for it."""


def told(code: str, detail: Mapping[str, Any]) -> str | None:
    """Return the words for what `detail` holds, or None when it says no more than the code."""
    tell = _TOLD.get(code)
    return None if tell is None else tell(detail)


def _repeated(detail: Mapping[str, Any]) -> str | None:
    if "line" not in detail:
        return None
    return f"the same reference stands on line {detail['line']:,}; remove one of the two"


def _posted(detail: Mapping[str, Any]) -> str | None:
    if "posted_at" not in detail:
        return None
    on = str(detail.get("day") or detail["posted_at"])[:10]
    return f"posted already as transaction {detail['transaction']} on {on}; remove the line"


def _short(detail: Mapping[str, Any]) -> str | None:
    if "short" not in detail or "exponent" not in detail:
        return None
    return f"the account would be short by {_money(detail['short'], detail)} after the whole batch"


def _batch_status(detail: Mapping[str, Any]) -> str | None:
    return f"the batch is {detail['status']}" if "status" in detail else None


def _operator_status(detail: Mapping[str, Any]) -> str | None:
    return f"the operator is {detail['status']}" if "status" in detail else None


def _batch_maker(detail: Mapping[str, Any]) -> str | None:
    return f"the draft is {detail['maker']}'s, who alone posts or submits it" if "maker" in detail else None


def _hold_ended(how: str) -> Telling:
    """Say who ended a hold and when; one that nobody ended yet ran out by itself."""

    def tell(detail: Mapping[str, Any]) -> str | None:
        if detail.get("at") is None:
            return None
        if detail.get("by") is None:
            return f"the hold's time was over at {_moment(detail['at'])}"
        return f"the hold {how} by {detail['by']} at {_moment(detail['at'])}"

    return tell


def _hold_short(detail: Mapping[str, Any]) -> str | None:
    return f"the hold is of {_money(detail['reserved'], detail)} only" if "reserved" in detail else None


def _selection_changed(detail: Mapping[str, Any]) -> str | None:
    if "asked_count" not in detail:
        return None
    count, asked = int(detail["count"]), int(detail["asked_count"])
    there = "there is 1 credit" if count == 1 else f"there are {count:,} credits"
    seen = "1 was seen" if asked == 1 else f"{asked:,} were seen"
    now, then = (_money(detail[name], detail) for name in ("amount", "asked_amount"))
    return f"{there} of {now} now, and {seen}, of {then}; look again"


def _selection_nothing(detail: Mapping[str, Any]) -> str | None:
    skipped = detail.get("skipped")
    if not skipped:
        return None
    why = ", ".join(f"{int(of['count']):,} {SKIPPED.get(code, code)}" for code, of in skipped.items())
    return f"nothing is left to be done: {why}"


def _reversed(detail: Mapping[str, Any]) -> str | None:
    if "by" not in detail:
        return None
    return f"all of it was given back already, last by {detail['by']} at {_moment(detail['at'])}"


def _flag_done(detail: Mapping[str, Any]) -> str | None:
    if "by" not in detail:
        return None
    return f"it was marked as done already by {detail['by']} at {_moment(detail['at'])}"


def _reversal_more(detail: Mapping[str, Any]) -> str | None:
    if "amount" not in detail:
        return None
    moved = _money(detail["amount"], detail)
    if detail.get("left", detail["amount"]) == detail["amount"]:
        return f"it moved {moved} and no more"
    return f"it moved {moved}, and {_money(detail['left'], detail)} of that is left to be given back"


def _inactive(detail: Mapping[str, Any]) -> str | None:
    if detail.get("status") == "frozen":
        return "the account is frozen; unfreeze it first"
    return "the account is closed, for ever; use another one" if detail.get("status") == "closed" else None


def _lot_gone(how: str) -> Telling:
    """Say what is left of a granted lot that does not hold the whole amount any more."""

    def tell(detail: Mapping[str, Any]) -> str | None:
        if "remaining" not in detail:
            return None
        return f"the granted credit {how}: {_money(detail['remaining'], detail)} of it is left"

    return tell


def _approvals(detail: Mapping[str, Any]) -> str | None:
    number = detail.get("approvals")
    if number is None:
        return None
    return f"this needs {number} {'approval' if number == 1 else 'approvals'} first; submit it"


def _delegation_ended(detail: Mapping[str, Any]) -> str | None:
    if detail.get("by") is None:
        return None
    return f"the delegation was ended by {detail['by']} at {_moment(detail['at'])}"


def _request_status(detail: Mapping[str, Any]) -> str | None:
    if "status" not in detail:
        return None
    by = f", by {detail['by']} at {_moment(detail['at'])}" if detail.get("by") is not None else ""
    return f"the request is {detail['status']}{by}"


def _untyped(detail: Mapping[str, Any]) -> str | None:
    if "from" not in detail:
        return None
    return f"an amount from {_money(detail['from'], detail)} on is typed by its checker, from another source"


def _stale(detail: Mapping[str, Any]) -> str | None:
    if "at" not in detail:
        return None
    return f"the request's time was over at {_moment(detail['at'])}; its maker submits it anew"


def _limit_at_once(detail: Mapping[str, Any]) -> str | None:
    if "limit" not in detail:
        return None
    return f"you may move at most {_money(detail['limit'], detail)} at once"


def _limit_a_day(detail: Mapping[str, Any]) -> str | None:
    if "limit" not in detail:
        return None
    left = max(0, int(detail.get("left") or 0))
    return (
        f"you may move at most {_money(detail['limit'], detail)} a day, and "
        f"{_money(left, detail)} of it is left until midnight, {detail.get('zone', 'UTC')}"
    )


_TOLD: Mapping[str, Telling] = {
    "reference.repeated": _repeated,
    "reference.posted": _posted,
    "funds.short": _short,
    "account.inactive": _inactive,
    "batch.status": _batch_status,
    "batch.maker": _batch_maker,
    "operator.status": _operator_status,
    "reservation.captured": _hold_ended("was captured"),
    "reservation.released": _hold_ended("was released"),
    "reservation.expired": _hold_ended("was ended after its time"),
    "reservation.short": _hold_short,
    "selection.changed": _selection_changed,
    "selection.nothing": _selection_nothing,
    "reversal.repeated": _reversed,
    "reversal.more": _reversal_more,
    "reversal.spent": _lot_gone("is spent in part"),
    "reversal.expired": _lot_gone("has expired since"),
    "flag.done": _flag_done,
    "approval.required": _approvals,
    "approval.untyped": _untyped,
    "request.status": _request_status,
    "request.stale": _stale,
    "delegation.ended": _delegation_ended,
    "limit.operation": _limit_at_once,
    "limit.day": _limit_a_day,
}


def _money(minor: Any, detail: Mapping[str, Any]) -> str:
    """Write an amount with its currency; refusals of before the ledger told it say minor units."""
    if "exponent" not in detail:
        return f"{int(minor):,} minor units"
    return f"{format_amount(int(minor), detail['exponent'], _STYLE)} {detail['currency']}"


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
