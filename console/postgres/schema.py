"""Whether a ledger's schema is this console's, an older or a newer one, in sentences that say what to do."""

from __future__ import annotations

from console import console_version
from console.errors import SchemaError
from models.migrations import head_revision


class OlderSchemaError(SchemaError):
    """The ledger has an older schema; it can be brought to this console's."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The ledger has schema {found or 'none'} and this console needs {head_revision()}. "
            "An administrator brings it there with: ledgerctl migrate. Consoles older than this one "
            "cannot work with it from then on."
        )


class NewerSchemaError(SchemaError):
    """The ledger has a newer schema than this console knows; only a newer console may touch it."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The ledger has schema {found}, and this console, {console_version()}, knows only schemas up to "
            f"{head_revision()}: it is too old for this ledger. Nothing was changed. Install a newer console."
        )


def is_newer(found: str) -> bool:
    """Whether a schema is newer than this console's; one whose name is no number is not of this history."""
    return not found.isdecimal() or int(found) > int(head_revision())


def other_schema(found: str) -> SchemaError | None:
    """Return the error for a ledger of another schema than this console's; None for one of the same."""
    if found == head_revision():
        return None
    return NewerSchemaError(found) if found and is_newer(found) else OlderSchemaError(found)
