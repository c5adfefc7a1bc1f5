"""The tour: walks through the real window as an operator would, and keeps a picture of every stop."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from console.errors import ConsoleError
from console.monitor.budgets import budget, over_budget
from ui.tour.stops import STOPS
from ui.tour.walk import SIZE, TourError, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtGui import QImage

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
    session.start_window.resize(*SIZE)
    session.begin()
    walk = Walk(session, reporter)
    results: list[StopResult] = []
    pictures: dict[str, QImage] = {}
    for stop in STOPS:
        if stop.several and not walk.several:
            continue
        result = _visit(walk, stop, f"{len(results) + 1:02}-{stop.name}.png")
        results.append(result)
        pictures[result.picture] = walk.picture()
        if not result.ok:
            break
    try:
        _write(folder, results, pictures)
    except OSError as error:
        raise TourError(f"The tour cannot be written to {folder}: {error.strerror}.") from None
    window = session.window or session.start_window
    window.close()
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
    statements, ms, rows = _spent(walk, started)
    actions = tuple(cost.action for cost in costs)
    return StopResult(stop.name, picture, statements, ms, rows, actions, not reason, reason)


def _spent(walk: Walk, started: float) -> tuple[int, float, int]:
    """Return the statements since a moment, their milliseconds and their rows."""
    workspace = walk.session.workspace
    if workspace is None:
        return 0, 0.0, 0
    snapshot = workspace.recorder.snapshot()
    since = snapshot.t >= started
    rows = snapshot.rows[since]
    return int(since.sum()), round(float(snapshot.duration_ms[since].sum()), 3), int(rows[rows > 0].sum())


def _excess(costs: Sequence[ActionCost]) -> str:
    """Say which action sent more statements than it may."""
    return "; ".join(
        f"over budget: {cost.action} sent {cost.statements} statements, may send {budget(cost.action)}"
        for cost in costs
        if over_budget(cost)
    )


def _write(folder: Path, results: Sequence[StopResult], pictures: dict[str, QImage]) -> None:
    """Write all at the end: compressing pictures on the way would count as the window's lag."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, image in pictures.items():
        if not image.save(str(folder / name)):
            raise TourError(f"The picture {folder / name} cannot be written.")
    listed = json.dumps([asdict(result) for result in results], indent=2) + "\n"
    (folder / "tour.json").write_text(listed, encoding="utf-8")
