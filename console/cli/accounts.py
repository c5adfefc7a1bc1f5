"""Commands that open accounts and change whether money may move."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.arguments import account, chosen
from console.cli.invocation import invocation_of
from console.cli.output import say
from console.errors import RefusedError, StatementError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from console.database import Database

app = typer.Typer(help="Accounts: open, freeze, unfreeze, close.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]
Reason = Annotated[str, typer.Option(help="Kept with the account, for whoever asks later.")]

_OPENING_REFUSED = {
    "23505": ("account.exists", "Refused: there is an account of this name already. Nothing was changed."),
    "23514": (
        "text.character",
        "Refused: a text holds a control or invisible character, or is too long. Nothing was changed.",
    ),
}


@app.command("open")
def open_account(
    context: typer.Context,
    name: Name,
    display_name: Annotated[str, typer.Option(help="As people write it.")] = "",
    email: Annotated[str | None, typer.Option(help="Its owner's address.")] = None,
    currency: Annotated[str | None, typer.Option(help="Needed when the ledger has several.")] = None,
) -> None:
    """Open an account with an empty wallet."""
    username = account(name, "NAME")
    with invocation_of(context).workspace() as workspace:
        values = {
            "name": username,
            "currency": chosen(workspace.currencies, currency).code,
            "display_name": display_name,
            "email": email,
        }
        statement = "SELECT ledger.open_account(:name, :currency, :display_name, :email)"
        try:
            _write(workspace.database, "account.open", statement, values)
        except StatementError as error:
            raise _refusal(error) from error
    say(f"Opened {username}.")


@app.command()
def freeze(context: typer.Context, name: Name, reason: Reason) -> None:
    """Stop all money of an account."""
    _set_status(context, name, "frozen", reason)


@app.command()
def unfreeze(context: typer.Context, name: Name, reason: Reason) -> None:
    """Let a frozen account's money move again."""
    _set_status(context, name, "active", reason)


@app.command()
def close(context: typer.Context, name: Name, reason: Reason) -> None:
    """Close an empty account for ever."""
    _set_status(context, name, "closed", reason)


def _set_status(context: typer.Context, name: str, status: str, reason: str) -> None:
    values = {"name": account(name, "NAME"), "status": status, "reason": reason}
    statement = "SELECT ledger.set_account_status(:name, CAST(:status AS ledger.account_status), :reason)"
    with invocation_of(context).workspace() as workspace:
        _write(workspace.database, "account.status", statement, values)
    say(f"{values['name']} is {status}.")


def _write(database: Database, action: str, statement: str, values: dict[str, Any]) -> None:
    from sqlalchemy import text

    def work(session: Session) -> None:
        session.execute(text(statement), values)

    database.write(action, work)


def _refusal(error: StatementError) -> StatementError | RefusedError:
    """Return the refusal that a constraint meant."""
    from console.driver_errors import sqlstate_of

    cause = error.__cause__
    state = sqlstate_of(cause) if cause is not None else ""
    return RefusedError(*_OPENING_REFUSED[state]) if state in _OPENING_REFUSED else error
