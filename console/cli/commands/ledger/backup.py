"""Commands that back up the ledger on this computer, restore it, and look after what was replaced."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from console.cli.interruption import interruptible
from console.cli.invocation import invocation_of
from console.cli.output import say
from console.cli.progress import steps
from console.errors import SchemaError, UsageError
from console.files.exports import named_columns

if TYPE_CHECKING:
    from console.cli.invocation import Invocation
    from console.workspace.backup.header import BackupHeader

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        allow_dash=True,
        help="The file whose first line is the passphrase, or - for standard input, instead of the terminal.",
    ),
]

_BACKUP: Final = named_columns(
    "file, made at:timestamp, console, schema, PostgreSQL:integer, ledger, event:integer, hash, "
    "transactions:integer, totals, encrypted, passwords, bytes:integer"
)
_OLD: Final = named_columns("name, MB:integer, folder")
_MB: Final = 1024 * 1024


def backup(
    context: typer.Context,
    target: Annotated[
        Path | None,
        typer.Argument(metavar="FILE|FOLDER", help="Where it goes; else backup_folder, or the data folder."),
    ] = None,
    *,
    plain: Annotated[
        bool, typer.Option("--plain", help="Make it without a passphrase, and without operators' passwords.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    if_due: Annotated[
        bool,
        typer.Option(
            "--if-due",
            help="Make it only when the newest is older than backup_every_h; for cron and systemd. The "
            "passphrase is the one that backup-passphrase set.",
        ),
    ] = False,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read a backup through and say what it is.")
    ] = None,
) -> None:
    """Back up the ledger on this computer, of one moment, while others go on working."""
    if sum((check is not None, if_due, target is not None)) > 1 or (if_due and (plain or passphrase_file)):
        raise UsageError("A target, --check and --if-due exclude one another; --if-due asks for nothing.")
    invocation = invocation_of(context)
    if check is not None:
        _check(invocation, check, passphrase_file)
    elif if_due:
        _back_up_if_due(invocation)
    else:
        passphrase = None if plain else _passphrase(passphrase_file, twice=True)
        _back_up(invocation, target, passphrase)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    over: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Why what the backup does not hold may be lost; the audit chain keeps it.",
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Restore this computer's ledger from a backup that you trust; what it replaces is kept beside it."""
    from console.workspace.backup.files import read_header
    from console.workspace.backup.restoring import restore as bring_back

    if over is not None and not over.strip():
        raise UsageError("--over: a reason has words.")
    invocation = invocation_of(context)
    settings, paths = invocation.configured()
    is_encrypted = read_header(file).is_encrypted
    passphrase = _passphrase(passphrase_file, twice=False) if is_encrypted else None
    started = time.monotonic()
    with interruptible() as cancel, steps("Restoring") as tell:
        report = bring_back(
            settings, paths, file, passphrase=passphrase, over_reason=over, progress=tell, cancel=cancel,
            operator=invocation.operator,
        )  # fmt: skip
    invocation.output.record(_BACKUP, _row(file, report.header))
    broken = [check for check in report.verified.checks if not check.passed]
    for one in broken:
        say(f"Not as it should be: {one.title} ({one.code}, {one.first}).")
    if report.lost:
        say(f"{report.lost} The audit chain says so, with your reason.")
    if report.kept is not None:
        say(f"What was replaced is kept as {report.kept.name}; ledgerctl old-ledgers lists and removes such.")
    if not report.header.has_passwords:
        say("The backup has no passwords: other operators need new ones (ledgerctl operator password).")
    say(f"Restored and verified in {time.monotonic() - started:,.1f} s.")


def backup_passphrase(
    context: typer.Context,
    passphrase_file: PassphraseFile = None,
    *,
    forget: Annotated[
        bool, typer.Option("--forget", help="Make backups at set times without a passphrase again.")
    ] = False,
) -> None:
    """Set the passphrase for backups at set times; the system's keyring keeps it on this computer."""
    from pydantic import SecretStr

    from console.postgres.embedded.server import EmbeddedServer
    from console.settings.profiles.secrets import Secrets
    from console.workspace.backup.errors import NotOwnLedgerError
    from console.workspace.backup.losses import facts_now
    from console.workspace.backup.passphrase import SetPassphrase

    settings, paths = invocation_of(context).configured()
    if settings.database_url is not None:
        raise NotOwnLedgerError
    with EmbeddedServer(paths.data) as server:
        facts = facts_now(server)
    if facts is None:
        raise SchemaError("There is no ledger on this computer yet; there is nothing to back up.")
    kept = SetPassphrase(paths.data, str(facts.ledger), Secrets())
    if forget:
        kept.forget()
        say("Backups at set times are made without a passphrase from now on.")
        return
    kept.keep(SecretStr(_passphrase(passphrase_file, twice=True)))
    say(
        "Backups at set times are encrypted from now on. Write the passphrase down elsewhere than on this "
        "computer: without it nobody can restore them."
    )


