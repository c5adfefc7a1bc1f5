"""The command ledgerctl: its options, its commands, and how it ends."""

from __future__ import annotations

import atexit
import gc
import logging
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.invocation import Invocation
from console.cli.output import Format, say
from console.cli.streams import ReaderGoneError, standard_streams
from console.cli.target import Target
from console.cli.tree import CommandTree
from console.errors import CancelledError, ConsoleError, OutcomeUnknownError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INTERRUPTED = 130
"""What a shell expects of a command that Ctrl+C ended."""

_NEW_OBJECTS = 50_000
"""How many make Python look for garbage, which by itself it does after 700."""

app = typer.Typer(
    name="ledgerctl",
    cls=CommandTree,
    help="The ledger's work without a screen. Data goes to standard output, all else to standard error.",
    epilog="It ends with 0 when done, 1 when refused or failed, 2 when asked wrongly, 3 when something "
    "is not there now, 130 after Ctrl+C, and 141 when the pipe that it writes into was closed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _tell_version(wanted: bool) -> None:  # noqa: FBT001 - typer hands it over by position
    """Print the version with its parts, which are looked up only then."""
    if wanted:
        from console.workspace.diagnostics.parts import version_text  # noqa: PLC0415 - see above

        sys.stdout.write(version_text() + "\n")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    *,
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
    profile: Annotated[
        str | None,
        typer.Option(
            envvar="LEDGER_PROFILE",
            show_envvar=True,
            metavar="NAME",
            help="The profile whose ledger is used; see: ledgerctl profile list.",
        ),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Write nothing; the server sees to it.")
    ] = False,
    unlock: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Let this command write to a production profile's ledger; the reason is kept.",
        ),
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="How data is written: for people or for programs.")
    ] = Format.TABLE,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_tell_version,
            is_eager=True,
            help="Say which console this is, and its parts.",
        ),
    ] = False,
) -> None:
    """Keep what the options say for the command."""
    target = Target(
        database_url,
        data_dir,
        profile,
        read_only=read_only,
        unlock=unlock,
        url_is_typed=_is_typed(context, "database_url"),
        profile_is_typed=_is_typed(context, "profile"),
    )
    context.obj = Invocation(target, output)


def _is_typed(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line, and not in the environment alone."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; only a bug ends in a traceback."""
    # Two migrations at once are told apart by trying again; that is no news for a terminal.
    logging.getLogger("stamina").addHandler(logging.NullHandler())
    _spare_garbage_collection()
    with standard_streams():
        code = _ended(lambda: _run(arguments))
        return _ended(sys.stdout.flush) or code


def _run(arguments: Sequence[str] | None) -> None:
    try:
        app(arguments, prog_name="ledgerctl")
    except UnicodeEncodeError:
        # A file's name may have any bytes; what goes to the server may not.
        raise UsageError(
            "A text has a byte that is no UTF-8, and nothing in the ledger has; write it anew."
        ) from None


def _spare_garbage_collection() -> None:
    """Let Python look for garbage seldom, and not at its end: a short command makes next to none.

    What it went through were the modules, again and again, for a fifth of the time that `balances` took.
    """
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)


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
