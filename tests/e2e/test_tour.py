"""The tour, as `make run` without a display takes it: every screen, really used, within its budgets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from console.monitor.budgets import budget
from console.settings import Paths, Settings
from console.workspace.demo import plan
from console.workspace.workspace import open_workspace
from tests.ui.several import fill_in_four_currencies

TOP = Path(__file__).parents[2]
STOPS = [
    "sign-in", "transactions", "next-pages", "filter", "detail", "last-page", "balances", "batch-mapping",
    "batch-checked", "batch-dry-run", "batch-posted", "batch-reversal", "grants-mapping", "batch-submitted",
    "queries", "queries-dark", "queries-range", "statement-dark", "statement", "queries-back", "server",
    "server-blocking", "server-database", "server-database-dark", "server-dark", "console-dark", "console",
    "transactions-dark",
]  # fmt: skip
COLOURS_AT_LEAST = 40


def take_tour(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    ours = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ours and not name.startswith(("LEDGER_", "XDG_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "ui", *arguments],
        cwd=TOP,
        env=kept | {"HOME": str(home)} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def stops_of(folder: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((folder / "tour.json").read_text(encoding="utf-8"))
    return listed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which nobody has ever used the console."""
    return tmp_path_factory.mktemp("home")


def check(folder: Path, done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    stops = stops_of(folder)
    assert [stop["name"] for stop in stops] == STOPS
    assert all(stop["ok"] for stop in stops)
    for number, stop in enumerate(stops, start=1):
        assert stop["picture"] == f"{number:02}-{stop['name']}.png"
        picture = QImage(str(folder / stop["picture"]))
        assert (picture.width(), picture.height()) == (1440, 900)
        seen = {picture.pixel(x, y) for x in range(0, 1440, 3) for y in range(0, 900, 3)}
        assert len(seen) > COLOURS_AT_LEAST, stop["name"]
    cost = {stop["name"]: stop for stop in stops}
    assert cost["next-pages"]["actions"] == ["transactions.page"] * 3
    assert cost["next-pages"]["statements"] == 3
    assert cost["filter"]["statements"] == budget("transactions.page")
    assert cost["detail"]["statements"] == 0
    assert cost["balances"]["statements"] == budget("balances.lookup")
    assert cost["balances"]["rows"] == 50
    assert cost["queries"]["statements"] == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a display")
def test_without_a_display_the_tour_is_taken_on_a_fresh_machine(home: Path, tmp_path: Path) -> None:
    done = take_tour(home, "--demo", "--or-tour", str(tmp_path / "tour"))
    check(tmp_path / "tour", done)
    folder = tmp_path / "tour"
    why = "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    assert done.stdout.splitlines() == [
        f"{why} Drawing the tour into {folder} instead.",
        f"{len(STOPS)} pictures and tour.json are in {folder}.",
    ]


def test_the_tour_can_be_taken_again(home: Path, tmp_path: Path) -> None:
    done = take_tour(home, "--tour", str(tmp_path), QT_QPA_PLATFORM="offscreen")
    check(tmp_path, done)


def test_every_screen_is_right_on_four_currencies_and_another_day(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "tour"
    paths = Paths(data, tmp_path / "config", tmp_path / "state", tmp_path / "log")
    demo = plan(200, 2_000)
    with open_workspace(Settings.model_construct(), paths, demo=demo, is_served=False) as workspace:
        fill_in_four_currencies(workspace.admin_url)
    done = take_tour(tmp_path, "--tour", str(folder), "--data-dir", str(data), QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, done.stderr) == (0, "")
    stops = stops_of(folder)
    places = STOPS.index("transactions-dark")
    own = ["currencies", "currency", "currencies-balances"]
    assert [stop["name"] for stop in stops] == [*STOPS[:places], *own, *STOPS[places:]]
    assert all(stop["ok"] for stop in stops)


def test_a_tour_that_cannot_begin_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way", encoding="utf-8")
    done = take_tour(
        tmp_path,
        *("--tour", str(tmp_path / "tour"), "--data-dir", str(tmp_path / "data")),
        QT_QPA_PLATFORM="offscreen",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The tour failed at sign-in: The ledger cannot be opened ")
    assert "Traceback" not in done.stderr
    stop = stops_of(tmp_path / "tour")[-1]
    assert (stop["name"], stop["ok"]) == ("sign-in", False)
    assert (tmp_path / "tour" / stop["picture"]).exists()
