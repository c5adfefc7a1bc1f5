"""The command that lists accounts."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.arguments import one_of, one_or_all
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import OneCurrency  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say

if TYPE_CHECKING:
    from models.account import AccountStatus

PAGE_MAX = 5_000


def register(app: typer.Typer) -> None:
    """Add the command to the group of accounts."""
    app.command("list")(list_accounts)


def list_accounts(
    context: typer.Context,
    *,
    username: Annotated[str, typer.Option(help="How the username begins.")] = "",
    name: Annotated[str, typer.Option(help="How words of username and name begin.")] = "",
    email: Annotated[str, typer.Option(help="The whole address.")] = "",
    trust_level: Annotated[int | None, typer.Option(min=0, max=9, help="0 to 9.")] = None,
    status: Annotated[str | None, typer.Option(help="active, frozen or closed; without it, all.")] = None,
    flagged: Annotated[bool, typer.Option("--flagged", help="With a flag that is not done.")] = False,
    mine: Annotated[bool, typer.Option("--mine", help="With a flag for you, or for anyone.")] = False,
    followed: Annotated[bool, typer.Option("--followed", help="Those that you follow.")] = False,
    currency: OneCurrency = None,
    limit: Annotated[int, typer.Option(min=1, max=PAGE_MAX, help="How many at most.")] = 50,
) -> None:
    """List customers' accounts by username, a row for each currency, with what their oldest flag asks for."""
    from console.ledger.accounts.export import COLUMNS, cells
    from console.ledger.accounts.page import AccountFilter, page

    kind = _status(status)
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        money = one_or_all(workspace.books, currency)
        wanted = AccountFilter(
            prefix=username, words=name, email=email, trust_level=trust_level, status=kind,
            currency="" if money is None else money.code, flagged=flagged, mine=mine, followed=followed,
        )  # fmt: skip
        found = page(workspace.database, wanted, limit=limit, cancel=cancel)
    invocation.output.rows(COLUMNS, map(cells, found.rows))
    if found.more_after:
        say(f"There are more than these {len(found.rows):,}; give a larger --limit.")


def _status(written: str | None) -> AccountStatus | None:
    from models.account import AccountStatus

    return None if written is None else one_of(AccountStatus, written, "--status")
