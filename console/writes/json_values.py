"""Values as JSON that come back as what they were: bytes, moments, UUIDs and decimals are tagged."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

_RESTORED: Final[dict[str, Callable[[Any], Any]]] = {
    "$bytes": bytes.fromhex,
    "$moment": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$uuid": UUID,
    "$decimal": Decimal,
    "$dict": lambda found: {name: restored(value) for name, value in found.items()},
}


def plain(value: Any) -> Any:  # noqa: PLR0911 - one a type
    """Return a value that JSON can hold; raises TypeError for a type that would not come back."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": bytes(value).hex()}
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, UUID):
        return {"$uuid": value.hex}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, dict):
        # Under a tag of their own, so that no key of theirs is taken for a tag.
        return {"$dict": {str(name): plain(inner) for name, inner in value.items()}}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")


def restored(value: Any) -> Any:
    """Return what `plain` was given; a tuple comes back as a list."""
    if isinstance(value, list):
        return [restored(inner) for inner in value]
    if isinstance(value, dict):
        [(tag, inner)] = value.items()
        return _RESTORED[tag](inner)
    return value
