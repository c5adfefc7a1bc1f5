"""Ways from a row to another place: to an account, and which of several Enter takes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from console.files.text import party_in_full, shown
from ui.kit.commands import native
from ui.kit.table.row_menu import RowAction
from ui.routes import OpenAccount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ui.context import Context

_SYSTEM: Final = "an account of the ledger itself"


def way_to_account(context: Context, username: str, currency: str = "", *, refusal: str = "") -> RowAction:
    """Return the way to a customer's account, in the currency of a code; refused for a system account."""
    return RowAction(
        f"Account of {shown(party_in_full(username))}",
        partial(context.navigator.go, OpenAccount(username, currency)),
        refusal=refusal or (_SYSTEM if username.startswith("@") else ""),
    )


def with_enter(ways: Iterable[RowAction]) -> list[RowAction]:
    """Return the ways with Enter at the first that is open, which `take` takes."""
    listed = list(ways)
    first = _first(listed)
    return [replace(one, keys=native("Return")) if one is first else one for one in listed]


def take(ways: Sequence[RowAction]) -> None:
    """Go the first way that is open; where none is, nothing happens."""
    first = _first(ways)
    if first is not None:
        first.run()


def _first(ways: Sequence[RowAction]) -> RowAction | None:
    return next((one for one in ways if not one.refusal), None)
