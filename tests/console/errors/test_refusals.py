"""Every code that the ledger's SQL can refuse with has words, and its details are told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import models
from console.errors.refusals import OperationRefusedError, words
from models.account import AccountStatus
from models.credit import ReservationStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS: Final = Path(models.__file__).parent / "functions"

# A code is a literal of two words and a dot; one that ends in the dot is completed from a status.
_CODE: Final = re.compile(r"'([a-z_]+)\.([a-z_]*)'")
_NO_CODE: Final = frozenset({"ledger"})
_ENDINGS: Final[dict[str, list[str]]] = {
    "account": [status.value for status in AccountStatus if status is not AccountStatus.ACTIVE],
    "reservation": [status.value for status in ReservationStatus if status is not ReservationStatus.RESERVED],
    # A constraint that has no words yet is named as it is.
    "constraint": [],
}


def codes() -> Iterator[str]:
    for file in sorted(FUNCTIONS.rglob("*.sql")):
        text = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
        for subject, what in _CODE.findall(text):
            if subject not in _NO_CODE:
                yield from (
                    [f"{subject}.{what}"] if what else [f"{subject}.{one}" for one in _ENDINGS[subject]]
                )


def test_every_code_of_the_functions_has_words() -> None:
    found = set(codes())
    assert {"funds.short", "reservation.released", "limit.day", "reversal.spent", "account.frozen"} <= found
    assert len(found) > 60
    assert [code for code in sorted(found) if f"({code})" in words(code, {})] == []


def test_a_code_without_words_is_named() -> None:
    assert words("moon.full", {}) == "the database refused it (moon.full)"


@pytest.mark.parametrize(
    ("code", "detail", "told"),
    [
        ("limit.operation", {"limit": 150_000}, "at most 150.000 BHD at once"),
        (
            "limit.day",
            {"limit": 150_000, "left": 1_250, "zone": "Asia/Tokyo"},
            "1.250 BHD of it is left until midnight, Asia/Tokyo",
        ),
        ("limit.day", {"limit": 150_000, "left": -7}, "0.000 BHD of it is left"),
        ("reservation.short", {"reserved": 750}, "the hold is of 0.750 BHD only"),
        ("reversal.more", {"amount": 750}, "it moved 0.750 BHD and no more"),
        ("reversal.spent", {"remaining": 5, "short": 2}, "spent in part: 0.005 BHD of it is left"),
        ("approval.required", {"kind": "transfer", "approvals": 2}, "this needs 2 approvals first"),
        (
            "reservation.captured",
            {"by": "t_operator", "at": "2026-11-21T15:00:00.5+01:00"},
            "the hold was captured by t_operator at 2026-11-21 14:00:00 UTC",
        ),
        (
            "reservation.expired",
            {"by": None, "at": "2026-11-21T14:00:00Z"},
            "the hold's time was over at 2026-11-21 14:00:00 UTC",
        ),
        ("request.status", {"status": "pending"}, "the request is pending"),
        ("batch.maker", {"maker": "anna"}, "the draft is anna's"),
        ("account.inactive", {"username": "bert"}, "frozen or closed (bert)"),
    ],
)
def test_details_are_told_in_decimals(code: str, detail: dict[str, Any], told: str) -> None:
    refused = OperationRefusedError(code, detail | {"currency": "BHD", "exponent": 3})
    assert told in str(refused)
    assert refused.code == code


def test_amounts_of_an_unknown_currency_are_called_minor_units() -> None:
    assert "1,250 minor units only" in str(OperationRefusedError("reservation.short", {"reserved": 1_250}))
