"""What goes wrong, when and to whom: drawn from a seed before anything starts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """The faults."""

    KILL = "kill -9 of a client"
    FREEZE = "SIGSTOP of a client"
    TERMINATE = "pg_terminate_backend"
    CRASH = "immediate stop of the server"
    RESET = "connection reset"
    HOLE = "black hole"
    CUT_BEFORE = "cut before COMMIT"
    CUT_AFTER = "cut after COMMIT"


ALL: Final[Mapping[Kind, float]] = {
    Kind.KILL: 20, Kind.FREEZE: 12, Kind.TERMINATE: 14, Kind.CRASH: 6, Kind.RESET: 14, Kind.HOLE: 8,
    Kind.CUT_BEFORE: 13, Kind.CUT_AFTER: 13,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `victim` chooses among those there are, `seconds` is how long it lasts if it lasts."""

    at: float
    kind: Kind
    victim: int
    seconds: float


def draw(seed: int, seconds: float, per_second: float, weights: Mapping[Kind, float]) -> list[Fault]:
    """Return the faults of a run in their order; none in the first and the last moments."""
    dice = random.Random(seed)  # noqa: S311 - a plan, not a secret
    count = round(seconds * per_second) if weights else 0
    moments = sorted(dice.uniform(0.5, max(0.6, seconds - 1.0)) for _ in range(count))
    kinds = dice.choices(list(weights), list(weights.values()), k=count) if weights else []
    # Every kind at least once where there is room.
    for place, kind in enumerate(weights):
        if count >= len(weights) * 2:
            kinds[place * count // len(weights)] = kind
    return [
        Fault(at, kind, dice.randrange(1 << 16), dice.uniform(0.3, 2.0))
        for at, kind in zip(moments, kinds, strict=True)
    ]
