"""How requests are called: each kind in words and as a chip, how far one has come, and how long it waits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from console.files.days import day_words, last_day
from console.files.text import party, shown
from console.ledger.approvals.inbox import View
from console.ledger.approvals.page import RequestStatus
from ui.kit.days import age, short_moment
from ui.kit.theme.tokens import Tone
from ui.screens.approvals.controls import CHIPS, control_title

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from console.ledger.approvals.page import RequestRow
    from ui.kit.formats import Formats

KINDS: Final[Mapping[str, str]] = {
    "transfer": "transfer",
    "grant_credit": "grant",
    "capture": "capture",
    "reverse_transaction": "reversal",
    "set_overdraft_limit": "overdraft",
    "post_batch": "batch",
    "reverse_batch": "batch reversal",
    "extend_lots": "later end",
    "end_lots": "end of credits",
    "revive_lots": "revival",
    **CHIPS,
}
"""The chip of each kind of request."""

_CREDITS: Final = frozenset({"extend_lots", "end_lots", "revive_lots"})
TITLES: Final = {View.FOR_ME: "For me", View.MINE: "Mine", View.DECIDED: "Decided"}
STATUS_TONES: Final = {
    RequestStatus.PENDING: Tone.ACCENT,
    RequestStatus.APPROVED: Tone.ACCENT,
    RequestStatus.EXECUTED: Tone.CREDIT,
    RequestStatus.REJECTED: Tone.ERROR,
    RequestStatus.WITHDRAWN: Tone.NEUTRAL,
    RequestStatus.RETURNED: Tone.WARNING,
    RequestStatus.EXPIRED: Tone.NEUTRAL,
}
_STATUS: Final = {
    RequestStatus.PENDING: "waits for approval",
    RequestStatus.APPROVED: "approved",
    RequestStatus.EXECUTED: "carried out",
    RequestStatus.REJECTED: "rejected",
    RequestStatus.WITHDRAWN: "withdrawn",
    RequestStatus.RETURNED: "sent back",
    RequestStatus.EXPIRED: "expired",
}
_EMPTY: Final = {
    View.FOR_ME: (
        "Nothing waits for you",
        "What others submit and you may approve appears here, what waits longest first.",
    ),
    View.MINE: (
        "You have asked for nothing that is still open",
        "What you submit appears here until it is carried out, decided against or withdrawn.",
    ),
    View.DECIDED: (
        "Nothing has been decided yet",
        "Requests that were carried out, rejected, sent back, withdrawn or have expired appear here.",
    ),
}


def empty_words(view: View, *, narrowed: bool) -> tuple[str, str]:
    """Return what an empty list says; narrowed: filters may be why."""
    if narrowed:
        return "No request matches", "Change a filter above, or press Clear all"
    return _EMPTY[view]


def kind_words(kind: str) -> str:
    """Return the chip of a kind; of one that this console does not know, the ledger's own word."""
    return KINDS.get(kind, kind.replace("_", " "))


def title(row: RequestRow, formats: Formats) -> str:
    """Say what is asked for: `Transfer of 412.50 CR from alice to bob`."""
    return _title(row, formats, f" of {amount_words(row, formats)}")


def amount_words(row: RequestRow, formats: Formats) -> str:
    """Return what is asked for as money; of what changes a control nothing, for it moves none."""
    return "" if row.is_control else formats.money(row.amount, row.currency)


def short_title(row: RequestRow, formats: Formats) -> str:
    """Say the same where the amount stands beside it: `Transfer from alice to bob`."""
    return _title(row, formats, "")


def within(row: RequestRow, formats: Formats) -> str:
    """Return the same as it stands within a sentence: `the transfer of 412.50 CR from alice to bob`."""
    words = title(row, formats)
    if row.kind in _CREDITS or row.is_control:
        return f"request {row.id}, {short_title(row, formats)}"
    article = "" if row.kind == "post_batch" else "the "
    return f"{article}{words[:1].lower()}{words[1:]}"


def status_words(status: RequestStatus) -> str:
    """Say how far a request has come."""
    return _STATUS[status]


def progress(row: RequestRow, formats: Formats, at: datetime) -> str:
    """Say how far it is: `1 of 2 given`, or how it ended: `rejected 3 h ago by mara`.

    Of what one approval is enough for there is nothing to say while it waits.
    """
    if row.closed_at is not None:
        by = f" by {closer}" if (closer := closed_by(row)) else ""
        return f"{status_words(row.status)} {age(row.closed_at, at)} ago{by}"
    if row.status is RequestStatus.APPROVED:
        return "approved, to be carried out"
    needed = row.approvals_required
    return f"{formats.integer(row.approvals_given)} of {formats.integer(needed)} given" if needed > 1 else ""


