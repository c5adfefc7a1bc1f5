"""The command that saves what whoever helps wants to know, without a window."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.invocation import invocation_of
from console.cli.output import say
from console.errors import ConsoleError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.cli.invocation import Invocation
    from console.workspace.diagnostics.report import Sources
    from console.workspace.diagnostics.texts import DiagnosticFile

_OUTPUT = "-"


def diagnostics(
    context: typer.Context,
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="Where the archive goes; - is standard output.")
    ] = None,
    *,
    show: Annotated[bool, typer.Option("--show", help="Print every file's text, and save nothing.")] = False,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="Open the ledger too, and ask its server for figures.")
    ] = False,
    without: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Leave a file out; may be said again.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    """Save versions, settings, figures and the ends of logs for whoever helps, with no secret or customer.

    No message of a log is taken over, no name and no amount: `--show` prints exactly what would be saved.
    """
    from console.workspace.diagnostics.archive import packed, save
    from console.workspace.diagnostics.report import collect

    if (file is None) is not show:
        raise UsageError("Name the archive's file, or - for standard output; or say --show to read it first.")
    if file == _OUTPUT and sys.stdout.isatty():
        raise UsageError("An archive is nothing to read on a terminal; name a file, or say --show.")
    with ExitStack() as stack:
        found = collect(_sources(invocation_of(context), stack, ask_ledger=ledger))
    kept = _kept(found, without or [])
    if show:
        sys.stdout.write("\n".join(f"{one.name}: {one.about}\n\n{one.text}" for one in kept))
    elif file == _OUTPUT:
        sys.stdout.buffer.write(packed(kept))
    elif file is not None:
        save(kept, Path(file), overwrite=overwrite)
        say(f"{len(kept)} files in {file}, which only you may read; look at them before you send them.")


def _sources(invocation: Invocation, stack: ExitStack, *, ask_ledger: bool) -> Sources:
    """Return where the diagnostics come from; what keeps the ledger shut is told, and is in none of them."""
    from console.settings import Paths
    from console.workspace.diagnostics.ledger import OpenLedger
    from console.workspace.diagnostics.report import Sources

    try:
        settings, paths = invocation.target.settings()
    except ConsoleError as error:
        say(str(error))
        return Sources(None, Paths.standard(invocation.target.data_dir))
    if not ask_ledger:
        return Sources(settings, paths)
    try:
        workspace = stack.enter_context(invocation.workspace())
    except ConsoleError as error:
        say(f"Without the ledger's figures: {error}")
        return Sources(settings, paths)
    alerts = () if workspace.watch is None else workspace.watch.alerts
    return Sources(settings, paths, ledger=OpenLedger(workspace.database, alerts))


def _kept(found: Sequence[DiagnosticFile], left_out: Sequence[str]) -> list[DiagnosticFile]:
    names = {one.name for one in found}
    unknown = [name for name in left_out if name not in names]
    if unknown:
        raise UsageError(f"There is no file {', '.join(unknown)}; there are {', '.join(sorted(names))}.")
    kept = [one for one in found if one.name not in left_out]
    if not kept:
        raise UsageError("Every file is left out; nothing is saved.")
    return kept
