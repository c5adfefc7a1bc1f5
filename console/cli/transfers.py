"""The command that makes one transfer."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

import typer

from console.cli.arguments import account, chosen, minor_units, operation_key
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.exports import Column, Kind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.cancellation import Cancellation
    from console.database import Database

_POSTED = (
    Column("transaction", Kind.INTEGER),
    Column("posted at", Kind.TIMESTAMP),
    Column("key", Kind.TEXT),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(transfer)


def transfer(
    context: typer.Context,
    *,
    payer: Annotated[str, typer.Option("--from", metavar="ACCOUNT", help="Who pays.")],
    payee: Annotated[str, typer.Option("--to", metavar="ACCOUNT", help="Who is paid.")],
    amount: Annotated[str, typer.Option(help="Such as 12.50.")],
    reference: Annotated[str, typer.Option(help="Unique in the whole ledger.")],
    description: Annotated[str, typer.Option(help="What both parties read.")] = "",
    key: Annotated[
        str | None,
        typer.Option(
            metavar="UUID", help="The same key again answers with the first outcome and moves nothing."
        ),
    ] = None,
    currency: Annotated[str | None, typer.Option(help="Needed when the ledger has several.")] = None,
) -> None:
    """Move money from one account to another."""
    operation = operation_key(key) if key is not None else uuid4()
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = chosen(workspace.currencies, currency)
        values = {
            "key": operation,
            "payer": account(payer, "--from"),
            "payee": account(payee, "--to"),
            "currency": money.code,
            "amount": minor_units(amount, money, "--amount"),
            "reference": reference,
            "description": description,
        }
        outcome = _post(workspace.database, operation, values, cancel)
    posted_at = datetime.fromisoformat(outcome["posted_at"])
    invocation.output.record(_POSTED, (outcome["transaction"], posted_at, str(operation)))


def _post(database: Database, key: UUID, values: dict[str, Any], cancel: Cancellation) -> dict[str, Any]:
    """Return the outcome of the transfer; raises RefusedError, or OutcomeUnknownError with the key."""
    from sqlalchemy import text

    from console.refusals import refusal

    statement = text("""
        SELECT ledger.transfer(:key, :payer, :payee, :currency, :amount, :reference, :description)""")

    def work(session: Session) -> dict[str, Any]:
        outcome: dict[str, Any] = session.execute(statement, values).scalar_one()
        return outcome

    outcome = database.write("transfer.post", work, cancel=cancel, key=key)
    if outcome["status"] != "posted":
        raise refusal(outcome["code"], outcome.get("detail") or {})
    return outcome
