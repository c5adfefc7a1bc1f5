"""What one action of the operator cost in statements, milliseconds and rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActionCost:
    """The cost of one finished action; `repeated` is the statement it ran most often, when more than once."""

    action: str
    screen: str
    statements: int
    ms: float
    rows: int
    repeated: str | None
    repeats: int


class Action:
    """An action under way: it collects what its statements cost, on the one thread that runs it."""

    def __init__(self, name: str, screen: str, run: int, outer: Action | None) -> None:
        self.name = name
        self.screen = screen
        self.run = run
        self.outer = outer
        self._ms = 0.0
        self._rows = 0
        self._calls: dict[str, int] = {}

    def add(self, fingerprint: str, ms: float, rows: int) -> None:
        """Count one statement; rows below zero are unknown. The action around this one counts it too."""
        self._ms += ms
        self._rows += max(rows, 0)
        self._calls[fingerprint] = self._calls.get(fingerprint, 0) + 1
        if self.outer is not None:
            self.outer.add(fingerprint, ms, rows)

    @property
    def cost(self) -> ActionCost:
        """The cost so far."""
        repeated, repeats = max(self._calls.items(), key=lambda call: call[1], default=("", 0))
        return ActionCost(
            action=self.name,
            screen=self.screen,
            statements=sum(self._calls.values()),
            ms=self._ms,
            rows=self._rows,
            repeated=repeated if repeats > 1 else None,
            repeats=repeats if repeats > 1 else 0,
        )
