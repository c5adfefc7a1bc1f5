"""The processes of a run: clients, each with an outbox of its own, and the witness."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tests.faults.kit.outbox import Journal

if TYPE_CHECKING:
    from types import TracebackType

    from tests.faults.fire.client import Order
    from tests.faults.kit.outbox import Entry

REPOSITORY: Final = Path(__file__).parents[3]
CLIENT: Final = "tests.faults.fire.client"
_BEGIN_S: Final = 60.0
_END_S: Final = 8.0


class Runner:
    """One client: its process now, and its outbox, which outlives the process."""

    def __init__(self, order: Order, program: str) -> None:
        self.journal = Journal(Path(order.outbox))
        self._order = order
        self._program = program
        self._lives = 0
        self._thaw_at: float | None = None
        self._report = Path(order.outbox).with_suffix(".err")
        self._process = self._start()

    @property
    def begun(self) -> bool:
        """Whether it has opened its outbox."""
        return Path(self._order.outbox).exists()

    @property
    def frozen(self) -> bool:
        """Whether it is stopped and will go on."""
        return self._thaw_at is not None

    def kill(self) -> None:
        """Kill the process and start another, which finds the outbox."""
        self._thaw_at = None
        self._process.kill()
        self._process.wait()
        self._process = self._start()

    def freeze(self, seconds: float) -> None:
        """Stop the process for a while."""
        self._process.send_signal(signal.SIGSTOP)
        self._thaw_at = time.monotonic() + seconds

    def tend(self) -> str | None:
        """Let a frozen process go on when it is time; tell of one that ended by itself."""
        if self._thaw_at is not None and time.monotonic() >= self._thaw_at:
            self._process.send_signal(signal.SIGCONT)
            self._thaw_at = None
        if self._process.poll() is None:
            return None
        return self.end_words

    @property
    def failed(self) -> bool:
        """Whether the process has ended in an error."""
        return self._process.poll() not in {None, 0}

    @property
    def end_words(self) -> str:
        """How a process that ended did so, and what it said last."""
        return f"{self._order.name} ended with {self._process.returncode}: {self._report.read_text()[-2000:]}"

    def ask_to_end(self) -> None:
        """Ask the process to end after the operation at hand."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
        self._thaw_at = None

    def end(self, give_up_at: float) -> None:
        """Wait for the end, and make one when it does not come."""
        try:
            self._process.wait(max(0.0, give_up_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        order = replace(self._order, seed=self._order.seed * 1_000 + self._lives)
        self._lives += 1
        with self._report.open("ab") as report:
            return subprocess.Popen(
                [sys.executable, "-m", self._program, order.text()],
                cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=report,
            )  # fmt: skip


class Witness:
    """The process that reads all through."""

    def __init__(self, url: str, folder: Path) -> None:
        self._said = folder / "witness.jsonl"
        self._read = 0
        self.looks = 0
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.fire.witness", url],
                cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def violations(self) -> list[str]:
        """Return what it saw since the last call."""
        with self._said.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        new = new[: new.rfind(b"\n") + 1]
        self._read += len(new)
        found = []
        for line in new.decode().splitlines():
            with suppress(ValueError):
                said = json.loads(line)
                if "violation" in said:
                    found.append(f"the witness saw: {line}")
                self.looks = said.get("looks", self.looks)
                continue
            found.append(f"the witness failed: {line}")
        return found


class Crowd:
    """All clients of a run; each is a process of `program`, which takes an order."""

    def __init__(self, orders: list[Order], program: str = CLIENT) -> None:
        self.runners: list[Runner] = []
        try:
            for order in orders:
                self.runners.append(Runner(order, program))
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def wait_until_begun(self) -> None:
        """Wait until every client has opened its outbox; starting takes long on a busy machine."""
        give_up_at = time.monotonic() + _BEGIN_S
        while not all(runner.begun for runner in self.runners):
            assert time.monotonic() < give_up_at, "clients did not begin"
            # One that found a violation this early has ended in order, and what it found is read later.
            assert (ended := [one.end_words for one in self.runners if one.failed]) == [], ended
            time.sleep(0.02)

    def tend(self) -> list[str]:
        """Look after every client; return what went wrong with the processes themselves."""
        return [report for runner in self.runners if (report := runner.tend()) is not None]

    def awake(self, victim: int) -> Runner | None:
        """Return one of those that run."""
        awake = [runner for runner in self.runners if not runner.frozen]
        return awake[victim % len(awake)] if awake else None

    def answered(self) -> list[Entry]:
        """Return what was answered since the last call."""
        return [entry for runner in self.runners for entry in runner.journal.read()]

    def violations(self) -> list[str]:
        """Return what clients kept as violations, each once."""
        found = []
        for runner in self.runners:
            found += runner.journal.violations
            runner.journal.violations.clear()
        return found

    @property
    def entries(self) -> list[Entry]:
        """Every operation that was journalled and read so far."""
        return [entry for runner in self.runners for entry in runner.journal.entries.values()]

    def _end(self) -> None:
        for runner in self.runners:
            runner.ask_to_end()
        give_up_at = time.monotonic() + _END_S
        for runner in self.runners:
            runner.end(give_up_at)
