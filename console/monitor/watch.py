"""Watches what actions cost: over budget, the same statement again and again, too many, too slow."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from console.monitor.budgets import STREAMS, budget, over_budget

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.monitor.recording.cost import ActionCost
    from console.monitor.recording.recorder import Recorder
    from console.settings import Settings

logger = logging.getLogger(__name__)

SLOW_WITHIN_S: Final = 60.0
# Below so many statements a percentile says nothing: one slow statement would be its own p95.
SLOW_AT_LEAST: Final = 5
_ALERTS_KEPT: Final = 200
_LOOK_EVERY_S: Final = 5.0


class Level(StrEnum):
    """How bad it is: a warning breaks a promise, a notice is worth a look."""

    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to look at; `fingerprint` is the id of the statement it is about, where there is one.

    at: seconds of the epoch. No text holds a value of any statement.
    """

    level: Level
    text: str
    action: str
    fingerprint: str | None
    at: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Above these is an alert: statements and repetitions in one run of an action, p95 over a minute."""

    statements: int = 10
    p95_ms: float = 100.0
    repeats: int = 3

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return what the user has set."""
        return cls(settings.alert_statements, settings.alert_p95_ms, settings.alert_repeats)


class Watch:
    """Listens to a recorder; its alerts are for a screen, and those of level warning are in the log too."""

    def __init__(self, recorder: Recorder, limits: Limits) -> None:
        self._recorder = recorder
        self._limits = limits
        self._lock = threading.Lock()
        self._alerts: deque[Alert] = deque(maxlen=_ALERTS_KEPT)
        self._listeners: tuple[Callable[[Alert], None], ...] = ()
        self._slow: frozenset[str] = frozenset()
        self._looked_at = time.monotonic()
        self._overruns: dict[str, int] = {}
        self._forget = recorder.on_action(self._take)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The last alerts, the newest last."""
        with self._lock:
            return tuple(self._alerts)

    @property
    def overruns(self) -> dict[str, int]:
        """How often each action went over its budget."""
        with self._lock:
            return dict(self._overruns)

    def on_alert(self, callback: Callable[[Alert], None]) -> Callable[[], None]:
        """Call back with each alert, on the thread that caused it; returns what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, callback)

        def forget() -> None:
            with self._lock:
                self._listeners = tuple(kept for kept in self._listeners if kept is not callback)

        return forget

    def check(self) -> None:
        """Look now which actions are slow; it looks by itself at the end of an action, every few seconds.

        An action that is slow is told once, and again after it has been quick in between.
        """
        slow = self._slow_actions()
        with self._lock:
            self._looked_at = time.monotonic()
            fresh, self._slow = slow.keys() - self._slow, frozenset(slow)
        for action in sorted(fresh):
            words = f"{action or 'outside actions'}: p95 {slow[action]:,.0f} ms over one minute"
            self._raise(Level.NOTICE, f"{words}, limit {self._limits.p95_ms:,.0f} ms.", action, None)

    def close(self) -> None:
        """Listen no more; the alerts stay."""
        self._forget()

    def _take(self, cost: ActionCost) -> None:
        over = over_budget(cost)
        if over:
            with self._lock:
                self._overruns[cost.action] = self._overruns.get(cost.action, 0) + 1
            self._raise(
                Level.WARNING,
                f"{cost.action} sent {cost.statements} statements, its budget is {budget(cost.action)}.",
                cost.action,
                cost.repeated,
            )
        if cost.action not in STREAMS and cost.repeats > max(self._limits.repeats, budget(cost.action) or 0):
            self._raise(
                Level.WARNING,
                f"N+1 in {cost.action}: {cost.repeated_label} ran {cost.repeats} times in one run.",
                cost.action,
                cost.repeated,
            )
        elif not over and self._is_too_many(cost):
            text = f"{cost.action} sent {cost.statements} statements, limit {self._limits.statements}."
            self._raise(Level.NOTICE, text, cost.action, cost.repeated)
        if time.monotonic() - self._looked_at >= _LOOK_EVERY_S:
            self.check()

    def _is_too_many(self, cost: ActionCost) -> bool:
        """Whether there are more than is good; what a budget allows, or a stream takes, is known to be."""
        allowed = max(self._limits.statements, budget(cost.action) or 0)
        return cost.action not in STREAMS and cost.statements > allowed

    def _slow_actions(self) -> dict[str, float]:
        """Return the p95 of each action that is above the limit."""
        snapshot = self._recorder.snapshot(SLOW_WITHIN_S)
        found: dict[str, float] = {}
        for number in np.unique(snapshot.action).tolist():
            durations_ms = snapshot.duration_ms[snapshot.action == number]
            if len(durations_ms) >= SLOW_AT_LEAST:
                p95_ms = float(np.percentile(durations_ms, 95))
                if p95_ms > self._limits.p95_ms:
                    found[snapshot.actions[number]] = p95_ms
        return found

    def _raise(self, level: Level, text: str, action: str, fingerprint: str | None) -> None:
        alert = Alert(level, text, action, fingerprint, time.time())
        with self._lock:
            self._alerts.append(alert)
            listeners = self._listeners
        logger.log(logging.WARNING if level is Level.WARNING else logging.INFO, "%s", text)
        for listener in listeners:
            listener(alert)
