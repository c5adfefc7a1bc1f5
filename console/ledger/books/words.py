"""Words of names: as the indexes of words hold them, and as a text asks for them."""

from __future__ import annotations

import re
from typing import Final

# As the expressions of users_words_idx and batches_words_idx, or the server would not take them for these.
_WORDS: Final = """array_to_tsvector(array_remove(regexp_split_to_array(
    lower({text} COLLATE "default"), '[^0-9a-z\\u0080-\\U0010ffff]+'), ''))"""
USER_WORDS: Final = _WORDS.format(text="(u.username || ' ' || u.display_name)")
"""The words of an account `u`, of its username and its name."""

BATCH_WORDS: Final = _WORDS.format(text="b.name")
"""The words of a batch `b`."""

OPERATOR_WORDS: Final = _WORDS.format(text="(o.name || ' ' || o.display_name)")
"""The words of an operator `o`, of whom there are few: no index has them."""

SHORTEST: Final = 3
"""Characters from which on a text is also taken for the beginning of a name, a word or a reference."""

_WORD: Final = re.compile("[0-9A-Za-z\u0080-\U0010ffff]+")


def asked(name: str) -> str:
    """Return the SQL of a tsquery that is the value of this name.

    A query of its own, so that the planner takes its general guess: knowing how common a word is, it might
    walk through all accounts for the first that bear it.
    """
    return f'(SELECT CAST(lower(CAST(:{name} AS text) COLLATE "default") AS tsquery))'


def words_of(text: str) -> list[str]:
    """Return the words of a text: ASCII's marks and spaces part them, all else is in one."""
    return _WORD.findall(text)


def lexeme(word: str, *, begins: bool) -> str:
    """Write a word, or how one begins, as a tsquery has it."""
    return f"'{word}':*" if begins else f"'{word}'"
