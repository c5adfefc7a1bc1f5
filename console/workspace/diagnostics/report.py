"""Collects all files of the diagnostics; a part that cannot be had says which kind of error kept it away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from console.postgres.embedded.folder import Folder
from console.settings.profiles.store import ProfileStore
from console.workspace.diagnostics import ledger as of_ledger
from console.workspace.diagnostics.logs import console_log_text, server_log_text
from console.workspace.diagnostics.parts import version_text
from console.workspace.diagnostics.statements import alerts_text, errors_text, statements_text
from console.workspace.diagnostics.system import profiles_text, settings_text, system_text
from console.workspace.diagnostics.texts import DiagnosticFile, moment
from console.workspace.diagnostics.words import UNKNOWN, known_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from console.settings import Paths, Settings
    from console.workspace.diagnostics.ledger import OpenLedger

    Part = tuple[str, str, Callable[[], str]]

_SERVERS_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Sources:
    """Where diagnostics come from; settings are None where they cannot be read, ledger where none is open.

    window: what only a window knows of its computer, by name.
    """

    settings: Settings | None
    paths: Paths
    window: tuple[tuple[str, str], ...] = ()
    ledger: OpenLedger | None = None
    patience_s: float = of_ledger.PATIENCE_S


def collect(sources: Sources) -> tuple[DiagnosticFile, ...]:
    """Return all files, exactly as they would be saved; blocks for up to 6 s where a server is silent."""
    return tuple(DiagnosticFile(name, about, _text(make)) for name, about, make in _parts(sources))


def _text(make: Callable[[], str]) -> str:
    """Return a part's text; of an error only its kind, since its words may name anything."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - what is wrong is what the others are for
        kind = type(error).__name__
        return f"Not collected: {kind if kind in known_errors() else UNKNOWN}.\n"


def _parts(sources: Sources) -> Iterator[Part]:
    settings, paths, opened = sources.settings, sources.paths, sources.ledger
    yield "versions.txt", "The console and its parts", _versions
    yield "system.txt", "This computer, without its name", partial(system_text, sources.window)
    yield "settings.txt", "Settings, without secrets", partial(settings_text, settings)
    yield "profiles.txt", "How ledgers are reached, without names", partial(_profiles, paths)
    yield (
        "console-log.txt",
        "The console's log, without its messages",
        partial(console_log_text, paths.log_file),
    )
    for number, file in enumerate(_server_logs(paths), 1):
        about = "An own server's log, without its messages"
        yield f"server-log-{number}.txt", about, partial(server_log_text, file)
    if opened is None:
        return
    database = opened.database
    recorder, patience_s = database.recorder, sources.patience_s
    yield "statements.txt", "What statements cost, without values", partial(statements_text, recorder)
    yield "errors.txt", "Statements that failed, by kind", partial(errors_text, recorder)
    yield "alerts.txt", "What the console noticed of itself", partial(alerts_text, opened.alerts)
    yield "connections.txt", "Connections in use", partial(of_ledger.connection_text, database)
    yield (
        "server.txt",
        "The server's figures, and sizes",
        partial(of_ledger.server_text, database, patience_s),
    )
    yield "jobs.txt", "Automatic jobs, and verify", partial(of_ledger.jobs_text, database, patience_s)


def _versions() -> str:
    return f"{version_text()}\n  {'collected':<20} {moment(datetime.now(UTC))}\n"


def _profiles(paths: Paths) -> str:
    return profiles_text(ProfileStore(paths).list())


def _server_logs(paths: Paths) -> list[Path]:
    """Return the logs of this computer's own servers, the open ledger's first."""
    folders = [paths.data]
    try:
        folders += [one.data_folder(paths) for one in ProfileStore(paths).list() if not one.is_server]
    except Exception:  # noqa: BLE001 - that the profiles cannot be read stands in their own file
        folders = folders[:1]
    files = dict.fromkeys(Folder.of(folder).log for folder in folders)
    return [file for file in files if file.is_file()][:_SERVERS_AT_MOST]
