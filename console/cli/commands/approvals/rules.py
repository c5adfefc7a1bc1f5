"""Commands for rules that ask for approval, and for limits; setting them is an administrator's."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.arguments import minor_units, one_or_all
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    CurrencyCode,
    Key,
    OneCurrency,
    Reason,
    SubmitChange,
)
from console.cli.output import say
from console.cli.writing import HOW_TO_SUBMIT_CHANGE, administering, money, writing
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from console.ledger.approvals.rules.in_force import LimitRow

rule_app = typer.Typer(help="Rules: from which amount on others must approve.", no_args_is_help=True)
limit_app = typer.Typer(help="Limits: how much a role or an operator may move.", no_args_is_help=True)

_KINDS = (
    "transfer, grant_credit, capture, post_batch, reverse_transaction, reverse_batch or set_overdraft_limit"
)

_RULES = named_columns("kind, currency:currency, from:amount, approvals:integer")
_TERMS = named_columns("currency:currency, days:integer, typed from:amount")
_LIMITS = named_columns(
    "holder, kind, currency:currency, at once:amount, a day:amount, operator, used today:amount,"
    " left today:amount"
)


@rule_app.command("list")
def list_rules(context: typer.Context, currency: OneCurrency = None) -> None:
    """List the rules. The highest tier at or below an amount counts."""
    from console.ledger.approvals.rules.in_force import rules

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = one_or_all(workspace.books, currency)
        found = rules(workspace.database, currency="" if money is None else money.code, cancel=cancel)
    invocation.output.rows(
        _RULES, [(row.kind, row.currency, row.from_amount, row.approvals) for row in found]
    )


@rule_app.command("set")
def set_rule(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {_KINDS}.")],
    *,
    at_least: Annotated[str, typer.Option("--from", metavar="AMOUNT", help="From this amount on.")],
    approvals: Annotated[int, typer.Option(min=0, max=5, help="How many; 0 takes the tier away.")],
    reason: Reason,
    currency: CurrencyCode = None,
    submit: SubmitChange = False,
    key: Key = None,
) -> None:
    """Ask for approvals of operations of one kind, from an amount on."""
    from console.ledger.approvals.rules.commands import rule_set

    with writing(context, key, hint=HOW_TO_SUBMIT_CHANGE) as write:
        unit = write.currency(currency)
        wanted = rule_set(_known(kind), unit.code, money(at_least, unit, "--from"), approvals, reason=reason)
        said = "The rule is set." if approvals else "The rule is taken away."
        write.change(wanted, reason, said, submitted=submit)


@rule_app.command("terms")
def list_terms(context: typer.Context) -> None:
    """List how many days requests of each currency wait, and from which amount on it is typed."""
    from console.ledger.approvals.rules.terms import terms

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = terms(workspace.database, cancel=cancel)
    invocation.output.rows(_TERMS, [(one.currency, one.days, one.typed_from) for one in found])


@rule_app.command("set-terms")
def set_terms_of(
    context: typer.Context,
    *,
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days a request waits.")],
    typed_from: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="From this amount on checkers type it; without it none does."),
    ] = None,
    reason: Reason,
    currency: CurrencyCode = None,
    submit: SubmitChange = False,
    key: Key = None,
) -> None:
    """Set how long requests of a currency wait, and which amounts their checkers type."""
    from console.ledger.approvals.rules.terms import terms_set

    with writing(context, key, hint=HOW_TO_SUBMIT_CHANGE) as write:
        unit = write.currency(currency)
        least = None if typed_from is None else money(typed_from, unit, "--typed-from")
        said = "The terms are set; requests that wait already keep their end."
        write.change(terms_set(unit.code, least, days, reason=reason), reason, said, submitted=submit)


@rule_app.command("dual-control")
def turn_dual_control(
    context: typer.Context,
    turned: Annotated[str | None, typer.Argument(metavar="[on|off]", help="Without it: how it is.")] = None,
    *,
    reason: Annotated[str, typer.Option(help="Kept in the ledger; goes with on and off.")] = "",
    key: Key = None,
) -> None:
    """Ask another administrator to turn dual control on or off, or tell how it is.

    While it is on, what gives rights is a request that another administrator decides on, and the tiers of the
    rules count what an operator moves in a day, of all kinds together. What takes away is done at once.
    """
    from console.ledger.approvals.rules.controls import dual_control, dual_control_turned

    if turned not in {None, "on", "off"}:
        raise UsageError(f"{turned!r} is neither on nor off.")
    if (turned is None) == bool(reason):
        raise UsageError("--reason: give one with on and off, and only then.")
    with writing(context, key) as write:
        if turned is None:
            is_on = dual_control(write.database, cancel=write.cancel).is_on
            say(f"Dual control is {'on' if is_on else 'off'}.")
        else:
            write.submit(dual_control_turned(on=turned == "on", reason=reason), reason)


@rule_app.command("end-dual-control")
def end_dual_control_alone(context: typer.Context, *, reason: Reason, key: Key = None) -> None:
    """End dual control alone, as the owner of the ledger, when there is no second administrator any more.

    It stands in the audit chain, and verify says so until two administrators have turned it on again.
    """
    from console.ledger.approvals.rules.controls import end_dual_control

    with administering(context, key) as write:
        end_dual_control(write.ledger, reason=reason, key=write.key, cancel=write.cancel)
    say("Dual control is off. verify says so until two administrators turn it on again.")


@limit_app.command("list")
def list_limits(context: typer.Context, currency: OneCurrency = None) -> None:
    """List the limits, and what operators have used of those of a day; the business day counts."""
    from console.ledger.approvals.rules.in_force import limits

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = one_or_all(workspace.books, currency)
        found = limits(workspace.database, currency="" if money is None else money.code, cancel=cancel)
    invocation.output.rows(
        _LIMITS,
        [
            (row.holder, row.kind, row.currency, row.per_operation, row.per_day, *used)
            for row in found
            for used in _used_today(row)
        ],
    )


@limit_app.command("set")
def set_limit(
    context: typer.Context,
    holder: Annotated[
        str, typer.Argument(metavar="HOLDER", help="An operator, or a role such as ledger_operator.")
    ],
    *,
    kind: Annotated[str, typer.Option(help=f"One of {_KINDS}; without it, any of them.")] = "*",
    at_once: Annotated[str | None, typer.Option(metavar="AMOUNT", help="For one operation.")] = None,
    a_day: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="For all operations of one business day.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the limit away.")] = False,
    reason: Reason,
    currency: CurrencyCode = None,
    submit: SubmitChange = False,
    key: Key = None,
) -> None:
    """Limit what an operator may move. An operator's own limit counts instead of those of the roles."""
    from console.ledger.approvals.rules.commands import limit_set

    if remove == (at_once is not None or a_day is not None):
        raise UsageError("Give an amount with --at-once or --a-day, or take the limit away with --remove.")
    with writing(context, key, hint=HOW_TO_SUBMIT_CHANGE) as write:
        unit = write.currency(currency)
        wanted = limit_set(
            holder,
            kind if kind == "*" else _known(kind),
            unit.code,
            per_operation=minor_units(at_once, unit, "--at-once"),
            per_day=minor_units(a_day, unit, "--a-day"),
            reason=reason,
        )
        said = "The limit is taken away." if remove else "The limit is set."
        write.change(wanted, reason, said, submitted=submit)


def _known(kind: str) -> str:
    from console.ledger.approvals.rules.commands import RULED

    if kind not in RULED:
        raise UsageError(f"There is no kind of operation {kind!r}; there are {_KINDS}.")
    return kind


def _used_today(row: LimitRow) -> list[tuple[str | None, int | None, int | None]]:
    """Return operator, used and left of each who moved something today; a limit unused has one row too."""
    if row.per_day is None or not row.used_today:
        return [(None, None, None)]
    return [(one.operator, one.amount, max(0, row.per_day - one.amount)) for one in row.used_today]
