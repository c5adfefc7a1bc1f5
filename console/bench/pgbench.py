"""pgbench: PostgreSQL's own load generator, found and run against a database."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from console.errors import ConsoleError, UnavailableError
from console.postgres.embedded.binaries import find_installation, program

if TYPE_CHECKING:
    from collections.abc import Sequence

_TPS = re.compile(r"^tps = ([0-9.]+) \(without initial connection time\)", re.MULTILINE)
_PROCESSED = re.compile(r"^number of transactions actually processed: ([0-9]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: ([0-9]+)", re.MULTILINE)
_GRACE_S = 120


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of pgbench said."""

    tps: float
    processed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Pgbench:
    """The program, and the URL of the database it works on."""

    path: Path
    url: str

    @classmethod
    def find(cls, url: str, *, embedded: bool) -> Pgbench:
        """Return the embedded server's own pgbench, or for another server the one on the PATH."""
        if embedded:
            path = program(find_installation(), "pgbench")
            if not path.is_file():
                raise UnavailableError(
                    "This installation has no pgbench; name a server with LEDGER_DATABASE_URL."
                )
            return cls(path, url)
        found = shutil.which("pgbench")
        if found is None:
            raise UnavailableError(
                "There is no pgbench on the PATH; it comes with PostgreSQL's server programs."
            )
        return cls(Path(found), url)

    def initialize(self, scale: int) -> None:
        """Make pgbench's own tables."""
        self._call("--initialize", "--quiet", f"--scale={scale}", seconds=0)

    def tpcb(self, clients: int, seconds: int) -> Run:
        """Run pgbench's TPC-B-like; its two small tables are vacuumed first, as it does by itself."""
        return self._run(["--builtin=tpcb-like"], clients, seconds)

    def script(self, script: str, clients: int, seconds: int) -> Run:
        """Run a script of ours."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "script.sql"
            file.write_text(script, encoding="utf-8")
            return self._run(["--no-vacuum", f"--file={file}"], clients, seconds)

    def _run(self, what: Sequence[str], clients: int, seconds: int) -> Run:
        # The simple protocol whoever asks, as is pgbench's default.
        size = [f"--client={clients}", f"--jobs={min(clients, 2)}", f"--time={seconds}"]
        said = self._call(*what, "--protocol=simple", *size, seconds=seconds)
        tps, processed, failed = _TPS.search(said), _PROCESSED.search(said), _FAILED.search(said)
        if tps is None or processed is None:
            raise ConsoleError(f"pgbench said nothing of its speed: {said.strip()[-500:]}")
        return Run(float(tps[1]), int(processed[1]), int(failed[1]) if failed else 0)

    def _call(self, *arguments: str, seconds: int) -> str:
        try:
            done = subprocess.run(
                [str(self.path), *arguments],
                check=False,
                capture_output=True,
                text=True,
                env=self._environment(),
                timeout=seconds + _GRACE_S,
            )
        except subprocess.TimeoutExpired:
            raise UnavailableError(f"pgbench did not end within {seconds + _GRACE_S} seconds.") from None
        except OSError as error:
            raise UnavailableError(f"pgbench cannot be run: {error.strerror or error}.") from None
        if done.returncode != 0:
            raise ConsoleError(f"pgbench failed: {done.stderr.strip()[-500:]}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Return what libpq needs; the password is in no command line."""
        url = make_url(self.url)
        given = {
            "PGHOST": url.host or url.query.get("host"),
            "PGPORT": str(url.port) if url.port else url.query.get("port"),
            "PGUSER": url.username,
            "PGPASSWORD": url.password,
            "PGDATABASE": url.database,
            "PGSSLMODE": url.query.get("sslmode"),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        texts = {name: value for name, value in given.items() if isinstance(value, str)}
        return kept | texts | {"LC_ALL": "C"}
