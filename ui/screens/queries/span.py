"""Which part of the recorder's memory is looked at: a window up to now, or a range inside it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from console.monitor.recording.ring import Snapshot

POINTS_AT_MOST: Final = 10_000
SPAN_AT_LEAST_S: Final = 5.0
_MULTIPLIER: Final = 2_654_435_761


@dataclass(frozen=True, slots=True)
class Window:
    """How much time is shown, and the words for it."""

    seconds: float
    word: str
    words: str


WINDOWS: Final = (
    Window(60.0, "1 min", "last 1 min"),
    Window(900.0, "15 min", "last 15 min"),
    Window(3_600.0, "1 h", "last 1 h"),
    Window(float("inf"), "Since start", "since start"),
)
# How often the graph is drawn, in ms.
INTERVALS: Final = (100, 250, 500, 1_000, 2_000, 5_000)
SCREEN_WORDS: Final = {
    "batch": "Batches",
    "session": "Sign-in",
    "wallet": "Balances",
    "transfer": "Transactions",
    "": "no screen",
}


def between(snapshot: Snapshot, start: float, end: float) -> Snapshot:
    """Return the statements that began between two moments of the epoch."""
    chosen = (snapshot.wall >= start) & (snapshot.wall <= end)
    arrays: dict[str, Any] = {
        field.name: value[chosen]
        for field in fields(snapshot)
        if isinstance(value := getattr(snapshot, field.name), np.ndarray)
    }
    return replace(snapshot, **arrays)


def drawn(snapshot: Snapshot, threshold_ms: float, at_most: int = POINTS_AT_MOST) -> NDArray[np.int64]:
    """Return the places of the statements to draw: all, or each slow and failed one and a part of the rest.

    Which of the rest is decided by each statement's own start, so that points do not come and go.
    """
    count = len(snapshot)
    if count <= at_most:
        return np.arange(count)
    marked = snapshot.failed | (snapshot.duration_ms > threshold_ms)
    kept = np.flatnonzero(marked)
    if len(kept) > at_most // 2:
        kept = np.sort(kept[np.argsort(snapshot.duration_ms[kept])[-(at_most // 2) :]])
    rest = np.flatnonzero(~marked)
    drawn_by = (snapshot.t[rest] * 1e7).astype(np.uint64) * np.uint64(_MULTIPLIER) >> np.uint64(20)
    share = 1
    while len(rest) > at_most - len(kept):
        share *= 2
        stays = drawn_by % np.uint64(share) == 0
        rest, drawn_by = rest[stays], drawn_by[stays]
    return np.sort(np.concatenate((kept, rest)))


def span_s(snapshot: Snapshot, window_s: float) -> float:
    """Return how much time to draw: a console younger than the window need not draw emptiness."""
    age = float(snapshot.wall.max() - snapshot.wall.min()) if len(snapshot) else 0.0
    return min(window_s, max(age * 1.04, SPAN_AT_LEAST_S))


def series(snapshot: Snapshot) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return each statement's colour by its screen, and the screens' names in the colours' order.

    A screen keeps its colour for as long as the console runs.
    """
    names = tuple(dict.fromkeys(screen_word(screen) for screen in snapshot.screens))
    # Number 0 is "no screen", and comes last: most of the time there is none of it.
    ranked = names[1:]
    words = map(screen_word, snapshot.screens)
    numbers = np.array([ranked.index(word) if word in ranked else -1 for word in words], np.int64)
    return numbers[snapshot.screen], ranked


def screen_word(screen: str) -> str:
    """Return a screen's name for people."""
    return SCREEN_WORDS.get(screen, screen.capitalize())


def interval_word(interval_ms: int) -> str:
    """Write how often the graph is drawn: `0.25 s`."""
    return f"{interval_ms / 1_000:g} s"
