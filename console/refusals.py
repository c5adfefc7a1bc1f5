"""The words for the ledger's stable refusal codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.errors import RefusedError
from console.money import NumberStyle, format_amount

if TYPE_CHECKING:
    from collections.abc import Mapping

_STYLE = NumberStyle()

_WORDS = {
    "user.empty": "no account is named here; fill the cell",
    "user.unknown": "there is no such account in this currency; mend the name or let the mapping create it",
    "account.frozen": "the account is frozen; unfreeze it first",
    "account.closed": "the account is closed; pay to another one",
    "account.inactive": "the account is frozen or closed",
    "account.not_empty": "an account with a balance or holds cannot be closed",
    "party.same": "both parties are the same account; mend one of them",
    "amount.empty": "there is no amount; fill the cell",
    "amount.sign": "the amount must be above zero",
    "amount.range": "the amount or a resulting balance is beyond what the ledger can hold",
    "reference.empty": "there is no reference; fill the cell or map no reference column",
    "reference.repeated": "the reference is used already",
    "reference.posted": "the reference was posted already",
    "effective.range": "the date is outside the years 1 to 9999",
    "funds.short": "the money does not reach",
    "text.character": "the text holds a control or invisible character, or is too long",
    "reason.empty": "a reason is needed",
    "batch.unknown": "there is no such batch",
    "batch.status": "the batch cannot be posted in its state",
    "batch.empty": "the batch has no lines",
    "batch.changed": "the batch's lines are not those that were checked; check it again",
    "batch.lines": "not every line could be posted",
}


def words(code: str, detail: Mapping[str, Any], *, exponent: int | None = None) -> str:
    """Say what a code means here; amounts in `detail` are minor units."""
    said = _WORDS.get(code, f"the database refused it ({code})")
    if code == "reference.repeated" and "line" in detail:
        return f"the same reference stands on line {detail['line']:,}; remove one of the two"
    if code == "reference.posted":
        on = str(detail["posted_at"])[:10]
        return f"posted already as transaction {detail['transaction']} on {on}; remove the line"
    if code == "funds.short" and "short" in detail and exponent is not None:
        short = format_amount(int(detail["short"]), exponent, _STYLE)
        return f"the account would be short by {short} after the whole batch"
    if code == "batch.status":
        return f"the batch is {detail.get('status', 'not a draft')} and cannot be posted"
    return said


def sentence(code: str, detail: Mapping[str, Any], *, exponent: int | None = None) -> str:
    """Say the same as a sentence of its own, as a table of problems shows it."""
    said = words(code, detail, exponent=exponent)
    return f"{said[0].upper()}{said[1:]}."


def refusal(code: str, detail: Mapping[str, Any]) -> RefusedError:
    """Return the error for one refused operation."""
    who = f" ({detail['username']})" if "username" in detail else ""
    return RefusedError(code, f"Refused: {words(code, detail)}{who}. Nothing was changed.")
