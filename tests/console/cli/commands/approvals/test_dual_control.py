"""Dual control by command: turned on by two admins, asked for by --submit, ended by the owner alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from console.cli.main import main
from tests.console.cli.conftest import Done

if TYPE_CHECKING:
    from tests.console.cli.conftest import Run
    from tests.operators import Staff

JSON = ("--format", "json")
WHY = ("--reason", "ticket 7")
RULE = ("rule", "set", "transfer", "--from", "10", "--approvals")


@pytest.fixture
def second(
    staff: Staff, own_folders: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Run commands as another admin."""
    url = staff.url(staff.hire("admin"))

    def run(*arguments: str) -> Done:
        monkeypatch.setenv("LEDGER_DATABASE_URL", url)
        capsys.readouterr()
        code = main(arguments)
        written = capsys.readouterr()
        return Done(code, written.out, written.err)

    return run


def decided(ledgerctl: Run, second: Any, *words: str) -> None:
    asked = ledgerctl(*JSON, *words, role="t_admin")
    assert asked.code == 0, asked.err
    number, content = str(asked.data["request"]), asked.data["content"]
    agreed = second("request", "approve", number, "--content", content)
    assert agreed.code == 0, agreed.err
    done = ledgerctl("request", "execute", number, role="t_admin")
    assert done.code == 0, done.err


def test_it_is_turned_on_by_two_and_what_gives_is_submitted(ledgerctl: Run, second: Any) -> None:
    assert ledgerctl(*RULE, "2", *WHY, role="t_admin").code == 0
    assert ledgerctl("rule", "dual-control").err == "Dual control is off.\n"
    assert ledgerctl("rule", "dual-control", "on", role="t_admin").err.startswith("--reason: give one")
    assert ledgerctl("rule", "dual-control", "up", *WHY, role="t_admin").err.startswith("'up' is neither")
    decided(ledgerctl, second, "rule", "dual-control", "on", *WHY)
    assert ledgerctl("rule", "dual-control").err == "Dual control is on.\n"
    again = ledgerctl("rule", "dual-control", "on", *WHY, role="t_admin")
    assert again.err.startswith("Refused: dual control is as it was asked for already")

    alone = ledgerctl(*RULE, "1", *WHY, role="t_admin")
    assert alone.code == 1
    assert alone.err.startswith(
        "Refused: dual control is on and this gives rights: another administrator must agree; submit it."
        " Nothing was changed. Ask another administrator with the same command and: --submit"
    )
    decided(ledgerctl, second, *RULE, "1", "--submit", *WHY)
    assert ledgerctl(*JSON, "rule", "list").data[0]["approvals"] == 1
    assert ledgerctl(*RULE, "3", *WHY, role="t_admin").code == 0

    limit = ("limit", "set", "ledger_operator", "--at-once", "50", *WHY)
    assert ledgerctl(*limit, role="t_admin").code == 0
    raised = ledgerctl("limit", "set", "ledger_operator", "--remove", *WHY, role="t_admin")
    assert "--submit" in raised.err
    decided(ledgerctl, second, "limit", "set", "ledger_operator", "--remove", "--submit", *WHY)
    amounts = ("--kind", "grant_credit", "--at-once", "1", "--a-day", "2")
    allowed = ("allowance", "set", "ledger_support", *amounts)
    assert "--submit" in ledgerctl(*allowed, *WHY, role="t_admin").err
    decided(ledgerctl, second, *allowed, "--submit", *WHY)
    longer = ("rule", "set-terms", "--days", "60", *WHY)
    assert "--submit" in ledgerctl(*longer, role="t_admin").err
    decided(ledgerctl, second, *longer, "--submit")
    assert ledgerctl(*JSON, "rule", "terms").data[0]["days"] == 60


def test_operators_are_asked_for_with_a_code(ledgerctl: Run, second: Any, staff: Staff) -> None:
    name, other = staff.new_name(), staff.hire("viewer")
    decided(ledgerctl, second, "rule", "dual-control", "on", *WHY)
    add = ("operator", "add", name, "--role", "viewer", *WHY)
    alone = ledgerctl(*add, "--code", role="t_admin")
    assert (alone.code, alone.out) == (1, "")
    assert "Ask another administrator with the same command and: --submit" in alone.err
    asked = ledgerctl(*add, "--submit", role="t_admin")
    assert asked.code == 0
    assert len(asked.out.strip()) == len("7QK2-M4XR-9TBD-PW3H")
    assert "from when request 2 is carried out" in asked.err
    shown = ledgerctl(*JSON, "request", "show", "2", role="t_admin").data
    assert (shown["kind"], shown["asked_groups"]) == ("create_operator", ["ledger_viewer"])
    assert second("request", "approve", "2", "--content", shown["content"]).code == 0
    assert ledgerctl("request", "execute", "2", role="t_admin").code == 0

    roles = ("operator", "set-roles", other, "viewer", "support", *WHY)
    assert "--submit" in ledgerctl(*roles, role="t_admin").err
    decided(ledgerctl, second, *roles, "--submit")
    assert ledgerctl("operator", "disable", other, *WHY, role="t_admin").code == 0
    enable = ("operator", "enable", other, *WHY)
    assert "--submit" in ledgerctl(*enable, role="t_admin").err
    decided(ledgerctl, second, *enable, "--submit")
    coded = ledgerctl("operator", "password", other, "--submit", *WHY, role="t_admin")
    assert (coded.code, "request 5" in coded.err) == (0, True)


def test_a_request_for_a_control_is_shown(ledgerctl: Run, second: Any) -> None:
    words = ("limit", "set", "t_operator", "--at-once", "50", "--a-day", "70", "--submit", *WHY)
    number = str(ledgerctl(*JSON, *words, role="t_admin").data["request"])
    [row] = ledgerctl(*JSON, "request", "list").data
    assert (row["kind"], row["amount"], row["currency"]) == ("set_limit", None, "CR")
    shown = ledgerctl(*JSON, "request", "show", number, role="t_admin").data
    assert (shown["asked_holder"], shown["asked_per_day"], shown["total"]) == ("t_operator", "70.00", None)
    assert shown["would_be_now"] == "done"
    looked = ledgerctl(*JSON, "request", "show", number, role="t_approver").data
    assert looked["because"].startswith("Refused: an administrator decides on this")
    dual = ledgerctl(*JSON, "rule", "dual-control", "on", *WHY, role="t_admin").data["request"]
    shown = ledgerctl(*JSON, "request", "show", str(dual), role="t_viewer").data
    assert (shown["asked_on"], shown["currency"]) == (True, None)
    assert second("request", "reject", number, *WHY).code == 0


def test_the_owner_alone_ends_it(
    ledgerctl: Run, second: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    ledger_url: str,
) -> None:  # fmt: skip
    decided(ledgerctl, second, "rule", "dual-control", "on", *WHY)
    denied = ledgerctl("rule", "end-dual-control", *WHY, role="t_admin")
    assert denied.code == 1
    assert ledgerctl("rule", "dual-control").err == "Dual control is on.\n"
    monkeypatch.setenv("LEDGER_DATABASE_URL", ledger_url)
    capsys.readouterr()
    assert main(("rule", "end-dual-control", *WHY)) == 0
    assert "verify says so" in capsys.readouterr().err
    assert ledgerctl("rule", "dual-control").err == "Dual control is off.\n"
    found = ledgerctl("verify", role="t_auditor")
    assert found.code == 1
    assert "policy.emergency" in found.out
