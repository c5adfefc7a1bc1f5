"""What happened, in one plain sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.errors.refusals import words as refusal_words
from console.files.text import party, shown
from console.ledger.accounts.timeline.page import TimelineKind, TimelineRow
from console.ledger.accounts.timeline.sources import Source
from console.money import NumberStyle, format_amount
from models.transaction import TransactionKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST: Final = 2_000
"""The most characters of a text in a sentence: a note's."""

_STYLE: Final = NumberStyle()
_ANYONE: Final = "anyone"
_BY_HAND: Final = "Credit ended: "

# What went out, and what came in.
_MOVEMENTS: Final[Mapping[TransactionKind, tuple[str, str]]] = {
    TransactionKind.TRANSFER: ("Sent {money} to {other}", "Received {money} from {other}"),
    TransactionKind.DEPOSIT: ("Deposited {money} to {other}", "Deposited {money} from {other}"),
    TransactionKind.PAYOUT: ("Paid out {money} to {other}", "Received a payout of {money} from {other}"),
    TransactionKind.GRANT: ("Granted {money} of credit to {other}", "Granted {money} of credit"),
    TransactionKind.CAPTURE: ("Captured {money} for {other}", "Received {money} captured from {other}"),
    TransactionKind.EXPIRY: ("Credit of {money} expired", "Credit of {money} expired with {other}"),
    TransactionKind.REVERSAL: ("Gave back {money} to {other}", "Got back {money} from {other}"),
    TransactionKind.ADJUSTMENT: ("Adjusted by {money} to {other}", "Adjusted by {money} from {other}"),
}

_ASKED: Final[Mapping[str, str]] = {
    "transfer": "transfer",
    "grant_credit": "grant",
    "reserve": "hold",
    "set_overdraft_limit": "overdraft limit",
    "set_account_status": "status",
    "reverse_transaction": "reversal",
    "set_account_metadata": "change of metadata",
    "open_account": "opening the account",
    "erase_account": "erasing the person",
    "add_note": "note",
    "flag_account": "flag",
    "assign_flag": "assigning a flag",
    "close_flag": "closing a flag",
    "follow_account": "following the account",
}


def sentence(row: TimelineRow, style: NumberStyle = _STYLE) -> str:
    """Return what happened on one line without a full stop; what people wrote comes last, as they wrote it.

    Characters that nobody sees stand as escapes, and beyond LONGEST the text is cut.
    """
    tell = _TELLERS.get(row.kind)
    happened = _act(row) if tell is None else tell(row, style)
    return _with_said(happened, row)


def _with_said(happened: str, row: TimelineRow) -> str:
    # What the ledger describes an expiry with says nothing more; an end by hand has its reason after that.
    words = row.said
    if row.act == TransactionKind.EXPIRY:
        words = words.removeprefix(_BY_HAND) if words.startswith(_BY_HAND) else ""
    said = shown(" ".join(words.splitlines()), LONGEST)
    if row.kind is TimelineKind.NOTE:
        return said or "A note, erased with the person"
    if row.kind is TimelineKind.FLAG:
        return f"{happened}: {said or 'erased with the person'}"
    # After a refusal's own words a colon would make the reason one of them.
    link = ". Reason given: " if row.kind is TimelineKind.REFUSED else ": "
    return f"{happened}{link}{said}" if said else happened


def _money(row: TimelineRow, style: NumberStyle, minor: int | None = None) -> str:
    """Write an amount of the row's currency, by default the one asked for; empty where there is none."""
    amount = row.amount if minor is None else minor
    if amount is None or row.currency is None:
        return ""
    return f"{format_amount(amount, row.currency.exponent, style)} {row.currency.code}"


def _movement(row: TimelineRow, style: NumberStyle) -> str:
    out, into = _MOVEMENTS[TransactionKind(row.act)]
    words = out if (row.moved or 0) < 0 else into
    if row.act == TransactionKind.EXPIRY and row.said.startswith(_BY_HAND):
        words = words.replace("expired", "ended by hand")
    return words.format(money=_money(row, style), other=party(row.other or ""))


def _hold(row: TimelineRow, style: NumberStyle) -> str:
    held, name = _money(row, style), shown(row.reference or "")
    if row.source is Source.HOLDS_EXTENDED:
        what = f"Hold {name}" if row.before == "1" else f"{row.before} holds"
        return f"{what} of {held} extended to {row.after}"
    if row.source is Source.HOLD:
        return f"Hold {name} of {held} made"
    return f"Hold {name} of {held} {row.act}"


def _credit(row: TimelineRow, style: NumberStyle) -> str:
    what = "Credit" if row.before == "1" else f"{row.before} credits"
    return f"{what} of {_money(row, style)} extended to {row.after}"


def _asked_for(row: TimelineRow, style: NumberStyle) -> str:
    """Name what was asked for: `transfer of 5.00 CR to bob`."""
    name = _ASKED.get(row.act, row.act.replace("_", " "))
    if row.act == "set_account_status" and row.after:
        return f"{name} {shown(row.after)}"
    money = _money(row, style)
    parts = [name, f"of {money}" if money else "", f"to {party(row.other)}" if row.other else ""]
    return " ".join(part for part in parts if part)


def _request(row: TimelineRow, style: NumberStyle) -> str:
    asked = _asked_for(row, style)
    return f"Approval asked for {asked}" if row.source is Source.REQUEST else f"Request {row.after}, {asked}"


def _refused(row: TimelineRow, style: NumberStyle) -> str:
    return f"Refused {_asked_for(row, style)}, since {refusal_words(row.code or '', row.detail)}"


def _status(row: TimelineRow, _style: NumberStyle) -> str:
    return f"Status set from {row.before} to {row.after}"


def _limit(row: TimelineRow, style: NumberStyle) -> str:
    before = _money(row, style, int(row.before or 0))
    return f"Overdraft limit set from {before} to {_money(row, style)}"


def _account(row: TimelineRow, _style: NumberStyle) -> str:
    if row.act == "erase_account":
        return "Person erased"
    return "Account opened" if row.currency is None else f"Account opened in {row.currency.code}"


def _flag(row: TimelineRow, _style: NumberStyle) -> str:
    after = row.after or _ANYONE
    if row.act == "assign_flag":
        return f"Flag assigned from {row.before or _ANYONE} to {after}"
    return "Flag done" if row.act == "close_flag" else f"Flag for {after}"


def _act(row: TimelineRow) -> str:
    if row.act == "follow_account":
        return "Account followed" if row.after == "true" else "Account no longer followed"
    if row.act == "set_account_metadata":
        return "Metadata changed"
    name = row.act.replace("_", " ")
    return f"{name[:1].upper()}{name[1:]}"


_TELLERS: Final[Mapping[TimelineKind, Callable[[TimelineRow, NumberStyle], str]]] = {
    TimelineKind.MOVEMENT: _movement,
    TimelineKind.HOLD: _hold,
    TimelineKind.CREDIT: _credit,
    TimelineKind.STATUS: _status,
    TimelineKind.LIMIT: _limit,
    TimelineKind.FLAG: _flag,
    TimelineKind.REQUEST: _request,
    TimelineKind.ACCOUNT: _account,
    TimelineKind.REFUSED: _refused,
}
