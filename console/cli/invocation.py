"""What the options before a command say, and the way from them to an open ledger."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final, cast

from console.cli.output import Format, Output, say
from console.errors import LinesRefusedError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo
    from uuid import UUID

    import typer

    from console.cli.target import Target
    from console.settings import Paths, Settings
    from console.workspace.identity import Identity
    from console.workspace.workspace import Workspace

_UNLOCKED_MIN: Final = 60


@dataclass(slots=True)
class Invocation:
    """One call of ledgerctl; nothing is read or opened before a command asks for it.

    zone: in which people read moments; the business day's once the ledger is open.
    """

    target: Target
    format: Format
    zone: tzinfo = UTC
    _found: tuple[Settings, Paths, Identity | None] | None = None

    @property
    def output(self) -> Output:
        """Where data goes."""
        return Output(self.format, self.zone)

    def configured(self) -> tuple[Settings, Paths]:
        """Return the settings, in which the options and the profile win, and the folders."""
        settings, paths, _identity = self._once()
        return settings, paths

    def at_gate(self) -> tuple[Settings, Paths]:
        """Return the same for who cannot sign in yet; no password is asked for."""
        settings, paths, _identity = self.target.configured(enters=False)
        return settings, paths

    @property
    def operator(self) -> str:
        """Whose a ledger on this computer is, as the profile says; empty is who uses the computer."""
        identity = self._once()[2]
        return "" if identity is None else identity.operator

    def _once(self) -> tuple[Settings, Paths, Identity | None]:
        """Look once: a profile's password may be asked for at the terminal."""
        if self._found is None:
            self._found = self.target.configured()
        return self._found

    @contextmanager
    def workspace(self, *, repeated: UUID | None = None, is_served: bool = False) -> Iterator[Workspace]:
        """Open the ledger; the problems of a refused file or batch are written as data first.

        What an earlier command left in doubt is told first, but for the key that this one repeats. is_served:
        whether Prometheus is answered, for a command that goes on and on.
        """
        from console.workspace.workspace import open_workspace

        settings, paths, identity = self._once()
        with open_workspace(
            settings, paths, repeated=repeated, is_served=is_served, identity=identity
        ) as workspace:
            if self.target.unlock is not None:
                _unlock(workspace, self.target.unlock)
            self.zone = workspace.books.zone
            for settled in workspace.settled:
                when = settled.when.astimezone(self.zone)
                say(f"From {when.isoformat(sep=' ', timespec='seconds')}, {settled.sentence}")
            try:
                yield workspace
            except (LinesRefusedError, RefusedError) as refused:
                if refused.problems:
                    self.output.problems(refused.problems)
                raise


def _unlock(workspace: Workspace, reason: str) -> None:
    """Let one command write to a production ledger; it is locked again when the command ends."""
    from console.workspace.unlock import unlock

    if not workspace.identity.read_only:
        raise UsageError("--unlock: this ledger is not read-only; leave it out.")
    unlock(workspace, _UNLOCKED_MIN, reason)


def invocation_of(context: typer.Context) -> Invocation:
    """Return the call that a command belongs to."""
    return cast("Invocation", context.obj)
