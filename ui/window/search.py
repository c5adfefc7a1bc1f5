"""What free text in the palette may mean: a user, a reference, a batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ui.kit.commands import Suggestion
from ui.routes import OpenBalance, OpenBatch, OpenReference, OpenUserTransactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ui.routes import Navigator

_USERNAME = re.compile(r"@?[a-z0-9][a-z0-9._-]{0,62}", re.IGNORECASE | re.ASCII)
_BATCH = re.compile(r"#?([1-9][0-9]{0,17})", re.ASCII)
_REFERENCE_LIMIT = 200


def finder(navigator: Navigator) -> Callable[[str], Iterator[Suggestion]]:
    """Return the palette's provider; it asks no database, the screen it leads to does."""

    def suggest(text: str) -> Iterator[Suggestion]:
        sought = text.strip()
        number = _BATCH.fullmatch(sought)
        if number is not None:
            batch_id = int(number.group(1))
            yield Suggestion(f"Batch {batch_id}", lambda: navigator.go(OpenBatch(batch_id)), "Batches")
        if _USERNAME.fullmatch(sought):
            name = sought.lower()
            yield Suggestion(
                f"Transactions of {name}", lambda: navigator.go(OpenUserTransactions(name)), "user"
            )
            yield Suggestion(f"Balance of {name}", lambda: navigator.go(OpenBalance(name)), "user")
        if sought and len(sought) <= _REFERENCE_LIMIT:
            yield Suggestion(
                f"Transaction with reference {sought}",
                lambda: navigator.go(OpenReference(sought)),
                "reference",
            )

    return suggest
