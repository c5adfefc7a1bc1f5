"""What all commands that write have in common: a key, a way to stop, and the way to ask for approval."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast
from uuid import UUID, uuid4

from console.cli.arguments import chosen, minor_units, operation_key
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.output import say
from console.errors import RefusedError, UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import tzinfo

    import typer

    from console.cli.output import Output
    from console.ledger.approvals.commands import Order, Submitted
    from console.money import Currency
    from console.postgres.cancellation import Cancellation
    from console.postgres.database import Database
    from console.workspace.workspace import Workspace
    from console.writes.ledger import Ledger

_ALLOWED = named_columns("transaction:integer, posted at:timestamp, key")
_SUBMITTED = named_columns("request:integer, approvals required:integer, content, key")

HOW_TO_SUBMIT_CHANGE = "Ask another administrator with the same command and: --submit"
HOW_TO_SUBMIT = "Ask for it with the same command and: --submit --reason WHY"


@dataclass(frozen=True, slots=True)
class Writing:
    """An open ledger, the key of the one operation, and what Ctrl+C cancels."""

    workspace: Workspace
    ledger: Ledger
    output: Output
    key: UUID
    cancel: Cancellation

    @property
    def database(self) -> Database:
        """Where questions about it go."""
        return self.workspace.database

    @property
    def zone(self) -> tzinfo:
        """That of the business day, in which dates are meant."""
        return self.workspace.books.zone

    def currency(self, code: str | None) -> Currency:
        """Return the currency of this code; without one, the only one there is."""
        return chosen(self.workspace.books, code)

    def change(self, wanted: Order, reason: str, said: str, *, submitted: bool) -> None:
        """Change a control at once and say so, or ask another administrator to agree to it."""
        from console.ledger.approvals.rules.controls import change

        if submitted:
            self.submit(wanted, reason)
        else:
            change(self.ledger, wanted, key=self.key, cancel=self.cancel)
            say(said)

    def submit(self, order: Order, reason: str, ticket: str = "") -> None:
        """Ask others to approve an operation, and tell what they need to know."""
        from console.ledger.approvals.commands import submit

        done = submit(self.ledger, order, reason=reason, ticket=ticket, key=self.key, cancel=self.cancel)
        self.show_submitted(done)

    def show_submitted(self, done: Submitted) -> None:
        """Tell what a new request's checkers need to know, or that it is done: an allowance let it pass."""
        if done.outcome is not None:
            posted_at = datetime.fromisoformat(done.outcome["posted_at"])
            self.output.record(_ALLOWED, (done.outcome["transaction"], posted_at, str(done.key)))
            say("An allowance let it pass without a checker: it is done.")
            return
        cells = (done.request, done.approvals_required, done.content.hex(), str(done.key))
        self.output.record(_SUBMITTED, cells)
        checkers = "1 approval" if done.approvals_required == 1 else f"{done.approvals_required} approvals"
        say(f"It waits for {checkers}: ledgerctl request show {done.request}")


@contextmanager
def writing(context: typer.Context, key: str | None, *, hint: str = HOW_TO_SUBMIT) -> Iterator[Writing]:
    """Open the ledger for one operation; when a rule asks for approval, `hint` says how to get it."""
    invocation = invocation_of(context)
    operation = uuid4() if key is None else operation_key(key)
    with (
        invocation.workspace(repeated=operation) as workspace,
        interruptible() as cancel,
        _hinted(("approval.required", "control.second"), hint),
    ):
        yield Writing(workspace, workspace.ledger, invocation.output, operation, cancel)


@contextmanager
def administering(context: typer.Context, key: str | None) -> Iterator[Writing]:
    """Open the ledger for one operation of an administrator's, who may submit what needs another."""
    invocation = invocation_of(context)
    operation = uuid4() if key is None else operation_key(key)
    with (
        invocation.workspace(repeated=operation) as workspace,
        administered(workspace) as ledger,
        interruptible() as cancel,
        _hinted(("control.second",), HOW_TO_SUBMIT_CHANGE),
    ):
        yield Writing(workspace, ledger, invocation.output, operation, cancel)


@contextmanager
def _hinted(codes: Collection[str], hint: str) -> Iterator[None]:
    """Say with these refusals what to do."""
    try:
        yield
    except RefusedError as refused:
        if refused.code not in codes:
            raise
        raise RefusedError(refused.code, f"{refused} {hint}", refused.problems) from refused


@contextmanager
def administered(workspace: Workspace) -> Iterator[Ledger]:
    """Lend the ledger as an administrator has it: at the embedded one that is its owner."""
    from console.postgres.database import Database
    from console.workspace.workspace import EMBEDDED
    from console.writes.ledger import Ledger

    if workspace.profile != EMBEDDED:
        yield workspace.ledger
        return
    owned = Database(workspace.admin_url, workspace.recorder, workspace.database.settings)
    try:
        yield Ledger(owned)
    finally:
        owned.close()


def submission(*, submit: bool, reason: str | None) -> str | None:
    """Return why an operation is submitted, None when it is done; no reason is taken and forgotten."""
    if submit and reason is None:
        raise UsageError("--submit: give its checkers a --reason.")
    if reason is not None and not submit:
        raise UsageError("--reason: it goes with --submit; what is done at once has a --description.")
    return reason


def money(written: str, currency: Currency, option: str = "--amount") -> int:
    """Return an amount such as 12.50 in minor units."""
    return cast("int", minor_units(written, currency, option))  # None comes only of None
