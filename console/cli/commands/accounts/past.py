"""Commands for what stands behind a balance: the terms, the statement, and all that happened."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.arguments import account, chosen, one_of
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import (  # noqa: TC001 - typer reads the annotations at run time
    AccountName,
    CurrencyCode,
)
from console.cli.output import say
from console.cli.progress import progress
from console.files.exports import named_columns
from console.files.text import REFERENCE_LENGTH, shown

PAGE_MAX = 5_000

Days = Annotated[int, typer.Option(min=1, max=36_500, help="How far back.")]
Every = Annotated[bool, typer.Option("--all", help="From the first movement on, however many.")]

_EXPLAINED = named_columns("term, amount:amount, currency:currency, movements:integer")
_STATEMENT = named_columns(
    "transaction:integer, posted at:timestamp, kind, counterparty:account, amount:amount, before:amount,"
    " after:amount, currency:currency, paid with, twin of:timestamp, reference, description, batch:integer,"
    " reverses:integer, reversed by:integer, reversed:amount, reason, ticket"
)
_HAPPENED = named_columns(
    "at:timestamp, kind, what happened, amount:amount, currency:currency, operator, reference,"
    " transaction:integer"
)


def register(app: typer.Typer) -> None:
    """Add the commands to the group of accounts."""
    app.command()(explain)
    app.command("statement")(list_statement)
    app.command("timeline")(list_timeline)


def explain(
    context: typer.Context,
    name: AccountName,
    *,
    days: Days = 90,
    every: Every = False,
    currency: CurrencyCode = None,
) -> None:
    """Say why a balance is what it is, term by term; ends with 1 if a part of it has no explanation."""
    from console.ledger.accounts.equation import equation
    from console.ledger.accounts.periods import last_days
    from console.ledger.accounts.whole_life import whole_life

    username = account(name, "NAME")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        code = chosen(workspace.books, currency).code
        database, period = workspace.database, last_days(days, workspace.books.zone)
        if every:
            with progress("Adding up") as tell:
                found = whole_life(database, username, code, progress=tell, cancel=cancel)
        else:
            found = equation(database, username, code, period, cancel=cancel)
    lines = (
        ("opening", found.opening, None), *found.terms,
        ("unexplained", found.unexplained, None), ("balance", found.balance, found.movements),
    )  # fmt: skip
    invocation.output.rows(
        _EXPLAINED, [(term, amount, found.currency, movements) for term, amount, movements in lines]
    )
    if found.cut:
        say(f"There are more movements than the last {found.movements:,} in {period.name}; see --all.")
    if found.unexplained:
        raise typer.Exit(1)


def list_statement(
    context: typer.Context,
    name: AccountName,
    *,
    term: Annotated[
        str | None, typer.Option(help="Of one term of its balance only, such as captured; see explain.")
    ] = None,
    days: Days = 90,
    every: Every = False,
    newest: Annotated[bool, typer.Option("--newest/--oldest", help="Which come first.")] = True,
    limit: Annotated[int, typer.Option(min=1, max=PAGE_MAX, help="How many at most.")] = 50,
    currency: CurrencyCode = None,
) -> None:
    """List an account's movements as its owner reads them: all of them, or the rows of one term."""
    from console.ledger.accounts.equation import WHOLE_LIFE, Term
    from console.ledger.accounts.periods import last_days
    from console.ledger.accounts.statement import statement
    from console.postgres.page import Order

    username = account(name, "NAME")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = statement(
            workspace.database, username, chosen(workspace.books, currency).code,
            period=WHOLE_LIFE if every else last_days(days, workspace.books.zone),
            term=None if term is None else one_of(Term, term, "--term"),
            order=Order.NEWEST if newest else Order.OLDEST, limit=limit, cancel=cancel,
        )  # fmt: skip
    invocation.output.rows(
        _STATEMENT,
        [
            (
                row.id, row.posted_at, row.kind, row.counterparty, row.amount, row.before, row.after,
                row.currency, ", ".join(row.paid_with) or None, row.twin_of, row.reference, row.description,
                row.batch_id, row.reverses, row.reversed_by, row.reversed or None,
                row.metadata.get("reason"), row.ticket,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    if found.more_after:
        say(f"There are more than these {len(found.rows):,}; give a larger --limit.")


def list_timeline(
    context: typer.Context,
    name: AccountName,
    *,
    without_movements: Annotated[
        bool, typer.Option("--without-movements", help="Only what was done to it, refused or noted.")
    ] = False,
    currency: CurrencyCode = None,
    limit: Annotated[int, typer.Option(min=1, max=PAGE_MAX, help="How many at most.")] = 50,
) -> None:
    """List all that happened to an account, newest first: movements, holds, notes, acts and refusals."""
    from console.ledger.accounts.timeline.page import Parts, timeline
    from console.ledger.accounts.timeline.words import sentence

    username = account(name, "NAME")
    invocation = invocation_of(context)
    parts = Parts.OTHERS if without_movements else Parts.ALL
    with invocation.workspace() as workspace, interruptible() as cancel:
        code = chosen(workspace.books, currency).code
        found = timeline(workspace.database, username, code, parts=parts, limit=limit, cancel=cancel)
    invocation.output.rows(
        _HAPPENED,
        [
            (
                row.moment, row.kind.value, sentence(row), row.moved,
                None if row.moved is None else row.currency, row.who,
                shown(row.reference or "", REFERENCE_LENGTH) or None, None if row.moved is None else row.id,
            )
            for row in found.rows
        ],
    )  # fmt: skip
    if found.more_after:
        say(f"There are more than these {len(found.rows):,}; give a larger --limit.")
