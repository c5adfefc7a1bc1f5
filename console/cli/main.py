"""The command ledgerctl: its options, its commands, and how it ends."""

from __future__ import annotations

import logging
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.commands import (
    accounts,
    audit,
    balances,
    bench,
    operators,
    queries,
)
from console.cli.commands import (
    server as sessions,
)
from console.cli.commands.approvals import requests, rules
from console.cli.commands.batches import batch as batches
from console.cli.commands.batches import lists as batch_lists
from console.cli.commands.batches import mappings
from console.cli.commands.credits import credit
from console.cli.commands.credits import sweep as sweeps
from console.cli.commands.holds import hold as holds
from console.cli.commands.holds import lists as hold_lists
from console.cli.commands.ledger import books, setup
from console.cli.commands.transactions import (
    listing as transactions,
)
from console.cli.commands.transactions import (
    reverse as reversals,
)
from console.cli.commands.transactions import (
    transfer as transfers,
)
from console.cli.invocation import Invocation
from console.cli.output import Format, say
from console.cli.streams import ReaderGoneError, standard_streams
from console.errors import CancelledError, ConsoleError, OutcomeUnknownError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INTERRUPTED = 130
"""What a shell expects of a command that Ctrl+C ended."""

app = typer.Typer(
    name="ledgerctl",
    help="The ledger's work without a screen. Data goes to standard output, all else to standard error.",
    epilog="It ends with 0 when done, 1 when refused or failed, 2 when asked wrongly, 3 when something "
    "is not there now, 130 after Ctrl+C, and 141 when the pipe that it writes into was closed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for module in (setup, audit, transactions, balances, transfers, sweeps, queries):
    module.register(app)
batch_lists.register(batches.app)
hold_lists.register(holds.app)
for name, group in (
    ("account", accounts.app),
    ("operator", operators.app),
    ("credit", credit.app),
    ("hold", holds.app),
    ("mapping", mappings.app),
    ("batch", batches.app),
    ("reverse", reversals.app),
    ("request", requests.app),
    ("rule", rules.rule_app),
    ("limit", rules.limit_app),
    ("audit", audit.audit_app),
    ("currency", books.currency_app),
    ("zone", books.zone_app),
    ("server", setup.server_app),
    ("session", sessions.app),
    ("bench", bench.app),
):
    app.add_typer(group, name=name)


@app.callback()
def options(
    context: typer.Context,
    database_url: Annotated[
        str | None,
        typer.Option(
            envvar="LEDGER_DATABASE_URL",
            show_envvar=True,
            metavar="URL",
            help="A PostgreSQL server to use instead of the embedded one. Best set in the environment: "
            "others on this machine can read a command line.",
        ),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            envvar="LEDGER_DATA_DIR", show_envvar=True, help="The folder of the embedded server's data."
        ),
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="How data is written: for people or for programs.")
    ] = Format.TABLE,
) -> None:
    """Keep what the options say for the command."""
    context.obj = Invocation(database_url, data_dir, output)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; only a bug ends in a traceback."""
    # Two migrations at once are told apart by trying again; that is no news for a terminal.
    logging.getLogger("stamina").addHandler(logging.NullHandler())
    with standard_streams():
        code = _ended(lambda: app(arguments, prog_name="ledgerctl"))
        return _ended(sys.stdout.flush) or code


def _ended(work: Callable[[], object]) -> int:
    """Do something, tell how it failed, and return the exit code."""
    try:
        work()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except ReaderGoneError as error:
        return error.exit_code
    except CancelledError as error:
        say(str(error))
        return INTERRUPTED
    except OutcomeUnknownError as error:
        say(f"{error} Run the same command with --key {error.key}")
        return error.exit_code
    except ConsoleError as error:
        say(str(error))
        return error.exit_code
    return 0
