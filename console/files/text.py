"""What a name and a text may hold, and how a bad one is shown."""

from __future__ import annotations

import re
import unicodedata

REFERENCE_LENGTH = 200
DESCRIPTION_LENGTH = 500
SOURCE_LENGTH = 100
SHOWN_LENGTH = 80

NAME_RULE = (
    "A name has a-z, 0-9, dot, underscore and hyphen, begins with a letter or digit, "
    "and is at most 63 characters long; only system accounts begin with @."
)
_NAME = re.compile(r"@?[a-z0-9][a-z0-9._-]{0,62}")  # the database's own grammar

# Control, format (zero-width, bidi, tags), surrogate, line and paragraph separator.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def plain_name(written: str, prefix: str = "") -> str | None:
    """Return a user's name as the database keeps it, or None; `prefix` goes before customers' names.

    Lower-cased in ASCII only: the Kelvin sign would become a plain "k" and so somebody else's name.
    """
    name = written.strip(" ")
    if not name.isascii():
        return None
    if name.startswith("'@"):  # the guard against formulas, of an older export or another program
        name = name[1:]
    if name and not name.startswith("@"):
        name = prefix + name
    name = name.lower()
    return name if is_name(name) else None


def is_name(text: str) -> bool:
    """Whether this is a name exactly as the database keeps it, be it a system account's with its @."""
    return _NAME.fullmatch(text) is not None


def has_hidden(text: str) -> bool:
    """Whether a control, bidi-override, zero-width or other unseen character is in the text."""
    # isprintable() is False for every category in _HIDDEN, and 40 times as fast as the look at each.
    return not text.isprintable() and any(unicodedata.category(character) in _HIDDEN for character in text)


def shown(text: str, longest: int = SHOWN_LENGTH) -> str:
    """Return a cell as it may be shown: shortened, and unseen characters as escapes."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    if not has_hidden(short):
        return short
    return "".join(_escaped(character) for character in short)


# What a person calls the other side of a movement. Each has a space, which no account's name can have, so
# none can be taken for a customer's.
_PARTIES = {"@external": "the bank", "@issuance": "new credit", "@breakage": "expired credit"}


def party(name: str) -> str:
    """Return how the account of a movement is called: a system account by what it stands for."""
    return _PARTIES.get(name, shown(name))


def party_in_full(name: str) -> str:
    """Return the same with the account's own name, where the two differ."""
    words = party(name)
    return f"{words} ({name})" if name in _PARTIES else words


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    return f"\\u{{{ord(character):04x}}}"
