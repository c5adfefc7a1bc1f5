"""The command that looks for a text in the whole ledger."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.output import say
from console.errors import UsageError
from console.files.exports import named_columns

_FOUND = named_columns(
    "kind, exact, number:integer, name, note, account:account, to:account, amount:amount, currency:currency,"
    " transactions:integer, sessions:integer"
)


def search(
    context: typer.Context,
    sought: Annotated[
        str, typer.Argument(metavar="TEXT", help="A name, address, reference, number, amount.")
    ],
) -> None:
    """Look for a text in accounts, transactions, amounts, batches, holds, credits, operators: one statement.

    Names are found by the beginning of any word, addresses and references by their beginning, all of them
    from 3 letters; requests for approval by their number. At most 5 of a kind are listed, the exact ones
    first. Operators are found by auditors and administrators, who may read them.
    """
    from console.ledger.operators.rights import Rights
    from console.ledger.search.everything import PLURALS, Kind, everything, nothing_found

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        answer = everything(
            workspace.database, sought, workspace.books.currencies,
            operators=Rights.of(workspace.facts).reads_operators, cancel=cancel,
        )  # fmt: skip
    if not answer.looked:
        raise UsageError(f"TEXT: {answer.refusal or 'write a text, without characters that nobody sees.'}")
    invocation.output.rows(
        _FOUND,
        [
            (
                one.kind.value, "yes" if one.exact else "", one.number, one.name, one.note,
                one.account or None, one.other or None, one.amount, one.currency, one.times,
                one.sessions if one.kind is Kind.OPERATOR else None,
            )
            for one in answer.found
        ],
    )  # fmt: skip
    if not answer.found:
        say(f"{nothing_found([PLURALS[kind] for kind in answer.looked])}.")
    for kind in PLURALS:
        if kind in answer.more:
            say(f"There are more {PLURALS[kind]} than these; write more of the name.")
    if any(one.uncounted for one in answer.found):
        say("Transactions of an amount are counted up to 100; there may be more.")
