"""What the options before a command say, and the way from them to an open ledger."""
# ruff: noqa: PLC0415 - each command imports what is heavy, so that --help is there at once

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, cast

from console.cli.output import Format, Output, say
from console.errors import LinesRefusedError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo
    from pathlib import Path
    from uuid import UUID

    import typer

    from console.settings import Paths, Settings
    from console.workspace.workspace import Workspace


@dataclass(slots=True)
class Invocation:
    """One call of ledgerctl; nothing is read or opened before a command asks for it.

    zone: in which people read moments; the business day's once the ledger is open.
    """

    database_url: str | None
    data_dir: Path | None
    format: Format
    zone: tzinfo = UTC

    @property
    def output(self) -> Output:
        """Where data goes."""
        return Output(self.format, self.zone)

    def configured(self) -> tuple[Settings, Paths]:
        """Return the settings, in which the options win, and the folders."""
        from console.settings import Paths, Settings

        # Settings let the environment win over the file, so an option is the nearest environment.
        if self.database_url is not None:
            os.environ["LEDGER_DATABASE_URL"] = self.database_url
        if self.data_dir is not None:
            os.environ["LEDGER_DATA_DIR"] = str(self.data_dir)
        settings = Settings.load(Paths.standard())
        return settings, Paths.standard(settings.data_dir)

    @contextmanager
    def workspace(self, *, repeated: UUID | None = None, is_served: bool = False) -> Iterator[Workspace]:
        """Open the ledger; the problems of a refused file or batch are written as data first.

        What an earlier command left in doubt is told first, but for the key that this one repeats. is_served:
        whether Prometheus is answered, for a command that goes on and on.
        """
        from console.workspace.workspace import open_workspace

        settings, paths = self.configured()
        with open_workspace(settings, paths, repeated=repeated, is_served=is_served) as workspace:
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


def invocation_of(context: typer.Context) -> Invocation:
    """Return the call that a command belongs to."""
    return cast("Invocation", context.obj)
