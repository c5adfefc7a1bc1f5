"""Delegations by command: a checker lets another decide, who does, until it is ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.console.cli.conftest import Run

JSON = ("--format", "json")
WHY = ("--reason", "a holiday")
PAY = ("transfer", "--from", "anna", "--to", "bert", "--amount", "20", "--reference", "r-1")


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"anna": 10_000, "bert": 0})


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_another_decides_for_a_checker_until_it_is_ended(ledgerctl: Run) -> None:
    asked = [ledgerctl(*JSON, *PAY, "--submit", *WHY).data for _ in range(2)]
    agree = [("request", "approve", str(one["request"]), "--content", one["content"]) for one in asked]
    waiting = (*JSON, "request", "list", "--view", "for-me")
    assert ledgerctl(*waiting, role="t_viewer").data == []
    assert ledgerctl(*agree[0], role="t_viewer").code == 1
    made = ledgerctl(*JSON, "delegation", "add", "t_viewer", "--until", day(3), *WHY, role="t_approver")
    assert made.code == 0, made.err
    number = str(made.data["delegation"])
    assert f"It ends with: ledgerctl delegation end {number}" in made.err
    # A date is the end of that day.
    assert made.data["until"] == f"{day(4)}T00:00:00.000000+00:00"
    (row,) = ledgerctl(*JSON, "delegation", "list").data
    assert (row["checker"], row["who_decides"], row["open"], row["reason"], row["ended_by"]) == (
        "t_approver", "t_viewer", "yes", "a holiday", None,
    )  # fmt: skip
    assert len(ledgerctl(*waiting, role="t_viewer").data) == 2
    assert ledgerctl(*agree[0], role="t_viewer").code == 0
    shown = ledgerctl(*JSON, "request", "show", str(asked[0]["request"])).data
    assert shown["approved_by"] == "t_viewer for t_approver"
    ended = ledgerctl("delegation", "end", number, *WHY, role="t_viewer")
    assert (ended.code, ended.err) == (0, "It has ended: nobody decides by it any more.\n")
    assert ledgerctl(*agree[1], role="t_viewer").code == 1
    assert ledgerctl(*JSON, "delegation", "list").data == []
    (row,) = ledgerctl(*JSON, "delegation", "list", "--all").data
    assert (row["open"], row["ended_by"]) == ("no", "t_viewer")
    again = ledgerctl("delegation", "end", number, *WHY, role="t_approver")
    assert again.err.startswith("Refused: the delegation was ended by t_viewer at 20")


def test_what_is_refused_says_why(ledgerctl: Run) -> None:
    add = ("delegation", "add")
    assert ledgerctl(*add, "t_viewer", "--until", day(3), *WHY).code == 1
    assert ledgerctl(*add, "t_viewer", "--until", "soon", *WHY, role="t_approver").code == 2
    for who, until, words in (
        ("t_approver", day(3), "Refused: nobody delegates to themselves"),
        ("t_viewer", day(200), "Refused: a delegation ends in the future, in 90 days at most"),
        ("t_viewer", "2020-01-01T10:00", "Refused: a delegation ends in the future"),
        ("nobody", day(3), "Refused: there is no such operator in this ledger"),
    ):
        done = ledgerctl(*add, who, "--until", until, *WHY, role="t_approver")
        assert (done.code, done.err.startswith(words)) == (1, True), done.err
    unknown = ledgerctl("delegation", "end", "99", *WHY, role="t_approver")
    assert unknown.err.startswith("Refused: there is no such delegation that lasts")
