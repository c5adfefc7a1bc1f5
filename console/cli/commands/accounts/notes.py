"""Commands for what operators write about an account, and for following one."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.arguments import account
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import AccountName, Key  # noqa: TC001 - typer reads the annotations at run time
from console.cli.writing import writing
from console.errors import UsageError
from console.files.exports import named_columns

Words = Annotated[str, typer.Argument(metavar="TEXT", help="What is known of the account.")]
Asked = Annotated[str, typer.Argument(metavar="TEXT", help="What is to be done.")]
NoteNumber = Annotated[
    int, typer.Argument(metavar="NOTE", min=1, max=2**63 - 1, help="Its number; see `account notes`.")
]
Assignee = Annotated[
    str | None, typer.Option("--for", metavar="OPERATOR", help="Whom it waits for; without it, for anyone.")
]

_NOTES = named_columns(
    "note:integer, state, assignee, text, written by, written at:timestamp, done by, done at:timestamp"
)
_NOTED = named_columns("account:account, note:integer, key")
_ASSIGNED = named_columns("account:account, note:integer, before, assignee, key")
_FOLLOWED = named_columns("account:account, state, key")


def register(app: typer.Typer) -> None:
    """Add the commands to the group of accounts."""
    for command in (notes, note, flag, assign, done, follow, unfollow):
        app.command()(command)


def notes(
    context: typer.Context,
    name: AccountName,
    *,
    limit: Annotated[
        int, typer.Option(min=1, max=5_000, help="At most, of open flags and others each.")
    ] = 50,
) -> None:
    """List an account's notes: open flags first, then the others, the newest first."""
    from console.ledger.accounts.notes import notes as of_account

    username = account(name, "NAME")
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = of_account(workspace.database, username, limit=limit, cancel=cancel)
    invocation.output.rows(
        _NOTES,
        [
            (
                one.id,
                one.state,
                one.assignee,
                one.text,
                one.operator,
                one.created_at,
                one.done_by,
                one.done_at,
            )
            for one in found
        ],
    )


def note(context: typer.Context, name: AccountName, words: Words, key: Key = None) -> None:
    """Write something down about an account. Notes are never changed."""
    from console.ledger.accounts.notes import add_note

    username = account(name, "NAME")
    with writing(context, key) as write:
        made = add_note(write.ledger, username, words, key=write.key, cancel=write.cancel)
    write.output.record(_NOTED, (username, made.note, str(made.key)))


def flag(
    context: typer.Context, name: AccountName, words: Asked, *, assignee: Assignee = None, key: Key = None
) -> None:
    """Flag an account: write down what is to be done, and by whom."""
    from console.ledger.accounts.notes import flag as flag_account

    username = account(name, "NAME")
    with writing(context, key) as write:
        made = flag_account(
            write.ledger, username, words, assignee=assignee, key=write.key, cancel=write.cancel
        )
    write.output.record(_NOTED, (username, made.note, str(made.key)))


def assign(
    context: typer.Context,
    name: AccountName,
    number: NoteNumber,
    *,
    assignee: Assignee = None,
    anyone: Annotated[bool, typer.Option("--anyone", help="It waits for whoever comes first.")] = False,
    key: Key = None,
) -> None:
    """Say whom a flag waits for: an operator, or whoever comes first."""
    from console.ledger.accounts.notes import assign as assign_flag

    if (assignee is None) is not anyone:
        raise UsageError("Say for whom: --for OPERATOR, or --anyone.")
    username = account(name, "NAME")
    with writing(context, key) as write:
        made = assign_flag(write.ledger, username, number, assignee, key=write.key, cancel=write.cancel)
    write.output.record(_ASSIGNED, (username, made.note, made.before, made.after, str(made.key)))


def done(context: typer.Context, name: AccountName, number: NoteNumber, *, key: Key = None) -> None:
    """Close a flag: what it asked for is done. How, is a note of its own."""
    from console.ledger.accounts.notes import close

    username = account(name, "NAME")
    with writing(context, key) as write:
        made = close(write.ledger, username, number, key=write.key, cancel=write.cancel)
    write.output.record(_NOTED, (username, made.note, str(made.key)))


def follow(context: typer.Context, name: AccountName, *, key: Key = None) -> None:
    """Keep an eye on an account: it is among `account list --followed`."""
    _follow(context, name, key, following=True)


def unfollow(context: typer.Context, name: AccountName, *, key: Key = None) -> None:
    """Follow an account no longer."""
    _follow(context, name, key, following=False)


def _follow(context: typer.Context, name: str, key: str | None, *, following: bool) -> None:
    from console.ledger.accounts.notes import follow as follow_account

    username = account(name, "NAME")
    with writing(context, key) as write:
        made = follow_account(write.ledger, username, following=following, key=write.key, cancel=write.cancel)
    state = "followed" if made.following else "not followed"
    write.output.record(_FOLLOWED, (username, state, str(made.key)))