def old_ledgers(
    context: typer.Context,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Remove this one for ever; may be given again.")
    ] = None,
) -> None:
    """List the databases that a restore or a newer PostgreSQL has replaced, and remove some."""
    from console.postgres.embedded.copies.exchange import kept_clusters, remove_kept
    from console.postgres.embedded.folder import Folder, size_of

    invocation = invocation_of(context)
    _settings, paths = invocation.configured()
    folder = Folder.of(paths.data)
    kept = {path.name: path for path in kept_clusters(folder)}
    for name in remove or ():
        if name not in kept:
            raise UsageError(f"--remove: there is no {name!r}; ledgerctl old-ledgers lists what there is.")
    for name in remove or ():
        remove_kept(kept.pop(name))
        say(f"{name} is removed.")
    if not remove:
        rows = [(name, size_of(path) // _MB, str(path)) for name, path in kept.items()]
        invocation.output.rows(_OLD, rows)


def _back_up(invocation: Invocation, target: Path | None, passphrase: str | None) -> None:
    from console.workspace.backup.making import make_backup
    from console.workspace.backup.schedule import made_backup_folder

    settings, paths = invocation.configured()
    if target is None:
        target = made_backup_folder(settings, paths)
    started = time.monotonic()
    with interruptible() as cancel, steps("Backing up") as tell:
        report = make_backup(settings, paths, target, passphrase=passphrase, progress=tell, cancel=cancel)
    invocation.output.record(_BACKUP, _row(report.file, report.header))
    if passphrase is None:
        say("Whoever has this file can read it. It has no passwords: other operators will need new ones.")
    say(f"Backed up and read through in {time.monotonic() - started:,.1f} s.")


def _back_up_if_due(invocation: Invocation) -> None:
    from console.workspace.backup.schedule import back_up_if_due

    settings, paths = invocation.configured()
    if settings.backup_every_h == 0:
        raise UsageError("No backups at set times are wanted: set backup_every_h (LEDGER_BACKUP_EVERY_H).")
    with interruptible() as cancel, steps("Backing up") as tell:
        report = back_up_if_due(settings, paths, progress=tell, cancel=cancel)
    if report is None:
        say("No backup is due.")
    else:
        invocation.output.record(_BACKUP, _row(report.file, report.header))


def _check(invocation: Invocation, file: Path, passphrase_file: Path | None) -> None:
    from console.workspace.backup.files import check

    passphrase = None if passphrase_file is None else _passphrase(passphrase_file, twice=False)
    with interruptible() as cancel, steps("Reading"):
        header = check(file, passphrase, cancel)
    invocation.output.record(_BACKUP, _row(file, header))
    if header.is_encrypted and passphrase is None:
        say("The file is whole by its checksum; with its passphrase each piece is proved: --passphrase-file.")
    else:
        say("The file is whole.")


def _row(file: Path, header: BackupHeader) -> tuple[object, ...]:
    from console.cli.output import amount
    from console.money import Currency

    facts = header.facts
    totals = [amount(total.balance, Currency(total.currency, total.exponent)) for total in facts.totals]
    return (
        str(file), header.made_at, header.console, facts.schema, header.postgresql, facts.ledger, facts.event,
        facts.event_hash, facts.transactions, ", ".join(totals), "yes" if header.is_encrypted else "no",
        "yes" if header.has_passwords else "no", file.stat().st_size,
    )  # fmt: skip


def _passphrase(file: Path | None, *, twice: bool) -> str:
    """Ask for a passphrase; never on the command line or in the environment, which others can read."""
    if file is not None:
        try:
            text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--passphrase-file: {file} cannot be read ({error}).") from None
        found = text.partition("\n")[0].rstrip("\r")
    else:
        if not sys.stdin.isatty():
            raise UsageError(
                "There is no terminal to ask for the passphrase; use --passphrase-file (or --plain)."
            )
        from getpass import getpass

        found = getpass("Passphrase: ")
        if twice and getpass("The same again: ") != found:
            raise UsageError("The two passphrases differ; nothing was done.")
    if not found:
        raise UsageError("The passphrase is empty; nothing was done.")
    return found
