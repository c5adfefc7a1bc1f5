"""What tells one ledger from another for the person before it: name, word, colour, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from console.settings import Settings
    from console.settings.profiles.profile import Colour, Profile


@dataclass(frozen=True, slots=True)
class Identity:
    """A ledger as a window shows it.

    environment: a word of capitals, such as LIVE. read_only: nothing is written, unless it is unlocked.
    can_unlock: whether it may be, for a time and with a reason; a setting or option has no exception.
    operator: whose a ledger on this computer is; empty is who uses the computer.
    """

    name: str
    environment: str
    colour: Colour
    production: bool
    demo: bool = False
    read_only: bool = False
    can_unlock: bool = False
    operator: str = ""

    @classmethod
    def of(cls, profile: Profile, settings: Settings) -> Self:
        """Return a profile's; `settings` are the user's, to which the profile has not been applied yet."""
        return cls(
            profile.name,
            profile.environment,
            profile.colour,
            profile.production,
            demo=profile.kind == "demo",
            read_only=profile.starts_read_only or settings.read_only,
            can_unlock=profile.can_unlock and not settings.read_only,
            operator="" if profile.is_server else profile.operator,
        )

    @classmethod
    def without_profile(cls, name: str, environment: str, settings: Settings) -> Self:
        """Return that of a ledger which the settings name: any server may be the real one."""
        production = environment == "LIVE"
        return cls(
            name,
            environment,
            "red" if production else "grey",
            production,
            demo=environment == "DEMO",
            read_only=settings.read_only,
        )

    def of_content(self, environment: str) -> Self:
        """Return the same for what a ledger on this computer holds: a demo is one, whatever it is called."""
        is_demo = environment == "DEMO"
        if self.production or environment == "LIVE" or is_demo == self.demo:
            return self
        return replace(self, environment=environment, demo=is_demo)
