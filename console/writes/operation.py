"""One write of the ledger, as it is asked for: a call of one SQL function by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import TextClause

_IDENTIFIER: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
_TYPE: Final = re.compile(r"(?:[a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*(?:\[\])?", re.ASCII)
_SECRET: Final = re.compile(r"passw|secret", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Operation:
    """A call of `ledger.<function>(p_key => …, p_<name> => …)`; `action` is what the monitor calls it.

    arguments: by name without `p_`, as psycopg passes them; a dict goes as jsonb. They are kept in the
    outbox, so no password may be among them. types: the SQL type of an argument where Python cannot say it.
    """

    action: str
    function: str
    arguments: Mapping[str, Any]
    types: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Let nothing into the SQL that is not a name there."""
        for name in (self.function, *self.arguments):
            if _IDENTIFIER.fullmatch(name) is None:
                raise ValueError(f"{name!r} is no name of a function or an argument")
        if "key" in self.arguments or any(_SECRET.search(name) for name in self.arguments):
            raise ValueError("an operation's arguments hold neither its key nor a password")
        for name, written in self.types.items():
            if name not in self.arguments or _TYPE.fullmatch(written) is None:
                raise ValueError(f"{name!r}: {written!r} is no type of an argument")

    @property
    def statement(self) -> TextClause:
        """Return the call; its values are `values` and `key`."""
        return _statement(self.function, tuple(self.arguments), tuple(sorted(self.types.items())))

    @property
    def values(self) -> dict[str, Any]:
        """Return the arguments as the driver takes them."""
        return {
            name: Jsonb(value) if isinstance(value, dict) else value for name, value in self.arguments.items()
        }


def without_empty(arguments: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the arguments without those of `names` that are empty: of them the ledger is told nothing."""
    return {name: value for name, value in arguments.items() if value or name not in names}


@lru_cache(maxsize=256)
def _statement(function: str, names: tuple[str, ...], types: tuple[tuple[str, str], ...]) -> TextClause:
    cast_to = dict(types)
    passed = [
        f"p_{name} => CAST(:{name} AS {cast_to[name]})" if name in cast_to else f"p_{name} => :{name}"
        for name in names
    ]
    return text(f"SELECT ledger.{function}({', '.join(['p_key => :key', *passed])})")
