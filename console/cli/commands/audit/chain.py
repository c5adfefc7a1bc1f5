"""Commands about the audit chain as a whole: its head, its seals, and whether all of it holds."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commands.audit import events
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.options import Key, Reason  # noqa: TC001 - typer reads the annotations at run time
from console.cli.output import say
from console.cli.progress import progress
from console.cli.writing import writing
from console.files.exports import named_columns

if TYPE_CHECKING:
    from datetime import tzinfo

    from console.ledger.audit.verify.check import Check, Report
    from console.ledger.audit.witness import WitnessReport

audit_app = typer.Typer(help="What was done and refused, in a chain of hashes.", no_args_is_help=True)

_VERIFY = named_columns("check, title, result, wrong:integer, first, expected, found")
_HEAD = named_columns("ledger, event:integer, hash, sealed to:integer, seal")


def verify(
    context: typer.Context,
    deep: Annotated[  # noqa: FBT002 - typer makes a switch of it
        bool, typer.Option("--deep", help="Compare what is under seal with its operations, too.")
    ] = False,
) -> None:
    """Check in one snapshot that the ledger adds up and nobody changed it; ends with 1 when not."""
    from console.ledger.audit.verify.questions import verify as check_all
    from console.ledger.audit.witness import Witness

    invocation = invocation_of(context)
    _, paths = invocation.configured()
    witness = Witness(paths.data)
    with invocation.workspace() as workspace, interruptible() as cancel, progress("Verifying") as advance:
        said = witness.check(workspace.database, cancel=cancel)
        report = check_all(workspace.database, deep=deep, cancel=cancel, progress=advance)
    invocation.output.rows(
        _VERIFY,
        [
            (
                check.code, check.title, _result(check), check.wrong,
                check.first, check.expected, check.found,
            )
            for check in report.checks
        ],
    )  # fmt: skip
    _explain(report, invocation.zone)
    if said.agrees and report.chain_passed:
        witness.remember(report.head)
    _testify(said, report)
    if not (report.passed and said.agrees):
        raise typer.Exit(1)


def _result(check: Check) -> str:
    if check.unread:
        return "not read"
    return "ok" if check.passed else "WRONG"


def _explain(report: Report, zone: tzinfo) -> None:
    say(
        f"{report.transactions:,} transactions and {report.wallets:,} wallets as of "
        f"{report.at.astimezone(zone).isoformat(sep=' ', timespec='seconds')}: "
        + ("all of it adds up." if report.passed else "NOT all of it adds up.")
    )
    if not report.passed:
        say("Amounts above are in minor units.")
    unread = sorted({table for check in report.checks for table in check.unread})
    for remark in report.remarks:
        say(remark)
    if unread:
        say(f"Not everything was read: this operator may not see {', '.join(unread)}; an auditor may.")


def _testify(said: WitnessReport, report: Report) -> None:
    """Say what the witness has to say, with both heads."""
    for objection in said.objections:
        say(f"THE WITNESS DISAGREES. {objection}")
    if said.objections:
        say(
            "What this console remembers stays as it is. Ask other consoles for the heads that they remember."
        )
    elif not report.chain_passed:
        say("The witness remembers nothing new: the chain is not whole.")
    elif said.remembered is None:
        say(f"The witness saw this ledger for the first time: event {report.head.id:,}.")
    else:
        say(f"The witness agrees: event {said.remembered.id:,} stands; the head is event {report.head.id:,}.")


def seal(
    context: typer.Context,
    rows: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="The most transactions in one range.")
    ] = 100_000,
) -> None:
    """Put all settled transactions under seal: who changes one afterwards is found out."""
    from console.ledger.audit.seals import seal as seal_all

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel, progress("Sealing"):
        done = seal_all(workspace.ledger, rows=rows, cancel=cancel)
    noun = "range" if done.ranges == 1 else "ranges"
    say(
        f"Sealed {done.rows:,} transactions in {done.ranges:,} {noun}; the seals reach to {done.sealed_to:,}."
    )
    if done.waits_for:
        pids = ", ".join(map(str, done.waits_for))
        say(f"The newest wait for sessions whose open transactions may still add to them: pid {pids}.")
    if done.stopped_at is not None:
        wrong = done.stopped_at
        say(
            f"Transaction {wrong.transaction} is not sealed, nor what follows it: found is {wrong.found}; "
            f"{wrong.expected}. Look into it: ledgerctl verify. An auditor may let it pass as it stands: "
            f"ledgerctl audit acknowledge {wrong.transaction} --reason WHY"
        )
        raise typer.Exit(1)


@audit_app.command("acknowledge")
def acknowledge(
    context: typer.Context,
    transaction: Annotated[int, typer.Argument(metavar="ID", min=1, help="The transaction's number.")],
    *,
    reason: Reason,
    key: Key = None,
) -> None:
    """Let a transaction that is not what was asked for go under seal; verify goes on naming it."""
    from console.ledger.audit.seals import acknowledge as let_pass

    with writing(context, key) as write:
        done = let_pass(write.ledger, transaction, reason=reason, key=write.key, cancel=write.cancel)
    say(f"Transaction {done.transaction} is acknowledged as {done.found}; asked for was: {done.expected}.")


events.register(audit_app)


@audit_app.command("head")
def head(context: typer.Context) -> None:
    """Print the audit chain's head; written on paper, it is a witness that no one on the server can reach."""
    from console.ledger.audit.page import head as ask

    invocation = invocation_of(context)
    with invocation.workspace() as workspace:
        found = ask(workspace.database)
    seal = found.seal
    invocation.output.record(
        _HEAD,
        (
            str(found.ledger), found.id, found.hash.hex(),
            None if seal is None else seal.last_id, None if seal is None else seal.hash.hex(),
        ),
    )  # fmt: skip
