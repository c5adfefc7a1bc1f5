"""What a run of the bank under fire did and found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.faults.fire.plan import Kind


@dataclass(slots=True)
class Report:
    """What a run did and found."""

    seed: int
    operations: int = 0
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    asked_again: int = 0
    looks: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    @property
    def cuts(self) -> int:
        """How many COMMITs were cut."""
        return self.faults[Kind.CUT_BEFORE] + self.faults[Kind.CUT_AFTER]

    def text(self) -> str:
        """Return the report for people."""
        done = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.kinds.items()))
        faults = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.faults.items()))
        lines = [
            f"seed {self.seed}, {self.seconds:.0f} s",
            f"operations {self.operations:,}: acknowledged {self.acknowledged:,}, refused {self.refused:,}",
            f"asked again {self.asked_again:,}, unknown at the end and settled {self.unknown:,}",
            f"done: {done}",
            f"faults {self.faults.total():,}, COMMITs cut {self.cuts:,}: {faults}",
            f"looks of the witness {self.looks:,}",
            f"violations {len(self.violations):,}",
        ]
        return "\n".join([*lines, *(f"  {what[:2000]}" for what in self.violations[:20])]) + "\n"
