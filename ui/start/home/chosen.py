"""What was chosen before a ledger is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

    from console.ledger.operators.credentials import Credentials
    from console.money import Currency
    from console.settings.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class Choice:
    """The ledger to be opened, and who signs in; None asks, or takes whom this computer remembers.

    currency: what a new ledger on this computer begins with. gate_password: the keyring's.
    """

    profile: Profile
    credentials: Credentials | None = None
    currency: Currency | None = None
    gate_password: SecretStr | None = None
