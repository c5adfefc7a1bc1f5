"""What one action of the operator cost in statements, milliseconds and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.monitor.recording.ring import OTHER

if TYPE_CHECKING:
    from console.monitor.recording.fingerprint import Fingerprint

_FINGERPRINTS: Final = 200


@dataclass(frozen=True, slots=True)
class ActionCost:
    """The cost of one finished action; `repeated` is the statement it ran most often, when more than once.

    wait_ms: how long it waited for connections; commit_ms: for its COMMITs, which are no statements.
    """

    action: str
    screen: str
    statements: int
    ms: float
    rows: int
    repeated: str | None
    repeats: int
    repeated_label: str = ""
    failures: int = 0
    wait_ms: float = 0.0
    commit_ms: float = 0.0


class Action:
    """An action under way: it collects what its statements cost, on the one thread that runs it."""

    def __init__(self, name: str, screen: str, run: int, outer: Action | None) -> None:
        self.name = name
        self.screen = screen
        self.run = run
        self.outer = outer
        self._statements = 0
        self._ms = 0.0
        self._rows = 0
        self._failures = 0
        self._wait_ms = 0.0
        self._commit_ms = 0.0
        self._calls: dict[str, int] = {}
        self._labels: dict[str, str] = {}

    def add(self, fingerprint: Fingerprint, ms: float, rows: int, *, failed: bool = False) -> None:
        """Count one statement; rows below zero are unknown. The action around this one counts it too."""
        # An action that sends thousands of different statements is told by their number, not by each.
        name = (
            fingerprint.id if fingerprint.id in self._calls or len(self._calls) < _FINGERPRINTS else OTHER.id
        )
        self._statements += 1
        self._ms += ms
        self._rows += max(rows, 0)
        self._failures += failed
        self._calls[name] = self._calls.get(name, 0) + 1
        self._labels[name] = OTHER.label if name == OTHER.id else fingerprint.label
        if self.outer is not None:
            self.outer.add(fingerprint, ms, rows, failed=failed)

    def add_wait(self, ms: float) -> None:
        """Add what was waited for a connection."""
        self._wait_ms += ms
        if self.outer is not None:
            self.outer.add_wait(ms)

    def add_commit(self, ms: float) -> None:
        """Add what a COMMIT took."""
        self._commit_ms += ms
        if self.outer is not None:
            self.outer.add_commit(ms)

    @property
    def cost(self) -> ActionCost:
        """The cost so far."""
        repeated, repeats = max(self._calls.items(), key=lambda call: call[1], default=("", 0))
        return ActionCost(
            action=self.name,
            screen=self.screen,
            statements=self._statements,
            ms=self._ms,
            rows=self._rows,
            repeated=repeated if repeats > 1 else None,
            repeats=repeats if repeats > 1 else 0,
            repeated_label=self._labels[repeated] if repeats > 1 else "",
            failures=self._failures,
            wait_ms=self._wait_ms,
            commit_ms=self._commit_ms,
        )
