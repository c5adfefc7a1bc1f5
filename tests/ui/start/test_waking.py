"""A computer that slept is known by the clock on the wall."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ui.start.waking import Waking


def test_only_a_jump_of_the_wall_clock_is_a_waking(qapp: object) -> None:
    now, woken = [1_000.0], list[float]()
    owner = QObject()
    waking = Waking(owner, wall=lambda: now[0])
    waking.woke.connect(lambda: woken.append(now[0]))
    for step in (5.0, 5.2, 29.0, 3_600.0, 5.0):
        now[0] += step
        waking.look()
    assert woken == [4_639.2]
