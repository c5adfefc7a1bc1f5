"""Compares how fast the bundle starts with how fast the same commit starts from source."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

ROUNDS: Final = 7
"""Of each: what else the machine does falls on both alike, for they take turns."""

_PAINTED: Final = "first paint"
_WAIT_S: Final = 60


def main(bundle: Path) -> None:
    """Print the median of each in milliseconds, the ratio of bundle to source, and the window's memory."""
    source = Path(sys.executable).parent
    print(f"{'what':<28}{'source ms':>10}{'bundle ms':>10}{'ratio':>8}")  # noqa: T201 - the command's answer
    with tempfile.TemporaryDirectory() as folder:
        environ = _environ(Path(folder))
        for told, command in (
            ("ledgerctl --version", ["ledgerctl", "--version"]),
            ("ledgerctl --help", ["ledgerctl", "--help"]),
            ("ledger-console --version", ["ledger-console", "--version"]),
        ):
            pairs = [[_run([str(place / command[0]), *command[1:]], environ) for place in (source, bundle)]
                     for _round in range(ROUNDS + 1)]
            _say(told, pairs[1:])
        # The ledger is made before the clock runs, and its server runs on: both ask the same one.
        _run([str(source / "ledgerctl"), "demo", "--users", "200", "--transactions", "2000"], environ)
        balances = ["balances", "--help"]
        pairs = [[_run([str(place / "ledgerctl"), *balances], environ) for place in (source, bundle)]
                 for _round in range(ROUNDS + 1)]
        _say("ledgerctl balances --help", pairs[1:])
        windows = [[_window(str(place / "ledger-console"), environ) for place in (source, bundle)]
                   for _round in range(ROUNDS)]
    _say("window's first paint", [[one[0] for one in pair] for pair in windows])
    memory = [statistics.median(pair[side][1] for pair in windows) / 2**20 for side in (0, 1)]
    print(f"{'window, resident MiB':<28}{memory[0]:>10.0f}{memory[1]:>10.0f}{memory[1] / memory[0]:>8.2f}")  # noqa: T201


def _environ(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's is read or written."""
    return os.environ | {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
        "QT_QPA_PLATFORM": "offscreen",
    }


def _run(command: list[str], environ: dict[str, str]) -> float:
    """Return how long a command takes, in milliseconds."""
    begun = time.perf_counter()
    subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return (time.perf_counter() - begun) * 1_000


def _window(program: str, environ: dict[str, str]) -> tuple[float, int]:
    """Return the milliseconds until the window's settings are kept open, and its resident bytes 3 s after.

    Seen from outside, for both are the programs that users get: the log is opened before Qt is loaded, and the
    first font file of ours is mapped when text is drawn.
    """
    begun = time.perf_counter()
    started = subprocess.Popen([program], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process = psutil.Process(started.pid)
        while time.perf_counter() - begun < _WAIT_S:
            if any("Inter-" in one.path or "libqoffscreen" in one.path for one in process.memory_maps()):
                break
            time.sleep(0.01)
        shown = (time.perf_counter() - begun) * 1_000
        time.sleep(3)
        return shown, process.memory_info().rss
    finally:
        started.terminate()
        started.wait(_WAIT_S)


def _say(told: str, pairs: list[list[float]]) -> None:
    source, bundle = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    print(f"{told:<28}{source:>10.0f}{bundle:>10.0f}{bundle / source:>8.2f}")  # noqa: T201 - the command's answer


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
