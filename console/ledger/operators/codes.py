"""A code by which an operator sets a password that no administrator knows: drawn here, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

GOOD_DAYS: Final = 7
"""How long a code is good, as the ledger has it; it is good once."""

# Crockford's base32: no letter looks like a digit or like another letter, and none is misheard as U.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 16  # of 5 bits each
_GROUP: Final = 4


def new_code() -> str:
    """Draw a code of 80 random bits, such as `7QK2-M4XR-9TBD-PW3H`."""
    return _in_groups("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)))


def normal_code(typed: str) -> str:
    """Return a code as `new_code` writes it, however its case, spaces and dashes were typed."""
    return _in_groups("".join(typed.upper().replace("-", "").split()))


def is_code(typed: str) -> bool:
    """Whether it can be one: who has left a character out learns that before it counts as a wrong one."""
    plain = normal_code(typed).replace("-", "")
    return len(plain) == _LENGTH and set(plain) <= set(_ALPHABET)


def digest_of(code: str) -> bytes:
    """Return what the ledger keeps of a code."""
    return hashlib.sha256(normal_code(code).encode()).digest()


def _in_groups(plain: str) -> str:
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))