def lasts(row: RequestRow, formats: Formats, at: datetime) -> str:
    """Say how long an open request lasts: `ends in 5 h`; empty where nobody has set an end."""
    if row.expires_at is None or row.closed_at is not None:
        return ""
    if row.expires_at <= at:
        return f"its time was over at {short_moment(row.expires_at, formats)}"
    return f"ends in {age(at, row.expires_at)}"


def closed_by(row: RequestRow) -> str:
    """Return who ended a request; empty while it is open, and where its time was over."""
    return "" if row.status is RequestStatus.EXPIRED else row.closed_by or ""


def batch_of(row: RequestRow) -> int | None:
    """Return the number of the batch that a request is about."""
    found = row.request.get("batch")
    return found if isinstance(found, int) else None


def _title(row: RequestRow, formats: Formats, money: str) -> str:
    if row.is_control:
        return control_title(row, formats)
    written = _TITLES.get(row.kind)
    return f"{kind_words(row.kind).capitalize()}{money}" if written is None else written(row, formats, money)


def _transfer(row: RequestRow, _formats: Formats, money: str) -> str:
    payer, payee = (party(_text(row, side)) for side in ("from", "to"))
    return f"Transfer{money} from {payer} to {payee}"


def _grant(row: RequestRow, formats: Formats, money: str) -> str:
    return f"Grant{money} to {_text(row, 'username')}{_until(row, formats)}"


def _capture(row: RequestRow, _formats: Formats, money: str) -> str:
    return f"Capture{money}{' from' if money else ' of'} hold {_text(row, 'reservation')}"


def _reversal(row: RequestRow, _formats: Formats, money: str) -> str:
    # Of all that is left of it: how much that is says the amount beside it, and changes until it is done.
    part = money if row.request.get("amount") is not None else ""
    return f"Refund{part}{' from' if part else ' of'} transaction {_text(row, 'transaction')}"


def _overdraft(row: RequestRow, formats: Formats, money: str) -> str:
    written = formats.amount(row.amount, row.currency)
    return f"Overdraft of {_text(row, 'username')} to {written}{f' {row.currency.code}' if money else ''}"


def _batch(row: RequestRow, _formats: Formats, _money: str) -> str:
    return f"Batch #{_text(row, 'batch')}"


def _batch_reversal(row: RequestRow, _formats: Formats, _money: str) -> str:
    whole = row.request.get("policy", "all") == "all"
    return f"Reversal of batch #{_text(row, 'batch')}{'' if whole else ', what is there'}"


def _extension(row: RequestRow, formats: Formats, money: str) -> str:
    return f"{_credits(row, formats, money)} extended{_until(row, formats, ' to', ' without end')}"


def _end(row: RequestRow, formats: Formats, money: str) -> str:
    return f"{_credits(row, formats, money)} ended now"


def _revival(row: RequestRow, formats: Formats, money: str) -> str:
    return f"{_credits(row, formats, money)} revived{_until(row, formats, otherwise=' without end')}"


def _text(row: RequestRow, name: str) -> str:
    return shown(str(row.request.get(name, "")))


def _credits(row: RequestRow, formats: Formats, money: str) -> str:
    selection: Any = row.request.get("selection")
    count = selection.get("count") if isinstance(selection, dict) else None
    counted = formats.count(count, "credit") if isinstance(count, int) else "Credits"
    return f"{counted},{money.removeprefix(' of')}," if money else counted


def _until(row: RequestRow, formats: Formats, word: str = " until", otherwise: str = "") -> str:
    """Say when what is asked for ends; a day is named by itself, for the credit lasts all of it."""
    written = row.request.get("expires_at")
    if not isinstance(written, str):
        return otherwise
    until = datetime.fromisoformat(written)
    day = last_day(until, formats.zone)
    return f"{word} {day_words(day) if day is not None else formats.until(until)}"


_TITLES: Final[Mapping[str, Callable[[RequestRow, Formats, str], str]]] = {
    "transfer": _transfer,
    "grant_credit": _grant,
    "capture": _capture,
    "reverse_transaction": _reversal,
    "set_overdraft_limit": _overdraft,
    "post_batch": _batch,
    "reverse_batch": _batch_reversal,
    "extend_lots": _extension,
    "end_lots": _end,
    "revive_lots": _revival,
}
