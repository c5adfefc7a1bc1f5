"""How each kind of request is called, from what the ledger keeps of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from console.ledger.approvals.page import RequestRow, RequestStatus, get
from console.ledger.approvals.rules.controls import CONTROLS
from console.money import Currency
from tests.ui.parts import make_formats
from ui.screens.approvals.words import (
    KINDS,
    kind_words,
    lasts,
    progress,
    short_title,
    title,
    within,
)

if TYPE_CHECKING:
    from console.writes.ledger import Ledger
    from tests.bookkeeping import Connection
    from tests.ui.screens.approvals.conftest import Requests

FORMATS = make_formats()
AT = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
END = "2030-12-02T00:00:00+00:00"


def row(kind: str, /, **request: Any) -> RequestRow:
    return RequestRow(
        7, kind, request, b"", Currency("CR", 2), 41_250, 2, 1, RequestStatus.PENDING, "why", "jonas",
        AT - timedelta(minutes=40), None, None, None, None, AT + timedelta(hours=5), None, None,
    )  # fmt: skip


def selection(count: int) -> dict[str, Any]:
    return {"currency": "CR", "count": count, "amount": 41_250, "lots": [1]}


TOLD = [
    (
        row("transfer", **{"from": "alice", "to": "bob"}),
        "Transfer of 412.50 CR from alice to bob", "Transfer from alice to bob",
    ),
    (
        row("transfer", **{"from": "@external", "to": "bob"}),
        "Transfer of 412.50 CR from the bank to bob", "Transfer from the bank to bob",
    ),
    (
        row("grant_credit", username="bob", expires_at=END),
        "Grant of 412.50 CR to bob until 1 Dec 2030", "Grant to bob until 1 Dec 2030",
    ),
    (row("grant_credit", username="bob"), "Grant of 412.50 CR to bob", "Grant to bob"),
    (row("capture", reservation="s-1"), "Capture of 412.50 CR from hold s-1", "Capture of hold s-1"),
    (
        row("reverse_transaction", transaction=1234, amount=41_250),
        "Refund of 412.50 CR from transaction 1234", "Refund of transaction 1234",
    ),
    (
        row("reverse_transaction", transaction=1234),
        "Refund of transaction 1234", "Refund of transaction 1234",
    ),
    (
        row("set_overdraft_limit", username="noor.a"),
        "Overdraft of noor.a to 412.50 CR", "Overdraft of noor.a to 412.50",
    ),
    (row("post_batch", batch=2231), "Batch #2231", "Batch #2231"),
    (row("reverse_batch", batch=3, policy="all"), "Reversal of batch #3", "Reversal of batch #3"),
    (
        row("reverse_batch", batch=3, policy="available"),
        "Reversal of batch #3, what is there", "Reversal of batch #3, what is there",
    ),
    (
        row("extend_lots", selection=selection(3_012), expires_at=END),
        "3,012 credits, 412.50 CR, extended to 1 Dec 2030", "3,012 credits extended to 1 Dec 2030",
    ),
    (
        row("extend_lots", selection=selection(2)),
        "2 credits, 412.50 CR, extended without end", "2 credits extended without end",
    ),
    (row("end_lots", selection=selection(1)), "1 credit, 412.50 CR, ended now", "1 credit ended now"),
    (
        row("revive_lots", selection=selection(2), expires_at="2030-12-01T14:30:00+00:00"),
        "2 credits, 412.50 CR, revived until 1 Dec 2030 14:30", "2 credits revived until 1 Dec 2030 14:30",
    ),
    *((row(kind, **words), said, said) for kind, words, said in (
        (
            "set_approval_rule", {"kind": "transfer", "from_amount": 100_000, "approvals": 2},
            "Rule: transfer from 1,000.00 CR needs 2 checkers",
        ),
        (
            "set_approval_terms", {"days": 30, "typed_from": 500_000},
            "Terms of CR: 30 days, typed from 5,000.00",
        ),
        (
            "set_limit", {"holder": "ledger_operator", "kind": "*", "per_operation": 5_000, "per_day": None},
            "Limit of ledger_operator for any kind in CR: 50.00 at once",
        ),
        (
            "set_allowance",
            {"holder": "mara", "kind": "grant_credit", "per_operation": None, "per_day": None},
            "Allowance of mara for grant in CR: taken away",
        ),
        ("set_dual_control", {"on": True}, "Dual control on"),
        (
            "create_operator", {"operator": "mara", "groups": ["ledger_operator", "ledger_approver"]},
            "New operator mara: operator, approver",
        ),
        ("set_operator_groups", {"operator": "mara", "groups": ["ledger_viewer"]}, "Roles of mara: viewer"),
        ("set_operator_password", {"operator": "mara"}, "A new password for mara, by a code"),
        ("enable_operator", {"operator": "mara"}, "mara enabled again"),
    )),
    (row("set_fee"), "Set fee of 412.50 CR", "Set fee"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "whole", "short"), TOLD)
def test_a_request_is_said_in_words(asked: RequestRow, whole: str, short: str) -> None:
    assert (title(asked, FORMATS), short_title(asked, FORMATS)) == (whole, short)


def test_every_kind_that_is_known_has_words_of_its_own() -> None:
    assert {asked.kind for asked, _whole, _short in TOLD} - {"set_fee"} == set(KINDS)


def test_what_takes_a_tier_away_says_so() -> None:
    gone = row("set_approval_rule", kind="transfer", from_amount=100_000, approvals=0)
    assert title(gone, FORMATS) == "Rule: the tier for transfer from 1,000.00 CR taken away"


def test_the_ledger_and_the_console_know_the_same_controls(admin: Connection) -> None:
    found = admin.execute(
        "SELECT k FROM unnest(%s::text[]) k WHERE ledger.is_control(k) ORDER BY k",
        [[*CONTROLS, "transfer", "disable_operator"]],
    ).fetchall()
    assert [kind for (kind,) in found] == sorted(CONTROLS)
    row_ = admin.execute(
        "SELECT prosrc FROM pg_proc WHERE oid = 'ledger.is_control(text)'::regprocedure"
    ).fetchone()
    assert row_ is not None
    assert sorted(re.findall(r"'(\w+)'", row_[0])) == sorted(CONTROLS)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (TOLD[0][0], "the transfer of 412.50 CR from alice to bob"),
        (row("post_batch", batch=2231), "batch #2231"),
        (row("end_lots", selection=selection(1)), "request 7, 1 credit ended now"),
        (row("set_dual_control", on=False), "request 7, Dual control off"),
    ],
)
def test_within_a_sentence_it_has_its_article(asked: RequestRow, words: str) -> None:
    assert within(asked, FORMATS) == words


def test_a_name_is_never_markup_and_never_hides_a_character() -> None:
    asked = row("capture", reservation="<b>s</b>\u202e")
    assert short_title(asked, FORMATS) == "Capture of hold <b>s</b>\\u{202e}"


def test_how_far_it_is_and_how_long_it_lasts() -> None:
    asked = TOLD[0][0]
    assert progress(asked, FORMATS, AT) == "1 of 2 given"
    assert progress(replace(asked, approvals_required=1), FORMATS, AT) == ""
    assert lasts(asked, FORMATS, AT) == "ends in 5 h"
    late = replace(asked, expires_at=AT - timedelta(hours=1))
    assert lasts(late, FORMATS, AT).startswith("its time was over at ")
    assert lasts(replace(asked, expires_at=None), FORMATS, AT) == ""
    closed = AT - timedelta(hours=3)
    ended = replace(asked, status=RequestStatus.RETURNED, closed_at=closed, closed_by="mara")
    assert progress(ended, FORMATS, AT) == "sent back 3 h ago by mara"
    assert lasts(ended, FORMATS, AT) == ""
    approved = replace(asked, status=RequestStatus.APPROVED)
    assert progress(approved, FORMATS, AT) == "approved, to be carried out"


def test_the_ledger_s_own_requests_are_said_as_they_were_asked_for(each: Requests, maker: Ledger) -> None:
    rows = {kind: get(maker.database, number).row for kind, number in each.number.items()}
    assert {kind: title(found, FORMATS) for kind, found in rows.items()} == {
        "transfer": "Transfer of 412.50 CR from alice to bob",
        "grant_credit": "Grant of 25.00 CR to bob until 31 Dec 2998",
        "capture": "Capture of 4.00 CR from hold shop-1",
        "reverse_transaction": "Refund of transaction 4",
        "set_overdraft_limit": "Overdraft of bob to 500.00 CR",
        "reverse_batch": "Reversal of batch #2, what is there",
        "extend_lots": "1 credit, 50.00 CR, extended to 31 Dec 2998",
        "end_lots": "1 credit, 50.00 CR, ended now",
        "revive_lots": "1 credit, 7.00 CR, revived until 31 Dec 2998",
        "post_batch": "Batch #1",
    }
    assert [kind_words(kind) for kind in rows] == [
        "transfer", "grant", "capture", "reversal", "overdraft", "batch reversal", "later end",
        "end of credits", "revival", "batch",
    ]  # fmt: skip
