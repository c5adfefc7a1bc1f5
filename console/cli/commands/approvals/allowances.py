"""Commands for allowances: what passes without a checker; setting them is an administrator's."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

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
from console.cli.writing import HOW_TO_SUBMIT_CHANGE, writing
from console.errors import UsageError
from console.files.exports import named_columns

app = typer.Typer(help="Allowances: how much passes without a checker.", no_args_is_help=True)

_KINDS = "grant_credit or reverse_transaction"


@app.command("list")
def list_allowances(context: typer.Context, currency: OneCurrency = None) -> None:
    """List the allowances that are in force."""
    from console.ledger.approvals.rules.allowances import allowances

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = one_or_all(workspace.books, currency)
        found = allowances(workspace.database, currency="" if money is None else money.code, cancel=cancel)
    invocation.output.rows(
        named_columns("holder, kind, currency:currency, at once:amount, a day:amount"),
        [(row.holder, row.kind, row.currency, row.per_operation, row.per_day) for row in found],
    )


@app.command("set")
def set_one(
    context: typer.Context,
    holder: Annotated[
        str, typer.Argument(metavar="HOLDER", help="An operator, or a role such as ledger_support.")
    ],
    *,
    kind: Annotated[str, typer.Option(help=f"One of {_KINDS}.")],
    at_once: Annotated[str | None, typer.Option(metavar="AMOUNT", help="For one operation.")] = None,
    a_day: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="For all of one operator's business day.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the allowance away.")] = False,
    reason: Reason,
    currency: CurrencyCode = None,
    submit: SubmitChange = False,
    key: Key = None,
) -> None:
    """Let so much pass without a checker, also of those who may only ask for it."""
    from console.ledger.approvals.rules.allowances import ALLOWED, Allowance, allowance_set

    if kind not in ALLOWED:
        raise UsageError(f"There is no allowance for {kind!r}; there is for {_KINDS}.")
    if remove == (at_once is not None or a_day is not None) or (at_once is None) != (a_day is None):
        raise UsageError("Give both --at-once and --a-day, or take the allowance away with --remove.")
    with writing(context, key, hint=HOW_TO_SUBMIT_CHANGE) as write:
        unit = write.currency(currency)
        wanted = Allowance(
            holder, kind, unit.code, minor_units(at_once, unit, "--at-once"),
            minor_units(a_day, unit, "--a-day"),
        )  # fmt: skip
        said = "The allowance is taken away." if remove else "The allowance is set."
        write.change(allowance_set(wanted, reason=reason), reason, said, submitted=submit)
