"""Commands about the ledger as a whole: its schema, demo and server."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import time
from datetime import UTC
from typing import Annotated

import typer

from console.cli.arguments import moment
from console.cli.invocation import invocation_of
from console.cli.output import say
from console.cli.progress import progress
from console.files.exports import named_columns

server_app = typer.Typer(help="The embedded PostgreSQL server.", no_args_is_help=True)

_SERVER = named_columns("server, running, process:integer, version, folder")


def migrate(context: typer.Context) -> None:
    """Make or upgrade the ledger's schema, as an administrator; safe to run again, and by several at once."""
    from console.workspace.migrate import migrate as bring_up_to_date
    from console.workspace.workspace import administration

    settings, paths = invocation_of(context).configured()
    with administration(settings, paths) as admin_url, progress("Migrating"):
        revision = bring_up_to_date(admin_url)
    say(f"The ledger has schema {revision}.")


def demo(
    context: typer.Context,
    users: Annotated[int, typer.Option(help="How many customers; an odd number is made even.")] = 10_000,
    transactions: Annotated[int, typer.Option(help="How many transactions.")] = 100_000,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="When the demo's two years end; else at midnight, UTC.")
    ] = None,
) -> None:
    """Fill an empty ledger with a demo, as an administrator. The same arguments make the same ledger."""
    from console.workspace.demo import make_demo, plan

    wanted = plan(users, transactions, moment(until, "--until", UTC))
    started = time.monotonic()
    with invocation_of(context).workspace() as workspace, progress("Making the demo") as advance:
        workspace.database.refuse_locked()
        make_demo(workspace.admin_url, wanted, progress=advance)
    say(
        f"Made {wanted.users:,} customers and {wanted.transactions:,} transactions "
        f"in {time.monotonic() - started:,.1f} s."
    )


@server_app.command("status")
def status(context: typer.Context) -> None:
    """Say which server is used and whether it runs; the embedded one is not started for it."""
    invocation = invocation_of(context)
    settings, paths = invocation.configured()
    if settings.database_url is not None:
        with invocation.workspace() as workspace:
            facts, place = workspace.facts, workspace.profile
        invocation.output.record(_SERVER, (place, "yes", None, facts.server_version, None))
        return
    from console.postgres.embedded.binaries import MAJOR_VERSION
    from console.postgres.embedded.folder import Folder
    from console.postgres.embedded.postmaster import Postmaster

    pgdata = Folder.of(paths.data).pgdata
    server = Postmaster.running(pgdata) if pgdata.is_dir() else None
    running = "yes" if server is not None else "no" if pgdata.is_dir() else "no, not made yet"
    process = None if server is None else server.pid
    invocation.output.record(_SERVER, ("embedded", running, process, str(MAJOR_VERSION), str(pgdata)))
