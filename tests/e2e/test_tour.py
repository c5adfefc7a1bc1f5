"""The tour, as `make run` without a display takes it: every screen, really used, within its budgets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PySide6.QtGui import QImage

from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.batches import commands as batches
from console.ledger.transactions.page import TransactionFilter, page
from console.monitor.budgets import budget
from console.settings import Paths, Settings
from console.workspace.demo import plan
from console.workspace.workspace import open_workspace
from tests.ui.several import CR, fill_in_four_currencies

TOP = Path(__file__).parents[2]
STOPS = [
    "sign-in", "overview", "overview-day", "transactions", "next-pages", "filter", "detail", "last-page",
    "balances", "credits", "credits-month", "credits-week", "credits-day", "credits-uses", "credits-extend",
    "credits-extended", "credits-after", "accounts", "accounts-found", "account", "account-timeline",
    "account-term", "account-flag", "account-credits", "act-transfer", "act-deposit", "act-payout",
    "act-adjustment", "act-reversal", "act-hold", "act-open", "act-overdraft", "act-note", "act-metadata",
    "act-close", "act-grant", "act-granted", "act-freeze", "act-frozen", "act-unfreeze", "act-unfrozen",
    "account-acted-on", "holds", "hold", "hold-in-part", "holds-released", "holds-ended", "batch-mapping",
    "batch-checked", "batch-dry-run", "batch-posted", "batch-reversal", "grants-mapping", "batch-submitted",
    "audit", "audit-event", "integrity", "integrity-verified", "integrity-paper", "integrity-promise",
    "queries", "queries-dark", "queries-range", "statement-dark", "statement", "queries-back", "server",
    "server-blocking", "server-database", "server-database-dark", "server-dark", "console-dark", "console",
    "operators", "operator", "operator-new", "operator-code", "operator-added", "rules", "rules-dual",
    "rules-tried",
    "overview-waiting",
    "overview-dark", "transactions-dark", "credits-dark", "account-dark", "act-dark", "account-acted-on-dark",
    "accounts-dark", "rules-dark", "operators-dark", "approvals-mine", "approvals", "approval-control",
    "approval-typed", "approval-back", "approvals-several", "approvals-approved", "approvals-empty",
    "approvals-decided",
]  # fmt: skip
COLOURS_AT_LEAST = 40


def environment(home: Path, environ: dict[str, str]) -> dict[str, str]:
    ours = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ours and not name.startswith(("LEDGER_", "XDG_"))
    }
    return kept | {"HOME": str(home)} | environ


def take_tour(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui", *arguments],
        cwd=TOP,
        env=environment(home, environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def use(data: Path, scratch: Path, *, several: bool = False) -> None:
    """Make a demo ledger, and post so many payouts that the newest page has no payment between customers."""
    paths = Paths(data, scratch / "config", scratch / "state", scratch / "log")
    settings = Settings.model_construct()
    # The sample payout takes from customers of a demo of this size.
    demo = plan(2_000, 20_000)
    with open_workspace(settings, paths, demo=demo, is_served=False) as workspace:
        if several:
            fill_in_four_currencies(workspace.admin_url)
        file = scratch / "payouts.csv"
        lines = (f"@issuance,used-{number},1.00,used-{number}" for number in range(settings.page_size + 50))
        file.write_text("\n".join(["from,to,amount,reference", *lines, ""]), encoding="utf-8")
        mapping = TransfersMapping(
            from_column="from",
            to_column="to",
            amount_column="amount",
            reference_column="reference",
            create_missing=True,
        )
        loaded = batches.load(workspace.ledger, file, mapping, Terms(CR), name="payouts")
        batches.post(workspace.ledger, loaded.batch_id, loaded.summary.content_hash, key=uuid4())
        newest = page(workspace.database, TransactionFilter(), limit=settings.page_size).rows
        assert {row.from_username for row in newest} == {"@issuance"}


def contents(*folders: Path) -> dict[Path, bytes | None]:
    """Return what every file holds; None for a folder."""
    return {
        path: None if path.is_dir() else path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
    }


def stops_of(folder: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((folder / "tour.json").read_text(encoding="utf-8"))
    return listed


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
    assert cost["overview-day"]["statements"] == 0
    # A look at what others did may count the requests meanwhile.
    waiting = cost["overview-waiting"]
    counted = waiting["actions"].count("requests.counts")
    assert waiting["statements"] - counted == budget("overview.load")
    # Where a page is slow to come, the row that the keyboard rests on meanwhile shows what it was paid with.
    asked = cost["next-pages"]["actions"]
    pages = [action for action in asked if action != "transaction.credits"]
    assert pages == ["transactions.page"] * 3
    assert cost["next-pages"]["statements"] == len(asked)
    assert cost["filter"]["actions"] == ["transactions.page"] * 2
    assert cost["filter"]["statements"] == 2
    assert cost["detail"]["statements"] == 0
    assert cost["balances"]["statements"] == budget("balances.lookup")
    assert cost["balances"]["rows"] == 50
    assert cost["accounts"]["statements"] == budget("accounts.page")
    assert cost["account"]["statements"] == budget("account.page")
    assert cost["account-timeline"]["statements"] == budget("account.timeline")
    assert cost["account-term"]["statements"] == budget("account.statement")
    # The console's own recorder is asked, and no server.
    assert set(cost["queries"]["actions"]) <= {"requests.counts"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a display")
def test_without_a_display_the_tour_is_taken_on_a_fresh_machine(tmp_path: Path) -> None:
    home, temporary, folder = tmp_path / "home", tmp_path / "temporary", tmp_path / "tour"
    home.mkdir()
    temporary.mkdir()
    # Without a display the window's ledger stays as it is, so there is none after this.
    asked = ("--demo", "--or-tour", str(folder), "--data-dir", str(tmp_path / "data"))
    done = take_tour(home, *asked, TMPDIR=str(temporary))
    check(folder, done)
    why = "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    assert done.stdout.splitlines() == [
        f"{why} Drawing the tour into {folder} instead.",
        f"{len(STOPS)} pictures and tour.json are in {folder}.",
    ]
    assert contents(home, temporary) == {}
    assert not (tmp_path / "data").exists()


def test_two_tours_leave_a_used_ledger_and_all_of_its_users_files_as_they_were(tmp_path: Path) -> None:
    home, data, temporary = (tmp_path / name for name in ("home", "data", "temporary"))
    temporary.mkdir()
    theirs = Paths(
        data, *(home / place / "ledger-console" for place in (".config", ".local/state", ".local/state/log"))
    )
    for file, text in (
        (theirs.settings_file, 'page_size = 25\nslow_threshold_ms = 7\ntheme = "dark"\n'),
        (theirs.mappings / "payout.mapping.toml", "# theirs\n"),
        (theirs.state / "window.ini", "[window]\nwidth=900\n"),
        (home / ".local/state/ledger-console/log/console.log", "theirs\n"),
        (home / ".config/QtProject.conf", "[FileDialog]\nlastVisited=file:///theirs\n"),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    use(data, tmp_path)
    before = contents(home, data)
    assert {path.name for path in before} >= {"pgdata", "embedded.sqlite3", "embedded.jsonl", "console.log"}
    for _ in range(2):
        done = take_tour(
            home,
            *("--tour", str(tmp_path / "tour")),
            QT_QPA_PLATFORM="offscreen",
            TMPDIR=str(temporary),
            LEDGER_DATA_DIR=str(data),
            LEDGER_DATABASE_URL="postgresql://theirs@db.example.org/ledger",
        )
        check(tmp_path / "tour", done)
        assert contents(home, data) == before
        assert contents(temporary) == {}


def test_every_screen_is_right_on_a_used_ledger_of_four_currencies_and_another_day(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "tour"
    use(data, tmp_path, several=True)
    places = STOPS.index("overview-waiting")
    own = ["currencies", "currency", "currencies-balances"]
    for _ in range(2):
        done = take_tour(
            tmp_path, "--tour", str(folder), "--data-dir", str(data), QT_QPA_PLATFORM="offscreen"
        )
        assert (done.returncode, done.stderr) == (0, "")
        stops = stops_of(folder)
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


def test_a_tour_that_cannot_be_written_says_so_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "tour").write_text("in the way", encoding="utf-8")
    done = take_tour(tmp_path, "--tour", str(tmp_path / "tour"), QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"The tour cannot be written to {tmp_path / 'tour'}: File exists.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a process is not asked to end there, it is ended")
def test_a_tour_that_is_interrupted_leaves_in_order(tmp_path: Path) -> None:
    temporary, folder = tmp_path / "temporary", tmp_path / "tour"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "ui", "--tour", str(folder)],
        cwd=TOP,
        env=environment(tmp_path, {"QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(temporary)}),
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        until = time.monotonic() + 90
        while not (folder / "01-sign-in.png").exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert list(temporary.rglob("postmaster.pid"))
        running.terminate()
        _said, stderr = running.communicate(timeout=60)
    assert running.returncode == 1
    assert stderr.endswith(": it was interrupted\n")
    assert contents(temporary) == {}
