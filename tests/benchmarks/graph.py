"""How long a frame of the graph takes: `python -m tests.benchmarks.graph [POINTS]`, also offscreen."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.ui.gallery import durations, percentile_lines
from tests.ui.parts import make_formats
from ui.kit.charts.duration_chart import DurationChart
from ui.kit.theme.theme import Mode, Theme

POINTS = 10_000
FRAMES = 30
SIZE = (1_190, 330)
SCREENS = 6


@dataclass(frozen=True, slots=True)
class Frames:
    """Medians in ms: `scrolled` paints the points at new places, `renewed` takes new points as well."""

    points: int
    scrolled_ms: float
    renewed_ms: float


def measure(theme: Theme, points: int = POINTS, frames: int = FRAMES) -> Frames:
    """Draw a graph as large as the window's, with colours, lines and a threshold, again and again."""
    chart = DurationChart(theme, make_formats())
    chart.resize(*SIZE)
    x, ms, failed = durations(points)
    series = np.arange(points, dtype=np.int64) % SCREENS
    chart.set_points(x, ms, failed, series=series)
    chart.set_percentiles(percentile_lines())
    chart.show()
    canvas = QImage(chart.size(), QImage.Format.Format_ARGB32_Premultiplied)
    chart.render(canvas)
    scrolled, renewed = [], []
    for frame in range(frames):
        started = perf_counter()
        chart.set_window(880.0 + frame)
        chart.render(canvas)
        scrolled.append(perf_counter() - started)
    for frame in range(frames):
        moved = x + frame
        started = perf_counter()
        chart.set_points(moved, ms, failed, series=series)
        chart.render(canvas)
        renewed.append(perf_counter() - started)
    chart.close()
    return Frames(points, float(np.median(scrolled)) * 1_000, float(np.median(renewed)) * 1_000)


def main() -> None:
    """Print the figures of this machine."""
    application = QApplication(sys.argv[:1])
    found = measure(Theme(application, Mode.LIGHT), int(sys.argv[1]) if len(sys.argv) > 1 else POINTS)
    for name, ms in (("scrolled", found.scrolled_ms), ("renewed", found.renewed_ms)):
        rate = f"{ms:.1f} ms a frame, {1_000 / ms:.0f} frames a second"
        print(f"graph, {found.points:,} points, {name}: {rate}")  # noqa: T201 - the command's answer


if __name__ == "__main__":
    main()
