"""Acts on credits and on several holds by command: numbers or all that match, dry runs, refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.cluster import CURRENCY, connected
from tests.models.writes import REASON, done, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.cli.conftest import Run

JSON = ("--format", "json")
WHY = ("--reason", "the promotion goes on")
SOON, LATER = "2999-01-01", "2999-06-01"


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"anna": 1_000, "bert": 0})


def granted(ledgerctl: Run, name: str, amount: str, source: str, *more: str) -> str:
    made = ledgerctl(*JSON, "credit", "grant", name, "--amount", amount, "--source", source, *more)
    assert made.code == 0, made.err
    return str(made.data["lot"])


def test_credits_are_extended_by_number(ledgerctl: Run) -> None:
    numbers = [granted(ledgerctl, name, "3", "promo", "--expires", SOON) for name in ("anna", "bert")]
    made = ledgerctl(
        *JSON, "credit", "change", "extend", *numbers, "--expires", LATER, *WHY, "--ticket", "T-1"
    )
    assert (made.data["credits"], made.data["accounts"], made.data["amount"]) == (2, 2, "6.00")
    found = ledgerctl(*JSON, "credit", "find", "--expires-from", LATER).data
    assert [str(row["lot"]) for row in found] == numbers
    again = ledgerctl("credit", "change", "extend", *numbers, "--expires", SOON, *WHY)
    assert again.code == 1
    assert "2 end later already" in again.err


def test_all_that_match_are_done_only_as_they_were_seen(ledgerctl: Run) -> None:
    for name in ("anna", "bert"):
        granted(ledgerctl, name, "3", "promo", "--expires", SOON)
    everything = ("credit", "change", "end", "--all", "--source", "promo", *WHY)
    dry = ledgerctl(*JSON, *everything)
    assert (dry.data["credits"], dry.data["amount"], dry.data["key"]) == (2, "6.00", None)
    assert "Dry run, rolled back" in dry.err
    assert "--count 2 --amount 6.00" in dry.err
    assert len(ledgerctl(*JSON, "credit", "find").data) == 2
    granted(ledgerctl, "bert", "1", "promo")
    late = ledgerctl(*everything, "--count", "2", "--amount", "6.00")
    assert late.code == 1
    assert "there are 3 credits of 7.00 CR now, and 2 were seen, of 6.00 CR" in " ".join(late.err.split())
    made = ledgerctl(*JSON, *everything, "--count", "3", "--amount", "7.00")
    assert (made.data["credits"], made.data["expired"]) == (3, "7.00")
    gone = ledgerctl(*JSON, "credit", "find", "--view", "expired").data
    assert [row["expired"] for row in gone] == ["3.00", "3.00", "1.00"]
    back = ledgerctl(
        *JSON, "credit", "change", "revive", "--all", "--source", "promo", "--expires", LATER, *WHY,
        "--count", "3", "--amount", "7.00",
    )  # fmt: skip
    assert (back.data["credits"], back.data["amount"]) == (3, "7.00")
    assert [row["left"] for row in ledgerctl(*JSON, "credit", "find").data] == ["3.00", "3.00", "1.00"]


def test_one_credit_is_taken_back(ledgerctl: Run) -> None:
    number = granted(ledgerctl, "bert", "5", "goodwill")
    assert ledgerctl("hold", "reserve", "bert", "--amount", "2", "--reference", "h-1").code == 0
    assert ledgerctl("hold", "capture", "h-1").code == 0
    made = ledgerctl(*JSON, "credit", "void", number, *WHY, "--ticket", "T-2")
    assert made.data["amount"] == "3.00"
    late = ledgerctl("credit", "void", number, *WHY)
    assert late.code == 2
    assert f"Nothing is left of credit {number}" in late.err
    assert "There is no credit 999" in ledgerctl("credit", "void", "999", *WHY).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("extend",), "Name credits"),
        (("extend", "1", "--all"), "Name credits"),
        (("extend", "1"), "need a new end"),
        (("extend", "1", "--never", "--expires", LATER), "need a new end"),
        (("end", "1", "--expires", LATER), "need a new end"),
        (("end", "--all", "--count", "2"), "--count and --amount"),
        (("end", "1", "--count", "1", "--amount", "1"), "--count and --amount"),
        (("spend", "1"), "ACT"),
        (("end", "1"), "1 of these are no open credits"),
    ],
)
def test_what_makes_no_sense_is_said(ledgerctl: Run, words: tuple[str, ...], said: str) -> None:
    found = ledgerctl("credit", "change", *words, *WHY)
    assert found.code == 2
    assert said in found.err


def test_a_rule_leads_to_a_request(ledgerctl: Run, as_role: Callable[[str], str]) -> None:
    number = granted(ledgerctl, "anna", "3", "promo")
    with connected(as_role("t_admin")) as admin:
        done(write(admin, "set_approval_rule", "end_lots", CURRENCY, 1, 1, REASON))
    refused = ledgerctl("credit", "change", "end", number, *WHY)
    assert refused.code == 1
    assert "--submit" in refused.err
    asked = ledgerctl(*JSON, "credit", "change", "end", number, *WHY, "--submit")
    assert asked.data["approvals_required"] == 1


def test_several_holds_are_one_act(ledgerctl: Run) -> None:
    for place in range(4):
        made = ledgerctl("hold", "reserve", "anna", "--amount", "1", "--reference", f"h-{place}")
        assert made.code == 0, made.err
    longer = ledgerctl(*JSON, "hold", "extend", "h-0", "h-1", "--expires", LATER, *WHY)
    assert (longer.data["extended"], longer.data["amount"]) == (2, "2.00")
    freed = ledgerctl(*JSON, "hold", "release", "h-0", "h-1", *WHY, "--ticket", "T-3")
    assert freed.data["released"] == 2
    late = ledgerctl("hold", "capture", "h-1", "h-2")
    assert late.code == 1
    assert "was released by" in late.err
    taken = ledgerctl(*JSON, "hold", "capture", "h-2", "h-3")
    assert (taken.data["captured"], taken.data["amount"]) == (2, "2.00")
    part = ledgerctl("hold", "capture", "h-2", "h-3", "--amount", "1")
    assert (part.code, "captured whole" in part.err) == (2, True)


def test_a_past_moment_has_the_ends_of_then(ledgerctl: Run) -> None:
    number = granted(ledgerctl, "anna", "3", "promo", "--expires", SOON)
    assert ledgerctl("hold", "reserve", "anna", "--amount", "1", "--reference", "h-1").code == 0
    between = datetime.now(UTC).isoformat()
    assert ledgerctl("credit", "change", "extend", number, "--expires", LATER, *WHY).code == 0
    assert ledgerctl("hold", "release", "h-1", *WHY).code == 0
    found = ledgerctl(*JSON, "credit", "past", "anna", "--at", between)
    assert [(row["what"], row["name"], row["left"]) for row in found.data] == [
        ("credit", "promo", "3.00"), ("hold", "h-1", "1.00"),
    ]  # fmt: skip
    assert found.data[0]["expires_at"].startswith("2999-01-0")
    assert "anna then: balance 13.00 CR, granted 3.00 CR, on hold 1.00 CR." in found.err
    to_come = ledgerctl("credit", "past", "anna", "--at", "2999-01-01")
    assert (to_come.code, "to come" in to_come.err) == (2, True)
