"""The tour: walks through the real window as an operator would, and keeps a picture of every stop."""

from __future__ import annotations

import json
import signal
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication

from console.errors import ConsoleError
from console.monitor.budgets import budget, over_budget
from ui.tour.pictures import Pictures
from ui.tour.stops import STOPS
from ui.tour.walk import SIZE, TourError, Walk
from ui.window.live_status import OF_ITSELF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from console.monitor.recording.cost import ActionCost
    from ui.start.crash import CrashReporter
    from ui.start.session import OperatorSession
    from ui.tour.walk import Stop


@dataclass(frozen=True, slots=True)
class StopResult:
    """What a stop cost, as tour.json has it; `reason` says why it is not ok."""

    name: str
    picture: str
    statements: int
    ms: float
    rows: int
    actions: tuple[str, ...]
    ok: bool
    reason: str = ""


def run_tour(session: OperatorSession, folder: Path, reporter: CrashReporter) -> int:
    """Take the tour, write pictures and tour.json into the folder; return 0, or 1 when a stop failed."""
    QApplication.setQuitOnLastWindowClosed(False)
    # The platform's own dialogs cannot be driven from here.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    pictures = Pictures(folder)
    session.start_window.resize(*SIZE)
    walk = Walk(session, reporter)
    # Ctrl+C and a system that ends let it leave in order; the walk's pulse lets Python hear of them.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: walk.interrupt())
    session.begin()
    results = _visit_all(walk, pictures)
    pictures.finish()
    _list(folder, results)
    _close(session)
    return _say(folder, results)


def _visit_all(walk: Walk, pictures: Pictures) -> list[StopResult]:
    """Go from stop to stop until the last, or one that fails; a picture of each is kept."""
    results: list[StopResult] = []
    for stop in STOPS:
        if stop.several and not walk.several:
            continue
        result = _visit(walk, stop, f"{len(results) + 1:02}-{stop.name}.png")
        results.append(result)
        pictures.keep(result.picture, walk.picture())
        if not result.ok:
            break
    return results


def _close(session: OperatorSession) -> None:
    """Close the windows and have them gone: Qt's file dialog writes into its settings when it goes."""
    for window in (session.window, session.start_window):
        if window is not None:
            window.close()
            window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _say(folder: Path, results: Sequence[StopResult]) -> int:
    """Print how it went; return the command's exit code."""
    failed = [result for result in results if not result.ok]
    for result in failed:
        words = f"The tour failed at {result.name}: {result.reason}"
        print(words, file=sys.stderr)  # noqa: T201 - the command's answer
    if not failed:
        words = f"{len(results)} pictures and tour.json are in {folder}."
        print(words)  # noqa: T201 - the command's answer
    return 1 if failed else 0


def _visit(walk: Walk, stop: Stop, picture: str) -> StopResult:
    """Do what a stop is for, and add up what it cost."""
    costs: list[ActionCost] = []
    forget: Callable[[], None] | None = None
    workspace = walk.session.workspace
    if workspace is not None:
        forget = workspace.recorder.on_action(costs.append)
    started = time.perf_counter()
    reason = ""
    try:
        stop.run(walk)
        walk.settle()
    except ConsoleError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the stop failed and the tour tells where
        reason = f"{type(error).__name__}: {error}"
    if forget is not None:
        forget()
    reason = reason or _excess(costs)
    return StopResult(stop.name, picture, *_spent(walk, started), not reason, reason)


def _spent(walk: Walk, started: float) -> tuple[int, float, int, tuple[str, ...]]:
    """Return what was asked for since a moment: statements, milliseconds, rows, and the names of actions.

    All from one snapshot, for an action tells its cost after its statement. A statement outside an action is
    the cancelling of one.
    """
    workspace = walk.session.workspace
    if workspace is None:
        return 0, 0.0, 0, ()
    snapshot = workspace.recorder.snapshot()
    asked = np.array([not action.startswith(OF_ITSELF) for action in snapshot.actions])
    since = (snapshot.t >= started) & (snapshot.run > 0) & asked[snapshot.action]
    rows = snapshot.rows[since]
    runs = dict(zip(snapshot.run[since].tolist(), snapshot.action[since].tolist(), strict=True))
    names = tuple(snapshot.actions[number] for number in runs.values())
    ms = round(float(snapshot.duration_ms[since].sum()), 3)
    return int(since.sum()), ms, int(rows[rows > 0].sum()), names


def _excess(costs: Sequence[ActionCost]) -> str:
    """Say which action sent more statements than it may."""
    return "; ".join(
        f"over budget: {cost.action} sent {cost.statements} statements, may send {budget(cost.action)}"
        for cost in costs
        if over_budget(cost)
    )


def _list(folder: Path, results: Sequence[StopResult]) -> None:
    """Write tour.json; raises TourError when that fails."""
    listed = json.dumps([asdict(result) for result in results], indent=2) + "\n"
    try:
        (folder / "tour.json").write_text(listed, encoding="utf-8")
    except OSError as error:
        raise TourError(f"The tour cannot be written to {folder}: {error.strerror}.") from None
