"""The command that shows the ledger at a glance."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.arguments import one_or_all
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import OneCurrency  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say
from console.files.exports import named_columns
from console.ledger.books.overview.figures import Since

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.ledger.books.currencies import Books
    from console.ledger.books.overview.figures import CurrencyOverview, Overview

    _Row = tuple[Any, ...]

_OVERVIEW = named_columns("part, what, currency:currency, count:integer, amount:amount, since:timestamp")


def overview(
    context: typer.Context,
    *,
    since: Annotated[
        Since, typer.Option(help="What is owed is compared with the end of yesterday, or 7 or 30 days ago.")
    ] = Since.WEEK,
    currency: OneCurrency = None,
) -> None:
    """Show the ledger at a glance, by one statement: what is owed, what was paid out, what waits, the jobs.

    What waits is counted for the operator who asks. What was paid out is compared with whole days, on average
    over the same weekday of the last four weeks.
    """
    from console.ledger.books.overview.load import overview as load

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        books = workspace.books
        money = one_or_all(books, currency)
        found = load(workspace.database, cancel=cancel)
    rows: list[_Row] = []
    for one in found.currencies:
        if money in {None, one.currency}:
            rows += _of_currency(one, since)
    rows += _of_all(found, books)
    invocation.output.rows(_OVERVIEW, rows)
    if found.counting is not None:
        say(
            f"The daily figures are being counted: {found.counting.through:,} of {found.counting.newest:,} "
            "transactions; until then what is owed, and what came and went, is not known."
        )


def _of_currency(one: CurrencyOverview, since: Since) -> Iterator[_Row]:
    from models.transaction import TransactionKind

    money = one.currency
    change = one.since(since.day(one.today))
    if change is not None:
        yield ("owed", f"at the end of {change.day}", money, None, change.before, None)
        for kind, amount in change.named.items():
            yield ("owed", f"{kind.value} since", money, None, amount, None)
        yield ("owed", "other since", money, None, change.other, None)
        yield ("owed", "now", money, None, change.now, None)
        paid, usual = one.moved_on(one.today, TransactionKind.PAYOUT), one.usual_payouts
        yield ("paid out", "today", money, paid.count, paid.amount, None)
        if usual is not None:
            words = f"on this weekday, mean of {usual.weeks}"
            yield ("paid out", words, money, None, usual.amount, None)
    yield ("on hold", "in all", money, one.holds.count, one.holds.amount, None)
    yield ("on hold", "overdue", money, one.overdue.count, one.overdue.amount, one.overdue.since)
    for days, tally in one.expiring.items():
        yield ("credit", f"expires within {days} days", money, tally.count, tally.amount, None)
    missing = one.unrecovered
    yield ("waiting", "batches reversed in part", money, missing.count, missing.amount, missing.since)
    for large in one.largest:
        words = f"{large.kind.value} {large.id}, {large.payer} to {large.payee}"
        yield ("largest today", words, money, None, large.amount, large.posted_at)


def _of_all(found: Overview, books: Books) -> Iterator[_Row]:
    from console.ledger.jobs.words import TITLES, outcome_words

    waiting = found.waiting
    for what, tally in (("approvals for you", waiting.approvals), ("your drafts", waiting.drafts)):
        yield ("waiting", what, None, tally.count, None, tally.since)
    yield ("waiting", "accounts you follow", None, len(waiting.followed), None, None)
    for one in found.accounts:
        yield (
            "accounts",
            f"{one.status.value}, trust level {one.trust_level}",
            None,
            one.accounts,
            None,
            None,
        )
    for state in found.jobs.jobs:
        last = state.last
        words = "no run yet" if last is None else outcome_words(state.job, last, books)
        ended_at = None if last is None else last.ended_at
        yield ("jobs", f"{TITLES[state.job]}: {words}", None, None, None, ended_at)
