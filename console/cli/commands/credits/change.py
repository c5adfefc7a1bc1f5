"""Commands that act on credits: a later end, an end now, back after their end, or taken back."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.arguments import minor_units, one_of, until
from console.cli.commands.credits.wanted import (
    ExpiresFrom,
    ExpiresThrough,
    GrantedFrom,
    GrantedThrough,
    LeftFrom,
    LeftThrough,
    NoExpiry,
    Source,
    User,
    wanted,
)
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    CurrencyCode,
    Key,
    Reason,
    Submit,
    Ticket,
)
from console.cli.output import amount as shown
from console.cli.output import say
from console.cli.writing import writing
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from console.cli.writing import Writing
    from console.ledger.credits.filter import CreditFilter
    from console.ledger.credits.many import EndLots, ExtendLots, ReviveLots, Selection
    from console.money import Currency

_CHANGED = named_columns(
    "act:integer, credits:integer, accounts:integer, amount:amount, currency:currency, expired:amount,"
    " expires at:until, key"
)
_VOIDED = named_columns(
    "transaction:integer, reverses:integer, amount:amount, currency:currency, posted at:timestamp, key"
)


class ActOnCredits(StrEnum):
    """What is done to credits."""

    EXTEND = "extend"
    END = "end"
    REVIVE = "revive"


def register(app: typer.Typer) -> None:
    """Add the commands to the group of credits."""
    for command in (change, void):
        app.command()(command)


def change(
    context: typer.Context,
    act: Annotated[str, typer.Argument(metavar="ACT", help="extend, end, or revive what has expired.")],
    lots: Annotated[list[int] | None, typer.Argument(metavar="LOT...", help="Credits by number.")] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="All that match the options below, instead of numbers.")
    ] = False,
    count: Annotated[
        int | None, typer.Option(min=1, help="With --all: how many were seen; without it, it is a dry run.")
    ] = None,
    amount: Annotated[
        str | None, typer.Option(help="With --all: what was left of them together, as it was seen.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="Their new end, such as the end of that day.")
    ] = None,
    never: Annotated[bool, typer.Option("--never", help="They have no end any more.")] = False,
    source: Source = "",
    user: User = "",
    expires_from: ExpiresFrom = None,
    expires_through: ExpiresThrough = None,
    no_expiry: NoExpiry = None,
    left_from: LeftFrom = None,
    left_through: LeftThrough = None,
    granted_from: GrantedFrom = None,
    granted_through: GrantedThrough = None,
    currency: CurrencyCode = None,
    reason: Reason,
    ticket: Ticket = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do it, tell, and roll it back.")] = False,
    submit: Submit = False,
    key: Key = None,
) -> None:
    """Give credits a later end, end them now, or bring back what has expired: one transaction for all.

    What cannot be done to one is left out, and said. With --all nothing is done where others match by then.
    """
    from console.ledger.credits.filter import CreditView

    kind = one_of(ActOnCredits, act, "ACT")
    if bool(lots) == everything:
        raise UsageError("Name credits by their numbers, or take all that match with --all.")
    if (kind is ActOnCredits.END) != (expires is None and not never) or (expires is not None and never):
        raise UsageError("extend and revive need a new end: --expires DATE, or --never; end takes neither.")
    if (count is None) != (amount is None) or (count is not None and not everything):
        raise UsageError("--count and --amount go together, and with --all.")
    with writing(context, key) as write:
        unit = write.currency(currency)
        view = CreditView.EXPIRED if kind is ActOnCredits.REVIVE else CreditView.OPEN
        asked = wanted(
            unit, write.zone, view, source=source, user=user, expires_from=expires_from,
            expires_through=expires_through, no_expiry=no_expiry, left_from=left_from,
            left_through=left_through, granted_from=granted_from, granted_through=granted_through,
        )  # fmt: skip
        units = minor_units(amount, unit, "--amount")
        seen = None if count is None or units is None else (count, units)
        chosen = _selection(write, unit, asked, lots, seen)
        order = _order(kind, chosen, until(expires, "--expires", write.zone), reason, ticket)
        if dry_run or (everything and seen is None):
            _rehearse(write, order, unit)
        elif submit:
            write.submit(order, reason, ticket)
        else:
            _do(write, order, unit)


def _selection(
    write: Writing,
    unit: Currency,
    asked: CreditFilter,
    lots: list[int] | None,
    seen: tuple[int, int] | None,
) -> Selection:
    """Say what is chosen: what was seen of it, or what is to be seen of it now."""
    from console.ledger.credits.listing import of_numbers, totals
    from console.ledger.credits.many import Selection

    if lots:
        numbers = tuple(dict.fromkeys(lots))
        found = of_numbers(write.database, unit.code, numbers, asked.view, cancel=write.cancel)
        if found.credits < len(numbers):
            raise UsageError(
                f"{len(numbers) - found.credits:,} of these are no {asked.view} credits in {unit.code}."
            )
        return Selection(unit.code, found.credits, found.amount, lots=numbers)
    if seen is None:
        whole = totals(write.database, asked, write.zone, cancel=write.cancel)
        seen = whole.credits, whole.amount
    return Selection(unit.code, seen[0], seen[1], filter=asked.as_request(write.zone))


def _order(
    kind: ActOnCredits, chosen: Selection, ends: datetime | None, reason: str, ticket: str
) -> ExtendLots | EndLots | ReviveLots:
    from console.ledger.credits.many import EndLots, ExtendLots, ReviveLots

    if kind is ActOnCredits.END:
        return EndLots(chosen, reason, ticket)
    return (ExtendLots if kind is ActOnCredits.EXTEND else ReviveLots)(chosen, ends, reason, ticket)


def _do(write: Writing, order: ExtendLots | EndLots | ReviveLots, unit: Currency) -> None:
    from console.ledger.credits.many import change_lots

    done = change_lots(write.ledger, order, key=write.key, cancel=write.cancel)
    cells = (
        done.act, done.count, done.accounts, done.amount, unit, done.gone, done.expires_at, str(done.key),
    )  # fmt: skip
    write.output.record(_CHANGED, cells)
    _say_skipped(done.skipped, unit)


def _rehearse(write: Writing, order: ExtendLots | EndLots | ReviveLots, unit: Currency) -> None:
    """Do it, tell, and roll it back."""
    from datetime import datetime

    from console.ledger.acts.rehearsal import rehearse
    from console.ledger.credits.many import skipped_of

    found = rehearse(write.database, order, cancel=write.cancel)
    if found.refusal is not None:
        raise found.refusal
    told: Mapping[str, Any] = found.outcome
    ends = told.get("expires_at")
    cells = (
        None, told["count"], told["accounts"], told["amount"], unit, told.get("gone", 0),
        None if ends is None else datetime.fromisoformat(ends), None,
    )  # fmt: skip
    write.output.record(_CHANGED, cells)
    _say_skipped(skipped_of(told), unit)
    seen = order.selection
    say(
        f"Dry run, rolled back: nothing was changed. All that match are {seen.count:,} credits of"
        f" {shown(seen.amount, unit)}; the same with --count {seen.count} --amount"
        f" {shown(seen.amount, unit).split()[0].replace(',', '')} does it."
        if seen.lots is None
        else "Dry run, rolled back: nothing was changed."
    )


def _say_skipped(skipped: Any, unit: Currency) -> None:
    from console.errors.refusal_details import SKIPPED

    for one in skipped:
        say(f"Left out: {one.count:,} of {shown(one.amount, unit)}, which {SKIPPED.get(one.why, one.why)}.")


def void(
    context: typer.Context,
    lot: Annotated[int, typer.Argument(metavar="LOT", min=1, max=2**63 - 1, help="The number of a credit.")],
    *,
    reason: Reason,
    ticket: Ticket = "",
    submit: Submit = False,
    key: Key = None,
) -> None:
    """Take one credit back, as if what is left of it had not been granted; what was spent stays spent."""
    from console.ledger.credits.void import voidable
    from console.ledger.transactions.reversal import Reversal, reverse_transaction

    with writing(context, key) as write:
        found = voidable(write.database, lot, cancel=write.cancel)
        order, unit = Reversal(found.granted_by, reason, found.left, ticket=ticket), found.currency
        if submit:
            write.submit(order, reason, ticket)
            return
        done = reverse_transaction(write.ledger, order, key=write.key, cancel=write.cancel)
    write.output.record(
        _VOIDED, (done.transaction, done.reverses, done.amount, unit, done.posted_at, str(done.key))
    )
