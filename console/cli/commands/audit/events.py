"""Commands that list audit events, export them and show one in full."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.arguments import moment
from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.output import Format, amount, say
from console.cli.progress import progress
from console.errors import UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from datetime import tzinfo

    from console.ledger.audit.event import FullEvent
    from console.ledger.audit.page import AuditFilter
    from console.ledger.audit.story import Writing
    from console.ledger.books.currencies import Books
    from console.postgres.cancellation import Cancellation
    from console.workspace.workspace import Workspace

_EVENTS = named_columns("id:integer, at:timestamp, actor, action, subject, outcome, code, reason")
_DETAIL = named_columns("detail, hash")
_TOLD = named_columns("what, told")
_PROOF = named_columns(
    "events:integer, joined:integer, whole, head event:integer, head hash, objections:integer"
)


def register(app: typer.Typer) -> None:
    """Add the commands to the group of the audit."""
    app.command("list")(list_events)
    app.command("show")(show_event)
    app.command("check")(check_export)


def list_events(
    context: typer.Context,
    *,
    subject: Annotated[str, typer.Option(help="Such as account:alice, batch:7 or reservation:ORDER-1.")] = "",
    starts: Annotated[
        str,
        typer.Option("--subject-starts", metavar="START", help="How the subject begins, such as account:al."),
    ] = "",
    actor: Annotated[str, typer.Option(help="The operator who did it, or tried.")] = "",
    action: Annotated[
        list[str] | None, typer.Option(help="Such as grant_credit or post_batch; may be given again.")
    ] = None,
    family: Annotated[
        list[str] | None,
        typer.Option(help="Kinds together, such as controls or operators; may be given again."),
    ] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused.")] = False,
    done: Annotated[bool, typer.Option("--done", help="Only what was done.")] = False,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Then or later; in the business zone.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Before that moment.")] = None,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Only events before this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many events.")] = 50,
    detail: Annotated[
        bool, typer.Option("--detail", help="With each event's request, outcome and hash.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(help="Write all of them to this CSV file with their hashes, and the head beside it."),
    ] = None,
) -> None:
    """List what was done and refused, newest first."""
    from console.ledger.audit.page import AuditFilter, page

    if refused and done:
        raise UsageError("--refused and --done: an event is one of the two; give one, or neither for both.")
    if subject and starts:
        raise UsageError("--subject and --subject-starts: give one of the two.")
    actions = _actions(action or [], family or [])
    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        zone = workspace.books.zone
        wanted = AuditFilter(
            subject=starts or subject,
            actor=actor,
            actions=actions,
            outcome="refused" if refused else "done" if done else "",
            starts=bool(starts),
            since=moment(since, "--from", zone),
            until=moment(until, "--until", zone),
        )
        if export is not None:
            _export(workspace, export, wanted, cancel)
            return
        found = page(workspace.database, wanted, before=before, limit=limit, cancel=cancel)
    full = detail or invocation.format is Format.JSON
    invocation.output.rows(
        _EVENTS + (_DETAIL if full else ()),
        [
            (
                event.id, event.at, event.actor, event.action, event.subject, event.outcome, event.code,
                event.reason,
                *((json.dumps(event.detail, ensure_ascii=False), event.hash.hex()) if full else ()),
            )
            for event in found.rows
        ],
    )  # fmt: skip
    if found.more_after:
        say(f"More with: --before {found.rows[-1].id}")


def show_event(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="The event's number.")],
) -> None:
    """Show one event in full, with what it changed; ends with 1 when it does not fit into the chain."""
    from console.ledger.audit.event import full_event

    invocation = invocation_of(context)
    with invocation.workspace() as workspace, interruptible() as cancel:
        found = full_event(workspace.database, number, cancel=cancel)
        writing = _writing(workspace.books, invocation.zone)
    invocation.output.rows(_TOLD, _told(found, writing))
    for objection in found.objections:
        say(f"IT DOES NOT FIT. {objection}")
    if not found.fits:
        raise typer.Exit(1)


def check_export(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="A file of audit list --export, with its .totals.json beside it.")
    ],
) -> None:
    """Reckon an exported file's hashes anew, without a ledger; ends with 1 when they do not fit."""
    from console.ledger.audit.proof import check_file

    found = check_file(file)
    number, written = found.head
    invocation_of(context).output.record(
        _PROOF,
        (found.events, found.joined, "yes" if found.whole else "no", number, written, len(found.objections)),
    )
    for objection in found.objections:
        say(objection)
    if found.objections:
        raise typer.Exit(1)
    say(
        "Each event is what its hash says. Whoever has the head from elsewhere compares it: on paper, or by "
        "ledgerctl audit head."
    )


def _actions(written: list[str], families: list[str]) -> tuple[str, ...]:
    """Return the kinds asked for; one that there is not would be an empty list, which says nothing."""
    from console.cli.arguments import one_of
    from console.ledger.audit.kinds import Family, actions_of

    named = actions_of(one_of(Family, name, "--family") for name in families)
    return tuple(dict.fromkeys((*written, *named)))


def _export(workspace: Workspace, path: Path, wanted: AuditFilter, cancel: Cancellation) -> None:
    from console.ledger.audit.export import export_events

    with progress("Exporting") as advance:
        done = export_events(
            workspace.database, path, wanted, zone=workspace.books.zone, cancel=cancel,
            progress=lambda rows: advance(rows, rows),
        )  # fmt: skip
    say(f"{done.rows:,} events in {done.path}; the chain's head stands in {done.path.name}.totals.json.")


def _writing(books: Books, zone: tzinfo) -> Writing:
    from console.ledger.audit.story import Writing

    return Writing(
        money=amount,
        moment=lambda at: at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
        currencies={one.code: one for one in books.currencies},
    )


def _told(full: FullEvent, writing: Writing) -> list[tuple[str, str]]:
    from console.ledger.audit.story import changes_of, outcome_lines, request_lines

    event, place, changed = full.event, full.place, changes_of(full, writing)
    rows = [
        ("event", str(event.id)),
        ("at", writing.moment(event.at)),
        ("operator", event.actor),
        ("kind", event.action),
        ("subject", event.subject),
        ("outcome", event.outcome),
        ("reason", event.reason),
        ("ticket", event.ticket or ""),
    ]
    rows += [(f"asked: {line.name}", line.value) for line in request_lines(event, writing)]
    rows += [(f"came: {line.name}", line.value) for line in outcome_lines(event, writing)]
    rows += [("changed", change.words) for change in changed.changes]
    rows += [
        ("before", f"told by event {changed.told_by}" if changed.told_by else ""),
        ("remark", changed.remark),
        ("previous hash", event.previous.hex()),
        ("hash", event.hash.hex()),
        ("fits", "yes" if full.fits else "NO"),
        ("last event", str(place.head or "")),
        ("next seal", "" if full.sealed_in is None else f"event {full.sealed_in}"),
    ]
    if full.seal is not None:
        seal = full.seal
        rows.append(("transaction's seal", f"{seal.first} to {seal.last}, event {seal.event}"))
    return [row for row in rows if row[1]]
