"""Approvals by command: rules and limits, submitting, checking, executing; each by the role that may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.console.cli.conftest import Run

JSON = ("--format", "json")
WHY = ("--reason", "ticket 7")
PAY = ("transfer", "--from", "anna", "--to", "bert", "--amount", "20", "--reference", "r-1")


@pytest.fixture(autouse=True)
def customers(open_accounts: Callable[..., None]) -> None:
    open_accounts({"anna": 10_000, "bert": 0})


def rule(ledgerctl: Run, kind: str, at_least: str, approvals: str) -> None:
    words = ("rule", "set", kind, "--from", at_least, "--approvals", approvals, *WHY)
    done = ledgerctl(*words, role="t_admin")
    assert done.code == 0, done.err


def test_what_a_rule_catches_is_submitted_shown_approved_and_executed(ledgerctl: Run) -> None:
    rule(ledgerctl, "transfer", "10", "1")
    assert ledgerctl(*JSON, "rule", "list", role="t_viewer").data == [
        {"kind": "transfer", "currency": "CR", "from": "10.00", "approvals": 1}
    ]
    caught = ledgerctl(*PAY)
    assert caught.code == 1
    assert caught.err.startswith("Refused: this needs 1 approval first; submit it. Nothing was changed.")
    assert "--submit --reason WHY" in caught.err
    assert ledgerctl(*PAY, "--submit").code == 2
    assert ledgerctl(*PAY, *WHY).err.startswith("--reason: it goes with --submit")
    asked = ledgerctl(*JSON, *PAY, "--submit", *WHY)
    assert asked.code == 0, asked.err
    number, content = str(asked.data["request"]), asked.data["content"]
    shown = ledgerctl(*JSON, "request", "show", number, role="t_approver").data
    assert (shown["asked_from"], shown["asked_amount"], shown["content"]) == ("anna", "20.00", content)
    assert (shown["would_be_now"], shown["accounts_moved"], shown["reason"]) == ("posted", 2, "ticket 7")
    plan = ledgerctl(*JSON, "request", "dry-run", number, role="t_approver").data
    assert [(row["account"], row["before"], row["after"]) for row in plan] == [
        ("anna", "100.00", "80.00"), ("bert", "0.00", "20.00"),
    ]  # fmt: skip
    early = ledgerctl("request", "execute", number)
    assert early.err.startswith("Refused: the request is pending.")
    other = ledgerctl("request", "approve", number, "--content", "00" * 32, role="t_approver")
    assert other.err.startswith("Refused: this is not the content that was submitted")
    agree = ("request", "approve", number, "--content", content)
    assert ledgerctl(*agree).code == 1
    agreed = ledgerctl(*JSON, *agree, role="t_approver")
    assert (agreed.data["status"], agreed.data["approvals"]) == ("approved", 1)
    done = ledgerctl(*JSON, "request", "execute", number, role="t_operator2")
    assert (done.code, done.data["status"]) == (0, "posted")
    assert ledgerctl(*JSON, "balances", "bert").data[0]["balance"] == "20.00"
    twice = ledgerctl("request", "execute", number)
    assert twice.err.startswith("Refused: the request is executed, by t_operator2 at 20")
    assert ledgerctl(*JSON, "request", "list").data == []
    kept = ledgerctl(*JSON, "request", "list", "--all").data
    assert [(row["status"], row["amount"]) for row in kept] == [("executed", "20.00")]
    over = ledgerctl(*JSON, "request", "show", number).data
    assert (over["approved_by"], over["would_be_now"]) == ("t_approver", None)


def test_the_checker_sees_what_would_happen_now_and_not_then(ledgerctl: Run) -> None:
    asked = ledgerctl(*JSON, *PAY, "--submit", *WHY)
    number = str(asked.data["request"])
    assert ledgerctl("account", "freeze", "bert", *WHY).code == 0
    shown = ledgerctl(*JSON, "request", "show", number, role="t_approver").data
    assert shown["would_be_now"] == "refused"
    assert shown["because"].startswith("Refused: the account is frozen; unfreeze it first (bert)")
    assert ledgerctl("request", "dry-run", number, role="t_approver").code == 1
    looked = ledgerctl(*JSON, "request", "show", number, role="t_viewer")
    assert (looked.code, looked.data["would_be_now"]) == (0, None)
    assert "told to operators and approvers" in looked.err
    assert ledgerctl("request", "show", "99").err == "There is no request 99.\n"


def test_a_request_is_rejected_or_taken_back_with_a_reason(ledgerctl: Run) -> None:
    first = str(ledgerctl(*JSON, *PAY, "--submit", *WHY).data["request"])
    second = str(ledgerctl(*JSON, *PAY, "--submit", *WHY).data["request"])
    assert ledgerctl("request", "reject", first, role="t_approver").code == 2
    assert ledgerctl("request", "reject", first, *WHY).code == 1
    rejected = ledgerctl(*JSON, "request", "reject", first, *WHY, role="t_approver")
    assert rejected.data["status"] == "rejected"
    others = ledgerctl("request", "withdraw", second, *WHY, role="t_operator2")
    assert others.err.startswith("Refused: only its maker takes a request back")
    assert ledgerctl("request", "withdraw", second, *WHY).code == 0
    again = ledgerctl("request", "withdraw", second, *WHY)
    assert again.err.startswith("Refused: the request is withdrawn, by t_operator at 20")


def test_a_checker_sends_back_looks_at_what_changed_and_types_what_is_large(ledgerctl: Run) -> None:
    terms = ("rule", "set-terms", "--days", "30", "--typed-from", "20", *WHY)
    assert ledgerctl(*terms, role="t_admin").code == 0
    assert ledgerctl(*JSON, "rule", "terms").data == [{"currency": "CR", "days": 30, "typed_from": "20.00"}]
    asked = ledgerctl(*JSON, *PAY, "--submit", *WHY).data
    number = str(asked["request"])
    assert ledgerctl("account", "freeze", "bert", *WHY).code == 0
    looked = ledgerctl(*JSON, "request", "changes", number, role="t_approver")
    assert looked.data == [{"what": "status", "of": "bert", "then": "active", "now": "frozen"}]
    assert "It would be refused now. Refused: the account is frozen" in looked.err
    assert ledgerctl("account", "unfreeze", "bert", *WHY).code == 0
    agree = ("request", "approve", number, "--content", asked["content"])
    untyped = ledgerctl(*agree, role="t_approver")
    assert untyped.err.startswith("Refused: an amount from 20.00 CR on is typed by its checker")
    other = ledgerctl(*agree, "--typed", "20.01", role="t_approver")
    assert other.err.startswith("Refused: the amount typed is not that of the request")
    back = ledgerctl(*JSON, "request", "send-back", number, *WHY, role="t_approver")
    assert back.data["status"] == "returned"
    again = ledgerctl(*JSON, *PAY, "--submit", *WHY).data
    agree = ("request", "approve", str(again["request"]), "--content", again["content"])
    assert ledgerctl(*agree, "--typed", "20", role="t_approver").code == 0


def test_many_are_approved_by_one_command(ledgerctl: Run) -> None:
    asked = [ledgerctl(*JSON, *PAY[:-1], f"m-{n}", "--submit", *WHY).data for n in range(3)]
    pairs = [f"{one['request']}:{one['content']}" for one in asked]
    assert ledgerctl("request", "withdraw", str(asked[2]["request"]), *WHY).code == 0
    waiting = ledgerctl(*JSON, "request", "list", "--view", "for-me", role="t_approver").data
    assert [row["request"] for row in waiting] == [asked[0]["request"], asked[1]["request"]]
    done = ledgerctl(*JSON, "request", "approve-many", *pairs, role="t_approver")
    assert (done.code, [row["status"] for row in done.data]) == (1, ["approved", "approved", "refused"])
    assert done.data[2]["because"].startswith("Refused: the request is withdrawn, by t_operator")
    assert "1 of 3 were left out." in done.err
    assert ledgerctl("request", "approve-many", "12", role="t_approver").code == 2
    assert ledgerctl("request", "list", "--view", "theirs").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("credit", "grant", "anna", "--amount", "20", "--source", "promo", "--expires", "2999-01-01"),
        ("hold", "capture", "h-1"),
        ("reverse", "transaction", "1", "--amount", "20"),
        ("account", "overdraft", "anna", "--limit", "20"),
    ],
)
def test_each_kind_is_submitted_by_its_own_command(ledgerctl: Run, words: tuple[str, ...]) -> None:
    assert ledgerctl("hold", "reserve", "anna", "--amount", "20", "--reference", "h-1").code == 0
    for kind in ("grant_credit", "capture", "reverse_transaction", "set_overdraft_limit"):
        rule(ledgerctl, kind, "0", "1")
    why = WHY if words[0] in {"reverse", "account"} else ()
    caught = ledgerctl(*words, *why)
    assert caught.err.startswith("Refused: this needs 1 approval first"), caught.err
    asked = ledgerctl(*JSON, *words, "--submit", *WHY)
    assert asked.code == 0, asked.err
    number, content = str(asked.data["request"]), asked.data["content"]
    agree = ("request", "approve", number, "--content", content)
    assert ledgerctl(*agree, role="t_approver").code == 0
    done = ledgerctl("request", "execute", number)
    assert done.code == 0, done.err


def test_a_batch_is_submitted_seen_approved_and_posted(ledgerctl: Run, tmp_path: Path) -> None:
    rule(ledgerctl, "post_batch", "0", "1")
    file = tmp_path / "pay.csv"
    file.write_text("from,to,amount,reference\nanna,bert,60.00,a\nanna,bert,30.00,b\n")
    ledgerctl("mapping", "suggest", str(file), "--save", "pay")
    number = str(ledgerctl(*JSON, "batch", "load", str(file), "--mapping", "pay").data["batch"])
    caught = ledgerctl("batch", "post", number)
    assert f"ledgerctl batch submit {number} --reason WHY" in caught.err
    asked = ledgerctl(*JSON, "batch", "submit", number, *WHY)
    assert asked.code == 0, asked.err
    assert ledgerctl("batch", "submit", number, *WHY).err.startswith("Refused: the batch is submitted.")
    request, content = str(asked.data["request"]), asked.data["content"]
    shown = ledgerctl(*JSON, "request", "show", request, role="t_approver").data
    assert (shown["would_be_now"], shown["total"]) == ("posted", "90.00")
    agree = ("request", "approve", request, "--content", content)
    assert ledgerctl(*agree, role="t_approver").code == 0
    assert ledgerctl(*JSON, "request", "execute", request).data["status"] == "posted"
    assert ledgerctl(*JSON, "balances", "bert").data[0]["balance"] == "90.00"


def test_limits_are_set_told_and_taken_away(ledgerctl: Run) -> None:
    words = ("limit", "set", "ledger_operator", "--at-once", "15", "--a-day", "25")
    assert ledgerctl(*words, *WHY).code == 1
    assert ledgerctl(*words, *WHY, role="t_admin").code == 0
    over = ledgerctl(*PAY)
    assert over.err.startswith("Refused: you may move at most 15.00 CR at once.")
    for reference in ("a", "b"):
        done = ledgerctl(*PAY[:5], "--amount", "12", "--reference", reference)
        assert done.code == 0, done.err
    done = ledgerctl(*PAY[:5], "--amount", "12", "--reference", "c")
    assert done.err.startswith("Refused: you may move at most 25.00 CR a day, and 1.00 CR of it is left")
    listed = ledgerctl(*JSON, "limit", "list", role="t_viewer").data
    assert [(row["operator"], row["used_today"], row["left_today"]) for row in listed] == [
        ("t_operator", "24.00", "1.00")
    ]
    nobody = ledgerctl("limit", "set", "nosuch", "--at-once", "1", *WHY, role="t_admin")
    assert nobody.err.startswith("Refused: there is no such role")
    assert ledgerctl("limit", "set", "ledger_operator", *WHY, role="t_admin").code == 2
    away = ("limit", "set", "ledger_operator", "--remove", *WHY)
    assert ledgerctl(*away, role="t_admin").code == 0
    assert ledgerctl(*PAY).code == 0
    assert ledgerctl(*away, role="t_admin").err.startswith("Refused: there is none such")
    unknown = ledgerctl("rule", "set", "loan", "--from", "1", "--approvals", "1", *WHY, role="t_admin")
    assert (unknown.code, "there are transfer, grant_credit" in unknown.err) == (2, True)
