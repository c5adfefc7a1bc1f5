"""Compares how fast the bundle starts with how fast the same commit starts from source."""
# ruff: noqa: T201 - the table is the command's answer

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from resources.installer.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS: Final = 7
"""Of each: what else the machine does falls on both alike, for they take turns."""

_COMMANDS: Final = (
    ("ledgerctl", "--version"),
    ("ledgerctl", "--help"),
    ("ledgerctl", "balances", "--help"),
    ("ledger-console", "--version"),
)
_LEDGER: Final = ("ledgerctl", "balances", "@issuance", "@external")
"""What is asked of a ledger that runs: a session, one statement and its rows."""
_SETTLED_S: Final = 3
_WAIT_S: Final = 60


def main(bundle: Path) -> None:
    """Print the median of each in milliseconds, the ratio of bundle to source, and the window's memory."""
    places = (Path(sys.executable).parent, bundle)
    if lacking := _lacking(bundle):
        raise SystemExit(lacking)
    print(f"{'what':<30}{'source':>10}{'bundle':>10}{'ratio':>8}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        environ = _environ(Path(folder))
        _run([str(places[0] / "ledgerctl"), "demo", "--users", "200", "--transactions", "2000"], environ)
        for command in _COMMANDS:
            _say(" ".join(command) + ", ms", _in_turns(places, command, environ))
        with Screen() as screen:
            windows = [str(place / "ledger-console") for place in places]
            # The console that is open all the while keeps the ledger's server up, as it does for who works.
            with _opened(windows[0], environ, screen):
                _say("ledgerctl balances, ms", _in_turns(places, _LEDGER, environ))
            rounds = range(ROUNDS + 1)
            pairs = [[_window(window, environ, screen) for window in windows] for _ in rounds][1:]
    _say("window's first paint, ms", [[paint for paint, _resident in pair] for pair in pairs])
    _say("window's memory, MiB", [[resident / 2**20 for _paint, resident in pair] for pair in pairs])


def _lacking(bundle: Path) -> str:
    """Return what is to be done before anything can be compared, or nothing."""
    if not (bundle / "ledger-console").is_file():
        return f"There is no bundle in {bundle}: make build makes it."
    # Only from outside, on an X server, are both windows seen alike.
    if shutil.which("Xvfb") is None:
        return "The window's first paint is seen on an X server: apt install xvfb."
    launch = import_module("ui.start.launch")
    if libraries := launch.missing((*launch.DRAWING, *launch.X11)):
        packages = " ".join(dict.fromkeys(one.debian for one in libraries))
        return f"Qt's window on X wants libraries that are not here: apt install {packages}."
    return ""


def _environ(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's is read or written."""
    homes = {f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("config", "data", "state", "cache")}
    return {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")} | homes


def _in_turns(
    places: tuple[Path, ...], command: tuple[str, ...], environ: dict[str, str]
) -> list[list[float]]:
    """Return the milliseconds of each round; the first, which fills the disk's cache, is left out."""
    rounds = range(ROUNDS + 1)
    return [[_run([str(place / command[0]), *command[1:]], environ) for place in places] for _ in rounds][1:]


def _run(command: list[str], environ: dict[str, str]) -> float:
    """Return how long a command takes, in milliseconds."""
    begun = time.perf_counter()
    subprocess.run(command, env=environ, capture_output=True, check=True)
    return (time.perf_counter() - begun) * 1_000


@contextmanager
def _opened(program: str, environ: dict[str, str], screen: Screen) -> Iterator[tuple[float, int]]:
    """Open a window; give the milliseconds until the screen shows a pixel of it, and the process's number."""
    on_screen = environ | {"DISPLAY": screen.name, "QT_QPA_PLATFORM": "xcb"}
    quiet = subprocess.DEVNULL
    begun = time.perf_counter()
    with subprocess.Popen([program], env=on_screen, stdout=quiet, stderr=quiet) as started:
        try:
            while not screen.is_painted():
                if started.poll() is not None or time.perf_counter() - begun > _WAIT_S:
                    raise SystemExit(f"{program} showed no window within {_WAIT_S} s.")
                time.sleep(0.005)
            painted_ms = (time.perf_counter() - begun) * 1_000
            time.sleep(_SETTLED_S)
            yield painted_ms, started.pid
        finally:
            started.terminate()
            started.wait(_WAIT_S)


def _window(program: str, environ: dict[str, str], screen: Screen) -> tuple[float, int]:
    """Return the milliseconds until the screen shows a first pixel, and the resident bytes 3 s later."""
    with _opened(program, environ, screen) as (painted_ms, pid):
        return painted_ms, psutil.Process(pid).memory_info().rss


def _say(told: str, pairs: list[list[float]]) -> None:
    source, bundle = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    print(f"{told:<30}{source:>10.0f}{bundle:>10.0f}{bundle / source:>8.2f}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
