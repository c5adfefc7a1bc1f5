"""A process beside the test's, which is told what to do by lines of JSON and answers each by one."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from console.settings import PREFIX
from tests.faults.fire.client import die_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

TOP: Final = Path(__file__).parents[4]
# A start takes a second; on a machine that is busy, many.
BEGIN_S: Final = 60.0
ANSWER_S: Final = 30.0
_END_S: Final = 10.0


class Process:
    """One that runs a module; it ends with the block, and its words of trouble are the test's."""

    def __init__(self, module: str, *arguments: str, home: Path | None = None) -> None:
        folders = () if home is None else ("CONFIG", "DATA", "STATE", "CACHE")
        # What this machine's user has set is nobody's here.
        ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments, str(os.getpid())],
            cwd=TOP, env=ours | {f"XDG_{name}_HOME": str(home) for name in folders},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._trouble: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout, self._said.put), daemon=True),
            threading.Thread(
                target=self._read, args=(self._process.stderr, self._trouble.append), daemon=True
            ),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        try:
            self.begin()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def begin(self) -> None:
        """Wait until it is ready."""
        assert self.answer(BEGIN_S) == {"ready": True}

    def tell(self, **order: object) -> None:
        """Say what is to be done, without waiting for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()

    def answer(self, timeout_s: float = ANSWER_S) -> dict[str, Any]:
        """Return the next answer, which must come in time."""
        try:
            said = self._said.get(timeout=timeout_s)
        except queue.Empty:
            said = ""
        assert said, f"no answer in {timeout_s:g} s; it said: {self.trouble[-4_000:]}"
        found: dict[str, Any] = json.loads(said)
        return found

    def ask(self, **order: object) -> dict[str, Any]:
        """Say what is to be done, and return its answer."""
        self.tell(**order)
        return self.answer()

    @property
    def trouble(self) -> str:
        """What it has said besides its answers."""
        return "".join(self._trouble)

    def end(self) -> None:
        """Tell it that there is no more, and wait for its end; make one if there is none."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _read(self, stream: Any, take: Callable[[str], object]) -> None:
        for line in stream:
            take(line)
        take("")


def say(**answer: object) -> None:
    """Answer, in such a process."""
    sys.stdout.write(f"{json.dumps(answer, default=str)}\n")
    sys.stdout.flush()


def orders() -> Iterator[dict[str, Any]]:
    """Say that one is ready, then yield what is to be done until there is no more, in such a process."""
    say(ready=True)
    for line in sys.stdin:
        yield json.loads(line)


@contextmanager
def child() -> Iterator[list[str]]:
    """Lend what such a process was started with, and end it with the one that started it."""
    *arguments, parent = sys.argv[1:]
    die_with(int(parent))
    yield arguments
