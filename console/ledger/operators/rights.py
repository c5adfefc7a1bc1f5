"""What the operator who is signed in may do: read once from the session's facts; the server decides anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from console.postgres.database import SessionFacts

_ROLES: Final = ("admin", "approver", "operator", "auditor", "support", "keeper", "viewer")


@dataclass(slots=True)
class Acting:
    """The checkers for whom an operator decides, each with the end of that, as they were last read."""

    until: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rights:
    """Who is signed in, and the groups of the ledger that the server says they are in, inherited or not.

    no_writing: says why nothing at all can be written now, whatever the groups; empty while it can.
    acting: what checkers have delegated, which comes and goes while the session lasts.
    """

    operator: str
    groups: frozenset[str]
    no_writing: Callable[[], str] = field(default=lambda: "", compare=False)
    acting: Acting = field(default_factory=Acting, compare=False)

    @classmethod
    def of(cls, facts: SessionFacts) -> Self:
        """Read a session's facts."""
        return cls(facts.operator, facts.rights)

    @property
    def role(self) -> str:
        """The most that the operator may do, in one word."""
        return next((role for role in _ROLES if self.has(role)), "no role")

    @property
    def operates(self) -> bool:
        """Whether they may move money."""
        return self.has("operator")

    @property
    def keeps(self) -> bool:
        """Whether they may run the automatic jobs."""
        return self.operates or self.has("keeper")

    @property
    def approves(self) -> bool:
        """Whether they may decide on what others submit, by their own right."""
        return self.has("approver")

    @property
    def acting_for(self) -> tuple[str, ...]:
        """The checkers for whom they decide now, by name; of a checker none: their own right comes first."""
        now = datetime.now(UTC)
        return () if self.approves else tuple(name for name, end in self.acting.until.items() if end > now)

    @property
    def decides(self) -> bool:
        """Whether they may decide on what others submit, by their own right or another's."""
        return self.approves or bool(self.acting_for)

    @property
    def administers(self) -> bool:
        """Whether they may change operators, rules and limits, and end sessions."""
        return not self.groups.isdisjoint({"ledger_admin", "ledger_owner"})

    @property
    def only_supports(self) -> bool:
        """Whether they answer customers and do nothing else here."""
        others = self.operates or self.approves or self.reads_operators
        return self.has("support") and not others

    @property
    def reads_operators(self) -> bool:
        """Whether they may read who the operators are."""
        return self.administers or self.has("auditor")

    def has(self, role: str) -> bool:
        """Whether the session is in the group of a role, such as `auditor`."""
        return f"ledger_{role}" in self.groups
